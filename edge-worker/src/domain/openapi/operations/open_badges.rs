//! The Open Badges 3.0 API (OB 3.0 §6).

use super::{Access, JSON, Operation, Table, answer, done};

const VC_LD_JSON: &str = "application/vc+ld+json";
const TEXT: &str = "text/plain";

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "Imsx_StatusInfo",
    operations: &[
        Operation {
            method: "get",
            path: "/ims/ob/v3p0/discovery",
            id: "getServiceDescription",
            tag: "open badges",
            access: Access::Nobody,
            summary: "The service description, as OpenAPI 3.0",
            query: &[],
            body: &[],
            answers: &[answer("200", "The document", JSON, "object")],
        },
        Operation {
            method: "get",
            path: "/ims/ob/v3p0/credentials",
            id: "getCredentials",
            tag: "open badges",
            access: Access::Token("credential.readonly"),
            summary: "What the person was awarded here and brought from elsewhere",
            query: &[("limit", "limit"), ("offset", "offset"), ("since", "date-time")],
            body: &[],
            answers: &[done("GetOpenBadgeCredentialsResponse")],
        },
        Operation {
            method: "post",
            path: "/ims/ob/v3p0/credentials",
            id: "upsertCredential",
            tag: "open badges",
            access: Access::Token("credential.upsert"),
            summary: "Add a credential, or put it in the place of an older one",
            query: &[],
            body: &[(VC_LD_JSON, "object"), (JSON, "object"), (TEXT, "string")],
            answers: &[
                answer("201", "Added", JSON, "object"),
                answer("200", "Replaced", JSON, "object"),
                answer("304", "A newer one is there", "", ""),
            ],
        },
        Operation {
            method: "get",
            path: "/ims/ob/v3p0/profile",
            id: "getProfile",
            tag: "open badges",
            access: Access::Token("profile.readonly"),
            summary: "The person\u{2019}s `Profile`",
            query: &[],
            body: &[],
            answers: &[answer("200", "The profile", JSON, "object")],
        },
        Operation {
            method: "put",
            path: "/ims/ob/v3p0/profile",
            id: "putProfile",
            tag: "open badges",
            access: Access::Token("profile.update"),
            summary: "Replace the person\u{2019}s `Profile`",
            query: &[],
            body: &[(JSON, "object")],
            answers: &[answer("200", "The profile", JSON, "object")],
        },
    ],
    requests: &[],
    answers: &[
        ("GetOpenBadgeCredentialsResponse", "credential?: [object], compactJwsString?: [text]"),
        (
            "Imsx_StatusInfo",
            "imsx_codeMajor: =failure, imsx_severity: =error, imsx_description: text, imsx_CodeMinor: Imsx_CodeMinor",
        ),
        ("Imsx_CodeMinor", "imsx_codeMinorField: [Imsx_CodeMinorField]"),
        ("Imsx_CodeMinorField", "imsx_codeMinorFieldName: text, imsx_codeMinorFieldValue: text"),
    ],
};
