//! Data Integrity proofs (<https://www.w3.org/TR/vc-data-integrity/>), one file a cryptosuite.

pub(crate) mod eddsa_rdfc_2022;
