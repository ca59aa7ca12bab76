//! What contract B says of a verification: the core's report in its words.

use ob3_core::{CheckName, CheckResult, Code, DateTime, Outcome, Report};
use serde_json::{Value, json};

use super::assertion::Standing;
use super::credential::Lifetime;
use super::lifecycle::State;
use super::time;

/// The checks that must hold before anything that a document says is believed.
const AUTHENTICITY: [CheckName; 5] =
    [CheckName::Format, CheckName::JsonLd, CheckName::Schema, CheckName::Proof, CheckName::Issuer];

/// `{status, reason, checkedAt, expiresAt, revokedAt, assertionLifecycle, statusList, checks, proof}` of a signed document:
/// the report on it at a time, beside what the records say. Whoever suspended or revoked it may have said why in words that
/// are nobody else's business: `reason` is a code of the report, and the lifecycle goes without.
#[must_use]
pub fn body(report: &Report, document: &Value, lifetime: Lifetime, standing: &Standing, now: DateTime) -> Value {
    let (status, reason) = verdict(report, standing.state);
    let revoked_at = lifetime.revoked_at.map(time::wire);
    json!({
        "status": status,
        "reason": reason.map(Code::as_str),
        "checkedAt": time::wire(now),
        "expiresAt": lifetime.valid_until.map(time::wire),
        "revokedAt": revoked_at,
        "assertionLifecycle": {
            "state": standing.state,
            "source": standing.source,
            "transitionedAt": time::wire(standing.transitioned_at),
            "revokedAt": revoked_at,
        },
        "statusList": status_list(document),
        "checks": {
            "jsonLdSafeMode": check(report, CheckName::JsonLd),
            "credentialSchema": check(report, CheckName::Schema),
            "credentialSubject": subject(report),
            "dates": check(report, CheckName::Validity),
            "credentialStatus": check(report, CheckName::Status),
        },
        "proof": proof(report, document),
    })
}

/// `active` only where the report says verified *and* the records know of nothing against it; else what speaks against it
/// most: `invalid`, `revoked`, `expired`, `suspended`, or `unchecked` where something could not be decided.
fn verdict(report: &Report, state: State) -> (&'static str, Option<Code>) {
    let found = |name| report.check(name).map(|check| check.finding.code);
    for name in AUTHENTICITY {
        if result(report, name) == CheckResult::Invalid {
            return ("invalid", found(name));
        }
    }
    let (validity, status) = (found(CheckName::Validity), found(CheckName::Status));
    if state == State::Revoked || status == Some(Code::Revoked) {
        return ("revoked", Some(Code::Revoked));
    }
    if state == State::Expired || validity == Some(Code::Expired) {
        return ("expired", Some(Code::Expired));
    }
    if state == State::Suspended || status == Some(Code::Suspended) {
        return ("suspended", Some(Code::Suspended));
    }
    match report.outcome() {
        Outcome::Verified => ("active", None),
        Outcome::Rejected => ("invalid", Some(report.code())),
        Outcome::Indeterminate => ("unchecked", Some(report.code())),
    }
}

/// What a check came to; one that is not there was not made.
fn result(report: &Report, name: CheckName) -> CheckResult {
    report.check(name).map_or(CheckResult::Unknown, |check| check.finding.result)
}

fn check(report: &Report, name: CheckName) -> Value {
    said(result(report, name), report.check(name).map(|check| check.finding.code))
}

fn said(result: CheckResult, code: Option<Code>) -> Value {
    let status = word(result);
    // What holds needs no reason.
    json!({ "status": status, "reason": code.filter(|_| status != "valid").map(Code::as_str) })
}

const fn word(result: CheckResult) -> &'static str {
    match result {
        CheckResult::Valid => "valid",
        CheckResult::Invalid => "invalid",
        CheckResult::Unknown | CheckResult::NotApplicable => "unchecked",
    }
}

/// The part of the check of the shape that is about the subject: what is wrong elsewhere leaves it unchecked.
fn subject(report: &Report) -> Value {
    let Some(check) = report.check(CheckName::Schema) else { return said(CheckResult::Unknown, None) };
    let is_elsewhere = check.finding.result == CheckResult::Invalid
        && !check.finding.data.iter().any(|it| it.name == "member" && it.value.starts_with("credentialSubject"));
    match is_elsewhere {
        true => said(CheckResult::Unknown, Some(Code::NotReached)),
        false => said(check.finding.result, Some(check.finding.code)),
    }
}

/// The signature, and that its key is the issuer's: one without the other proves nothing.
fn proof(report: &Report, document: &Value) -> Value {
    let proof = document.get("proof").map(|proof| proof.get(0).unwrap_or(proof));
    let text = |name: &str| proof.and_then(|proof| proof.get(name)).and_then(Value::as_str);
    let worst = [CheckName::Proof, CheckName::Issuer]
        .into_iter()
        .find(|name| result(report, *name) != CheckResult::Valid)
        .unwrap_or(CheckName::Proof);
    let code = report.check(worst).map(|check| check.finding.code);
    let status = word(result(report, worst));
    json!({
        "status": status,
        "format": text("type"),
        "cryptosuite": text("cryptosuite"),
        "verificationMethod": text("verificationMethod"),
        "reason": code.filter(|_| status != "valid").map(Code::as_str),
    })
}

/// The entry that a document has in a list of revocations, as it stands there.
fn status_list(document: &Value) -> Option<&Value> {
    let entries = document.get("credentialStatus")?;
    let is_revocation = |entry: &&Value| entry.get("statusPurpose").and_then(Value::as_str) == Some("revocation");
    match entries.as_array() {
        Some(entries) => entries.iter().find(is_revocation),
        None => Some(entries).filter(is_revocation),
    }
}

#[cfg(test)]
mod tests {
    use ob3_core::{BitstringStatusListCredential, Contexts, Policy, ProofOptions, SigningKey, Verifier, sign};

    use super::*;

    const NOW: DateTime = DateTime::from_unix_millis(1_768_471_200_000);
    const LIST: &str = "https://badges.example/status/1";

    fn signed(json: &str, key: &SigningKey) -> String {
        let did = key.public_key().to_did_key();
        let method = format!("{did}#{}", did.trim_start_matches("did:key:"));
        let options = ProofOptions { verification_method: method, created: NOW.plus_seconds(-60) };
        sign(&Contexts::new(), json, key, &options).unwrap()
    }

    /// A badge that is valid for a minute, with an entry in a list.
    fn badge(key: &SigningKey) -> String {
        let at = |seconds| NOW.plus_seconds(seconds).to_string();
        let credential = json!({
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ],
            "id": "https://badges.example/credentials/1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": "Rust",
            "issuer": { "id": key.public_key().to_did_key(), "type": ["Profile"], "name": "Demo" },
            "validFrom": at(-60),
            "validUntil": at(60),
            "credentialSubject": {
                "id": "did:example:holder",
                "type": ["AchievementSubject"],
                "achievement": {
                    "id": "https://badges.example/achievements/1",
                    "type": ["Achievement"],
                    "name": "Rust",
                    "description": "Knows Rust",
                    "criteria": { "narrative": "A compiler" },
                },
            },
            "credentialStatus": {
                "id": format!("{LIST}#7"),
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "7",
                "statusListCredential": LIST,
            },
        });
        signed(&credential.to_string(), key)
    }

    fn list(key: &SigningKey, is_revoked: bool) -> String {
        let mut bits = vec![0; 16_384];
        bits[0] = u8::from(is_revoked);
        let list = BitstringStatusListCredential {
            id: LIST.into(),
            issuer: key.public_key().to_did_key(),
            valid_from: NOW.plus_seconds(-60),
            valid_until: None,
            status_purpose: "revocation".into(),
            ttl_millis: None,
            bits,
        };
        signed(&list.to_json(), key)
    }

    fn answer(document: &str, list: Option<String>, state: State, now: DateTime) -> Value {
        let report = Verifier::new().verify(document.as_bytes(), &Policy::default(), now, |url| {
            list.as_ref().filter(|_| url == LIST).map(|list| list.clone().into_bytes())
        });
        let lifetime = Lifetime {
            valid_until: Some(NOW.plus_seconds(60)),
            claimed_at: None,
            revoked_at: (state == State::Revoked).then_some(NOW),
            suspended_at: None,
            expired_at: None,
            reactivated_at: None,
        };
        let mut standing = Standing::new(lifetime, NOW, None, None, now);
        standing.state = state;
        body(&report, &serde_json::from_str(document).unwrap(), lifetime, &standing, now)
    }

    #[test]
    fn a_badge_is_active_only_when_everything_holds() {
        let key = SigningKey::from_seed(&[7; 32]);
        let (document, clear) = (badge(&key), Some(list(&key, false)));
        let good = answer(&document, clear.clone(), State::Active, NOW);
        assert_eq!((&good["status"], &good["reason"]), (&json!("active"), &Value::Null));
        for check in ["jsonLdSafeMode", "credentialSchema", "credentialSubject", "dates", "credentialStatus"] {
            assert_eq!(good["checks"][check], json!({ "status": "valid", "reason": null }), "{check}");
        }
        assert_eq!(good["proof"]["status"], "valid");
        assert_eq!(good["proof"]["format"], "DataIntegrityProof");
        assert_eq!(good["proof"]["cryptosuite"], "eddsa-rdfc-2022");
        assert_eq!(good["statusList"]["statusListIndex"], "7");

        let altered = document.replace("Knows Rust", "Knows rust");
        // Beyond what clocks may differ by.
        let later = NOW.plus_seconds(3600);
        for (what, document, list, state, now, status, reason) in [
            ("the records suspend", &document, clear.clone(), State::Suspended, NOW, "suspended", "suspended"),
            ("the records revoke", &document, clear.clone(), State::Revoked, NOW, "revoked", "revoked"),
            ("the records say it is over", &document, clear.clone(), State::Expired, NOW, "expired", "expired"),
            ("the list revokes", &document, Some(list(&key, true)), State::Active, NOW, "revoked", "revoked"),
            ("no list", &document, None, State::Active, NOW, "unchecked", "status_list_unavailable"),
            ("no list, and revoked", &document, None, State::Revoked, NOW, "revoked", "revoked"),
            (
                "an altered list",
                &document,
                Some(list(&key, false).replace("T09:59:00Z", "T09:58:00Z")),
                State::Active,
                NOW,
                "unchecked",
                "status_list_not_authentic",
            ),
            ("signed time over", &document, clear.clone(), State::Active, later, "expired", "expired"),
            ("altered", &altered, clear.clone(), State::Active, NOW, "invalid", "signature_invalid"),
            ("altered, and revoked", &altered, clear.clone(), State::Revoked, NOW, "invalid", "signature_invalid"),
        ] {
            let answer = answer(document, list, state, now);
            assert_eq!((&answer["status"], &answer["reason"]), (&json!(status), &json!(reason)), "{what}: {answer}");
        }
    }

    #[test]
    fn a_fault_of_the_subject_is_told_from_others() {
        let key = SigningKey::from_seed(&[7; 32]);
        let checks = |document: &str| answer(document, None, State::Active, NOW)["checks"].clone();
        let document = badge(&key);
        let unsigned: Value = serde_json::from_str(&document).unwrap();
        let without = |pointer: &str, name: &str| {
            let mut changed = unsigned.clone();
            changed.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(name);
            checks(&changed.to_string())
        };
        let subject = without("/credentialSubject", "achievement");
        assert_eq!(
            (&subject["credentialSubject"]["status"], &subject["credentialSchema"]["status"]),
            (&json!("invalid"), &json!("invalid"))
        );
        let issuer = without("/issuer", "type");
        assert_eq!(
            (&issuer["credentialSubject"]["status"], &issuer["credentialSchema"]["status"]),
            (&json!("unchecked"), &json!("invalid"))
        );
    }
}
