//! What a Data Integrity proof covers: strict JSON, JSON-LD over pinned contexts to RDF, and its canonical form (RDFC-1.0), with
//! the canonical form of JSON (JCS) beside it.
//!
//! It knows nothing of badges; `ob3-core` is its only user. A crate of its own so that it can be built for speed, and all that is
//! done once in a verification for size.

pub mod canonicalize;
pub mod contexts;
pub mod hex;
pub mod jcs;
pub mod json;
pub mod jsonld;
pub mod map;
mod mix;
pub mod plain;
pub mod rdf;
pub mod sort;
