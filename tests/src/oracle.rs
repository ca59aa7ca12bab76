//! Answers the JavaScript suites: one JSON request a line on standard input, one JSON answer a line on standard output.
//!
//! - `{"op": "canonicalize", "document": TEXT}`: the canonical N-Quads of a JSON-LD document in safe mode
//! - `{"op": "issue", "seed": HEX, "created": DATE}`: a signed credential with every member that the types know
//! - `{"op": "sign", "credential": TEXT, "seed": HEX, "created": DATE}`: that credential, signed
//! - `{"op": "did", "seed": HEX}`: the seed's `did:key`
//! - `{"op": "corpus"}`: the items that every host must report on alike, as JSON (see `Item`; bytes in base64url)
//! - `{"op": "worst"}`: the dearest inputs, each `{"item": ITEM, "code": CODE}`
//! - `{"op": "verify", "item": ITEM}`: the native report on such an item
//!
//! An answer is `{"ok": TEXT}` or `{"error": TEXT}`. Keys are `did:key`, by their 32-byte seed.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use accolade_tests::worst::worst_inputs;
use accolade_tests::{Item, base64url};
use ob3_core::testing::{ToRdfOptions, canonicalize, to_nquads};
use ob3_core::{
    Achievement, AchievementCredential, AchievementResult, AchievementSubject, Alignment, Contexts, Criteria, DateTime,
    Evidence, IdentityObject, Image, Profile, ProofOptions, ResultDescription, RubricCriterionLevel, SigningKey, sign,
};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let contexts = Contexts::new();
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = match answer(&contexts, &line?) {
            Ok(text) => json!({ "ok": text }),
            Err(fault) => json!({ "error": fault }),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(contexts: &Contexts, line: &str) -> Result<String, String> {
    let request: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let text = |name: &str| request.get(name).and_then(Value::as_str).ok_or_else(|| format!("`{name}` is missing"));
    match text("op")? {
        "canonicalize" => {
            let (canonical, _) = canonicalize(&to_nquads(text("document")?, ToRdfOptions::safe())?, false)?;
            Ok(canonical)
        }
        "did" => Ok(key(text("seed")?)?.public_key().to_did_key()),
        "sign" => signed(contexts, text("credential")?, text("seed")?, text("created")?),
        "issue" => {
            let issuer = key(text("seed")?)?.public_key().to_did_key();
            signed(contexts, &full_credential(issuer).to_json(), text("seed")?, text("created")?)
        }
        "corpus" => Ok(accolade_tests::corpus().iter().map(item_to_json).collect::<Value>().to_string()),
        "worst" => {
            let inputs = worst_inputs();
            Ok(inputs
                .iter()
                .map(|worst| json!({ "item": item_to_json(&worst.item), "code": worst.code }))
                .collect::<Value>()
                .to_string())
        }
        "verify" => request.get("item").and_then(item_from_json).ok_or("`item` is none")?.report(),
        other => Err(format!("`{other}` is not known")),
    }
}

fn item_to_json(item: &Item) -> Value {
    let documents: BTreeMap<_, _> = item.documents.iter().map(|(url, bytes)| (url, base64url::encode(bytes))).collect();
    json!({
        "name": item.name,
        "input": base64url::encode(&item.input),
        "documents": documents,
        "policy": item.policy,
        "now": item.now,
    })
}

fn item_from_json(item: &Value) -> Option<Item> {
    let text = |name: &str| item.get(name)?.as_str().map(str::to_owned);
    let documents = item.get("documents")?.as_object()?.iter();
    let documents = documents.map(|(url, bytes)| Some((url.clone(), base64url::decode(bytes.as_str()?)?)));
    Some(Item {
        name: text("name")?,
        input: base64url::decode(&text("input")?)?,
        documents: documents.collect::<Option<_>>()?,
        policy: text("policy")?,
        now: text("now")?,
    })
}

fn signed(contexts: &Contexts, credential: &str, seed: &str, created: &str) -> Result<String, String> {
    let key = key(seed)?;
    let public = key.public_key();
    let verification_method = format!("{}#{}", public.to_did_key(), public.to_multibase());
    let created = DateTime::parse(created).ok_or("`created` is no date")?;
    let options = ProofOptions { verification_method, created };
    sign(contexts, credential, &key, &options).map_err(|error| error.to_string())
}

fn key(seed: &str) -> Result<SigningKey, String> {
    let bytes: Option<Vec<u8>> =
        (0..seed.len()).step_by(2).map(|at| u8::from_str_radix(seed.get(at..at + 2)?, 16).ok()).collect();
    let seed: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    Ok(SigningKey::from_seed(&seed.ok_or("`seed` is not 32 bytes in hexadecimal")?))
}

/// A credential that has every member that the types know.
fn full_credential(issuer: String) -> AchievementCredential {
    let day = |text: &str| DateTime::parse(text).unwrap_or(DateTime::from_unix_millis(0));
    let image = |name: &str, caption: Option<&str>| {
        Some(Image { id: format!("https://badges.example/images/{name}.png"), caption: caption.map(str::to_owned) })
    };
    let alignment = |target_type: &str| Alignment {
        target_name: "Leading".into(),
        target_url: "https://framework.example/leading".into(),
        target_code: Some("L.1".into()),
        target_description: Some("Leads others.".into()),
        target_framework: Some("Framework".into()),
        target_type: Some(target_type.into()),
    };
    AchievementCredential {
        id: "urn:uuid:6f0f4a3c-2d54-4d0c-9f0e-2c4d1f3c7b11".into(),
        name: "Workshop leader \u{1F6E0}".into(),
        description: Some("Leads a workshop \"by the book\".\nOn their own \\ with others.".into()),
        image: image("credential", None),
        issuer: Profile {
            id: issuer,
            name: "Werkstatt für Löten e. V.".into(),
            url: Some("https://werkstatt.example/".into()),
            email: Some("post@werkstatt.example".into()),
            description: Some("An open workshop.".into()),
            image: image("logo", Some("A soldering iron")),
        },
        valid_from: day("2026-01-15T09:00:00Z"),
        valid_until: Some(day("2046-01-15T09:00:00Z")),
        awarded_date: Some(day("2026-01-14T17:30:00Z")),
        credential_subject: AchievementSubject {
            id: Some("did:example:recipient".into()),
            identifier: vec![
                IdentityObject::hashed("emailAddress", "a@example.com", "Kosher"),
                IdentityObject {
                    identity_type: "sourcedId".into(),
                    identity_hash: "student-4711".into(),
                    hashed: false,
                    salt: None,
                },
            ],
            narrative: Some("Led six workshops.".into()),
            achievement: Achievement {
                id: "https://badges.example/achievements/workshop-leader".into(),
                name: "Workshop leader".into(),
                description: "Can lead a workshop.".into(),
                criteria: Criteria {
                    id: Some("https://badges.example/criteria/workshop-leader".into()),
                    narrative: Some("Lead six workshops, one of them alone.".into()),
                },
                image: image("achievement", Some("A hammer")),
                achievement_type: Some("Badge".into()),
                tag: vec!["workshop".into(), "leading".into(), "日本語".into()],
                human_code: Some("WL-6".into()),
                in_language: Some("en-US".into()),
                alignment: vec![alignment("CFItem")],
                credits_available: Some(2.5),
                result_description: vec![ResultDescription {
                    id: "https://badges.example/achievements/workshop-leader#grade".into(),
                    name: "Grade".into(),
                    result_type: "LetterGrade".into(),
                    alignment: vec![alignment("ext:local")],
                    allowed_value: vec!["C".into(), "B".into(), "A".into()],
                    required_level: Some("urn:example:level:led".into()),
                    required_value: Some("B".into()),
                    rubric_criterion_level: vec![RubricCriterionLevel {
                        id: "urn:example:level:led".into(),
                        name: "Led".into(),
                        alignment: vec![alignment("CFRubricCriterionLevel")],
                        description: Some("Led alone.".into()),
                        level: Some("1".into()),
                        points: Some("10".into()),
                    }],
                    value_min: Some("0".into()),
                    value_max: Some("10".into()),
                }],
            },
            result: vec![AchievementResult {
                achieved_level: Some("urn:example:level:led".into()),
                alignment: vec![alignment("CFItem")],
                result_description: Some("https://badges.example/achievements/workshop-leader#grade".into()),
                status: Some("Completed".into()),
                value: Some("A".into()),
            }],
        },
        credential_status: Vec::new(),
        evidence: vec![
            Evidence {
                id: Some("https://badges.example/evidence/1".into()),
                name: Some("Report".into()),
                description: Some("What happened".into()),
                narrative: Some("Twelve people came.".into()),
                genre: Some("report".into()),
                audience: Some("Employers".into()),
            },
            Evidence { narrative: Some("Seen by two members.".into()), ..Evidence::default() },
        ],
    }
}
