//! The OAuth 2.0 server of the Open Badges API, and what people allow by it.

use super::{Access, JSON, Operation, Table, answer, done};

const FORM: &str = "application/x-www-form-urlencoded";

/// Operations and the shapes that they alone use.
pub(super) const TABLE: Table = Table {
    refusal: "OAuthError",
    operations: &[
        Operation {
            method: "get",
            path: "/.well-known/oauth-authorization-server/ims/ob/v3p0/oauth",
            id: "authorizationServer",
            tag: "oauth",
            access: Access::Nobody,
            summary: "What the authorization server can do (RFC 8414)",
            query: &[],
            body: &[],
            answers: &[answer("200", "The document", JSON, "object")],
        },
        Operation {
            method: "post",
            path: "/ims/ob/v3p0/oauth/register",
            id: "registerClient",
            tag: "oauth",
            access: Access::Nobody,
            summary: "Register a client (RFC 7591)",
            query: &[],
            body: &[(JSON, "ClientMetadata")],
            answers: &[answer("201", "Registered", JSON, "RegisteredClient")],
        },
        Operation {
            method: "get",
            path: "/ims/ob/v3p0/oauth/authorize",
            id: "authorizationPage",
            tag: "oauth",
            access: Access::Nobody,
            summary: "The page on which a person says yes or no",
            query: &[
                ("response_type", "string"),
                ("client_id", "uuid"),
                ("redirect_uri", "string"),
                ("scope", "string"),
                ("state", "string"),
                ("code_challenge", "string"),
                ("code_challenge_method", "string"),
            ],
            body: &[],
            answers: &[answer("200", "The page", "text/html", "string")],
        },
        Operation {
            method: "post",
            path: "/ims/ob/v3p0/oauth/authorize",
            id: "authorizeClient",
            tag: "oauth",
            access: Access::Session,
            summary: "Say yes or no, as the page does",
            query: &[],
            body: &[(JSON, "Decision")],
            answers: &[done("Location")],
        },
        Operation {
            method: "get",
            path: "/ims/ob/v3p0/oauth/request",
            id: "describeRequest",
            tag: "oauth",
            access: Access::Nobody,
            summary: "Who asks for what, as the page shows it",
            query: &[("client_id", "uuid"), ("redirect_uri", "string")],
            body: &[],
            answers: &[done("AuthorizationRequest")],
        },
        Operation {
            method: "post",
            path: "/ims/ob/v3p0/oauth/token",
            id: "token",
            tag: "oauth",
            access: Access::Client,
            summary: "Give a code or a refresh token for tokens",
            query: &[],
            body: &[(FORM, "TokenRequest")],
            answers: &[done("TokenAnswer")],
        },
        Operation {
            method: "post",
            path: "/ims/ob/v3p0/oauth/revoke",
            id: "revokeToken",
            tag: "oauth",
            access: Access::Client,
            summary: "End a token (RFC 7009)",
            query: &[],
            body: &[(FORM, "Revocation")],
            answers: &[done("object")],
        },
    ],
    requests: &[
        (
            "ClientMetadata",
            "client_name: text, client_uri: uri, logo_uri: uri, tos_uri: uri, policy_uri: uri, software_id: text, \
             software_version: text, redirect_uris: [uri], token_endpoint_auth_method?: =client_secret_basic, \
             grant_types?: [=authorization_code/refresh_token], response_types?: [=code], scope: text",
        ),
        ("Decision", "request: text, isAllowed: boolean"),
        (
            "TokenRequest",
            "grant_type: =authorization_code/refresh_token, code?: text, redirect_uri?: uri, code_verifier?: text, \
             refresh_token?: text, scope?: text",
        ),
        ("Revocation", "token: text, token_type_hint?: text"),
    ],
    answers: &[
        ("OAuthError", "error: text, error_description: text"),
        (
            "RegisteredClient",
            "client_id: uuid, client_secret: text, client_id_issued_at: integer, client_secret_expires_at: integer, \
             client_name: text, client_uri: uri, logo_uri: uri, tos_uri: uri, policy_uri: uri, software_id: text, \
             software_version: text, redirect_uris: [uri], token_endpoint_auth_method: =client_secret_basic, \
             grant_types: [=authorization_code/refresh_token], response_types: [=code], scope: text",
        ),
        ("Location", "location: uri"),
        ("AuthorizationRequest", "client: AskingClient, scopes: [text], isLasting: boolean, refused: Refusal|null"),
        ("AskingClient", "name: text, host: text, uri: uri, tosUri: uri, policyUri: uri"),
        ("Refusal", "error: text, description: text"),
        (
            "TokenAnswer",
            "access_token: text, token_type: =Bearer, expires_in: integer, scope: text, refresh_token?: text",
        ),
    ],
};
