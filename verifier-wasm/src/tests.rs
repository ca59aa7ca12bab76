//! The boundary from JavaScript's side: every value crosses as it does for the package. Run by `verifier-wasm/test.sh`, in
//! Node and in Chromium.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use js_sys::{Error, Function, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{bake, canonicalize, codes, end, extract, step, supply_document, supply_signature};

const DID_KEY: &str = include_str!("../packaging-tests/samples/did-key.json");
const DID_WEB: &str = include_str!("../packaging-tests/samples/did-web.json");
const DID_WEB_DOCUMENT: &str = include_str!("../packaging-tests/samples/did-web.did.json");
const ES256: &str = include_str!("../packaging-tests/samples/es256.jwt");
const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>"#;
/// 2026-06-01T00:00:00Z
const NOW: i64 = 1_780_272_000_000;

fn start(input: &[u8]) -> usize {
    crate::start(input, "{}", NOW).unwrap_or_else(|_| unreachable!("the policy is one"))
}

/// What stands in an object under names, one in the other.
fn get(object: &JsValue, names: &[&str]) -> JsValue {
    names.iter().fold(object.clone(), |value, name| Reflect::get(&value, &(*name).into()).unwrap())
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, &[name]).as_string().unwrap()
}

/// Outcome and code of the report that a step ends with.
fn verdict(number: usize) -> (String, String) {
    let report = JSON::parse(&step(number)).unwrap();
    end(number);
    (text(&report, "outcome"), text(&report, "code"))
}

fn says(outcome: &str, code: &str) -> (String, String) {
    (outcome.to_owned(), code.to_owned())
}

#[wasm_bindgen_test]
fn a_credential_that_needs_nothing_is_verified_in_one_step() {
    assert_eq!(verdict(start(DID_KEY.as_bytes())), says("verified", "verified"));
    let altered = DID_KEY.replace("Field Mapping", "Field Napping");
    assert_ne!(altered, DID_KEY);
    assert_eq!(verdict(start(altered.as_bytes())), says("rejected", "signature_invalid"));
}

#[wasm_bindgen_test]
fn a_document_is_asked_for_and_may_be_missing() {
    for (supplied, expected) in [
        (Some(DID_WEB_DOCUMENT.as_bytes().into()), says("verified", "verified")),
        (None, says("indeterminate", "key_unavailable")),
    ] {
        let number = start(DID_WEB.as_bytes());
        let needs = JSON::parse(&step(number)).unwrap();
        assert_eq!(get(&needs, &["needs", "signatures", "length"]), 0);
        assert_eq!(get(&needs, &["needs", "documents", "length"]), 1);
        let url = text(&get(&needs, &["needs", "documents"]), "0");
        assert_eq!(url, "https://badges.example.org/issuers/cartographers/did.json");
        supply_document(number, &url, supplied);
        assert_eq!(verdict(number), expected);
    }
}

#[wasm_bindgen_test]
fn a_signature_check_comes_with_its_key_and_its_bytes() {
    for (answer, expected) in [
        (Some(true), says("verified", "verified")),
        (Some(false), says("rejected", "signature_invalid")),
        (None, says("indeterminate", "signature_not_checked")),
    ] {
        let number = start(ES256.trim().as_bytes());
        let needs = JSON::parse(&step(number)).unwrap();
        assert_eq!(get(&needs, &["needs", "documents", "length"]), 0);
        assert_eq!(get(&needs, &["needs", "signatures", "length"]), 1);
        let check = get(&needs, &["needs", "signatures", "0"]);
        assert_eq!(text(&check, "algorithm"), "ES256");
        let key = JSON::parse(&text(&check, "key")).unwrap();
        assert_eq!((text(&key, "kty"), text(&key, "crv")), ("EC".to_owned(), "P-256".to_owned()));
        let (signed, signature) = ES256.trim().rsplit_once('.').unwrap();
        assert_eq!(text(&check, "signature"), signature);
        let decode = Function::new_with_args("text", "return atob(text.replaceAll('-', '+').replaceAll('_', '/'))");
        let message = decode.call1(&JsValue::UNDEFINED, &get(&check, &["message"])).unwrap();
        assert_eq!(message.as_string().as_deref(), Some(signed));
        supply_signature(number, &text(&check, "id"), answer);
        assert_eq!(verdict(number), expected);
    }
}

#[wasm_bindgen_test]
fn verifications_do_not_see_each_other() {
    let (web, key) = (start(DID_WEB.as_bytes()), start(DID_KEY.as_bytes()));
    assert_ne!(web, key);
    assert!(get(&JSON::parse(&step(web)).unwrap(), &["needs"]).is_instance_of::<Object>());
    assert_eq!(verdict(key), says("verified", "verified"));
    // The number is free again, and the other one is not disturbed.
    assert_eq!(start(ES256.trim().as_bytes()), key);
    supply_document(web, "https://badges.example.org/issuers/cartographers/did.json", None);
    assert_eq!(verdict(web), says("indeterminate", "key_unavailable"));
    end(key);
    assert_eq!(step(key), "");
}

#[wasm_bindgen_test]
fn a_policy_that_can_not_be_read_is_a_plain_error_that_names_the_member() {
    let Err(error) = crate::start(DID_KEY.as_bytes(), r#"{"status":7}"#, NOW) else { unreachable!("7 is no status") };
    let error: Error = JsValue::from(error).dyn_into().unwrap();
    assert_eq!(error.name(), "Error");
    assert!(error.message().includes("status", 0), "{}", error.message());
}

#[wasm_bindgen_test]
fn a_credential_is_baked_into_an_image_and_comes_out_of_it() {
    let Ok(baked) = bake(SVG.as_bytes(), DID_KEY) else { unreachable!("the SVG is one") };
    let Ok(credential) = extract(&baked) else { unreachable!("the SVG has a credential") };
    assert_eq!(verdict(start(credential.as_bytes())), says("verified", "verified"));
    assert_eq!(verdict(start(&baked)), says("verified", "verified"));
    assert!(extract(SVG.as_bytes()).is_err());
}

#[wasm_bindgen_test]
fn a_document_has_canonical_quads() {
    let Ok(quads) = canonicalize(DID_KEY) else { unreachable!("the credential is safe JSON-LD") };
    assert!(quads.lines().any(|line| line.ends_with("<https://schema.org/name> \"Field Mapping\" .")), "{quads}");
    assert!(canonicalize("{").is_err());
}

#[wasm_bindgen_test]
fn every_code_crosses_once() {
    let mut codes = codes();
    let count = codes.len();
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), count);
    assert!(codes.iter().any(|code| code == "verified"));
}
