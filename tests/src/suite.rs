//! The books of a suite: what ran, what failed, and which failures are known.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A suite on its way. Known failures stand with their reasons in `conformance/exceptions.json`; one that does not fail any
/// more, or names no test, fails the suite.
#[derive(Debug)]
pub struct Suite {
    name: &'static str,
    exceptions: BTreeMap<String, String>,
    ran: usize,
    failures: Vec<String>,
}

impl Suite {
    /// A suite by the name that it has in the file of exceptions.
    ///
    /// # Panics
    /// When the file can not be read.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the file is part of the repository")]
    pub fn new(name: &'static str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/exceptions.json");
        let text = fs::read_to_string(file).expect("the file of exceptions");
        let mut all: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_str(&text).expect("suites, each with reasons by test");
        Self { name, exceptions: all.remove(name).unwrap_or_default(), ran: 0, failures: Vec::new() }
    }

    /// Books one test: `Err` says what is wrong.
    pub fn record(&mut self, test: &str, result: Result<(), String>) {
        self.ran += 1;
        match (result, self.exceptions.remove(test)) {
            (Ok(()), None) => {}
            (Ok(()), Some(reason)) => self.failures.push(format!("{test} passes, but is excepted: {reason}")),
            (Err(_), Some(reason)) => eprintln!("{}: excepted: {test}: {reason}", self.name),
            (Err(fault), None) => self.failures.push(format!("{test}: {fault}")),
        }
    }

    /// Closes the books: `expected` tests ran, and nothing failed but what is excepted.
    ///
    /// # Panics
    /// When that is not so.
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn finish(mut self, expected: usize) {
        if self.ran != expected {
            self.failures.push(format!("{} tests ran, not {expected}: has the suite changed?", self.ran));
        }
        for (test, reason) in &self.exceptions {
            self.failures.push(format!("{test} is excepted, but there is no such test: {reason}"));
        }
        if !self.failures.is_empty() {
            panic!("{}: {} faults\n{}", self.name, self.failures.len(), self.failures.join("\n"));
        }
        eprintln!("{}: {} tests passed", self.name, self.ran);
    }
}
