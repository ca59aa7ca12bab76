//! Pitfall 10: Of several proofs one that holds is enough (OB 3.0 §8.2), but those that fail are told, and a chain is one proof.

use ob3_core::CheckName;
use serde_json::{Value, json};

use super::{badge, report, set, verdict, verdict_of};
use accolade_tests::badges::{Curve, Suite};

fn with_proofs(proofs: &[Value]) -> String {
    set(badge(), "/proof", proofs.to_vec()).to_string()
}

/// The codes of the single proofs.
fn items(input: &str) -> Vec<&'static str> {
    report(input).check(CheckName::Proof).unwrap().items.iter().map(|item| item.code.as_str()).collect()
}

#[test]
fn a_failed_proof_beside_one_that_holds_is_told() {
    let good = badge()["proof"].clone();
    let bad = set(good.clone(), "/created", "2026-01-15T10:00:01Z");
    for proofs in [[good.clone(), bad.clone()], [bad.clone(), good.clone()]] {
        let input = with_proofs(&proofs);
        assert_eq!(verdict(&input), ("verified", "verified"));
        let mut codes = items(&input);
        codes.sort_unstable();
        assert_eq!(codes, ["signature_invalid", "signature_valid"]);
    }
    assert_eq!(verdict(with_proofs(&[bad.clone(), bad])), ("rejected", "signature_invalid"));
}

#[test]
fn a_proof_of_a_kind_that_is_not_known_spoils_nothing_and_proves_nothing() {
    let good = badge()["proof"].clone();
    let unknown =
        json!({ "type": "FancyProof2031", "created": "2026-01-15T10:00:00Z", "proofPurpose": "assertionMethod" });
    let unsuited = set(good.clone(), "/cryptosuite", "eddsa-2099");
    assert_eq!(items(&with_proofs(&[unsuited.clone(), good])), ["proof_unsupported", "signature_valid"]);
    for alone in [unknown, unsuited] {
        let verdict = verdict(with_proofs(&[alone]));
        assert_eq!(verdict, ("indeterminate", "proof_unsupported"));
    }
}

#[test]
fn a_proof_that_fails_decides_nothing_while_another_might_hold() {
    // One that holds is enough, and a build that knows the other kind may find that it does.
    let bad = set(badge()["proof"].clone(), "/created", "2026-01-15T10:00:01Z");
    let unknown = set(bad.clone(), "/cryptosuite", "eddsa-2099");
    for proofs in [[bad.clone(), unknown.clone()], [unknown.clone(), bad.clone()]] {
        let input = with_proofs(&proofs);
        assert_eq!(verdict(&input), ("indeterminate", "proof_unsupported"));
        let mut codes = items(&input);
        codes.sort_unstable();
        assert_eq!(codes, ["proof_unsupported", "signature_invalid"]);
    }
    // So does one whose key could not be had, be it the issuer's own.
    let elsewhere = set(bad.clone(), "/verificationMethod", "did:web:nowhere.example.edu#key");
    assert_eq!(verdict(with_proofs(&[bad.clone(), elsewhere])), ("indeterminate", "key_unavailable"));
}

#[test]
fn what_is_no_proof_is_rejected() {
    for proof in [json!([]), json!("z"), json!([7]), json!(null), json!([[]])] {
        assert_eq!(verdict(set(badge(), "/proof", proof.clone()).to_string()).0, "rejected", "{proof}");
    }
    assert_eq!(verdict(set(badge(), "/proof", json!({})).to_string()), ("indeterminate", "proof_unsupported"));
    assert_eq!(items(&with_proofs(&[json!("x"), badge()["proof"].clone()])), ["proof_malformed", "signature_valid"]);
}

#[test]
fn the_number_of_proofs_is_bounded() {
    assert_eq!(verdict(with_proofs(&vec![badge()["proof"].clone(); 8])), ("verified", "verified"));
    assert_eq!(verdict(with_proofs(&vec![badge()["proof"].clone(); 9])), ("rejected", "too_many_proofs"));
}

/// Two proofs, the second of which builds on the first.
fn chain() -> Value {
    let unsigned = Suite::ISSUED.unsigned();
    let named = Suite::ISSUED
        .secure_with(&unsigned, &[("id", json!("urn:uuid:11111111-0000-4000-8000-000000000001"))])
        .unwrap();
    let mut document = unsigned;
    document["proof"] = json!([named["proof"]]);
    let second = Suite::ISSUED
        .secure_with(&document, &[("previousProof", json!("urn:uuid:11111111-0000-4000-8000-000000000001"))])
        .unwrap();
    set(named.clone(), "/proof", json!([named["proof"], second["proof"]]))
}

#[test]
fn a_chain_holds_as_a_whole() {
    let input = chain().to_string();
    assert_eq!(verdict(&input), ("verified", "verified"));
    assert_eq!(items(&input), ["signature_valid", "signature_valid"]);
}

#[test]
fn a_proof_does_not_outlive_the_one_that_it_builds_on() {
    let chain = chain();
    let altered = set(chain.clone(), "/proof/0/created", "2026-01-15T10:00:01Z").to_string();
    assert_eq!(verdict(&altered), ("rejected", "signature_invalid"));
    assert_eq!(items(&altered), ["signature_invalid", "signature_invalid"]);
    let missing = set(chain.clone(), "/proof", json!([chain["proof"][1]])).to_string();
    assert_eq!(items(&missing), ["proof_malformed"]);
    let renamed = set(chain.clone(), "/proof/1/previousProof", "urn:uuid:elsewhere").to_string();
    assert_eq!(items(&renamed), ["signature_valid", "proof_malformed"]);
    let mut unlinked = chain;
    unlinked["proof"][1].as_object_mut().unwrap().remove("previousProof");
    assert_eq!(items(&unlinked.to_string()), ["signature_valid", "signature_invalid"]);
}

#[test]
fn a_proof_that_was_built_on_a_broken_one_proves_nothing() {
    // Whoever signed second did not check the first: the second signature is good, and over the broken first.
    let mut broken =
        Suite::ISSUED.secure_with(&Suite::ISSUED.unsigned(), &[("id", json!("urn:a"))]).unwrap()["proof"].clone();
    broken["created"] = "2026-01-15T10:00:01Z".into();
    let mut document = Suite::ISSUED.unsigned();
    document["proof"] = json!([broken]);
    let second = Suite::ISSUED.secure_with(&document, &[("previousProof", json!("urn:a"))]).unwrap()["proof"].clone();
    let input = with_proofs(&[broken, second]);
    assert_eq!(verdict(&input), ("rejected", "signature_invalid"));
    assert_eq!(items(&input), ["signature_invalid", "signature_invalid"]);
}

#[test]
fn proofs_that_build_on_each_other_or_on_themselves_prove_nothing() {
    let own = badge()["proof"].clone();
    let named = |id: &str, previous: &str| set(set(own.clone(), "/id", id), "/previousProof", previous);
    for proofs in [vec![named("urn:a", "urn:a")], vec![named("urn:a", "urn:b"), named("urn:b", "urn:a")]] {
        assert_eq!(verdict(with_proofs(&proofs)).0, "rejected");
    }
}

#[test]
fn the_issuers_proof_decides_among_those_that_hold() {
    let unsigned = Suite::ISSUED.unsigned();
    let strangers = Suite { name: "ecdsa-rdfc-2019", curve: Curve::P256 }.secure(&unsigned).unwrap()["proof"].clone();
    let own = badge()["proof"].clone();
    for proofs in [[strangers.clone(), own.clone()], [own, strangers.clone()]] {
        assert_eq!(verdict_of(&report(with_proofs(&proofs))), ("verified", "verified"));
    }
    assert_eq!(verdict(with_proofs(&[strangers])), ("indeterminate", "issuer_not_authenticated"));
}
