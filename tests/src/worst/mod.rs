//! The dearest inputs that there are, each at the edge of a limit or far beyond it: for the tests that every limit has its
//! code, and for the benchmark of how long they take.

#![expect(clippy::indexing_slicing, reason = "`serde_json` makes what is not there")]

mod checks;

use std::iter::repeat_n;

use ob3_core::testing::{gzip, zlib};
use serde_json::{Value, json};

use crate::badges::{self, Curve, DID_WEB, DID_WEB_URL, LIST_URL, PNG, Suite, crc32};
use crate::{Item, base64url};

/// Largest input of all: what the hosts are promised to answer within a second.
pub const MAX_BYTES: usize = 5 << 20;

/// Most bytes of a document that the npm package takes.
const MAX_DOCUMENT_BYTES: usize = 1 << 20;

/// Most bytes of a credential's text.
const MAX_TEXT_BYTES: usize = 2 << 20;

/// An input, and the code of its report.
pub struct Worst {
    /// What goes in.
    pub item: Item,
    /// What comes out.
    pub code: &'static str,
}

fn worst(name: &str, input: impl Into<Vec<u8>>, code: &'static str) -> Worst {
    Worst { item: Item::new(name, input), code }
}

/// All of them.
#[must_use]
pub fn worst_inputs() -> Vec<Worst> {
    let mut all = texts();
    all.extend(documents_of_json_ld());
    all.extend(graphs());
    all.extend(proofs());
    all.extend(tokens());
    all.extend(lists());
    all.extend(keys());
    all.extend(images());
    all.extend(credentials_within());
    all.extend(checks::schemas());
    all.extend(checks::selective());
    all.extend(checks::chains());
    all
}

/// As many copies of a piece as make so many bytes.
fn fill(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len())
}

/// `[piece,piece,…]` of so many bytes.
fn array_of(piece: &str, bytes: usize) -> String {
    let count = bytes / (piece.len() + 1);
    format!("[{}]", repeat_n(piece, count).collect::<Vec<_>>().join(","))
}

fn texts() -> Vec<Worst> {
    let text = |member: &str| format!(r#"{{"type":["VerifiableCredential"],{member}}}"#);
    let members = |count: usize| (0..count).map(|n| format!(r#""m{n}":{n}"#)).collect::<Vec<_>>().join(",");
    let half = MAX_TEXT_BYTES - 100;
    vec![
        worst("5 MB of opening brackets", "[".repeat(MAX_BYTES), "input_too_large"),
        worst("2 MB of opening brackets", "[".repeat(half), "json_too_deep"),
        worst("2 MB of opening objects", fill(r#"{"a":"#, half), "json_too_deep"),
        worst("5 MB of spaces", " ".repeat(MAX_BYTES), "input_too_large"),
        worst("5 MB of no UTF-8 at its end", [vec![b'a'; MAX_BYTES - 1], vec![0xff]].concat(), "text_not_utf8"),
        worst("2 MB of numbers", text(&format!(r#""a":{}"#, array_of("0", half))), "json_too_many_values"),
        worst("2 MB of empty arrays", text(&format!(r#""a":{}"#, array_of("[]", half))), "json_too_many_values"),
        worst("99,000 members in one object", text(&members(99_000)), "context_missing"),
        worst("99,000 members, the last twice", text(&format!(r#"{},"m0":0"#, members(99_000))), "json_duplicate_key"),
        worst("a string of 2 MB", text(&format!(r#""a":"{}""#, "x".repeat(half))), "context_missing"),
        worst("a string of 2 MB of escapes", text(&format!(r#""a":"{}""#, fill("\\u0041", half))), "context_missing"),
        worst("a string of 2 MB that does not end", format!(r#"{{"a":"{}"#, fill("\\n", half)), "json_syntax"),
        worst("a number of 2 MB", text(&format!(r#""a":{}"#, "9".repeat(half))), "json_number_range"),
        worst("a fraction of 2 MB", text(&format!(r#""a":0.{}1"#, "0".repeat(half))), "context_missing"),
        worst("an exponent of 2 MB", text(&format!(r#""a":1e-{}"#, "9".repeat(half))), "context_missing"),
        worst(
            "90,000 long numbers",
            text(&format!(r#""a":{}"#, array_of("1.7976931348623157e3", 1_900_000))),
            "context_missing",
        ),
        worst("a name of 2 MB", text(&format!(r#""{}":0"#, "x".repeat(half))), "context_missing"),
    ]
}

/// The issued badge with more in it, not signed anew: all of it is read before the signature is.
fn with(pointer: &str, value: Value) -> String {
    let mut badge = Suite::ISSUED.badge();
    let (holder, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(members)) = badge.pointer_mut(holder) {
        members.insert(name.to_owned(), value);
    }
    badge.to_string()
}

/// The issued badge with more in it, signed: what comes behind the signature is reached.
fn signed_with(pointer: &str, value: Value) -> String {
    let mut badge: Value = Suite::ISSUED.unsigned();
    let (holder, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(members)) = badge.pointer_mut(holder) {
        members.insert(name.to_owned(), value);
    }
    Suite::ISSUED.secure(&badge).unwrap_or(badge).to_string()
}

const TAGS: &str = "/credentialSubject/achievement/tag";
const RESULTS: &str = "/credentialSubject/result";

/// So many tags that differ, in so many bytes.
fn tags(count: usize, bytes: usize) -> Value {
    let width = (bytes / count).saturating_sub(3);
    (0..count).map(|n| format!("{n:0width$}")).collect()
}

fn documents_of_json_ld() -> Vec<Worst> {
    let result = json!({ "type": ["Result"], "value": "A" });
    // Contexts of types, put together in ever other ways.
    let types = [
        "Achievement",
        "AchievementSubject",
        "Address",
        "Alignment",
        "Criteria",
        "EndorsementSubject",
        "Evidence",
        "GeoCoordinates",
        "IdentifierEntry",
        "IdentityObject",
        "Image",
        "Profile",
        "Related",
        "Result",
        "ResultDescription",
        "RubricCriterionLevel",
    ];
    let mixed = (0..9000_usize).map(|n| {
        let names = types.iter().enumerate().filter(|(at, _)| (n * 7 + 3) >> (at % 14) & 1 == 1).map(|(_, name)| *name);
        json!({ "type": names.collect::<Vec<_>>() })
    });
    let mut deep = json!({ "type": ["Profile"], "id": "urn:x" });
    for _ in 0..80 {
        deep = json!({ "type": ["Profile"], "id": "urn:x", "parentOrg": deep });
    }
    vec![
        worst("19,000 tags in 2 MB", with(TAGS, tags(19_000, 1_900_000)), "signature_invalid"),
        worst("90,000 tags in 2 MB", with(TAGS, tags(90_000, 1_900_000)), "json_ld_limit"),
        worst("90,000 tags that are one", with(TAGS, json!(vec!["x"; 90_000])), "json_ld_limit"),
        worst("a tag of 2 MB", with(TAGS, json!(["x".repeat(1_900_000)])), "signature_invalid"),
        worst("a tag of 2 MB of control characters", with(TAGS, json!(["\u{1}".repeat(300_000)])), "signature_invalid"),
        worst("6,000 results that nothing tells apart", with(RESULTS, json!(vec![result; 6000])), "signature_invalid"),
        worst("9,000 nodes, each of other types", with(RESULTS, mixed.collect()), "json_ld_syntax"),
        worst("organizations within organizations", with("/issuer/parentOrg", deep), "signature_invalid"),
        worst(
            "20,000 members that no context defines",
            with("/a", json!(vec![json!({ "b": 1 }); 20_000])),
            "term_undefined",
        ),
        worst("an id of 2 MB", with("/id", json!(format!("urn:{}", "x".repeat(1_900_000)))), "signature_invalid"),
        worst("a type of 2 MB", with("/evidence", json!([{ "type": ["x".repeat(1_900_000)] }])), "iri_not_absolute"),
    ]
}

/// Two nodes alike, each with `children` that nothing tells apart.
fn poison(children: usize) -> Value {
    let twin = json!({ "type": ["Result"], "alignment": vec![json!({ "type": ["Alignment"] }); children] });
    json!([twin, twin])
}

/// `count` nodes in pairs, the pairs told apart by their value, each with a handful of children alike.
fn nearly_poison(count: usize, children: usize) -> Value {
    let node = |n: usize| json!({ "type": ["Result"], "value": format!("{}", n / 2), "alignment": vec![json!({ "type": ["Alignment"] }); children] });
    (0..count).map(node).collect()
}

fn graphs() -> Vec<Worst> {
    vec![
        worst("a poison graph", with(RESULTS, poison(10)), "canonicalization_limit"),
        worst("a large poison graph", with(RESULTS, poison(4000)), "canonicalization_limit"),
        worst("2,000 pairs of twins with children alike", with(RESULTS, nearly_poison(2000, 4)), "json_ld_limit"),
        worst("nearly too many twins", with(RESULTS, nearly_poison(12, 4)), "schema_missing_member"),
        worst("9,000 results alike and a poison graph", with(RESULTS, mixed_poison()), "canonicalization_limit"),
    ]
}

fn mixed_poison() -> Value {
    let mut results = vec![json!({ "type": ["Result"], "value": "A" }); 6000];
    results.extend(poison(9).as_array().cloned().unwrap_or_default());
    results.into()
}

fn proofs() -> Vec<Worst> {
    let large = |proofs: Value| {
        let mut badge: Value = serde_json::from_str(&with(TAGS, tags(18_000, 1_700_000))).unwrap_or_default();
        badge["proof"] = proofs;
        badge.to_string()
    };
    let own = Suite::ISSUED.badge()["proof"].clone();
    let p384 = Suite::ALL[4].badge()["proof"].clone();
    let jcs = Suite::ALL[1].badge()["proof"].clone();
    let named = |n: usize| {
        let mut proof = own.clone();
        proof["id"] = format!("urn:{n}").into();
        proof["previousProof"] = (0..8).filter(|other| *other != n).map(|n| format!("urn:{n}")).collect();
        proof
    };
    let mut poisoned = own.clone();
    poisoned["previousProof"] = json!([{ "type": "VerifiableCredential", "evidence": poison(9) }]);
    vec![
        worst("10,000 proofs", with("/proof", json!(vec![own.clone(); 5000])), "too_many_proofs"),
        worst("8 proofs over 2 MB", large(json!(vec![own.clone(); 8])), "signature_invalid"),
        worst("8 proofs of P-384 over 2 MB", large(json!(vec![p384; 8])), "signature_invalid"),
        worst("8 proofs over JSON of 2 MB", large(json!(vec![jcs; 8])), "signature_invalid"),
        worst("8 proofs over 2 MB, each upon all others", large((0..8).map(named).collect()), "signature_invalid"),
        worst("8 proofs with poison graphs", with("/proof", json!(vec![poisoned; 8])), "proof_malformed"),
        worst(
            "a proof value of 2 MB",
            with("/proof/proofValue", json!(format!("z{}", "2".repeat(1_900_000)))),
            "proof_malformed",
        ),
        worst(
            "a method of 2 MB",
            with("/proof/verificationMethod", json!(format!("did:key:z{}", "2".repeat(1_900_000)))),
            "key_unavailable",
        ),
    ]
}

fn tokens() -> Vec<Worst> {
    let header = badges::header(Curve::Ed25519);
    let payload = |tag: Value| {
        let mut payload = badges::badge(&Curve::Ed25519.did());
        payload["credentialSubject"]["achievement"]["tag"] = tag;
        payload.to_string()
    };
    let mut wide = header.clone();
    wide["kid"] = format!("did:key:{}", "x".repeat(1_000_000)).into();
    vec![
        worst("a token of 5 MB", format!("eyJ{}.eyJ.eyJ", "a".repeat(MAX_BYTES - 20)), "input_too_large"),
        worst("a token of 2 MB of points", format!("eyJ{}", ".".repeat(MAX_TEXT_BYTES - 10)), "format_unknown"),
        worst(
            "a token of 1.5 MB",
            badges::jws(Curve::Ed25519, &header, &payload(json!(["x".repeat(1_500_000)]))),
            "verified",
        ),
        worst(
            "a token of 90,000 tags",
            badges::jws(Curve::Ed25519, &header, &payload(tags(90_000, 1_400_000))),
            "verified",
        ),
        worst("a header of 1 MB", badges::jws(Curve::Ed25519, &wide, &payload(json!([]))), "key_unavailable"),
        worst(
            "a signature of 1.5 MB",
            format!("{}{}", badges::token(Curve::Ed25519), "A".repeat(1_500_000)),
            "signature_invalid",
        ),
    ]
}

fn lists() -> Vec<Worst> {
    let signed = |list: &Value| Suite::ISSUED.secure(list).unwrap_or_default().to_string();
    let packed = |gzip: &[u8]| {
        badges::status_list(&Curve::Ed25519.did(), &"revocation".into(), &format!("u{}", base64url::encode(gzip)))
    };
    let badge = Suite::ISSUED
        .secure(&badges::with_status(Suite::ISSUED.unsigned(), &["revocation"]))
        .unwrap_or_default()
        .to_string();
    let with_list = |name: &str, list: String, code| {
        let mut worst = worst(name, badge.clone(), code);
        worst.item = worst.item.with_document(LIST_URL, list);
        worst
    };
    let entry = |n: usize| {
        let mut entry = badges::with_status(json!({}), &["revocation"])["credentialStatus"][0].clone();
        entry["statusListCredential"] = format!("{LIST_URL}/{n}").into();
        entry["id"] = format!("{LIST_URL}/{n}#9").into();
        entry
    };
    let entries = |count: usize| (0..count).map(entry).collect::<Value>();
    let bomb = gzip(&vec![0; 4 << 20]);
    let mut eight =
        worst("8 lists of 4 MB each", signed_with("/credentialStatus", entries(8)), "too_many_status_entries");
    for n in 0..8 {
        eight.item = eight.item.with_document(&format!("{LIST_URL}/{n}"), signed(&packed(&bomb)));
    }
    let mut poisoned =
        worst("8 lists with poison graphs", signed_with("/credentialStatus", entries(8)), "status_list_malformed");
    for n in 0..8 {
        let mut list = packed(&bomb);
        list["evidence"] = poison(9);
        poisoned.item = poisoned.item.with_document(&format!("{LIST_URL}/{n}"), list.to_string());
    }
    vec![
        with_list("a list of 4 MB", signed(&packed(&bomb)), "verified"),
        with_list(
            "a list that inflates beyond 4 MB",
            signed(&packed(&gzip(&vec![0; 64 << 20]))),
            "status_list_malformed",
        ),
        with_list("a list document of 1 MB", signed(&packed(&badges::stored_gzip(&vec![0; 700_000]))), "verified"),
        worst("9,000 status entries", with("/credentialStatus", entries(9000)), "json_ld_limit"),
        worst(
            "1,000 signed status entries",
            signed_with("/credentialStatus", entries(1000)),
            "too_many_status_entries",
        ),
        eight,
        poisoned,
    ]
}

fn keys() -> Vec<Worst> {
    let badge =
        Suite::ISSUED.secure_as(&badges::badge(DID_WEB), &format!("{DID_WEB}#key-1")).unwrap_or_default().to_string();
    let own = badges::did_web_document();
    let other = |n: usize| {
        let mut method = own["verificationMethod"][0].clone();
        method["id"] = format!("{DID_WEB}#{n}").into();
        method
    };
    let count = MAX_DOCUMENT_BYTES / (other(1000).to_string().len() + 1);
    let listed = json!({ "id": DID_WEB, "assertionMethod": (0..count).map(other).collect::<Value>() });
    let referenced =
        json!({ "id": DID_WEB, "assertionMethod": (0..15_000).map(|n| format!("{DID_WEB}#{n}")).collect::<Value>() });
    let embedded =
        json!({ "alg": "EdDSA", "jwk": { "kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&public_key()) } });
    let token = badges::jws(Curve::Ed25519, &embedded, &badges::badge(DID_WEB).to_string());
    let with_document = |name: &str, input: &str, document: &Value, code| {
        let mut worst = worst(name, input, code);
        worst.item = worst.item.with_document(DID_WEB_URL, document.to_string());
        worst
    };
    let stranger = json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&[9; 32]) });
    let others = |n: usize| json!({ "id": format!("{DID_WEB}#{n}"), "type": "JsonWebKey", "controller": DID_WEB, "publicKeyJwk": stranger });
    let others = json!({ "id": DID_WEB, "assertionMethod": (0..3500).map(others).collect::<Value>() });
    // The key is there, over and over, but never listed for assertions.
    let unlisted =
        json!({ "id": DID_WEB, "verificationMethod": (0..count).map(other).collect::<Value>(), "assertionMethod": [] });
    vec![
        with_document("a DID document of 1 MB", &badge, &listed, "key_not_found"),
        with_document("15,000 references to methods", &badge, &referenced, "key_not_found"),
        with_document("a key in a header, and 15,000 references", &token, &referenced, "issuer_not_authenticated"),
        with_document(
            "a key in a header, and listed for nothing 3,500 times",
            &token,
            &unlisted,
            "issuer_not_authenticated",
        ),
        with_document("a key in a header, and 3,500 keys of others", &token, &others, "issuer_not_authenticated"),
    ]
}

fn public_key() -> Vec<u8> {
    let did = Curve::Ed25519.did();
    let multibase = did.strip_prefix("did:key:").unwrap_or_default();
    crate::base58btc::decode(multibase).unwrap_or_default().split_off(2)
}

fn images() -> Vec<Worst> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let body = [kind, data].concat();
        let length = u32::try_from(data.len()).unwrap_or_default().to_be_bytes();
        [length.as_slice(), &body, &crc32(&body).to_be_bytes()].concat()
    };
    let (header, rest) = PNG.split_at(33);
    let png = |chunks: &[u8]| [header, chunks, rest].concat();
    let svg = |body: &str| format!(r#"<svg xmlns="http://www.w3.org/2000/svg">{body}</svg>"#);
    let prefixes = |count: usize| {
        (0..count).map(|n| format!(r#"<g xmlns:p{n}="https://purl.imsglobal.org/ob/v3p0">"#)).collect::<String>()
    };
    let attributes = |count: usize| (0..count).map(|n| format!(r#" a{n}="""#)).collect::<String>();
    let many = MAX_BYTES - 1000;
    vec![
        worst("a PNG of 400,000 chunks", png(&chunk(b"tEXt", b"").repeat(many / 12)), "png_malformed"),
        worst("a PNG of 60,000 chunks", png(&chunk(b"tEXt", b"a\0b").repeat(60_000)), "image_no_credential"),
        worst("a PNG with 5 MB of pixels", png(&chunk(b"IDAT", &vec![0x5a; many])), "image_no_credential"),
        worst(
            "a PNG with a credential of 5 MB",
            png(&chunk(b"iTXt", &[b"openbadgecredential\0\0\0\0\0".as_slice(), &vec![b'['; many]].concat())),
            "input_too_large",
        ),
        worst(
            "a PNG with a credential of 2 MB",
            png(&chunk(b"iTXt", &[b"openbadgecredential\0\0\0\0\0".as_slice(), &vec![b'['; 2_000_000]].concat())),
            "json_too_deep",
        ),
        worst(
            "a PNG whose credential inflates beyond 2 MB",
            png(&chunk(
                b"iTXt",
                &[b"openbadgecredential\0\x01\0\0\0".as_slice(), &zlib(&vec![b'['; (2 << 20) + 1])].concat(),
            )),
            "input_too_large",
        ),
        worst(
            "a PNG whose credential inflates to 2 MB",
            png(&chunk(
                b"iTXt",
                &[b"openbadgecredential\0\x01\0\0\0".as_slice(), &zlib(&vec![b'['; 2_000_000])].concat(),
            )),
            "json_too_deep",
        ),
        worst("an SVG of a million tags", svg(&fill("<g/>", many)), "image_no_credential"),
        worst("an SVG of 80,000 prefixes", svg(&prefixes(80_000)), "svg_malformed"),
        worst("an SVG of 5 MB of one comment", svg(&format!("<!--{}", "-".repeat(many))), "svg_malformed"),
        worst("an SVG of a million comments", svg(&fill("<!---->", many)), "image_no_credential"),
        worst(
            "an SVG of 9,000 elements of 64 attributes",
            svg(&format!("<g{}/>", attributes(64)).repeat(9000)),
            "image_no_credential",
        ),
        worst("an SVG of 100,000 attributes", svg(&format!("<g{}/>", attributes(100_000))), "svg_malformed"),
        worst(
            "an SVG of 5 MB of entities",
            svg(&format!(r#"<g a="{}"/>"#, fill("&#65;", many))),
            "image_no_credential",
        ),
        worst("an SVG of 5 MB of angles", svg(&"<".repeat(many)), "svg_malformed"),
    ]
}

fn credentials_within() -> Vec<Worst> {
    let context = Suite::ISSUED.unsigned()["@context"].clone();
    let endorsement = |more: Option<Value>| {
        let mut endorsement = json!({
            "@context": context,
            "id": "urn:uuid:5f0c3f57-62ea-4a35-8d39-7f5f3d1e2a01",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Praise",
            "issuer": { "id": Curve::Ed25519.did(), "type": ["Profile"] },
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": { "id": "urn:uuid:0b6f1c2e-6b0a-4f62-9d4e-0f3a3b1c9a01", "type": ["EndorsementSubject"] },
        });
        if let Some(more) = more {
            endorsement["evidence"] = more;
        }
        endorsement
    };
    let token = |payload: &Value| badges::jws(Curve::Ed25519, &badges::header(Curve::Ed25519), &payload.to_string());
    let presentation = |held: Vec<Value>| {
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": held,
        })
        .to_string()
    };
    let mut poisoned = Suite::ISSUED.badge();
    poisoned["credentialSubject"]["result"] = poison(9);
    let mut nearly = Suite::ISSUED.badge();
    nearly["credentialSubject"]["result"] = nearly_poison(12, 4);
    let listed = |n: usize| {
        let mut badge = badges::with_status(Suite::ISSUED.unsigned(), &["revocation"]);
        badge["credentialStatus"][0]["statusListCredential"] = format!("{LIST_URL}/{n}").into();
        Suite::ISSUED.secure(&badge).unwrap_or_default()
    };
    let revocable = |n: usize| {
        let mut badge = Suite::ISSUED.unsigned();
        let entry = |m: usize| json!({ "id": format!("{LIST_URL}/{}", (n + m) % 2), "type": "1EdTechRevocationList" });
        badge["credentialStatus"] = (0..8).map(entry).collect();
        token(&badge).into()
    };
    let mut many_revocations = worst(
        "100 badges, each eight times in lists of 470 KB",
        presentation((0..100).map(revocable).collect()),
        "status_list_unavailable",
    );
    let revoked: Value = (0..20_000).map(|n| json!({ "id": format!("urn:uuid:{n}") })).collect();
    let revoked = json!({ "issuer": Curve::Ed25519.did(), "revokedCredential": revoked }).to_string();
    for n in 0..2 {
        many_revocations.item = many_revocations.item.with_document(&format!("{LIST_URL}/{n}"), revoked.clone());
    }
    // The badge's key is looked for in a long document, for every one of eight proofs of every one of a hundred badges.
    let mut proven = Suite::ISSUED.secure_as(&badges::badge(DID_WEB), &format!("{DID_WEB}#key-1")).unwrap_or_default();
    proven["proof"] = vec![proven["proof"].clone(); 8].into();
    let mut keys = badges::did_web_document();
    keys["service"] = (0..20_000).map(|n| json!({ "id": format!("urn:uuid:{n}") })).collect();
    let mut many_keys =
        worst("100 badges with eight proofs, and keys of 760 KB", presentation(vec![proven; 100]), "key_unavailable");
    many_keys.item = many_keys.item.with_document(DID_WEB_URL, keys.to_string());
    let list = badges::status_list(
        &Curve::Ed25519.did(),
        &"revocation".into(),
        &format!("u{}", base64url::encode(&gzip(&vec![0; 4 << 20]))),
    );
    let list = Suite::ISSUED.secure(&list).unwrap_or_default().to_string();
    let mut many_lists = worst(
        "100 badges, each with a list of 4 MB",
        presentation((0..100).map(listed).collect()),
        "too_many_status_entries",
    );
    for n in 0..100 {
        many_lists.item = many_lists.item.with_document(&format!("{LIST_URL}/{n}"), list.clone());
    }
    let tokens: Vec<Value> = vec![token(&endorsement(None)).into(); 99];
    vec![
        worst(
            "99 endorsements as tokens",
            badges::jws(Curve::Ed25519, &badges::header(Curve::Ed25519), &{
                let mut badge = badges::badge(&Curve::Ed25519.did());
                badge["endorsementJwt"] = tokens.into();
                badge.to_string()
            }),
            "verified",
        ),
        worst("900 badges presented", presentation(vec![Suite::ISSUED.badge(); 900]), "too_many_credentials"),
        worst(
            "100 badges presented, each with a poison graph",
            presentation(vec![poisoned; 100]),
            "canonicalization_limit",
        ),
        worst(
            "100 badges presented, each with nearly too many twins",
            presentation(vec![nearly; 100]),
            "canonicalization_limit",
        ),
        many_lists,
        many_revocations,
        many_keys,
    ]
}
