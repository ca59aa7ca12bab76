//! Pitfall 2: Changes to the JSON under which the signature stays intact although nothing is dropped: other readers of the JSON see
//! something else than what was signed.

use serde_json::{Value, json};

use super::{altered, badge, set, verdict};
use accolade_tests::badges::Suite;

const OB: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const V2: &str = "https://www.w3.org/ns/credentials/v2";

#[test]
fn an_index_is_rejected_wherever_it_stands() {
    for pointer in ["/@index", "/issuer/@index", "/credentialSubject/achievement/@index", "/evidence/0/@index"] {
        assert_eq!(verdict(altered(pointer, "hacked")), ("rejected", "keyword_not_allowed"), "{pointer}");
    }
    assert_eq!(verdict(altered("/proof/@index", "hacked")), ("rejected", "proof_malformed"));
}

#[test]
fn every_other_keyword_is_rejected() {
    for keyword in [
        "@id",
        "@type",
        "@graph",
        "@reverse",
        "@included",
        "@nest",
        "@set",
        "@list",
        "@value",
        "@language",
        "@direction",
        "@json",
        "@base",
        "@vocab",
        "@version",
        "@propagate",
        "@protected",
        "@none",
        "@import",
        "@container",
        "@prefix",
        "@default",
        "@preserve",
        "@unknownWord",
    ] {
        for holder in ["", "/issuer", "/credentialSubject/achievement"] {
            let forged = altered(&format!("{holder}/{keyword}"), "urn:x");
            assert_eq!(verdict(&forged).0, "rejected", "{holder}/{keyword}");
        }
    }
}

#[test]
fn a_context_that_is_not_a_pinned_url_is_rejected() {
    for (contexts, code) in [
        (json!([V2, OB, { "evil": "@index" }]), "context_inline"),
        (json!([V2, OB, {}]), "context_inline"),
        (json!([V2, OB, { "@vocab": "https://evil.example/" }]), "context_inline"),
        (json!([V2, OB, null]), "context_inline"),
        (json!([V2, OB, [OB]]), "context_inline"),
        (json!([V2, OB, "https://evil.example/context.json"]), "context_unknown"),
        (json!([V2, OB, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json?x"]), "context_unknown"),
        (json!([V2, OB, "HTTPS://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]), "context_unknown"),
        (json!([V2, OB, ""]), "context_unknown"),
        (json!([OB, V2]), "context_order"),
        (json!([V2, V2, OB]), "context_order"),
        (json!([OB]), "context_order"),
        (json!([]), "context_missing"),
        (json!(V2), "context_missing"),
        (json!({ "@import": V2 }), "context_missing"),
        (json!(null), "context_missing"),
    ] {
        assert_eq!(verdict(altered("/@context", contexts.clone())), ("rejected", code), "{contexts}");
    }
}

#[test]
fn a_context_below_the_root_is_rejected() {
    for holder in ["/issuer", "/credentialSubject", "/credentialSubject/achievement", "/evidence/0"] {
        for context in [json!(V2), json!([OB]), json!({}), json!({ "evil": "@index" }), json!(null), json!([])] {
            let forged = altered(&format!("{holder}/@context"), context.clone());
            assert_eq!(verdict(&forged), ("rejected", "context_inline"), "{holder} {context}");
        }
    }
    assert_eq!(verdict(altered("/proof/@context", json!([V2, OB]))), ("rejected", "proof_malformed"));
}

#[test]
fn a_term_under_its_whole_or_compact_iri_is_rejected() {
    for (name, alias) in
        [("name", "https://schema.org/name"), ("name", "schema:name"), ("id", "@id"), ("type", "@type")]
    {
        let mut forged = badge();
        let value = forged.as_object_mut().unwrap().remove(name).unwrap();
        forged[alias] = value;
        assert_eq!(verdict(forged.to_string()).0, "rejected", "{alias}");
    }
}

#[test]
fn a_value_in_another_spelling_of_json_ld_is_rejected() {
    let spellings: [fn(Value) -> Value; 8] = [
        |value| json!({ "@value": value }),
        |value| json!({ "@value": value, "@type": "http://www.w3.org/2001/XMLSchema#string" }),
        |value| json!([value, null]),
        |value| json!([value]),
        |value| json!([[value]]),
        |value| json!({ "@set": [value] }),
        |value| json!({ "@list": [value] }),
        |value| json!([value, value]),
    ];
    for pointer in
        ["/name", "/issuer/name", "/credentialSubject/achievement/name", "/credentialSubject/achievement/description"]
    {
        for spelling in spellings {
            let value = spelling(badge().pointer(pointer).unwrap().clone());
            assert_eq!(verdict(altered(pointer, value.clone())).0, "rejected", "{pointer}: {value}");
        }
    }
}

#[test]
fn one_object_in_an_array_is_rejected() {
    for pointer in
        ["/issuer", "/credentialSubject", "/credentialSubject/achievement", "/credentialSubject/achievement/criteria"]
    {
        let value = json!([badge().pointer(pointer).unwrap()]);
        assert_eq!(verdict(altered(pointer, value)), ("rejected", "schema_wrong_type"), "{pointer}");
    }
}

#[test]
fn members_that_say_nothing_are_rejected() {
    for (pointer, value) in [
        ("/description", json!(null)),
        ("/evidence", json!([])),
        ("/credentialStatus", json!([])),
        ("/credentialStatus", json!(null)),
        ("/issuer/url", json!(null)),
        ("/credentialSubject/achievement/tag", json!(["health", "safety", null])),
        ("/evidence", json!([null])),
        ("/issuer/image", json!({})),
    ] {
        let forged = altered(pointer, value.clone());
        assert_eq!(verdict(&forged).0, "rejected", "{pointer}: {value}");
    }
}

#[test]
fn a_protected_term_can_not_be_redefined_by_another_pinned_context() {
    // What is pinned may be appended: the signature tells whether it changes a meaning.
    for context in
        ["https://w3id.org/security/data-integrity/v2", "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    {
        let appended = set(badge(), "/@context", json!([V2, OB, context]));
        assert!(["verified", "rejected"].contains(&verdict(appended.to_string()).0));
        let forged = set(appended, "/name", "Surgery").to_string();
        assert_eq!(verdict(forged).0, "rejected", "{context}");
    }
}

#[test]
fn under_json_signatures_any_other_spelling_is_another_document() {
    for suite in Suite::ALL.into_iter().filter(|suite| suite.name.contains("jcs")) {
        for (pointer, value) in [
            ("/type", json!(["OpenBadgeCredential", "VerifiableCredential"])),
            ("/evidence/0/type", json!("Evidence")),
            ("/credentialSubject/creditsEarned", json!("3")),
            ("/@context", json!([V2, "https://purl.imsglobal.org/spec/ob/v3p0/context.json"])),
        ] {
            let forged = set(suite.badge(), pointer, value).to_string();
            assert_eq!(verdict(forged).0, "rejected", "{suite:?} {pointer}");
        }
    }
}
