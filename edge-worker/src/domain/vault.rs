//! Secrets at rest: private signing keys, answers that are told once, and whatever else must not be read in the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::digest;
use super::ids::{OrganizationId, SigningKeyId};

/// What a sealed value begins with: the form and the name of the secret. A new form gets a new mark and the old one stays
/// readable; before the second form a value did not say which secret had sealed it.
const FORM: &str = "v2.";
const UNNAMED_FORM: &str = "v1.";
const NONCE_LENGTH: usize = 24;
const NAME_LENGTH: usize = 8;
const KEY_INFO: &[u8] = b"accolade signing keys at rest v1";
const NAME_INFO: &[u8] = b"accolade name of a secret v1";

/// Seals under a Worker secret with XChaCha20-Poly1305, and opens what it or the secret before it has sealed; the keys are
/// derived from the secrets by HKDF-SHA-256.
///
/// Whose it is is authenticated with each value: a row that is copied to another organization does not open.
pub struct Vault {
    current: Sealer,
    previous: Option<Sealer>,
}

/// One secret, and what it is called in what it has sealed.
struct Sealer {
    mark: String,
    cipher: XChaCha20Poly1305,
}

/// A sealed value that does not open: another secret, another owner, or altered bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Sealer {
    fn new(secret: &str) -> Result<Self, Unreadable> {
        let hkdf = Hkdf::<Sha256>::new(None, secret.as_bytes());
        let mut key = Zeroizing::new([0; 32]);
        hkdf.expand(KEY_INFO, key.as_mut_slice()).map_err(|_| Unreadable)?;
        let mut name = [0; NAME_LENGTH];
        hkdf.expand(NAME_INFO, &mut name).map_err(|_| Unreadable)?;
        Ok(Self { mark: format!("{FORM}{}.", digest::hex(&name)), cipher: XChaCha20Poly1305::new(&(*key).into()) })
    }

    fn seal(&self, bytes: &[u8], nonce: [u8; NONCE_LENGTH], owner: &str) -> Result<String, Unreadable> {
        let payload = Payload { msg: bytes, aad: owner.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Unreadable)?;
        Ok(format!("{}{}", self.mark, URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    fn open(&self, sealed: &str, owner: &str) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
        let text = sealed.strip_prefix(&self.mark).or_else(|| sealed.strip_prefix(UNNAMED_FORM)).ok_or(Unreadable)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Unreadable)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LENGTH>().ok_or(Unreadable)?;
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| Unreadable)
    }
}

impl Vault {
    /// The vault of a secret, and of the one before it where values may still be sealed under that.
    ///
    /// # Errors
    /// Never: HKDF gives up to 255 × 32 bytes (RFC 5869 §2.3).
    pub fn new(secret: &str, previous: Option<&str>) -> Result<Self, Unreadable> {
        Ok(Self { current: Sealer::new(secret)?, previous: previous.map(Sealer::new).transpose()? })
    }

    /// What every value begins with that is sealed under the current secret.
    #[must_use]
    pub fn mark(&self) -> &str {
        &self.current.mark
    }

    /// What every value begins with that is sealed under the secret before, where there is one.
    #[must_use]
    pub fn previous_mark(&self) -> Option<&str> {
        self.previous.as_ref().map(|previous| previous.mark.as_str())
    }

    /// The same value sealed under the current secret, with a nonce that must be random.
    ///
    /// # Errors
    /// [`Unreadable`] when neither secret opens it.
    pub fn reseal(&self, sealed: &str, nonce: [u8; NONCE_LENGTH], owner: &str) -> Result<String, Unreadable> {
        self.seal_bytes(&self.open_bytes(sealed, owner)?, nonce, owner)
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
        self.current.seal(bytes, nonce, owner)
    }

    fn open_bytes(&self, sealed: &str, owner: &str) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
        let previous = || self.previous.as_ref().ok_or(Unreadable)?.open(sealed, owner);
        self.current.open(sealed, owner).or_else(|_| previous())
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

// `store::sealed` writes the same texts in SQL.
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
        Vault::new(secret, None).unwrap()
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
        for sealed in ["", "v1.", "v1.AAAA", &sealed()[3..], &sealed().replacen("v2.", "v3.", 1)] {
            assert_eq!(vault.open(sealed, organization, key), Err(Unreadable), "{sealed}");
        }
        let mut altered = sealed().into_bytes();
        let last = altered.len() - 2;
        altered[last] = if altered[last] == b'A' { b'B' } else { b'A' };
        assert_eq!(vault.open(std::str::from_utf8(&altered).unwrap(), organization, key), Err(Unreadable));
    }

    const NEXT: &str = "the next secret, of thirty-two characters too";

    #[test]
    fn the_next_secret_opens_what_the_one_before_has_sealed() {
        let (organization, key) = ids();
        let both = Vault::new(NEXT, Some(SECRET)).unwrap();
        assert_eq!(both.open(&sealed(), organization, key).as_deref(), Ok(&[7; 32]));
        assert!(sealed().starts_with(both.previous_mark().unwrap()) && !sealed().starts_with(both.mark()));
        let resealed = both.reseal(&sealed(), [8; 24], &owner(organization, key)).unwrap();
        assert!(resealed.starts_with(both.mark()));
        assert_eq!(vault(NEXT).open(&resealed, organization, key).as_deref(), Ok(&[7; 32]));
        assert_eq!(vault(SECRET).open(&resealed, organization, key), Err(Unreadable));
        assert_eq!(both.reseal(&sealed(), [8; 24], "somebody else"), Err(Unreadable));
    }

    #[test]
    fn a_value_that_does_not_name_its_secret_opens_under_either() {
        let (organization, key) = ids();
        let unnamed = sealed().replacen(vault(SECRET).mark(), "v1.", 1);
        assert_eq!(vault(SECRET).open(&unnamed, organization, key).as_deref(), Ok(&[7; 32]));
        assert_eq!(Vault::new(NEXT, Some(SECRET)).unwrap().open(&unnamed, organization, key).as_deref(), Ok(&[7; 32]));
        assert_eq!(vault(NEXT).open(&unnamed, organization, key), Err(Unreadable));
    }
}
