//! Inputs, by what reads them.

#![expect(clippy::indexing_slicing, reason = "documents of fixed parts")]

use std::sync::OnceLock;

use accolade_tests::badges::{self, Curve, DID_WEB, DID_WEB_URL, LIST_URL, PNG, SVG, Suite};
use accolade_tests::mutate::{self, spell};
use accolade_tests::rng::Rng;
use accolade_tests::{badges::crc32, base64url};
use ob3_core::{bake_png, bake_svg};
use serde_json::{Value, json};

use crate::check::Case;

/// Between one alteration and a handful, mostly one or two.
fn some(rng: &mut Rng) -> usize {
    1 + rng.few(6)
}

fn alter(rng: &mut Rng, document: &mut Value) {
    for _ in 0..some(rng) {
        mutate::json(rng, document);
    }
}

fn alter_bytes(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..some(rng) {
        mutate::bytes(rng, bytes);
    }
}

/// A signed badge of any suite.
fn badge(rng: &mut Rng) -> Value {
    static SIGNED: OnceLock<Vec<Value>> = OnceLock::new();
    rng.pick(SIGNED.get_or_init(|| Suite::ALL.map(Suite::badge).to_vec())).clone()
}

/// A badge that was altered and then signed, where it can be; else one that was signed and then altered.
fn altered_badge(rng: &mut Rng) -> (Value, Vec<Value>) {
    let suite = *rng.pick(&Suite::ALL);
    let mut unsigned = suite.unsigned();
    if rng.once_in(2) {
        alter(rng, &mut unsigned);
        if let Ok(signed) = suite.secure(&unsigned) {
            return (signed, vec![unsigned]);
        }
    }
    let signed = badge(rng);
    let mut altered = signed.clone();
    alter(rng, &mut altered);
    (altered, vec![signed])
}

/// JSON text: every spelling, and what is none any more.
pub(crate) fn json(rng: &mut Rng) -> Case {
    let badge = badge(rng);
    let mut text = spell(rng, &badge).into_bytes();
    alter_bytes(rng, &mut text);
    Case::new(text, vec![badge])
}

/// JSON-LD: documents that are JSON.
pub(crate) fn json_ld(rng: &mut Rng) -> Case {
    let (badge, signed) = altered_badge(rng);
    Case::new(spell(rng, &badge), signed)
}

/// Tokens: header and payload altered and signed again, or the token itself altered.
pub(crate) fn jws(rng: &mut Rng) -> Case {
    let curve = *rng.pick(&Curve::ALL);
    let mut header = badges::header(curve);
    let mut payload = badges::badge(&curve.did());
    for (claim, value) in [("iss", json!(curve.did())), ("nbf", json!(1_768_471_200)), ("exp", json!(1_831_543_200))] {
        if rng.once_in(2) {
            payload[claim] = value;
        }
    }
    if rng.once_in(4) {
        payload = json!({ "vc": payload });
    }
    if rng.once_in(2) {
        alter(rng, &mut header);
    }
    if rng.once_in(2) {
        alter(rng, &mut payload);
    }
    let mut token = badges::jws(curve, &header, &spell(rng, &payload)).into_bytes();
    if rng.once_in(2) {
        alter_bytes(rng, &mut token);
    }
    Case::new(token, vec![payload])
}

/// PNG: chunks altered, lengths and checksums mostly mended.
pub(crate) fn png(rng: &mut Rng) -> Case {
    let badge = badge(rng);
    let text = if rng.once_in(4) { badges::token(Curve::Ed25519) } else { spell(rng, &badge) };
    let mut png = bake_png(PNG, &text).unwrap();
    let mut chunks = split_chunks(&png);
    for _ in 0..some(rng) {
        let at = rng.below(chunks.len());
        match rng.below(5) {
            0 => {
                let chunk = chunks.remove(at);
                chunks.insert(rng.below(chunks.len() + 1), chunk);
            }
            1 => {
                let chunk = rng.pick(&chunks).clone();
                chunks.splice(at..at, std::iter::repeat_n(chunk, 1 + rng.below(20)));
            }
            2 => _ = chunks.remove(at),
            _ => alter_bytes(rng, chunks.get_mut(at).unwrap()),
        }
        if chunks.is_empty() {
            break;
        }
    }
    png.truncate(8);
    for chunk in &chunks {
        let length = chunk.len().saturating_sub(4);
        png.extend(u32::try_from(length).unwrap().to_be_bytes());
        png.extend(chunk);
        png.extend(if rng.once_in(12) { 0 } else { crc32(chunk) }.to_be_bytes());
    }
    if rng.once_in(4) {
        alter_bytes(rng, &mut png);
    }
    Case::new(png, vec![badge, badges::badge(&Curve::Ed25519.did()), token_payload()])
}

/// The kind and the data of each chunk.
fn split_chunks(png: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = png.get(8..).unwrap();
    let mut chunks = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let end = 4 + u32::from_be_bytes(*length) as usize;
        chunks.push(after.get(..end).unwrap().to_vec());
        rest = after.get(end + 4..).unwrap();
    }
    chunks
}

fn token_payload() -> Value {
    let token = badges::token(Curve::Ed25519);
    serde_json::from_slice(&base64url::decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// SVG: pieces of markup moved about.
pub(crate) fn svg(rng: &mut Rng) -> Case {
    const MARKUP: [&str; 20] = [
        "<",
        ">",
        "/>",
        "</svg>",
        "<g>",
        "</g>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "&amp;",
        "&#x41;",
        "&#0;",
        "&evil;",
        "<!DOCTYPE svg>",
        "<!DOCTYPE svg [<!ENTITY a \"b\">]>",
        " xmlns:openbadges=\"https://evil.example\"",
        "<openbadges:credential verify=\"eyJ\"/>",
    ];
    let badge = badge(rng);
    let text = if rng.once_in(4) { badges::token(Curve::Ed25519) } else { badge.to_string() };
    let mut svg = bake_svg(SVG, &text).unwrap().into_bytes();
    for _ in 0..some(rng) {
        if rng.once_in(2) {
            let at = rng.below(svg.len() + 1);
            svg.splice(at..at, rng.pick(&MARKUP).repeat(1 + rng.few(50)).into_bytes());
        } else {
            mutate::bytes(rng, &mut svg);
        }
    }
    Case::new(svg, vec![badge, token_payload()])
}

/// Status lists: the entry, the list credential, and what is packed in it.
pub(crate) fn status_list(rng: &mut Rng) -> Case {
    let purposes = ["revocation", "suspension"];
    let purposes = purposes.get(..=rng.below(2)).unwrap_or_default();
    let mut unsigned = badges::with_status(Suite::ISSUED.unsigned(), purposes);
    if rng.once_in(3) {
        alter(rng, unsigned.pointer_mut("/credentialStatus").unwrap());
    }
    let mut packed = if rng.once_in(2) {
        ob3_core::testing::gzip(&vec![0; 16_384 << rng.below(10)])
    } else {
        badges::stored_gzip(&vec![rng.byte(); rng.below(20_000)])
    };
    if rng.once_in(2) {
        alter_bytes(rng, &mut packed);
    }
    let encoded = format!("u{}", base64url::encode(&packed));
    let mut list = badges::status_list(&Curve::Ed25519.did(), &json!(["revocation", "suspension"]), &encoded);
    if rng.once_in(3) {
        alter(rng, &mut list);
    }
    let mut list = Suite::ISSUED.secure(&list).unwrap_or(list).to_string().into_bytes();
    if rng.once_in(6) {
        alter_bytes(rng, &mut list);
    }
    let badge = Suite::ISSUED.secure(&unsigned).unwrap_or_else(|_| unsigned.clone());
    let mut case = Case::new(badge.to_string(), vec![unsigned]);
    case.documents.insert(LIST_URL.to_owned(), list);
    case
}

/// DID documents, JWKs and JWK sets.
pub(crate) fn did_document(rng: &mut Rng) -> Case {
    let unsigned = badges::badge(DID_WEB);
    let badge = Suite::ISSUED.secure_as(&unsigned, &format!("{DID_WEB}#key-1")).unwrap();
    let mut document = badges::did_web_document();
    if rng.once_in(2) {
        let method = document.pointer("/verificationMethod/0").unwrap().clone();
        document["assertionMethod"] = json!([method]);
    }
    if rng.once_in(3) {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" });
        document["verificationMethod"][0]["publicKeyJwk"] = jwk;
        document["verificationMethod"][0]["type"] = "JsonWebKey".into();
    }
    if !rng.once_in(8) {
        alter(rng, &mut document);
    }
    let mut text = spell(rng, &document).into_bytes();
    if rng.once_in(4) {
        alter_bytes(rng, &mut text);
    }
    let mut case = Case::new(badge.to_string(), vec![unsigned]);
    case.documents.insert(DID_WEB_URL.to_owned(), text);
    case
}

/// Credentials within credentials: endorsements, presentations, and badges that are altered inside of them. A presentation is
/// as good as what it holds; what was signed is told of the badges, which is where the claims are.
pub(crate) fn nested(rng: &mut Rng) -> Case {
    let (held, signed) = altered_badge(rng);
    let suite = *rng.pick(&Suite::ALL);
    if rng.once_in(2) {
        let mut document = json!({
            "@context": [badges::V2],
            "type": ["VerifiablePresentation"],
            "holder": suite.curve.did(),
            "verifiableCredential": vec![held; 1 + rng.few(4)],
        });
        if rng.once_in(2) {
            let purpose = [("proofPurpose", json!("authentication"))];
            document = suite.secure_with(&document, &purpose).unwrap_or(document);
        }
        if rng.once_in(2) {
            alter(rng, &mut document);
        }
        let mut case = Case::new(spell(rng, &document), signed);
        case.is_envelope = true;
        return case;
    }
    let mut endorsement = badges::endorsement("https://college.example.edu/achievements/first-aid");
    endorsement["issuer"]["id"] = suite.curve.did().into();
    if rng.once_in(2) {
        alter(rng, &mut endorsement);
    }
    let mut unsigned = Suite::ISSUED.unsigned();
    if rng.once_in(2) {
        let endorsement = suite.secure(&endorsement).unwrap_or(endorsement);
        unsigned["endorsement"] = json!([endorsement, held]);
    } else {
        let mut token = badges::jws(suite.curve, &badges::header(suite.curve), &spell(rng, &endorsement)).into_bytes();
        if rng.once_in(2) {
            alter_bytes(rng, &mut token);
        }
        unsigned["endorsementJwt"] = json!([String::from_utf8_lossy(&token)]);
    }
    let badge = Suite::ISSUED.secure(&unsigned).unwrap_or_else(|_| unsigned.clone());
    Case::new(spell(rng, &badge), vec![unsigned])
}

/// Policies.
pub(crate) fn policy(rng: &mut Rng) -> Case {
    let badge = badge(rng);
    let mut policy = json!({
        "status": rng.pick(&["required", "ignore"]),
        "clockSkewSeconds": rng.below(86_401),
        "unauthenticatedIssuer": rng.pick(&["indeterminate", "rejected"]),
        "recipient": "a@example.com",
    });
    let members = policy.as_object_mut().unwrap();
    members.retain(|_, _| !rng.once_in(4));
    if !rng.once_in(3) {
        alter(rng, &mut policy);
    }
    let mut case = Case::new(badge.to_string(), vec![badge]);
    case.policy = spell(rng, &policy);
    if rng.once_in(4) {
        let mut bytes = case.policy.into_bytes();
        alter_bytes(rng, &mut bytes);
        case.policy = String::from_utf8_lossy(&bytes).into_owned();
    }
    case
}

/// Anything at all.
pub(crate) fn bytes(rng: &mut Rng) -> Case {
    let starts: [&[u8]; 8] = [b"", b"{", b"[", b"<", b"<svg", b"\x89PNG\r\n\x1a\n", b"eyJ", b"\xef\xbb\xbf"];
    let mut input = rng.pick(&starts).to_vec();
    input.extend((0..rng.below(200)).map(|_| rng.byte()));
    for _ in 0..rng.below(20) {
        mutate::bytes(rng, &mut input);
    }
    Case::new(input, Vec::new())
}
