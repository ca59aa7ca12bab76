//! Verifies this deployment's own credentials: the same core as everywhere, with documents from the database.

use std::collections::HashMap;

use ob3_core::{CheckName, CheckResult, Contexts, DateTime, Policy, Report, Verifier};

use crate::domain::did::{self, IssuerKeys};
use crate::domain::origin::Origin;
use crate::domain::vc_api;
use crate::store::PublicCredential;

thread_local! {
    /// The verifier of this isolate, with its processed contexts.
    static VERIFIER: Verifier = Verifier::new();
    /// The one for credentials of any type, which know more contexts than badges do.
    static ANY_VERIFIER: Verifier = Verifier::with_contexts(any_contexts());
}

fn any_contexts() -> Contexts {
    let contexts = Contexts::of_any_credential();
    for (url, text, sha256) in vc_api::CONTEXTS {
        // A text that is not the pinned one is not known, as any other context.
        let _ = contexts.add(url, text, &sha256);
    }
    contexts
}

/// Runs `work` with this isolate's verifier for credentials of any type.
pub(crate) fn with_any_verifier<T>(work: impl FnOnce(&Verifier) -> T) -> T {
    ANY_VERIFIER.with(work)
}

/// Runs `work` with this isolate's verifier.
pub(crate) fn with_verifier<T>(work: impl FnOnce(&Verifier) -> T) -> T {
    VERIFIER.with(work)
}

/// Verifies a signed document of ours. The documents that it may need are its issuer's DID document, made from the
/// database as `/issuers/{slug}/did.json` would answer it, and its status lists, by their paths; anything else that it
/// names is not fetched.
pub(crate) fn verify(
    document: &str,
    credential: &PublicCredential,
    lists: &HashMap<String, String>,
    now: DateTime,
) -> Report {
    let url = did::document_url(&credential.did);
    with_verifier(|verifier| {
        verifier.verify(document.as_bytes(), &Policy::default(), now, |wanted| {
            if url.as_deref() == Some(wanted) {
                // Embedded proofs are all by Ed25519.
                let keys = IssuerKeys { ed25519: credential.public_keys_multibase.clone(), rsa: Vec::new() };
                return Some(did::document(&credential.did, &keys).to_string().into_bytes());
            }
            // Under whichever origin it was issued: the ids of lists are unique, and the lists are ours.
            let (path, list) = lists.iter().find(|(path, _)| wanted.ends_with(path.as_str()))?;
            let origin = wanted.strip_suffix(path.as_str())?;
            Origin::parse(origin).map(|_| list.clone().into_bytes())
        })
    })
}

/// Whether the signature holds and its key is the issuer's.
pub(crate) fn is_signature_valid(report: &Report) -> bool {
    [CheckName::Format, CheckName::JsonLd, CheckName::Schema, CheckName::Proof, CheckName::Issuer]
        .into_iter()
        .all(|name| report.check(name).is_some_and(|check| check.finding.result == CheckResult::Valid))
}

/// Whether the status lists were read and say neither revoked nor suspended. A credential that names no list is not there.
pub(crate) fn is_unrevoked(report: &Report) -> bool {
    let status = report.check(CheckName::Status).map(|check| check.finding.result);
    matches!(status, Some(CheckResult::Valid | CheckResult::NotApplicable))
}
