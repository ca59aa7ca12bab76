//! SVG (OB 3.0 §5.3.2.1): the credential stands in an element `credential` of the badge namespace, as a JWS in its
//! attribute `verify` or as JSON in its text.
//!
//! The markup is scanned, not interpreted: no entity is expanded beyond the five of XML and numbers, nothing is fetched.

use std::borrow::Cow;

use super::BakeError;

/// The namespace of Open Badges 3.0 in SVG, and that of Open Badges 2.
const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";
const NAMESPACE_2: &str = "http://openbadges.org";

/// Largest SVG that is scanned.
const MAX_SVG_BYTES: usize = 8 << 20;

/// Most attributes of one element, and most prefixes of the badge namespaces: each is compared with all others. Drawing
/// programs write some thirty at the root.
const MAX_ATTRIBUTES: usize = 64;

/// The credential's text in an SVG.
///
/// # Errors
/// The markup can not be scanned, or carries no credential or several.
pub fn extract_svg(svg: &str) -> Result<String, BakeError> {
    if svg.len() > MAX_SVG_BYTES {
        return Err(BakeError::ImageTooLarge { bytes: svg.len() });
    }
    let mut scanner = Scanner { text: svg, at: 0 };
    let mut prefixes: Vec<(String, bool)> = Vec::new();
    let mut credential: Option<String> = None;
    let mut is_open_badges_2 = false;
    let mut is_svg = false;
    while let Some(tag) = scanner.next_start_tag()? {
        let local = tag.name.rsplit(':').next().unwrap_or_default();
        if !is_svg {
            if local != "svg" {
                return Err(malformed(&scanner));
            }
            is_svg = true;
        }
        for (name, value) in &tag.attributes {
            let prefix = match name.strip_prefix("xmlns:") {
                Some(prefix) => prefix,
                None if name == "xmlns" => "",
                None => continue,
            };
            prefixes.retain(|(known, _)| known != prefix);
            if value == NAMESPACE || value == NAMESPACE_2 {
                if prefixes.len() == MAX_ATTRIBUTES {
                    return Err(malformed(&scanner));
                }
                prefixes.push((prefix.to_owned(), value == NAMESPACE));
            }
        }
        let prefix = tag.name.split_once(':').map_or("", |(prefix, _)| prefix);
        let Some((_, is_3)) = prefixes.iter().find(|(known, _)| known == prefix) else { continue };
        match (local, is_3) {
            ("credential", true) => {
                if credential.is_some() {
                    return Err(BakeError::SeveralCredentials);
                }
                let verify = tag.attributes.iter().find(|(name, _)| name == "verify").map(|(_, value)| value.trim());
                let body = if tag.is_empty { String::new() } else { scanner.text_until_end(&tag.name)? };
                credential = Some(match (verify.unwrap_or_default(), body.trim()) {
                    (jws, "") => jws.to_owned(),
                    ("", json) => json.to_owned(),
                    // Which of the two is read would depend on who reads.
                    _ => return Err(BakeError::SeveralCredentials),
                });
            }
            ("assertion", false) => is_open_badges_2 = true,
            _ => {}
        }
    }
    match credential {
        Some(text) if text.is_empty() => Err(BakeError::NoCredential),
        Some(text) => Ok(text),
        None if is_open_badges_2 => Err(BakeError::OpenBadges2),
        None => Err(BakeError::NoCredential),
    }
}

/// Puts a credential into an SVG, in the place of one that is there already.
///
/// # Errors
/// The markup can not be scanned, has no root element `svg`, or the credential can not stand in it.
pub fn bake_svg(svg: &str, credential: &str) -> Result<String, BakeError> {
    if credential.is_empty() || credential.contains('\0') {
        return Err(BakeError::CredentialNotText);
    }
    let clean = without_credentials(svg)?;
    let mut scanner = Scanner { text: &clean, at: 0 };
    let root = scanner.next_start_tag()?.ok_or(BakeError::NotSvg)?;
    if root.name.rsplit(':').next() != Some("svg") {
        return Err(BakeError::NotSvg);
    }
    let end = scanner.at;
    let (open, rest) = clean.split_at_checked(end).ok_or(BakeError::NotSvg)?;
    let trimmed = open.trim_end_matches('>').trim_end_matches('/');
    let element = if credential.starts_with('{') {
        // The end of a CDATA section inside it is split over two.
        let body = credential.replace("]]>", "]]]]><![CDATA[>");
        format!("<openbadges:credential xmlns:openbadges=\"{NAMESPACE}\"><![CDATA[{body}]]></openbadges:credential>")
    } else {
        let value = credential.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        format!("<openbadges:credential xmlns:openbadges=\"{NAMESPACE}\" verify=\"{value}\"/>")
    };
    let close = if root.is_empty { format!("</{}>", root.name) } else { String::new() };
    Ok(format!("{trimmed}>{element}{close}{rest}"))
}

/// The SVG without its credential elements.
fn without_credentials(svg: &str) -> Result<String, BakeError> {
    if svg.len() > MAX_SVG_BYTES {
        return Err(BakeError::ImageTooLarge { bytes: svg.len() });
    }
    let mut clean = String::with_capacity(svg.len());
    let mut kept = 0;
    let mut scanner = Scanner { text: svg, at: 0 };
    while let Some(tag) = scanner.next_start_tag()? {
        if !tag.name.ends_with(":credential") {
            continue;
        }
        if !tag.is_empty {
            scanner.text_until_end(&tag.name)?;
        }
        clean.push_str(svg.get(kept..tag.start).unwrap_or_default());
        kept = scanner.at;
    }
    clean.push_str(svg.get(kept..).unwrap_or_default());
    Ok(clean)
}

fn malformed(scanner: &Scanner<'_>) -> BakeError {
    BakeError::SvgMalformed { offset: scanner.at }
}

/// One part of an SVG's markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SvgPart<'a> {
    /// A start tag.
    Open {
        /// Its name, with the prefix as it is written.
        name: String,
        /// Its attributes in their order, no two of a name, their entities replaced.
        attributes: Vec<(String, String)>,
        /// Whether it is an end tag as well.
        is_empty: bool,
    },
    /// Text between tags, its entities replaced.
    Text(Cow<'a, str>),
    /// An end tag.
    Close(&'a str),
}

/// Reads an SVG part by part, for those who ask what stands in it. It does not ask whether tags match.
pub struct SvgReader<'a>(Scanner<'a>);

impl<'a> SvgReader<'a> {
    /// Begins at the beginning.
    #[must_use]
    pub const fn new(svg: &'a str) -> Self {
        Self(Scanner { text: svg, at: 0 })
    }

    /// The next part; comments and a DOCTYPE that declares nothing are passed over.
    ///
    /// # Errors
    /// The markup can not be scanned, is too large, or has processing instructions after its XML declaration.
    pub fn next_part(&mut self) -> Result<Option<SvgPart<'a>>, BakeError> {
        let scanner = &mut self.0;
        if scanner.text.len() > MAX_SVG_BYTES {
            return Err(BakeError::ImageTooLarge { bytes: scanner.text.len() });
        }
        loop {
            let rest = scanner.rest();
            if rest.is_empty() {
                return Ok(None);
            } else if !rest.starts_with('<') {
                let text = rest.split('<').next().unwrap_or_default();
                let plain = if text.contains('&') { unescape(text).map(Cow::Owned) } else { Some(Cow::Borrowed(text)) };
                let plain = plain.ok_or_else(|| malformed(scanner))?;
                scanner.at += text.len();
                return Ok(Some(SvgPart::Text(plain)));
            } else if rest.starts_with("<![CDATA[") {
                scanner.at += "<![CDATA[".len();
                return scanner.skip_past("]]>").map(|text| Some(SvgPart::Text(Cow::Borrowed(text))));
            } else if rest.starts_with("</") {
                scanner.at += "</".len();
                return scanner.skip_past(">").map(|name| Some(SvgPart::Close(name.trim_end())));
            } else if rest.starts_with("<?") && (scanner.at > 0 || !rest.starts_with("<?xml ")) {
                return Err(malformed(scanner));
            } else if !scanner.skip_aside()? {
                let Tag { name, attributes, is_empty, .. } = scanner.start_tag()?;
                return Ok(Some(SvgPart::Open { name, attributes, is_empty }));
            }
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

struct Tag {
    start: usize,
    name: String,
    attributes: Vec<(String, String)>,
    is_empty: bool,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_past(&mut self, end: &str) -> Result<&'a str, BakeError> {
        let rest = self.rest();
        let found = rest.find(end).ok_or_else(|| malformed(self))?;
        self.at += found + end.len();
        Ok(rest.get(..found).unwrap_or_default())
    }

    /// Goes to the next start tag, over text, comments, CDATA, processing instructions, end tags and a DOCTYPE.
    fn next_start_tag(&mut self) -> Result<Option<Tag>, BakeError> {
        loop {
            let Some(found) = self.rest().find('<') else { return Ok(None) };
            self.at += found;
            let rest = self.rest();
            if rest.starts_with("<![CDATA[") {
                self.skip_past("]]>")?;
            } else if rest.starts_with("</") {
                self.skip_past(">")?;
            } else if !self.skip_aside()? {
                return self.start_tag().map(Some);
            }
        }
    }

    /// Goes over a comment, a processing instruction or a DOCTYPE, if there is one.
    fn skip_aside(&mut self) -> Result<bool, BakeError> {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            self.skip_past("-->")?;
        } else if rest.starts_with("<?") {
            self.skip_past("?>")?;
        } else if rest.starts_with("<!") {
            // A DOCTYPE that names a DTD is skipped; one that declares anything is refused: entities are how XML bites.
            if self.skip_past(">")?.contains(['[', '&', '%']) {
                return Err(malformed(self));
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn start_tag(&mut self) -> Result<Tag, BakeError> {
        let start = self.at;
        self.at += 1;
        let name = self.name()?;
        let mut attributes = Vec::new();
        loop {
            self.skip_space();
            let rest = self.rest();
            if rest.starts_with("/>") {
                self.at += 2;
                return Ok(Tag { start, name, attributes, is_empty: true });
            }
            if rest.starts_with('>') {
                self.at += 1;
                return Ok(Tag { start, name, attributes, is_empty: false });
            }
            let attribute = self.name()?;
            self.skip_space();
            self.expect('=')?;
            self.skip_space();
            let quote = match self.rest().chars().next() {
                Some(quote @ ('"' | '\'')) => quote,
                _ => return Err(malformed(self)),
            };
            self.at += 1;
            let value = self.skip_past(if quote == '"' { "\"" } else { "'" })?;
            let value = unescape(value).ok_or_else(|| malformed(self))?;
            if attributes.len() == MAX_ATTRIBUTES || attributes.iter().any(|(known, _)| *known == attribute) {
                return Err(malformed(self));
            }
            attributes.push((attribute, value));
        }
    }

    fn name(&mut self) -> Result<String, BakeError> {
        let rest = self.rest();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, ':' | '-' | '_' | '.');
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let name = rest.get(..end).filter(|name| !name.is_empty()).ok_or_else(|| malformed(self))?;
        self.at += end;
        Ok(name.to_owned())
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn expect(&mut self, c: char) -> Result<(), BakeError> {
        if !self.rest().starts_with(c) {
            return Err(malformed(self));
        }
        self.at += c.len_utf8();
        Ok(())
    }

    /// The text of an element that holds text only: what stands in several CDATA sections is one text.
    fn text_until_end(&mut self, name: &str) -> Result<String, BakeError> {
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let found = rest.find('<').ok_or_else(|| malformed(self))?;
            let plain = rest.get(..found).unwrap_or_default();
            text.push_str(&unescape(plain).ok_or_else(|| malformed(self))?);
            self.at += found;
            let rest = self.rest();
            if rest.starts_with("<![CDATA[") {
                self.at += "<![CDATA[".len();
                text.push_str(self.skip_past("]]>")?);
            } else if rest.starts_with("<!--") {
                self.skip_past("-->")?;
            } else if let Some(after) = rest.strip_prefix("</") {
                if after.strip_prefix(name).is_none_or(|after| !after.trim_start().starts_with('>')) {
                    return Err(malformed(self));
                }
                self.skip_past(">")?;
                return Ok(text);
            } else {
                return Err(malformed(self));
            }
        }
    }
}

/// The five entities of XML and numeric references; `None` for any other.
fn unescape(text: &str) -> Option<String> {
    if !text.contains('&') {
        return Some(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (entity, after) = after.split_once(';')?;
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => {
                let number = other.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = r#"<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/d.dtd"><!-- > --><svg xmlns="http://www.w3.org/2000/svg" width='1'><path d="M0 0"/></svg>"#;

    #[test]
    fn a_credential_survives_its_image() {
        for credential in [r#"{"a":"<]]>&\"'é"}"#, "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"] {
            let baked = bake_svg(SVG, credential).unwrap();
            assert_eq!(extract_svg(&baked).as_deref(), Ok(credential));
            assert_eq!(bake_svg(&baked, credential).unwrap(), baked, "baking again replaces");
            assert_eq!(without_credentials(&baked).unwrap(), SVG);
        }
        let empty = bake_svg(r#"<svg/>"#, "{}").unwrap();
        assert!(empty.ends_with("</svg>"), "{empty}");
        assert_eq!(extract_svg(&empty).as_deref(), Ok("{}"));
    }

    #[test]
    fn the_namespace_tells_the_credential() {
        let svg = |root: &str, body: &str| format!(r#"<svg {root}>{body}</svg>"#);
        let ob = r#"xmlns:ob="https://purl.imsglobal.org/ob/v3p0""#;
        for (text, expected) in [
            (svg(ob, "<ob:credential>  {\"a\":1} </ob:credential>"), Ok("{\"a\":1}".to_owned())),
            (svg(ob, "<ob:credential>{&quot;a&quot;:<![CDATA[1]]>}</ob:credential>"), Ok("{\"a\":1}".to_owned())),
            (svg("", &format!("<g><x:credential verify='j' xmlns:x='{NAMESPACE}'/></g>")), Ok("j".to_owned())),
            (svg("", "<ob:credential>{}</ob:credential>"), Err(BakeError::NoCredential)),
            (svg(ob, "<ob:credential/>"), Err(BakeError::NoCredential)),
            (
                svg(ob, "<ob:credential>{}</ob:credential><ob:credential>{}</ob:credential>"),
                Err(BakeError::SeveralCredentials),
            ),
            (svg(r#"xmlns:ob="http://openbadges.org""#, "<ob:assertion verify='x'/>"), Err(BakeError::OpenBadges2)),
            (svg("", ""), Err(BakeError::NoCredential)),
        ] {
            assert_eq!(extract_svg(&text), expected, "{text}");
        }
    }

    #[test]
    fn markup_that_bites_is_refused() {
        for text in [
            r#"<!DOCTYPE svg [<!ENTITY a "b">]><svg/>"#,
            "<svg",
            "<svg a>",
            "<svg a=b>",
            "<svg a=\"1\" a=\"2\"/>",
            "<svg><!-- </svg>",
            "<html><svg/></html>",
            r#"<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>&evil;</o:credential></svg>"#,
            r#"<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential><g/></o:credential></svg>"#,
            r#"<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>{}</o:other></svg>"#,
            r#"<svg xmlns:o="https://purl.imsglobal.org/ob/v3p0"><o:credential>{}"#,
        ] {
            assert!(matches!(extract_svg(text), Err(BakeError::SvgMalformed { .. })), "{text}");
        }
    }
}
