//! Content negotiation (RFC 9110 §12.5.1), among the media types of one and the same document, and what the caller has of
//! it already.

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

/// Whether an `If-None-Match` header (RFC 9110 §13.1.2) names an entity tag, by weak comparison.
#[must_use]
pub fn names_tag(if_none_match: &str, tag: &str) -> bool {
    let named = if_none_match.split(',').map(str::trim);
    if_none_match.trim() == "*" || named.map(|text| text.strip_prefix("W/").unwrap_or(text)).any(|text| text == tag)
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
    fn a_tag_is_known_when_it_is_named() {
        for (header, is_known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("", false),
            ("a", false),
            ("\"b\"", false),
        ] {
            assert_eq!(names_tag(header, "\"a\""), is_known, "{header}");
        }
    }

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
