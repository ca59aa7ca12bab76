//! Contract B: the assertions of tenants.

use super::{Access, JSON, Operation, Table, answer, done};

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "TenantError",
    operations: &[
        Operation {
            method: "get",
            path: "/v1/tenants/{tenant}/assertions",
            id: "listAssertions",
            tag: "assertions",
            access: Access::Session,
            summary: "The assertions of a tenant",
            query: &[
                ("limit", "limit"),
                ("offset", "offset"),
                ("cursor", "string"),
                ("badgeTemplateId", "string"),
                ("state", "AssertionState"),
            ],
            body: &[],
            answers: &[done("Assertions")],
        },
        Operation {
            method: "get",
            path: "/v1/tenants/{tenant}/assertions/ledger-export.csv",
            id: "exportLedger",
            tag: "assertions",
            access: Access::Session,
            summary: "The assertions of a tenant as a table",
            query: &[("badgeTemplateId", "string"), ("state", "AssertionState")],
            body: &[],
            answers: &[answer("200", "The table", "text/csv", "string")],
        },
        Operation {
            method: "post",
            path: "/v1/tenants/{tenant}/assertions/manual-issue",
            id: "manualIssue",
            tag: "assertions",
            access: Access::Session,
            summary: "Issue a badge at once, by hand",
            query: &[],
            body: &[(JSON, "NewManualIssue")],
            answers: &[answer("201", "Issued", JSON, "ManualIssue")],
        },
        Operation {
            method: "get",
            path: "/v1/tenants/{tenant}/assertions/{assertion}/lifecycle",
            id: "lifecycle",
            tag: "assertions",
            access: Access::Session,
            summary: "Where an assertion stands, and what happened to it",
            query: &[],
            body: &[],
            answers: &[done("Lifecycle")],
        },
        Operation {
            method: "post",
            path: "/v1/tenants/{tenant}/assertions/{assertion}/lifecycle/transition",
            id: "transition",
            tag: "assertions",
            access: Access::Session,
            summary: "Move an assertion to another state",
            query: &[],
            body: &[(JSON, "NewTransition")],
            answers: &[done("Transition"), answer("409", "There is no way there", JSON, "NoTransition")],
        },
        Operation {
            method: "get",
            path: "/badges/{assertion}",
            id: "badgePage",
            tag: "assertions",
            access: Access::Nobody,
            summary: "The page of an assertion",
            query: &[],
            body: &[],
            answers: &[answer("200", "The page", "text/html", "string")],
        },
        Operation {
            method: "get",
            path: "/badges/{assertion}/verification",
            id: "badgeVerification",
            tag: "assertions",
            access: Access::Nobody,
            summary: "An assertion, verified at this moment",
            query: &[],
            body: &[],
            answers: &[done("BadgeVerification")],
        },
        Operation {
            method: "get",
            path: "/credentials/v1/{assertion}",
            id: "assertionPage",
            tag: "assertions",
            access: Access::Nobody,
            summary: "The page of an assertion",
            query: &[],
            body: &[],
            answers: &[answer("200", "The page", "text/html", "string")],
        },
        Operation {
            method: "get",
            path: "/credentials/v1/{assertion}/jsonld",
            id: "assertionDocument",
            tag: "assertions",
            access: Access::Nobody,
            summary: "The signed bytes as they were issued",
            query: &[],
            body: &[],
            answers: &[answer("200", "The document", "application/ld+json", "object")],
        },
        Operation {
            method: "get",
            path: "/credentials/v1/{assertion}/download",
            id: "assertionDownload",
            tag: "assertions",
            access: Access::Nobody,
            summary: "The signed bytes as a file",
            query: &[],
            body: &[],
            answers: &[answer("200", "The document", "application/ld+json", "object")],
        },
        Operation {
            method: "get",
            path: "/credentials/v1/status-lists/{tenant}/{purpose}",
            id: "tenantStatusList",
            tag: "assertions",
            access: Access::Nobody,
            summary: "A `BitstringStatusListCredential` of a tenant",
            query: &[("block", "string")],
            body: &[],
            answers: &[answer("200", "The document", "application/vc+ld+json", "object")],
        },
    ],
    requests: &[
        (
            "NewTransition",
            "toState: AssertionState, reasonCode: ReasonCode, reason?: text, transitionSource?: =manual, \
             transitionedAt?: time",
        ),
        (
            "NewManualIssue",
            "badgeTemplateId: text, recipientIdentity: text, recipientIdentityType: =email/email_sha256/did/url, \
             recipientDisplayName?: text, recipientIdentifiers?: [RecipientIdentifier], idempotencyKey?: text",
        ),
    ],
    answers: &[
        (
            "ManualIssue",
            "status: =issued, tenantId: Slug, assertionId: text, idempotencyKey: text|null, credential: object",
        ),
        (
            "BadgeVerification",
            "assertionId: text, tenantId: Slug, issuedAt: time, verification: VerificationResult, credential: object",
        ),
        (
            "VerificationResult",
            "status: =active/suspended/revoked/expired/invalid/unchecked, reason: text|null, checkedAt: time, \
             expiresAt: time|null, revokedAt: time|null, assertionLifecycle: Standing, statusList: object|null, \
             checks: VerificationChecks, proof: ProofResult",
        ),
        ("Standing", "state: AssertionState, source: StateSource, transitionedAt: time, revokedAt: time|null"),
        (
            "VerificationChecks",
            "jsonLdSafeMode: CheckResult, credentialSchema: CheckResult, credentialSubject: CheckResult, \
             dates: CheckResult, credentialStatus: CheckResult",
        ),
        ("CheckResult", "status: =valid/invalid/unchecked, reason: text|null"),
        (
            "ProofResult",
            "status: =valid/invalid/unchecked, format: text|null, cryptosuite: text|null, \
             verificationMethod: text|null, reason: text|null",
        ),
        (
            "Assertions",
            "tenantId: Slug, count: integer, total: integer, nextCursor: text|null, assertions: [Assertion]",
        ),
        (
            "Assertion",
            "assertionId: text, tenantId: Slug, publicId: Code, badgeTemplateId: Slug, badgeTitle: text, \
             badgeImageUri: uri|null, recipientIdentity: text|null, recipientIdentityType: text, issuedAt: time, \
             expiresAt: time|null, revokedAt: time|null, state: AssertionState, source: StateSource, \
             reasonCode: ReasonCode|null, reason: text|null, transitionedAt: time",
        ),
        (
            "Lifecycle",
            "assertionId: text, tenantId: Slug, state: AssertionState, source: StateSource, reasonCode: ReasonCode|null, \
             reason: text|null, transitionedAt: time, revokedAt: time|null, events: [LifecycleEvent]",
        ),
        (
            "LifecycleEvent",
            "id: text, tenantId: Slug, assertionId: text, fromState: AssertionState, toState: AssertionState, \
             reasonCode: ReasonCode, reason: text|null, transitionSource: =manual/automation, actorUserId: uuid|null, \
             transitionedAt: time, createdAt: time",
        ),
        (
            "Transition",
            "status: =transitioned/already_in_state, fromState: AssertionState, toState: AssertionState, \
             currentState: AssertionState, message: text, event?: LifecycleEvent",
        ),
        (
            "NoTransition",
            "error: text, fromState: AssertionState, toState: AssertionState, currentState: AssertionState, message: text",
        ),
    ],
};
