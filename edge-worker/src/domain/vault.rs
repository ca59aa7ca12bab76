//! Secrets at rest: private signing keys, answers that are told once, and whatever else must not be read in the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::ids::{OrganizationId, SigningKeyId};

/// The form of a sealed seed; a new form gets a new mark and the old one stays readable.
const FORM: &str = "v1.";
const NONCE_LENGTH: usize = 24;
const KEY_INFO: &[u8] = b"accolade signing keys at rest v1";

/// Seals seeds under a Worker secret with XChaCha20-Poly1305; the key is derived from the secret by HKDF-SHA-256.
///
/// Organization and key id are authenticated with each seed: a row that is copied to another organization does not open.
pub struct Vault(XChaCha20Poly1305);

/// A sealed seed that does not open: another secret, another owner, or altered bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Vault {
    /// The vault of a secret.
    ///
    /// # Errors
    /// Never: HKDF gives up to 255 × 32 bytes (RFC 5869 §2.3).
    pub fn new(secret: &str) -> Result<Self, Unreadable> {
        let mut key = Zeroizing::new([0; 32]);
        let hkdf = Hkdf::<Sha256>::new(None, secret.as_bytes());
        hkdf.expand(KEY_INFO, key.as_mut_slice()).map_err(|_| Unreadable)?;
        Ok(Self(XChaCha20Poly1305::new(&(*key).into())))
    }

    /// Seals a seed with a nonce that must be random.
    ///
    /// # Errors
    /// Never for 32 bytes; the cipher refuses only what is longer than 256 GiB.
    pub fn seal(
        &self,
        seed: &[u8; 32],
        nonce: [u8; NONCE_LENGTH],
        organization: OrganizationId,
        key: SigningKeyId,
    ) -> Result<String, Unreadable> {
        let owner = owner(organization, key);
        self.seal_bytes(seed, nonce, &owner)
    }

    /// Seals the answer to a request with an idempotency key, with a nonce that must be random.
    ///
    /// # Errors
    /// As [`Vault::seal`].
    pub fn seal_answer(
        &self,
        answer: &str,
        nonce: [u8; NONCE_LENGTH],
        organization: OrganizationId,
        key: &str,
    ) -> Result<String, Unreadable> {
        self.seal_bytes(answer.as_bytes(), nonce, &answer_owner(organization, key))
    }

    /// Opens a sealed answer.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_answer(&self, sealed: &str, organization: OrganizationId, key: &str) -> Result<String, Unreadable> {
        let answer = self.open_bytes(sealed, &answer_owner(organization, key))?;
        std::str::from_utf8(&answer).map(str::to_owned).map_err(|_| Unreadable)
    }

    /// Seals a text for an owner, which names the row and the column that it is for, with a nonce that must be random.
    ///
    /// # Errors
    /// As [`Vault::seal`].
    pub fn seal_text(&self, text: &str, nonce: [u8; NONCE_LENGTH], owner: &str) -> Result<String, Unreadable> {
        self.seal_bytes(text.as_bytes(), nonce, owner)
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_text(&self, sealed: &str, owner: &str) -> Result<Zeroizing<String>, Unreadable> {
        let text = self.open_bytes(sealed, owner)?;
        std::str::from_utf8(&text).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| Unreadable)
    }

    fn seal_bytes(&self, bytes: &[u8], nonce: [u8; NONCE_LENGTH], owner: &str) -> Result<String, Unreadable> {
        let payload = Payload { msg: bytes, aad: owner.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| Unreadable)?;
        Ok(format!("{FORM}{}", URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    fn open_bytes(&self, sealed: &str, owner: &str) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(FORM).ok_or(Unreadable)?).map_err(|_| Unreadable)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LENGTH>().ok_or(Unreadable)?;
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        self.0.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| Unreadable)
    }

    /// Opens a sealed seed.
    ///
    /// # Errors
    /// [`Unreadable`] when the secret, the organization, the key or a byte is not the one it was sealed with.
    pub fn open(
        &self,
        sealed: &str,
        organization: OrganizationId,
        key: SigningKeyId,
    ) -> Result<Zeroizing<[u8; 32]>, Unreadable> {
        let seed = self.open_bytes(sealed, &owner(organization, key))?;
        Ok(Zeroizing::new(seed.as_slice().try_into().map_err(|_| Unreadable)?))
    }
}

fn owner(organization: OrganizationId, key: SigningKeyId) -> String {
    format!("organization:{organization} signing-key:{key}")
}

fn answer_owner(organization: OrganizationId, key: &str) -> String {
    format!("organization:{organization} idempotency-key:{key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of at least thirty-two characters";

    fn vault(secret: &str) -> Vault {
        Vault::new(secret).unwrap()
    }

    fn ids() -> (OrganizationId, SigningKeyId) {
        (OrganizationId::from_random([1; 16]), SigningKeyId::from_random([2; 16]))
    }

    fn sealed() -> String {
        let (organization, key) = ids();
        vault(SECRET).seal(&[7; 32], [9; 24], organization, key).unwrap()
    }

    #[test]
    fn a_sealed_seed_opens_for_its_owner() {
        let (organization, key) = ids();
        assert_eq!(vault(SECRET).open(&sealed(), organization, key).as_deref(), Ok(&[7; 32]));
    }

    #[test]
    fn a_seed_opens_for_nobody_else() {
        let (organization, key) = ids();
        let vault = vault(SECRET);
        let another = self::vault("another secret of thirty-two characters");
        let other = SigningKeyId::from_random([3; 16]);
        assert_eq!(vault.open(&sealed(), organization, other), Err(Unreadable));
        assert_eq!(vault.open(&sealed(), OrganizationId::from_random([3; 16]), key), Err(Unreadable));
        assert_eq!(another.open(&sealed(), organization, key), Err(Unreadable));
    }

    #[test]
    fn an_answer_opens_for_its_request_only() {
        let (organization, _) = ids();
        let vault = vault(SECRET);
        let sealed = vault.seal_answer("{\"apiKey\":\"acl_x\"}", [9; 24], organization, "a").unwrap();
        assert!(!sealed.contains("acl_x"));
        assert_eq!(vault.open_answer(&sealed, organization, "a").as_deref(), Ok("{\"apiKey\":\"acl_x\"}"));
        assert_eq!(vault.open_answer(&sealed, organization, "b"), Err(Unreadable));
    }

    #[test]
    fn an_altered_seed_does_not_open() {
        let (organization, key) = ids();
        let vault = vault(SECRET);
        for sealed in ["", "v1.", "v1.AAAA", &sealed()[3..], &sealed().replacen("v1.", "v2.", 1)] {
            assert_eq!(vault.open(sealed, organization, key), Err(Unreadable), "{sealed}");
        }
        let mut altered = sealed().into_bytes();
        let last = altered.len() - 2;
        altered[last] = if altered[last] == b'A' { b'B' } else { b'A' };
        assert_eq!(vault.open(std::str::from_utf8(&altered).unwrap(), organization, key), Err(Unreadable));
    }
}
