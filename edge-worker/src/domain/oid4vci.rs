//! OpenID for Verifiable Credential Issuance 1.0, by pre-authorized code: what is offered, asked for and shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ob3_core::{Algorithm, DateTime, own_key_jwk};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::ids::WalletOfferId;
use super::origin::Origin;
use super::vc_api::Envelope;
use super::{claim, digest};

/// How long a code is good, and then its token.
pub const LIFETIME_SECONDS: i64 = 600;
/// How long a nonce is good.
pub const NONCE_LIFETIME_SECONDS: i64 = 300;
/// How often a code may be presented, with one `tx_code` or another.
pub const MAX_ATTEMPTS: i64 = 5;
/// The grant type (§6.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// By how much the clock of a wallet may be off.
const SKEW_SECONDS: i64 = 60;
/// How old a proof may be.
const MAX_PROOF_AGE_SECONDS: i64 = 300;
const MAX_PROOF_BYTES: usize = 8192;

const LDP_VC: &str = "OpenBadgeCredential_ldp_vc";
const JWT_VC_JSON: &str = "OpenBadgeCredential_jwt_vc_json";

/// The identifier of the credential issuer, which is this deployment.
#[must_use]
pub fn credential_issuer(origin: &Origin) -> String {
    origin.to_string()
}

/// The identifier of the server that gives tokens for it.
#[must_use]
pub fn authorization_server(origin: &Origin) -> String {
    origin.at("/oid4vci")
}

/// The issuer's metadata (§12.2).
#[must_use]
pub fn issuer_metadata(origin: &Origin) -> Value {
    let types = ["VerifiableCredential", "OpenBadgeCredential"];
    let contexts =
        ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"];
    // RS256 where the badge's issuer has brought such a key.
    let configuration = |format: &str, signing: &[&str], definition: Value| {
        json!({
            "format": format,
            "scope": format!("OpenBadgeCredential_{format}"),
            "credential_definition": definition,
            "cryptographic_binding_methods_supported": ["did:key", "did:jwk", "jwk"],
            "credential_signing_alg_values_supported": signing,
            "proof_types_supported": { "jwt": { "proof_signing_alg_values_supported": ["EdDSA", "ES256"] } },
            "credential_metadata": { "display": [{ "name": "Open Badge", "locale": "en" }] },
        })
    };
    json!({
        "credential_issuer": credential_issuer(origin),
        "authorization_servers": [authorization_server(origin)],
        "credential_endpoint": origin.at("/oid4vci/credential"),
        "nonce_endpoint": origin.at("/oid4vci/nonce"),
        "display": [{ "name": "Accolade", "locale": "en" }],
        "credential_configurations_supported": {
            LDP_VC: configuration("ldp_vc", &["eddsa-rdfc-2022"], json!({ "@context": contexts, "type": types })),
            JWT_VC_JSON: configuration("jwt_vc_json", &["EdDSA", "RS256"], json!({ "type": types })),
        },
    })
}

/// The metadata of the server that gives tokens (RFC 8414).
#[must_use]
pub fn server_metadata(origin: &Origin) -> Value {
    json!({
        "issuer": authorization_server(origin),
        "token_endpoint": origin.at("/oid4vci/token"),
        "grant_types_supported": [GRANT_TYPE],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": true,
    })
}

/// An offer (§4.1.1).
#[must_use]
pub fn offer(origin: &Origin, code: &str, has_tx_code: bool) -> Value {
    let mut grant = json!({ "pre-authorized_code": code });
    if let (true, Some(members)) = (has_tx_code, grant.as_object_mut()) {
        members.insert("tx_code".into(), json!({ "input_mode": "numeric", "length": 6 }));
    }
    json!({
        "credential_issuer": credential_issuer(origin),
        "credential_configuration_ids": [LDP_VC, JWT_VC_JSON],
        "grants": { GRANT_TYPE: grant },
    })
}

/// The link that opens a wallet with an offer (§4.1.2).
#[must_use]
pub fn offer_uri(offer: &Value) -> String {
    format!("openid-credential-offer://?credential_offer={}", claim::encode(&offer.to_string()))
}

/// A code, a token or a nonce out of random bytes.
#[must_use]
pub fn secret_from_random(bytes: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The hash under which one of them is found.
#[must_use]
pub fn hash(secret: &str) -> String {
    digest::sha256_hex(secret.as_bytes())
}

/// What is kept of the code for people.
#[must_use]
pub fn tx_code_mac(secret: &str, offer: WalletOfferId, code: &str) -> Option<String> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    Some(digest::hex(&mac.chain_update(format!("wallet tx_code\n{offer}\n{code}")).finalize().into_bytes()))
}

/// Why a wallet gets nothing: the word on the wire (RFC 6749 §5.2, RFC 6750 §3.1, OID4VCI §6.3 and §8.3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The request is not as it should be.
    InvalidRequest(&'static str),
    /// The grant is another one.
    UnsupportedGrantType,
    /// The code, or the one for people, is wrong, used up or too old.
    InvalidGrant,
    /// There is no token, or it is used up or too old.
    InvalidToken,
    /// The request for a credential is not as it should be.
    InvalidCredentialRequest(&'static str),
    /// There is no such kind of credential here.
    UnknownCredentialConfiguration,
    /// The proof of the key does not hold.
    InvalidProof(&'static str),
    /// The nonce is used up, too old, or was never given.
    InvalidNonce,
    /// The credential does not hold any more, or is somebody else's.
    CredentialRequestDenied(&'static str),
}

impl Refused {
    /// The word, and what it means here.
    #[must_use]
    pub const fn wire(self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidRequest(why) => ("invalid_request", why),
            Self::UnsupportedGrantType => ("unsupported_grant_type", "only a pre-authorized code is taken"),
            Self::InvalidGrant => ("invalid_grant", "the code is wrong, used up or too old"),
            Self::InvalidToken => ("invalid_token", "the access token is used up or too old"),
            Self::InvalidCredentialRequest(why) => ("invalid_credential_request", why),
            Self::UnknownCredentialConfiguration => {
                ("unknown_credential_configuration", "there is no such kind of credential here")
            }
            Self::InvalidProof(why) => ("invalid_proof", why),
            Self::InvalidNonce => ("invalid_nonce", "the nonce is used up or too old"),
            Self::CredentialRequestDenied(why) => ("credential_request_denied", why),
        }
    }
}

/// A request for a token.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The code of the offer.
    pub code: String,
    /// The code for people.
    pub tx_code: Option<String>,
}

impl TokenRequest {
    /// Reads the parameters of the form; RFC 6749 §3.2: none is given twice.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn read(pairs: Vec<(String, String)>) -> Result<Self, Refused> {
        let mut parameters = Map::new();
        for (name, value) in pairs {
            if parameters.insert(name, value.into()).is_some() {
                return Err(Refused::InvalidRequest("a parameter is given twice"));
            }
        }
        let mut take = |name: &str| match parameters.remove(name) {
            Some(Value::String(text)) if !text.is_empty() && text.len() <= 512 => Some(text),
            _ => None,
        };
        match take("grant_type").as_deref() {
            Some(GRANT_TYPE) => {}
            Some(_) => return Err(Refused::UnsupportedGrantType),
            None => return Err(Refused::InvalidRequest("`grant_type` is required")),
        }
        let code = take("pre-authorized_code").ok_or(Refused::InvalidRequest("`pre-authorized_code` is required"))?;
        Ok(Self { code, tx_code: take("tx_code") })
    }
}

/// A request for a credential (§8.2).
#[derive(Debug, PartialEq, Eq)]
pub struct CredentialRequest {
    /// In which format.
    pub envelope: Envelope,
    /// A JWT that shows the key.
    pub proof: String,
}

impl CredentialRequest {
    /// Reads `{credential_configuration_id, proofs: {jwt: [one]}}`. As drafts had it, the kind may be told by its `format`, and
    /// the proof may stand alone.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn read(body: &[u8]) -> Result<Self, Refused> {
        let malformed = Refused::InvalidCredentialRequest;
        let body = super::json::parse(body).map_err(|_| malformed("the body is not JSON"))?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        if body.get("credential_identifier").is_some() || body.get("credential_response_encryption").is_some() {
            return Err(malformed("neither identifiers nor encryption are in use here"));
        }
        let kind = match (text("credential_configuration_id"), text("format")) {
            (Some(LDP_VC), None) | (None, Some("ldp_vc")) => Envelope::Embedded,
            (Some(JWT_VC_JSON), None) | (None, Some("jwt_vc_json")) => Envelope::Jws,
            (None, None) | (Some(_), Some(_)) => return Err(malformed("`credential_configuration_id` is required")),
            _ => return Err(Refused::UnknownCredentialConfiguration),
        };
        let proof = match (body.get("proofs"), body.get("proof")) {
            (Some(proofs), None) => {
                let only = proofs.as_object().is_some_and(|proofs| proofs.len() == 1);
                let jwts = proofs.get("jwt").and_then(Value::as_array).filter(|_| only);
                match jwts.map(Vec::as_slice) {
                    Some([Value::String(jwt)]) => Some(jwt.clone()),
                    _ => None,
                }
            }
            (None, Some(proof)) if proof.get("proof_type").and_then(Value::as_str) == Some("jwt") => {
                proof.get("jwt").and_then(Value::as_str).map(str::to_owned)
            }
            _ => None,
        };
        let proof = proof.ok_or(Refused::InvalidProof("one proof of type `jwt` is required"))?;
        Ok(Self { envelope: kind, proof })
    }
}

/// A proof that a wallet has its key (appendix F.1), read and not believed before its signature is checked.
#[derive(Debug, PartialEq, Eq)]
pub struct Proof {
    /// Whose key it is: a DID that is the key.
    pub holder: String,
    /// The key as a JWK, JSON text, as the core writes it for hosts.
    pub key: String,
    /// How it is signed.
    pub algorithm: Algorithm,
    /// What is signed.
    pub message: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// The nonce that it is signed over.
    pub nonce: String,
}

impl Proof {
    /// Reads the JWT of a proof that must be made for this issuer, now.
    ///
    /// # Errors
    /// [`Refused::InvalidProof`].
    pub fn read(jwt: &str, issuer: &str, now: DateTime) -> Result<Self, Refused> {
        let invalid = Refused::InvalidProof;
        if jwt.len() > MAX_PROOF_BYTES {
            return Err(invalid("the proof is too long"));
        }
        let (message, signature) = jwt.rsplit_once('.').ok_or(invalid("the proof is no JWT"))?;
        let (header, payload) = message.split_once('.').ok_or(invalid("the proof is no JWT"))?;
        let read = |part: &str| super::json::parse(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        let header = read(header).ok_or(invalid("the header can not be read"))?;
        let payload = read(payload).ok_or(invalid("the claims can not be read"))?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| invalid("the signature can not be read"))?;

        let members = header.as_object().ok_or(invalid("the header can not be read"))?;
        // Nothing that is not understood: `crit`, `x5c`, `trust_chain`, `jku`.
        if members.keys().any(|name| !matches!(name.as_str(), "alg" | "typ" | "kid" | "jwk")) {
            return Err(invalid("the header has a member that is not taken"));
        }
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        if text(&header, "typ").as_deref() != Some("openid4vci-proof+jwt") {
            return Err(invalid("`typ` must be `openid4vci-proof+jwt`"));
        }
        let algorithm = match text(&header, "alg").as_deref() {
            Some("EdDSA" | "Ed25519") => Algorithm::EdDsa,
            Some("ES256") => Algorithm::Es256,
            _ => return Err(invalid("`alg` must be `EdDSA` or `ES256`")),
        };
        let method = match (header.get("kid"), header.get("jwk")) {
            (Some(Value::String(kid)), None) => key_method(kid),
            (None, Some(jwk)) => jwk_method(jwk),
            _ => None,
        };
        let method = method.ok_or(invalid("one of `kid`, a did:key or did:jwk, and `jwk` must be the public key"))?;
        let key = own_key_jwk(&method).ok_or(invalid("the key can not be read"))?;
        if !is_of(&key, algorithm) {
            return Err(invalid("`alg` is not one of the key"));
        }
        let is_audience = |audience: &Value| audience.as_str() == Some(issuer);
        let audience = match payload.get("aud") {
            Some(Value::Array(all)) => matches!(all.as_slice(), [only] if is_audience(only)),
            Some(one) => is_audience(one),
            None => false,
        };
        if !audience {
            return Err(invalid("`aud` must be the credential issuer"));
        }
        let seconds = now.unix_millis().div_euclid(1000);
        let times = seconds.saturating_sub(MAX_PROOF_AGE_SECONDS)..=seconds.saturating_add(SKEW_SECONDS);
        // A double that is out of range saturates, and is out of range then.
        #[expect(clippy::cast_possible_truncation, reason = "see above")]
        let at = |name: &str| payload.get(name).and_then(Value::as_f64).map(|seconds| seconds as i64);
        if !at("iat").is_some_and(|iat| times.contains(&iat)) {
            return Err(invalid("`iat` must be now"));
        }
        if payload.get("exp").is_some() && at("exp").is_none_or(|exp| exp <= seconds) {
            return Err(invalid("the proof has expired"));
        }
        let nonce = text(&payload, "nonce").ok_or(Refused::InvalidNonce)?;
        let holder = method.split('#').next().unwrap_or_default().to_owned();
        Ok(Self { holder, key, algorithm, message: message.as_bytes().to_vec(), signature, nonce })
    }

    /// The x coordinate of an Ed25519 key, which is the key.
    #[must_use]
    pub fn ed25519(&self) -> Option<[u8; 32]> {
        let jwk: Value = serde_json::from_str(&self.key).ok()?;
        URL_SAFE_NO_PAD.decode(jwk.get("x")?.as_str()?).ok()?.try_into().ok()
    }
}

/// RFC 8725 §3.1: the key decides which algorithm it is used with.
fn is_of(key: &str, algorithm: Algorithm) -> bool {
    let jwk: Value = serde_json::from_str(key).unwrap_or_default();
    let curve = jwk.get("crv").and_then(Value::as_str);
    match algorithm {
        Algorithm::EdDsa => curve == Some("Ed25519"),
        Algorithm::Es256 => curve == Some("P-256"),
        Algorithm::Es384 | Algorithm::Rs256 => false,
    }
}

/// A `kid` as the URL of the one key that its DID is.
fn key_method(kid: &str) -> Option<String> {
    match kid.split_once('#') {
        Some(_) => Some(kid.to_owned()),
        None if kid.starts_with("did:jwk:") => Some(format!("{kid}#0")),
        None => Some(kid.to_owned()),
    }
    .filter(|kid| kid.starts_with("did:key:") || kid.starts_with("did:jwk:"))
}

/// A public JWK as a `did:jwk`, without whatever else stands in it.
fn jwk_method(jwk: &Value) -> Option<String> {
    if jwk.get("d").is_some() {
        return None;
    }
    let mut public = Map::new();
    for name in ["crv", "kty", "x", "y"] {
        if let Some(Value::String(text)) = jwk.get(name) {
            public.insert(name.into(), text.clone().into());
        }
    }
    Some(format!("did:jwk:{}#0", URL_SAFE_NO_PAD.encode(Value::Object(public).to_string())))
}

/// Whether a signed credential may be made over to a holder: it names no other DID as its subject.
#[must_use]
pub fn may_hold(document: &str, holder: &str) -> bool {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let subject = document.get("credentialSubject").and_then(|subject| subject.get("id")).and_then(Value::as_str);
    subject.is_none_or(|id| !id.starts_with("did:") || id == holder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime = DateTime::from_unix_millis(1_768_471_200_500);
    const KEY: &str = "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi";
    const ISSUER: &str = "https://badges.example";

    fn jwt(header: &Value, payload: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", encode(header), encode(payload), URL_SAFE_NO_PAD.encode([7; 64]))
    }

    fn header() -> Value {
        json!({ "alg": "EdDSA", "typ": "openid4vci-proof+jwt", "kid": KEY })
    }

    fn payload() -> Value {
        json!({ "aud": ISSUER, "iat": 1_768_471_190, "nonce": "n" })
    }

    fn changed(mut value: Value, name: &str, to: Value) -> Value {
        value[name] = to;
        value
    }

    #[test]
    fn a_proof_names_its_key_by_did_or_by_jwk() {
        let proof = Proof::read(&jwt(&header(), &payload()), ISSUER, NOW).unwrap();
        assert_eq!((proof.holder.as_str(), proof.nonce.as_str()), (KEY, "n"));
        assert!(proof.ed25519().is_some());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([1; 32]), "use": "sig" });
        let by_jwk = json!({ "alg": "EdDSA", "typ": "openid4vci-proof+jwt", "jwk": jwk });
        let proof = Proof::read(&jwt(&by_jwk, &payload()), ISSUER, NOW).unwrap();
        assert!(proof.holder.starts_with("did:jwk:") && !proof.holder.contains('#'));
    }

    #[test]
    fn what_is_wrong_with_a_proof_is_refused() {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([1; 32]), "d": "AA" });
        for header in [
            changed(header(), "alg", "none".into()),
            changed(header(), "alg", "HS256".into()),
            changed(header(), "alg", "ES256".into()),
            changed(header(), "typ", "JWT".into()),
            changed(header(), "kid", "did:web:a.example#key".into()),
            changed(header(), "kid", "did:key:z6Mk".into()),
            changed(header(), "crit", json!(["b64"])),
            changed(header(), "jwk", jwk.clone()),
            json!({ "alg": "EdDSA", "typ": "openid4vci-proof+jwt", "jwk": jwk }),
        ] {
            let refused = Proof::read(&jwt(&header, &payload()), ISSUER, NOW).unwrap_err();
            assert!(matches!(refused, Refused::InvalidProof(_)), "{header}");
        }
        for (name, value) in [
            ("aud", "https://other.example".into()),
            ("aud", json!([ISSUER, "https://other.example"])),
            ("iat", 1_768_470_800.into()),
            ("iat", 1_768_471_300.into()),
            ("iat", "now".into()),
            ("exp", 1_768_471_100.into()),
        ] {
            let refused = Proof::read(&jwt(&header(), &changed(payload(), name, value)), ISSUER, NOW).unwrap_err();
            assert!(matches!(refused, Refused::InvalidProof(_)), "{name}");
        }
        let without = json!({ "aud": ISSUER, "iat": 1_768_471_190 });
        assert_eq!(Proof::read(&jwt(&header(), &without), ISSUER, NOW), Err(Refused::InvalidNonce));
        assert!(Proof::read("a.b", ISSUER, NOW).is_err());
    }

    #[test]
    fn a_token_is_asked_for_once_and_by_code() {
        let pairs = |pairs: &[(&str, &str)]| {
            TokenRequest::read(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
        };
        let code = ("pre-authorized_code", "c");
        let grant = ("grant_type", GRANT_TYPE);
        assert_eq!(pairs(&[grant, code]), Ok(TokenRequest { code: "c".into(), tx_code: None }));
        assert_eq!(pairs(&[("grant_type", "authorization_code"), code]), Err(Refused::UnsupportedGrantType));
        for wrong in [&[grant][..], &[code], &[grant, code, code]] {
            assert!(matches!(pairs(wrong), Err(Refused::InvalidRequest(_))));
        }
    }

    #[test]
    fn a_credential_is_asked_for_by_configuration_or_format() {
        let read = |body: Value| CredentialRequest::read(body.to_string().as_bytes());
        let proofs = json!({ "jwt": ["p"] });
        let request = read(json!({ "credential_configuration_id": LDP_VC, "proofs": proofs })).unwrap();
        assert_eq!((request.envelope, request.proof.as_str()), (Envelope::Embedded, "p"));
        let draft = read(json!({ "format": "jwt_vc_json", "proof": { "proof_type": "jwt", "jwt": "p" } })).unwrap();
        assert_eq!(draft.envelope, Envelope::Jws);
        let unknown = read(json!({ "credential_configuration_id": "x", "proofs": proofs }));
        assert_eq!(unknown, Err(Refused::UnknownCredentialConfiguration));
        for body in [
            json!({ "credential_configuration_id": LDP_VC }),
            json!({ "credential_configuration_id": LDP_VC, "proofs": { "jwt": [] } }),
            json!({ "credential_configuration_id": LDP_VC, "proofs": { "jwt": ["a", "b"] } }),
            json!({ "credential_configuration_id": LDP_VC, "proofs": proofs, "proof": { "proof_type": "jwt", "jwt": "p" } }),
        ] {
            assert!(matches!(read(body), Err(Refused::InvalidProof(_))));
        }
        assert!(matches!(read(json!({ "proofs": proofs })), Err(Refused::InvalidCredentialRequest(_))));
    }

    #[test]
    fn a_credential_of_another_did_is_not_made_over() {
        assert!(may_hold(r#"{"credentialSubject":{"type":"AchievementSubject"}}"#, KEY));
        assert!(may_hold(r#"{"credentialSubject":{"id":"mailto:a@example.com"}}"#, KEY));
        assert!(may_hold(&json!({ "credentialSubject": { "id": KEY } }).to_string(), KEY));
        assert!(!may_hold(r#"{"credentialSubject":{"id":"did:key:zOther"}}"#, KEY));
    }
}
