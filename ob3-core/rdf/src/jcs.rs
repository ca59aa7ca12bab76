//! The JSON Canonicalization Scheme, RFC 8785.

use crate::json::{Value, Writer};
use crate::jsonld::number;
use crate::sort::sorted;

/// The canonical text of a value: members sorted by UTF-16 code units, numbers as ECMAScript prints them, no space.
pub fn canonicalize(value: &Value<'_>) -> String {
    let mut out = Writer::with_capacity(256);
    write(&mut out, value);
    out.into_string()
}

fn write(out: &mut Writer, value: &Value<'_>) {
    match value {
        Value::Number(number) => out.raw(&number::ecmascript(number.to_f64())),
        Value::Array(items) => out.array(|out| {
            for item in items {
                write(out.element(), item);
            }
        }),
        Value::Object(object) => out.object(|out| {
            let members: Vec<_> = object.iter().collect();
            for (name, value) in sorted(members, &|a, b| a.0.encode_utf16().gt(b.0.encode_utf16())) {
                write(out.member(name), value);
            }
        }),
        scalar => out.value(scalar),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_numbers_normalised() {
        // RFC 8785 §3.2.2 and §3.2.3
        let text = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let value = crate::json::parse(text).unwrap();
        assert_eq!(
            canonicalize(&value),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
        let value =
            crate::json::parse(r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#)
                .unwrap();
        assert_eq!(canonicalize(&value), "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}");
    }
}
