//! The W3C's JSON-LD 1.1 suite for "to RDF" (<https://w3c.github.io/json-ld-api/tests/toRdf-manifest.html>).

#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use accolade_tests::{Suite, Vectors, isomorphic, vectors};
use ob3_core::testing::{ToRdfOptions, to_nquads};
use serde_json::Value;

/// Where the suite's documents say that they are.
const BASE: &str = "https://w3c.github.io/json-ld-api/tests/";

/// 467 tests, less eleven that are for JSON-LD 1.0 processors only.
const TESTS: usize = 456;

#[test]
fn every_test_of_the_to_rdf_suite_passes() {
    let Some(vectors) = vectors("w3c-json-ld-api/tests") else { return };
    let manifest = vectors.json("toRdf-manifest.jsonld");
    let mut suite = Suite::new("json-ld toRdf");
    for test in manifest["sequence"].as_array().expect("a list of tests") {
        if test["option"]["specVersion"] != "json-ld-1.0" {
            suite.record(test["@id"].as_str().expect("a name"), run(&vectors, test));
        }
    }
    suite.finish(TESTS);
}

fn run(vectors: &Vectors, test: &Value) -> Result<(), String> {
    let input = test["input"].as_str().expect("an input");
    let kinds = test["@type"].as_array().expect("types");
    let is = |kind: &str| kinds.iter().any(|found| found == kind);
    let answer = to_nquads(&vectors.text(input), options(vectors, test, input));
    match (test["expect"].as_str(), test["expectErrorCode"].as_str()) {
        (Some(file), None) if is("jld:PositiveEvaluationTest") => isomorphic(&answer?, &vectors.text(file)),
        (None, None) if is("jld:PositiveSyntaxTest") => answer.map(drop),
        (None, Some(expected)) if is("jld:NegativeEvaluationTest") => match answer {
            Err(code) if code == expected => Ok(()),
            Err(code) => Err(format!("`{code}`, not `{expected}`")),
            Ok(quads) => Err(format!("no `{expected}`, but\n{quads}")),
        },
        _ => Err("a kind of test that is not known".to_owned()),
    }
}

fn options(vectors: &Vectors, test: &Value, input: &str) -> ToRdfOptions {
    let option = &test["option"];
    let flag = |name: &str| option[name].as_bool().unwrap_or(false);
    let files = vectors.clone();
    ToRdfOptions {
        base: option["base"].as_str().map_or_else(|| format!("{BASE}{input}"), str::to_owned),
        expand_context: option["expandContext"].as_str().map(|file| vectors.text(file)),
        processing_mode_1_0: option["processingMode"] == "json-ld-1.0",
        rdf_direction: option["rdfDirection"].as_str().map(|direction| match direction {
            "i18n-datatype" => "i18n-datatype",
            "compound-literal" => "compound-literal",
            other => panic!("a direction that is not known: {other}"),
        }),
        produce_generalized_rdf: flag("produceGeneralizedRdf"),
        safe: false,
        loader: Box::new(move |url| String::from_utf8(files.read(url.strip_prefix(BASE)?)?).ok()),
    }
}
