//! The schemas that operations name, in a short notation: `member: type` and `member?: type` for what may be left out.
//!
//! A type is `string`, `text` (never empty), `time`, `uuid`, `email`, `uri`, `integer`, `boolean` or `object`; the name of
//! another schema; `[type]` for a list; `=a/b` for one of some words; and `type|null`. No object has other members.

use serde_json::{Map, Value, json};

use super::super::webhook::EventType;

/// What is sent. A member that may be left out may be `null` as well, which is the same.
const REQUESTS: &[(&str, &str)] = &[
    ("Bootstrap", "secret: text, email: email"),
    ("CodeRequest", "email: email, locale?: Locale"),
    ("SignIn", "email: email, code: text"),
    ("Refresh", "refreshToken: text"),
    ("Nothing", ""),
    ("NewOrganization", "name: text, slug: Slug, url?: uri, email?: email, description?: text"),
    ("OrganizationChange", "name?: text, url?: uri, email?: email, description?: text, settings?: SettingsChange"),
    (
        "SettingsChange",
        "notifications?: boolean, locale?: Locale, defaultVisibility?: =public/private, \
         recipientIdentifier?: =hashed/mailto",
    ),
    ("RoleChange", "role: Role"),
    ("NewInvitation", "email: email, role: Role"),
    ("Erasure", "email: email"),
    ("NewApiKey", "label: text, scopes?: [Scope]"),
    (
        "NewBadge",
        "name: text, slug?: Slug, description: text, criteria: Criteria, achievementType?: text, tags?: [text], \
         expiresInDays?: integer",
    ),
    (
        "BadgeChange",
        "name?: text, description?: text, criteria?: Criteria, achievementType?: text, tags?: [text], \
         expiresInDays?: integer, isActive?: boolean",
    ),
    (
        "IssueRequest",
        "badgeId: uuid, recipient: Recipient, isPublic?: boolean, notify?: boolean, locale?: Locale, narrative?: text, \
         evidence?: [Evidence], validFrom?: time, validUntil?: time",
    ),
    ("Recipient", "name: text, email: email, id?: uri"),
    ("Evidence", "id?: uri, name?: text, description?: text, narrative?: text, genre?: text"),
    ("Reason", "reason: text, reasonCode?: ReasonCode"),
    ("Review", "status?: OrganizationStatus, plan?: Plan"),
    ("Visibility", "isPublic: boolean"),
    ("NewWebhook", "url: uri, events?: [EventType], isActive?: boolean"),
    ("WebhookChange", "url?: uri, events?: [EventType], isActive?: boolean"),
];

/// What is answered.
const ANSWERS: &[(&str, &str)] = &[
    ("Error", "error: ErrorCode, message: text, details?: ErrorDetails"),
    ("ErrorDetails", "field: text"),
    ("Pagination", "limit: integer, offset: integer, total: integer"),
    ("Health", "status: =ok"),
    ("CodeSent", "expiresAt: time"),
    ("Session", "token: text, expiresAt: time, refreshToken: text, user: User"),
    ("Tokens", "token: text, expiresAt: time, refreshToken: text"),
    ("SignedIn", "user: User"),
    ("User", "id: uuid, email: email, emailVerified: boolean"),
    (
        "Organization",
        "id: uuid, slug: Slug, name: text, url: uri|null, email: email|null, description: text|null, did: text|null, \
         status: OrganizationStatus, plan: Plan, settings: Settings, createdAt: time",
    ),
    (
        "OwnOrganization",
        "id: uuid, slug: Slug, name: text, url: uri|null, email: email|null, description: text|null, did: text|null, \
         status: OrganizationStatus, plan: Plan, settings: Settings, createdAt: time, role: Role",
    ),
    (
        "Settings",
        "notifications: boolean, locale: Locale, defaultVisibility: =public/private, recipientIdentifier: =hashed/mailto",
    ),
    ("OwnOrganizations", "data: [OwnOrganization]"),
    ("Organizations", "data: [Organization], pagination: Pagination"),
    ("Member", "userId: uuid, email: email, role: Role, createdAt: time"),
    ("Members", "data: [Member]"),
    ("Invitation", "id: uuid, email: email, role: Role, url: uri, createdAt: time, expiresAt: time"),
    ("Invitations", "data: [Invitation]"),
    ("InvitationShown", "organization: NamedOrganization, role: Role, expiresAt: time, isOpen: boolean"),
    ("NamedOrganization", "name: text, slug: Slug"),
    ("Accepted", "organizationId: uuid, role: Role"),
    ("Erased", "credentials: integer"),
    ("SigningKey", "id: uuid, publicKeyMultibase: text, verificationMethod: text, did: text, createdAt: time"),
    (
        "ApiKey",
        "id: uuid, label: text, prefix: text, last4: text, scopes: [Scope], createdAt: time, revokedAt?: time|null",
    ),
    ("ApiKeys", "data: [ApiKey]"),
    ("MadeApiKey", "apiKey: text, key: ApiKey"),
    (
        "Badge",
        "id: uuid, name: text, slug: Slug, description: text, criteria: CriteriaObject, imageUrl: uri|null, \
         achievementType: text|null, expiresInDays: integer|null, tags: [text], isActive: boolean, createdAt: time, \
         publicUrl: uri, achievementUrl: uri",
    ),
    ("CriteriaObject", "id?: uri, narrative?: text"),
    ("Badges", "data: [Badge], pagination: Pagination"),
    ("Achievements", "data: [object], pagination: Pagination"),
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
        "id: uuid, credentialId: Code, badgeName: text, organizationName: text, recipientName: text, status: Status, \
         issuanceDate: time, expirationDate: time|null, claimedAt: time|null, isPublic: boolean, verificationUrl: uri, \
         documentUrl: uri, imageUrl: uri, linkedInUrl: uri|null",
    ),
    ("OwnCredentials", "data: [OwnCredential], pagination: Pagination"),
    (
        "Verification",
        "status: Status, credential: ShownCredential, verification: Verified, ob3Credential: object, features: Features",
    ),
    (
        "ShownCredential",
        "id: uuid, credentialId: Code, badgeId: uuid, badgeName: text, organization: Issuer, recipientName: text|null, \
         issuanceDate: time, expirationDate: time|null, claimedAt: time|null, revokedAt: time|null, isPublic: boolean, \
         verificationUrl: uri, imageUrl: uri|null, supersedesCredentialId: uuid|null, supersededByCredentialId: uuid|null",
    ),
    ("Issuer", "name: text, slug: Slug, did: text"),
    ("Verified", "signatureValid: boolean, notRevoked: boolean, notExpired: boolean, report: object"),
    ("Features", "qrCodeEnabled: boolean"),
    (
        "Webhook",
        "id: uuid, url: uri, events: [EventType], isActive: boolean, createdAt: time, previousSecretUntil: time|null",
    ),
    (
        "MadeWebhook",
        "id: uuid, url: uri, events: [EventType], isActive: boolean, createdAt: time, previousSecretUntil: time|null, \
         secret: text",
    ),
    ("Webhooks", "data: [Webhook]"),
    ("RotatedSecret", "secret: text, previousSecretUntil: time"),
    (
        "Delivery",
        "id: uuid, eventId: text, type: EventType, state: DeliveryState, attempts: integer, lastStatus: integer|null, \
         lastError: text|null, nextAttemptAt: time|null, createdAt: time, endedAt: time|null",
    ),
    ("Deliveries", "data: [Delivery], pagination: Pagination"),
    ("Redelivered", "id: uuid"),
    ("ImageVerification", "verification: ImageVerified, ob3Credential: object|null"),
    (
        "ImageVerified",
        "outcome: =verified/rejected/indeterminate, code: text, signatureValid: boolean, notRevoked: boolean, \
         notExpired: boolean, report: object",
    ),
    (
        "OEmbed",
        "version: =1.0, type: =rich, title: text, author_name: text, provider_name: text, provider_url: uri, html: text, \
         width: integer, height: integer",
    ),
];

/// Words of which one is taken.
const WORDS: &[(&str, &str)] = &[
    ("Status", "pending/valid/expired/revoked/suspended"),
    ("RowState", "waiting/issued/renewed/skipped/failed"),
    ("DeliveryState", "waiting/delivered/failed"),
    ("OrganizationStatus", "pending_review/approved/rejected/suspended"),
    ("Plan", "free/professional/enterprise"),
    ("Role", "owner/admin/issuer/viewer"),
    (
        "ReasonCode",
        "administrative_hold/policy_violation/appeal_pending/appeal_resolved/credential_expired/issuer_requested/other",
    ),
    (
        "Scope",
        "badges.read/badges.write/credentials.read/credentials.issue/credentials.revoke/queue.issue/queue.revoke/\
         webhooks.manage/*",
    ),
    (
        "ErrorCode",
        "VALIDATION_ERROR/UNAUTHORIZED/FORBIDDEN/EMAIL_MISMATCH/EMAIL_NOT_VERIFIED/NOT_FOUND/METHOD_NOT_ALLOWED/CONFLICT/\
         ALREADY_CLAIMED/PAYLOAD_TOO_LARGE/UNSUPPORTED_MEDIA_TYPE/RATE_LIMITED/INTERNAL_ERROR",
    ),
];

/// Every schema by its name.
pub(super) fn all() -> Value {
    let mut schemas = Map::new();
    for (name, members) in REQUESTS {
        schemas.insert((*name).into(), object(members, true));
    }
    for (name, members) in ANSWERS {
        schemas.insert((*name).into(), object(members, false));
    }
    for (name, words) in WORDS {
        schemas.insert((*name).into(), one_of(words));
    }
    let events: Vec<&str> = EventType::ALL.iter().map(|event| event.as_str()).collect();
    for (name, schema) in [
        ("EventType", json!({ "type": "string", "enum": events })),
        (
            "Locale",
            json!({ "type": "string", "pattern": "^([Ee][NnSs]|[Dd][Ee]|[Ff][Rr]|[Jj][Aa]|[Nn][Ll])(-[A-Za-z0-9-]{0,30})?$" }),
        ),
        ("Slug", json!({ "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" })),
        ("Code", json!({ "type": "string", "pattern": "^CRD-[0-9A-Z]{8}$" })),
        ("Criteria", json!({ "anyOf": [{ "type": "string", "minLength": 1 }, described("CriteriaObject")] })),
        (
            "ImageForm",
            json!({
                "type": "object",
                "required": ["image"],
                "properties": { "image": { "type": "string", "format": "binary" } },
            }),
        ),
        (
            "IssueRequests",
            json!({ "type": "array", "items": described("IssueRequest"), "minItems": 1, "maxItems": 10_000 }),
        ),
    ] {
        schemas.insert(name.into(), schema);
    }
    Value::Object(schemas)
}

fn object(members: &str, is_request: bool) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for member in members.split(", ").filter(|member| !member.is_empty()) {
        let Some((name, kind)) = member.split_once(": ") else { continue };
        let schema = match name.strip_suffix('?') {
            Some(_) if is_request => or_null(described(kind)),
            _ => described(kind),
        };
        let name = name.trim_end_matches('?');
        if !member.contains("?: ") {
            required.push(name);
        }
        properties.insert(name.into(), schema);
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn described(kind: &str) -> Value {
    if let Some(kind) = kind.strip_suffix("|null") {
        return or_null(described(kind));
    }
    if let Some(items) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        return json!({ "type": "array", "items": described(items) });
    }
    if let Some(words) = kind.strip_prefix('=') {
        return one_of(words);
    }
    match kind {
        "time" => json!({ "type": "string", "format": "date-time" }),
        "uuid" | "email" | "uri" => json!({ "type": "string", "format": kind }),
        "text" => json!({ "type": "string", "minLength": 1 }),
        "string" | "integer" | "boolean" | "object" => json!({ "type": kind }),
        name => json!({ "$ref": format!("#/components/schemas/{name}") }),
    }
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn one_of(words: &str) -> Value {
    json!({ "type": "string", "enum": words.split('/').collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::super::super::api_key::Scope;
    use super::super::super::lifecycle::ReasonCode;
    use super::*;

    fn words(name: &str) -> Vec<&'static str> {
        WORDS.iter().find(|(known, _)| *known == name).unwrap().1.split('/').collect()
    }

    #[test]
    fn words_are_those_of_the_types() {
        assert_eq!(words("Scope"), Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>());
        assert_eq!(words("ReasonCode"), ReasonCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
        assert_eq!(words("Status"), super::super::super::credential::Status::ALL.map(|status| status.as_str()));
    }

    #[test]
    fn the_notation_is_read() {
        let schema = object("a: uuid, b?: [text]|null, c: =x/y, d: Badge", false);
        assert_eq!(schema["required"], json!(["a", "c", "d"]));
        assert_eq!(schema["properties"]["b"]["anyOf"][0]["items"]["minLength"], 1);
        assert_eq!(schema["properties"]["c"]["enum"], json!(["x", "y"]));
        assert_eq!(schema["properties"]["d"]["$ref"], "#/components/schemas/Badge");
        assert_eq!(object("a?: text", true)["properties"]["a"]["anyOf"][1]["type"], "null");
    }
}
