//! Every limit has a code of its own, and what is beyond it costs no more than what is within. How long the dearest inputs
//! take in wasm is printed by `make bench`; no test waits for a clock.


use accolade_tests::worst::{MAX_BYTES, worst_inputs};
use serde_json::Value;

#[test]
fn the_dearest_inputs_get_the_code_of_their_limit() {
    let mut faults = Vec::new();
    for worst in worst_inputs() {
        let bytes = worst.item.input.len();
        assert!(bytes <= MAX_BYTES, "{}: {bytes} bytes", worst.item.name);
        let started = std::time::Instant::now();
        let mut report = None;
        let cost = allocation_counter::measure(|| report = Some(worst.item.report().unwrap()));
        let report: Value = serde_json::from_str(&report.unwrap()).unwrap();
        eprintln!(
            "{}: {bytes} bytes, {} ms, {} MB, {} MB",
            worst.item.name,
            started.elapsed().as_millis(),
            cost.bytes_max >> 20,
            cost.bytes_total >> 20
        );
        let code = report.pointer("/code").and_then(Value::as_str).unwrap().to_owned();
        if code != worst.code {
            faults.push(format!("{}: {code}, not {}", worst.item.name, worst.code));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
