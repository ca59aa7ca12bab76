//! Where verifiers of Open Badges fall, and that this one does not: one module for each of thirteen pitfalls, one test for
//! each way into it. Every test fails without the guard that it is about.
//!
//! Guards that belong to one part are tested there in detail, and here from the outside: `ob3-core/src/bake` (images),
//! `json.rs` (strict JSON), `did` (documents and hosts), `status.rs` (lists); the default `fetch` of the npm package in
//! `verifier-wasm/packaging-tests/{documents,node-fetch,verifier}.test.js`; RDFC-1.0 in `tests/conformance/rdf_canon.rs`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod p01_unsigned_terms;
mod p02_what_json_ld_safe_mode_lets_through;
mod p03_whose_key_it_is;
mod p04_jwt;
mod p05_where_documents_come_from;
mod p06_status;
mod p07_images;
mod p08_json;
mod p09_canonicalization;
mod p10_sets_and_chains;
mod p11_time;
mod p12_another_kind_of_credential;
mod p13_recipient;

use accolade_tests::badges::{self, Suite};
use ob3_core::{CheckName, DateTime, Policy, Report, Verifier};
use serde_json::Value;

/// The report at [`badges::NOW`], with these documents and no others.
fn report_with(input: impl AsRef<[u8]>, documents: &[(&str, String)], policy: &str, now: &str) -> Report {
    let now = DateTime::parse(now).unwrap();
    let find = |url: &str| {
        let found = documents.iter().find(|(known, _)| *known == url);
        found.map(|(_, document)| document.clone().into_bytes())
    };
    Verifier::new().verify(input.as_ref(), &Policy::from_json(policy).unwrap(), now, find)
}

fn report(input: impl AsRef<[u8]>) -> Report {
    report_with(input, &[], "{}", badges::NOW)
}

/// Outcome and code.
fn verdict(input: impl AsRef<[u8]>) -> (&'static str, &'static str) {
    verdict_of(&report(input))
}

fn verdict_with(input: impl AsRef<[u8]>, documents: &[(&str, String)]) -> (&'static str, &'static str) {
    verdict_of(&report_with(input, documents, "{}", badges::NOW))
}

fn verdict_of(report: &Report) -> (&'static str, &'static str) {
    (report.outcome().as_str(), report.code().as_str())
}

/// The code of one check.
fn code_of(report: &Report, check: CheckName) -> &'static str {
    report.check(check).unwrap().finding.code.as_str()
}

/// The badge to start from, signed.
fn badge() -> Value {
    Suite::ISSUED.badge()
}

/// The signed badge with one value set, made where it was not there, after signing.
fn altered(pointer: &str, value: impl Into<Value>) -> String {
    set(badge(), pointer, value).to_string()
}

/// A badge with one value set before it was signed.
fn signed_with(pointer: &str, value: impl Into<Value>) -> String {
    Suite::ISSUED.secure(&set(Suite::ISSUED.unsigned(), pointer, value)).unwrap().to_string()
}

fn set(mut document: Value, pointer: &str, value: impl Into<Value>) -> Value {
    let (holder, name) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(holder) {
        Some(Value::Object(members)) => _ = members.insert(name.to_owned(), value.into()),
        Some(Value::Array(elements)) => elements[name.parse::<usize>().unwrap()] = value.into(),
        _ => panic!("there is no {holder}"),
    }
    document
}
