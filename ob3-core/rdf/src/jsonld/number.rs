//! Numbers: reading decimals as doubles, and doubles in their canonical spellings.
//!
//! The standard library does both faster, with 25 KB of tables and code; a badge has a few small integers. So integers
//! take the short way here, and everything else is worked out exactly, with big integers.

use std::cmp::Ordering;

/// More significant digits than this do not change which double is nearest (the longest midpoint has 767); a digit that
/// stands for the rest keeps what is above a midpoint above it.
const MAX_DIGITS: usize = 800;

/// A JSON number taken apart: its significant digits, of which the last may stand for all that were left out, and where
/// the decimal point stands. The value is `±0.digits × 10^point`.
struct Decimal {
    is_negative: bool,
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    fn read(text: &str, max_digits: usize) -> Self {
        let (text, is_negative) = text.strip_prefix('-').map_or((text, false), |text| (text, true));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        // An exponent that does not fit is as good as the greatest that does.
        let limit = if exponent.starts_with('-') { i32::MIN / 2 } else { i32::MAX / 2 };
        let exponent = exponent.parse::<i32>().unwrap_or(limit).clamp(i32::MIN / 2, i32::MAX / 2);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0');
        let zeros = all.clone().take_while(|digit| *digit == 0).count();
        let mut significant = all.skip(zeros);
        let mut digits: Vec<u8> = significant.by_ref().take(max_digits).collect();
        if significant.any(|digit| digit != 0) {
            digits.push(1);
        }
        let length = |length: usize| i32::try_from(length).unwrap_or(i32::MAX / 4);
        let point = (length(whole.len()) - length(zeros)).saturating_add(exponent);
        Self { is_negative, digits, point }
    }
}

/// Whether a JSON number overflows a double. Costs no big integers, since every number of a text is asked: what lies in the
/// last tenth of a quadrillionth below the limit counts as beyond it.
pub fn overflows(text: &str) -> bool {
    const LIMIT: [u8; 17] = [1, 7, 9, 7, 6, 9, 3, 1, 3, 4, 8, 6, 2, 3, 1, 5, 8];
    let decimal = Decimal::read(text, LIMIT.len());
    !decimal.digits.is_empty() && (decimal.point > 309 || (decimal.point == 309 && *decimal.digits >= LIMIT[..]))
}

/// The nearest double of a JSON number, ties to even; infinite where it overflows.
pub fn parse(text: &str) -> f64 {
    let decimal = Decimal::read(text, MAX_DIGITS);
    let value = nearest(&decimal.digits, decimal.point);
    if decimal.is_negative { -value } else { value }
}

/// The nearest double of `0.digits × 10^point`.
fn nearest(digits: &[u8], point: i32) -> f64 {
    if digits.is_empty() || point < -330 {
        return 0.0;
    }
    if point > 310 {
        return f64::INFINITY;
    }
    let scale = point - digits.len() as i32;
    if digits.len() <= 15 && (0..=22).contains(&scale.abs()) {
        // Both are exact doubles, and one operation on them rounds once.
        let integer = digits.iter().fold(0_u64, |integer, digit| integer * 10 + u64::from(*digit)) as f64;
        let power = (0..scale.abs()).fold(1.0, |power, _| power * 10.0);
        return if scale < 0 { integer / power } else { integer * power };
    }
    let mut numerator = Big::default();
    for digit in digits {
        numerator.multiply(10);
        numerator.add(u32::from(*digit));
    }
    let mut denominator = Big::from(1);
    if scale < 0 { &mut denominator } else { &mut numerator }.multiply_by_power_of_ten(scale.unsigned_abs());
    if numerator.is_zero() {
        return 0.0;
    }
    // 2^log2 is the greatest power of two that is not above the value.
    let estimate = numerator.bits() - denominator.bits();
    let is_above = compare_scaled(&numerator, &denominator, estimate) == Ordering::Less;
    let log2 = estimate - i32::from(is_above);
    let unit = (log2 - 52).max(-1074);
    let (mut mantissa, rounds_up) = divide_scaled(numerator, denominator, unit);
    mantissa += u64::from(rounds_up);
    compose(mantissa, unit)
}

/// `mantissa × 2^unit`, for a mantissa of at most 53 bits, or 2^53 itself.
fn compose(mantissa: u64, unit: i32) -> f64 {
    const HIDDEN: u64 = 1 << 52;
    if mantissa < HIDDEN {
        return f64::from_bits(mantissa);
    }
    let (mantissa, unit) = if mantissa == HIDDEN << 1 { (HIDDEN, unit + 1) } else { (mantissa, unit) };
    match u64::try_from(unit + 1075) {
        Ok(exponent @ 0..2047) => f64::from_bits(exponent << 52 | (mantissa - HIDDEN)),
        _ => f64::INFINITY,
    }
}

/// How `numerator / denominator` compares with 2^power.
fn compare_scaled(numerator: &Big, denominator: &Big, power: i32) -> Ordering {
    let (mut numerator, mut denominator) = (numerator.clone(), denominator.clone());
    if power < 0 { &mut numerator } else { &mut denominator }.shift_left(power.unsigned_abs());
    numerator.compare(&denominator)
}

/// `numerator / denominator / 2^unit`, whole, and whether what is left rounds it up (ties to even).
fn divide_scaled(mut numerator: Big, mut denominator: Big, unit: i32) -> (u64, bool) {
    if unit < 0 { &mut numerator } else { &mut denominator }.shift_left(unit.unsigned_abs());
    divide(numerator, &denominator)
}

/// A quotient of at most 63 bits, and whether the remainder rounds it up (ties to even).
fn divide(mut numerator: Big, denominator: &Big) -> (u64, bool) {
    let mut quotient = 0_u64;
    for bit in (0..u32::try_from((numerator.bits() - denominator.bits() + 1).max(0)).unwrap_or(0)).rev() {
        let mut part = denominator.clone();
        part.shift_left(bit);
        quotient <<= 1;
        if numerator.compare(&part) != Ordering::Less {
            numerator.subtract(&part);
            quotient |= 1;
        }
    }
    numerator.shift_left(1);
    let rounds_up = match numerator.compare(denominator) {
        Ordering::Less => false,
        Ordering::Equal => quotient & 1 == 1,
        Ordering::Greater => true,
    };
    (quotient, rounds_up)
}

/// The first `count` digits (17 at most) of a positive double, correctly rounded, as an integer of that many digits, and
/// where the decimal point stands: the value is `0.digits × 10^point`.
fn digits(value: f64, count: u32) -> (u64, i32) {
    let bits = value.to_bits();
    let (field, fraction) = ((bits >> 52) as i32 & 0x7ff, bits & ((1 << 52) - 1));
    let (mantissa, exponent) = if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
    let mut numerator = Big::from(mantissa);
    let mut denominator = Big::from(1);
    if exponent < 0 { &mut denominator } else { &mut numerator }.shift_left(exponent.unsigned_abs());
    // log10(2) is about 1233/4096; the estimate may be one too small, which a quotient of too many digits tells.
    let mut point = ((numerator.bits() - denominator.bits() - 1) * 1233) >> 12;
    let limit = 10_u64.pow(count);
    loop {
        let (mut scaled, mut divisor) = (numerator.clone(), denominator.clone());
        let power = count as i32 - point;
        if power < 0 { &mut divisor } else { &mut scaled }.multiply_by_power_of_ten(power.unsigned_abs());
        let (quotient, rounds_up) = divide(scaled, &divisor);
        match quotient + u64::from(rounds_up) {
            rounded if quotient >= limit || rounded > limit => point += 1,
            // 99.95 rounds to 100.0: one digit more, all but the first of them zeros.
            rounded if rounded == limit => return (limit / 10, point + 1),
            rounded => return (rounded, point),
        }
    }
}

/// Canonical `xsd:double` as JSON-LD prescribes (§8.6.2: printf `%1.15E`, trailing zeros removed).
pub fn canonical_double(value: f64) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value == 0.0 {
        return format!("{sign}0.0E0");
    }
    let (digits, point) = digits(value.abs(), 16);
    let digits = digits.to_string();
    let (first, rest) = digits.split_at(1);
    let rest = rest.trim_end_matches('0');
    let rest = if rest.is_empty() { "0" } else { rest };
    format!("{sign}{first}.{rest}E{}", point - 1)
}

/// A whole number below 10^21 in full: the digits that ECMAScript's `toFixed` prints.
pub fn integer(value: f64) -> String {
    let mut text = String::from(if value < 0.0 { "-" } else { "" });
    text.push_str(&(value.abs() as u128).to_string());
    text
}

/// Number.prototype.toString of ECMAScript (RFC 8785 §3.2.2.3): the shortest digits that read back as the same double.
pub fn ecmascript(value: f64) -> String {
    const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT_INTEGERS {
        return integer(value);
    }
    let (digits, point) = shortest(value.abs());
    let sign = if value < 0.0 { "-" } else { "" };
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
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
            let plus = if point < 1 { "" } else { "+" };
            format!("{sign}{first}{dot}{rest}e{plus}{}", point - 1)
        }
    }
}

fn shortest(value: f64) -> (String, i32) {
    for count in 1..17 {
        let (rounded, point) = digits(value, count);
        // Just above a power of two the doubles lie closer together below than above, so that the nearest decimal may
        // read back as another double where its neighbour does not.
        for candidate in [rounded, rounded + 1] {
            let text = candidate.to_string();
            let bytes: Vec<u8> = text.bytes().map(|digit| digit - b'0').collect();
            let point = point + bytes.len() as i32 - count as i32;
            if nearest(&bytes, point).to_bits() == value.to_bits() {
                return (text.trim_end_matches('0').to_owned(), point);
            }
        }
    }
    let (rounded, point) = digits(value, 17);
    (rounded.to_string().trim_end_matches('0').to_owned(), point)
}

/// A natural number, least significant part first, without leading zeros.
#[derive(Clone, Default)]
struct Big(Vec<u32>);

impl Big {
    fn from(value: u64) -> Self {
        let mut big = Self(vec![value as u32, (value >> 32) as u32]);
        big.trim();
        big
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    const fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn bits(&self) -> i32 {
        let top = self.0.last().map_or(0, |part| 32 - part.leading_zeros());
        (self.0.len().saturating_sub(1) * 32) as i32 + top as i32
    }

    fn multiply(&mut self, factor: u32) {
        let mut carry = 0_u64;
        for part in &mut self.0 {
            carry += u64::from(*part) * u64::from(factor);
            *part = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn add(&mut self, value: u32) {
        let mut carry = u64::from(value);
        for part in &mut self.0 {
            carry += u64::from(*part);
            *part = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn multiply_by_power_of_ten(&mut self, power: u32) {
        for _ in 0..power / 9 {
            self.multiply(1_000_000_000);
        }
        for _ in 0..power % 9 {
            self.multiply(10);
        }
    }

    fn shift_left(&mut self, bits: u32) {
        if self.is_zero() {
            return;
        }
        self.multiply(1 << (bits % 32));
        self.0.splice(0..0, std::iter::repeat_n(0, (bits / 32) as usize));
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Takes a number away that is not greater.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0_i64;
        for (place, part) in self.0.iter_mut().enumerate() {
            borrow += i64::from(*part) - other.0.get(place).map_or(0, |part| i64::from(*part));
            *part = borrow as u32;
            borrow >>= 32;
        }
        self.trim();
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
            (-0.0, "-0.0E0"),
            (-0.1, "-1.0E-1"),
            (1e21, "1.0E21"),
            (16.0 / 7.0, "2.285714285714286E0"),
            (123_456.789, "1.23456789E5"),
            (9.999_999_999_999_999_9, "1.0E1"),
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

    /// Doubles of every size: random ones, powers of two and ten and their neighbours, and the ends of the range.
    fn doubles() -> Vec<f64> {
        let mut doubles = vec![f64::MIN_POSITIVE, f64::MAX, 5e-324, 2.225_073_858_507_201e-308, 0.1, 0.3, 2.0 / 3.0];
        let mut state = 88_172_645_463_325_252_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        doubles.extend((0..400).map(|_| f64::from_bits(next() >> 1)));
        doubles.extend((0..100).map(|_| (next() % 1_000_000) as f64 / 1000.0));
        doubles.extend((0..2046).step_by(15).map(|exponent| f64::from_bits(exponent << 52)));
        doubles.extend((-320..=308).step_by(7).map(|power| format!("1e{power}").parse::<f64>().unwrap()));
        let neighbours = |value: &f64| [value.to_bits().wrapping_sub(1), value.to_bits() + 1].map(f64::from_bits);
        let more: Vec<f64> = doubles.iter().flat_map(neighbours).collect();
        doubles.extend(more);
        doubles.retain(|value| value.is_finite() && *value > 0.0);
        doubles
    }

    #[test]
    fn spellings_are_those_of_the_standard_library() {
        for value in doubles() {
            let (mantissa, exponent) =
                format!("{value:.15E}").split_once('E').map(|(m, e)| (m.to_owned(), e.to_owned())).unwrap();
            let mantissa = mantissa.trim_end_matches('0');
            let point = if mantissa.ends_with('.') { "0" } else { "" };
            assert_eq!(canonical_double(value), format!("{mantissa}{point}E{exponent}"));
            let (digits, point) = shortest(value);
            let (mantissa, exponent) =
                format!("{value:e}").split_once('e').map(|(m, e)| (m.to_owned(), e.to_owned())).unwrap();
            assert_eq!(point - 1, exponent.parse().unwrap(), "{value:e}");
            // Of two decimals that are equally near, ECMAScript takes the even one and Rust the greater one.
            let expected = mantissa.replace('.', "");
            let as_integer = |digits: &str| digits.parse::<u64>().unwrap();
            let is_tie = as_integer(&digits) % 2 == 0 && as_integer(&digits) + 1 == as_integer(&expected);
            assert!(digits == expected || is_tie, "{value:e}: {digits}");
        }
    }

    #[test]
    fn overflow_is_told_from_the_digits() {
        for text in
            ["1e309", "1.7976931348623158e308", "-2e308", "0.1e310", "9e99999999999", &format!("1{}", "0".repeat(309))]
        {
            assert!(overflows(text), "{text}");
        }
        for text in ["0e999999999999", "0.0", "1.7976931348623157e308", "-1e308", "0.01e310", "1e-99999999999", "12"] {
            assert!(!overflows(text), "{text}");
        }
    }

    #[test]
    fn decimals_are_read_as_the_standard_library_does() {
        let check = |text: &str| assert_eq!(parse(text).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        for value in doubles() {
            check(&format!("{value:e}"));
            check(&format!("-{value:.25e}"));
            check(&format!("{value:.3e}"));
            // The midpoint to the next double, exactly, and a little to either side.
            let next = f64::from_bits(value.to_bits() + 1);
            if next.is_finite() && value > 1e-5 && value < 1e15 {
                let midpoint = format!("{:.1100}", value).trim_end_matches('0').to_owned();
                check(&midpoint);
            }
        }
        for text in [
            "0",
            "-0",
            "0.0e5",
            "1",
            "10",
            "123456789012345678901234567890",
            "0.000001",
            "1e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "1e-400",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "9007199254740993",
            "9007199254740993.0000000000000000001",
            "9007199254740992.9999",
            "1e99999999999",
            "1e-99999999999",
            "0.00000000000000000000000000000000000000000000000000000000000000000000000001e80",
            "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
        ] {
            check(text);
        }
        check(&format!("0.5{}1", "0".repeat(2000)));
        check(&format!("9007199254740993.{}1", "0".repeat(2000)));
        check(&"9".repeat(308));
        check(&format!("1{}", "0".repeat(5000)));
    }
}
