//! What is asked of every input.

use std::cell::Cell;
use std::collections::BTreeMap;

use accolade_tests::badges;
use accolade_tests::meaning::{claims, claims_of};
use ob3_core::{CheckName, Code, DateTime, Need, Outcome, Policy, Report, Step, Verifier};
use serde_json::Value;

/// Most rounds of questions that a verification may take; the hosts give up after so many.
const MAX_ROUNDS: usize = 16;

/// Memory at any one time, over what goes in (input, documents and policy): so many bytes for each byte, and so many for
/// whatever is small: a status list that is being inflated to 4 MiB, and grows by doubling. `tests/limits` has the dearest.
const MEMORY_FOR_EACH_BYTE: u64 = 96;
const MEMORY_AT_LEAST: u64 = 16 << 20;

/// Memory that is taken and given back over the whole verification: the measure of its work. A poison graph takes most.
const WORK_FOR_EACH_BYTE: u64 = 6000;
const WORK_AT_LEAST: u64 = 128 << 20;

/// One input with all that goes with it.
pub(crate) struct Case {
    pub(crate) input: Vec<u8>,
    pub(crate) documents: BTreeMap<String, Vec<u8>>,
    pub(crate) policy: String,
    /// Every badge that was signed on the way to the input.
    pub(crate) signed: Vec<Value>,
    /// The input holds the badge, and may be anything around it.
    pub(crate) is_envelope: bool,
}

impl Case {
    pub(crate) fn new(input: impl Into<Vec<u8>>, signed: Vec<Value>) -> Self {
        Self { input: input.into(), documents: BTreeMap::new(), policy: "{}".to_owned(), signed, is_envelope: false }
    }

    fn bytes(&self) -> u64 {
        let documents: usize = self.documents.values().map(Vec::len).sum();
        (self.input.len() + documents + self.policy.len()) as u64
    }
}

/// Checks inputs, and remembers the dearest.
pub(crate) struct Checker {
    verifier: Verifier,
    memory: Cell<(u64, u64)>,
    work: Cell<(u64, u64)>,
    verified: Cell<u64>,
}

impl Checker {
    pub(crate) fn new() -> Self {
        let verifier = Verifier::new();
        // The contexts are processed once and kept: not what an input costs.
        let badge = badges::Suite::ISSUED.badge().to_string();
        let now = DateTime::parse(badges::NOW).unwrap();
        assert_eq!(verifier.verify(badge.as_bytes(), &Policy::default(), now, |_| None).outcome(), Outcome::Verified);
        Self { verifier, memory: Cell::default(), work: Cell::default(), verified: Cell::default() }
    }

    pub(crate) fn summary(&self) -> String {
        let (memory, of) = self.memory.get();
        let (work, over) = self.work.get();
        format!(
            "{} verified; most memory {memory} bytes over {of}, most work {work} bytes over {over}",
            self.verified.get()
        )
    }

    pub(crate) fn check(&self, case: &Case) -> Result<(), String> {
        let mut first = None;
        let cost = allocation_counter::measure(|| first = Some(self.verify(case)));
        let first = first.unwrap()?;
        let bytes = case.bytes();
        if cost.bytes_max > self.memory.get().0 {
            self.memory.set((cost.bytes_max, bytes));
        }
        if cost.bytes_total > self.work.get().0 {
            self.work.set((cost.bytes_total, bytes));
        }
        if cost.bytes_max > MEMORY_AT_LEAST + MEMORY_FOR_EACH_BYTE * bytes {
            return Err(format!("{} bytes of memory for {bytes} bytes of input", cost.bytes_max));
        }
        if cost.bytes_total > WORK_AT_LEAST + WORK_FOR_EACH_BYTE * bytes {
            return Err(format!("{} bytes of work for {bytes} bytes of input", cost.bytes_total));
        }
        let Some(report) = first else { return Ok(()) };
        if self.verify(case)?.map(|report| report.to_json()) != Some(report.to_json()) {
            return Err("the same input has two reports".to_owned());
        }
        well_formed(&report)?;
        self.is_signed(case, &report)?;
        self.other_readers(case)
    }

    /// The report, by the rounds of a host; nothing where the policy is none.
    fn verify(&self, case: &Case) -> Result<Option<Report>, String> {
        let Ok(policy) = Policy::from_json(&case.policy) else { return Ok(None) };
        let now = DateTime::parse(badges::NOW).unwrap();
        let mut verification = self.verifier.start(&case.input, &policy, now);
        for _ in 0..=MAX_ROUNDS {
            let needs = match verification.step() {
                Step::Done(report) => return Ok(Some(report)),
                Step::Need(needs) => needs,
            };
            if needs.is_empty() {
                return Err("something is needed, but it is not said what".to_owned());
            }
            for need in needs {
                match need {
                    Need::Document { url } => {
                        verification.supply_document(&url, case.documents.get(&url).map(Vec::as_slice));
                    }
                    Need::Signature(check) => {
                        verification.supply_signature(&check.id, ob3_core::native::check_signature(&check));
                    }
                }
            }
        }
        Err(format!("more than {MAX_ROUNDS} rounds"))
    }

    /// What is verified has been signed, word for word.
    fn is_signed(&self, case: &Case, report: &Report) -> Result<(), String> {
        if report.outcome() != Outcome::Verified {
            return Ok(());
        }
        self.verified.set(self.verified.get() + 1);
        let found = claims_of(&case.input).ok_or("verified, but there is no badge in it")?;
        // Of a presentation every badge in it.
        let held = match found.get("verifiableCredential") {
            Some(Value::Array(held)) if case.is_envelope => held.clone(),
            Some(held) if case.is_envelope => vec![held.clone()],
            _ => vec![found],
        };
        if held.iter().all(|held| case.signed.iter().any(|signed| claims(signed) == claims(held))) {
            return Ok(());
        }
        Err("verified, but not what was signed".to_owned())
    }

    /// The package's other functions take the same inputs.
    fn other_readers(&self, case: &Case) -> Result<(), String> {
        if let Ok(text) = std::str::from_utf8(&case.input) {
            let canonical = ob3_core::canonicalize(self.verifier.contexts(), text);
            if canonical.is_ok_and(|quads| !quads.lines().is_sorted()) {
                return Err("canonical quads are not sorted".to_owned());
            }
        }
        if let Ok(baked) = ob3_core::bake(&case.input, "{}") {
            let extracted = ob3_core::extract(&baked);
            if extracted.as_deref() != Ok("{}") {
                return Err(format!("what was baked is not what is extracted: {extracted:?}"));
            }
        }
        Ok(())
    }
}

fn well_formed(report: &Report) -> Result<(), String> {
    let wire: Value = serde_json::from_str(&report.to_json()).map_err(|error| format!("the report: {error}"))?;
    let names: Vec<&str> = report.checks().iter().map(|check| check.name.as_str()).collect();
    if names != CheckName::ALL.map(CheckName::as_str) {
        return Err(format!("the checks are {names:?}"));
    }
    let code = wire.get("code").and_then(Value::as_str).unwrap_or_default();
    if !Code::ALL.iter().any(|known| known.as_str() == code) {
        return Err(format!("the code is `{code}`"));
    }
    Ok(())
}
