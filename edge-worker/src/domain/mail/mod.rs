//! Mails: what they say, as text and as HTML, in the language that an organization chooses.

mod words;

use serde::{Deserialize, Serialize};

use super::locale::Locale;

/// What a mail is about, with everything that it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Content {
    /// The code by which somebody signs in.
    SignInCode {
        /// The code.
        code: String,
    },
    /// A credential was issued.
    Issued {
        /// Name of the recipient.
        recipient: String,
        /// Name of the badge.
        badge: String,
        /// Who issued it.
        organization: String,
        /// Where it is claimed.
        url: String,
    },
    /// Somebody is to become a member of an organization.
    Invitation {
        /// The organization.
        organization: String,
        /// Where to accept.
        url: String,
    },
}

/// A mail as it is sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// What stands out in a letter.
enum Highlight<'a> {
    Code(&'a str),
    Link(&'a str),
}

impl Content {
    /// The template's name in the database.
    #[must_use]
    pub const fn template(&self) -> &'static str {
        match self {
            Self::SignInCode { .. } => "sign_in_code",
            Self::Issued { .. } => "issued",
            Self::Invitation { .. } => "invitation",
        }
    }

    /// The mail in a language.
    #[must_use]
    pub fn letter(&self, locale: Locale) -> Letter {
        let all = words::of(locale);
        let (words, values, highlight): (_, Vec<(&str, &str)>, _) = match self {
            Self::SignInCode { code } => (&all.code, vec![("code", code)], Highlight::Code(code)),
            Self::Issued { recipient, badge, organization, url } => (
                &all.issued,
                vec![("recipient", recipient), ("badge", badge), ("organization", organization)],
                Highlight::Link(url),
            ),
            Self::Invitation { organization, url } => {
                (&all.invitation, vec![("organization", organization)], Highlight::Link(url))
            }
        };
        let escaped: Vec<(&str, String)> = values.iter().map(|(name, value)| (*name, escape(value))).collect();
        let escaped: Vec<(&str, &str)> = escaped.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (marked, marked_html) = match highlight {
            Highlight::Code(code) => (code.to_owned(), format!("<p style=\"{CODE_STYLE}\">{}</p>", escape(code))),
            Highlight::Link(url) => {
                let (url_html, button) = (escape(url), escape(words.button));
                let link = format!("<p><a href=\"{url_html}\" style=\"{LINK_STYLE}\">{button}</a></p>");
                (format!("{}:\n{url}", words.button), format!("{link}\n<p style=\"{SMALL_STYLE}\">{url_html}</p>"))
            }
        };
        let (lead, close) = (fill(words.lead, &values), fill(words.close, &values));
        let (lead_html, close_html) = (fill(&escape(words.lead), &escaped), fill(&escape(words.close), &escaped));
        let subject = fill(words.subject, &values);
        let html = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><meta name=\"color-scheme\" \
             content=\"light dark\"><title>{}</title></head>\n<body style=\"{BODY_STYLE}\">\n<p>{lead_html}</p>\n\
             {marked_html}\n<p style=\"{SMALL_STYLE}\">{close_html}</p>\n</body>\n</html>\n",
            locale.as_str(),
            escape(&subject),
        );
        Letter { subject, text: format!("{lead}\n\n{marked}\n\n{close}\n"), html }
    }
}

const BODY_STYLE: &str = "font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:0 auto;padding:24px";
const CODE_STYLE: &str = "font:700 32px/1.2 ui-monospace,monospace;letter-spacing:.15em";
const LINK_STYLE: &str = "display:inline-block;padding:12px 20px;border-radius:6px;background:#1d2658;color:#fff";
const SMALL_STYLE: &str = "font-size:14px;overflow-wrap:anywhere";

/// Puts values for `{names}`. What a value holds is not looked at again.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        filled.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after;
    }
    filled + rest
}

/// Text as it stands in HTML, between tags and in attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents() -> [Content; 3] {
        [
            Content::SignInCode { code: "123456".into() },
            Content::Issued {
                recipient: "Ada <b>{badge}</b>".into(),
                badge: "Engines & \"Numbers\"".into(),
                organization: "L'Institut".into(),
                url: "https://badges.example/claim/CRD-23456789?a=1&b=2".into(),
            },
            Content::Invitation { organization: "L'Institut".into(), url: "https://badges.example/i/1".into() },
        ]
    }

    #[test]
    fn every_letter_says_everything_in_every_language() {
        for locale in Locale::ALL {
            for content in contents() {
                let Letter { subject, text, html } = content.letter(locale);
                for part in [&subject, &text, &html] {
                    assert!(!part.contains("{}") && !part.contains("{organization}"), "{part}");
                }
                assert!(!subject.contains('\n') && !subject.is_empty());
                let said: Vec<&str> = match &content {
                    Content::SignInCode { code } => vec![code],
                    Content::Issued { recipient, badge, organization, url } => {
                        assert!(subject.contains(badge.as_str()), "{subject}");
                        vec![recipient, badge, organization, url]
                    }
                    Content::Invitation { organization, url } => vec![organization, url],
                };
                for value in said {
                    assert!(text.contains(value), "{text}");
                    assert!(html.contains(&escape(value)), "{html}");
                }
                assert!(html.contains(&format!("<html lang=\"{}\">", locale.as_str())));
            }
        }
    }

    #[test]
    fn values_are_text_and_neither_markup_nor_placeholders() {
        let [_, issued, _] = contents();
        let Letter { text, html, .. } = issued.letter(Locale::En);
        assert!(text.contains("Ada <b>{badge}</b>"), "{text}");
        assert!(html.contains("Ada &lt;b&gt;{badge}&lt;/b&gt;") && !html.contains("<b>"), "{html}");
        assert!(html.contains("href=\"https://badges.example/claim/CRD-23456789?a=1&amp;b=2\""), "{html}");
    }

    #[test]
    fn content_is_read_as_it_is_stored() {
        for content in contents() {
            let stored = serde_json::to_string(&content).unwrap();
            assert!(stored.contains(content.template()));
            assert_eq!(serde_json::from_str::<Content>(&stored).unwrap(), content);
        }
    }
}
