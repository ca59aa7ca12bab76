//! The Accolade worker.
