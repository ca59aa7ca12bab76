//! What the conformance tests share: where the third-party vectors are, how a suite keeps its books, and what it means that two
//! RDF datasets are the same.
//!
//! Third-party vectors are no part of the repository. They are read from `../shared/vectors` beside the workspace, or from
//! where the variable `OB3_VECTORS` says; a test whose vectors are absent says so and passes.

pub mod badges;
pub mod base58btc;
pub mod base64url;
mod contexts;
mod corpus;
mod documents;
mod isomorphism;
pub mod meaning;
pub mod mutate;
pub mod rng;
mod suite;
mod vectors;
pub mod worst;

pub use contexts::{ContextLoader, add_example_context, context_loader};
pub use corpus::{Item, corpus};
pub use documents::document;
pub use isomorphism::isomorphic;
pub use suite::Suite;
pub use vectors::{Vectors, vectors};
