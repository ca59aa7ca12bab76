//! What a badge says, whatever its spelling: to tell whether two inputs are the same badge.

use serde_json::Value;

use crate::base64url;

/// The claims of a badge in any form, normalised: without its proof and its contexts, and with sets as sets. `None` where
/// there is no badge in the input.
#[must_use]
pub fn claims_of(input: &[u8]) -> Option<Value> {
    let text = match ob3_core::extract(input) {
        Ok(text) => text,
        Err(_) => std::str::from_utf8(input).ok()?.to_owned(),
    };
    let text = text.trim();
    let json = match text.split('.').collect::<Vec<_>>().as_slice() {
        [header, payload, _] if header.starts_with("ey") => String::from_utf8(base64url::decode(payload)?).ok()?,
        _ => text.to_owned(),
    };
    Some(claims(&serde_json::from_str(&json).ok()?))
}

/// The claims of a badge as JSON, normalised.
#[must_use]
pub fn claims(badge: &Value) -> Value {
    let mut badge = badge.clone();
    if let Value::Object(members) = &mut badge {
        members.remove("proof");
        members.remove("@context");
    }
    normal(&badge)
}

/// JSON-LD has sets where JSON has arrays: their order, what stands twice, and whether one thing stands in brackets say
/// nothing. Numbers are doubles. The two names of a badge's type are one IRI.
fn normal(value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.iter().map(normal).collect();
            elements.sort_by_key(Value::to_string);
            elements.dedup();
            match <[Value; 1]>::try_from(elements) {
                Ok([single]) => single,
                Err(elements) => Value::Array(elements),
            }
        }
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), normal(value))).collect(),
        Value::Number(number) => number.as_f64().into(),
        Value::String(name) if name == "AchievementCredential" => "OpenBadgeCredential".into(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::claims;
    use serde_json::json;

    #[test]
    fn the_same_claims_are_the_same_and_others_are_not() {
        let badge = json!({ "type": ["A", "B"], "tag": ["x"], "n": 3, "proof": {}, "@context": [] });
        assert_eq!(claims(&badge), claims(&json!({ "type": ["B", "A", "B"], "tag": "x", "n": 3.0, "proof": 1 })));
        for other in [json!({ "type": ["A"], "tag": "x", "n": 3 }), json!({ "type": ["A", "B"], "tag": "x", "n": "3" })]
        {
            assert_ne!(claims(&badge), claims(&other));
        }
    }
}
