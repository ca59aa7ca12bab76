//! Verifies this deployment's own credentials: the same core as everywhere, with documents from the database.

use ob3_core::{CheckName, CheckResult, DateTime, Policy, Report, Verifier};

use crate::domain::did;
use crate::store::PublicCredential;

thread_local! {
    /// The verifier of this isolate, with its processed contexts.
    static VERIFIER: Verifier = Verifier::new();
}

/// Runs `work` with this isolate's verifier.
pub(crate) fn with_verifier<T>(work: impl FnOnce(&Verifier) -> T) -> T {
    VERIFIER.with(work)
}

/// Verifies a signed document of ours. The one document that it may need, the DID document of its issuer, is made from
/// the database as `/issuers/{slug}/did.json` would answer it; anything else that it names is not fetched.
pub(crate) fn verify(document: &str, credential: &PublicCredential, now: DateTime) -> Report {
    let url = did::document_url(&credential.did);
    with_verifier(|verifier| {
        verifier.verify(document.as_bytes(), &Policy::default(), now, |wanted| {
            let keys = credential.public_keys_multibase.iter().map(String::as_str);
            (url.as_deref() == Some(wanted)).then(|| did::document(&credential.did, keys).to_string().into_bytes())
        })
    })
}

/// Whether the signature holds and its key is the issuer's.
pub(crate) fn is_signature_valid(report: &Report) -> bool {
    [CheckName::Format, CheckName::JsonLd, CheckName::Schema, CheckName::Proof, CheckName::Issuer]
        .into_iter()
        .all(|name| report.check(name).is_some_and(|check| check.finding.result == CheckResult::Valid))
}
