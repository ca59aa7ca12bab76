//! What holds of every badge, whatever its words: its spelling does not matter, and every change of what it says does.
//!
//! The badges are those of each suite and each kind of token; the spellings and changes are made from them, every one that
//! there is or a fixed number of random ones.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use accolade_tests::badges::{self, Curve, Suite};
use accolade_tests::base64url;
use accolade_tests::mutate::spell;
use accolade_tests::rng::Rng;
use ob3_core::{DateTime, Outcome, Policy, Report, Verifier};
use serde_json::{Value, json};

/// Random spellings of each badge.
const SPELLINGS: u64 = 30;

thread_local! {
    static VERIFIER: Verifier = Verifier::new();
}

fn verify(input: &str) -> Report {
    let now = DateTime::parse(badges::NOW).unwrap();
    VERIFIER.with(|verifier| verifier.verify(input.as_bytes(), &Policy::default(), now, |_| None))
}

/// A report without the one thing in it that is about the text: its length.
fn without_length(report: &Report) -> Value {
    let mut report: Value = serde_json::from_str(&report.to_json()).unwrap();
    let bytes = report.pointer_mut("/checks/0/data/bytes").unwrap().take();
    assert!(bytes.is_string());
    report
}

#[test]
fn the_order_of_members_white_space_and_escapes_do_not_matter() {
    for suite in Suite::ALL {
        let badge = suite.badge();
        let expected = without_length(&verify(&badge.to_string()));
        assert_eq!(expected["outcome"], "verified");
        for seed in 0..SPELLINGS {
            let text = spell(&mut Rng::new(seed), &badge);
            assert_eq!(without_length(&verify(&text)), expected, "{suite:?} {text}");
        }
    }
}

#[test]
fn the_spelling_of_a_forged_badge_does_not_matter_either() {
    for suite in Suite::ALL {
        let mut badge = suite.badge();
        badge["name"] = "Surgery".into();
        let expected = without_length(&verify(&badge.to_string()));
        assert_eq!(expected["code"], "signature_invalid");
        for seed in 0..SPELLINGS / 3 {
            let text = spell(&mut Rng::new(seed), &badge);
            assert_eq!(without_length(&verify(&text)), expected, "{suite:?} {text}");
        }
    }
}

/// A change, and where it was made.
type Change = (String, Value);

/// Every document that differs in one scalar, lacks one member or element, or has one more.
fn changes(document: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    for pointer in pointers(document) {
        let mut change = |what: &str, make: &dyn Fn(&mut Value)| {
            let mut changed = document.clone();
            make(changed.pointer_mut(&pointer).unwrap());
            if changed != *document {
                changes.push((format!("{pointer} {what}"), changed));
            }
        };
        match document.pointer(&pointer).unwrap() {
            Value::Object(members) => {
                for name in members.keys() {
                    change(&format!("without {name}"), &|place| _ = place.as_object_mut().unwrap().remove(name));
                }
                for (name, value) in more_members() {
                    if !members.contains_key(name) {
                        change(&format!("with {name}"), &|place| place[name] = value.clone());
                    }
                }
            }
            Value::Array(elements) => {
                for at in 0..elements.len() {
                    change(&format!("without its element {at}"), &|place| _ = place.as_array_mut().unwrap().remove(at));
                }
                change("with one more", &|place| place.as_array_mut().unwrap().push("https://evil.example/".into()));
            }
            Value::String(text) => {
                change("longer", &|place| *place = format!("{text}x").into());
                change("empty", &|place| *place = "".into());
                change("in another case", &|place| *place = other_case(text).into());
                change("with another character", &|place| *place = other_character(text).into());
                change("null", &|place| *place = Value::Null);
                change("an object", &|place| *place = json!({ "id": text }));
            }
            Value::Number(number) => {
                let number = number.as_f64().unwrap();
                change("by one", &|place| *place = (number + 1.0).into());
                change("by the least", &|place| *place = f64::from_bits(number.to_bits() + 1).into());
                change("negative", &|place| *place = (-number).into());
                change("as text", &|place| *place = number.to_string().into());
            }
            Value::Bool(is) => {
                change("the other", &|place| *place = (!is).into());
                change("as text", &|place| *place = is.to_string().into());
                change("as a number", &|place| *place = i32::from(*is).into());
            }
            Value::Null => {}
        }
    }
    changes
}

/// Members that one type or another knows, and one that none does.
fn more_members() -> Vec<(&'static str, Value)> {
    vec![
        ("id", json!("urn:uuid:00000000-0000-4000-8000-000000000000")),
        ("type", json!("Image")),
        ("name", json!("x")),
        ("description", json!("x")),
        ("narrative", json!("x")),
        ("image", json!({ "id": "https://evil.example/", "type": "Image" })),
        ("url", json!("https://evil.example/")),
        ("validUntil", json!("2099-01-01T00:00:00Z")),
        ("evil", json!("x")),
    ]
}

fn pointers(value: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        Value::Array(elements) => elements.iter().enumerate().map(|(at, element)| (at.to_string(), element)).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.replace('/', "~1"), member)).collect(),
        _ => Vec::new(),
    };
    let below = below
        .into_iter()
        .flat_map(|(name, value)| pointers(value).into_iter().map(move |pointer| format!("/{name}{pointer}")));
    std::iter::once(String::new()).chain(below).collect()
}

fn other_case(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

/// The same but for one digit or letter, near its end.
fn other_character(text: &str) -> String {
    let Some(at) = text.rfind(|c: char| c.is_ascii_alphanumeric()) else { return format!("{text}y") };
    let other = match text.as_bytes()[at] {
        b'9' | b'z' | b'Z' => '1',
        byte => char::from(byte + 1),
    };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

fn every_change_is_rejected(suite: Suite) {
    let badge = suite.badge();
    let changes = changes(&badge);
    let (mut claims, mut proof) = (0, 0);
    for (what, changed) in changes {
        let report = verify(&changed.to_string());
        // Another name for the key, or another kind of proof, may leave open who signed what.
        if what.starts_with("/proof") {
            proof += 1;
            assert_ne!(report.outcome(), Outcome::Verified, "{suite:?}: {what}");
        } else if what == " without proof" {
            assert_eq!(report.code().as_str(), "proof_missing", "{suite:?}");
        } else {
            claims += 1;
            assert_eq!(report.outcome(), Outcome::Rejected, "{suite:?}: {what}: {}", report.code().as_str());
        }
    }
    assert!(claims > 250 && proof > 30, "{claims} changes of claims, {proof} of the proof");
}

#[test]
fn every_change_is_rejected_under_eddsa_rdfc() {
    every_change_is_rejected(Suite::ISSUED);
}

#[test]
fn every_change_is_rejected_under_eddsa_jcs() {
    every_change_is_rejected(Suite::ALL[1]);
}

#[test]
fn every_change_is_rejected_under_ed25519_signature_2020() {
    every_change_is_rejected(Suite::ALL[2]);
}

#[test]
fn every_change_is_rejected_under_ecdsa_rdfc() {
    every_change_is_rejected(Suite::ALL[3]);
}

#[test]
fn every_change_is_rejected_under_ecdsa_jcs() {
    every_change_is_rejected(Suite::ALL[5]);
}

#[test]
fn every_change_of_a_payload_is_rejected() {
    let token = badges::token(Curve::Ed25519);
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = input.split_once('.').unwrap();
    let payload: Value = serde_json::from_slice(&base64url::decode(payload).unwrap()).unwrap();
    let changes = changes(&payload);
    assert!(changes.len() > 250, "{}", changes.len());
    for (what, changed) in changes {
        let forged = format!("{header}.{}.{signature}", base64url::encode(changed.to_string().as_bytes()));
        assert_eq!(verify(&forged).outcome(), Outcome::Rejected, "{what}");
    }
    // The signature covers bytes: another spelling of the same payload is another one.
    for seed in 0..SPELLINGS {
        let same = spell(&mut Rng::new(seed), &payload);
        let forged = format!("{header}.{}.{signature}", base64url::encode(same.as_bytes()));
        assert_eq!(verify(&forged).code().as_str(), "signature_invalid", "{same}");
    }
}

#[test]
fn every_character_of_a_token_counts() {
    for curve in [Curve::Ed25519, Curve::P256] {
        let token = badges::token(curve);
        assert_eq!(verify(&token).outcome(), Outcome::Verified);
        let step = if curve == Curve::Ed25519 { 1 } else { 17 };
        // The last ones too: their spare bits must be nought.
        for at in (0..token.len()).filter(|at| at % step == 0 || *at > token.len() - 4) {
            for other in ["A", "B", "_", ".", "=", "+", " "] {
                if token[at..].starts_with(other) {
                    continue;
                }
                let forged = format!("{}{other}{}", &token[..at], &token[at + 1..]);
                assert_ne!(verify(&forged).outcome(), Outcome::Verified, "{curve:?}: `{other}` at {at}");
            }
            let cut = format!("{}{}", &token[..at], &token[at + 1..]);
            assert_ne!(verify(&cut).outcome(), Outcome::Verified, "{curve:?}: without {at}");
        }
    }
}

#[test]
fn a_change_that_was_signed_is_a_badge_of_its_own() {
    // The other side of the coin: it is the signature that rejects, not the words.
    for suite in Suite::ALL {
        for (pointer, value) in [
            ("/name", json!("Surgery")),
            ("/validUntil", json!("2099-01-01T00:00:00Z")),
            ("/credentialSubject/id", json!("did:example:john")),
            ("/credentialSubject/creditsEarned", json!(4)),
            ("/credentialSubject/identifier/0/hashed", json!(false)),
            ("/evidence/0/name", json!("")),
        ] {
            let mut badge = suite.unsigned();
            *badge.pointer_mut(pointer).unwrap() = value;
            let signed = suite.secure(&badge).unwrap();
            assert_eq!(verify(&signed.to_string()).outcome(), Outcome::Verified, "{suite:?} {pointer}");
        }
    }
}
