//! The Accolade worker: issues, stores, publishes and verifies Open Badges 3.0 credentials at the edge.
//!
//! `routes` → `domain` → `store`: handlers extract and respond, the domain decides and knows nothing of the platform,
//! the store holds all SQL and all keys of KV. Everything but the domain runs on the platform only, so it is built for
//! wasm only.

pub mod config;
pub mod domain;
pub mod fault;

#[cfg(target_family = "wasm")]
mod access;
#[cfg(target_family = "wasm")]
mod app;
#[cfg(target_family = "wasm")]
mod body;
#[cfg(target_family = "wasm")]
mod bulk;
#[cfg(target_family = "wasm")]
mod clock;
#[cfg(target_family = "wasm")]
mod did_documents;
#[cfg(target_family = "wasm")]
mod entropy;
#[cfg(target_family = "wasm")]
mod error;
#[cfg(target_family = "wasm")]
mod events;
#[cfg(target_family = "wasm")]
mod examination;
#[cfg(target_family = "wasm")]
mod idempotency;
#[cfg(target_family = "wasm")]
mod imports;
#[cfg(target_family = "wasm")]
mod imsx;
#[cfg(target_family = "wasm")]
mod issuance;
#[cfg(target_family = "wasm")]
mod jobs;
#[cfg(target_family = "wasm")]
mod lifecycle;
#[cfg(target_family = "wasm")]
mod mail;
#[cfg(target_family = "wasm")]
mod metrics;
#[cfg(target_family = "wasm")]
mod oauth;
#[cfg(target_family = "wasm")]
mod observe;
#[cfg(target_family = "wasm")]
mod outbound;
#[cfg(target_family = "wasm")]
mod queue;
#[cfg(target_family = "wasm")]
mod respond;
#[cfg(target_family = "wasm")]
mod retry;
#[cfg(target_family = "wasm")]
mod router;
#[cfg(target_family = "wasm")]
mod routes;
#[cfg(target_family = "wasm")]
mod sealing;
#[cfg(target_family = "wasm")]
mod signer;
#[cfg(target_family = "wasm")]
mod status;
#[cfg(target_family = "wasm")]
mod store;
#[cfg(target_family = "wasm")]
mod verification;
#[cfg(target_family = "wasm")]
mod webcrypto;
#[cfg(target_family = "wasm")]
mod webhooks;
