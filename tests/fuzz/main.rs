//! Fuzzing with knowledge of the formats, on any machine that has the stable toolchain: inputs are badges that were altered by
//! their structure, half of them signed anew so that the readers behind the signature are reached too.
//!
//! Of every input it is asked that it ends, without a panic, in a well-formed report; that it does so twice with the same
//! bytes; that memory and work stay in proportion; and that nothing is verified which was not signed.
//!
//! ```sh
//! cargo test -p accolade-tests --test fuzz                         # some hundred inputs for each target
//! FUZZ_SECONDS=600 cargo test -p accolade-tests --test fuzz        # ten minutes for each target
//! FUZZ_REPEAT=1234 cargo test -p accolade-tests --test fuzz png    # one input again, by the number that a failure names
//! ```
//!
//! `FUZZ_SEED` starts elsewhere. A failure prints its target, its number and the input in hexadecimal.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod check;
mod targets;

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use accolade_tests::rng::Rng;
use check::{Case, Checker};

/// How many inputs a target gets where no time is set.
const INPUTS: u64 = 300;

/// Runs a target: `make` makes the input of a number.
fn fuzz(target: &str, make: impl Fn(&mut Rng) -> Case) {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let checker = Checker::new();
    if let Some(repeat) = number("FUZZ_REPEAT") {
        return run(target, &checker, &make, repeat);
    }
    let first = number("FUZZ_SEED").unwrap_or(1).wrapping_mul(1 << 32);
    let end = number("FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut count = 0;
    while end.map_or(count < INPUTS, |end| Instant::now() < end) {
        run(target, &checker, &make, first + count);
        count += 1;
    }
    eprintln!("{target}: {count} inputs, {}", checker.summary());
}

fn run(target: &str, checker: &Checker, make: impl Fn(&mut Rng) -> Case, number: u64) {
    let case = make(&mut Rng::new(number));
    let checked = catch_unwind(AssertUnwindSafe(|| checker.check(&case)));
    let fault = match checked {
        Ok(Ok(())) => return,
        Ok(Err(fault)) => fault,
        Err(_) => "a panic, see above".to_owned(),
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (url, document) in &case.documents {
        eprintln!("{url}: {}", hex(document));
    }
    eprintln!("policy: {}\ninput: {}", case.policy, hex(&case.input));
    panic!("{target}: {fault}; repeat it with FUZZ_REPEAT={number}");
}

#[test]
fn json() {
    fuzz("json", targets::json);
}

#[test]
fn json_ld() {
    fuzz("json_ld", targets::json_ld);
}

#[test]
fn jws() {
    fuzz("jws", targets::jws);
}

#[test]
fn png() {
    fuzz("png", targets::png);
}

#[test]
fn svg() {
    fuzz("svg", targets::svg);
}

#[test]
fn status_list() {
    fuzz("status_list", targets::status_list);
}

#[test]
fn did_document() {
    fuzz("did_document", targets::did_document);
}

#[test]
fn nested() {
    fuzz("nested", targets::nested);
}

#[test]
fn policy() {
    fuzz("policy", targets::policy);
}

#[test]
fn bytes() {
    fuzz("bytes", targets::bytes);
}
