//! Contract B: the keys of tenants.

use super::{Access, JSON, Operation, Table, answer, done};

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
    ],
    requests: &[("NewTenantKey", "label: text, scopes?: [Scope], expiresAt?: time")],
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
        ("RevokedTenantKey", "tenantId: Slug, apiKeyId: uuid, revoked: boolean"),
    ],
};
