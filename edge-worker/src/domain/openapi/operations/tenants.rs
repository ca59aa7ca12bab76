//! Contract B: the keys of tenants, and their queue.

use super::{Access, JSON, Operation, Table, answer, done, under_way};

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "TenantError",
    operations: &[
        Operation {
            method: "get",
            path: "/v1/tenants/{tenant}/api-keys",
            id: "listTenantKeys",
            tag: "tenants",
            access: Access::Session,
            summary: "The API keys of a tenant",
            query: &[("includeRevoked", "boolean")],
            body: &[],
            answers: &[done("TenantKeys")],
        },
        Operation {
            method: "post",
            path: "/v1/tenants/{tenant}/api-keys",
            id: "createTenantKey",
            tag: "tenants",
            access: Access::Session,
            summary: "Make an API key, shown this once",
            query: &[],
            body: &[(JSON, "NewTenantKey")],
            answers: &[answer("201", "Made", JSON, "MadeTenantKey")],
        },
        Operation {
            method: "post",
            path: "/v1/tenants/{tenant}/api-keys/{key}/revoke",
            id: "revokeTenantKey",
            tag: "tenants",
            access: Access::Session,
            summary: "Revoke an API key, at once",
            query: &[],
            body: &[],
            answers: &[done("RevokedTenantKey")],
        },
        Operation {
            method: "post",
            path: "/v1/programmatic/issue",
            id: "queueIssue",
            tag: "queue",
            access: Access::Key("queue.issue"),
            summary: "Issue a badge through the queue, under the assertionId of the answer",
            query: &[],
            body: &[(JSON, "QueuedIssue")],
            answers: &[under_way("Queued")],
        },
        Operation {
            method: "post",
            path: "/v1/programmatic/revoke",
            id: "queueRevoke",
            tag: "queue",
            access: Access::Key("queue.revoke"),
            summary: "Revoke an assertion through the queue",
            query: &[],
            body: &[(JSON, "QueuedRevoke")],
            answers: &[under_way("Queued")],
        },
        Operation {
            method: "get",
            path: "/v1/programmatic/jobs",
            id: "listQueueJobs",
            tag: "queue",
            access: Access::Key("queue.issue"),
            summary: "The jobs in one state, failed ones unless another is asked for; for owners and admins as well",
            query: &[("tenantId", "string"), ("state", "string"), ("limit", "limit"), ("offset", "offset")],
            body: &[],
            answers: &[done("QueueJobs")],
        },
        Operation {
            method: "get",
            path: "/v1/programmatic/jobs/{key}",
            id: "showQueueJob",
            tag: "queue",
            access: Access::Key("queue.issue"),
            summary: "How the job under an idempotency key goes; for owners and admins as well",
            query: &[("tenantId", "string")],
            body: &[],
            answers: &[done("QueueJob")],
        },
        Operation {
            method: "post",
            path: "/v1/programmatic/jobs/{key}/retry",
            id: "retryQueueJob",
            tag: "queue",
            access: Access::Key("queue.issue"),
            summary: "Try a failed job anew; for owners and admins as well",
            query: &[("tenantId", "string")],
            body: &[],
            answers: &[under_way("QueueJob")],
        },
    ],
    requests: &[
        ("NewTenantKey", "label: text, scopes?: [Scope], expiresAt?: time"),
        (
            "QueuedIssue",
            "tenantId: text, badgeTemplateId: text, recipientIdentity: text, \
             recipientIdentityType: =email/email_sha256/did/url, recipientIdentifiers?: [RecipientIdentifier], \
             idempotencyKey: text",
        ),
        (
            "RecipientIdentifier",
            "identifierType: =emailAddress/sourcedId/did/nationalIdentityNumber/studentId, identifier: text",
        ),
        ("QueuedRevoke", "tenantId: text, assertionId: text, reason: text, idempotencyKey: text"),
    ],
    answers: &[
        ("TenantError", "error: text, details?: [TenantFault]"),
        ("TenantFault", "path: [PathPart], message: text"),
        ("TenantKeys", "tenantId: Slug, keys: [TenantKey]"),
        (
            "TenantKey",
            "id: uuid, tenantId: Slug, label: text, keyPrefix: text, scopesJson: text, createdByUserId: uuid, \
             expiresAt: time|null, lastUsedAt: time|null, revokedAt: time|null, createdAt: time, updatedAt: time",
        ),
        ("MadeTenantKey", "tenantId: Slug, apiKey: text, key: NewestTenantKey"),
        (
            "NewestTenantKey",
            "id: uuid, label: text, keyPrefix: text, scopesJson: text, createdByUserId: uuid, expiresAt: time|null, \
             revokedAt: time|null, createdAt: time",
        ),
        (
            "Queued",
            "status: =queued, channel: =programmatic_api_key, jobType: =issue_badge/revoke_badge, assertionId: text, \
             revocationId?: text, idempotencyKey: text",
        ),
        ("QueueJobs", "tenantId: Slug, jobs: [QueueJob], pagination: Pagination"),
        (
            "QueueJob",
            "tenantId: Slug, idempotencyKey: text, jobType: =issue_badge/revoke_badge, \
             state: =queued/processing/completed/failed, attempts: integer, maxAttempts: integer, lastError: text|null, \
             assertionId: text, revocationId?: text, createdAt: time, nextAttemptAt: time|null, completedAt: time|null",
        ),
        ("RevokedTenantKey", "tenantId: Slug, apiKeyId: uuid, revoked: boolean"),
    ],
};
