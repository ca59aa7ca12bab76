//! Inputs that every host of the core must report on with the same bytes: native, wasm in Node, in a browser and in workerd.

#![expect(clippy::indexing_slicing, reason = "`serde_json` has `null` where there is nothing")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ob3_core::{DateTime, Policy, Verifier, bake_png, bake_svg};
use serde_json::{Value, json};

use crate::badges::{self, Curve, Suite};
use crate::{Vectors, base64url, document, vectors};

/// When `EXPECTED.json` was made: the time at which third-party items are looked at.
const THIRD_PARTY_NOW: &str = "2026-11-22T00:00:00Z";

/// Folders of third-party files which hold badges, tokens and images of every kind, whole and broken.
const FOLDERS: [&str; 9] = [
    "1edtech-public-validator",
    "dcc-verifier-core",
    "educredentials",
    "ob2-baked",
    "ob3-spec-examples",
    "ob3-spec-testvector",
    "w3c-vc-jose-cose-test-suite",
    "w3c-vcdm2-suite-input",
    "walt-id",
];

/// One verification: what goes in.
#[derive(Clone, Debug)]
pub struct Item {
    /// Tells the items apart.
    pub name: String,
    /// The input.
    pub input: Vec<u8>,
    /// What is to be had, by URL; other documents are not.
    pub documents: BTreeMap<String, Vec<u8>>,
    /// The policy, as JSON.
    pub policy: String,
    /// The time.
    pub now: String,
}

impl Item {
    /// Without documents, under the default policy, at the time of the badges.
    #[must_use]
    pub fn new(name: &str, input: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.to_owned(),
            input: input.into(),
            documents: BTreeMap::new(),
            policy: "{}".to_owned(),
            now: badges::NOW.to_owned(),
        }
    }

    /// With a document that is to be had.
    #[must_use]
    pub fn with_document(mut self, url: &str, document: impl Into<Vec<u8>>) -> Self {
        self.documents.insert(url.to_owned(), document.into());
        self
    }

    fn with_policy(mut self, policy: &Value) -> Self {
        self.policy = policy.to_string();
        self
    }

    /// The report as it comes out natively.
    ///
    /// # Errors
    /// The policy or the time is none.
    pub fn report(&self) -> Result<String, String> {
        let policy = Policy::from_json(&self.policy).map_err(|error| error.to_string())?;
        let now = DateTime::parse(&self.now).ok_or("no time")?;
        Ok(Verifier::new().verify(&self.input, &policy, now, |url| self.documents.get(url).cloned()).to_json())
    }
}

/// The badges of this repository, and the third-party ones where they are at hand.
#[must_use]
pub fn corpus() -> Vec<Item> {
    let mut items = in_every_suite();
    items.extend(tokens());
    items.extend(with_documents());
    items.extend(within_others());
    items.extend(images());
    items.extend(odd_texts());
    if let Some(vectors) = vectors("") {
        items.extend(third_party(&vectors));
    }
    items
}

fn in_every_suite() -> Vec<Item> {
    let mut items = Vec::new();
    for suite in Suite::ALL {
        let badge = suite.badge();
        let mut item = |what: &str, badge: &Value| {
            items.push(Item::new(&format!("{} {:?}: {what}", suite.name, suite.curve), badge.to_string()));
        };
        item("intact", &badge);
        for (what, pointer, value) in [
            ("another name", "/name", json!("Surgery")),
            ("another time of signing", "/proof/created", json!("2026-01-15T10:00:01Z")),
            ("another purpose", "/proof/proofPurpose", json!("authentication")),
            (
                "somebody else's key",
                "/proof/verificationMethod",
                json!(
                    "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi#z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
                ),
            ),
            ("another issuer", "/issuer/id", json!("did:example:mallory")),
            ("a proof value that is none", "/proof/proofValue", json!("z111")),
            ("a term that no context defines", "/credentialSubject", json!({ "level": 9 })),
        ] {
            let mut altered = badge.clone();
            if let Some(place) = altered.pointer_mut(pointer) {
                *place = value;
            }
            item(what, &altered);
        }
        let mut twice = badge.clone();
        twice["proof"] = json!([altered_proof(&badge["proof"]), badge["proof"]]);
        item("one proof of two holds", &twice);
    }
    items
}

fn altered_proof(proof: &Value) -> Value {
    let mut proof = proof.clone();
    proof["created"] = "2026-01-15T10:00:02Z".into();
    proof
}

fn tokens() -> Vec<Item> {
    let mut items = Vec::new();
    for curve in Curve::ALL {
        let token = badges::token(curve);
        items.push(Item::new(&format!("{}: intact", curve.algorithm()), token.as_str()));
        // The last digit has bits to spare, the one before it has none.
        let at = token.len() - 2;
        let other = if token.get(at..=at) == Some("A") { "B" } else { "A" };
        let forged = [token.get(..at).unwrap_or_default(), other, token.get(at + 1..).unwrap_or_default()].concat();
        items.push(Item::new(&format!("{}: another signature", curve.algorithm()), forged));
        for (name, value) in
            [("alg", json!("none")), ("crit", json!(["exp"])), ("typ", json!(7)), ("kid", json!("#other"))]
        {
            let mut header = badges::header(curve);
            header[name] = value;
            let token = badges::jws(curve, &header, &badges::badge(&curve.did()).to_string());
            items.push(Item::new(&format!("{}: the header's `{name}`", curve.algorithm()), token));
        }
        for (what, x, y) in
            [("nought", 0, 0), ("a point off the curve", 1, 2), ("a point out of the field", 0xff, 0xff)]
        {
            let (crv, size) = match curve {
                Curve::Ed25519 => ("Ed25519", 32),
                Curve::P256 => ("P-256", 32),
                Curve::P384 => ("P-384", 48),
            };
            let kty = if curve == Curve::Ed25519 { "OKP" } else { "EC" };
            let coordinate = |byte| base64url::encode(&vec![byte; size]);
            let jwk = json!({ "kty": kty, "crv": crv, "x": coordinate(x), "y": coordinate(y) });
            let header = json!({ "alg": curve.algorithm(), "jwk": jwk });
            let token = badges::jws(curve, &header, &badges::badge(&curve.did()).to_string());
            items.push(Item::new(&format!("{}: the key is {what}", curve.algorithm()), token));
        }
    }
    items
}

fn with_documents() -> Vec<Item> {
    let sign = |document: &Value, method: &str| {
        let secured = Suite::ISSUED.secure_as(document, method);
        secured.map(|secured| secured.to_string()).unwrap_or_default()
    };
    let key = format!("{}#key-1", badges::DID_WEB);
    let own = Curve::Ed25519.method();
    let web = sign(&badges::badge(badges::DID_WEB), &key);
    let revocable = sign(&badges::with_status(Suite::ISSUED.unsigned(), &["revocation"]), &own);
    let twice = sign(&badges::with_status(Suite::ISSUED.unsigned(), &["revocation", "suspension"]), &own);
    let list =
        |set: &[usize]| badges::status_list(&Curve::Ed25519.did(), &"revocation".into(), &badges::packed_bits(set));
    let document = badges::did_web_document();
    let mut retired = document.clone();
    retired["assertionMethod"] = json!([]);
    vec![
        Item::new("did:web: no document", web.as_str()),
        Item::new("did:web: its document", web.as_str()).with_document(badges::DID_WEB_URL, document.to_string()),
        Item::new("did:web: a key that may not assert", web.as_str())
            .with_document(badges::DID_WEB_URL, retired.to_string()),
        Item::new("did:web: no JSON", web.as_str()).with_document(badges::DID_WEB_URL, "<html>"),
        Item::new("status: clear", revocable.as_str()).with_document(badges::LIST_URL, sign(&list(&[8, 10]), &own)),
        Item::new("status: revoked", revocable.as_str()).with_document(badges::LIST_URL, sign(&list(&[9]), &own)),
        Item::new("status: unsigned list", revocable.as_str()).with_document(badges::LIST_URL, list(&[]).to_string()),
        Item::new("status: another purpose", twice.as_str()).with_document(badges::LIST_URL, sign(&list(&[]), &own)),
        Item::new("status: no list", revocable.as_str()),
        Item::new("status: not asked", revocable.as_str()).with_policy(&json!({ "status": "ignore" })),
        Item::new("recipient: the one", Suite::ISSUED.badge().to_string())
            .with_policy(&json!({ "recipient": "a@example.com" })),
        Item::new("recipient: another", Suite::ISSUED.badge().to_string())
            .with_policy(&json!({ "recipient": "b@example.com", "clockSkewSeconds": 0 })),
        Item::new("an issuer who is not known", sign(&badges::badge("did:example:mallory"), &own))
            .with_policy(&json!({ "unauthenticatedIssuer": "rejected" })),
    ]
}

/// Badges in presentations and learner records, with endorsements, and refreshed ones.
fn within_others() -> Vec<Item> {
    let secure = |document: &Value| Suite::ISSUED.secure(document).unwrap_or_default();
    let with = |mut document: Value, member: &str, value: Value| {
        document[member] = value;
        document
    };
    let present = |held: Value| json!({ "@context": [badges::V2], "type": ["VerifiablePresentation"], "verifiableCredential": held });
    let (badge, token) = (Suite::ISSUED.badge(), badges::token(Curve::P256));
    let altered = with(badge.clone(), "name", "Brain surgery".into());
    let authentication: [(&str, Value); 2] = [("proofPurpose", "authentication".into()), ("challenge", "n-17".into())];
    let signed = Suite::ISSUED.secure_with(&present(json!([badge])), &authentication).unwrap_or_default();

    let endorsement = badges::endorsement("https://college.example.edu/achievements/first-aid");
    let endorsed = |endorsements: Value| secure(&with(Suite::ISSUED.unsigned(), "endorsement", endorsements));
    let endorsing_token = badges::jws(Curve::P384, &badges::header(Curve::P384), &endorsement.to_string());
    let endorsed_by_token = with(Suite::ISSUED.unsigned(), "endorsementJwt", json!([endorsing_token]));

    let another = secure(&with(Suite::ISSUED.unsigned(), "id", "urn:uuid:2".into()));
    let record = badges::record(json!([badge, another]));
    let mut refreshable = Suite::ISSUED.unsigned();
    refreshable["@context"] =
        json!([badges::V2, badges::OB, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]);
    refreshable["refreshService"] = json!({ "id": badges::LIST_URL, "type": "1EdTechCredentialRefresh" });
    let refreshed = secure(&with(refreshable.clone(), "name", "First aid II".into())).to_string();
    let refreshable = secure(&refreshable).to_string();

    vec![
        Item::new("presented: one", present(badge.clone()).to_string()),
        Item::new("presented: one and a token", present(json!([badge, token])).to_string()),
        Item::new("presented: an altered one", present(json!([badge, altered])).to_string()),
        Item::new("presented: none", present(json!([])).to_string()),
        Item::new("presented: another presentation", present(present(badge.clone())).to_string()),
        Item::new("presented and signed", signed.to_string()),
        Item::new("presented and signed: the challenge", signed.to_string())
            .with_policy(&json!({ "challenge": "n-17" })),
        Item::new("presented and signed: another challenge", signed.to_string())
            .with_policy(&json!({ "challenge": "n-18" })),
        Item::new("endorsed", endorsed(json!([secure(&endorsement)])).to_string()),
        Item::new("endorsed: altered", endorsed(json!([with(secure(&endorsement), "name", "x".into())])).to_string()),
        Item::new("endorsed: unsigned", endorsed(json!([endorsement])).to_string()),
        Item::new("endorsed: by a badge", endorsed(json!([another])).to_string()),
        Item::new("endorsed: by a token", secure(&endorsed_by_token).to_string()),
        Item::new("an endorsement", secure(&endorsement).to_string()),
        Item::new("a record", secure(&record).to_string()),
        Item::new("a record: unsigned", record.to_string()),
        Item::new("a record: presented", present(json!([secure(&record)])).to_string()),
        Item::new("refreshed", refreshable.as_str()).with_document(badges::LIST_URL, refreshed),
        Item::new("refreshed: not to be had", refreshable.as_str()),
        Item::new("refreshed: another's", refreshable.as_str()).with_document(badges::LIST_URL, another.to_string()),
    ]
}

fn images() -> Vec<Item> {
    let badge = Suite::ISSUED.badge().to_string();
    let png = bake_png(badges::PNG, &badge).unwrap_or_default();
    let svg = bake_svg(badges::SVG, &badge).unwrap_or_default();
    let mut broken = png.clone();
    if let Some(byte) = broken.get_mut(60) {
        *byte ^= 1;
    }
    vec![
        Item::new("png: a badge", png),
        Item::new("png: a token", bake_png(badges::PNG, &badges::token(Curve::P256)).unwrap_or_default()),
        Item::new("png: none", badges::PNG),
        Item::new("png: a wrong checksum", broken),
        Item::new("svg: a badge", svg.as_str()),
        Item::new("svg: a token", bake_svg(badges::SVG, &badges::token(Curve::P384)).unwrap_or_default()),
        Item::new("svg: none", badges::SVG),
        Item::new("svg: an entity", svg.replace("<title>", "<!DOCTYPE svg [<!ENTITY a \"b\">]><title>")),
    ]
}

/// Texts that a report repeats, and that two writers of JSON might spell differently.
fn odd_texts() -> Vec<Item> {
    let mut items = Vec::new();
    let long = "é\u{1f6e0}".repeat(3000);
    for (at, text) in
        ["\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1}\u{1f}\u{7f}", "\u{2028}\u{2029}\u{feff}\u{fffd}", "𝄞\u{10ffff}", &long]
            .iter()
            .enumerate()
    {
        for pointer in [
            "/name",
            "/issuer/id",
            "/type/1",
            "/@context/1",
            "/proof/verificationMethod",
            "/credentialSubject/achievement/id",
        ] {
            let mut badge = Suite::ISSUED.badge();
            if let Some(place) = badge.pointer_mut(pointer) {
                *place = (*text).into();
            }
            items.push(Item::new(&format!("odd text {at} at {pointer}"), badge.to_string()));
        }
        let mut badge = Suite::ISSUED.badge();
        badge[*text] = (*text).into();
        items.push(Item::new(&format!("odd text {at} as a member"), badge.to_string()));
    }
    for (name, input) in [
        ("nothing", &b""[..]),
        ("spaces", b" \r\n\t "),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("no UTF-8", b"{\"a\":\"\xff\"}"),
        ("a member twice", b"{\"a\":1,\"a\":2}"),
        ("half a pair", b"{\"a\":\"\\ud800\"}"),
        ("a number without end", b"{\"a\":1e400}"),
        ("three points", b"eyJ.eyJ.eyJ"),
    ] {
        items.push(Item::new(name, input));
    }
    items
}

fn third_party(vectors: &Vectors) -> Vec<Item> {
    let rows = vectors.json("EXPECTED.json");
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut files: Vec<String> = rows.iter().filter_map(|row| Some(row["file"].as_str()?.to_owned())).collect();
    for folder in FOLDERS {
        files_below(&vectors.path(folder), folder, &mut files);
    }
    files.sort();
    files.dedup();
    let item = |file: String| {
        let row = rows.iter().find(|row| row["file"] == file.as_str()).unwrap_or(&Value::Null);
        let mut item = Item::new(&file, vectors.read(&file)?);
        item.now = THIRD_PARTY_NOW.to_owned();
        // What is asked for natively is what every host will find.
        let now = DateTime::parse(&item.now)?;
        let mut documents = BTreeMap::new();
        let _ = Verifier::new().verify(&item.input, &Policy::default(), now, |url| {
            let found = document(vectors, row, url)?;
            documents.insert(url.to_owned(), found.clone());
            Some(found)
        });
        item.documents = documents;
        Some(item)
    };
    files.into_iter().filter_map(item).collect()
}

fn files_below(path: &Path, name: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let Ok(last) = entry.file_name().into_string() else { continue };
        let name = format!("{name}/{last}");
        if entry.path().is_dir() {
            files_below(&entry.path(), &name, files);
        } else {
            files.push(name);
        }
    }
}
