//! Fetching documents that others publish: public addresses only, bounded in size and time, and no redirects. And posting what
//! they are told.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use worker::{AbortController, Delay, Fetch, Headers, HttpResponse, Method, Request, RequestInit, RequestRedirect};

use crate::domain::webhook;

/// Most bytes of a document: a status list at its largest, with room.
const MAX_DOCUMENT_BYTES: usize = 1 << 20;
/// Most bytes of a resolver's answer: as many as a DNS message has, with room for JSON.
const MAX_ANSWER_BYTES: usize = 256 << 10;
/// How long a document may take.
const TIMEOUT_MILLIS: u64 = 5_000;

/// A document, or `None` when it can not be had, for whatever reason. `is_local` lets addresses of this very machine pass.
pub(crate) async fn document(url: &str, is_local: bool) -> Option<Vec<u8>> {
    file(url, is_local, MAX_DOCUMENT_BYTES).await
}

/// Whether an address may be asked for anything: a public one, or where `is_local` one of this very machine.
pub(crate) fn may_be_asked(url: &str, is_local: bool) -> bool {
    webhook::is_target(url, is_local)
}

/// What stands at an address, of no more than `max` bytes; `None` when it can not be had, for whatever reason.
pub(crate) async fn file(url: &str, is_local: bool, max: usize) -> Option<Vec<u8>> {
    if !may_be_asked(url, is_local) {
        return None;
    }
    get(url, "*/*", max).await
}

/// What a resolver answers that is asked for TXT records over HTTPS, in JSON; `None` when it gives no answer. The resolver is the
/// operator's choice, so it may stand anywhere. The name is one of DNS, so it stands in a query as it is.
pub(crate) async fn txt_records(resolver: &str, name: &str) -> Option<Vec<u8>> {
    get(&format!("{resolver}?name={name}&type=TXT"), "application/dns-json", MAX_ANSWER_BYTES).await
}

async fn get(url: &str, accept: &str, max: usize) -> Option<Vec<u8>> {
    let headers = Headers::new();
    headers.set("accept", accept).ok()?;
    let mut init = RequestInit::new();
    init.with_method(Method::Get).with_headers(headers).with_redirect(RequestRedirect::Manual);
    let request = Request::new_with_init(url, &init).ok()?;
    let controller = AbortController::default();
    let signal = controller.signal();
    let found = {
        let work = std::pin::pin!(read(request, &signal, max));
        let late = std::pin::pin!(Delay::from(Duration::from_millis(TIMEOUT_MILLIS)));
        first(work, late).await
    };
    if found.is_none() {
        controller.abort();
    }
    found.flatten()
}

/// The status that a request is answered with, or why it is not.
///
/// # Errors
/// A line for whoever reads the log; `late` when there is no answer in time.
pub(crate) async fn status(request: Request, late: &str) -> Result<u16, String> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let fetch = Fetch::Request(request);
    let sent = std::pin::pin!(fetch.send_with_signal(&signal));
    let over = std::pin::pin!(Delay::from(Duration::from_millis(webhook::TIMEOUT_MILLIS.into())));
    match first(sent, over).await {
        Some(answer) => Ok(answer.map_err(|error| error.to_string())?.status_code()),
        None => {
            controller.abort();
            Err(late.into())
        }
    }
}

async fn read(request: Request, signal: &worker::AbortSignal, max: usize) -> Option<Vec<u8>> {
    let response = Fetch::Request(request).send_with_signal(signal).await.ok()?;
    if response.status_code() != 200 {
        return None;
    }
    let mut body = Body::new(HttpResponse::try_from(response).ok()?.into_body());
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(chunk) = frame.ok()?.into_data() else { continue };
        if bytes.len().saturating_add(chunk.len()) > max {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(bytes)
}

/// What `work` comes to, or `None` when `limit` is over first.
async fn first<T>(
    mut work: Pin<&mut impl Future<Output = T>>,
    mut limit: Pin<&mut impl Future<Output = ()>>,
) -> Option<T> {
    poll_fn(|cx| {
        if let std::task::Poll::Ready(done) = work.as_mut().poll(cx) {
            return std::task::Poll::Ready(Some(done));
        }
        limit.as_mut().poll(cx).map(|()| None)
    })
    .await
}
