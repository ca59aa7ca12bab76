//! An RDF dataset in the form that canonicalisation wants: every term kept once, as its N-Quads text.

use crate::mix::mix;
use crate::plain::plain_prefix;
use crate::sort::sort;

/// A term of a dataset: a blank node, or an IRI or literal by its place in the dataset's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term(u32);

const BLANK: u32 = 1 << 31;

impl Term {
    /// The blank node of a number, below 2^31.
    pub const fn blank(number: u32) -> Self {
        Self(number | BLANK)
    }

    /// The number of a blank node; `None` for IRIs and literals.
    pub const fn as_blank(self) -> Option<usize> {
        if self.0 & BLANK == 0 { None } else { Some((self.0 & !BLANK) as usize) }
    }
}

/// A statement; `graph` is `None` in the default graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quad {
    /// An IRI or a blank node.
    pub subject: Term,
    /// An IRI.
    pub predicate: Term,
    /// Any term.
    pub object: Term,
    /// The name of the graph: an IRI or a blank node.
    pub graph: Option<Term>,
}

/// A set of quads over a table of terms.
#[derive(Default)]
pub struct Dataset {
    /// The N-Quads texts of all terms, one after the other, each with the space that follows it in a line.
    text: String,
    /// Where each term's text begins and ends.
    terms: Vec<(u32, u32)>,
    /// Open-addressed index over the terms: place + 1, or 0 where free. Its length is a power of two.
    slots: Vec<u32>,
    blanks: u32,
    quads: Vec<Quad>,
}

impl Dataset {
    /// An empty dataset, with room for a usual credential.
    pub fn new() -> Self {
        Self {
            text: String::with_capacity(8 << 10),
            terms: Vec::with_capacity(128),
            slots: vec![0; 512],
            quads: Vec::with_capacity(128),
            ..Self::default()
        }
    }

    /// A blank node that is not in the dataset yet.
    pub fn new_blank(&mut self) -> Term {
        self.blanks += 1;
        Term::blank(self.blanks - 1)
    }

    /// How many blank nodes there are.
    pub const fn blank_count(&self) -> usize {
        self.blanks as usize
    }

    /// An IRI, which is taken as it is.
    pub fn iri(&mut self, iri: &str) -> Term {
        let start = self.text.len();
        self.text.push('<');
        self.text.push_str(iri);
        self.text.push_str("> ");
        self.intern(start)
    }

    /// A literal; `suffix` tells its kind: nothing for a string, a language or a datatype.
    pub fn literal(&mut self, lexical: &str, suffix: Suffix<'_>) -> Term {
        let start = self.text.len();
        self.text.push('"');
        push_escaped(&mut self.text, lexical);
        self.text.push('"');
        match suffix {
            Suffix::String => {}
            Suffix::Language(tag) => {
                self.text.push('@');
                self.text.push_str(tag);
            }
            Suffix::Datatype(iri) => {
                self.text.push_str("^^<");
                self.text.push_str(iri);
                self.text.push('>');
            }
        }
        self.text.push(' ');
        self.intern(start)
    }

    /// Adds a quad, be it there already or not.
    pub fn push(&mut self, subject: Term, predicate: Term, object: Term, graph: Option<Term>) {
        self.quads.push(Quad { subject, predicate, object, graph });
    }

    /// How many quads there are, those that are there twice counted twice.
    pub(crate) const fn len(&self) -> usize {
        self.quads.len()
    }

    /// The quads, each once, those of one subject together. Their predicates get new places, in the order of their texts:
    /// from here on they compare by number.
    pub fn into_set(mut self) -> Self {
        let mut places = vec![0; self.terms.len()];
        let mut predicates = Vec::with_capacity(64);
        for quad in &self.quads {
            if let Some(place @ 0) = places.get_mut(quad.predicate.0 as usize) {
                *place = 1;
                predicates.push(quad.predicate.0);
            }
        }
        sort(&mut predicates, &|a, b| compare(self.text(Term(a)), self.text(Term(b))).is_gt());
        for predicate in predicates {
            if let (Some(place), Some(term)) = (places.get_mut(predicate as usize), self.terms.get(predicate as usize))
            {
                *place = self.terms.len() as u32;
                self.terms.push(*term);
            }
        }
        for quad in &mut self.quads {
            if let Some(place) = places.get(quad.predicate.0 as usize) {
                quad.predicate = Term(*place);
            }
        }
        // Not by `sorted`, which takes two indirect calls for a comparison: some percent of a verification in wasm.
        let mut places: Vec<u32> = (0..self.quads.len() as u32).collect();
        sort(&mut places, &|a, b| self.quads.get(a as usize) > self.quads.get(b as usize));
        let quads = places.iter().filter_map(|place| self.quads.get(*place as usize)).copied();
        self.quads = quads.collect();
        self.quads.dedup();
        self
    }

    /// The quads, as they were added, or those of one subject together where it is a set.
    pub fn quads(&self) -> &[Quad] {
        &self.quads
    }

    /// The N-Quads text of an IRI or literal and the space after it; empty for blank nodes, which have no text of their own.
    pub fn text(&self, term: Term) -> &[u8] {
        let span = self.terms.get(term.0 as usize);
        span.and_then(|(start, end)| self.text.as_bytes().get(*start as usize..*end as usize)).unwrap_or_default()
    }

    /// Finds the text that was written from `start` on among the terms, or keeps it as a new one.
    fn intern(&mut self, start: usize) -> Term {
        if (self.terms.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let text = self.text.as_bytes().get(start..).unwrap_or_default();
        let mut slot = hash(text) & mask;
        while let Some(place) = self.slots.get(slot).and_then(|place| place.checked_sub(1)) {
            if self.text(Term(place)) == text {
                self.text.truncate(start);
                return Term(place);
            }
            slot = (slot + 1) & mask;
        }
        let place = self.terms.len() as u32;
        self.terms.push((start as u32, self.text.len() as u32));
        if let Some(free) = self.slots.get_mut(slot) {
            *free = place + 1;
        }
        Term(place)
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![0_u32; mask + 1];
        for place in 0..self.terms.len() as u32 {
            let mut slot = hash(self.text(Term(place))) & mask;
            while slots.get(slot).is_some_and(|taken| *taken != 0) {
                slot = (slot + 1) & mask;
            }
            if let Some(free) = slots.get_mut(slot) {
                *free = place + 1;
            }
        }
        self.slots = slots;
    }
}

/// What kind of literal it is.
#[derive(Clone, Copy)]
pub enum Suffix<'a> {
    /// `xsd:string`, which is not written.
    String,
    /// `rdf:langString` with this tag.
    Language(&'a str),
    /// Any other datatype.
    Datatype(&'a str),
}

fn hash(text: &[u8]) -> usize {
    (mix(text.len() as u64, text) >> 32) as usize
}

/// Byte order, eight bytes at a time: the vocabulary's IRIs share long prefixes, and wasm has no fast memcmp.
pub(crate) fn compare(a: &[u8], b: &[u8]) -> std::cmp::Ordering {
    if a.as_ptr() == b.as_ptr() && a.len() == b.len() {
        return std::cmp::Ordering::Equal;
    }
    let (a_words, a_rest) = a.as_chunks::<8>();
    let (b_words, b_rest) = b.as_chunks::<8>();
    for (a, b) in a_words.iter().zip(b_words) {
        if a != b {
            return a.cmp(b);
        }
    }
    let common = a_words.len().min(b_words.len()) * 8;
    if a_words.len() == b_words.len() {
        return a_rest.cmp(b_rest);
    }
    a.get(common..).cmp(&b.get(common..))
}

/// Escapes a literal as canonical N-Quads does (RDFC-1.0 §5.2).
fn push_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some((plain, after)) = rest.split_at_checked(plain_prefix(rest.as_bytes())) {
        out.push_str(plain);
        let Some(byte) = after.bytes().next() else { break };
        rest = after.get(1..).unwrap_or_default();
        let short = match byte {
            b'"' => '"',
            b'\\' => '\\',
            0x08 => 'b',
            0x09 => 't',
            0x0a => 'n',
            0x0c => 'f',
            0x0d => 'r',
            _ => {
                out.push_str("\\u00");
                let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase();
                out.push(digit(byte >> 4));
                out.push(digit(byte & 15));
                continue;
            }
        };
        out.push('\\');
        out.push(short);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_terms_are_kept_once() {
        let mut dataset = Dataset::new();
        let terms: Vec<Term> = (0..2000).map(|n| dataset.iri(&format!("urn:x:{n}"))).collect();
        for (n, term) in terms.iter().enumerate() {
            assert_eq!(dataset.iri(&format!("urn:x:{n}")), *term);
            assert_eq!(dataset.text(*term), format!("<urn:x:{n}> ").as_bytes());
        }
        let plain = dataset.literal("a", Suffix::String);
        assert_ne!(plain, dataset.literal("a", Suffix::Language("en")));
        assert_ne!(plain, dataset.literal("a", Suffix::Datatype("urn:x:1")));
    }

    #[test]
    fn bytes_compare_as_strings_do() {
        let texts =
            ["", "a", "ab", "abcdefgh", "abcdefghi", "abcdefgi", "abcdefg", "é", "_:c14n1", "_:c14n10", "_:c14n2"];
        for a in texts {
            for b in texts {
                assert_eq!(compare(a.as_bytes(), b.as_bytes()), a.cmp(b), "{a} {b}");
            }
        }
    }

    #[test]
    fn literals_are_escaped_canonically() {
        let mut dataset = Dataset::new();
        let term = dataset.literal("\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f} \"\\\u{7f}é\u{85}", Suffix::String);
        assert_eq!(dataset.text(term), "\"\\u0000\\b\\t\\n\\u000B\\f\\r\\u001F \\\"\\\\\\u007Fé\u{85}\" ".as_bytes());
    }
}
