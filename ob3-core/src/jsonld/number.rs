//! Numbers in their canonical spellings: `xsd:double` and that of ECMAScript, which RFC 8785 uses.

/// Canonical `xsd:double` as JSON-LD prescribes (§8.6.2: printf `%1.15E`, trailing zeros removed).
pub(crate) fn canonical_double(value: f64) -> String {
    let text = format!("{value:.15E}");
    let Some((mantissa, exponent)) = text.split_once('E') else { return text };
    let mantissa = mantissa.trim_end_matches('0');
    let point = if mantissa.ends_with('.') { "0" } else { "" };
    format!("{mantissa}{point}E{exponent}")
}

/// Number.prototype.toString of ECMAScript (RFC 8785 §3.2.2.3): the shortest digits that read back as the same double.
pub(crate) fn ecmascript(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let sign = if value < 0.0 { "-" } else { "" };
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    // `point` digits stand before the decimal point.
    let point = exponent + 1;
    match point {
        1..=21 if count <= point => format!("{sign}{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
            format!("{sign}{whole}.{fraction}")
        }
        -5..=0 => format!("{sign}0.{}{digits}", zeros(-point)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            let plus = if exponent < 0 { "" } else { "+" };
            format!("{sign}{first}{dot}{rest}e{plus}{exponent}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_printed_with_at_most_sixteen_digits() {
        for (value, text) in [
            (5.3, "5.3E0"),
            (0.0, "0.0E0"),
            (-0.1, "-1.0E-1"),
            (1e21, "1.0E21"),
            (16.0 / 7.0, "2.285714285714286E0"),
            (123_456.789, "1.23456789E5"),
        ] {
            assert_eq!(canonical_double(value), text);
        }
    }

    #[test]
    fn numbers_are_printed_as_ecmascript_does() {
        // RFC 8785 appendix B
        for (bits, text) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
        ] {
            assert_eq!(ecmascript(f64::from_bits(bits)), text);
        }
    }
}
