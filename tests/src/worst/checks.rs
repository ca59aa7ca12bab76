//! Dear checks of what reads well: schemas that a badge names, selective disclosure, and chains of proofs.

use ob3_core::{Contexts, canonicalize};
use serde_json::{Value, json};

use super::{MAX_DOCUMENT_BYTES, Worst, array_of, signed_with, tags, with, worst};
use crate::badges::{Curve, Suite};
use crate::base64url;

const SCHEMA_URL: &str = "https://college.example.edu/schemas";

/// The most bytes that a badge's text leaves for one member.
const MEMBER_BYTES: usize = 1_700_000;

pub(super) fn schemas() -> Vec<Worst> {
    let named: Value = (0..8)
        .map(|n| json!({ "id": format!("{SCHEMA_URL}/{n}"), "type": "1EdTechJsonSchemaValidator2019" }))
        .collect();
    let judged = |name: &str, code, narrative: &str, schema: &str| {
        let mut badge: Value = Suite::ISSUED.unsigned();
        if let Some(contexts) = badge["@context"].as_array_mut() {
            contexts.push("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json".into());
        }
        badge["credentialSchema"] = named.clone();
        badge["credentialSubject"]["narrative"] = narrative.into();
        let badge = Suite::ISSUED.secure(&badge).unwrap_or(badge);
        let mut worst = worst(name, badge.to_string(), code);
        for n in 0..8 {
            worst.item = worst.item.with_document(&format!("{SCHEMA_URL}/{n}"), schema.to_owned());
        }
        worst
    };
    let of_narrative =
        |schema: &str| format!(r#"{{"properties":{{"credentialSubject":{{"properties":{{"narrative":{schema}}}}}}}}}"#);
    let doubling = (0..100).map(|n| {
        let next = format!(r##"{{"$ref":"#/$defs/{}"}}"##, n + 1);
        format!(r#""{n}":{{"allOf":[{next},{next}]}}"#)
    });
    let doubling = doubling.collect::<Vec<_>>().join(",");
    let fill = |piece: &str| array_of(piece, MAX_DOCUMENT_BYTES - 200);
    vec![
        judged(
            "8 schemas that double 100 times",
            "json_schema_unsupported",
            "",
            &format!(r##"{{"$ref":"#/$defs/0","$defs":{{{doubling},"100":{{"type":"object"}}}}}}"##),
        ),
        judged(
            "8 schemas with a pattern of many ways, over 1.5 MB",
            "json_schema_unsupported",
            &"a".repeat(1_500_000),
            &of_narrative(r#"{"pattern":"^(a|aa|aaa|aaaa|a?a?a?)*b$"}"#),
        ),
        judged(
            "8 schemas of 1 MB, each of 30,000 patterns",
            "json_schema_violated",
            &"a".repeat(10_000),
            &of_narrative(&format!(r#"{{"allOf":{}}}"#, fill(r#"{"pattern":"^(a+)+b$"}"#))),
        ),
        judged(
            "8 schemas of 1 MB, each of long texts that are equal but for the end",
            "json_schema_violated",
            &"a".repeat(1_000),
            &of_narrative(&format!(r#"{{"enum":{}}}"#, fill(&format!(r#""{}b""#, "a".repeat(1_000))))),
        ),
    ]
}

/// Derived proofs of `ecdsa-sd-2023`, whose signatures nobody made: each must be read before that shows.
pub(super) fn selective() -> Vec<Worst> {
    let derived = |badge: &str, signatures: usize| {
        let canonical = canonicalize(&Contexts::new(), badge).unwrap_or_default();
        let statements = canonical.lines().count();
        // They are numbered without a gap.
        let numbers =
            canonical.split("_:c14n").skip(1).filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok());
        let blanks = numbers.max().map_or(0, |last| last + 1);
        let mut value = vec![0xd9, 0x5d, 0x01, 0x85];
        bytes(&mut value, &[1; 64]);
        bytes(&mut value, &[&[0x80, 0x24, 2][..], &[1; 32]].concat());
        head(&mut value, 0x80, signatures);
        (0..signatures).for_each(|_| bytes(&mut value, &[7; 64]));
        head(&mut value, 0xa0, blanks);
        for blank in 0..blanks {
            head(&mut value, 0, blank);
            let mut label = [0; 32];
            label.iter_mut().zip(blank.to_be_bytes()).for_each(|(byte, of_number)| *byte = of_number);
            bytes(&mut value, &label);
        }
        head(&mut value, 0x80, statements - signatures);
        (signatures..statements).for_each(|place| head(&mut value, 0, place));
        json!({
            "type": "DataIntegrityProof",
            "cryptosuite": "ecdsa-sd-2023",
            "proofPurpose": "assertionMethod",
            "verificationMethod": Curve::P256.method(),
            "proofValue": format!("u{}", base64url::encode(&value)),
        })
    };
    let proven = |name: &str, member: &str, value: Value, signatures| {
        let badge = with(member, value);
        let mut badge: Value = serde_json::from_str(&badge).unwrap_or_default();
        badge["proof"] = Value::Null;
        let mut bare = badge.clone();
        bare.as_object_mut().map(|members| members.remove("proof"));
        badge["proof"] = json!(vec![derived(&bare.to_string(), signatures); 8]);
        worst(name, badge.to_string(), "signature_invalid")
    };
    vec![
        proven("8 derived proofs over 500 KB of tags", super::TAGS, tags(18_000, 500_000), 100),
        proven(
            "8 derived proofs over 2,000 blank nodes",
            super::RESULTS,
            (0..2_000).map(|n| json!({ "type": ["Result"], "value": n.to_string() })).collect(),
            100,
        ),
    ]
}

/// Each proof is over the others, and the language tags let each be read in two ways.
pub(super) fn chains() -> Vec<Worst> {
    let named: Value = json!({ "@value": "Seamanship", "@language": "en-GB" });
    let mut badge: Value =
        serde_json::from_str(&signed_with(super::TAGS, tags(18_000, MEMBER_BYTES))).unwrap_or_default();
    badge["name"] = named;
    let own = badge["proof"].clone();
    let chained = |suite: &str| -> Value {
        (0..8)
            .map(|n| {
                let mut proof = own.clone();
                proof["cryptosuite"] = suite.into();
                proof["id"] = format!("urn:{n}").into();
                proof["previousProof"] = (0..8).filter(|other| *other != n).map(|n| format!("urn:{n}")).collect();
                proof
            })
            .collect()
    };
    let mut with_proofs = |name: &str, proofs: Value| {
        badge["proof"] = proofs;
        worst(name, badge.to_string(), "signature_invalid")
    };
    vec![with_proofs("8 proofs over 2 MB in two ways, each upon all others", chained("eddsa-rdfc-2022"))]
}

fn bytes(value: &mut Vec<u8>, content: &[u8]) {
    head(value, 0x40, content.len());
    value.extend(content);
}

/// The head of a CBOR item (RFC 8949 §3).
fn head(value: &mut Vec<u8>, major: u8, count: usize) {
    match u32::try_from(count).unwrap_or(u32::MAX) {
        small @ 0..24 => value.push(major + small as u8),
        count => {
            value.push(major + 26);
            value.extend(count.to_be_bytes());
        }
    }
}
