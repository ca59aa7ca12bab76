//! Domains of organizations.

use super::{Access, JSON, Operation, Table, done, made, nothing};

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "Error",
    operations: &[
        Operation {
            method: "get",
            path: "/api/organizations/{organization}/domains",
            id: "listDomains",
            tag: "organizations",
            access: Access::Session,
            summary: "Its domains, and the DNS records that prove them",
            query: &[("limit", "limit"), ("offset", "offset")],
            body: &[],
            answers: &[done("Domains")],
        },
        Operation {
            method: "post",
            path: "/api/organizations/{organization}/domains",
            id: "addDomain",
            tag: "organizations",
            access: Access::Session,
            summary: "Say that a domain is its own",
            query: &[],
            body: &[(JSON, "NewDomain")],
            answers: &[made("Domain")],
        },
        Operation {
            method: "post",
            path: "/api/organizations/{organization}/domains/{domain}/verify",
            id: "verifyDomain",
            tag: "organizations",
            access: Access::Session,
            summary: "Look for the DNS record that proves a domain",
            query: &[],
            body: &[],
            answers: &[done("Domain")],
        },
        Operation {
            method: "delete",
            path: "/api/organizations/{organization}/domains/{domain}",
            id: "deleteDomain",
            tag: "organizations",
            access: Access::Session,
            summary: "Take a domain away",
            query: &[],
            body: &[],
            answers: &[nothing()],
        },
    ],
    requests: &[("NewDomain", "domain: text")],
    answers: &[
        (
            "Domain",
            "id: uuid, domain: text, record: DnsRecord, createdAt: time, checkedAt: time|null, verifiedAt: time|null",
        ),
        ("DnsRecord", "name: text, type: =TXT, value: text"),
        ("Domains", "data: [Domain], pagination: Pagination"),
    ],
};
