//! Content negotiation (RFC 9110 §12.5.1), among the media types of one and the same document.

/// The offered type that an `Accept` header prefers; the first one when it names none of them.
#[must_use]
pub fn preferred<'a>(accept: &str, offered: &[&'a str]) -> &'a str {
    let mut best: Option<(&'a str, u16)> = None;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1000), thousandths).unwrap_or(0);
        let Some(named) = offered.iter().find(|offer| offer.eq_ignore_ascii_case(name)) else { continue };
        if quality > best.map_or(0, |(_, quality)| quality) {
            best = Some((named, quality));
        }
    }
    best.map_or(offered.first().copied().unwrap_or_default(), |(named, _)| named)
}

/// A quality between 0 and 1, in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = format!("{fraction:0<3}").parse::<u16>().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_of_the_offered_types_is_taken() {
        const OFFERED: [&str; 3] = ["application/vc+ld+json", "application/ld+json", "application/json"];
        for (accept, media_type) in [
            ("", OFFERED[0]),
            ("*/*", OFFERED[0]),
            ("text/html", OFFERED[0]),
            ("application/json", OFFERED[2]),
            ("Application/LD+JSON", OFFERED[1]),
            ("application/json;q=0.5, application/ld+json;q=0.9", OFFERED[1]),
            ("application/json; q=0.5, application/vc+ld+json", OFFERED[0]),
            ("application/json;q=0, application/ld+json;q=0.001", OFFERED[1]),
            ("application/json;q=0", OFFERED[0]),
            ("application/json;q=x", OFFERED[0]),
        ] {
            assert_eq!(preferred(accept, &OFFERED), media_type, "{accept}");
        }
    }
}
