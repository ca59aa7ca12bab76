//! The boundary from JavaScript's side: every value crosses as it does for the package. Run by `verifier-wasm/test.sh`, in
//! Node and in Chromium.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use js_sys::{Array, Error, Function, JSON, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{Verification, bake, canonicalize, codes, extract};

const DID_KEY: &str = include_str!("../packaging-tests/samples/did-key.json");
const DID_WEB: &str = include_str!("../packaging-tests/samples/did-web.json");
const DID_WEB_DOCUMENT: &str = include_str!("../packaging-tests/samples/did-web.did.json");
const ES256: &str = include_str!("../packaging-tests/samples/es256.jwt");
const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>"#;
/// 2026-06-01T00:00:00Z
const NOW: i64 = 1_780_272_000_000;

fn start(input: &str) -> JsValue {
    Verification::start(input.as_bytes(), "{}", NOW).unwrap_or_else(|_| unreachable!("the policy is one")).into()
}

fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> JsValue {
    let function: Function = Reflect::get(object, &method.into()).unwrap().dyn_into().unwrap();
    function.apply(object, &arguments.iter().collect::<Array>()).unwrap()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap()
}

/// Outcome and code of the report that a step ends with; nothing while something is needed.
fn step(verification: &JsValue) -> Option<(String, String)> {
    let report = call(verification, "step", &[]).as_string()?;
    let report = JSON::parse(&report).unwrap();
    Some((text(&report, "outcome"), text(&report, "code")))
}

fn verdict(outcome: &str, code: &str) -> Option<(String, String)> {
    Some((outcome.to_owned(), code.to_owned()))
}

#[wasm_bindgen_test]
fn a_credential_that_needs_nothing_is_verified_in_one_step() {
    assert_eq!(step(&start(DID_KEY)), verdict("verified", "verified"));
    let altered = DID_KEY.replace("Field Mapping", "Field Napping");
    assert_ne!(altered, DID_KEY);
    assert_eq!(step(&start(&altered)), verdict("rejected", "signature_invalid"));
}

#[wasm_bindgen_test]
fn a_document_crosses_as_bytes_and_a_missing_one_as_undefined() {
    let document = Uint8Array::from(DID_WEB_DOCUMENT.as_bytes());
    for (supplied, expected) in [
        (JsValue::from(document), verdict("verified", "verified")),
        (JsValue::UNDEFINED, verdict("indeterminate", "key_unavailable")),
    ] {
        let verification = start(DID_WEB);
        assert_eq!(step(&verification), None);
        assert_eq!(Array::from(&call(&verification, "signatures", &[])).length(), 0);
        let urls = Array::from(&call(&verification, "documents", &[]));
        assert_eq!(urls.length(), 1);
        assert_eq!(urls.get(0), "https://badges.example.org/issuers/cartographers/did.json");
        call(&verification, "supplyDocument", &[urls.get(0), supplied]);
        assert_eq!(step(&verification), expected);
    }
}

#[wasm_bindgen_test]
fn a_signature_check_crosses_with_its_key_and_its_bytes() {
    for (answer, expected) in [
        (JsValue::TRUE, verdict("verified", "verified")),
        (JsValue::FALSE, verdict("rejected", "signature_invalid")),
        (JsValue::UNDEFINED, verdict("indeterminate", "signature_not_checked")),
    ] {
        let verification = start(ES256.trim());
        assert_eq!(step(&verification), None);
        assert_eq!(Array::from(&call(&verification, "documents", &[])).length(), 0);
        let checks = Array::from(&call(&verification, "signatures", &[]));
        assert_eq!(checks.length(), 1);
        let check = checks.get(0);
        assert_eq!(text(&check, "algorithm"), "ES256");
        let key = JSON::parse(&text(&check, "key")).unwrap();
        assert_eq!((text(&key, "kty"), text(&key, "crv")), ("EC".to_owned(), "P-256".to_owned()));
        let (signed, _) = ES256.rsplit_once('.').unwrap();
        assert_eq!(Uint8Array::new(&get(&check, "message")).to_vec(), signed.as_bytes());
        assert_eq!(Uint8Array::new(&get(&check, "signature")).length(), 64);
        call(&verification, "supplySignature", &[get(&check, "id"), answer]);
        assert_eq!(step(&verification), expected);
    }
}

#[wasm_bindgen_test]
fn a_policy_that_can_not_be_read_is_a_plain_error_that_names_the_member() {
    let Err(error) = Verification::start(DID_KEY.as_bytes(), r#"{"status":7}"#, NOW) else {
        unreachable!("7 is no status")
    };
    let error: Error = JsValue::from(error).dyn_into().unwrap();
    assert_eq!(error.name(), "Error");
    assert!(error.message().includes("status", 0), "{}", error.message());
}

#[wasm_bindgen_test]
fn a_credential_is_baked_into_an_image_and_comes_out_of_it() {
    let Ok(baked) = bake(SVG.as_bytes(), DID_KEY) else { unreachable!("the SVG is one") };
    let Ok(credential) = extract(&baked) else { unreachable!("the SVG has a credential") };
    assert_eq!(step(&start(&credential)), verdict("verified", "verified"));
    let verification = Verification::start(&baked, "{}", NOW);
    assert_eq!(step(&verification.unwrap_or_else(|_| unreachable!()).into()), verdict("verified", "verified"));
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
