//! RDF Dataset Canonicalization, RDFC-1.0 (<https://www.w3.org/TR/rdf-canon/>), with a budget of work.

use std::cell::Cell;
use std::cmp::Ordering;

use sha2::{Digest, Sha256, Sha384};

use crate::hex;
use crate::rdf::{Dataset, Quad, Term, compare};
use crate::sort::{sort, sorted};

/// Most steps of the Hash N-Degree Quads algorithm: a step is one related blank node hashed or placed in a path. The
/// most demanding honest graph of the W3C suite takes some 2,000; a poison graph of 30 triples would take years.
pub const MAX_WORK: u32 = 50_000;

/// How many quads cost as much as one step: the documents of one verification have 200,000 together.
const QUADS_PER_STEP: usize = 4;

/// Deepest recursion of Hash N-Degree Quads.
const MAX_DEPTH: u32 = 64;

/// The steps that are left. A badge, what stands in it and the lists that it names share them, however many datasets and
/// proofs they come to.
pub type Work = Cell<u32>;

/// The dataset asks for more work than is left of [`MAX_WORK`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkLimit;

/// The hash that canonicalisation runs on: SHA-256, or SHA-384 for P-384 proofs.
pub type Hash = fn(&[u8]) -> Vec<u8>;

/// The SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// The SHA-384 of some bytes.
pub fn sha384(bytes: &[u8]) -> Vec<u8> {
    Sha384::digest(bytes).to_vec()
}

/// The canonical N-Quads document of a set ([`Dataset::into_set`]), as it is hashed.
pub fn canonicalize(dataset: &Dataset, hash: Hash, work: &Work) -> Result<Vec<u8>, WorkLimit> {
    let labels = canonical_labels(dataset, hash, work)?;
    Ok(serialize(dataset, &labels))
}

/// The canonical number of every blank node (`_:c14n` and it).
pub fn canonical_labels(dataset: &Dataset, hash: Hash, work: &Work) -> Result<Vec<u32>, WorkLimit> {
    // A document of many proofs is made canonical for each, and so is each of a hundred that belong to it.
    let steps = u32::try_from(dataset.len() / QUADS_PER_STEP).map_err(|_| WorkLimit)?;
    work.set(work.get().checked_sub(steps).ok_or(WorkLimit)?);
    // §4.4.3 step 2: which quads mention which blank node.
    let mentions = Mentions::new(dataset);
    let mut canonicalizer = Canonicalizer {
        dataset,
        hash,
        mentions: &mentions,
        first_degree: Vec::new(),
        canonical: Issuer::new(dataset),
        work,
    };

    let mentioned: Vec<usize> = (0..dataset.blank_count()).filter(|node| !mentions.of(*node).is_empty()).collect();
    // The hashes put nodes in order: one alone, such as that of every proof, needs none.
    if let [node] = mentioned.as_slice() {
        canonicalizer.canonical.issue(*node);
        return Ok(canonicalizer.canonical.labels);
    }

    // Step 3: Hash First Degree Quads (§4.6.3).
    let mut places: Vec<u32> = Vec::new();
    let mut text = Vec::with_capacity(2048);
    let first_degree = (0..dataset.blank_count()).map(|node| {
        let label = |other| if other == node { "_:a " } else { "_:z " };
        let lines = Lines { dataset, label: &label };
        places.clear();
        places.extend_from_slice(mentions.of(node));
        sort(&mut places, &|a, b| lines.is_after(a, b));
        text.clear();
        lines.push(&mut text, &places);
        hash(&text)
    });
    canonicalizer.first_degree = first_degree.collect();
    let by_hash = sorted(mentioned, &|a, b| canonicalizer.first_degree.get(*a) > canonicalizer.first_degree.get(*b));
    let groups: Vec<&[usize]> =
        by_hash.chunk_by(|a, b| canonicalizer.first_degree.get(*a) == canonicalizer.first_degree.get(*b)).collect();

    // Step 4: nodes whose hash is theirs alone.
    for group in &groups {
        if let [node] = group {
            canonicalizer.canonical.issue(*node);
        }
    }
    // Step 5: the others, in the order of their hashes.
    for group in groups.iter().filter(|group| group.len() > 1) {
        let mut results = Vec::new();
        for node in *group {
            if canonicalizer.canonical.get(*node).is_some() {
                continue;
            }
            let mut issuer = Temporary::default();
            issuer.issue(*node);
            results.push(canonicalizer.n_degree(*node, issuer, 0)?);
        }
        let results: Vec<&(Vec<u8>, Temporary)> = results.iter().collect();
        for (_, issuer) in sorted(results, &|a, b| a.0 > b.0) {
            for node in &issuer.order {
                canonicalizer.canonical.issue(*node);
            }
        }
    }
    Ok(canonicalizer.canonical.labels)
}

/// Step 7: the quads of a set with their canonical labels, in code point order.
pub fn serialize(dataset: &Dataset, labels: &[u32]) -> Vec<u8> {
    // All texts in one: a hundred small ones would cost more than the sorting.
    let mut texts = String::with_capacity(labels.len() * 12);
    let mut ends = Vec::with_capacity(labels.len());
    for label in labels {
        push_label(&mut texts, "_:c14n", *label);
        texts.push(' ');
        ends.push(texts.len());
    }
    let text = |node: usize| {
        let start = node.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |end| *end);
        texts.get(start..ends.get(node).map_or(start, |end| *end)).unwrap_or_default()
    };
    serialize_as(dataset, &text)
}

/// The quads of a set in code point order, each blank node written as its label, which ends with a space.
pub fn serialize_as<'a>(dataset: &'a Dataset, label: &dyn Fn(usize) -> &'a str) -> Vec<u8> {
    let lines = Lines { dataset, label };
    let mut places: Vec<u32> = (0..dataset.quads().len() as u32).collect();
    let subject = |place: u32| lines.quad(place).map(|quad| quad.subject);
    // Those of one subject stand together, for the most part in order: the subjects are what has to be sorted.
    let mut document = Vec::with_capacity(places.len() * 160);
    let mut groups: Vec<&[u32]> = Vec::with_capacity(places.len());
    for group in places.chunk_by_mut(|a, b| subject(*a) == subject(*b)) {
        sort(group, &|a, b| lines.is_after(a, b));
        groups.push(group);
    }
    let is_after =
        |a: &&[u32], b: &&[u32]| matches!((a.first(), b.first()), (Some(a), Some(b)) if lines.is_after(*a, *b));
    for group in sorted(groups, &is_after) {
        lines.push(&mut document, group);
    }
    document
}

/// The quads of a dataset as lines of N-Quads, with labels for its blank nodes. All texts are with the space that follows them.
struct Lines<'a, 'l> {
    dataset: &'a Dataset,
    label: &'l dyn Fn(usize) -> &'a str,
}

impl<'a> Lines<'a, '_> {
    fn quad(&self, place: u32) -> Option<&'a Quad> {
        self.dataset.quads().get(place as usize)
    }

    fn text(&self, term: Term) -> &'a [u8] {
        term.as_blank().map_or_else(|| self.dataset.text(term), |node| (self.label)(node).as_bytes())
    }

    fn compare(&self, a: Term, b: Term) -> Ordering {
        if a == b { Ordering::Equal } else { compare(self.text(a), self.text(b)) }
    }

    /// Whether one line belongs after another in code point order. They compare as their terms do one by one: no term's text
    /// is a prefix of another's unless the next character of the longer is greater than the space that follows the shorter.
    /// The full stop that ends a line of the default graph sorts before every term.
    fn is_after(&self, a: u32, b: u32) -> bool {
        let (Some(a), Some(b)) = (self.quad(a), self.quad(b)) else { return false };
        let order = self.compare(a.subject, b.subject).then_with(|| a.predicate.cmp(&b.predicate));
        let order = order.then_with(|| self.compare(a.object, b.object));
        let graph = || match (a.graph, b.graph) {
            (Some(a), Some(b)) => self.compare(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        order.then_with(graph).is_gt()
    }

    fn push(&self, out: &mut Vec<u8>, places: &[u32]) {
        for quad in places.iter().filter_map(|place| self.quad(*place)) {
            for term in [Some(quad.subject), Some(quad.predicate), Some(quad.object), quad.graph].into_iter().flatten()
            {
                out.extend_from_slice(self.text(term));
            }
            out.extend_from_slice(b".\n");
        }
    }
}

/// A blank node's label: a prefix and a number.
fn push_label(out: &mut String, prefix: &str, number: u32) {
    out.push_str(prefix);
    push_decimal(out, number);
}

fn push_decimal(out: &mut String, number: u32) {
    if number > 9 {
        push_decimal(out, number / 10);
    }
    out.extend(char::from_digit(number % 10, 10));
}

/// For every blank node the quads that mention it, each once.
struct Mentions {
    starts: Vec<u32>,
    quads: Vec<u32>,
}

impl Mentions {
    fn new(dataset: &Dataset) -> Self {
        let mut starts = vec![0_u32; dataset.blank_count() + 1];
        let each = |visit: &mut dyn FnMut(usize, u32)| {
            for (index, quad) in dataset.quads().iter().enumerate() {
                let subject = quad.subject.as_blank();
                let object = quad.object.as_blank().filter(|node| Some(*node) != subject);
                let graph =
                    quad.graph.and_then(Term::as_blank).filter(|node| Some(*node) != subject && Some(*node) != object);
                for node in [subject, object, graph].into_iter().flatten() {
                    visit(node, index as u32);
                }
            }
        };
        each(&mut |node, _| {
            if let Some(count) = starts.get_mut(node + 1) {
                *count += 1;
            }
        });
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut quads = vec![0; total as usize];
        each(&mut |node, index| {
            if let Some(at) = next.get_mut(node) {
                if let Some(place) = quads.get_mut(*at as usize) {
                    *place = index;
                }
                *at += 1;
            }
        });
        Self { starts, quads }
    }

    fn of(&self, node: usize) -> &[u32] {
        let bound = |at: usize| self.starts.get(at).map_or(0, |bound| *bound as usize);
        self.quads.get(bound(node)..bound(node + 1)).unwrap_or_default()
    }
}

/// The canonical issuer (§4.5).
struct Issuer {
    labels: Vec<u32>,
    order: Vec<usize>,
}

impl Issuer {
    fn new(dataset: &Dataset) -> Self {
        Self { labels: vec![u32::MAX; dataset.blank_count()], order: Vec::new() }
    }

    fn get(&self, node: usize) -> Option<u32> {
        self.labels.get(node).copied().filter(|label| *label != u32::MAX)
    }

    fn issue(&mut self, node: usize) {
        if self.get(node).is_none()
            && let Some(label) = self.labels.get_mut(node)
        {
            *label = self.order.len() as u32;
            self.order.push(node);
        }
    }
}

/// A temporary issuer, with labels `_:b0`, `_:b1`, …; it names few nodes, so a list serves.
#[derive(Clone, Default)]
struct Temporary {
    order: Vec<usize>,
}

impl Temporary {
    fn get(&self, node: usize) -> Option<u32> {
        self.order.iter().position(|other| *other == node).map(|place| place as u32)
    }

    fn issue(&mut self, node: usize) -> u32 {
        self.get(node).unwrap_or_else(|| {
            self.order.push(node);
            self.order.len() as u32 - 1
        })
    }
}

struct Canonicalizer<'a> {
    dataset: &'a Dataset,
    hash: Hash,
    mentions: &'a Mentions,
    first_degree: Vec<Vec<u8>>,
    canonical: Issuer,
    work: &'a Work,
}

impl Canonicalizer<'_> {
    fn spend(&self) -> Result<(), WorkLimit> {
        self.work.set(self.work.get().checked_sub(1).ok_or(WorkLimit)?);
        Ok(())
    }

    /// Hash N-Degree Quads (§4.8.3).
    fn n_degree(&mut self, node: usize, mut issuer: Temporary, depth: u32) -> Result<(Vec<u8>, Temporary), WorkLimit> {
        if depth > MAX_DEPTH {
            return Err(WorkLimit);
        }
        let mut data = String::new();
        let by_hash = self.related_by_hash(node, &issuer)?;
        let by_hash: Vec<&(Vec<u8>, usize)> = by_hash.iter().collect();
        let by_hash = sorted(by_hash, &|a, b| a.0 > b.0);
        for group in by_hash.chunk_by(|a, b| a.0 == b.0) {
            let Some((hash, _)) = group.first() else { continue };
            let nodes: Vec<usize> = group.iter().map(|(_, node)| *node).collect();
            let mut related = sorted(nodes, &|a, b| a > b);
            hex::push(&mut data, hash);
            let mut chosen: Option<(String, Temporary)> = None;
            // Step 5.4: every permutation, in an order of its own: only the least path counts.
            loop {
                if let Some(found) = self.path(&related, &issuer, chosen.as_ref().map(|c| c.0.as_str()), depth)?
                    && chosen.as_ref().is_none_or(|chosen| found.0 < chosen.0)
                {
                    chosen = Some(found);
                }
                if !next_permutation(&mut related) {
                    break;
                }
            }
            if let Some((path, best)) = chosen {
                data.push_str(&path);
                issuer = best;
            }
        }
        Ok(((self.hash)(data.as_bytes()), issuer))
    }

    /// Steps 5.4.1 to 5.4.5 for one permutation; `None` once the path can no longer be the least.
    fn path(
        &mut self,
        related: &[usize],
        issuer: &Temporary,
        chosen: Option<&str>,
        depth: u32,
    ) -> Result<Option<(String, Temporary)>, WorkLimit> {
        let is_worse = |path: &str| chosen.is_some_and(|chosen| path.len() >= chosen.len() && path > chosen);
        let mut issuer = issuer.clone();
        let mut path = String::new();
        let mut recursion = Vec::new();
        for node in related {
            self.spend()?;
            match self.canonical.get(*node) {
                Some(label) => push_label(&mut path, "_:c14n", label),
                None => {
                    if issuer.get(*node).is_none() {
                        recursion.push(*node);
                    }
                    push_label(&mut path, "_:b", issuer.issue(*node));
                }
            }
            if is_worse(&path) {
                return Ok(None);
            }
        }
        for node in recursion {
            let (hash, result) = self.n_degree(node, issuer.clone(), depth + 1)?;
            push_label(&mut path, "_:b", issuer.issue(node));
            path.push('<');
            hex::push(&mut path, &hash);
            path.push('>');
            issuer = result;
            if is_worse(&path) {
                return Ok(None);
            }
        }
        Ok(Some((path, issuer)))
    }

    /// Steps 1 to 3: the related hash of every neighbour of a node.
    fn related_by_hash(&mut self, node: usize, issuer: &Temporary) -> Result<Vec<(Vec<u8>, usize)>, WorkLimit> {
        let mut by_hash = Vec::new();
        for index in self.mentions.of(node) {
            let Some(quad) = self.dataset.quads().get(*index as usize).copied() else { continue };
            for (position, term) in [(b's', Some(quad.subject)), (b'o', Some(quad.object)), (b'g', quad.graph)] {
                let Some(related) = term.and_then(Term::as_blank).filter(|related| *related != node) else { continue };
                self.spend()?;
                let hash = self.related_hash(related, &quad, issuer, position);
                by_hash.push((hash, related));
            }
        }
        Ok(by_hash)
    }

    /// Hash Related Blank Node (§4.7.3).
    fn related_hash(&self, related: usize, quad: &Quad, issuer: &Temporary, position: u8) -> Vec<u8> {
        let mut label = String::new();
        if let Some(number) = self.canonical.get(related) {
            push_label(&mut label, "_:c14n", number);
        } else if let Some(number) = issuer.get(related) {
            push_label(&mut label, "_:b", number);
        } else {
            hex::push(&mut label, self.first_degree.get(related).map_or(&[], Vec::as_slice));
        }
        let predicate = if position == b'g' { &[] } else { self.dataset.text(quad.predicate).trim_ascii_end() };
        (self.hash)(&[&[position], predicate, label.as_bytes()].concat())
    }
}

/// The next permutation in lexicographic order; `false` after the last one.
fn next_permutation(items: &mut [usize]) -> bool {
    let Some(pivot) = items.windows(2).rposition(|pair| matches!(pair, [a, b] if a < b)) else { return false };
    let (head, tail) = items.split_at_mut(pivot + 1);
    let Some(last) = head.last_mut() else { return false };
    if let Some(next) = tail.iter_mut().rev().find(|item| **item > *last) {
        std::mem::swap(last, next);
    }
    tail.reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_are_all_visited_once() {
        let mut items = [0, 1, 2, 3];
        let mut seen = vec![items];
        while next_permutation(&mut items) {
            seen.push(items);
        }
        assert_eq!(seen.len(), 24);
        seen.dedup();
        assert_eq!(seen.len(), 24);
    }

    #[test]
    fn a_poison_graph_is_given_up() {
        // Eight blank nodes, each linked with each: 7! permutations at every level.
        let mut dataset = Dataset::new();
        let nodes: Vec<Term> = (0..8).map(|_| dataset.new_blank()).collect();
        let predicate = dataset.iri("urn:p");
        for a in &nodes {
            for b in nodes.iter().filter(|b| *b != a) {
                dataset.push(*a, predicate, *b, None);
            }
        }
        let work = Cell::new(MAX_WORK);
        assert_eq!(canonicalize(&dataset.into_set(), sha256, &work), Err(WorkLimit));
    }
}
