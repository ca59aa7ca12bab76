//! What the core takes natively: the credential out of a PNG of 4 MB, and the memory of that and of a verification. Prints facts
//! as JSON; asserts no times.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::time::Instant;

use accolade_tests::badges::{self, PNG, Suite, crc32};
use ob3_core::{DateTime, Policy, Verifier, bake_png, extract_png};
use serde_json::{Value, json};

/// How many times each is run; the least time and the median are told.
const RUNS: usize = 300;

/// A PNG of so many bytes, in chunks as encoders write them, that carries a credential: behind its pixels, or before them.
fn png(bytes: usize, is_behind: bool) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let body = [kind.as_slice(), data].concat();
        [&u32::try_from(data.len()).unwrap().to_be_bytes(), body.as_slice(), &crc32(&body).to_be_bytes()].concat()
    };
    let pixels =
        chunk(b"IDAT", &(0..8192_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect::<Vec<_>>());
    let (header, end) = (PNG.get(..33).unwrap(), PNG.get(PNG.len() - 12..).unwrap());
    let image = [header, &pixels.repeat(bytes / pixels.len()), end].concat();
    let badge = Suite::ISSUED.badge().to_string();
    if !is_behind {
        return bake_png(&image, &badge).unwrap();
    }
    let text = chunk(b"iTXt", &[b"openbadgecredential\0\0\0\0\0".as_slice(), badge.as_bytes()].concat());
    let (before, end) = image.split_at(image.len() - 12);
    [before, &text, end].concat()
}

fn measure(what: &str, bytes: usize, work: impl Fn()) -> Value {
    let mut microseconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    microseconds.sort_by(f64::total_cmp);
    let memory = allocation_counter::measure(&work).bytes_max;
    json!({
        "what": what,
        "bytes": bytes,
        "leastUs": microseconds.first(),
        "medianUs": microseconds.get(RUNS / 2),
        "memory": memory,
    })
}

fn main() {
    let mut rows = Vec::new();
    for (what, is_behind) in
        [("credential out of a PNG, behind its pixels", true), ("credential out of a PNG, before its pixels", false)]
    {
        let image = png(4 << 20, is_behind);
        rows.push(measure(what, image.len(), || assert!(extract_png(&image).is_ok())));
    }
    let verifier = Verifier::new();
    let now = DateTime::parse(badges::NOW).unwrap();
    let badge = Suite::ISSUED.badge().to_string();
    let verify = || {
        assert_eq!(verifier.verify(badge.as_bytes(), &Policy::default(), now, |_| None).outcome().as_str(), "verified")
    };
    verify();
    rows.push(measure("a badge verified", badge.len(), verify));
    println!("{}", Value::from(rows));
}
