//! Pitfall 12: A good signature does not make a badge of another kind of credential.

use ob3_core::CheckName;
use serde_json::{Value, json};

use super::{report, set, signed_with, verdict};
use accolade_tests::badges::{self, Curve, Suite, packed_bits};

#[test]
fn a_signed_endorsement_is_not_a_badge() {
    let mut endorsement = Suite::ISSUED.unsigned();
    endorsement["type"] = json!(["VerifiableCredential", "EndorsementCredential"]);
    endorsement["credentialSubject"] =
        json!({ "id": "urn:uuid:1", "type": ["EndorsementSubject"], "endorsementComment": "Good." });
    let signed = Suite::ISSUED.secure(&endorsement).unwrap().to_string();
    let report = report(&signed);
    assert_eq!(super::verdict_of(&report), ("rejected", "not_a_badge"));
}

#[test]
fn a_signed_status_list_is_not_a_badge() {
    let list = badges::status_list(&Curve::Ed25519.did(), &"revocation".into(), &packed_bits(&[]));
    let signed = Suite::ISSUED.secure(&list).unwrap().to_string();
    assert_eq!(verdict(signed), ("rejected", "not_a_badge"));
}

#[test]
fn the_types_are_those_of_a_badge() {
    for types in
        [json!(["VerifiableCredential"]), json!(["VerifiableCredential", "Achievement"]), json!("VerifiableCredential")]
    {
        assert_eq!(verdict(signed_with("/type", types.clone())), ("rejected", "not_a_badge"), "{types}");
    }
    for types in [json!(["OpenBadgeCredential"]), json!([]), json!("OpenBadgeCredential")] {
        let input = set(Suite::ISSUED.badge(), "/type", types.clone()).to_string();
        assert_eq!(verdict(input), ("rejected", "not_a_credential"), "{types}");
    }
    assert_eq!(
        verdict(signed_with("/type", json!(["AchievementCredential", "VerifiableCredential"]))),
        ("verified", "verified")
    );
}

#[test]
fn a_badge_of_nothing_or_of_something_else_is_not_one() {
    let person = json!({ "id": "did:example:jane", "type": ["Profile"], "name": "Jane" });
    for (pointer, value) in [
        ("/credentialSubject", person.clone()),
        ("/credentialSubject", json!({ "id": "did:example:jane", "type": ["AchievementSubject"] })),
        ("/credentialSubject/achievement", json!("https://college.example.edu/achievements/first-aid")),
        ("/credentialSubject/achievement", person),
        ("/issuer/type", json!(["Profile2"])),
    ] {
        let forged = set(Suite::ISSUED.unsigned(), pointer, value);
        let signed = Suite::ISSUED.secure(&forged).unwrap_or(forged);
        assert_eq!(verdict(signed.to_string()).0, "rejected", "{pointer}");
    }
}

#[test]
fn an_endorsement_that_is_forged_does_not_pass_for_a_valid_one() {
    let endorsement = json!({
        "@context": Suite::ISSUED.unsigned()["@context"],
        "id": "urn:uuid:5f0c3f57-62ea-4a35-8d39-7f5f3d1e2a01",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Praise",
        "issuer": { "id": Curve::Ed25519.did(), "type": ["Profile"] },
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": { "id": "https://college.example.edu/achievements/first-aid", "type": ["EndorsementSubject"] },
    });
    let mut forged = Suite::ISSUED.secure(&endorsement).unwrap();
    forged["name"] = "Forged praise".into();
    let mut token = badges::jws(Curve::Ed25519, &badges::header(Curve::Ed25519), &endorsement.to_string());
    token.replace_range(token.len() - 8..token.len() - 4, "AAAA");
    for (pointer, value) in [("/endorsement", json!([forged])), ("/endorsementJwt", json!([token]))] {
        // The newer of the two contexts of this version defines both.
        let unsigned = set(Suite::ISSUED.unsigned(), pointer, value);
        let Ok(signed) = Suite::ISSUED.secure(&unsigned) else { continue };
        let report = report(signed.to_string());
        let finding = &report.check(CheckName::Endorsements).unwrap().finding;
        assert_ne!(finding.result, ob3_core::CheckResult::Valid, "{pointer}");
    }
}

#[test]
fn endorsements_within_endorsements_are_bounded() {
    let mut inner: Value = json!({ "type": ["VerifiableCredential", "EndorsementCredential"] });
    for _ in 0..40 {
        inner = json!({ "type": ["VerifiableCredential", "EndorsementCredential"], "endorsement": [inner] });
    }
    assert_eq!(verdict(super::altered("/endorsement", json!([inner]))).0, "rejected");
    let wide = vec![json!({ "type": ["VerifiableCredential", "EndorsementCredential"] }); 5000];
    assert_eq!(verdict(super::altered("/endorsement", json!(wide))).0, "rejected");
}
