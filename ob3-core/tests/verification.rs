//! A badge that was issued here is verified; the same badge with anything altered is not, and the report says why.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use ob3_core::{
    Achievement, AchievementCredential, AchievementSubject, BitstringStatusListCredential, BitstringStatusListEntry,
    CheckName, CheckResult, Contexts, Criteria, DateTime, IdentityObject, Need, Outcome, Policy, Profile, ProofOptions,
    Report, SigningKey, Verifier, bake_png, sign,
};

const NOW: &str = "2026-06-01T12:00:00Z";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn credential(issuer: &str) -> AchievementCredential {
    AchievementCredential {
        id: "urn:uuid:0b6f1c2e-6b0a-4f62-9d4e-0f3a3b1c9a01".into(),
        name: "First aid".into(),
        description: None,
        image: None,
        issuer: Profile {
            id: issuer.into(),
            name: "Example College".into(),
            url: Some("https://college.example.edu".into()),
            email: None,
            description: None,
            image: None,
        },
        valid_from: DateTime::parse("2026-01-15T10:00:00Z").unwrap(),
        valid_until: DateTime::parse("2028-01-15T10:00:00Z"),
        awarded_date: None,
        credential_subject: AchievementSubject {
            id: None,
            identifier: vec![IdentityObject::hashed("emailAddress", "jane@example.com", "salt")],
            narrative: None,
            achievement: Achievement {
                id: "https://college.example.edu/achievements/first-aid".into(),
                name: "First aid".into(),
                description: "Can give first aid.".into(),
                criteria: Criteria { id: None, narrative: Some("Passed the exercise.".into()) },
                image: None,
                achievement_type: Some("Certificate".into()),
                tag: vec!["health".into()],
                ..Achievement::default()
            },
            result: Vec::new(),
        },
        evidence: Vec::new(),
        credential_status: Vec::new(),
    }
}

fn sign_own(unsigned: &str) -> String {
    let did = key().public_key().to_did_key();
    let verification_method = format!("{did}#{}", key().public_key().to_multibase());
    let options = ProofOptions { verification_method, created: DateTime::parse(NOW).unwrap() };
    sign(&Contexts::new(), unsigned, &key(), &options).unwrap()
}

const LIST_URL: &str = "https://college.example.edu/status/1";

fn badge_with_status(purposes: &[&str]) -> String {
    let mut credential = credential(&key().public_key().to_did_key());
    credential.credential_status = purposes
        .iter()
        .map(|purpose| BitstringStatusListEntry {
            status_purpose: (*purpose).into(),
            status_list_index: 9,
            status_list_credential: format!("{LIST_URL}/{purpose}"),
        })
        .collect();
    sign_own(&credential.to_json())
}

fn status_list(purpose: &str, set: &[usize]) -> BitstringStatusListCredential {
    let mut bits = vec![0; 131_072 / 8];
    for index in set {
        bits[index / 8] |= 0b1000_0000 >> (index % 8);
    }
    BitstringStatusListCredential {
        id: format!("{LIST_URL}/{purpose}"),
        issuer: key().public_key().to_did_key(),
        valid_from: DateTime::parse("2026-01-01T00:00:00Z").unwrap(),
        valid_until: DateTime::parse("2026-07-01T00:00:00Z"),
        status_purpose: purpose.into(),
        ttl_millis: Some(300_000),
        bits,
    }
}

fn signed_as(issuer: &str, method: String) -> String {
    let options = ProofOptions { verification_method: method, created: DateTime::parse(NOW).unwrap() };
    sign(&Contexts::new(), &credential(issuer).to_json(), &key(), &options).unwrap()
}

/// By the issuer's did:key.
fn badge() -> String {
    let did = key().public_key().to_did_key();
    let method = format!("{did}#{}", key().public_key().to_multibase());
    signed_as(&did, method)
}

const WEB_DID: &str = "did:web:college.example.edu:issuers:one";

fn web_badge() -> String {
    signed_as(WEB_DID, format!("{WEB_DID}#key-1"))
}

fn web_document() -> String {
    let key = key().public_key().to_multibase();
    format!(
        r##"{{"id":"{WEB_DID}","verificationMethod":[{{"id":"{WEB_DID}#key-1","type":"Multikey","controller":"{WEB_DID}","publicKeyMultibase":"{key}"}}],"assertionMethod":["{WEB_DID}#key-1"]}}"##
    )
}

fn verify_at(input: &str, policy: &Policy, now: &str, document: Option<&str>) -> Report {
    let now = DateTime::parse(now).unwrap();
    Verifier::new().verify(input.as_bytes(), policy, now, |_| document.map(|text| text.as_bytes().to_vec()))
}

fn verify(input: &str) -> Report {
    verify_at(input, &Policy::default(), NOW, None)
}

fn verdict(report: &Report) -> (&'static str, &'static str) {
    (report.outcome().as_str(), report.code().as_str())
}

#[track_caller]
fn altered(from: &str, to: &str) -> String {
    let badge = badge();
    assert!(badge.contains(from), "the badge has no {from}");
    badge.replacen(from, to, 1)
}

#[test]
fn a_badge_that_was_issued_here_is_verified() {
    let report = verify(&badge());
    assert_eq!(verdict(&report), ("verified", "verified"));
    let names: Vec<CheckName> = report.checks().iter().map(|check| check.name).collect();
    assert_eq!(names, CheckName::ALL);
}

#[test]
fn spelling_that_says_the_same_does_not_matter() {
    let badge = badge();
    let spaced = badge.replace(",\"", " ,\n\t\"").replace("\":", "\" : ");
    let escaped = badge.replace("First aid", "F\\u0069rst \\u0061id").replace("https://college", "https:\\/\\/college");
    for same in [spaced, escaped] {
        assert_eq!(verify(&same).outcome(), Outcome::Verified, "{same}");
    }
}

#[test]
fn every_altered_claim_is_rejected() {
    for (from, to, code) in [
        (r#""name":"First aid","issuer""#, r#""name":"Brain surgery","issuer""#, "signature_invalid"),
        ("Can give first aid.", "Can give first aid!", "signature_invalid"),
        ("2028-01-15", "2038-01-15", "signature_invalid"),
        (r#""hashed":true"#, r#""hashed":false"#, "signature_invalid"),
        (r#""tag":["health"]"#, r#""tag":["health","law"]"#, "signature_invalid"),
        (r#","tag":["health"]"#, "", "signature_invalid"),
        ("urn:uuid:0b6f1c2e", "urn:uuid:0b6f1c2f", "signature_invalid"),
        (r#""created":"2026-06-01"#, r#""created":"2026-06-02"#, "signature_invalid"),
    ] {
        assert_eq!(verdict(&verify(&altered(from, to))), ("rejected", code), "{from} -> {to}");
    }
}

#[test]
fn every_character_of_the_claims_is_covered() {
    let badge = badge();
    let (claims, _) = badge.split_once(r#","proof":"#).unwrap();
    let verifier = Verifier::new();
    for (at, byte) in claims.bytes().enumerate() {
        let mut bytes = badge.clone().into_bytes();
        bytes[at] = if byte == b'a' { b'b' } else { b'a' };
        let report = verifier.verify(&bytes, &Policy::default(), DateTime::parse(NOW).unwrap(), |_| None);
        assert_eq!(report.outcome(), Outcome::Rejected, "byte {at}: {}", String::from_utf8_lossy(&bytes));
    }
}

/// OB 3.0 notes of pitfalls: each of these leaves the signature of a plain JSON-LD verifier valid.
#[test]
fn claims_that_the_signature_would_not_cover_are_rejected() {
    for (from, to, code) in [
        (r#""name":"First aid","issuer""#, r#""evil":true,"name":"First aid","issuer""#, "term_undefined"),
        (r#""achievementType""#, r#""level":"gold","achievementType""#, "term_undefined"),
        (r#""hashed":true"#, r#""hashed":true,"@index":"hacked""#, "keyword_not_allowed"),
        (r#""name":"First aid","issuer""#, r#""name":{"@value":"First aid"},"issuer""#, "keyword_not_allowed"),
        (r#""name":"First aid","issuer""#, r#""https://schema.org/name":"First aid","issuer""#, "term_undefined"),
        (r#""name":"First aid","issuer""#, r#""name":["First aid",null],"issuer""#, "value_dropped"),
        (r#""name":"First aid","issuer""#, r#""name":["First aid"],"issuer""#, "schema_wrong_type"),
        (r#""name":"First aid","issuer""#, r#""name":"First aid","description":null,"issuer""#, "value_dropped"),
        (r#""credentialSubject""#, r#""evidence":[],"credentialSubject""#, "value_dropped"),
        (r#""credentialSubject""#, r#""credentialStatus":[],"credentialSubject""#, "value_dropped"),
        (r#"context-3.0.3.json"]"#, r#"context-3.0.3.json",{"@vocab":"urn:x:"}]"#, "context_inline"),
        (r#"context-3.0.3.json"]"#, r#"context-3.0.3.json","https://evil.example/c.json"]"#, "context_unknown"),
        (r#"["https://www.w3.org/ns/credentials/v2","#, r#"["#, "context_order"),
        (r#""issuer":{"#, r#""issuer":{"@context":{"x":"urn:x"},"#, "context_inline"),
        (r#""issuer":{"#, r#""issuer":{"@context":["https://www.w3.org/ns/credentials/v2"],"#, "context_inline"),
        (r#""id":"https://college.example.edu/achievements/first-aid""#, r#""id":"first-aid""#, "iri_not_absolute"),
        (r#""id":"https://college.example.edu/achievements/first-aid""#, r#""id":"_:first-aid""#, "iri_not_absolute"),
        (r#""type":["Achievement"]"#, r#""type":["Achievement","Gold"]"#, "iri_not_absolute"),
        (r#""cryptosuite":"#, r#""note":"trust me","cryptosuite":"#, "proof_malformed"),
        (r#""hashed":true"#, r#""hashed":true,"hashed":true"#, "json_duplicate_key"),
    ] {
        assert_eq!(verdict(&verify(&altered(from, to))), ("rejected", code), "{from} -> {to}");
    }
}

#[test]
fn a_subject_in_an_array_is_not_the_shape_that_was_signed() {
    let badge = badge();
    let (before, after) = badge.split_once(r#""credentialSubject":"#).unwrap();
    let (subject, proof) = after.split_once(r#","proof":"#).unwrap();
    let wrapped = format!(r#"{before}"credentialSubject":[{subject}],"proof":{proof}"#);
    assert_eq!(verdict(&verify(&wrapped)), ("rejected", "schema_wrong_type"));
}

#[test]
fn time_is_an_argument() {
    for (now, expected) in [
        ("2026-01-15T09:58:59Z", ("rejected", "not_yet_valid")),
        ("2026-01-15T09:59:00Z", ("verified", "verified")),
        ("2028-01-15T10:01:00Z", ("verified", "verified")),
        ("2028-01-15T10:01:01Z", ("rejected", "expired")),
    ] {
        assert_eq!(verdict(&verify_at(&badge(), &Policy::default(), now, None)), expected, "{now}");
    }
}

#[test]
fn a_signature_by_somebody_else_is_not_the_issuers() {
    // Mallory signs a credential that names the college's DID, with a key of her own.
    let mallory = key().public_key().to_did_key();
    let method = format!("{mallory}#{}", key().public_key().to_multibase());
    let forged = signed_as(WEB_DID, method);
    let report = verify(&forged);
    assert_eq!(verdict(&report), ("indeterminate", "issuer_not_authenticated"));
    assert_eq!(report.check(CheckName::Proof).unwrap().finding.result, CheckResult::Valid);
    let strict = Policy::from_json(r#"{"unauthenticatedIssuer":"rejected"}"#).unwrap();
    assert_eq!(verdict(&verify_at(&forged, &strict, NOW, None)), ("rejected", "issuer_not_authenticated"));
}

#[test]
fn a_did_web_issuer_is_verified_by_its_document() {
    let badge = web_badge();
    let document = web_document();
    let other_key = SigningKey::from_seed(&[8; 32]).public_key().to_multibase();
    let own_key = key().public_key().to_multibase();
    for (document, expected) in [
        (Some(document.clone()), ("verified", "verified")),
        (None, ("indeterminate", "key_unavailable")),
        (Some("<html>not found</html>".into()), ("indeterminate", "key_unavailable")),
        (Some(document.replace("issuers:one", "issuers:two")), ("indeterminate", "key_unavailable")),
        (Some(document.replace("assertionMethod", "authentication")), ("rejected", "issuer_key_not_authorized")),
        (Some(document.replace("key-1", "key-2")), ("rejected", "key_not_found")),
        (Some(document.replace(&own_key, &other_key)), ("rejected", "signature_invalid")),
    ] {
        let report = verify_at(&badge, &Policy::default(), NOW, document.as_deref());
        assert_eq!(verdict(&report), expected, "{document:?}");
    }
}

#[test]
fn the_document_that_is_asked_for_is_the_issuers() {
    let mut verification =
        Verifier::new().start(web_badge().as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap());
    let ob3_core::Step::Need(needs) = verification.step() else { panic!("needs a document") };
    let url = "https://college.example.edu/issuers/one/did.json";
    assert_eq!(needs, [Need::Document { url: url.into() }]);
    // What was not asked for changes nothing.
    verification.supply_document("https://evil.example/did.json", Some(web_document().as_bytes()));
    assert!(matches!(verification.step(), ob3_core::Step::Need(again) if again == needs));
    verification.supply_document(url, Some(web_document().as_bytes()));
    assert!(matches!(verification.step(), ob3_core::Step::Done(report) if report.outcome() == Outcome::Verified));
}

#[test]
fn the_status_is_what_the_list_says() {
    let badge = badge_with_status(&["revocation"]);
    for (set, expected) in
        [(&[][..], ("verified", "verified")), (&[8, 10], ("verified", "verified")), (&[9], ("rejected", "revoked"))]
    {
        let list = sign_own(&status_list("revocation", set).to_json());
        assert_eq!(verdict(&verify_at(&badge, &Policy::default(), NOW, Some(&list))), expected, "{set:?}");
    }
}

#[test]
fn a_list_that_can_not_be_trusted_is_never_taken_for_clear() {
    let badge = badge_with_status(&["revocation"]);
    let list = status_list("revocation", &[]);
    let signed = sign_own(&list.to_json());
    let unsigned = list.to_json();
    let mallory = SigningKey::from_seed(&[9; 32]);
    let did = mallory.public_key().to_did_key();
    let verification_method = format!("{did}#{}", mallory.public_key().to_multibase());
    let options = ProofOptions { verification_method, created: DateTime::parse(NOW).unwrap() };
    let forged = sign(&Contexts::new(), &unsigned, &mallory, &options).unwrap();
    let short = BitstringStatusListCredential { bits: vec![0; 12_500], ..list.clone() };
    let outdated =
        BitstringStatusListCredential { valid_until: DateTime::parse("2026-05-01T00:00:00Z"), ..list.clone() };
    let other_purpose = status_list("suspension", &[]);
    for (document, code) in [
        (None, "status_list_unavailable"),
        (Some(String::new()), "status_list_malformed"),
        (Some("<html></html>".into()), "status_list_malformed"),
        (Some(badge.clone()), "status_list_malformed"),
        (Some(unsigned), "status_list_not_authentic"),
        (Some(forged), "status_list_not_authentic"),
        (Some(signed.replace("2026-01-01", "2026-01-02")), "status_list_not_authentic"),
        (Some(signed.replace(r#""statusPurpose":"#, r#""x":1,"statusPurpose":"#)), "status_list_malformed"),
        (Some(sign_own(&short.to_json())), "status_list_too_short"),
        (Some(sign_own(&outdated.to_json())), "status_list_outdated"),
        (Some(sign_own(&other_purpose.to_json())), "status_purpose_mismatch"),
    ] {
        let report = verify_at(&badge, &Policy::default(), NOW, document.as_deref());
        assert_eq!(verdict(&report), ("indeterminate", code), "{document:?}");
    }
    let ignore = Policy::from_json(r#"{"status":"ignore"}"#).unwrap();
    assert_eq!(verdict(&verify_at(&badge, &ignore, NOW, None)), ("verified", "verified"));
}

#[test]
fn every_status_entry_counts() {
    let badge = badge_with_status(&["revocation", "suspension"]);
    let verify_with = |revoked: &[usize], suspended: Option<&[usize]>| {
        Verifier::new().verify(badge.as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap(), |url| {
            let list = match url.ends_with("/revocation") {
                true => status_list("revocation", revoked),
                false => status_list("suspension", suspended?),
            };
            Some(sign_own(&list.to_json()).into_bytes())
        })
    };
    assert_eq!(verdict(&verify_with(&[], Some(&[]))), ("verified", "verified"));
    assert_eq!(verdict(&verify_with(&[], Some(&[9]))), ("rejected", "suspended"));
    assert_eq!(verdict(&verify_with(&[], None)), ("indeterminate", "status_list_unavailable"));
    // Revoked beats what is unknown.
    assert_eq!(verdict(&verify_with(&[9], None)), ("rejected", "revoked"));
}

/// The predecessor of Bitstring Status List: other types, a context of its own, and base64url without a prefix.
#[test]
fn a_status_list_2021_is_held_to_the_same_rules() {
    const CONTEXT: &str = r#","https://w3id.org/vc/status-list/2021/v1"]"#;
    let as_2021 = |text: String| {
        let (contexts, rest) = text.split_once(']').unwrap();
        let rest =
            rest.replace("BitstringStatusList", "StatusList2021").replace(r#""encodedList":"u"#, r#""encodedList":""#);
        format!("{contexts}{CONTEXT}{}", rest.replace(r#","ttl":300000"#, ""))
    };
    let mut badge = credential(&key().public_key().to_did_key());
    badge.credential_status = vec![BitstringStatusListEntry {
        status_purpose: "revocation".into(),
        status_list_index: 9,
        status_list_credential: format!("{LIST_URL}/revocation"),
    }];
    let badge = sign_own(&as_2021(badge.to_json()));
    assert!(badge.contains("StatusList2021Entry"));
    // Its context and that of VCDM 2.0 exclude each other.
    let as_v1 = |text: String| {
        text.replace("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1")
            .replace("/2021/v1\"]", "/2021/v1\",\"https://w3id.org/security/data-integrity/v2\"]")
            .replace("validFrom", "issuanceDate")
            .replace("validUntil", "expirationDate")
    };
    let list = |set: &[usize]| sign_own(&as_v1(as_2021(status_list("revocation", set).to_json())));
    let cut = |list: &str| list.replace("H4sI", "H4sIA");
    for (list, expected) in [
        (list(&[]), ("verified", "verified")),
        (list(&[9]), ("rejected", "revoked")),
        (cut(&list(&[])), ("indeterminate", "status_list_malformed")),
        (list(&[]).replace("2026-07-01", "2026-08-01"), ("indeterminate", "status_list_not_authentic")),
        // The list of the other specification.
        (sign_own(&status_list("revocation", &[]).to_json()), ("indeterminate", "status_list_malformed")),
    ] {
        assert_eq!(verdict(&verify_at(&badge, &Policy::default(), NOW, Some(&list))), expected, "{list}");
    }
}

#[test]
fn a_forged_badge_does_not_choose_what_is_fetched() {
    let forged = badge_with_status(&["revocation"]).replacen("First aid", "Brain surgery", 1);
    let report = Verifier::new()
        .verify(forged.as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap(), |url| panic!("asked for {url}"));
    assert_eq!(verdict(&report), ("rejected", "signature_invalid"));
}

#[test]
fn the_document_of_a_lists_issuer_is_asked_for() {
    let mut web = status_list("revocation", &[9]);
    web.issuer = WEB_DID.into();
    let options =
        ProofOptions { verification_method: format!("{WEB_DID}#key-1"), created: DateTime::parse(NOW).unwrap() };
    let list = sign(&Contexts::new(), &web.to_json(), &key(), &options).unwrap();
    let mut asked = Vec::new();
    let badge = badge_with_status(&["revocation"]);
    let report = Verifier::new().verify(badge.as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap(), |url| {
        asked.push(url.to_owned());
        Some(if url.ends_with("did.json") { web_document().into_bytes() } else { list.clone().into_bytes() })
    });
    assert_eq!(verdict(&report), ("rejected", "revoked"));
    assert_eq!(
        asked,
        [format!("{LIST_URL}/revocation"), "https://college.example.edu/issuers/one/did.json".to_owned()]
    );
}

#[test]
fn proofs_that_say_nothing_are_not_verified() {
    for (from, to, expected) in [
        (r#""proofPurpose":"assertionMethod""#, r#""proofPurpose":"authentication""#, ("rejected", "proof_purpose")),
        (r#""proofValue":"z"#, r#""proofValue":"u"#, ("rejected", "proof_malformed")),
        (r#""proofValue":"z"#, r#""proofValue":"z1"#, ("rejected", "proof_malformed")),
        (
            r#""cryptosuite":"eddsa-rdfc-2022""#,
            r#""cryptosuite":"eddsa-rdfc-2099""#,
            ("indeterminate", "proof_unsupported"),
        ),
        (r#""created":"2026-06-01T12:00:00Z""#, r#""created":"yesterday""#, ("rejected", "proof_malformed")),
        (r#""cryptosuite":"#, r#""expires":"2026-05-31T00:00:00Z","cryptosuite":"#, ("rejected", "proof_expired")),
        (r#""cryptosuite":"#, r#""previousProof":"urn:uuid:1","cryptosuite":"#, ("rejected", "proof_malformed")),
    ] {
        assert_eq!(verdict(&verify(&altered(from, to))), expected, "{from} -> {to}");
    }
    let (claims, _) = badge().split_once(r#","proof":"#).map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(verdict(&verify(&format!("{claims}}}"))), ("rejected", "proof_missing"));
    assert_eq!(verdict(&verify(&format!(r#"{claims},"proof":["none"]}}"#))), ("rejected", "proof_malformed"));
}

#[test]
fn one_proof_of_several_is_enough_and_the_others_are_reported() {
    let badge = badge();
    let (claims, proof) = badge.split_once(r#","proof":"#).unwrap();
    let proof = proof.strip_suffix('}').unwrap();
    let broken = proof.replace("2026-06-01", "2026-06-02");
    let report = verify(&format!(r#"{claims},"proof":[{broken},{proof}]}}"#));
    assert_eq!(verdict(&report), ("verified", "verified"));
    let items = &report.check(CheckName::Proof).unwrap().items;
    assert_eq!(
        items.iter().map(|item| item.code.as_str()).collect::<Vec<_>>(),
        ["signature_invalid", "signature_valid"]
    );
    let many = [proof; 9].join(",");
    assert_eq!(verdict(&verify(&format!(r#"{claims},"proof":[{many}]}}"#))), ("rejected", "too_many_proofs"));
}

#[test]
fn what_is_not_a_badge_is_told_by_its_kind() {
    for (input, expected) in [
        ("", ("rejected", "input_empty")),
        (" \n", ("rejected", "input_empty")),
        ("hello", ("rejected", "format_unknown")),
        ("{}", ("rejected", "not_a_credential")),
        ("[1]", ("rejected", "not_a_credential")),
        ("{\"a\":1,}", ("rejected", "json_syntax")),
        (r#"{"@context":"https://w3id.org/openbadges/v2","type":"Assertion"}"#, ("rejected", "open_badges_2")),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", ("rejected", "image_no_credential")),
        ("<svg>", ("rejected", "image_no_credential")),
        ("<html></html>", ("rejected", "svg_malformed")),
        ("eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.c2ln", ("rejected", "not_a_credential")),
        ("eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.c2lnx", ("rejected", "jwt_malformed")),
    ] {
        assert_eq!(verdict(&verify(input)), expected, "{input}");
    }
    let endorsement = altered(r#""OpenBadgeCredential""#, r#""EndorsementCredential""#);
    assert_eq!(verify(&endorsement).outcome(), Outcome::Rejected);
    assert_eq!(
        Verifier::new()
            .verify(&[0xff, b'{'], &Policy::default(), DateTime::parse(NOW).unwrap(), |_| None)
            .code()
            .as_str(),
        "text_not_utf8"
    );
}

#[test]
fn large_and_hostile_inputs_are_refused_quickly() {
    let too_large = format!("{{\"a\":\"{}\"}}", "x".repeat(2 << 20));
    assert_eq!(verdict(&verify(&too_large)), ("rejected", "input_too_large"));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(verdict(&verify(&deep)), ("rejected", "json_too_deep"));
    // Twins, and ten children each that nothing tells apart: 10! ways to name them.
    let children = [r#"{"type":"Alignment"}"#; 10].join(",");
    let twin = format!(r#"{{"type":"Result","alignment":[{children}]}}"#);
    let twins = format!("{twin},{twin}");
    let poison = altered(r#""achievement":{"#, &format!(r#""result":[{twins}],"achievement":{{"#));
    assert_eq!(verdict(&verify(&poison)), ("rejected", "canonicalization_limit"));
}

#[test]
fn a_baked_badge_is_verified_from_its_image() {
    // The smallest picture: one black pixel.
    const PNG: &[u8] = &[
        0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0,
        0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1,
        0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
    ];
    let now = DateTime::parse(NOW).unwrap();
    let baked = bake_png(PNG, &badge()).unwrap();
    let verifier = Verifier::new();
    assert_eq!(verifier.verify(&baked, &Policy::default(), now, |_| None).outcome(), Outcome::Verified);
    assert_eq!(verifier.verify(PNG, &Policy::default(), now, |_| None).code().as_str(), "image_no_credential");
    let baked = bake_png(PNG, &altered("Example College", "Example Collage")).unwrap();
    assert_eq!(verifier.verify(&baked, &Policy::default(), now, |_| None).code().as_str(), "signature_invalid");
}

#[test]
fn the_report_on_the_wire_tells_claims_as_claimed() {
    let json = verify(&badge()).to_json();
    for part in [
        r#"{"outcome":"verified","code":"verified","checkedAt":"2026-06-01T12:00:00Z","checks":[{"name":"format","result":"valid","code":"credential_read""#,
        r#"{"name":"proof","result":"valid","code":"signature_valid","data":{},"required":true,"items":[{"result":"valid","code":"signature_valid","data":{"type":"DataIntegrityProof","cryptosuite":"eddsa-rdfc-2022""#,
        r#""claims":{"id":"urn:uuid:0b6f1c2e-6b0a-4f62-9d4e-0f3a3b1c9a01","type":["VerifiableCredential","OpenBadgeCredential"],"name":"First aid","issuer":{"id":"did:key:"#,
        r#""recipient":{"identifiers":[{"type":"emailAddress","value":"sha256$"#,
        r#""achievement":{"id":"https://college.example.edu/achievements/first-aid","name":"First aid","description":"Can give first aid.","type":"Certificate","criteria":{"narrative":"Passed the exercise."}},"validFrom":"2026-01-15T10:00:00Z","validUntil":"2028-01-15T10:00:00Z"}}"#,
    ] {
        assert!(json.contains(part), "{part}\n{json}");
    }
}

#[test]
fn what_cannot_be_covered_is_not_signed() {
    let unsigned = credential(&key().public_key().to_did_key()).to_json();
    let options = ProofOptions { verification_method: "did:key:z#z".into(), created: DateTime::parse(NOW).unwrap() };
    for (from, to) in [
        (r#""name""#, r#""nickname":"x","name""#),
        ("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/v3"),
        (r#""name""#, r#""proof":{},"name""#),
        (r#"{"@context""#, r#"["@context""#),
    ] {
        let altered = unsigned.replacen(from, to, 1);
        assert_ne!(altered, unsigned);
        assert!(sign(&Contexts::new(), &altered, &key(), &options).is_err(), "{from} -> {to}");
    }
}
