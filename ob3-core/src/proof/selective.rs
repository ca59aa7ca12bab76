//! `ecdsa-sd-2023`, derived proofs (vc-di-ecdsa §3.5 and §3.6): the holder shows some statements of a credential, and each
//! comes with a signature of its own.
//!
//! The issuer signs what may not be left out, and a key that was made for this one credential; that key signs every other
//! statement. What the issuer did not make mandatory, the holder may have left out.

use sha2::{Digest, Sha256};

use super::{Algorithm, HashError, rdfc};
use crate::base64url;
use crate::key::VerificationKey;
use crate::report::{Code, Finding};
use ob3_rdf::json::Object;
use ob3_rdf::jsonld::{ContextStore, MAX_QUADS, Options};
use ob3_rdf::sort::sorted;

/// How a proof value begins: CBOR tags of their own for the issuer's proof and for those derived from it.
const BASE_PROOF: [u8; 3] = [0xd9, 0x5d, 0x00];
const DERIVED_PROOF: [u8; 3] = [0xd9, 0x5d, 0x01];

/// Most statements with signatures of their own: each is a signature for the host to check. A large badge has some 200.
const MAX_SIGNATURES: usize = 512;

/// What a derived proof's value holds (§3.5.7 "parseDerivedProofValue").
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DerivedProof {
    /// The issuer's.
    pub(crate) base_signature: Vec<u8>,
    /// The Multikey bytes of the key for this credential, P-256.
    pub(crate) public_key: Vec<u8>,
    /// One for each statement that is not mandatory.
    pub(crate) signatures: Vec<Vec<u8>>,
    /// By the number of a canonical blank node: the bytes of the label that it had when the credential was signed. Empty
    /// where none is given.
    pub(crate) labels: Vec<Vec<u8>>,
    /// The places of the mandatory statements.
    pub(crate) mandatory: Vec<usize>,
}

impl DerivedProof {
    /// Reads a `proofValue`.
    pub(crate) fn parse(value: &str) -> Result<Self, Finding> {
        let malformed = || Finding::invalid(Code::ProofMalformed).with("member", "proofValue");
        let bytes = value.strip_prefix('u').and_then(base64url::decode).ok_or_else(malformed)?;
        if bytes.starts_with(&BASE_PROOF) {
            return Err(Finding::invalid(Code::ProofNotDerived));
        }
        let cbor = bytes.strip_prefix(&DERIVED_PROOF).ok_or_else(malformed)?;
        Self::read(Reader(cbor)).ok_or_else(malformed)
    }

    fn read(mut cbor: Reader<'_>) -> Option<Self> {
        if cbor.head(ARRAY)? != 5 {
            return None;
        }
        let (base_signature, public_key) = (cbor.bytes(64)?, cbor.bytes(35)?);
        let (mut signatures, mut labels, mut mandatory) = (Vec::new(), Vec::new(), Vec::new());
        cbor.each(ARRAY, MAX_SIGNATURES, &mut |cbor| cbor.bytes(64).map(|signature| signatures.push(signature)))?;
        cbor.each(MAP, MAX_QUADS, &mut |cbor| {
            let number = cbor.head(UNSIGNED).filter(|number| *number < MAX_QUADS)?;
            labels.resize(labels.len().max(number + 1), Vec::new());
            let label = labels.get_mut(number).filter(|label| label.is_empty())?;
            *label = cbor.bytes(32)?;
            Some(())
        })?;
        cbor.each(ARRAY, MAX_QUADS, &mut |cbor| cbor.head(UNSIGNED).map(|place| mandatory.push(place)))?;
        // Two nodes of one label would be one node when it was signed, taken apart since.
        let given: Vec<&Vec<u8>> = labels.iter().filter(|label| !label.is_empty()).collect();
        if sorted(given, &|a, b| a > b).windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return None;
        }
        let proof = Self { base_signature, public_key, signatures, labels, mandatory };
        cbor.0.is_empty().then_some(proof)
    }

    /// The key that signs the statements.
    pub(crate) fn key(&self) -> Option<VerificationKey> {
        VerificationKey::from_multikey(&self.public_key)
    }

    /// The label of a canonical blank node, as it was when the credential was signed.
    pub(crate) fn label(&self, number: usize) -> Option<String> {
        let label = self.labels.get(number).filter(|label| !label.is_empty())?;
        Some(["_:u", &base64url::encode(label)].concat())
    }
}

/// What a derived proof is checked over (§3.5.8 "createVerifyData").
pub(crate) struct VerifyData {
    pub(crate) proof_hash: Vec<u8>,
    pub(crate) mandatory_hash: Vec<u8>,
    /// The statements with signatures of their own, as N-Quads, in the order of the signatures.
    pub(crate) disclosed: Vec<Vec<u8>>,
}

impl VerifyData {
    pub(crate) fn new(
        store: &ContextStore,
        document: &rdfc::Document<'_>,
        proof: &Object<'_>,
        derived: &DerivedProof,
        options: &Options<'_>,
    ) -> Result<Self, HashError> {
        let malformed = HashError::Member("proofValue");
        let proof_hash = document.hash_configuration(store, proof, options, false)?;
        let quads = document.relabelled(&|number| derived.label(number))?.ok_or_else(|| malformed.clone())?;
        let mut is_mandatory = vec![false; document.statements()];
        for place in &derived.mandatory {
            *is_mandatory.get_mut(*place).ok_or_else(|| malformed.clone())? = true;
        }
        let (mut mandatory, mut disclosed) = (Sha256::new(), Vec::new());
        for (quad, is_mandatory) in quads.split_inclusive(|byte| *byte == b'\n').zip(is_mandatory) {
            if is_mandatory {
                mandatory.update(quad);
            } else {
                disclosed.push(quad.to_vec());
            }
        }
        // §3.6.4 step 4: every statement that is not mandatory has its signature.
        if disclosed.len() != derived.signatures.len() {
            return Err(malformed);
        }
        Ok(Self { proof_hash, mandatory_hash: mandatory.finalize().to_vec(), disclosed })
    }

    /// What the issuer's key has signed (§3.5.8 step 4 and §3.6.4 step 6).
    pub(crate) fn base_message(&self, derived: &DerivedProof) -> Vec<u8> {
        [&*self.proof_hash, &*derived.public_key, &*self.mandatory_hash].concat()
    }
}

/// The algorithm of all signatures.
pub(crate) const ALGORITHM: Algorithm = Algorithm::Es256;

const UNSIGNED: u8 = 0;
const BYTES: u8 = 2;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

/// Reads CBOR (RFC 8949) of definite lengths.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The argument of the next item, which is of this major type.
    fn head(&mut self, major: u8) -> Option<usize> {
        let [first] = self.take(1)? else { return None };
        if first >> 5 != major {
            return None;
        }
        let wide = match first & 0x1f {
            short @ 0..24 => return Some(usize::from(short)),
            24 => 1,
            25 => 2,
            26 => 4,
            _ => return None,
        };
        self.take(wide)?
            .iter()
            .try_fold(0_usize, |number, byte| number.checked_mul(256)?.checked_add(usize::from(*byte)))
    }

    fn bytes(&mut self, length: usize) -> Option<Vec<u8>> {
        if self.head(BYTES)? != length {
            return None;
        }
        self.take(length).map(<[u8]>::to_vec)
    }

    /// Reads the elements of an array, or the pairs of a map.
    fn each(&mut self, major: u8, most: usize, read: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        let count = self.head(major).filter(|count| *count <= most)?;
        (0..count).try_for_each(|_| read(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(head: &[u8], value: &[u8]) -> Vec<u8> {
        [head, value].concat()
    }

    fn parts() -> [Vec<u8>; 5] {
        [
            bytes(&[0x58, 64], &[1; 64]),
            bytes(&[0x58, 35], &[2; 35]),
            [vec![0x81], bytes(&[0x58, 64], &[3; 64])].concat(),
            [vec![0xa1, 1], bytes(&[0x58, 32], &[4; 32])].concat(),
            vec![0x83, 0, 0x18, 24, 0x19, 1, 0],
        ]
    }

    fn value(parts: &[Vec<u8>]) -> String {
        let head = [0x80 + u8::try_from(parts.len()).unwrap()];
        format!("u{}", base64url::encode(&[&DERIVED_PROOF[..], &head, &parts.concat()].concat()))
    }

    #[test]
    fn a_derived_proof_value_is_read() {
        let expected = DerivedProof {
            base_signature: vec![1; 64],
            public_key: vec![2; 35],
            signatures: vec![vec![3; 64]],
            labels: vec![vec![], vec![4; 32]],
            mandatory: vec![0, 24, 256],
        };
        assert_eq!(DerivedProof::parse(&value(&parts())), Ok(expected));
    }

    #[test]
    fn other_proof_values_are_refused() {
        let code = |value: &str| DerivedProof::parse(value).map_err(|finding| finding.code);
        let base = format!("u{}", base64url::encode(&[0xd9, 0x5d, 0x00, 0x80]));
        assert_eq!(code(&base), Err(Code::ProofNotDerived));
        let with = |place: usize, part: &[u8]| {
            let mut parts = parts();
            parts[place] = part.to_vec();
            value(&parts)
        };
        let whole = value(&parts());
        for value in [
            "".into(),
            "u".into(),
            whole.replacen('u', "z", 1),
            whole[..whole.len() - 4].to_owned(),
            whole.clone() + "AAAA",
            value(&parts()[..4]),
            with(0, &bytes(&[0x58, 63], &[1; 63])),
            with(0, &bytes(&[0x78, 64], &[b'a'; 64])),
            with(1, &bytes(&[0x58, 33], &[2; 33])),
            with(2, &[0x9f, 0xff]),
            with(2, &[0x9a, 0xff, 0xff, 0xff, 0xff]),
            with(2, &[&[0x99, 2, 1][..], &bytes(&[0x58, 64], &[3; 64]).repeat(513)].concat()),
            with(3, &[0xa1, 0x20]),
            with(3, &[&[0xa1, 0x1a, 0, 1, 0, 0, 0x58, 32][..], &[4; 32]].concat()),
            with(3, &[&[0xa2, 0, 0x58, 32][..], &[4; 32], &[1, 0x58, 32], &[4; 32]].concat()),
            with(3, &[&[0xa2][..], &[&[0, 0x58, 32][..], &[4; 32]].concat().repeat(2)].concat()),
            with(4, &[0x81, 0x20]),
            with(4, &[0x81, 0x1b, 0, 0, 0, 0, 0, 0, 0, 1]),
        ] {
            assert_eq!(code(&value), Err(Code::ProofMalformed), "{value}");
        }
    }
}
