//! The same badge in every envelope: compact JWS, SVG, and the other cryptosuites; and the tricks of each.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod base64url;

use base64url::base64url;
use ob3_core::{DateTime, Need, Policy, PublicKey, Report, SigningKey, Step, Verifier, bake_svg};

const NOW: &str = "2026-06-01T12:00:00Z";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn did() -> String {
    key().public_key().to_did_key()
}

fn jwk(key: &PublicKey) -> String {
    format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url(key.as_bytes()))
}

fn credential(issuer: &str) -> String {
    format!(
        r#""@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],"id":"urn:uuid:1","type":["VerifiableCredential","OpenBadgeCredential"],"name":"First aid","issuer":{{"id":"{issuer}","type":["Profile"],"name":"College"}},"validFrom":"2026-01-15T10:00:00Z","validUntil":"2028-01-15T10:00:00Z","credentialSubject":{{"id":"did:example:jane","type":["AchievementSubject"],"achievement":{{"id":"urn:uuid:2","type":["Achievement"],"name":"First aid","description":"Helps.","criteria":{{"narrative":"Passed."}}}}}}"#
    )
}

const CLAIMS: &str = r#","iss":"ISS","jti":"urn:uuid:1","sub":"did:example:jane","nbf":1768471200,"exp":1831543200"#;

fn jws(header: &str, payload: &str) -> String {
    let input = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
    let signature = key().sign(input.as_bytes());
    format!("{input}.{}", base64url(&signature))
}

fn header(more: &str) -> String {
    format!(r#"{{"alg":"EdDSA","typ":"JWT"{more}}}"#)
}

fn kid() -> String {
    format!(r#","kid":"{}#{}""#, did(), key().public_key().to_multibase())
}

fn payload(claims: &str) -> String {
    format!("{{{}{}}}", credential(&did()), claims.replace("ISS", &did()))
}

fn verify_with(input: &str, document: Option<&str>) -> Report {
    let now = DateTime::parse(NOW).unwrap();
    Verifier::new().verify(input.as_bytes(), &Policy::default(), now, |_| document.map(|text| text.as_bytes().to_vec()))
}

fn verdict(input: &str) -> (&'static str, &'static str) {
    let report = verify_with(input, None);
    (report.outcome().as_str(), report.code().as_str())
}

#[test]
fn a_badge_in_a_jws_is_verified() {
    for claims in [CLAIMS, "", r#","iss":"ISS""#] {
        assert_eq!(verdict(&jws(&header(&kid()), &payload(claims))), ("verified", "verified"), "{claims}");
    }
    let spaced = format!("\n{} \n", jws(&header(&kid()), &payload(CLAIMS)));
    assert_eq!(verdict(&spaced), ("verified", "verified"));
}

#[test]
fn claims_that_differ_from_the_credential_are_rejected() {
    for (from, to) in [
        ("\"iss\":\"ISS\"", "\"iss\":\"did:example:other\""),
        ("\"iss\":\"ISS\"", "\"iss\":7"),
        ("\"jti\":\"urn:uuid:1\"", "\"jti\":\"urn:uuid:9\""),
        ("\"sub\":\"did:example:jane\"", "\"sub\":\"did:example:john\""),
        ("1768471200", "1768471201"),
        ("1768471200", "\"1768471200\""),
        ("1831543200", "1931543200"),
        ("1831543200", "-1"),
    ] {
        let claims = CLAIMS.replace(from, to);
        assert_ne!(claims, CLAIMS);
        assert_eq!(
            verdict(&jws(&header(&kid()), &payload(&claims))),
            ("rejected", "jwt_claim_mismatch"),
            "{from} -> {to}"
        );
    }
}

#[test]
fn an_altered_jws_is_rejected() {
    let token = jws(&header(&kid()), &payload(CLAIMS));
    let parts: Vec<&str> = token.split('.').collect();
    let other = payload(CLAIMS).replace("First aid", "Surgery");
    let forged = format!("{}.{}.{}", parts[0], base64url(other.as_bytes()), parts[2]);
    assert_eq!(verdict(&forged), ("rejected", "signature_invalid"));
    let short = format!("{}.{}.{}", parts[0], parts[1], &parts[2][..40]);
    assert_eq!(verdict(&short), ("rejected", "signature_invalid"));
}

#[test]
fn headers_that_open_doors_are_refused() {
    let kid = kid();
    for (header, expected) in [
        (format!(r#"{{"alg":"none"{kid}}}"#), ("rejected", "jwt_algorithm")),
        (format!(r#"{{"alg":"HS256"{kid}}}"#), ("rejected", "jwt_algorithm")),
        (format!(r#"{{"alg":"PS512"{kid}}}"#), ("indeterminate", "jwt_algorithm")),
        (format!(r#"{{"alg":"ES256"{kid}}}"#), ("rejected", "key_not_found")),
        (format!(r#"{{"typ":"JWT"{kid}}}"#), ("rejected", "jwt_header")),
        (header(""), ("rejected", "jwt_header")),
        (header(&format!(r#"{kid},"crit":["exp"]"#)), ("rejected", "jwt_header")),
        (header(&format!(r#"{kid},"jku":"https://evil.example/keys""#)), ("rejected", "jwt_header")),
        (header(&format!(r#"{kid},"x5u":"https://evil.example/cert""#)), ("rejected", "jwt_header")),
        (format!(r#"{{"alg":"EdDSA","typ":"JOSE"{kid}}}"#), ("rejected", "jwt_header")),
        (header(r#","jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"}"#), ("rejected", "jwt_header")),
        (header(r#","kid":"ftp://x""#), ("indeterminate", "key_unavailable")),
    ] {
        assert_eq!(verdict(&jws(&header, &payload(CLAIMS))), expected, "{header}");
    }
    let private = jwk(&key().public_key()).replace("\"x\"", "\"d\":\"AA\",\"x\"");
    assert_eq!(verdict(&jws(&header(&format!(r#","jwk":{private}"#)), &payload(CLAIMS))), ("rejected", "jwt_header"));
}

#[test]
fn a_key_in_the_header_is_anybodys_unless_the_issuer_lists_it() {
    let embedded = header(&format!(r#","jwk":{}"#, jwk(&key().public_key())));
    assert_eq!(verdict(&jws(&embedded, &payload(CLAIMS))), ("verified", "verified"), "did:key is the key");

    let issuer = "did:web:college.example.edu";
    let token = jws(&embedded, &format!("{{{}}}", credential(issuer)));
    let document = |key: &str| {
        format!(
            r##"{{"id":"{issuer}","assertionMethod":[{{"id":"{issuer}#1","type":"JsonWebKey","controller":"{issuer}","publicKeyJwk":{key}}}]}}"##
        )
    };
    let own = document(&jwk(&key().public_key()));
    let other = document(&jwk(&SigningKey::from_seed(&[8; 32]).public_key()));
    for (document, expected) in [
        (Some(own.as_str()), ("verified", "verified")),
        (Some(other.as_str()), ("indeterminate", "issuer_not_authenticated")),
        (None, ("indeterminate", "issuer_unavailable")),
    ] {
        let report = verify_with(&token, document);
        assert_eq!((report.outcome().as_str(), report.code().as_str()), expected, "{document:?}");
    }
}

#[test]
fn a_key_at_a_url_is_the_issuers_only_below_the_issuers_url() {
    let issuer = "https://college.example.edu/issuers/1";
    let published = jwk(&key().public_key());
    let set = format!(r#"{{"keys":[{}]}}"#, published.replace("\"kty\"", "\"kid\":\"k1\",\"kty\""));
    for (kid, document, expected) in [
        (format!("{issuer}/key"), &published, ("verified", "verified")),
        (format!("{issuer}/jwks#k1"), &set, ("verified", "verified")),
        (format!("{issuer}/jwks#k2"), &set, ("rejected", "key_not_found")),
        ("https://college.example.edu/issuers/11".into(), &published, ("indeterminate", "issuer_not_authenticated")),
        ("https://evil.example/key".into(), &published, ("indeterminate", "issuer_not_authenticated")),
        (format!("{issuer}/../../evil"), &published, ("indeterminate", "key_unavailable")),
        ("https://127.0.0.1/key".into(), &published, ("indeterminate", "key_unavailable")),
    ] {
        let token = jws(&header(&format!(r#","kid":"{kid}""#)), &format!("{{{}}}", credential(issuer)));
        let report = verify_with(&token, Some(document));
        assert_eq!((report.outcome().as_str(), report.code().as_str()), expected, "{kid}");
    }
}

#[test]
fn a_credential_of_vcdm_1_1_is_completed_by_the_claims() {
    let v1 = credential("ISS")
        .replace("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1")
        .replace(r#""validFrom":"2026-01-15T10:00:00Z","validUntil":"2028-01-15T10:00:00Z","#, "")
        .replace(r#""id":"urn:uuid:1","#, "")
        .replace("ISS", &did());
    let token = |claims: &str| jws(&header(&kid()), &format!(r#"{{"vc":{{{v1}}}{}}}"#, claims.replace("ISS", &did())));
    assert_eq!(verdict(&token(CLAIMS)), ("verified", "verified"));
    assert_eq!(verdict(&token(&CLAIMS.replace("1831543200", "1769000000"))), ("rejected", "expired"));
}

#[test]
fn a_signature_that_the_core_can_not_check_is_asked_of_the_host() {
    let rsa = format!(r#"{{"kty":"RSA","n":"{}","e":"AQAB"}}"#, base64url(&[0xc3; 256]));
    let issuer = "https://college.example.edu/issuers/1";
    let token = jws(&format!(r#"{{"alg":"RS256","kid":"{issuer}/key"}}"#), &format!("{{{}}}", credential(issuer)));
    for (answer, expected) in [
        (Some(true), ("verified", "verified")),
        (Some(false), ("rejected", "signature_invalid")),
        (None, ("indeterminate", "signature_not_checked")),
    ] {
        let mut verification =
            Verifier::new().start(token.as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap());
        let Step::Need(needs) = verification.step() else { panic!("needs the key") };
        assert_eq!(needs, [Need::Document { url: format!("{issuer}/key") }]);
        verification.supply_document(&format!("{issuer}/key"), Some(rsa.as_bytes()));
        let Step::Need(needs) = verification.step() else { panic!("needs the check") };
        let [Need::Signature(check)] = needs.as_slice() else { panic!("one check") };
        assert_eq!((check.algorithm.as_str(), check.key.as_str()), ("RS256", rsa.as_str()));
        assert_eq!(check.message, token.rsplit_once('.').unwrap().0.as_bytes());
        verification.supply_signature("another", Some(true));
        assert!(matches!(verification.step(), Step::Need(_)));
        verification.supply_signature(&check.id.clone(), answer);
        let Step::Done(report) = verification.step() else { panic!("is done") };
        assert_eq!((report.outcome().as_str(), report.code().as_str()), expected);
    }
}

#[test]
fn an_rsa_key_that_hosts_read_differently_or_that_is_too_short_is_no_key() {
    let issuer = "https://college.example.edu/issuers/1";
    let token = jws(&format!(r#"{{"alg":"RS256","kid":"{issuer}/key"}}"#), &format!("{{{}}}", credential(issuer)));
    let short = [0xc3; 128];
    let even = [[0xc3; 255].as_slice(), &[0xc2]].concat();
    let padded = [[0].as_slice(), &[0xc3; 255]].concat();
    for (n, e) in [
        (short.as_slice(), "AQAB"),
        (&padded, "AQAB"),
        (&even, "AQAB"),
        (&[0xc3; 256], ""),
        (&[0xc3; 256], "AA"),
        (&[0xc3; 256], "AQ"),
        (&[0xc3; 256], "AQAA"),
        (&[0xc3; 256], "AQAAAAE"),
    ] {
        let key = format!(r#"{{"kty":"RSA","n":"{}","e":"{e}"}}"#, base64url(n));
        let report = verify_with(&token, Some(&key));
        assert_eq!((report.outcome().as_str(), report.code().as_str()), ("rejected", "key_not_found"), "{key}");
    }
}

#[test]
fn a_badge_is_read_from_an_svg() {
    let token = jws(&header(&kid()), &payload(CLAIMS));
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>"#;
    assert_eq!(verdict(&bake_svg(svg, &token).unwrap()), ("verified", "verified"));
    assert_eq!(verdict(svg), ("rejected", "image_no_credential"));
}

#[test]
fn only_accepted_algorithms_prove_anything() {
    let token = jws(&header(&kid()), &payload(CLAIMS));
    let now = DateTime::parse(NOW).unwrap();
    for (policy, expected) in [
        (r#"{"algorithms":["ES256","EdDSA"]}"#, ("verified", "verified")),
        (r#"{"algorithms":["ES256","RS256"]}"#, ("rejected", "jwt_algorithm")),
        // Cryptosuites are those of embedded proofs.
        (r#"{"cryptosuites":[]}"#, ("verified", "verified")),
    ] {
        let policy = Policy::from_json(policy).unwrap();
        let report = Verifier::new().verify(token.as_bytes(), &policy, now, |_| None);
        assert_eq!((report.outcome().as_str(), report.code().as_str()), expected, "{policy:?}");
    }
}
