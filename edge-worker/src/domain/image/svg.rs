//! SVG: only what shows a picture. Scripts, handlers of events, animation, foreign content and references to anything outside
//! of the file are refused, not taken out: what is left would be another picture than the one that was uploaded.

use ob3_core::{SvgPart, SvgReader};

use super::{ENDS_EARLY, MALFORMED, Refused};

const SVG: &str = "http://www.w3.org/2000/svg";
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Deepest nesting: drawing programs reach a dozen.
const MAX_DEPTH: usize = 64;
/// Most elements: what browsers still draw without delay.
const MAX_ELEMENTS: usize = 20_000;
/// Most copies by `use`: copies of copies multiply.
const MAX_USES: usize = 32;

/// Elements that draw, and those that drawing needs.
const DRAWING: [&str; 29] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "title",
    "desc",
    "metadata",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "image",
    "style",
    "switch",
    "filter",
];

/// Pictures within a picture: what is in the file itself, of kinds that hold pixels and nothing else.
const EMBEDDED: [&str; 4] =
    ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,", "data:image/gif;base64,"];

/// Reads a whole SVG.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refused> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::Broken("it is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    // In another encoding the same bytes could be other markup.
    let declaration = text.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()).unwrap_or_default();
    let declaration = declaration.to_ascii_lowercase();
    if declaration.contains("encoding") && !declaration.contains("utf-8") {
        return Err(Refused::Broken("it is not UTF-8"));
    }
    let mut reader = SvgReader::new(text);
    let mut open: Vec<String> = Vec::new();
    let mut prefixes: Vec<String> = Vec::new();
    let (mut elements, mut uses, mut has_root) = (0_usize, 0_usize, false);
    while let Some(part) = reader.next_part().map_err(|_| Refused::Broken(MALFORMED))? {
        match part {
            SvgPart::Open { name, attributes, is_empty } => {
                if open.is_empty() && std::mem::replace(&mut has_root, true) {
                    return Err(Refused::Broken("it has several roots"));
                }
                elements += 1;
                check_namespaces(&attributes, &mut prefixes, elements == 1)?;
                check_element(&name, &prefixes)?;
                uses += usize::from(local(&name) == "use");
                if elements > MAX_ELEMENTS || uses > MAX_USES || open.len() >= MAX_DEPTH {
                    return Err(active("it has too many elements"));
                }
                for (attribute, value) in &attributes {
                    check_attribute(attribute, value)?;
                }
                if !is_empty {
                    open.push(name);
                }
            }
            SvgPart::Text(text) => {
                let is_style = open.last().is_some_and(|name| local(name) == "style");
                if is_style {
                    check_style(&text)?;
                } else if open.is_empty() && !text.trim().is_empty() {
                    return Err(Refused::TrailingData);
                }
            }
            SvgPart::Close(name) => {
                if open.pop().as_deref() != Some(name) {
                    return Err(Refused::Broken(MALFORMED));
                }
            }
        }
    }
    match (has_root, open.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(Refused::Broken(ENDS_EARLY)),
        (false, _) => Err(Refused::WrongType),
    }
}

/// Within an SVG, markup of other languages could be brought to life by its namespace.
fn check_namespaces(attributes: &[(String, String)], prefixes: &mut Vec<String>, is_root: bool) -> Result<(), Refused> {
    let mut is_svg = !is_root;
    for (name, value) in attributes {
        match name.strip_prefix("xmlns:") {
            Some(prefix) if value == SVG => {
                prefixes.push(prefix.to_owned());
                is_svg = true;
            }
            Some(_) if value == XHTML => return Err(active("it holds HTML")),
            None if name == "xmlns" && value != SVG => return Err(active("it holds elements that are not SVG")),
            None if name == "xmlns" => is_svg = true,
            _ => {}
        }
    }
    if is_svg { Ok(()) } else { Err(Refused::Broken("its root is not in the namespace of SVG")) }
}

fn check_element(name: &str, prefixes: &[String]) -> Result<(), Refused> {
    let is_svg = name.split_once(':').is_none_or(|(prefix, _)| prefixes.iter().any(|known| known == prefix));
    let local = local(name);
    // Filters are many and harmless but for the one that draws other files.
    let is_filter = local.starts_with("fe") && local != "feImage";
    // What drawing programs note for themselves stands in namespaces of their own, and is not drawn.
    if !is_svg || DRAWING.contains(&local) || is_filter {
        return Ok(());
    }
    Err(active(&format!("it holds the element `{}`", local.chars().take(40).collect::<String>())))
}

fn check_attribute(name: &str, value: &str) -> Result<(), Refused> {
    let own = local(name).to_ascii_lowercase();
    if own.starts_with("on") {
        return Err(active("it holds a handler of events"));
    }
    let value = value.trim();
    match own.as_str() {
        "href" if value.starts_with('#') || EMBEDDED.iter().any(|start| value.starts_with(start)) => Ok(()),
        "href" | "src" | "base" => Err(active("it refers to something outside of the file")),
        // Names of files, for instance; browsers read nothing in them.
        _ if name.contains(':') => Ok(()),
        _ => check_style(value),
    }
}

/// CSS, and attributes that are read as CSS: they refer to parts of the same file alone.
fn check_style(css: &str) -> Result<(), Refused> {
    // An escape could spell any of what follows.
    if css.contains('\\') {
        return Err(active("its styles hold escapes"));
    }
    let css = css.to_ascii_lowercase();
    if ["@import", "image-set", "expression(", "@font-face", "javascript:"].iter().any(|word| css.contains(word)) {
        return Err(active("its styles refer to something outside of the file"));
    }
    for reference in css.split("url(").skip(1) {
        let reference = reference.trim_start().trim_start_matches(['"', '\'']).trim_start();
        if !reference.starts_with('#') && !EMBEDDED.iter().any(|start| reference.starts_with(start)) {
            return Err(active("its styles refer to something outside of the file"));
        }
    }
    Ok(())
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or_default()
}

fn active(why: &str) -> Refused {
    Refused::Active(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(inside: &str) -> String {
        format!(r#"<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 8 8">{inside}</svg>"#)
    }

    #[test]
    fn a_picture_is_taken() {
        for text in [
            drawn(""),
            drawn("<g id='a'><path d='M0 0h8'/></g><use href='#a'/><use xlink:href='#a'/>"),
            drawn("<style>.a{fill:url(#g);stroke:#000}</style><style><![CDATA[.b>c{fill:red}]]></style>"),
            drawn("<image href='data:image/png;base64,AAAA'/><text>5 &lt; 6 &amp; on</text>"),
            drawn("<filter id='f'><feGaussianBlur stdDeviation='2'/></filter><rect style='filter:url( \"#f\")'/>"),
            drawn("<metadata><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:li/></r:RDF></metadata>"),
            drawn("<n:view xmlns:n='http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd' n:name='C:\\a'/>"),
            format!("\u{feff}<?xml version='1.0' encoding='UTF-8'?>\n<!-- a > b -->\n<!DOCTYPE svg>\n{}\n", drawn("")),
            format!("<s:svg xmlns:s='{SVG}'><s:path d=''/></s:svg>"),
        ] {
            assert_eq!(check(text.as_bytes()), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_does_more_than_show_is_refused() {
        for inside in [
            "<script>alert(1)</script>",
            "<script href='data:,x'/>",
            "<s:script xmlns:s='http://www.w3.org/2000/svg'/>",
            "<g onload='alert(1)'/>",
            "<g ONCLICK='alert(1)'/>",
            "<a href='#x'/>",
            "<foreignObject/>",
            "<h:p xmlns:h='http://www.w3.org/1999/xhtml'/>",
            "<g xmlns='http://www.w3.org/1999/xhtml'/>",
            "<animate attributeName='href'/>",
            "<set attributeName='onmouseover' to='alert(1)'/>",
            "<image href='https://example.com/a.png'/>",
            "<image xlink:href='//example.com/a.png'/>",
            "<image href='data:image/svg+xml;base64,AAAA'/>",
            "<use href='other.svg#a'/>",
            "<use href='&#106;avascript:alert(1)'/>",
            "<g xml:base='https://example.com/'/>",
            "<feImage href='#a'/>",
            "<rect fill='url(https://example.com/)'/>",
            "<rect style='fill:URL( \"//example.com\")'/>",
            "<rect style='fill:u\\72l(//example.com)'/>",
            "<style>@import '//example.com/a.css';</style>",
            "<style>&#64;import '//example.com/a.css';</style>",
            "<style><![CDATA[a{background:url(//example.com)}]]></style>",
            "<style>a{background:image-set('//example.com/a.png' 1x)}</style>",
        ] {
            let text = drawn(inside);
            assert!(matches!(check(text.as_bytes()), Err(Refused::Active(_))), "{text}: {:?}", check(text.as_bytes()));
        }
        let many = drawn(&"<use href='#a'/>".repeat(MAX_USES + 1));
        assert!(matches!(check(many.as_bytes()), Err(Refused::Active(_))));
        let deep = drawn(&"<g>".repeat(MAX_DEPTH + 1));
        assert!(matches!(check(deep.as_bytes()), Err(Refused::Active(_))));
    }

    #[test]
    fn what_is_no_whole_svg_is_refused() {
        let whole = drawn("<g><path d='M0 0'/></g><text>x</text>");
        for end in 1..whole.len() {
            assert!(check(&whole.as_bytes()[..end]).is_err(), "cut to {end}");
        }
        for text in [
            "<html xmlns='http://www.w3.org/1999/xhtml'/>".to_owned(),
            "<svg/>".to_owned(),
            "<p>text</p>".to_owned(),
            format!("{0}{0}", drawn("")),
            format!("{}PK", drawn("")),
            drawn("<g></path>"),
            drawn("<?xml-stylesheet href='//example.com/a.css'?>"),
            format!("<?xml-stylesheet href='//example.com/a.css'?>{}", drawn("")),
            format!("<!DOCTYPE svg [<!ENTITY a 'b'>]>{}", drawn("")),
            drawn("&a;"),
            format!("<?xml version='1.0' encoding='ISO-2022-JP'?>{}", drawn("")),
        ] {
            assert!(check(text.as_bytes()).is_err(), "{text}");
        }
        assert!(check(b"<svg xmlns='http://www.w3.org/2000/svg'>\xff</svg>").is_err());
    }
}
