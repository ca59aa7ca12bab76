//! Credentials within credentials: each is verified as one of its own, and none can help or harm what it has no say in.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod base64url;

use base64url::base64url;
use ob3_core::{
    CheckName, CheckResult, Code, Contexts, DateTime, Finding, Need, Outcome, Policy, Report, SigningKey, Step,
    Verifier, canonicalize,
};
use sha2::{Digest, Sha256};

const NOW: &str = "2026-06-01T12:00:00Z";
const CONTEXTS: &str =
    r#"["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]"#;

const ISSUER: u8 = 7;
const ENDORSER: u8 = 8;
const HOLDER: u8 = 9;

fn key(of: u8) -> SigningKey {
    SigningKey::from_seed(&[of; 32])
}

fn did(of: u8) -> String {
    key(of).public_key().to_did_key()
}

fn method(of: u8) -> String {
    format!("{}#{}", did(of), key(of).public_key().to_multibase())
}

/// The members of a badge, without its braces and proof.
fn badge(more: &str) -> String {
    format!(
        r#""@context":{CONTEXTS},"id":"urn:uuid:badge","type":["VerifiableCredential","OpenBadgeCredential"],"name":"First aid","issuer":{{"id":"{}","type":["Profile"],"name":"College"}},"validFrom":"2026-01-15T10:00:00Z","credentialSubject":{{"id":"did:example:jane","type":["AchievementSubject"],"achievement":{{"id":"urn:uuid:achievement","type":["Achievement"],"name":"First aid","description":"Helps.","criteria":{{"narrative":"Passed."}}}}}}{more}"#,
        did(ISSUER)
    )
}

/// The members of an endorsement.
fn endorsement(of: &str, more: &str) -> String {
    format!(
        r#""@context":{CONTEXTS},"id":"urn:uuid:endorsement","type":["VerifiableCredential","EndorsementCredential"],"name":"Endorsed","issuer":{{"id":"{}","type":["Profile"],"name":"Agency"}},"validFrom":"2026-01-15T10:00:00Z","credentialSubject":{{"id":"{of}","type":["EndorsementSubject"],"endorsementComment":"In good standing."}}{more}"#,
        did(ENDORSER)
    )
}

fn presentation(held: &str, more: &str) -> String {
    format!(
        r#""@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiablePresentation"],"verifiableCredential":{held}{more}"#
    )
}

fn assertion(of: u8) -> String {
    format!(r#""proofPurpose":"assertionMethod","verificationMethod":"{}""#, method(of))
}

/// Members with an `eddsa-rdfc-2022` proof that says what `says` says, in braces.
fn seal(members: &str, by: u8, says: &str) -> String {
    let contexts = Contexts::new();
    let canonical = |document: &str| Sha256::digest(canonicalize(&contexts, document).unwrap());
    let proof = format!(
        r#""type":"DataIntegrityProof","cryptosuite":"eddsa-rdfc-2022","created":"2026-02-01T00:00:00Z",{says}"#
    );
    let (_, rest) = members.split_once(r#""@context":"#).unwrap();
    let (context, _) = rest.split_once(']').unwrap();
    let configuration = format!(r#"{{"@context":{context}],{proof}}}"#);
    let hashes = [canonical(&configuration), canonical(&format!("{{{members}}}"))].concat();
    let value = base58btc(&key(by).sign(&hashes));
    format!(r#"{{{members},"proof":{{{proof},"proofValue":"z{value}"}}}}"#)
}

fn base58btc(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits: Vec<usize> = Vec::new();
    for byte in bytes {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    digits.extend(bytes.iter().take_while(|byte| **byte == 0).map(|_| 0));
    digits.iter().rev().map(|digit| char::from(ALPHABET[*digit])).collect()
}

/// Members as the payload of a JWS.
fn jws(members: &str, by: u8, claims: &str) -> String {
    let header = format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{}"}}"#, method(by));
    let input = format!("{}.{}", base64url(header.as_bytes()), base64url(format!("{{{members}{claims}}}").as_bytes()));
    format!("{input}.{}", base64url(&key(by).sign(input.as_bytes())))
}

fn endorsed(endorsements: &str) -> String {
    seal(&badge(&format!(r#","endorsement":[{endorsements}]"#)), ISSUER, &assertion(ISSUER))
}

fn endorsed_by_jwt(endorsements: &str) -> String {
    seal(&badge(&format!(r#","endorsementJwt":["{endorsements}"]"#)), ISSUER, &assertion(ISSUER))
}

fn signed_endorsement(of: &str, more: &str) -> String {
    seal(&endorsement(of, more), ENDORSER, &assertion(ENDORSER))
}

fn signed_badge() -> String {
    seal(&badge(""), ISSUER, &assertion(ISSUER))
}

fn verify_as(input: &str, policy: &str, mut find: impl FnMut(&str) -> Option<String>) -> Report {
    let policy = Policy::from_json(policy).unwrap();
    let now = DateTime::parse(NOW).unwrap();
    Verifier::new().verify(input.as_bytes(), &policy, now, |url| find(url).map(String::into_bytes))
}

fn verify(input: &str) -> Report {
    let mut asked = Vec::new();
    let report = verify_as(input, "{}", |url| {
        asked.push(url.to_owned());
        None
    });
    assert_eq!(asked, [""; 0]);
    report
}

fn verdict(report: &Report) -> (&'static str, &'static str) {
    (report.outcome().as_str(), report.code().as_str())
}

fn check(report: &Report, name: CheckName) -> (CheckResult, &'static str) {
    let finding = &report.check(name).unwrap().finding;
    (finding.result, finding.code.as_str())
}

fn items(report: &Report, name: CheckName) -> Vec<(&'static str, &'static str)> {
    let item = |item: &Finding| (item.result.as_str(), item.code.as_str());
    report.check(name).unwrap().items.iter().map(item).collect()
}

fn datum(item: &Finding, name: &str) -> Option<String> {
    item.data.iter().find(|datum| datum.name == name).map(|datum| datum.value.clone())
}

// Endorsements

#[test]
fn a_genuine_endorsement_is_verified_and_says_by_whom() {
    for about in ["urn:uuid:badge", "urn:uuid:achievement", &did(ISSUER), "did:example:jane"] {
        let report = verify(&endorsed(&signed_endorsement(about, "")));
        assert_eq!(verdict(&report), ("verified", "verified"));
        assert_eq!(check(&report, CheckName::Endorsements), (CheckResult::Valid, "endorsements_verified"), "{about}");
        let item = &report.check(CheckName::Endorsements).unwrap().items[0];
        assert_eq!((item.result, item.code.as_str()), (CheckResult::Valid, "verified"));
        assert_eq!(datum(item, "issuer"), Some(did(ENDORSER)));
        assert_eq!(datum(item, "name").as_deref(), Some("Endorsed"));
        assert_eq!(datum(item, "endorsementComment").as_deref(), Some("In good standing."));
    }
    let token = jws(&endorsement("urn:uuid:badge", ""), ENDORSER, "");
    // Whom the badge must have been awarded to is not asked of its endorsements.
    let report = verify_as(&endorsed_by_jwt(&token), r#"{"recipient":"did:example:jane"}"#, |_| None);
    assert_eq!(verdict(&report), ("verified", "verified"));
    assert_eq!(check(&report, CheckName::Endorsements), (CheckResult::Valid, "endorsements_verified"));
}

#[test]
fn an_endorsement_is_found_wherever_it_stands() {
    for (from, about) in [
        (r#""name":"College""#, did(ISSUER)),
        (r#""criteria":"#, "urn:uuid:achievement".to_owned()),
        (r#""type":["AchievementSubject"]"#, "urn:uuid:source".to_owned()),
    ] {
        let endorsement = format!(r#""endorsement":[{}]"#, signed_endorsement(&about, ""));
        let source = format!(r#""source":{{"id":"urn:uuid:source","type":["Profile"],{endorsement}}}"#);
        let member = if about == "urn:uuid:source" { source } else { endorsement };
        let members = badge("").replacen(from, &format!("{member},{from}"), 1);
        let report = verify(&seal(&members, ISSUER, &assertion(ISSUER)));
        assert_eq!(verdict(&report), ("verified", "verified"));
        assert_eq!(items(&report, CheckName::Endorsements), [("valid", "verified")], "{about}");
    }
}

#[test]
fn a_bad_endorsement_is_told_and_leaves_the_badge_as_it_is() {
    let good = signed_endorsement("urn:uuid:badge", "");
    let list = r#","credentialStatus":{"id":"https://agency.example/revoked","type":"1EdTechRevocationList"}"#;
    let extended = CONTEXTS.replace(r#"json"]"#, r#"json","https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]"#);
    let revoked = endorsement("urn:uuid:badge", list).replace(CONTEXTS, &extended);
    let revoked = seal(&revoked, ENDORSER, &assertion(ENDORSER));
    let not_one = seal(&endorsement("urn:uuid:badge", "").replace("EndorsementC", "OpenBadgeC"), 8, &assertion(8));
    let nameless = endorsement("urn:uuid:badge", "").replace(r#""name":"Endorsed","#, "");
    let bad_claim = jws(&endorsement("urn:uuid:badge", ""), ENDORSER, r#","iss":"did:example:other""#);
    for (endorsement, expected) in [
        (good.replace("good", "best"), ("invalid", "signature_invalid")),
        (seal(&endorsement("urn:uuid:badge", ""), HOLDER, &assertion(HOLDER)), ("unknown", "issuer_not_authenticated")),
        (signed_endorsement("urn:uuid:badge", r#","validUntil":"2026-05-01T00:00:00Z""#), ("invalid", "expired")),
        (revoked, ("invalid", "revoked")),
        (signed_endorsement("urn:uuid:another", ""), ("invalid", "endorses_something_else")),
        (not_one, ("invalid", "schema_wrong_value")),
        (seal(&nameless, ENDORSER, &assertion(ENDORSER)), ("invalid", "schema_missing_member")),
        (format!("{{{}}}", endorsement("urn:uuid:badge", "")), ("invalid", "proof_missing")),
        (format!("\"{bad_claim}\""), ("invalid", "jwt_claim_mismatch")),
        (format!("\"{}\"", bad_claim.replace('.', "..")), ("invalid", "format_unknown")),
    ] {
        let is_text = endorsement.starts_with('"');
        let badge = if is_text { endorsed_by_jwt(endorsement.trim_matches('"')) } else { endorsed(&endorsement) };
        let report = verify_as(&badge, "{}", |url| {
            assert_eq!(url, "https://agency.example/revoked");
            let issuer = did(ENDORSER);
            Some(format!(r#"{{"issuer":"{issuer}","revokedCredential":[{{"id":"urn:uuid:endorsement"}}]}}"#))
        });
        assert_eq!(verdict(&report), ("verified", "verified"), "{endorsement}");
        assert_eq!(check(&report, CheckName::Endorsements), (CheckResult::Unknown, "endorsements_not_verified"));
        assert_eq!(items(&report, CheckName::Endorsements), [expected], "{endorsement}");
    }
}

#[test]
fn an_endorsement_that_is_put_into_a_badge_afterwards_breaks_the_badge() {
    let added = signed_badge().replacen(
        r#""credentialSubject":"#,
        &format!(r#""endorsement":[{}],"credentialSubject":"#, signed_endorsement("urn:uuid:badge", "")),
        1,
    );
    let report = verify(&added);
    assert_eq!(verdict(&report), ("rejected", "signature_invalid"));
    assert_eq!(check(&report, CheckName::Endorsements), (CheckResult::Unknown, "not_reached"));
}

#[test]
fn a_badge_whose_proof_is_open_has_no_say_in_what_is_fetched_for_its_endorsements() {
    let web = "did:web:agency.example";
    let foreign = endorsement("urn:uuid:badge", "").replace(&did(ENDORSER), web);
    let foreign = seal(&foreign, ENDORSER, &assertion(ENDORSER).replace(&did(ENDORSER), web));
    let members = badge(&format!(r#","endorsement":[{foreign}]"#));
    let college = "did:web:college.example";
    let badge =
        seal(&members.replace(&did(ISSUER), college), ISSUER, &assertion(ISSUER).replace(&did(ISSUER), college));
    let mut asked = Vec::new();
    let report = verify_as(&badge, "{}", |url| {
        asked.push(url.to_owned());
        None
    });
    assert_eq!(asked, ["https://college.example/.well-known/did.json"]);
    assert_eq!(verdict(&report), ("indeterminate", "key_unavailable"));
    assert_eq!(check(&report, CheckName::Endorsements), (CheckResult::Unknown, "endorsements_not_checked"));
}

#[test]
fn endorsements_of_endorsers_are_followed_to_their_limit() {
    let of = |about: &str, id: &str, inner: &str| {
        let more = if inner.is_empty() { String::new() } else { format!(r#","endorsement":[{inner}]"#) };
        seal(&endorsement(about, &more).replace("urn:uuid:endorsement", id), ENDORSER, &assertion(ENDORSER))
    };
    let third = of("urn:uuid:e2", "urn:uuid:e3", "");
    let first = of("urn:uuid:badge", "urn:uuid:e1", &of("urn:uuid:e1", "urn:uuid:e2", &third));
    let report = verify(&endorsed(&first));
    assert_eq!(verdict(&report), ("verified", "verified"));
    assert_eq!(
        items(&report, CheckName::Endorsements),
        [("valid", "verified"), ("valid", "verified"), ("unknown", "nested_too_deep")]
    );
}

#[test]
fn endorsements_past_the_limit_are_not_looked_at() {
    let token = jws(&endorsement("urn:uuid:badge", ""), ENDORSER, "");
    let many = vec![token; 150].join("\",\"");
    let report = verify(&endorsed_by_jwt(&many));
    assert_eq!(verdict(&report), ("verified", "verified"));
    let items = items(&report, CheckName::Endorsements);
    assert_eq!(items.len(), 101);
    assert!(items[..100].iter().all(|item| *item == ("valid", "verified")));
    assert_eq!(items[100], ("unknown", "too_many_credentials"));
}

#[test]
fn an_endorsement_by_itself_is_not_a_badge() {
    let report = verify(&signed_endorsement("urn:uuid:badge", ""));
    assert_eq!(verdict(&report), ("rejected", "not_a_badge"));
    let token = jws(&endorsement("urn:uuid:badge", ""), ENDORSER, "");
    assert_eq!(verdict(&verify(&token)), ("rejected", "not_a_badge"));
}

#[test]
fn contexts_are_let_in_where_credentials_stand_and_nowhere_else() {
    let signed = endorsed(&signed_endorsement("urn:uuid:badge", ""));
    let contexts = format!(r#""@context":{CONTEXTS},"#);
    for (from, to) in [
        // A profile that calls itself a credential.
        (
            r#""type":["Profile"],"name":"College""#,
            format!(r#"{contexts}"type":["Profile","VerifiableCredential"],"name":"College""#),
        ),
        (r#""type":["Achievement"]"#, format!(r#"{contexts}"type":["Achievement"]"#)),
        (r#""type":["EndorsementSubject"]"#, format!(r#"{contexts}"type":["EndorsementSubject"]"#)),
    ] {
        let altered = signed.replacen(from, &to, 1);
        assert_ne!(altered, signed);
        assert_eq!(verdict(&verify(&altered)), ("rejected", "context_inline"), "{from}");
    }
    let (before, inner) = signed.split_once(r#""endorsement":[{"#).unwrap();
    for (from, to) in [
        (CONTEXTS, r#"[{"@vocab":"urn:x:"}]"#),
        (CONTEXTS, r#"["https://evil.example/c.json"]"#),
        (r#"["VerifiableCredential","EndorsementCredential"]"#, r#"["EndorsementCredential"]"#),
    ] {
        let altered = format!(r#"{before}"endorsement":[{{{}"#, inner.replacen(from, to, 1));
        assert_ne!(altered, signed);
        assert_eq!(verdict(&verify(&altered)), ("rejected", "context_inline"), "{from}");
    }
    // What the signature of the endorsement would not cover, that of the badge does not cover either.
    let inner = inner.replacen(r#""name":"Endorsed""#, r#""name":"Endorsed","note":"x""#, 1);
    assert_eq!(verdict(&verify(&format!(r#"{before}"endorsement":[{{{inner}"#))), ("rejected", "term_undefined"));
}

// Presentations

#[test]
fn a_presented_badge_is_verified_as_it_is_by_itself() {
    let report = verify(&format!("{{{}}}", presentation(&format!("[{}]", signed_badge()), "")));
    assert_eq!(verdict(&report), ("verified", "verified"));
    let names: Vec<CheckName> = report.checks().iter().map(|check| check.name).collect();
    assert_eq!(names, CheckName::ALL);
    assert_eq!(report.credentials().len(), 1);
    assert_eq!(verdict(&report.credentials()[0]), ("verified", "verified"));
    assert_eq!(check(&report, CheckName::Proof), (CheckResult::Valid, "signature_valid"));
    let own = verify(&signed_badge()).to_json();
    let (_, claims) = own.split_once(r#""claims":"#).unwrap();
    let json = report.to_json();
    assert!(json.contains(&format!(r#""claims":{},"credentials":["#, claims.strip_suffix('}').unwrap())), "{json}");
    // A bare object, a token and an enveloped token are presented as well.
    let token = jws(&badge(""), ISSUER, "");
    let enveloped = format!(
        r#"{{"@context":"https://www.w3.org/ns/credentials/v2","id":"data:application/vc+jwt,{token}","type":"EnvelopedVerifiableCredential"}}"#
    );
    for held in [signed_badge(), format!("\"{token}\""), enveloped] {
        let report = verify(&format!("{{{}}}", presentation(&held, "")));
        assert_eq!(verdict(&report), ("verified", "verified"), "{held}");
    }
}

#[test]
fn an_envelope_has_its_context_and_a_data_url() {
    let token = jws(&badge(""), ISSUER, "");
    let v2 = r#""@context":"https://www.w3.org/ns/credentials/v2","#;
    for (context, id, expected) in [
        (v2, format!("data:application/vc+jwt,{token}"), "verified"),
        (v2, format!("data:application/vc-ld+jwt,{token}"), "verified"),
        ("", format!("data:application/vc+jwt,{token}"), "rejected"),
        (r#""@context":[],"#, format!("data:application/vc+jwt,{token}"), "rejected"),
        (v2, format!("https://example.org/vc,{token}"), "rejected"),
        (v2, token.clone(), "rejected"),
        (v2, format!("data:application/vc+jwt;base64,{token}AAAA"), "rejected"),
    ] {
        let held = format!(r#"{{{context}"id":"{id}","type":"EnvelopedVerifiableCredential"}}"#);
        let report = verify(&format!("{{{}}}", presentation(&held, "")));
        assert_eq!(verdict(&report).0, expected, "{held}");
    }
    // What stands beside the token is signed by nobody, and an envelope alone is no credential.
    let id = format!(r#""id":"data:application/vc+jwt,{token}","#);
    for beside in [
        r#""type":"EnvelopedVerifiableCredential","name":"A doctorate""#,
        r#""type":["VerifiableCredential","OpenBadgeCredential","EnvelopedVerifiableCredential"],"name":"A doctorate""#,
        r#""type":["VerifiableCredential","EnvelopedVerifiableCredential"]"#,
    ] {
        let held = format!("{{{v2}{id}{beside}}}");
        assert_eq!(verify(&format!("{{{}}}", presentation(&held, ""))).outcome(), Outcome::Rejected, "{held}");
        assert_eq!(verify(&held).outcome(), Outcome::Rejected, "{held}");
    }
    let alone = format!(r#"{{{v2}{id}"type":"EnvelopedVerifiableCredential"}}"#);
    assert_eq!(verdict(&verify(&alone)), ("rejected", "not_a_credential"));
}

#[test]
fn a_presentation_without_a_signature_says_so() {
    let report = verify(&format!("{{{}}}", presentation(&signed_badge(), r#","holder":"did:example:jane""#)));
    for (name, code) in [
        (CheckName::JsonLd, "claims_covered"),
        (CheckName::Proof, "signature_valid"),
        (CheckName::Issuer, "issuer_authenticated"),
    ] {
        assert_eq!(check(&report, name), (CheckResult::Valid, code));
        assert_eq!(items(&report, name), [("not_applicable", "presentation_unsigned")]);
    }
}

#[test]
fn a_presentation_is_as_good_as_the_worst_that_it_holds() {
    let forged = signed_badge().replace("First aid", "Brain surgery");
    let foreign = seal(&badge(""), HOLDER, &assertion(HOLDER));
    for (held, expected) in [
        (vec![signed_badge(), signed_badge()], ("verified", "verified")),
        (vec![signed_badge(), forged.clone()], ("rejected", "signature_invalid")),
        (vec![signed_badge(), foreign.clone()], ("indeterminate", "issuer_not_authenticated")),
        (vec![foreign, signed_badge(), forged], ("rejected", "signature_invalid")),
        (vec![signed_badge(), signed_endorsement("urn:uuid:badge", "")], ("rejected", "not_a_badge")),
        (vec![signed_badge(), format!("{{{}}}", presentation(&signed_badge(), ""))], ("rejected", "not_a_credential")),
        (vec![signed_badge(), "null".into()], ("rejected", "format_unknown")),
        (vec![], ("rejected", "schema_missing_member")),
    ] {
        let count = held.len();
        let report = verify(&format!("{{{}}}", presentation(&format!("[{}]", held.join(",")), "")));
        assert_eq!(verdict(&report), expected, "{held:?}");
        assert_eq!(report.credentials().len(), count);
        // Every credential in doubt has a line under the check that says so.
        let doubts = report.credentials().iter().filter(|credential| credential.outcome() != Outcome::Verified);
        let lines = report.checks().iter().flat_map(|check| &check.items);
        let told = |code: Code| lines.clone().any(|item| item.code == code && datum(item, "credential").is_some());
        assert!(doubts.map(Report::code).all(told), "{}", report.to_json());
    }
}

#[test]
fn the_holder_of_a_signed_presentation_is_authenticated() {
    let says = |purpose: &str, more: &str| {
        format!(r#""proofPurpose":"{purpose}","verificationMethod":"{}"{more}"#, method(HOLDER))
    };
    let holder = format!(r#","holder":"{}""#, did(HOLDER));
    let present = |held: &str, holder: &str, says: &str| seal(&presentation(held, holder), HOLDER, says);
    let signed = present(&format!("[{}]", signed_badge()), &holder, &says("authentication", ""));
    let report = verify(&signed);
    assert_eq!(verdict(&report), ("verified", "verified"));
    assert_eq!(check(&report, CheckName::Issuer), (CheckResult::Valid, "issuer_authenticated"));
    assert_eq!(items(&report, CheckName::Issuer), [("valid", "holder_authenticated")]);

    let nameless = present(&signed_badge(), "", &says("authentication", ""));
    assert_eq!(items(&verify(&nameless), CheckName::Issuer), [("valid", "holder_authenticated")]);

    for (input, expected) in [
        (signed.replace("First aid", "Brain surgery"), ("rejected", "signature_invalid")),
        (
            present(&signed_badge(), r#","holder":"did:example:jane""#, &says("authentication", "")),
            ("indeterminate", "holder_not_authenticated"),
        ),
        (present(&signed_badge(), &holder, &says("assertionMethod", "")), ("rejected", "proof_purpose")),
        (
            signed.replace(r#""type":["VerifiablePresentation"]"#, r#""note":1,"type":["VerifiablePresentation"]"#),
            ("rejected", "term_undefined"),
        ),
    ] {
        let report = verify(&input);
        assert_eq!(verdict(&report), expected, "{input}");
    }
}

#[test]
fn a_holders_key_must_be_listed_for_authentication() {
    let web = "did:web:jane.example";
    let says = format!(r#""proofPurpose":"authentication","verificationMethod":"{web}#key-1""#);
    let signed = seal(&presentation(&signed_badge(), &format!(r#","holder":"{web}""#)), HOLDER, &says);
    let document = format!(
        r#"{{"id":"{web}","verificationMethod":[{{"id":"{web}#key-1","type":"Multikey","controller":"{web}","publicKeyMultibase":"{}"}}],"authentication":["{web}#key-1"]}}"#,
        key(HOLDER).public_key().to_multibase()
    );
    for (document, expected) in [
        (document.clone(), ("verified", "verified")),
        (document.replace(r#""authentication""#, r#""assertionMethod""#), ("rejected", "issuer_key_not_authorized")),
    ] {
        assert_eq!(verdict(&verify_as(&signed, "{}", |_| Some(document.clone()))), expected);
    }
}

#[test]
fn a_challenge_must_be_answered_by_a_signed_presentation() {
    let says = format!(
        r#""proofPurpose":"authentication","challenge":"n-17","domain":"hr.example","verificationMethod":"{}""#,
        method(HOLDER)
    );
    let signed = seal(&presentation(&signed_badge(), ""), HOLDER, &says);
    let unsigned = format!("{{{}}}", presentation(&signed_badge(), ""));
    for (input, policy, expected) in [
        (&signed, "{}", ("verified", "verified")),
        (&signed, r#"{"challenge":"n-17"}"#, ("verified", "verified")),
        (&signed, r#"{"challenge":"n-17","domain":"hr.example"}"#, ("verified", "verified")),
        (&signed, r#"{"challenge":"n-18"}"#, ("rejected", "challenge_mismatch")),
        (&signed, r#"{"domain":"evil.example"}"#, ("rejected", "challenge_mismatch")),
        (&unsigned, r#"{"challenge":"n-17"}"#, ("rejected", "challenge_mismatch")),
        (&signed_badge(), r#"{"challenge":"n-17"}"#, ("rejected", "challenge_mismatch")),
    ] {
        assert_eq!(verdict(&verify_as(input, policy, |_| None)), expected, "{policy}");
    }
}

#[test]
fn credentials_past_the_limit_leave_a_presentation_open() {
    let token = format!("\"{}\"", jws(&badge(""), ISSUER, ""));
    let present =
        |count| verify(&format!("{{{}}}", presentation(&format!("[{}]", vec![&*token; count].join(",")), "")));
    assert_eq!(verdict(&present(100)), ("verified", "verified"));
    let report = present(300);
    assert_eq!(verdict(&report), ("indeterminate", "too_many_credentials"));
    assert_eq!(report.credentials().len(), 101);
    // Nor does a record forget its endorsements over them.
    let endorsement = format!(r#","endorsement":[{}]"#, signed_endorsement("urn:uuid:record", ""));
    let report = verify(&jws(&record(&format!("[{}]", vec![&*token; 300].join(",")), &endorsement), ENDORSER, ""));
    assert_eq!(verdict(&report), ("indeterminate", "too_many_credentials"));
    assert_eq!(check(&report, CheckName::Endorsements).0, CheckResult::Unknown);
}

/// A presentation as the payload of a JWS, with more members of the header than `alg`.
fn vp_jws(payload: &str, by: u8, header: &str) -> String {
    let header = format!(r#"{{"alg":"EdDSA"{header}}}"#);
    let input = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
    format!("{input}.{}", base64url(&key(by).sign(input.as_bytes())))
}

fn kid(of: u8) -> String {
    format!(r#","kid":"{}""#, method(of))
}

fn held_by(of: u8) -> String {
    format!(r#","holder":"{}""#, did(of))
}

#[test]
fn a_presentation_may_be_the_payload_of_a_jws() {
    let enveloped = format!(
        r#"{{"@context":"https://www.w3.org/ns/credentials/v2","id":"data:application/vc+jwt,{}","type":"EnvelopedVerifiableCredential"}}"#,
        jws(&badge(""), ISSUER, "")
    );
    let held = format!(r#"[{},"{}",{enveloped}]"#, signed_badge(), jws(&badge(""), ISSUER, ""));
    let payload = format!("{{{}}}", presentation(&held, &held_by(HOLDER)));
    for typ in [r#","typ":"vp+jwt","cty":"vp""#, r#","typ":"vp+ld+json+jwt""#, r#","typ":"JWT""#, ""] {
        let report = verify(&vp_jws(&payload, HOLDER, &format!("{typ}{}", kid(HOLDER))));
        assert_eq!(verdict(&report), ("verified", "verified"), "{typ}");
        assert_eq!(items(&report, CheckName::Issuer)[0], ("valid", "holder_authenticated"));
        assert_eq!(check(&report, CheckName::JsonLd), (CheckResult::Valid, "claims_covered"));
        assert_eq!(report.credentials().len(), 3);
    }
    for header in [r#","typ":"vc+jwt""#, r#","typ":"jwt""#, r#","cty":"vc""#] {
        let report = verify(&vp_jws(&payload, HOLDER, &format!("{header}{}", kid(HOLDER))));
        assert_eq!(verdict(&report), ("rejected", "jwt_header"), "{header}");
    }
    // Nor is a badge presented by saying so.
    let as_vp = vp_jws(&format!("{{{}}}", badge("")), ISSUER, &format!(r#","typ":"vp+jwt"{}"#, kid(ISSUER)));
    assert_eq!(verdict(&verify(&as_vp)), ("rejected", "jwt_header"));
    // A presentation is not held in another.
    let within = format!("{{{}}}", presentation(&format!(r#""{}""#, vp_jws(&payload, HOLDER, &kid(HOLDER))), ""));
    assert_eq!(verdict(&verify(&within)), ("rejected", "not_a_credential"));
}

#[test]
fn a_presentation_of_vcdm_1_1_stands_in_the_claim_vp() {
    let vp = |members: &str| {
        format!(
            r#""vp":{{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiablePresentation"],"verifiableCredential":["{}"]{members}}}"#,
            jws(&badge(""), ISSUER, "")
        )
    };
    let holder = did(HOLDER);
    for payload in [
        format!(r#"{{{},"iss":"{holder}"}}"#, vp("")),
        format!(r#"{{{},"iss":"{holder}","sub":"{holder}","jti":"urn:uuid:1"}}"#, vp("")),
        format!("{{{}}}", vp(&held_by(HOLDER))),
    ] {
        let report = verify(&vp_jws(&payload, HOLDER, &kid(HOLDER)));
        assert_eq!(verdict(&report), ("verified", "verified"), "{payload}");
        assert_eq!(items(&report, CheckName::Issuer)[0], ("valid", "holder_authenticated"));
    }
    for (payload, claim) in [
        (format!(r#"{{{},"iss":"{holder}","vc":{{}}}}"#, vp("")), "vc"),
        (format!(r#"{{{},{}}}"#, presentation(&signed_badge(), ""), vp("")), "vp"),
        (format!(r#"{{{},"vp":{{}}}}"#, badge("")), "vp"),
    ] {
        let report = verify(&vp_jws(&payload, HOLDER, &kid(HOLDER)));
        assert_ne!(report.outcome(), Outcome::Verified, "{claim}");
    }
}

#[test]
fn a_token_of_a_presentation_is_its_holder_s() {
    let members = |more: &str, claims: &str| format!("{{{}{claims}}}", presentation(&signed_badge(), more));
    let holder = held_by(HOLDER);
    let other = did(ENDORSER);
    for (payload, code) in [
        (members(&holder, &format!(r#","iss":"{other}""#)), "jwt_claim_mismatch"),
        (members(&holder, &format!(r#","sub":"{other}""#)), "jwt_claim_mismatch"),
        (members(&format!(r#"{holder},"id":"urn:uuid:1""#), r#","jti":"urn:uuid:2""#), "jwt_claim_mismatch"),
        (members(&holder, r#","iss":null"#), "jwt_claim_mismatch"),
        (members(&holder, r#","exp":"soon""#), "jwt_claim_mismatch"),
        (members(&holder, r#","exp":1767225600"#), "expired"),
        (members(&holder, r#","nbf":1798761600"#), "not_yet_valid"),
        (members(&holder, r#","vc":{}"#), "not_a_credential"),
        (members(&holder, r#","vc":7"#), "jwt_claim_mismatch"),
        (members(&holder, r#","vp":7"#), "jwt_claim_mismatch"),
    ] {
        let report = verify(&vp_jws(&payload, HOLDER, &kid(HOLDER)));
        assert_eq!(verdict(&report), ("rejected", code), "{payload}");
        assert!(report.credentials().is_empty());
    }
    // Somebody else's key: intact, and whose it is unknown; whoever names no holder is known by the key.
    let report = verify(&vp_jws(&members(&holder, ""), ENDORSER, &kid(ENDORSER)));
    assert_eq!(verdict(&report), ("indeterminate", "holder_not_authenticated"));
    let report = verify(&vp_jws(&members("", ""), HOLDER, &kid(HOLDER)));
    assert_eq!(verdict(&report), ("verified", "verified"));
    let report = verify(&vp_jws(&members("", &format!(r#","iss":"{other}""#)), HOLDER, &kid(HOLDER)));
    assert_eq!(verdict(&report), ("indeterminate", "holder_not_authenticated"));
    // A signature that does not hold leaves what it is over unread.
    let token = vp_jws(&members(&holder, ""), ENDORSER, &kid(HOLDER));
    assert_eq!(verdict(&verify(&token)), ("rejected", "signature_invalid"));
}

#[test]
fn the_key_of_a_token_of_a_presentation_is_listed_for_authentication() {
    const HOLDER_DID: &str = "did:web:jane.example";
    let document = |relation: &str| {
        format!(
            r##"{{"id":"{HOLDER_DID}","verificationMethod":[{{"id":"#k","type":"Multikey","controller":"{HOLDER_DID}","publicKeyMultibase":"{}"}}],"{relation}":["#k"]}}"##,
            key(HOLDER).public_key().to_multibase()
        )
    };
    let payload = format!("{{{}}}", presentation(&signed_badge(), &format!(r#","holder":"{HOLDER_DID}""#)));
    let jwk =
        format!(r#","jwk":{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url(key(HOLDER).public_key().as_bytes()));
    for (header, unlisted) in [
        (r#","kid":"k""#, ("rejected", "issuer_key_not_authorized")),
        (&jwk, ("indeterminate", "holder_not_authenticated")),
    ] {
        let token = vp_jws(&payload, HOLDER, header);
        let found = |relation: &str| verify_as(&token, "{}", |_| Some(document(relation)));
        assert_eq!(verdict(&found("authentication")), ("verified", "verified"), "{header}");
        assert_eq!(verdict(&found("assertionMethod")), unlisted, "{header}");
    }
}

#[test]
fn a_token_of_a_presentation_answers_by_its_nonce_and_audience() {
    let token = |claims: &str| {
        vp_jws(&format!("{{{}{claims}}}", presentation(&signed_badge(), &held_by(HOLDER))), HOLDER, &kid(HOLDER))
    };
    let ask = |token: &str| {
        let policy = r#"{"challenge":"n-1","domain":"https://desk.example"}"#;
        let report = verify_as(token, policy, |_| None);
        (report.outcome(), report.code())
    };
    let refused = (Outcome::Rejected, Code::ChallengeMismatch);
    for claims in [
        r#","nonce":"n-1","aud":"https://desk.example""#,
        r#","nonce":"n-1","aud":["https://other.example","https://desk.example"]"#,
    ] {
        assert_eq!(ask(&token(claims)), (Outcome::Verified, Code::Verified), "{claims}");
    }
    for claims in [
        "",
        r#","nonce":"n-1""#,
        r#","nonce":"n-2","aud":"https://desk.example""#,
        r#","nonce":1,"aud":"https://desk.example""#,
        r#","aud":"https://desk.example""#,
        r#","challenge":"n-1","domain":"https://desk.example""#,
    ] {
        assert_eq!(ask(&token(claims)), refused, "{claims}");
    }
    // A badge alone is presented by nobody.
    assert_eq!(ask(&jws(&badge(""), ISSUER, r#","nonce":"n-1","aud":"https://desk.example""#)), refused);
}

/// An issuer may speak of the badge itself within it, where a recipient writes the address of a piece of evidence; a holder could
/// then say there what the badge says of itself, to the same statements.
#[test]
fn what_bears_on_the_badge_is_not_moved_into_what_speaks_of_it() {
    let expiry = r#","validUntil":"2026-03-01T00:00:00Z""#;
    let evidence = r#","evidence":[{"id":"urn:uuid:badge","type":["Evidence"],"name":"Itself"}]"#;
    let signed = seal(&badge(&format!("{expiry}{evidence}")), ISSUER, &assertion(ISSUER));
    assert_eq!(verdict(&verify(&signed)), ("rejected", "expired"));
    for (types, code) in [
        (r#"["Evidence","VerifiableCredential"]"#, "value_dropped"),
        (r#"["Evidence","OpenBadgeCredential"]"#, "term_undefined"),
    ] {
        let moved = signed.replace(expiry, "").replace(r#"["Evidence"]"#, &format!("{types}{expiry}"));
        assert_eq!(verdict(&verify(&moved)), ("rejected", code), "{types}");
    }
}

// Learner records

/// The members of a Comprehensive Learner Record.
fn record(held: &str, more: &str) -> String {
    format!(
        r#""@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],"id":"urn:uuid:record","type":["VerifiableCredential","ClrCredential"],"name":"Transcript","issuer":{{"id":"{}","type":["Profile"],"name":"Agency"}},"validFrom":"2026-01-15T10:00:00Z","credentialSubject":{{"id":"did:example:jane","type":["ClrSubject"],"verifiableCredential":{held}}}{more}"#,
        did(ENDORSER)
    )
}

fn signed_record(held: &str, more: &str) -> String {
    seal(&record(held, more), ENDORSER, &assertion(ENDORSER))
}

#[test]
fn a_learner_record_is_verified_with_every_badge_in_it() {
    let other = seal(&badge("").replace("urn:uuid:badge", "urn:uuid:other"), ISSUER, &assertion(ISSUER));
    let held = format!("[{},{other}]", signed_badge());
    let endorsement = format!(r#","endorsement":[{}]"#, signed_endorsement("urn:uuid:record", ""));
    let achievement = r#""achievement":[{"id":"urn:uuid:sum","type":["Achievement"],"name":"Sum","description":"All.","criteria":{"narrative":"All."}}]"#;
    let members = record(&held, &endorsement)
        .replace(r#""type":["ClrSubject"]"#, &format!(r#""type":["ClrSubject"],{achievement}"#));
    let report = verify(&seal(&members, ENDORSER, &assertion(ENDORSER)));
    assert_eq!(verdict(&report), ("verified", "verified"));
    assert_eq!(report.credentials().len(), 2);
    assert_eq!(check(&report, CheckName::Endorsements), (CheckResult::Valid, "endorsements_verified"));
    // What is claimed is what the record says of itself.
    let json = report.to_json();
    assert!(json.contains(r#""claims":{"id":"urn:uuid:record""#), "{json}");
    assert!(!json.contains(r#""name":"Sum""#), "{json}");
    let token = jws(&record(&format!("[\"{}\"]", jws(&badge(""), ISSUER, "")), ""), ENDORSER, "");
    assert_eq!(verdict(&verify(&token)), ("verified", "verified"));
}

#[test]
fn a_learner_record_is_as_good_as_the_worst_in_it() {
    let forged = signed_badge().replace("First aid", "Brain surgery");
    let good = signed_record(&format!("[{}]", signed_badge()), "");
    let inner = record(&signed_badge(), "").replace("urn:uuid:record", "urn:uuid:inner");
    let inner = seal(&inner, ENDORSER, &assertion(ENDORSER));
    for (input, expected) in [
        (signed_record(&format!("[{},{forged}]", signed_badge()), ""), ("rejected", "signature_invalid")),
        (good.replace("Transcript", "Diploma"), ("rejected", "signature_invalid")),
        // The signature of the record covers the badges as well, so that none can be taken out or put in.
        (good.replace(&signed_badge(), &signed_endorsement("urn:uuid:badge", "")), ("rejected", "signature_invalid")),
        (format!("{{{}}}", record(&signed_badge(), "")), ("rejected", "proof_missing")),
        (signed_record(&inner, ""), ("rejected", "not_a_badge")),
        (signed_record(&signed_endorsement("urn:uuid:badge", ""), ""), ("rejected", "not_a_badge")),
        (seal(&record(&signed_badge(), ""), HOLDER, &assertion(HOLDER)), ("indeterminate", "issuer_not_authenticated")),
        (signed_record(&signed_badge(), r#","validUntil":"2026-05-01T00:00:00Z""#), ("rejected", "expired")),
    ] {
        assert_eq!(verdict(&verify(&input)), expected, "{input}");
    }
    let nameless = record(&signed_badge(), "").replace(r#""name":"Transcript","#, "");
    let nameless = seal(&nameless, ENDORSER, &assertion(ENDORSER));
    assert_eq!(verdict(&verify(&nameless)), ("rejected", "schema_missing_member"));
}

#[test]
fn a_presented_learner_record_tells_of_its_badges_one_level_down() {
    let held = signed_record(&format!("[{}]", signed_badge()), "");
    let report = verify(&format!("{{{}}}", presentation(&held, "")));
    assert_eq!(verdict(&report), ("verified", "verified"));
    assert_eq!(report.credentials()[0].credentials().len(), 1);
}

#[test]
fn everything_in_a_record_must_be_the_recipients() {
    let input = signed_record(&signed_badge(), "");
    let somebody_elses = signed_record(&seal(&badge("").replace(":jane", ":john"), ISSUER, &assertion(ISSUER)), "");
    let policy = r#"{"recipient":"did:example:jane"}"#;
    assert_eq!(verdict(&verify_as(&input, policy, |_| None)), ("verified", "verified"));
    assert_eq!(verdict(&verify_as(&somebody_elses, policy, |_| None)), ("rejected", "recipient_differs"));
}

// Refresh

const REFRESH: &str = "https://college.example/refresh/1";

/// The members of a badge that can be refreshed.
fn refreshable() -> String {
    let service = format!(r#","refreshService":{{"id":"{REFRESH}","type":"1EdTechCredentialRefresh"}}"#);
    badge(&service).replace(r#"json"]"#, r#"json","https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]"#)
}

#[test]
fn a_refreshed_badge_takes_the_place_of_what_was_handed_in() {
    let expired =
        refreshable().replace(r#""refreshService""#, r#""validUntil":"2026-05-01T00:00:00Z","refreshService""#);
    let old = seal(&expired, ISSUER, &assertion(ISSUER));
    let new = seal(&refreshable().replace("First aid", "First aid II"), ISSUER, &assertion(ISSUER));
    let mut asked = Vec::new();
    let report = verify_as(&old, "{}", |url| {
        asked.push(url.to_owned());
        Some(new.clone())
    });
    // Once: the refreshed badge names the service too.
    assert_eq!(asked, [REFRESH]);
    assert_eq!(verdict(&report), ("verified", "verified"));
    assert_eq!(items(&report, CheckName::Validity), [("valid", "refreshed")]);
    assert!(report.to_json().contains(r#""name":"First aid II""#));
    // A token is as good.
    let token = jws(&refreshable(), ISSUER, "");
    assert_eq!(verdict(&verify_as(&old, "{}", |_| Some(token.clone()))), ("verified", "verified"));
}

#[test]
fn what_the_refreshed_badge_says_counts() {
    let old = seal(&refreshable(), ISSUER, &assertion(ISSUER));
    let ended = refreshable().replace(r#""refreshService""#, r#""validUntil":"2026-05-01T00:00:00Z","refreshService""#);
    let new = seal(&ended, ISSUER, &assertion(ISSUER));
    assert_eq!(verdict(&verify_as(&old, "{}", |_| Some(new.clone()))), ("rejected", "expired"));
}

#[test]
fn a_badge_stands_where_its_refreshed_form_is_of_no_use() {
    let old = seal(&refreshable(), ISSUER, &assertion(ISSUER));
    let other = |from: &str, to: &str| seal(&refreshable().replace(from, to), ISSUER, &assertion(ISSUER));
    let mallory = seal(&refreshable(), HOLDER, &assertion(HOLDER));
    for (document, reason) in [
        (None, "unavailable"),
        (Some("<html>".into()), "svg_malformed"),
        (Some(old.replace("First aid", "Brain surgery")), "signature_invalid"),
        (Some(mallory), "issuer_not_authenticated"),
        (Some(other("urn:uuid:badge", "urn:uuid:another")), "id"),
        (Some(other(&did(ISSUER), &did(HOLDER))), "id"),
        (
            Some(other(r#""name":"First aid","description":"Helps.""#, r#""description":"Helps.""#)),
            "schema_missing_member",
        ),
        (Some(signed_endorsement("urn:uuid:badge", "")), "not_a_badge"),
    ] {
        let report = verify_as(&old, "{}", |_| document.clone());
        assert_eq!(verdict(&report), ("verified", "verified"), "{reason}");
        let item = &report.check(CheckName::Validity).unwrap().items[0];
        assert_eq!((item.result, item.code.as_str()), (CheckResult::Unknown, "refresh_failed"));
        assert_eq!(datum(item, "reason").as_deref(), Some(reason));
        assert!(!report.to_json().contains("Brain surgery"));
    }
}

#[test]
fn a_forged_badge_is_not_refreshed() {
    let forged = seal(&refreshable(), ISSUER, &assertion(ISSUER)).replace("First aid", "Brain surgery");
    assert_eq!(verdict(&verify(&forged)), ("rejected", "signature_invalid"));
    let local = refreshable().replace(REFRESH, "http://college.example/refresh/1");
    let report = verify(&seal(&local, ISSUER, &assertion(ISSUER)));
    assert_eq!(items(&report, CheckName::Validity), [("unknown", "refresh_failed")]);
}

// All of them

#[test]
fn the_order_in_which_documents_come_does_not_matter() {
    let list =
        |of: u8| format!(r#","credentialStatus":{{"id":"https://lists.example/{of}","type":"1EdTechRevocationList"}}"#);
    let extended = |members: String| {
        members.replace(r#"json"]"#, r#"json","https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]"#)
    };
    let held = [1, 2, 3].map(|of| seal(&extended(badge(&list(of))), ISSUER, &assertion(ISSUER)));
    let input = format!("{{{}}}", presentation(&format!("[{}]", held.join(",")), ""));
    let run = |backwards: bool| {
        let now = DateTime::parse(NOW).unwrap();
        let mut verification = Verifier::new().start(input.as_bytes(), &Policy::default(), now);
        loop {
            match verification.step() {
                Step::Done(report) => return report.to_json(),
                Step::Need(mut needs) => {
                    if backwards {
                        needs.reverse();
                    }
                    // One at a time.
                    let Need::Document { url } = &needs[0] else { panic!("a signature") };
                    let document = format!(r#"{{"issuer":"{}","revokedCredential":[]}}"#, did(ISSUER));
                    verification.supply_document(url, Some(document.as_bytes()));
                }
            }
        }
    };
    let report = run(false);
    assert!(report.starts_with(r#"{"outcome":"verified""#), "{report}");
    assert_eq!(report, run(true));
}

/// A token of somebody whose key is the host's to use: its signature is what the host says it is.
fn es256(members: &str, kid: &str) -> String {
    let header = format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
    let payload = format!("{{{members}}}");
    format!("{}.{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()), base64url(&[1; 64]))
}

#[test]
fn the_deepest_badge_takes_sixteen_rounds() {
    // The generator of P-256 is as good a key as any other.
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}"#;
    let list_url = "https://list.example/status";
    let list = {
        let members = r#""@context":["https://www.w3.org/ns/credentials/v2"],"id":"https://list.example/status","type":["VerifiableCredential","BitstringStatusListCredential"],"issuer":"https://list.example","validFrom":"2026-01-01T00:00:00Z","credentialSubject":{"id":"https://list.example/status#list","type":"BitstringStatusList","statusPurpose":"revocation","encodedList":"ENCODED"}"#;
        let list = ob3_core::BitstringStatusListCredential {
            id: list_url.into(),
            issuer: String::new(),
            valid_from: DateTime::parse(NOW).unwrap(),
            valid_until: None,
            status_purpose: "revocation".into(),
            ttl_millis: None,
            bits: vec![0; 131_072 / 8],
        };
        let json = list.to_json();
        let (_, encoded) = json.split_once(r#""encodedList":""#).unwrap();
        es256(&members.replace("ENCODED", encoded.split_once('"').unwrap().0), "https://list.example/key")
    };
    let status = format!(
        r#","credentialStatus":{{"type":"BitstringStatusListEntry","statusPurpose":"revocation","statusListIndex":"5","statusListCredential":"{list_url}"}}"#
    );
    let by = |members: String, of: u8, site: &str| members.replace(&did(of), site);
    let deepest = by(endorsement("urn:uuid:endorsement", &status), ENDORSER, "https://e2.example");
    let more = format!(r#","endorsementJwt":["{}"]"#, es256(&deepest, "https://e2.example/key"));
    let endorser = by(endorsement("urn:uuid:badge", &more), ENDORSER, "https://e1.example");
    let more = format!(
        r#","refreshService":{{"id":"{REFRESH}","type":"1EdTechCredentialRefresh"}},"endorsementJwt":["{}"]"#,
        es256(&endorser, "https://e1.example/key")
    );
    let members = by(badge(&more), ISSUER, "https://b.example");
    let refreshed = es256(&members, "https://b.example/new-key");
    let held = format!("[\"{}\"]", es256(&members, "https://b.example/key"));
    let record = es256(&by(record(&held, ""), ENDORSER, "https://r.example"), "https://r.example/key");
    let enveloped = format!(
        r#"{{"@context":"https://www.w3.org/ns/credentials/v2","id":"data:application/vc+jwt,{record}","type":"EnvelopedVerifiableCredential"}}"#
    );
    let input = format!(
        r#"{{{},"holder":"https://p.example","proof":{{"type":"DataIntegrityProof","cryptosuite":"ecdsa-jcs-2019","proofPurpose":"authentication","verificationMethod":"https://p.example/key","proofValue":"z{}"}}}}"#,
        presentation(&enveloped, ""),
        base58btc(&[1; 64])
    );
    let mut verification = Verifier::new().start(input.as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap());
    let mut rounds = 0;
    let report = loop {
        match verification.step() {
            Step::Done(report) => break report,
            Step::Need(needs) => {
                rounds += 1;
                for need in needs {
                    match need {
                        Need::Signature(check) => verification.supply_signature(&check.id, Some(true)),
                        Need::Document { url } => {
                            let document = match url.as_str() {
                                REFRESH => refreshed.as_str(),
                                _ if url == list_url => list.as_str(),
                                _ => jwk,
                            };
                            verification.supply_document(&url, Some(document.as_bytes()));
                        }
                    }
                }
            }
        }
    };
    assert_eq!(verdict(&report), ("verified", "verified"), "{}", report.to_json());
    let badge = &report.credentials()[0].credentials()[0];
    assert_eq!(items(badge, CheckName::Validity), [("valid", "refreshed")]);
    assert_eq!(items(badge, CheckName::Endorsements), [("valid", "verified"), ("valid", "verified")]);
    assert_eq!(rounds, 16);
}

#[test]
fn what_a_presentation_says_beside_its_credentials_is_no_claim_of_theirs() {
    let more = r#","id":"urn:uuid:p","name":"PhD","issuer":{"id":"did:web:college.example","name":"College"},"validFrom":"2026-01-01T00:00:00Z","credentialSubject":{"achievement":{"name":"PhD"}}"#;
    for held in [signed_badge(), [signed_badge(), signed_badge()].join(",")] {
        let report = verify(&format!("{{{}}}", presentation(&format!("[{held}]"), more)));
        assert_eq!(verdict(&report), ("verified", "verified"));
        assert!(!report.to_json().contains("PhD"), "{}", report.to_json());
    }
}

#[test]
fn an_expiry_or_a_status_that_is_moved_into_an_endorsement_breaks_the_badge() {
    let subject = r#"{"id":"urn:uuid:badge","type":["EndorsementSubject"]"#;
    let of_badge = signed_endorsement("urn:uuid:badge", "");
    for (more, expected) in [
        (r#","validUntil":"2026-03-01T00:00:00Z""#, ("rejected", "expired")),
        (
            r#","credentialStatus":{"id":"https://college.example/s#1","type":"BitstringStatusListEntry","statusPurpose":"other"}"#,
            ("indeterminate", "status_unsupported"),
        ),
    ] {
        let signed = seal(&badge(&format!(r#"{more},"endorsement":[{of_badge}]"#)), ISSUER, &assertion(ISSUER));
        assert_eq!(verdict(&verify(&signed)), expected);
        let typed = subject.replace(r#"t"]"#, r#"t","VerifiableCredential"]"#);
        let moved = signed.replacen(more, "", 1).replacen(subject, &format!("{typed}{more}"), 1);
        assert_eq!(verdict(&verify(&moved)), ("rejected", "value_dropped"));
    }
}

#[test]
fn a_result_that_is_moved_into_an_endorsement_of_the_recipient_breaks_the_badge() {
    let result = r#","result":[{"type":["Result"],"value":"failed"}]"#;
    let subject = r#"{"id":"did:example:jane","type":["EndorsementSubject"]"#;
    let said = r#""type":["AchievementSubject"]"#;
    let stated = badge("").replace(said, &format!("{said}{result}"));
    let of_recipient = signed_endorsement("did:example:jane", "");
    let signed = seal(&format!(r#"{stated},"endorsement":[{of_recipient}]"#), ISSUER, &assertion(ISSUER));
    assert_eq!(verdict(&verify(&signed)), ("verified", "verified"));
    let typed = subject.replace(r#"t"]"#, r#"t","AchievementSubject"]"#);
    let moved = signed.replacen(result, "", 1).replacen(subject, &format!("{typed}{result}"), 1);
    assert_eq!(verdict(&verify(&moved)), ("rejected", "schema_wrong_value"));
    // The statements are the same: nothing but the shape tells.
    assert_eq!(verify(&moved).check(CheckName::Proof).unwrap().finding.code.as_str(), "signature_valid");
    // A badge in the place of an endorsement could take statements in as well.
    let another = badge("").replace("urn:uuid:badge", "urn:uuid:another");
    assert_eq!(
        verdict(&verify(&endorsed(&seal(&another, ISSUER, &assertion(ISSUER))))),
        ("rejected", "schema_wrong_value")
    );
    // Without the types' own terms it is no statement at all.
    let untyped = signed.replacen(result, "", 1).replacen(subject, &format!("{subject}{result}"), 1);
    assert_eq!(verdict(&verify(&untyped)), ("rejected", "term_undefined"));
}

#[test]
fn a_presentation_whose_own_proof_fails_shows_no_badge_as_verified() {
    let says = assertion(HOLDER).replace("assertionMethod", "authentication");
    let signed = seal(&presentation(&format!("[{}]", signed_badge()), ""), HOLDER, &says);
    assert_eq!(verdict(&verify(&signed)), ("verified", "verified"));
    let (before, proof) = signed.rsplit_once("2026-02-01").unwrap();
    let broken = format!("{before}2026-02-02{proof}");
    assert_eq!(verdict(&verify(&broken)), ("rejected", "signature_invalid"));
    assert!(verify(&broken).credentials().is_empty());
    // Neither does one with an empty list of proofs pass for one that nobody signed.
    let emptied = format!("{{{}}}", presentation(&signed_badge(), r#","proof":[]"#));
    assert_eq!(verdict(&verify(&emptied)), ("rejected", "proof_missing"));
}

// What all of it together may cost

#[test]
fn refreshed_badges_are_read_as_long_as_there_is_room() {
    let large = refreshable().replace("Passed.", &"Passed. ".repeat(1 << 17));
    let large = seal(&large, ISSUER, &assertion(ISSUER));
    let held =
        (0..13).map(|n| seal(&refreshable().replace(REFRESH, &format!("{REFRESH}{n}")), ISSUER, &assertion(ISSUER)));
    let held = held.collect::<Vec<_>>().join(",");
    let report = verify_as(&format!("{{{}}}", presentation(&format!("[{held}]"), "")), "{}", |_| Some(large.clone()));
    assert_eq!(verdict(&report), ("verified", "verified"));
    let outcomes: Vec<_> = report.credentials().iter().map(|badge| items(badge, CheckName::Validity)[0]).collect();
    assert!(outcomes[..11].iter().all(|outcome| *outcome == ("valid", "refreshed")), "{outcomes:?}");
    assert_eq!(outcomes[12], ("unknown", "refresh_failed"));
    let item = &report.credentials()[12].check(CheckName::Validity).unwrap().items[0];
    assert_eq!(datum(item, "reason").as_deref(), Some("input_too_large"));
}

#[test]
fn signatures_past_the_limit_are_not_asked_for() {
    let tags = (0..480).map(|n| format!(r#""{n}""#)).collect::<Vec<_>>().join(",");
    let badge = badge("").replace(r#""criteria":"#, &format!(r#""tag":[{tags}],"criteria":"#));
    let canonical = canonicalize(&Contexts::new(), &format!("{{{badge}}}")).unwrap();
    let count = u16::try_from(canonical.lines().count()).unwrap();
    let blanks = (0..9_u8).filter(|n| canonical.contains(&format!("_:c14n{n} "))).collect::<Vec<_>>();
    let proof = |n: u8| {
        let mut value =
            [&[0xd9, 0x5d, 0x01, 0x85, 0x58, 64][..], &[1; 64], &[0x58, 35, 0x80, 0x24, 2], &[1; 32]].concat();
        value.push(0x99);
        value.extend(count.to_be_bytes());
        (0..count).for_each(|_| value.extend([&[0x58, 64][..], &[n; 64]].concat()));
        value.push(0xa0 + u8::try_from(blanks.len()).unwrap());
        blanks.iter().for_each(|blank| value.extend([&[*blank, 0x58, 32][..], &[*blank; 32]].concat()));
        value.push(0x80);
        let says = assertion(ISSUER);
        let value = base64url(&value);
        format!(r#"{{"type":"DataIntegrityProof","cryptosuite":"ecdsa-sd-2023",{says},"proofValue":"u{value}"}}"#)
    };
    let proofs = (1..4).map(proof).collect::<Vec<_>>().join(",");
    let input = format!(r#"{{{badge},"proof":[{proofs}]}}"#);
    let mut verification = Verifier::new().start(input.as_bytes(), &Policy::default(), DateTime::parse(NOW).unwrap());
    let Step::Need(needs) = verification.step() else { panic!("it asks") };
    assert!(usize::from(count) * 3 > 1024);
    assert_eq!(needs.len(), 1024);
    for need in needs {
        let Need::Signature(check) = need else { panic!("a signature") };
        verification.supply_signature(&check.id, Some(true));
    }
    let Step::Done(report) = verification.step() else { panic!("it is done") };
    assert_ne!(report.outcome(), Outcome::Verified);
    let proofs = items(&report, CheckName::Proof);
    assert_eq!(proofs[2], ("unknown", "signature_not_checked"));
}

#[test]
fn proofs_of_a_large_badge_share_what_it_may_take_to_make_it_canonical() {
    let alignment = |n| format!(r#"{{"type":["Alignment"],"targetName":"{n}","targetUrl":"https://x.example/{n}"}}"#);
    let alignments = (0..4800).map(alignment).collect::<Vec<_>>().join(",");
    let members = badge("").replace(r#""criteria":"#, &format!(r#""alignment":[{alignments}],"criteria":"#));
    // Which may be signed in either case of the language.
    let members = members.replacen(r#""First aid""#, r#"{"@value":"First aid","@language":"en-GB"}"#, 1);
    let (says, value) = (assertion(ISSUER), base58btc(&[1; 96]));
    let proof =
        format!(r#"{{"type":"DataIntegrityProof","cryptosuite":"ecdsa-rdfc-2019",{says},"proofValue":"z{value}"}}"#);
    // With SHA-384 each hashes the document anew.
    for (count, expected) in [(2, "key_not_found"), (8, "canonicalization_limit")] {
        let proofs = vec![proof.as_str(); count].join(",");
        let report = verify(&format!(r#"{{{members},"proof":[{proofs}]}}"#));
        assert_eq!(report.check(CheckName::Proof).unwrap().items.last().unwrap().code.as_str(), expected);
    }
    assert_eq!(verdict(&verify(&seal(&members, ISSUER, &assertion(ISSUER)))), ("verified", "verified"));
}
