//! The VC-API and DID resolution.

use super::{Access, JSON, Operation, Table, answer, done};

const PROBLEM_JSON: &str = "application/problem+json";

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "Error",
    operations: &[
        Operation {
            method: "post",
            path: "/credentials/issue",
            id: "vcApiIssue",
            tag: "VC-API",
            access: Access::Key("credentials.issue"),
            summary: "Issue a credential of any type",
            query: &[],
            body: &[(JSON, "VcApiIssueRequest")],
            answers: &[
                answer("201", "Issued", JSON, "VcApiIssued"),
                answer("400", "What VCDM 2.0 says must fail", PROBLEM_JSON, "VcApiProblem"),
            ],
        },
        Operation {
            method: "post",
            path: "/credentials/status",
            id: "vcApiStatus",
            tag: "VC-API",
            access: Access::Key("credentials.revoke"),
            summary: "Revoke, suspend or reinstate a credential that was issued here with a status",
            query: &[],
            body: &[(JSON, "VcApiStatusChange")],
            answers: &[done("VcApiStatusChanged")],
        },
        Operation {
            method: "post",
            path: "/credentials/verify",
            id: "vcApiVerifyCredential",
            tag: "VC-API",
            access: Access::Nobody,
            summary: "Verify a credential of any type",
            query: &[],
            body: &[(JSON, "VcApiCredential")],
            answers: &[
                done("VcApiVerified"),
                answer("400", "Not verified", JSON, "VcApiVerified"),
                answer("400", "Not verified", PROBLEM_JSON, "VcApiProblem"),
            ],
        },
        Operation {
            method: "post",
            path: "/presentations/verify",
            id: "vcApiVerifyPresentation",
            tag: "VC-API",
            access: Access::Nobody,
            summary: "Verify a presentation and what it holds",
            query: &[],
            body: &[(JSON, "VcApiPresentation")],
            answers: &[
                done("VcApiVerified"),
                answer("400", "Not verified", JSON, "VcApiVerified"),
                answer("400", "Not verified", PROBLEM_JSON, "VcApiProblem"),
            ],
        },
        Operation {
            method: "get",
            path: "/1.0/identifiers/{did}",
            id: "resolveDid",
            tag: "VC-API",
            access: Access::Nobody,
            summary: "Resolve a `did:key` or a `did:web`",
            query: &[],
            body: &[],
            answers: &[
                answer("200", "The result", "application/ld+json", "DidResolution"),
                answer("default", "The result, without a document", "application/ld+json", "DidResolution"),
            ],
        },
    ],
    requests: &[
        ("VcApiIssueRequest", "credential: object, options?: VcApiIssueOptions"),
        (
            "VcApiIssueOptions",
            "type?: =DataIntegrityProof, cryptosuite?: =eddsa-rdfc-2022, proofPurpose?: =assertionMethod, envelope?: text, \
         alg?: =EdDSA/RS256, credentialId?: text, credentialStatus?: VcApiStatusEntry",
        ),
        ("VcApiStatusEntry", "type?: =BitstringStatusListEntry, statusPurpose?: =revocation/suspension"),
        ("VcApiStatusChange", "credentialId: text, credentialStatus: VcApiStatusEntry, status?: boolean"),
        ("VcApiCredential", "verifiableCredential: VcApiSecured, options?: VcApiVerifyOptions"),
        ("VcApiPresentation", "verifiablePresentation: object, options?: VcApiVerifyOptions"),
        (
            "VcApiVerifyOptions",
            "challenge?: text, domain?: text, checks?: [text], expectedProofPurpose?: =assertionMethod/authentication",
        ),
    ],
    answers: &[
        ("VcApiStatusChanged", "credentialId: text, credentialStatus: object, status: boolean"),
        ("VcApiIssued", "verifiableCredential: object"),
        ("VcApiProblem", "type: uri, title: text, status: integer, detail: text, code: text, member?: text"),
        (
            "VcApiVerified",
            "verified: boolean, problemDetails: [VcApiProblem], outcome: =verified/rejected/indeterminate, code: text, \
         checkedAt: time, checks: [object], claims: object|null, credentials?: [object]",
        ),
        (
            "DidResolution",
            "@context: uri, didDocument: object|null, didResolutionMetadata: object, didDocumentMetadata: object",
        ),
    ],
};
