//! Credentials for wallets, by OpenID for Verifiable Credential Issuance.

use super::{Access, JSON, Operation, Table, answer, done};

/// What a recipient does.
pub(super) const OFFERS: Table = Table {
    refusal: "Error",
    operations: &[Operation {
        method: "post",
        path: "/api/me/credentials/{credential}/offer",
        id: "offerToWallet",
        tag: "wallets",
        access: Access::Session,
        summary: "Offer a credential to one\u{2019}s own wallet",
        query: &[],
        body: &[(JSON, "WalletOfferRequest")],
        answers: &[answer("201", "Made", JSON, "WalletOffer")],
    }],
    requests: &[("WalletOfferRequest", "txCode?: boolean")],
    answers: &[("WalletOffer", "offerUri: text, offer: object, txCode: text|null, expiresAt: time")],
};

/// What a wallet does.
pub(super) const TABLE: Table = Table {
    refusal: "WalletError",
    operations: &[
        Operation {
            method: "get",
            path: "/.well-known/openid-credential-issuer",
            id: "credentialIssuerMetadata",
            tag: "wallets",
            access: Access::Nobody,
            summary: "What wallets can have here (OpenID4VCI 1.0)",
            query: &[],
            body: &[],
            answers: &[done("object")],
        },
        Operation {
            method: "get",
            path: "/.well-known/oauth-authorization-server/oid4vci",
            id: "walletServerMetadata",
            tag: "wallets",
            access: Access::Nobody,
            summary: "Where wallets get tokens (RFC 8414)",
            query: &[],
            body: &[],
            answers: &[done("object")],
        },
        Operation {
            method: "post",
            path: "/oid4vci/token",
            id: "walletToken",
            tag: "wallets",
            access: Access::Nobody,
            summary: "A token for a pre-authorized code",
            query: &[],
            body: &[("application/x-www-form-urlencoded", "object")],
            answers: &[done("WalletToken")],
        },
        Operation {
            method: "post",
            path: "/oid4vci/nonce",
            id: "walletNonce",
            tag: "wallets",
            access: Access::Nobody,
            summary: "A nonce to sign over",
            query: &[],
            body: &[],
            answers: &[done("WalletNonce")],
        },
        Operation {
            method: "post",
            path: "/oid4vci/credential",
            id: "walletCredential",
            tag: "wallets",
            access: Access::Nobody,
            summary: "The credential for the access token, once",
            query: &[],
            body: &[(JSON, "object")],
            answers: &[done("WalletCredentials")],
        },
    ],
    requests: &[],
    answers: &[
        ("WalletToken", "access_token: text, token_type: =Bearer, expires_in: integer"),
        ("WalletNonce", "c_nonce: text"),
        ("WalletCredentials", "credentials: [object]"),
        ("WalletError", "error: text, error_description?: text"),
    ],
};
