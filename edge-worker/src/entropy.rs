//! The one place where random bytes come from.

use crate::error::{Error, Result};

/// Bytes of the platform's cryptographic generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("no random bytes: {error}")))?;
    Ok(bytes)
}
