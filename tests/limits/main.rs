//! Every limit has a code of its own, and what is beyond it costs no more than what is within. How long the dearest inputs
//! take in wasm is printed by `make bench`; no test waits for a clock.

use accolade_tests::badges::LIST_URL;
use accolade_tests::worst::{MAX_BYTES, Worst, worst_inputs};
use serde_json::Value;

/// Memory at any one time: so many bytes for each byte that goes in, and so many for whatever is small: a compressed credential
/// that inflates to 2 MiB.
const MEMORY_FOR_EACH_BYTE: u64 = 96;
const MEMORY_AT_LEAST: u64 = 8 << 20;

/// What status lists may take besides: 16 MiB of them inflated, and one more that is being inflated and grows by doubling.
const MEMORY_OF_LISTS: u64 = 48 << 20;

fn check(worst: &Worst) -> Result<(), String> {
    let Worst { item, code } = worst;
    assert!(item.input.len() <= MAX_BYTES, "{}: {} bytes", item.name, item.input.len());
    let mut report = Err(String::new());
    let cost = allocation_counter::measure(|| report = item.report());
    let report: Value = serde_json::from_str(&report?).map_err(|error| error.to_string())?;
    let documents: usize = item.documents.values().map(Vec::len).sum();
    let bytes = (item.input.len() + documents) as u64;
    eprintln!("{}: {bytes} bytes, {} KB of memory", item.name, cost.bytes_max >> 10);
    let of_lists = if item.documents.keys().any(|url| url.starts_with(LIST_URL)) { MEMORY_OF_LISTS } else { 0 };
    if cost.bytes_max > MEMORY_AT_LEAST + of_lists + MEMORY_FOR_EACH_BYTE * bytes {
        return Err(format!("{} bytes of memory for {bytes}", cost.bytes_max));
    }
    let found = report.pointer("/code").and_then(Value::as_str).unwrap_or_default();
    if found == *code { Ok(()) } else { Err(format!("{found}, not {code}")) }
}

fn check_every_second(first: usize) {
    let inputs = worst_inputs();
    let checked = inputs.iter().skip(first).step_by(2);
    let faults: Vec<String> =
        checked.filter_map(|worst| Some(format!("{}: {}", worst.item.name, check(worst).err()?))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

// In two halves, for machines of two cores.
#[test]
fn the_dearest_inputs_get_the_code_of_their_limit_and_a_bounded_memory() {
    check_every_second(0);
}

#[test]
fn and_so_does_the_other_half_of_them() {
    check_every_second(1);
}
