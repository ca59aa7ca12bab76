//! Whether two N-Quads documents say the same but for the labels of their blank nodes (RDF 1.1 Semantics §3, isomorphism).
//!
//! Written without any of the core's code, so that a fault of its canonicalization can not hide a fault of its JSON-LD.

use std::collections::{BTreeMap, BTreeSet};

/// A quad as its terms' texts; every text that begins with `_:` is a blank node.
type Quad = Vec<String>;

/// Whether both documents are N-Quads and isomorphic.
///
/// # Errors
/// The first line that is not N-Quads, or in which respect they differ.
pub fn isomorphic(left: &str, right: &str) -> Result<(), String> {
    let (left, right) = (parse(left)?, parse(right)?);
    if left.len() != right.len() {
        return Err(format!("{} quads, not {}", left.len(), right.len()));
    }
    let (left_colors, right_colors) = (colors(&left), colors(&right));
    if histogram(&left_colors) != histogram(&right_colors) {
        return Err("the blank nodes stand in different places".to_owned());
    }
    let nodes: Vec<&String> = left_colors.keys().collect();
    if extend(&left, &right, &nodes, &left_colors, &right_colors, &mut BTreeMap::new()) {
        Ok(())
    } else {
        Err("no renaming of the blank nodes makes the quads equal".to_owned())
    }
}

/// Tries every renaming that respects the colors: quick, since colors separate nearly all nodes of the suites' graphs.
fn extend(
    left: &BTreeSet<Quad>,
    right: &BTreeSet<Quad>,
    nodes: &[&String],
    left_colors: &BTreeMap<String, String>,
    right_colors: &BTreeMap<String, String>,
    renaming: &mut BTreeMap<String, String>,
) -> bool {
    let Some((node, rest)) = nodes.split_first() else {
        return left.iter().map(|quad| rename(quad, renaming)).collect::<BTreeSet<_>>() == *right;
    };
    let color = left_colors.get(*node);
    let taken: BTreeSet<String> = renaming.values().cloned().collect();
    let candidates: Vec<&String> = right_colors
        .iter()
        .filter(|(name, other)| Some(*other) == color && !taken.contains(*name))
        .map(|(n, _)| n)
        .collect();
    for candidate in candidates {
        renaming.insert((*node).clone(), candidate.clone());
        if extend(left, right, rest, left_colors, right_colors, renaming) {
            return true;
        }
        renaming.remove(*node);
    }
    false
}

fn rename(quad: &Quad, renaming: &BTreeMap<String, String>) -> Quad {
    quad.iter().map(|term| renaming.get(term).unwrap_or(term).clone()).collect()
}

fn histogram(colors: &BTreeMap<String, String>) -> Vec<&String> {
    let mut all: Vec<&String> = colors.values().collect();
    all.sort();
    all
}

/// Colors each blank node by the quads around it, round after round, until the colors separate no more nodes.
fn colors(quads: &BTreeSet<Quad>) -> BTreeMap<String, String> {
    let blank = |term: &&String| term.starts_with("_:");
    let mut colors: BTreeMap<String, String> =
        quads.iter().flatten().filter(blank).map(|node| (node.clone(), String::new())).collect();
    let mut classes = 0;
    loop {
        let next: BTreeMap<String, String> = colors
            .keys()
            .map(|node| {
                let mut around: Vec<String> = quads
                    .iter()
                    .filter(|quad| quad.contains(node))
                    .map(|quad| quad.iter().map(|term| look(term, node, &colors)).collect::<Vec<_>>().join(" "))
                    .collect();
                around.sort();
                (node.clone(), around.join("\n"))
            })
            .collect();
        // The texts would grow with every round: a class is named by its rank.
        let ranks: BTreeSet<&String> = next.values().collect();
        let named: BTreeMap<String, String> = next
            .iter()
            .map(|(node, text)| {
                (node.clone(), format!("{:04}", ranks.iter().position(|rank| *rank == text).unwrap_or(0)))
            })
            .collect();
        if ranks.len() == classes {
            // Ranks alone say nothing across documents: the last texts do.
            return next;
        }
        classes = ranks.len();
        colors = named;
    }
}

fn look(term: &String, node: &String, colors: &BTreeMap<String, String>) -> String {
    match colors.get(term) {
        Some(_) if term == node => "_:self".to_owned(),
        Some(color) => format!("_:{color}"),
        None => term.clone(),
    }
}

fn parse(document: &str) -> Result<BTreeSet<Quad>, String> {
    document
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| parse_line(line).ok_or_else(|| format!("not N-Quads: `{line}`")))
        .collect()
}

fn parse_line(line: &str) -> Option<Quad> {
    let mut quad = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        if rest == "." {
            return (3..=4).contains(&quad.len()).then_some(quad);
        }
        let end = match rest.chars().next()? {
            '<' => rest.find('>')? + 1,
            '_' => rest.find(' ')?,
            '"' => literal_end(rest)?,
            _ => return None,
        };
        let (term, behind) = rest.split_at_checked(end)?;
        quad.push(normal(term));
        rest = behind;
    }
}

/// Where a literal with its language or datatype ends.
fn literal_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    let quote = text.char_indices().skip(1).find_map(|(at, character)| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends.then_some(at)
    })?;
    let behind = text.get(quote + 1..)?;
    if behind.starts_with("^^<") {
        return Some(quote + 1 + behind.find('>')? + 1);
    }
    let language = if behind.starts_with('@') { behind.find(' ')? } else { 0 };
    Some(quote + 1 + language)
}

/// One way to write what N-Quads can write in several: `xsd:string` is left out, characters stand for themselves, and
/// language tags are in lower case.
fn normal(term: &str) -> String {
    let term = term.strip_suffix("^^<http://www.w3.org/2001/XMLSchema#string>").unwrap_or(term);
    let mut text = String::new();
    let mut characters = term.chars();
    while let Some(character) = characters.next() {
        let unescaped = if character == '\\' { unescape(&mut characters) } else { None };
        match unescaped {
            Some(plain) => text.push(plain),
            None => text.push(character),
        }
    }
    match text.rsplit_once("\"@") {
        Some((literal, tag)) if term.starts_with('"') => format!("{literal}\"@{}", tag.to_lowercase()),
        _ => text,
    }
}

fn unescape(characters: &mut std::str::Chars<'_>) -> Option<char> {
    let digits = match characters.next()? {
        't' => return Some('\t'),
        'b' => return Some('\u{8}'),
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        'f' => return Some('\u{c}'),
        'u' => 4,
        'U' => 8,
        other => return Some(other),
    };
    let hex: String = characters.take(digits).collect();
    char::from_u32(u32::from_str_radix(&hex, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::isomorphic;

    #[test]
    fn the_labels_of_blank_nodes_do_not_matter() {
        let left = "_:a <p:p> _:b .\n_:b <p:p> \"x\" .\n";
        assert_eq!(isomorphic(left, "_:y <p:p> \"x\" .\n_:z <p:p> _:y .\n"), Ok(()));
    }

    #[test]
    fn nodes_that_look_alike_are_told_apart_by_trying() {
        let ring = |names: [&str; 4]| {
            (0..4).map(|i| format!("_:{} <p:p> _:{} .\n", names[i], names[(i + 1) % 4])).collect::<String>()
        };
        assert_eq!(isomorphic(&ring(["a", "b", "c", "d"]), &ring(["c", "a", "d", "b"])), Ok(()));
        let two = "_:a <p:p> _:b .\n_:b <p:p> _:a .\n_:c <p:p> _:d .\n_:d <p:p> _:c .\n";
        assert!(isomorphic(&ring(["a", "b", "c", "d"]), two).is_err());
    }

    #[test]
    fn a_different_value_or_place_is_seen() {
        for other in
            ["_:a <p:p> \"y\" .", "_:a <p:q> \"x\" .", "_:a <p:p> \"x\" <g:g> .", "_:a <p:p> \"x\"@en .", "", "x"]
        {
            assert!(isomorphic("_:a <p:p> \"x\" .", other).is_err(), "{other}");
        }
        assert!(isomorphic("_:a <p:p> _:a .", "_:a <p:p> _:b .").is_err());
    }

    #[test]
    fn what_can_be_written_in_several_ways_is_the_same() {
        let left = r#"<s:s> <p:p> "é\"\\ ." ."#;
        let right = r#"<s:s> <p:p> "\u00E9\"\\ ."^^<http://www.w3.org/2001/XMLSchema#string> ."#;
        assert_eq!(isomorphic(left, right), Ok(()));
        assert_eq!(isomorphic("<s:s> <p:p> \"x\"@en-US .", "<s:s> <p:p> \"x\"@en-us ."), Ok(()));
    }
}
