//! Pitfall 4: A JWS header is chosen by whoever wrote it, and is no authority on its own key.

use serde_json::{Value, json};

use super::{set, verdict, verdict_with};
use accolade_tests::badges::{self, Curve, DID_WEB, DID_WEB_URL};
use accolade_tests::base64url;

fn token(header: &Value, issuer: &str) -> String {
    badges::jws(Curve::Ed25519, header, &badges::badge(issuer).to_string())
}

fn own(name: &str, value: impl Into<Value>) -> String {
    token(&set(badges::header(Curve::Ed25519), &format!("/{name}"), value), &Curve::Ed25519.did())
}

fn ed25519_jwk() -> Value {
    let bytes = accolade_tests::base58btc::decode(Curve::Ed25519.did().strip_prefix("did:key:").unwrap()).unwrap();
    json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&bytes[2..]) })
}

#[test]
fn a_key_in_the_header_is_nobodys_until_the_issuer_lists_it() {
    let header = json!({ "alg": "EdDSA", "jwk": ed25519_jwk() });
    assert_eq!(verdict(token(&header, "did:example:mallory")), ("indeterminate", "issuer_not_authenticated"));
    assert_eq!(verdict(token(&header, DID_WEB)), ("indeterminate", "issuer_unavailable"));
    let document = badges::did_web_document();
    assert_eq!(verdict_with(token(&header, DID_WEB), &[(DID_WEB_URL, document.to_string())]), ("verified", "verified"));
    let retired = set(document, "/assertionMethod", json!([]));
    let report = verdict_with(token(&header, DID_WEB), &[(DID_WEB_URL, retired.to_string())]);
    assert_eq!(report, ("indeterminate", "issuer_not_authenticated"));
}

#[test]
fn the_key_decides_the_algorithm() {
    for (algorithm, expected) in [
        ("none", ("rejected", "jwt_algorithm")),
        ("None", ("rejected", "jwt_algorithm")),
        ("nOnE", ("rejected", "jwt_algorithm")),
        ("HS256", ("rejected", "jwt_algorithm")),
        ("HS512", ("rejected", "jwt_algorithm")),
        ("ES256", ("rejected", "key_not_found")),
        ("RS256", ("rejected", "key_not_found")),
        ("ES512", ("indeterminate", "jwt_algorithm")),
        ("PS256", ("indeterminate", "jwt_algorithm")),
        ("", ("indeterminate", "jwt_algorithm")),
    ] {
        assert_eq!(verdict(own("alg", algorithm)), expected, "{algorithm}");
    }
    assert_eq!(verdict(own("alg", json!(["EdDSA"]))), ("rejected", "jwt_header"));
    // An unsecured JWS has an empty third part.
    let (input, _) =
        own("alg", "none").rsplit_once('.').map(|(input, end)| (input.to_owned(), end.to_owned())).unwrap();
    assert_ne!(verdict(format!("{input}.")).0, "verified");
}

#[test]
fn members_that_the_standard_does_not_allow_are_rejected() {
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/certificate")),
        ("x5c", json!(["AA"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("iss", json!("did:example:mallory")),
        ("evil", json!(null)),
        ("typ", json!("JWE")),
        ("typ", json!(null)),
    ] {
        assert_eq!(verdict(own(name, value)), ("rejected", "jwt_header"), "{name}");
    }
}

#[test]
fn a_header_or_payload_that_names_a_member_twice_is_rejected() {
    let did = Curve::Ed25519.did();
    let payload = badges::badge(&did).to_string();
    let sign = |header: &str, payload: &str| {
        let input = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(payload.as_bytes()));
        format!("{input}.{}", base64url::encode(&Curve::Ed25519.sign(input.as_bytes())))
    };
    let header = badges::header(Curve::Ed25519).to_string();
    assert_eq!(verdict(sign(&header, &payload)), ("verified", "verified"));
    let twice = header.replacen('{', r#"{"alg":"none","#, 1);
    assert_eq!(verdict(sign(&twice, &payload)), ("rejected", "json_duplicate_key"));
    let twice = payload.replacen('{', r#"{"name":"Surgery","#, 1);
    assert_eq!(verdict(sign(&header, &twice)), ("rejected", "json_duplicate_key"));
}

#[test]
fn a_private_key_in_the_header_is_no_key() {
    let header = json!({ "alg": "EdDSA", "jwk": set(ed25519_jwk(), "/d", "AA") });
    assert_eq!(verdict(token(&header, &Curve::Ed25519.did())), ("rejected", "jwt_header"));
}

#[test]
fn a_key_that_is_for_something_else_signs_nothing() {
    let issuer = "https://college.example.edu/issuers/1";
    let kid = format!("{issuer}/key");
    let verdict_by = |algorithm: &str, key: Value| {
        verdict_with(token(&json!({ "alg": algorithm, "kid": kid }), issuer), &[(&kid, key.to_string())])
    };
    assert_eq!(verdict_by("EdDSA", set(ed25519_jwk(), "/use", "sig")), ("verified", "verified"));
    for (name, value) in [("use", json!("enc")), ("use", json!(["sig"])), ("d", json!("AA"))] {
        let key = set(ed25519_jwk(), &format!("/{name}"), value);
        assert_eq!(verdict_by("EdDSA", key), ("rejected", "key_not_found"), "{name}");
    }
    for (algorithm, code) in [("PS256", "key_not_found"), ("RS512", "key_not_found"), ("RS256", "signature_invalid")] {
        let key = json!({ "kty": "RSA", "n": base64url::encode(&[0xc3; 256]), "e": "AQAB", "alg": algorithm });
        assert_eq!(verdict_by("RS256", key), ("rejected", code), "{algorithm}");
    }
}

#[test]
fn a_kid_that_is_not_under_the_issuer_is_not_the_issuers() {
    let issuer = "https://college.example.edu/issuers/1";
    let key = ed25519_jwk().to_string();
    for (kid, expected) in [
        (format!("{issuer}/key"), ("verified", "verified")),
        (format!("{issuer}1/key"), ("indeterminate", "issuer_not_authenticated")),
        ("https://college.example.edu/issuers/2".to_owned(), ("indeterminate", "issuer_not_authenticated")),
        ("https://evil.example/issuers/1/key".to_owned(), ("indeterminate", "issuer_not_authenticated")),
        // Readers of URLs resolve these to the key of another issuer on the same host: they are not even asked.
        (format!("{issuer}/../2/key"), ("indeterminate", "key_unavailable")),
        (format!("{issuer}/%2e%2e/2/key"), ("indeterminate", "key_unavailable")),
        (format!("{issuer}/.%2E/2/key"), ("indeterminate", "key_unavailable")),
        (format!("{issuer}/.\t./2/key"), ("indeterminate", "key_unavailable")),
        (format!("{issuer}\\..\\2\\key"), ("indeterminate", "key_unavailable")),
        (format!("{issuer}/.."), ("indeterminate", "key_unavailable")),
    ] {
        let token = token(&json!({ "alg": "EdDSA", "kid": kid }), issuer);
        assert_eq!(verdict_with(&token, &[(&kid, key.clone())]), expected, "{kid}");
    }
}

#[test]
fn an_rsa_key_has_2048_bits_at_least() {
    // Natively checked: the token is signed by another key, but the short one is not even tried.
    let issuer = "https://college.example.edu/issuers/1";
    let header = json!({ "alg": "RS256", "kid": format!("{issuer}/key") });
    for (bytes, expected) in [(128, "key_not_found"), (255, "key_not_found"), (256, "signature_invalid")] {
        let key = json!({ "kty": "RSA", "n": base64url::encode(&vec![0xc3; bytes]), "e": "AQAB" });
        let documents = [(&*format!("{issuer}/key"), key.to_string())];
        assert_eq!(verdict_with(token(&header, issuer), &documents), ("rejected", expected), "{bytes}");
    }
}

#[test]
fn an_ecdsa_signature_is_r_and_s_and_not_der() {
    for curve in [Curve::P256, Curve::P384] {
        let token = badges::token(curve);
        assert_eq!(verdict(&token), ("verified", "verified"), "{curve:?}");
        let (input, signature) = token.rsplit_once('.').unwrap();
        let raw = base64url::decode(signature).unwrap();
        let (r, s) = raw.split_at(raw.len() / 2);
        let integer = |bytes: &[u8]| {
            let lead = if bytes[0] & 0x80 == 0 { vec![] } else { vec![0] };
            [vec![2, u8::try_from(bytes.len() + lead.len()).unwrap()], lead, bytes.to_vec()].concat()
        };
        let body = [integer(r), integer(s)].concat();
        let der = [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat();
        let forged = format!("{input}.{}", base64url::encode(&der));
        assert_eq!(verdict(forged), ("rejected", "signature_invalid"), "{curve:?}");
        let swapped = format!("{input}.{}", base64url::encode(&[s, r].concat()));
        assert_eq!(verdict(swapped), ("rejected", "signature_invalid"), "{curve:?}");
    }
}

#[test]
fn claims_say_what_the_credential_says() {
    let signed = |name: &str, value: Value| {
        let payload = set(badges::badge(&Curve::Ed25519.did()), &format!("/{name}"), value);
        badges::jws(Curve::Ed25519, &badges::header(Curve::Ed25519), &payload.to_string())
    };
    for (name, value) in [
        ("iss", json!("did:example:mallory")),
        ("iss", json!({ "id": Curve::Ed25519.did() })),
        ("iss", json!(null)),
        ("sub", json!("did:example:john")),
        ("sub", json!(["did:example:jane"])),
        ("jti", json!("urn:uuid:other")),
        ("nbf", json!(1_768_471_201)),
        ("nbf", json!("1768471200")),
        ("nbf", json!(-1)),
        ("exp", json!(1_931_543_200)),
        ("exp", json!(1e300)),
    ] {
        assert_eq!(verdict(signed(name, value.clone())), ("rejected", "jwt_claim_mismatch"), "{name} {value}");
    }
    for (name, value) in [
        ("nbf", json!(1_768_471_200)),
        ("exp", json!(1_831_543_200.0)),
        ("jti", json!("urn:uuid:0b6f1c2e-6b0a-4f62-9d4e-0f3a3b1c9a01")),
    ] {
        assert_eq!(verdict(signed(name, value)), ("verified", "verified"), "{name}");
    }
}

#[test]
fn an_expiry_that_only_the_claims_state_counts() {
    let mut payload = badges::badge(&Curve::Ed25519.did());
    payload.as_object_mut().unwrap().remove("validUntil");
    payload["exp"] = 1_769_000_000.into();
    let token = badges::jws(Curve::Ed25519, &badges::header(Curve::Ed25519), &payload.to_string());
    assert_eq!(verdict(token), ("rejected", "expired"));
}

#[test]
fn the_dates_of_the_claims_are_held_against_those_that_count() {
    // VCDM 1.1: a date of the other data model beside it is no excuse.
    let version_1 = |more: Value| {
        let mut vc = badges::badge(&Curve::Ed25519.did());
        vc["@context"][0] = "https://www.w3.org/2018/credentials/v1".into();
        vc["issuanceDate"] = "2026-01-15T10:00:00Z".into();
        let dates = ["validFrom", "validUntil"].map(|member| vc.as_object_mut().unwrap().remove(member));
        assert!(dates.iter().all(Option::is_some));
        let mut payload = json!({ "vc": vc });
        for (name, value) in more.as_object().unwrap() {
            let at = if name.starts_with("valid") { &mut payload["vc"] } else { &mut payload };
            at[name] = value.clone();
        }
        badges::jws(Curve::Ed25519, &badges::header(Curve::Ed25519), &payload.to_string())
    };
    assert_eq!(verdict(version_1(json!({ "nbf": 1_768_471_200 }))), ("verified", "verified"));
    let hidden = json!({ "nbf": 1_900_000_000, "validFrom": "2030-03-17T17:46:40Z" });
    assert_eq!(verdict(version_1(hidden)), ("rejected", "jwt_claim_mismatch"));
    let expired = json!({ "exp": 1_769_000_000, "validUntil": "2026-01-21T12:53:20Z" });
    assert_eq!(verdict(version_1(expired)), ("rejected", "expired"));
}
