//! Bitstring Status List (<https://www.w3.org/TR/vc-bitstring-status-list/>): what an entry says, and the list it names. And
//! its predecessor, Status List 2021 (<https://www.w3.org/TR/2023/WD-vc-status-list-20230427/>), whose types and text form
//! differ.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::base64url;
use crate::crc::crc32;
use crate::did::web::is_public_url;
use crate::nested::has_type;
use crate::report::{Code, Finding};
use ob3_rdf::json::{self, Object, Value};

/// Fewest entries of a list (§2.2): with fewer, fetching it would tell whose status was looked up.
pub(crate) const MIN_ENTRIES: usize = 131_072;

/// Largest list, in bytes: 33 million entries, 256 times the smallest. What inflates beyond it is a bomb.
const MAX_LIST_BYTES: usize = 4 << 20;

/// Most bytes of all lists of one verification together: a thousand of the smallest, or four of the largest.
pub(crate) const MAX_LISTS_BYTES: usize = 16 << 20;

/// Most entries of a list.
pub(crate) const MAX_ENTRIES_OF_A_LIST: usize = MAX_LIST_BYTES * 8;

/// Most status entries of one credential: revocation and suspension, and room for as many again.
pub(crate) const MAX_ENTRIES_OF_A_CREDENTIAL: usize = 8;

/// One entry of `credentialStatus`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StatusEntry {
    /// A bit of a list.
    Bitstring { kind: Kind, purpose: Purpose, index: usize, list: String },
    /// A `1EdTechRevocationList`, which names its revoked credentials.
    RevocationList { list: String },
    /// It can not be checked, and this says why.
    Unusable(Finding),
}

/// Which of the two specifications an entry and its list follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bitstring,
    StatusList2021,
}

/// The types of an entry, of the credential that it names, and of the subject of that.
struct Types {
    entry: &'static str,
    list: &'static str,
    subject: &'static str,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Bitstring, Self::StatusList2021];

    const fn types(self) -> Types {
        match self {
            Self::Bitstring => Types {
                entry: "BitstringStatusListEntry",
                list: "BitstringStatusListCredential",
                subject: "BitstringStatusList",
            },
            Self::StatusList2021 => {
                Types { entry: "StatusList2021Entry", list: "StatusList2021Credential", subject: "StatusList2021" }
            }
        }
    }

    /// The gzip bytes in an `encodedList`: in multibase, or (Status List 2021 §4.2) in base64 of either alphabet.
    fn decode(self, encoded: &str) -> Option<Vec<u8>> {
        match self {
            Self::Bitstring => base64url::decode(encoded.strip_prefix('u')?),
            Self::StatusList2021 => {
                base64url::decode(&encoded.trim_end_matches('=').replace('+', "-").replace('/', "_"))
            }
        }
    }
}

/// What a status is for (§2.2); other purposes do not bear on whether a credential holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Revocation,
    Suspension,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
        }
    }
}

/// The entries of a credential.
pub(crate) fn entries(status: &Value<'_>) -> Vec<StatusEntry> {
    let entries = status.as_set();
    if entries.len() > MAX_ENTRIES_OF_A_CREDENTIAL {
        let finding = Finding::unknown(Code::TooManyStatusEntries).with("entries", &entries.len().to_string());
        return vec![StatusEntry::Unusable(finding)];
    }
    entries.iter().map(|entry| read_entry(entry).unwrap_or_else(StatusEntry::Unusable)).collect()
}

fn read_entry(entry: &Value<'_>) -> Result<StatusEntry, Finding> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    if has_type(entry.get("type"), "1EdTechRevocationList") {
        let list = text("id").filter(|url| is_trustworthy(url));
        let malformed = || Finding::unknown(Code::StatusEntryMalformed).with("member", "id");
        return Ok(StatusEntry::RevocationList { list: list.ok_or_else(malformed)?.to_owned() });
    }
    let Some(kind) = Kind::ALL.into_iter().find(|kind| has_type(entry.get("type"), kind.types().entry)) else {
        let kind = entry.get("type").and_then(|types| types.as_set().first()?.as_str()).unwrap_or_default();
        return Err(Finding::unknown(Code::StatusUnsupported).with("type", crate::examine::clip(kind)));
    };
    let malformed = |member: &str| Finding::unknown(Code::StatusEntryMalformed).with("member", member);
    let purpose = match text("statusPurpose").ok_or_else(|| malformed("statusPurpose"))? {
        "revocation" => Purpose::Revocation,
        "suspension" => Purpose::Suspension,
        other => {
            return Err(Finding::unknown(Code::StatusUnsupported).with("statusPurpose", crate::examine::clip(other)));
        }
    };
    // A status of several bits carries a message, and says neither revoked nor clear.
    if entry.get("statusSize").is_some_and(|size| !matches!(size, Value::Number(size) if size.as_str() == "1")) {
        return Err(Finding::unknown(Code::StatusUnsupported).with("member", "statusSize"));
    }
    // §2.1 asks for a base-10 string; issuers write the bare number as well.
    let index = match entry.get("statusListIndex") {
        Some(Value::String(digits)) => parse_index(digits),
        Some(Value::Number(number)) => parse_index(number.as_str()),
        _ => None,
    };
    let index = index.ok_or_else(|| malformed("statusListIndex"))?;
    let list = text("statusListCredential").filter(|url| is_trustworthy(url));
    let list = list.ok_or_else(|| malformed("statusListCredential"))?.to_owned();
    Ok(StatusEntry::Bitstring { kind, purpose, index, list })
}

/// An https URL of a public host, or one of this very machine: a deployment that is tried out locally has no certificate, or
/// one of its own. Whether it is fetched is the host's decision, and the hosts' defaults fetch https of public names only.
pub(crate) fn is_trustworthy(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    // What follows the host is held to the same rules: `http://localhost:80@example.org` is of another one.
    let is_public = |rest: &str| is_public_url(&["https://loopback.example", rest].concat());
    let is_loopback =
        |host: &&str| rest.strip_prefix(*host).is_some_and(|rest| rest.starts_with([':', '/']) && is_public(rest));
    is_public_url(url) || ["localhost", "127.0.0.1", "[::1]"].iter().any(is_loopback)
}

/// A whole number in plain decimal digits.
pub(crate) fn parse_index(digits: &str) -> Option<usize> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// What a 1EdTech revocation list (<https://www.imsglobal.org/spec/vcrl/v1p0/>) says of a credential.
///
/// The list is not signed: it is as good as the URL that the badge's signature covers. A list of another issuer says
/// nothing.
pub(crate) fn check_revocation_list(list: &[u8], credential: &str, issuer: &str) -> Finding {
    let malformed = |member: &str| Finding::unknown(Code::StatusListMalformed).with("member", member);
    let parsed = std::str::from_utf8(list).ok().and_then(|text| json::parse(text).ok());
    let Some(list) = parsed else { return malformed("") };
    let list_issuer = list.get("issuer").and_then(|issuer| issuer.get("id").unwrap_or(issuer).as_str());
    if list_issuer != Some(issuer) {
        return Finding::unknown(Code::StatusListNotAuthentic)
            .with("listIssuer", crate::examine::clip(list_issuer.unwrap_or_default()));
    }
    let Some(Value::Array(revoked)) = list.get("revokedCredential") else { return malformed("revokedCredential") };
    // `revoked` may be left out, and then is true. Of several entries one that says so is enough.
    let entry = revoked.iter().find(|entry| {
        entry.get("id").and_then(Value::as_str) == Some(credential) && entry.get("revoked") != Some(&Value::Bool(false))
    });
    match entry {
        None => Finding::valid(Code::NotRevoked),
        Some(entry) => match entry.get("revocationReason").and_then(Value::as_str) {
            Some(reason) => Finding::invalid(Code::Revoked).with("reason", crate::examine::clip(reason)),
            None => Finding::invalid(Code::Revoked),
        },
    }
}

/// The list of a status list credential.
pub(crate) struct StatusList {
    kind: Kind,
    purposes: Vec<String>,
    bits: Vec<u8>,
    /// Fewest entries of a list that is believed.
    minimum: usize,
}

impl StatusList {
    /// Reads the subject of a list credential, and inflates the list.
    pub(crate) fn read(credential: &Object<'_>, minimum: usize) -> Result<Self, Finding> {
        let malformed = |member: &str| Finding::invalid(Code::StatusListMalformed).with("member", member);
        let kind = Kind::ALL.into_iter().find(|kind| has_type(credential.get("type"), kind.types().list));
        let kind = kind.ok_or_else(|| malformed("type"))?;
        let subject = credential.get("credentialSubject").ok_or_else(|| malformed("credentialSubject"))?;
        if !has_type(subject.get("type"), kind.types().subject) {
            return Err(malformed("credentialSubject.type"));
        }
        let purposes = subject.get("statusPurpose").map(Value::as_set).unwrap_or_default();
        let purposes = purposes.iter().filter_map(|purpose| purpose.as_str().map(str::to_owned)).collect();
        let encoded = subject.get("encodedList").and_then(Value::as_str);
        let bits = encoded.and_then(|encoded| kind.decode(encoded)).and_then(|gzip| gunzip(&gzip));
        Ok(Self { kind, purposes, bits: bits.ok_or_else(|| malformed("credentialSubject.encodedList"))?, minimum })
    }

    /// What it takes in memory.
    pub(crate) const fn bytes(&self) -> usize {
        self.bits.len()
    }

    /// What the list says of an entry (§3.2 "Validate Algorithm", from step 7 on).
    pub(crate) fn check(&self, kind: Kind, purpose: Purpose, index: usize) -> Finding {
        if kind != self.kind {
            return Finding::unknown(Code::StatusListMalformed).with("member", "type");
        }
        if !self.purposes.iter().any(|known| known == purpose.as_str()) {
            return Finding::unknown(Code::StatusPurposeMismatch).with("listPurpose", &self.purposes.join(", "));
        }
        let entries = self.bits.len() * 8;
        if entries < self.minimum {
            return Finding::unknown(Code::StatusListTooShort)
                .with("entries", &entries.to_string())
                .with("limit", &self.minimum.to_string());
        }
        // The first entry is the leftmost bit of the first byte.
        let Some(byte) = self.bits.get(index / 8) else {
            return Finding::unknown(Code::StatusIndexOutOfRange).with("entries", &entries.to_string());
        };
        match (byte & (0b1000_0000 >> (index % 8)) != 0, purpose) {
            (false, Purpose::Revocation) => Finding::valid(Code::NotRevoked),
            (false, Purpose::Suspension) => Finding::valid(Code::NotSuspended),
            (true, Purpose::Revocation) => Finding::invalid(Code::Revoked),
            (true, Purpose::Suspension) => Finding::invalid(Code::Suspended),
        }
    }
}

/// Packs a list as `encodedList` carries it (§3.3): gzip, then multibase base64url.
pub(crate) fn encode_status_list(bits: &[u8]) -> String {
    format!("u{}", base64url::encode(&gzip(bits)))
}

/// One gzip member (RFC 1952).
pub(crate) fn gzip(bits: &[u8]) -> Vec<u8> {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    const LEVEL: u8 = 6;
    let mut gzip = HEADER.to_vec();
    gzip.extend(miniz_oxide::deflate::compress_to_vec(bits, LEVEL));
    gzip.extend(crc32(&[bits]).to_le_bytes());
    gzip.extend((bits.len() as u32).to_le_bytes());
    gzip
}

/// Inflates one gzip member (RFC 1952), checks its trailer, and refuses what follows it.
fn gunzip(gzip: &[u8]) -> Option<Vec<u8>> {
    const NAME: u8 = 0b1000;
    const COMMENT: u8 = 0b1_0000;
    const EXTRA: u8 = 0b100;
    const HEADER_CRC: u8 = 0b10;
    let (header, mut rest) = gzip.split_at_checked(10)?;
    let [0x1f, 0x8b, 8, flags, ..] = header else { return None };
    if flags & EXTRA != 0 {
        let (length, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & HEADER_CRC != 0 {
        rest = rest.get(2..)?;
    }
    let (body, trailer) = rest.split_at_checked(rest.len().checked_sub(8)?)?;
    let bytes = decompress_to_vec_with_limit(body, MAX_LIST_BYTES).ok()?;
    let mut expected = crc32(&[&bytes]).to_le_bytes().to_vec();
    expected.extend((bytes.len() as u32).to_le_bytes());
    (trailer == expected).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::CheckResult;

    fn list(purpose: &str, encoded: &str) -> Result<StatusList, Finding> {
        let text = format!(
            r#"{{"type":["VerifiableCredential","BitstringStatusListCredential"],"credentialSubject":{{"type":"BitstringStatusList","statusPurpose":{purpose},"encodedList":"{encoded}"}}}}"#
        );
        match json::parse(&text).unwrap() {
            Value::Object(object) => StatusList::read(&object, MIN_ENTRIES),
            _ => panic!("an object"),
        }
    }

    fn bits(set: &[usize]) -> Vec<u8> {
        let mut bits = vec![0; MIN_ENTRIES / 8];
        for index in set {
            bits[index / 8] |= 0b1000_0000 >> (index % 8);
        }
        bits
    }

    #[test]
    fn the_first_entry_is_the_leftmost_bit() {
        let list = list(r#""revocation""#, &encode_status_list(&bits(&[0, 9, 131_071]))).unwrap();
        for (index, code) in [
            (0, Code::Revoked),
            (1, Code::NotRevoked),
            (8, Code::NotRevoked),
            (9, Code::Revoked),
            (131_071, Code::Revoked),
            (131_072, Code::StatusIndexOutOfRange),
            (usize::MAX, Code::StatusIndexOutOfRange),
        ] {
            assert_eq!(list.check(Kind::Bitstring, Purpose::Revocation, index).code, code, "{index}");
        }
    }

    #[test]
    fn an_entry_is_looked_up_in_a_list_of_its_purpose_only() {
        let encoded = encode_status_list(&bits(&[7]));
        let both = list(r#"["revocation","suspension"]"#, &encoded).unwrap();
        assert_eq!(both.check(Kind::Bitstring, Purpose::Suspension, 7).code, Code::Suspended);
        let other = list(r#""message""#, &encoded).unwrap();
        assert_eq!(other.check(Kind::Bitstring, Purpose::Revocation, 7).code, Code::StatusPurposeMismatch);
    }

    #[test]
    fn a_short_list_says_nothing() {
        let list = list(r#""revocation""#, &encode_status_list(&[0; 12_500])).unwrap();
        assert_eq!(list.check(Kind::Bitstring, Purpose::Revocation, 3).code, Code::StatusListTooShort);
    }

    #[test]
    fn lists_that_cannot_be_unpacked_are_malformed() {
        let good = encode_status_list(&bits(&[]));
        let bomb = encode_status_list(&vec![0; MAX_LIST_BYTES + 1]);
        let mut other_sum = base64url::decode(&good[1..]).unwrap();
        *other_sum.last_mut().unwrap() ^= 1;
        let other_sum = format!("u{}", base64url::encode(&other_sum));
        for encoded in ["", "u", "z6Mk", &good[1..], &good[..40], &bomb, &other_sum, "uH4sIAAAA"] {
            let code = list(r#""revocation""#, encoded).err().map(|finding| finding.code);
            assert_eq!(code, Some(Code::StatusListMalformed), "{}", &encoded[..encoded.len().min(40)]);
        }
    }

    #[test]
    fn a_status_list_2021_is_base64_of_either_alphabet_and_serves_its_own_entries_only() {
        let packed = encode_status_list(&bits(&[7]));
        let base64url = packed.trim_start_matches('u');
        let base64 = base64url.replace('-', "+").replace('_', "/");
        let list_2021 = |encoded: &str| {
            let text = format!(
                r#"{{"type":["VerifiableCredential","StatusList2021Credential"],"credentialSubject":{{"type":"StatusList2021","statusPurpose":"suspension","encodedList":"{encoded}"}}}}"#
            );
            json::parse(&text).map(|value| StatusList::read(value.as_object().unwrap(), MIN_ENTRIES)).unwrap()
        };
        for encoded in [base64url, &base64, &format!("{base64}==")] {
            let list = list_2021(encoded).unwrap();
            assert_eq!(list.check(Kind::StatusList2021, Purpose::Suspension, 7).code, Code::Suspended);
            assert_eq!(list.check(Kind::StatusList2021, Purpose::Suspension, 8).code, Code::NotSuspended);
            assert_eq!(list.check(Kind::Bitstring, Purpose::Suspension, 8).code, Code::StatusListMalformed);
        }
        for encoded in ["", &packed, &base64url[..40], "H4sI AAA"] {
            assert_eq!(
                list_2021(encoded).err().map(|finding| finding.code),
                Some(Code::StatusListMalformed),
                "{encoded}"
            );
        }
        let bitstring = list(r#""suspension""#, &packed).unwrap();
        assert_eq!(bitstring.check(Kind::StatusList2021, Purpose::Suspension, 8).code, Code::StatusListMalformed);
    }

    #[test]
    fn a_revocation_list_names_what_is_revoked() {
        let list =
            |revoked: &str| format!(r#"{{"id":"https://a.example/1","issuer":"did:x","revokedCredential":{revoked}}}"#);
        for (revoked, code) in [
            ("[]", Code::NotRevoked),
            (r#"[{"id":"urn:2"}]"#, Code::NotRevoked),
            (r#"[{"id":"urn:1"}]"#, Code::Revoked),
            (r#"[{"id":"urn:1","revoked":true,"revocationReason":"mistake"}]"#, Code::Revoked),
            (r#"[{"id":"urn:1","revoked":false}]"#, Code::NotRevoked),
            (r#"[{"id":"urn:1","revoked":false},{"id":"urn:1","revoked":true}]"#, Code::Revoked),
            (r#"{"id":"urn:1"}"#, Code::StatusListMalformed),
            ("null", Code::StatusListMalformed),
        ] {
            assert_eq!(check_revocation_list(list(revoked).as_bytes(), "urn:1", "did:x").code, code, "{revoked}");
        }
        let other = check_revocation_list(list("[]").as_bytes(), "urn:1", "did:y");
        assert_eq!(other.code, Code::StatusListNotAuthentic);
        for text in ["", "<html>", "[]", r#"{"revokedCredential":[]}"#] {
            assert_eq!(check_revocation_list(text.as_bytes(), "urn:1", "did:x").result, CheckResult::Unknown, "{text}");
        }
    }

    #[test]
    fn entries_are_read_strictly() {
        let entry = |index: &str, more: &str| {
            let text = format!(
                r#"{{"type":"BitstringStatusListEntry","statusPurpose":"revocation","statusListIndex":{index},"statusListCredential":"https://a.example/1"{more}}}"#
            );
            let value = json::parse(&text).unwrap();
            match entries(&value).remove(0) {
                StatusEntry::Bitstring { index, .. } => Ok(index),
                StatusEntry::RevocationList { .. } => panic!("another kind"),
                StatusEntry::Unusable(finding) => Err(finding.code),
            }
        };
        assert_eq!(entry(r#""94567""#, ""), Ok(94_567));
        let value = r#"{"type":"StatusList2021Entry","statusPurpose":"revocation","statusListIndex":"5","statusListCredential":"https://a.example/1"}"#;
        let read = entries(&json::parse(value).unwrap());
        assert!(matches!(read.as_slice(), [StatusEntry::Bitstring { kind: Kind::StatusList2021, index: 5, .. }]));
        assert_eq!(entry("23", ""), Ok(23));
        assert_eq!(entry("23", r#","statusSize":1"#), Ok(23));
        assert_eq!(entry("23", r#","statusSize":2"#), Err(Code::StatusUnsupported));
        for (url, is_read) in [
            ("https://a.example/1", true),
            ("http://localhost:8787/status/1", true),
            ("http://127.0.0.1/status/1", true),
            ("http://localhost.evil.example/1", false),
            ("http://localhost:80@evil.example/1", false),
            ("http://localhost:8787\\@evil.example/1", false),
            ("https://127.0.0.1:x@evil.example/1", false),
            ("http://[::1]:80:80/1", false),
            ("http://localhost/a/../1", false),
            ("http://[::1]:8787/1", true),
            ("http://a.example/1", false),
            ("ftp://a.example/1", false),
            ("https://10.0.0.1/1", false),
            ("https://localhost/1", true),
            ("https://a.example/../1", false),
        ] {
            assert_eq!(is_trustworthy(url), is_read, "{url}");
        }
        for index in [
            r#""-1""#,
            r#""""#,
            r#""1e3""#,
            "1.5",
            "-1",
            "true",
            r#""99999999999999999999999999""#,
            r#""0x1""#,
            r#"" 1""#,
        ] {
            assert_eq!(entry(index, ""), Err(Code::StatusEntryMalformed), "{index}");
        }
    }
}
