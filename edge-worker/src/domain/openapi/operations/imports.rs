//! What a signed-in person brings from elsewhere, and whom they let at what is theirs.

use super::{Access, JSON, Operation, Table, answer, done, nothing};

const VC_LD_JSON: &str = "application/vc+ld+json";

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "Error",
    operations: &[
        Operation {
            method: "get",
            path: "/api/me/imports",
            id: "ownImports",
            tag: "me",
            access: Access::Session,
            summary: "The badges that one has brought from elsewhere",
            query: &[("limit", "limit"), ("offset", "offset")],
            body: &[],
            answers: &[done("Imports")],
        },
        Operation {
            method: "post",
            path: "/api/me/imports",
            id: "importBadge",
            tag: "me",
            access: Access::Session,
            summary: "Bring a badge: a file, or the address of one",
            query: &[],
            body: &[
                (JSON, "ImportUrl"),
                ("multipart/form-data", "ImageForm"),
                (VC_LD_JSON, "object"),
                ("text/plain", "string"),
                ("image/png", "binary"),
                ("image/svg+xml", "binary"),
            ],
            answers: &[
                answer("201", "Kept", JSON, "Import"),
                answer("200", "Kept in the place of an older one, or issued here anyway", JSON, "ImportOrOwn"),
            ],
        },
        Operation {
            method: "get",
            path: "/api/me/imports/{import}",
            id: "ownImport",
            tag: "me",
            access: Access::Session,
            summary: "One of them, verified at this moment",
            query: &[],
            body: &[],
            answers: &[done("VerifiedImport")],
        },
        Operation {
            method: "delete",
            path: "/api/me/imports/{import}",
            id: "deleteImport",
            tag: "me",
            access: Access::Session,
            summary: "Take one away",
            query: &[],
            body: &[],
            answers: &[nothing()],
        },
        Operation {
            method: "get",
            path: "/api/me/imports/{import}/file",
            id: "ownImportFile",
            tag: "me",
            access: Access::Session,
            summary: "Its bytes as they were brought",
            query: &[],
            body: &[],
            answers: &[answer("200", "The file", VC_LD_JSON, "object")],
        },
        Operation {
            method: "get",
            path: "/api/me/authorizations",
            id: "ownAuthorizations",
            tag: "me",
            access: Access::Session,
            summary: "The clients that one has let in",
            query: &[("limit", "limit"), ("offset", "offset")],
            body: &[],
            answers: &[done("Authorizations")],
        },
        Operation {
            method: "delete",
            path: "/api/me/authorizations/{authorization}",
            id: "withdrawAuthorization",
            tag: "me",
            access: Access::Session,
            summary: "Let a client in no more",
            query: &[],
            body: &[],
            answers: &[nothing()],
        },
    ],
    requests: &[("ImportUrl", "url: uri")],
    answers: &[
        ("Imports", "data: [Import], pagination: Pagination"),
        (
            "Import",
            "id: uuid, name: text, issuerName: text, validFrom: time, outcome: Outcome, code: text, verifiedAt: time, \
             createdAt: time, mediaType: text, fileUrl: uri",
        ),
        (
            "ImportOrOwn",
            "id?: uuid, name?: text, issuerName?: text, validFrom?: time, outcome?: Outcome, code?: text, \
             verifiedAt?: time, createdAt?: time, mediaType?: text, fileUrl?: uri, credentialId?: uuid",
        ),
        (
            "VerifiedImport",
            "id: uuid, name: text, issuerName: text, validFrom: time, outcome: Outcome, code: text, verifiedAt: time, \
             createdAt: time, mediaType: text, fileUrl: uri, report: object",
        ),
        ("Authorizations", "data: [Authorization], pagination: Pagination"),
        ("Authorization", "id: uuid, client: AllowedClient, scopes: [text], createdAt: time"),
        ("AllowedClient", "name: text, host: text, uri: uri"),
    ],
};
