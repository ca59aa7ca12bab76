//! Alterations of inputs, for fuzzing: of bytes, and of JSON by its structure.

use serde_json::{Map, Number, Value, json};

use crate::rng::Rng;

/// Words that mean something to some reader of a badge.
const WORDS: [&str; 64] = [
    "@context",
    "@id",
    "@type",
    "@value",
    "@language",
    "@direction",
    "@graph",
    "@list",
    "@set",
    "@index",
    "@reverse",
    "@included",
    "@nest",
    "@json",
    "@none",
    "@vocab",
    "@base",
    "@version",
    "@import",
    "@protected",
    "id",
    "type",
    "proof",
    "previousProof",
    "proofPurpose",
    "proofValue",
    "verificationMethod",
    "cryptosuite",
    "created",
    "expires",
    "domain",
    "challenge",
    "issuer",
    "credentialSubject",
    "credentialStatus",
    "credentialSchema",
    "refreshService",
    "termsOfUse",
    "evidence",
    "endorsement",
    "endorsementJwt",
    "achievement",
    "identifier",
    "result",
    "alignment",
    "name",
    "description",
    "image",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
    "awardedDate",
    "holder",
    "verifiableCredential",
    "VerifiableCredential",
    "OpenBadgeCredential",
    "AchievementCredential",
    "EndorsementCredential",
    "VerifiablePresentation",
    "ClrCredential",
    "statusListIndex",
    "encodedList",
    "publicKeyJwk",
];

/// Texts at the edges of what some reader takes.
const TEXTS: [&str; 40] = [
    "",
    " ",
    "_:b0",
    "_:",
    "#",
    "#key-1",
    ":",
    "a:b",
    "https://",
    "https://a.example",
    "https://a.example/#",
    "did:key:",
    "did:key:z",
    "did:key:z6Mk",
    "did:web:",
    "did:web:a.example",
    "did:web:a.example%3A1",
    "did:jwk:e30",
    "did:jwk:",
    "urn:",
    "z",
    "z1",
    "u",
    "uH4sI",
    "2026-01-15T10:00:00Z",
    "2026-02-30T10:00:00Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "-1",
    "99999999999999999999",
    "NaN",
    "\u{0}",
    "\u{feff}",
    "\u{10ffff}",
    "\u{202e}",
    "é",
    "%",
    "%2e%2e",
    "../..",
    "sha256$",
];

/// Pieces of the formats that are no JSON.
const PIECES: [&[u8]; 24] = [
    b"\x89PNG\r\n\x1a\n",
    b"IHDR",
    b"iTXt",
    b"zTXt",
    b"tEXt",
    b"IDAT",
    b"IEND",
    b"openbadgecredential\0",
    b"openbadges\0",
    b"<svg ",
    b"<!DOCTYPE ",
    b"<!ENTITY ",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<openbadges:credential",
    b"xmlns:",
    b"\x1f\x8b\x08",
    b"eyJ",
    b".",
    b"\\u0000",
    b"\\ud800",
    b"\xff\xff\xff\xff",
];

/// Alters some bytes in one way out of several.
pub fn bytes(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let at = rng.below(bytes.len() + 1);
    let end = (at + rng.below(17)).min(bytes.len());
    match rng.below(9) {
        0 => bytes.truncate(at),
        1 => _ = bytes.drain(at..end),
        2 => {
            let piece = *rng.pick(&PIECES);
            bytes.splice(at..at, piece.iter().copied());
        }
        3 => {
            let word = rng.pick(&WORDS).as_bytes();
            bytes.splice(at..end, word.iter().copied());
        }
        4 => {
            // Many of one thing.
            let piece: Vec<u8> = bytes.get(at..end).unwrap_or_default().repeat(1 + rng.below(200));
            bytes.splice(at..at, piece);
        }
        5 => {
            let from = rng.below(bytes.len() + 1);
            let piece: Vec<u8> = bytes.get(from..(from + rng.below(64)).min(bytes.len())).unwrap_or_default().to_vec();
            bytes.splice(at..at, piece);
        }
        6 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << rng.below(8);
            }
        }
        7 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = *rng
                    .pick(&[0, 1, 9, 10, 0x20, 0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xed, 0xff]);
            }
        }
        _ => {
            let byte = rng.byte();
            bytes.insert(at, byte);
        }
    }
}

/// Alters one value somewhere in a document, or its place.
pub fn json(rng: &mut Rng, document: &mut Value) {
    let count = size(document);
    let donor = nth(document, rng.below(count)).cloned().unwrap_or_default();
    let at = rng.below(count);
    let Some(place) = nth_mut(document, at) else { return };
    match (rng.below(8), &mut *place) {
        (0, Value::Object(members)) => _ = members.insert(word(rng), donor),
        (1, Value::Object(members)) => _ = members.insert(word(rng), value(rng)),
        (2, Value::Object(members)) => {
            if let Some(name) = name(rng, members) {
                members.remove(&name);
            }
        }
        (3, Value::Object(members)) => {
            if let Some(value) = name(rng, members).and_then(|name| members.remove(&name)) {
                members.insert(word(rng), value);
            }
        }
        (0 | 1, Value::Array(elements)) => elements.push(if rng.once_in(2) { donor } else { value(rng) }),
        (2, Value::Array(elements)) => _ = elements.pop(),
        (3, Value::Array(elements)) => {
            let many = elements.first().cloned().unwrap_or_else(|| value(rng));
            elements.extend(std::iter::repeat_n(many, rng.below(40)));
        }
        (0..=2, Value::String(text)) => {
            let mut bytes = text.clone().into_bytes();
            self::bytes(rng, &mut bytes);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        (4, place) => *place = json!([place.take()]),
        (5, place) => {
            for _ in 0..rng.below(30) {
                *place = json!({ word(rng): place.take() });
            }
        }
        (6, place) => *place = donor,
        (_, place) => *place = value(rng),
    }
}

fn word(rng: &mut Rng) -> String {
    (*rng.pick(&WORDS)).to_owned()
}

fn name(rng: &mut Rng, members: &Map<String, Value>) -> Option<String> {
    members.keys().nth(rng.below(members.len())).cloned()
}

fn value(rng: &mut Rng) -> Value {
    match rng.below(12) {
        0 => Value::Null,
        1 => rng.once_in(2).into(),
        2 => rng.number().into(),
        3 => Number::from_f64(f64::from_bits(rng.number())).map_or(Value::Null, Value::Number),
        4 => json!(-1),
        5 => json!([]),
        6 => json!({}),
        7 => json!({ "@value": *rng.pick(&TEXTS) }),
        8 => (*rng.pick(&WORDS)).into(),
        9 => rng.pick(&TEXTS).repeat(rng.below(300)).into(),
        _ => (*rng.pick(&TEXTS)).into(),
    }
}

/// How many values a document has.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(elements) => elements.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

/// The value at a place, counted in the order of the text.
fn nth(value: &Value, place: usize) -> Option<&Value> {
    let Some(mut left) = place.checked_sub(1) else { return Some(value) };
    for child in children(value) {
        let size = size(child);
        if left < size {
            return nth(child, left);
        }
        left -= size;
    }
    None
}

fn nth_mut(value: &mut Value, place: usize) -> Option<&mut Value> {
    let Some(mut left) = place.checked_sub(1) else { return Some(value) };
    let children: Vec<&mut Value> = match value {
        Value::Array(elements) => elements.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    for child in children {
        let size = size(child);
        if left < size {
            return nth_mut(child, left);
        }
        left -= size;
    }
    None
}

/// The text of a document in one of the many spellings that JSON has for it: members in another order, white space,
/// escapes.
#[must_use]
pub fn spell(rng: &mut Rng, value: &Value) -> String {
    let mut text = String::new();
    write(rng, value, &mut text);
    text
}

fn write(rng: &mut Rng, value: &Value, text: &mut String) {
    space(rng, text);
    match value {
        Value::String(string) => write_string(rng, string, text),
        Value::Array(elements) => {
            text.push('[');
            for (at, element) in elements.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write(rng, element, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            rng.shuffle(&mut members);
            for (at, (name, value)) in members.into_iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                space(rng, text);
                write_string(rng, name, text);
                space(rng, text);
                text.push(':');
                write(rng, value, text);
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
    space(rng, text);
}

fn space(rng: &mut Rng, text: &mut String) {
    if rng.once_in(4) {
        let spaces = [" ", "\n", "\t", "\r\n", "   "];
        text.push_str(rng.pick::<&str>(&spaces));
    }
}

fn write_string(rng: &mut Rng, string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        let must = matches!(character, '"' | '\\' | '\u{0}'..='\u{1f}');
        if must || rng.once_in(8) {
            escape(rng, character, text);
        } else {
            text.push(character);
        }
    }
    text.push('"');
}

fn escape(rng: &mut Rng, character: char, text: &mut String) {
    let short = match character {
        '"' => "\\\"",
        '\\' => "\\\\",
        '/' => "\\/",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => "",
    };
    if !short.is_empty() && rng.once_in(2) {
        return text.push_str(short);
    }
    for unit in character.encode_utf16(&mut [0; 2]) {
        text.push_str(&if rng.once_in(2) { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_once_and_spelling_changes_nothing() {
        let document = json!({ "a": [1, { "b": "\u{1f6e0}/\"\\\n\u{1}" }], "c": null, "d": [[]] });
        let places: Vec<Value> = (0..size(&document)).map(|at| nth(&document, at).unwrap().clone()).collect();
        assert_eq!(places.len(), 8);
        assert_eq!(places[0], document);
        let mut rng = Rng::new(1);
        for _ in 0..200 {
            assert_eq!(serde_json::from_str::<Value>(&spell(&mut rng, &document)).unwrap(), document);
        }
        let mut altered = document.clone();
        *nth_mut(&mut altered, 2).unwrap() = json!(7);
        assert_ne!(altered, document);
        assert_eq!(nth(&altered, 2), Some(&json!(7)));
    }
}
