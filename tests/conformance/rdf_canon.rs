//! The W3C's suite for RDFC-1.0 (<https://w3c.github.io/rdf-canon/tests/>).

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use accolade_tests::{Suite, Vectors, vectors};
use ob3_core::testing::canonicalize;
use serde_json::Value;

const TESTS: usize = 86;

#[test]
fn every_test_of_the_rdf_canon_suite_passes() {
    let Some(vectors) = vectors("w3c-rdf-canon/tests") else { return };
    let manifest = vectors.json("manifest.jsonld");
    let mut suite = Suite::new("rdf-canon");
    for test in manifest["entries"].as_array().expect("a list of tests") {
        suite.record(test["id"].as_str().expect("a name"), run(&vectors, test));
    }
    suite.finish(TESTS);
}

fn run(vectors: &Vectors, test: &Value) -> Result<(), String> {
    let sha384 = match test["hashAlgorithm"].as_str() {
        None | Some("SHA256") => false,
        Some("SHA384") => true,
        Some(other) => return Err(format!("a hash algorithm that is not known: {other}")),
    };
    let answer = canonicalize(&vectors.text(test["action"].as_str().expect("an input")), sha384);
    match (test["type"].as_str(), test["result"].as_str()) {
        (Some("rdfc:RDFC10EvalTest"), Some(file)) => {
            let (canonical, _) = answer?;
            let expected = vectors.text(file);
            if canonical == expected { Ok(()) } else { Err(format!("\n{canonical}\nnot\n{expected}")) }
        }
        (Some("rdfc:RDFC10MapTest"), Some(file)) => {
            let (_, issued) = answer?;
            let bare = |label: &str| label.trim_start_matches("_:").to_owned();
            let issued: BTreeMap<String, String> = issued.iter().map(|(from, to)| (bare(from), bare(to))).collect();
            let expected: BTreeMap<String, String> =
                serde_json::from_value(vectors.json(file)).map_err(|error| error.to_string())?;
            if issued == expected { Ok(()) } else { Err(format!("{issued:?}, not {expected:?}")) }
        }
        (Some("rdfc:RDFC10NegativeEvalTest"), None) => match answer {
            Err(_) => Ok(()),
            Ok(_) => Err("a poison graph was canonicalized".to_owned()),
        },
        _ => Err("a kind of test that is not known".to_owned()),
    }
}
