#![doc = "skeleton"]
mod json;
mod key;
mod multibase;
mod report;
mod time;
pub use key::{PublicKey, SigningKey};
pub use report::{Check, CheckName, CheckResult, Code, Datum, Finding, Outcome, Report};
pub use time::DateTime;
