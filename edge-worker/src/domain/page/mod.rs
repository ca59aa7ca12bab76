//! The public pages of badges and organizations, as HTML that needs no script. Whatever comes from outside is escaped where it is
//! written, and addresses are those that the API has taken as `http(s)` URLs.

mod words;

use std::fmt::Write as _;

use ob3_core::{Alignment, ResultDescription};

use super::badge::{BadgeContent, BadgeImage, achievement_url, image_url};
use super::locale::Locale;
use super::mail::escape;
use super::origin::Origin;
use words::Words;

/// Longest text that a preview of a page shows.
const PREVIEW: usize = 200;

/// Who has a page.
#[derive(Clone, Debug)]
pub struct Issuer<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its name in addresses.
    pub slug: &'a str,
    /// What it says of itself.
    pub description: Option<&'a str>,
    /// Its own site.
    pub url: Option<&'a str>,
}

/// A badge on a page.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// Its name in addresses.
    pub slug: &'a str,
    /// Whether it is issued.
    pub is_active: bool,
    /// What it says.
    pub content: &'a BadgeContent,
}

/// The page of a badge.
#[must_use]
pub fn badge(origin: &Origin, locale: Locale, issuer: &Issuer<'_>, badge: &Shown<'_>) -> String {
    let (words, content) = (words::of(locale), badge.content);
    let address = achievement_url(origin, issuer.slug, badge.slug);
    let mut body = String::new();
    if !badge.is_active {
        element(&mut body, "p", " class=\"notice\"", words.retired);
    }
    body.push_str("<section class=\"intake badge\">");
    picture(&mut body, content, "badge__picture");
    body.push_str("<div class=\"badge__words\">");
    // What the badge says is in its own language, whichever the page is in.
    let language = content.in_language.as_deref().map_or_else(String::new, |tag| format!(" lang=\"{}\"", escape(tag)));
    let _ = write!(body, "<div class=\"prose\"{language}>");
    paragraphs(&mut body, &content.description);
    body.push_str("</div>");
    heading(&mut body, words.earned_by);
    if let Some(narrative) = &content.criteria_narrative {
        let _ = write!(body, "<div class=\"prose\"{language}>");
        paragraphs(&mut body, narrative);
        body.push_str("</div>");
    }
    if let Some(url) = &content.criteria_id {
        let _ = write!(body, "<p>{}</p>", link(url, words.criteria_page));
    }
    alignments(&mut body, words, &content.alignment);
    results(&mut body, words, &content.result_description);
    body.push_str("</div></section>");
    facts(&mut body, words, content);
    let lead =
        format!("{} <a href=\"/o/{}\">{}</a>", escape(words.issued_by), escape(issuer.slug), escape(issuer.name));
    let page = Page {
        title: &content.name,
        provider: issuer.name,
        description: &content.description,
        image: content.image.as_ref(),
        address: &address,
        data: &address,
        lead: &lead,
        body: &body,
    };
    page.whole(origin, locale, words)
}

/// The page of an organization with its active badges. `more` is the query of the next page of them.
#[must_use]
pub fn organization(
    origin: &Origin,
    locale: Locale,
    issuer: &Issuer<'_>,
    badges: &[Shown<'_>],
    more: Option<&str>,
) -> String {
    let words = words::of(locale);
    let mut body = String::from("<section class=\"intake\" aria-labelledby=\"badges\">");
    element(&mut body, "h2", " id=\"badges\" class=\"intake__title\"", words.badges);
    if badges.is_empty() {
        element(&mut body, "p", "", words.none);
    } else {
        body.push_str("<ul class=\"shelf\">");
        for badge in badges {
            body.push_str("<li>");
            picture(&mut body, badge.content, "shelf__picture");
            let address = format!("/achievements/{}/{}", escape(issuer.slug), escape(badge.slug));
            let _ = write!(body, "<div><h3><a href=\"{address}\">{}</a></h3>", escape(&badge.content.name));
            element(&mut body, "p", "", &preview(&badge.content.description));
            body.push_str("</div></li>");
        }
        body.push_str("</ul>");
    }
    if let Some(query) = more {
        let _ = write!(body, "<p><a href=\"{}\">{}</a></p>", escape(query), escape(words.more));
    }
    body.push_str("</section>");
    let mut lead = String::new();
    if let Some(description) = issuer.description {
        lead.push_str(&escape(description));
    }
    if let Some(url) = issuer.url {
        let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or(url);
        let gap = if lead.is_empty() { "" } else { "<br>" };
        let _ = write!(lead, "{gap}{}", link(url, host));
    }
    let page = Page {
        title: issuer.name,
        provider: issuer.name,
        description: issuer.description.unwrap_or(words.about),
        image: None,
        address: &origin.at(&format!("/o/{}", issuer.slug)),
        data: &origin.at(&format!("/issuers/{}", issuer.slug)),
        lead: &lead,
        body: &body,
    };
    page.whole(origin, locale, words)
}

/// The page that stands where there is none.
#[must_use]
pub fn missing(locale: Locale) -> String {
    let words = words::of(locale);
    let title = escape(words.missing);
    let head = format!("<meta name=\"robots\" content=\"noindex\">\n<title>{title} – Accolade</title>");
    framed(locale, words, &head, &title, &escape(words.missing_why), "", "")
}

/// What the frame of a page is filled with; `lead` and `body` are HTML, the others text.
struct Page<'a> {
    title: &'a str,
    provider: &'a str,
    description: &'a str,
    image: Option<&'a BadgeImage>,
    address: &'a str,
    data: &'a str,
    lead: &'a str,
    body: &'a str,
}

impl Page<'_> {
    fn whole(&self, origin: &Origin, locale: Locale, words: &Words) -> String {
        let (title, address) = (escape(self.title), escape(self.address));
        let description = escape(&preview(self.description));
        let mut head = String::new();
        for (property, content) in [
            ("og:type", "website"),
            ("og:site_name", &escape(self.provider)),
            ("og:title", &title),
            ("og:description", &description),
            ("og:url", &address),
            ("og:locale", locale.as_str()),
        ] {
            let _ = writeln!(head, "<meta property=\"{property}\" content=\"{content}\">");
        }
        if let Some(image) = self.image {
            let url = escape(&image_url(origin, image));
            let _ = writeln!(head, "<meta property=\"og:image\" content=\"{url}\">");
        }
        // An address that browsers are answered by a page leads them nowhere else.
        let as_data = match self.data == self.address {
            true => String::new(),
            false => {
                format!(" <a href=\"{}\" type=\"application/ld+json\">{}</a>", escape(self.data), escape(words.data))
            }
        };
        let head = format!(
            "<meta name=\"description\" content=\"{description}\">\n<meta name=\"twitter:card\" content=\"summary\">\n{head}\
             <title>{title} – Accolade</title>\n<link rel=\"canonical\" href=\"{address}\">\n\
             <link rel=\"alternate\" type=\"application/ld+json\" href=\"{}\">",
            escape(self.data),
        );
        framed(locale, words, &head, &title, self.lead, self.body, &as_data)
    }
}

/// The frame of every page; all of it but the words is HTML.
fn framed(locale: Locale, words: &Words, head: &str, title: &str, lead: &str, body: &str, as_data: &str) -> String {
    let mut languages = String::new();
    for other in Locale::ALL {
        let (tag, name) = (other.as_str(), words::name(other));
        let current = if other == locale { " aria-current=\"true\"" } else { "" };
        let _ = write!(languages, "<a href=\"?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\"{current}>{name}</a> ");
    }
    format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"theme-color\" content=\"#1d2658\">\n{head}\n\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"/mark.svg\">\n<link rel=\"stylesheet\" href=\"/public.css\">\n\
         <script type=\"module\" src=\"/public.js\"></script>\n</head>\n\
         <body data-state=\"public\">\n<a class=\"skip\" href=\"#content\">{skip}</a>\n\
         <header class=\"head\" id=\"head\">\n<div class=\"bar\"><a class=\"brand\" href=\"/\">{MARK} Accolade</a> \
         <a class=\"bar__link\" href=\"/\">{check}</a></div>\n\
         <div class=\"verdict\"><h1 class=\"verdict__title\">{title}</h1>\n<p class=\"lead\">{lead}</p></div>\n</header>\n\
         <main id=\"content\" tabindex=\"-1\">\n{body}\n</main>\n\
         <footer>\n<p>{about}{as_data}</p>\n\
         <p class=\"languages\">{languages}</p>\n</footer>\n</body>\n</html>\n",
        language = locale.as_str(),
        skip = escape(words.skip),
        check = escape(words.check),
        about = escape(words.about),
    )
}

/// Accolade's mark.
const MARK: &str = "<svg viewBox=\"0 0 48 48\" aria-hidden=\"true\"><path d=\"M17 5.5c-6.5 0-7 4-7 9 0 5.5-1.5 9.5-6 9.5 \
    4.5 0 6 4 6 9.5 0 5 .5 9 7 9M31 5.5c6.5 0 7 4 7 9 0 5.5 1.5 9.5 6 9.5-4.5 0-6 4-6 9.5 0 5-.5 9-7 9\"/>\
    <path d=\"m17 24.5 5 5 9.5-11\"/></svg>";

fn picture(body: &mut String, content: &BadgeContent, class: &str) {
    if let Some(image) = &content.image {
        // The name beside it says what it is.
        let source = format!("/images/{}.{}", image.sha256, image.kind.as_str());
        let _ = write!(body, "<img class=\"{class}\" src=\"{source}\" alt=\"\">");
    }
}

fn alignments(body: &mut String, words: &Words, alignments: &[Alignment]) {
    if alignments.is_empty() {
        return;
    }
    heading(body, words.alignment);
    body.push_str("<ul class=\"list\">");
    for alignment in alignments {
        let _ = write!(body, "<li>{}", link(&alignment.target_url, &alignment.target_name));
        let beside = [alignment.target_framework.as_deref(), alignment.target_code.as_deref()];
        let beside: Vec<&str> = beside.into_iter().flatten().collect();
        if !beside.is_empty() {
            element(body, "span", " class=\"beside\"", &beside.join(", "));
        }
        if let Some(description) = &alignment.target_description {
            paragraphs(body, description);
        }
        body.push_str("</li>");
    }
    body.push_str("</ul>");
}

fn results(body: &mut String, words: &Words, results: &[ResultDescription]) {
    if results.is_empty() {
        return;
    }
    heading(body, words.results);
    body.push_str("<ul class=\"list\">");
    for result in results {
        body.push_str("<li>");
        element(body, "strong", "", &result.name);
        let min = result.value_min.as_deref().map(|n| words.from.replace("{n}", n));
        let max = result.value_max.as_deref().map(|n| words.to.replace("{n}", n));
        let mut beside: Vec<String> = min.into_iter().chain(max).collect();
        if result.allowed_value.is_empty() {
            beside.extend(result.required_value.as_ref().map(|value| format!("{value}: {}", words.required)));
        }
        if !beside.is_empty() {
            element(body, "span", " class=\"beside\"", &beside.join(", "));
        }
        let levels = result.rubric_criterion_level.iter().map(|level| {
            let is_required = result.required_level.as_ref() == Some(&level.id);
            (level.name.as_str(), level.description.as_deref(), is_required)
        });
        let values = result.allowed_value.iter();
        let values = values.map(|value| (value.as_str(), None, result.required_value.as_ref() == Some(value)));
        let steps: Vec<_> = values.chain(levels).collect();
        if !steps.is_empty() {
            body.push_str("<ol class=\"steps\">");
            for (name, description, is_required) in steps {
                let _ = write!(body, "<li>{}", escape(name));
                if is_required {
                    element(body, "span", " class=\"beside\"", words.required);
                }
                if let Some(description) = description {
                    paragraphs(body, description);
                }
                body.push_str("</li>");
            }
            body.push_str("</ol>");
        }
        body.push_str("</li>");
    }
    body.push_str("</ul>");
}

fn facts(body: &mut String, words: &Words, content: &BadgeContent) {
    let days = content.expires_in_days.map(|days| words.days.replace("{n}", &days.to_string()));
    let kind = content.achievement_type.as_deref().map(|kind| kind.strip_prefix("ext:").unwrap_or(kind));
    body.push_str("<section class=\"intake facts\" aria-labelledby=\"facts\">");
    element(body, "h2", " id=\"facts\" class=\"intake__title\"", words.facts);
    body.push_str("<dl>");
    for (name, value) in [
        (words.kind, kind.map(str::to_owned)),
        (words.valid_for, Some(days.unwrap_or_else(|| words.endless.into()))),
        (words.credits, content.credits_available.map(|credits| credits.to_string())),
        (words.code, content.human_code.clone()),
        (words.language, content.in_language.clone()),
        (words.tags, Some(content.tags.join(", ")).filter(|tags| !tags.is_empty())),
    ] {
        let Some(value) = value else { continue };
        body.push_str("<div>");
        element(body, "dt", "", name);
        element(body, "dd", "", &value);
        body.push_str("</div>");
    }
    body.push_str("</dl></section>");
}

fn heading(body: &mut String, text: &str) {
    element(body, "h2", " class=\"badge__title\"", text);
}

/// Text in an element; `attributes` is HTML.
fn element(body: &mut String, name: &str, attributes: &str, text: &str) {
    let _ = write!(body, "<{name}{attributes}>{}</{name}>", escape(text));
}

/// What is between empty lines is a paragraph.
fn paragraphs(body: &mut String, text: &str) {
    for paragraph in text.replace("\r\n", "\n").split("\n\n").map(str::trim).filter(|text| !text.is_empty()) {
        element(body, "p", "", paragraph);
    }
}

/// A link to somebody else's site.
fn link(url: &str, text: &str) -> String {
    format!("<a href=\"{}\" rel=\"nofollow noopener\">{}</a>", escape(url), escape(text))
}

fn preview(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(PREVIEW) {
        None => line,
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::badge::NewBadge;
    use super::super::fields::Fields;
    use super::*;

    const HOSTILE: &str = "\"><script>alert('1')</script>&amp;{title}<img src=x onerror=alert(1)>";

    fn origin() -> Origin {
        Origin::parse("https://badges.example").unwrap()
    }

    fn content() -> BadgeContent {
        let alignment = json!([{
            "targetName": HOSTILE, "targetUrl": "https://example.com/?a=1&b='2'", "targetCode": HOSTILE,
            "targetFramework": HOSTILE, "targetDescription": HOSTILE,
        }]);
        let body = json!({
            "name": HOSTILE, "slug": "hostile", "description": format!("{HOSTILE}\n\n{HOSTILE}"),
            "criteria": { "narrative": HOSTILE, "id": "https://example.com/?a=1&b='2'" }, "tags": ["<b>"],
            "humanCode": "<i>", "inLanguage": "de", "creditsAvailable": 2.5, "alignment": alignment,
            "resultDescription": [{
                "name": HOSTILE, "resultType": "Result", "allowedValue": ["<u>"], "requiredValue": "<u>",
                "rubricCriterionLevel": [{ "name": HOSTILE, "description": HOSTILE }],
            }],
        });
        NewBadge::read(Fields::of_body(body).unwrap(), |_| "https://badges.example/x".into()).unwrap().content
    }

    #[test]
    fn no_text_from_outside_becomes_markup_in_any_language() {
        let issuer = Issuer {
            name: HOSTILE,
            slug: "demo",
            description: Some(HOSTILE),
            url: Some("https://example.com/?\"onclick=\"alert(1)"),
        };
        let content = content();
        let shown = Shown { slug: "hostile", is_active: false, content: &content };
        for locale in Locale::ALL {
            let pages = [
                badge(&origin(), locale, &issuer, &shown),
                organization(&origin(), locale, &issuer, std::slice::from_ref(&shown), Some("?offset=1\"><script>")),
            ];
            for page in pages {
                assert_eq!(page.matches("<script").count(), 1, "{page}");
                assert!(page.contains("<script type=\"module\" src=\"/public.js\"></script>"));
                for markup in ["<img src=x", "<b>", "<i>", "<u>", "\"onclick", "alert('1')"] {
                    assert!(!page.contains(markup), "{markup}: {page}");
                }
                assert!(page.contains(&format!("<html lang=\"{}\"", locale.as_str())));
            }
        }
    }

    #[test]
    fn a_preview_is_one_line_and_short() {
        assert_eq!(preview("a\n\n b"), "a b");
        assert_eq!(preview(&"é ".repeat(300)).chars().count(), PREVIEW);
    }
}
