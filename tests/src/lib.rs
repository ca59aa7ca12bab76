//! What the conformance tests share: where the third-party vectors are, how a suite keeps its books, and what it means that two
//! RDF datasets are the same.
//!
//! Third-party vectors are no part of the repository. They are read from `../shared/vectors` beside the workspace, or from
//! where the variable `OB3_VECTORS` says; a test whose vectors are absent says so and passes.

pub mod base58btc;
mod contexts;
mod isomorphism;
mod suite;
mod vectors;

pub use contexts::{ContextLoader, context_loader};
pub use isomorphism::isomorphic;
pub use suite::Suite;
pub use vectors::{Vectors, vectors};
