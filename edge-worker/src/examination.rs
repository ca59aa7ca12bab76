//! Verifies what anybody has issued: the same core as everywhere, with documents of this deployment out of its records and
//! those of others from where the credential says.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use ob3_core::{Accepted, Need, Policy, Report, Step, Verifier};

use crate::app::App;
use crate::clock;
use crate::did_documents::{self, Name};
use crate::domain::ids::StatusListId;
use crate::error::Result;
use crate::outbound;
use crate::verification;
use crate::webcrypto;

/// Most documents that are asked for in one verification.
const MAX_DOCUMENTS: usize = 24;
/// How long one verification may wait for documents in all; each has a limit of its own beside it.
const MAX_WAIT_MILLIS: i64 = 15_000;

/// Verifies an input in any of its forms. Whatever can not be had in time leaves the verdict open.
pub(crate) async fn verify(app: &App, input: &[u8], policy: &Policy) -> Result<Report> {
    let start = |verifier: &Verifier| verifier.start(input, policy, app.now);
    let mut verification = match policy.accepted {
        Accepted::Badges => verification::with_verifier(start),
        Accepted::AnyCredential => verification::with_any_verifier(start),
    };
    let began = clock::now().unix_millis();
    let mut asked = 0_usize;
    loop {
        let needs = match verification.step() {
            Step::Done(report) => return Ok(report),
            Step::Need(needs) => needs,
        };
        let is_late = clock::now().unix_millis().saturating_sub(began) > MAX_WAIT_MILLIS;
        let mut documents = Vec::new();
        for need in needs {
            match need {
                Need::Document { url } => {
                    asked = asked.saturating_add(1);
                    if asked > MAX_DOCUMENTS || is_late {
                        verification.supply_document(&url, None);
                    } else {
                        documents.push(Box::pin(async move { (document(app, &url).await, url) }));
                    }
                }
                Need::Signature(check) => {
                    let is_valid = webcrypto::check_signature(&check).await;
                    verification.supply_signature(&check.id, is_valid);
                }
            }
        }
        for (document, url) in all(documents).await {
            verification.supply_document(&url, document?.as_deref());
        }
    }
}

/// A document of this deployment, or of somebody else.
pub(crate) async fn document(app: &App, url: &str) -> Result<Option<Vec<u8>>> {
    let own = app.origin.at("");
    let Some(path) = url.strip_prefix(&own) else { return Ok(outbound::document(url, false).await) };
    if let Some(list) = path.strip_prefix("/status/").and_then(StatusListId::parse) {
        let Some(list) = app.store.status_list(list).await? else { return Ok(None) };
        return Ok(app.store.status_text(list).await?.map(String::into_bytes));
    }
    let Some(name) = Name::of_path(path) else { return Ok(None) };
    let document = did_documents::document(app, name).await?;
    Ok(document.map(|document| document.to_string().into_bytes()))
}

/// What all of them come to, run side by side.
async fn all<F: Future + Unpin>(mut running: Vec<F>) -> Vec<F::Output> {
    let mut done = Vec::with_capacity(running.len());
    poll_fn(|cx| {
        running.retain_mut(|work| match Pin::new(work).poll(cx) {
            Poll::Ready(output) => {
                done.push(output);
                false
            }
            Poll::Pending => true,
        });
        if running.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done
}
