//! Credentials: issuing them, their life, and what their recipients do.

use super::{Access, Answer, JSON, Operation, Table, done, made, under_way};

/// By what a list of credentials is narrowed.
const LISTED: &[(&str, &str)] = &[
    ("limit", "limit"),
    ("offset", "offset"),
    ("cursor", "string"),
    ("badgeId", "uuid"),
    ("status", "Status"),
    ("q", "string"),
];

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "Error",
    operations: &[
        Operation {
            method: "delete",
            path: "/api/organizations/{organization}/credentials/{credential}",
            id: "revokeAsMember",
            tag: "credentials",
            access: Access::Session,
            summary: "Revoke a credential",
            query: &[],
            body: &[(JSON, "Reason")],
            answers: &[done("Credential")],
        },
        Operation {
            method: "get",
            path: "/api/me/credentials",
            id: "listOwnCredentials",
            tag: "recipient",
            access: Access::Session,
            summary: "The signed-in person\u{2019}s own credentials",
            query: &[("limit", "limit"), ("offset", "offset")],
            body: &[],
            answers: &[done("OwnCredentials")],
        },
        Operation {
            method: "get",
            path: "/api/me/credentials/{credential}",
            id: "showOwnCredential",
            tag: "recipient",
            access: Access::Session,
            summary: "One of them",
            query: &[],
            body: &[],
            answers: &[done("OwnCredential")],
        },
        Operation {
            method: "patch",
            path: "/api/me/credentials/{credential}",
            id: "changeOwnCredential",
            tag: "recipient",
            access: Access::Session,
            summary: "Let strangers see it, or not",
            query: &[],
            body: &[(JSON, "Visibility")],
            answers: &[done("OwnCredential")],
        },
        Operation {
            method: "post",
            path: "/api/credentials/{credential}/claim",
            id: "claim",
            tag: "recipient",
            access: Access::Session,
            summary: "Claim a credential",
            query: &[],
            body: &[],
            answers: &[done("OwnCredential")],
        },
        Operation {
            method: "get",
            path: "/api/v1/credentials",
            id: "listCredentials",
            tag: "credentials",
            access: Access::Key("credentials.read"),
            summary: "The organization\u{2019}s credentials, the newest first; by `cursor`, empty at first, where the list grows meanwhile",
            query: LISTED,
            body: &[],
            answers: &[done("Credentials")],
        },
        Operation {
            method: "post",
            path: "/api/v1/credentials",
            id: "issue",
            tag: "credentials",
            access: Access::Key("credentials.issue"),
            summary: "Issue a badge",
            query: &[],
            body: &[(JSON, "IssueRequest")],
            answers: &[made("Issued")],
        },
        Operation {
            method: "post",
            path: "/api/v1/credentials/bulk",
            id: "issueToMany",
            tag: "credentials",
            access: Access::Key("credentials.issue"),
            summary: "Issue to many at once",
            query: &[("badgeId", "uuid")],
            body: &[(JSON, "IssueRequests"), ("text/csv", "string")],
            answers: &[Answer { is_idempotent: true, ..under_way("JobAccepted") }],
        },
        Operation {
            method: "get",
            path: "/api/v1/jobs/{job}",
            id: "showJob",
            tag: "credentials",
            access: Access::Key("credentials.issue"),
            summary: "How an upload goes",
            query: &[("limit", "limit"), ("offset", "offset"), ("state", "RowState")],
            body: &[],
            answers: &[done("Job")],
        },
        Operation {
            method: "get",
            path: "/api/v1/credentials/{credential}",
            id: "showCredential",
            tag: "credentials",
            access: Access::Key("credentials.read"),
            summary: "A credential with its signed bytes",
            query: &[],
            body: &[],
            answers: &[done("WholeCredential")],
        },
        Operation {
            method: "get",
            path: "/api/organizations/{organization}/credentials",
            id: "listCredentialsForMembers",
            tag: "credentials",
            access: Access::Session,
            summary: "The organization\u{2019}s credentials, the newest first; by `cursor`, empty at first, where the list grows meanwhile",
            query: LISTED,
            body: &[],
            answers: &[done("Credentials")],
        },
        Operation {
            method: "get",
            path: "/api/organizations/{organization}/credentials/{credential}",
            id: "showCredentialToMembers",
            tag: "credentials",
            access: Access::Session,
            summary: "A credential with its signed bytes",
            query: &[],
            body: &[],
            answers: &[done("WholeCredential")],
        },
        Operation {
            method: "post",
            path: "/api/v1/credentials/{credential}/resend",
            id: "resend",
            tag: "credentials",
            access: Access::Key("credentials.issue"),
            summary: "Mail an unclaimed credential once more",
            query: &[],
            body: &[],
            answers: &[under_way("Resent")],
        },
        Operation {
            method: "post",
            path: "/api/v1/credentials/{credential}/revoke",
            id: "revoke",
            tag: "credentials",
            access: Access::Key("credentials.revoke"),
            summary: "Revoke a credential",
            query: &[],
            body: &[(JSON, "Reason")],
            answers: &[done("Credential")],
        },
        Operation {
            method: "post",
            path: "/api/v1/credentials/{credential}/suspend",
            id: "suspend",
            tag: "credentials",
            access: Access::Key("credentials.revoke"),
            summary: "Suspend a credential",
            query: &[],
            body: &[(JSON, "Reason")],
            answers: &[done("Credential")],
        },
        Operation {
            method: "post",
            path: "/api/v1/credentials/{credential}/reinstate",
            id: "reinstate",
            tag: "credentials",
            access: Access::Key("credentials.revoke"),
            summary: "Reinstate a credential",
            query: &[],
            body: &[(JSON, "Reason")],
            answers: &[done("Credential")],
        },
    ],
    requests: &[
        (
            "IssueRequest",
            "badgeId: uuid, recipient: Recipient, isPublic?: boolean, notify?: boolean, locale?: Locale, narrative?: text, \
         evidence?: [Evidence], results?: [NewResult], validFrom?: time, validUntil?: time",
        ),
        (
            "BulkRequest",
            "badgeId?: uuid, recipient: Recipient, isPublic?: boolean, notify?: boolean, locale?: Locale, narrative?: text, \
         evidence?: [Evidence], results?: [NewResult], validFrom?: time, validUntil?: time",
        ),
        (
            "BulkRow",
            "badgeId?: uuid, name: text, email: email, isPublic?: boolean, notify?: boolean, locale?: Locale, narrative?: text, \
         evidence?: [Evidence], results?: [NewResult], validFrom?: time, validUntil?: time",
        ),
        (
            "NewResult",
            "type?: [=Result], resultDescription?: ResultDescriptionOrId, value?: text, status?: text, \
         achievedLevel?: uri, alignment?: [NewAlignment]",
        ),
        ("Recipient", "name: text, email: email, id?: uri"),
        (
            "Evidence",
            "id?: uri, type?: [=Evidence], name?: text, description?: text, narrative?: text, genre?: text, audience?: text",
        ),
        ("Reason", "reason: text, reasonCode?: ReasonCode"),
        ("Visibility", "isPublic: boolean"),
    ],
    answers: &[
        (
            "Issued",
            "id: uuid, credentialId: Code, verificationUrl: uri, status: Status, issuanceDate: time, \
         expirationDate: time|null, recipientName: text, recipientEmail: email, supersedesCredentialId: uuid|null",
        ),
        (
            "Credential",
            "id: uuid, credentialId: Code, badgeId: uuid, badgeName: text, recipientName: text|null, \
         recipientEmail: email|null, status: Status, issuanceDate: time, expirationDate: time|null, claimedAt: time|null, \
         revokedAt: time|null, isPublic: boolean, verificationUrl: uri, supersedesCredentialId: uuid|null, \
         supersededByCredentialId: uuid|null",
        ),
        (
            "WholeCredential",
            "id: uuid, credentialId: Code, badgeId: uuid, badgeName: text, recipientName: text|null, \
         recipientEmail: email|null, status: Status, issuanceDate: time, expirationDate: time|null, claimedAt: time|null, \
         revokedAt: time|null, isPublic: boolean, verificationUrl: uri, supersedesCredentialId: uuid|null, \
         supersededByCredentialId: uuid|null, ob3Credential: object",
        ),
        ("Credentials", "data: [Credential], pagination: CursorPagination"),
        ("CursorPagination", "limit: integer, offset: integer, total: integer, nextCursor?: text|null"),
        ("Resent", "credentialId: Code, recipientEmail: email, locale: Locale"),
        ("JobAccepted", "id: uuid, status: =running, total: integer, createdAt: time, url: uri"),
        (
            "Job",
            "id: uuid, status: =running/completed, createdAt: time, completedAt: time|null, counts: JobCounts, rows: JobRows",
        ),
        (
            "JobCounts",
            "total: integer, waiting: integer, issued: integer, renewed: integer, skipped: integer, failed: integer",
        ),
        ("JobRows", "data: [JobRow], pagination: Pagination"),
        (
            "JobRow",
            "row: integer, name: string|null, email: string|null, state: RowState, reason: text|null, credentialId: uuid|null",
        ),
        (
            "OwnCredential",
            "id: uuid, credentialId: Code, badgeName: text, organizationName: text, recipientName: text|null, status: Status, \
         issuanceDate: time, expirationDate: time|null, claimedAt: time|null, isPublic: boolean, verificationUrl: uri, \
         documentUrl: uri, imageUrl: uri, linkedInUrl: uri|null",
        ),
        ("OwnCredentials", "data: [OwnCredential], pagination: Pagination"),
    ],
};
