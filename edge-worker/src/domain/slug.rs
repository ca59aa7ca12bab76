//! Names that stand in addresses.

/// Longest slug: one label of a domain name.
pub const MAX_LENGTH: usize = 63;

/// Whether `text` is lower-case letters and digits in groups that single hyphens join.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    text.len() <= MAX_LENGTH
        && text.split('-').all(|group| {
            !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// The slug nearest to a name, `None` when nothing of the name can stand in one.
#[must_use]
pub fn from_name(name: &str) -> Option<String> {
    let mut slug = String::new();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let separator = usize::from(!slug.is_empty());
        if slug.len() + separator + word.len() > MAX_LENGTH {
            break;
        }
        if separator > 0 {
            slug.push('-');
        }
        slug.push_str(&word.to_ascii_lowercase());
    }
    is_slug(&slug).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_told_from_other_names() {
        for text in ["a", "demo", "demo-academy", "2026-rust"] {
            assert!(is_slug(text), "{text}");
        }
        for text in ["", "-", "Demo", "demo-", "-demo", "demo--academy", "../etc", "a/b", "ü", "a b", &"a".repeat(64)]
        {
            assert!(!is_slug(text), "{text}");
        }
    }

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("Rust at the Edge", Some("rust-at-the-edge")),
            ("  C++ & Rust! ", Some("c-rust")),
            ("日本", None),
            ("", None),
        ] {
            assert_eq!(from_name(name).as_deref(), slug, "{name}");
        }
        assert!(from_name(&"word ".repeat(40)).unwrap().len() <= MAX_LENGTH);
    }
}
