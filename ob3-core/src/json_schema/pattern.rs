//! The regular expressions of `pattern` (ECMA-262 §22.2), as far as schemas use them: no look-around, no back-references, no
//! classes by property. A pattern becomes a small program, which is run over a text in all ways at once: no pattern takes
//! longer than its length times that of the text.

use ob3_rdf::sort::sorted;

/// Most instructions of a program: what `{1000}` of a short group comes to.
const MAX_PROGRAM: usize = 4096;

/// Deepest nesting of groups.
const MAX_GROUPS: usize = 16;

type Ranges = Vec<(char, char)>;

/// One instruction. Jumps count from the instruction itself.
#[derive(Clone, Copy)]
enum Op {
    /// Takes one character of the class in this place.
    One(usize),
    Split(isize, isize),
    Jump(isize),
    Start,
    End,
}

/// A pattern that can be run.
pub(super) struct Pattern {
    program: Vec<Op>,
    classes: Vec<Ranges>,
}

impl Pattern {
    /// Reads a pattern; `None` for what is malformed or not supported.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser { rest: text, groups: 0, classes: Vec::new() };
        let program = parser.alternatives()?;
        parser.rest.is_empty().then_some(Self { program, classes: parser.classes })
    }

    /// What running it over a text takes.
    pub(super) fn work(&self, text: &str) -> usize {
        let ranges: usize = self.classes.iter().map(Vec::len).sum();
        (text.len() + 1).saturating_mul(self.program.len() + ranges + 1)
    }

    /// Whether it matches anywhere in a text.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let mut threads = Threads { program: &self.program, at: Vec::new(), seen: Vec::new(), accepted: false };
        let mut chars = text.chars();
        let mut is_start = true;
        loop {
            let next = chars.clone().next();
            // The match may begin here, too.
            let before = std::mem::take(&mut threads.at);
            threads.seen = vec![false; self.program.len() + 1];
            for at in before {
                threads.add(at, is_start, next.is_none());
            }
            threads.add(0, is_start, next.is_none());
            if threads.accepted {
                return true;
            }
            let Some(c) = chars.next() else { return false };
            is_start = false;
            threads.at.retain_mut(|at| {
                let takes = matches!(self.program.get(*at), Some(Op::One(class)) if self.takes(*class, c));
                *at += 1;
                takes
            });
        }
    }
}

impl Pattern {
    fn takes(&self, class: usize, c: char) -> bool {
        self.classes.get(class).is_some_and(|ranges| ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)))
    }
}

/// Where the program stands, in each of the ways that are open.
struct Threads<'p> {
    program: &'p [Op],
    /// Instructions that take a character.
    at: Vec<usize>,
    seen: Vec<bool>,
    accepted: bool,
}

impl Threads<'_> {
    /// Follows jumps and assertions from an instruction on.
    fn add(&mut self, at: usize, is_start: bool, is_end: bool) {
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            match self.seen.get_mut(at) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let mut jump = |by: isize| open.extend(at.checked_add_signed(by));
            match self.program.get(at) {
                None => self.accepted = true,
                Some(Op::One(_)) => self.at.push(at),
                Some(Op::Split(first, second)) => {
                    jump(*first);
                    jump(*second);
                }
                Some(Op::Jump(by)) => jump(*by),
                Some(Op::Start) if is_start => jump(1),
                Some(Op::End) if is_end => jump(1),
                Some(Op::Start | Op::End) => {}
            }
        }
    }
}

struct Parser<'t> {
    rest: &'t str,
    groups: usize,
    classes: Vec<Ranges>,
}

impl Parser<'_> {
    fn take(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn alternatives(&mut self) -> Option<Vec<Op>> {
        let mut program = self.sequence()?;
        while self.eat("|") {
            let other = self.sequence()?;
            program.insert(0, Op::Split(1, length(&program) + 2));
            program.push(Op::Jump(length(&other) + 1));
            program.extend(other);
            if program.len() > MAX_PROGRAM {
                return None;
            }
        }
        Some(program)
    }

    fn sequence(&mut self) -> Option<Vec<Op>> {
        let mut program = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let atom = self.atom()?;
            program.extend(self.repeated(atom)?);
            if program.len() > MAX_PROGRAM {
                return None;
            }
        }
        Some(program)
    }

    fn atom(&mut self) -> Option<Vec<Op>> {
        let class = match self.take()? {
            '(' => {
                if self.rest.starts_with('?') && !self.eat("?:") {
                    return None;
                }
                self.groups += 1;
                if self.groups > MAX_GROUPS {
                    return None;
                }
                let program = self.alternatives()?;
                self.groups -= 1;
                return self.eat(")").then_some(program);
            }
            '^' => return Some(vec![Op::Start]),
            '$' => return Some(vec![Op::End]),
            '.' => complement(&[('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')]),
            '[' => self.class()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' | '{' | '}' | ']' | ')' => return None,
            c => vec![(c, c)],
        };
        self.classes.push(class);
        Some(vec![Op::One(self.classes.len() - 1)])
    }

    /// An atom with the quantifier behind it. Whether that is greedy makes no difference to whether there is a match.
    fn repeated(&mut self, atom: Vec<Op>) -> Option<Vec<Op>> {
        let (least, most) = if self.eat("*") {
            (0, None)
        } else if self.eat("+") {
            (1, None)
        } else if self.eat("?") {
            (0, Some(1))
        } else if self.eat("{") {
            let (bounds, rest) = self.rest.split_once('}')?;
            self.rest = rest;
            let (least, most) = bounds.split_once(',').unwrap_or((bounds, bounds));
            let least: usize = least.parse().ok()?;
            let most: Option<usize> = if most.is_empty() { None } else { Some(most.parse().ok()?) };
            (least, most)
        } else {
            return Some(atom);
        };
        self.eat("?");
        let copies = most.unwrap_or(least);
        if most.is_some_and(|most| most < least) || copies.checked_mul(atom.len() + 1)? > MAX_PROGRAM {
            return None;
        }
        let mut program = Vec::new();
        (0..least).for_each(|_| program.extend_from_slice(&atom));
        match most {
            None => {
                program.push(Op::Split(1, length(&atom) + 2));
                program.extend_from_slice(&atom);
                program.push(Op::Jump(-length(&atom) - 1));
            }
            Some(most) => (least..most).for_each(|_| {
                program.push(Op::Split(1, length(&atom) + 1));
                program.extend_from_slice(&atom);
            }),
        }
        Some(program)
    }

    /// What stands behind a backslash, outside of a class or inside.
    fn escape(&mut self) -> Option<Ranges> {
        let single = |c| Some(vec![(c, c)]);
        match self.take()? {
            'd' => Some(vec![('0', '9')]),
            'D' => Some(complement(&[('0', '9')])),
            'w' => Some(WORD.to_vec()),
            'W' => Some(complement(&WORD)),
            's' => Some(SPACE.to_vec()),
            'S' => Some(complement(&SPACE)),
            't' => single('\t'),
            'n' => single('\n'),
            'r' => single('\r'),
            'f' => single('\u{c}'),
            'v' => single('\u{b}'),
            'x' => self.hexadecimal(2),
            'u' => self.hexadecimal(4),
            c if !c.is_alphanumeric() => single(c),
            _ => None,
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<Ranges> {
        let (code, rest) = self.rest.split_at_checked(digits)?;
        self.rest = rest;
        let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
        Some(vec![(c, c)])
    }

    fn class(&mut self) -> Option<Ranges> {
        let is_negated = self.eat("^");
        let mut ranges = Ranges::new();
        loop {
            let from = match self.take()? {
                ']' => break,
                '\\' => self.escape()?,
                c => vec![(c, c)],
            };
            // A range, unless the hyphen stands last or beside a class.
            if let ([(from, same)], true) =
                (from.as_slice(), self.rest.starts_with('-') && !self.rest.starts_with("-]"))
                && from == same
            {
                self.eat("-");
                let to = match self.take()? {
                    '\\' => self.escape()?,
                    c => vec![(c, c)],
                };
                let [(to, same)] = to.as_slice() else { return None };
                if to != same || to < from {
                    return None;
                }
                ranges.push((*from, *to));
            } else {
                ranges.extend(from);
            }
        }
        Some(if is_negated { complement(&ranges) } else { ranges })
    }
}

fn length(program: &[Op]) -> isize {
    program.len().cast_signed()
}

static WORD: [(char, char); 4] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// ECMA-262 §12.2 and §12.3
static SPACE: [(char, char); 10] = [
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];

/// All characters but these.
fn complement(ranges: &[(char, char)]) -> Ranges {
    let mut others = Ranges::new();
    let mut from = Some('\0');
    for (first, last) in sorted(ranges.to_vec(), &|a, b| a > b) {
        let Some(start) = from else { break };
        if let Some(before) = previous(first)
            && start <= before
        {
            others.push((start, before));
        }
        from = next(last).map(|after| after.max(start));
    }
    others.extend(from.map(|start| (start, char::MAX)));
    others
}

fn previous(c: char) -> Option<char> {
    (char::MIN..c).next_back()
}

fn next(c: char) -> Option<char> {
    (c..=char::MAX).nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_ecmascript() {
        for (pattern, matching, others) in [
            ("abc", &["abc", "xabcx"][..], &["ab", "", "aBc"][..]),
            ("^abc$", &["abc"], &["xabc", "abcx", "abc\n"]),
            ("", &["", "x"], &[]),
            ("^$", &[""], &["x"]),
            ("^(a|bc|)$", &["a", "bc", ""], &["b", "abc"]),
            ("^a|b$", &["ax", "xb"], &["xa", "bx"]),
            ("^a|b|c$", &["ax", "xbx", "xc"], &["xa", "cx"]),
            ("^(?:ab)*c+d?$", &["c", "ababccd", "abc"], &["ab", "abd", "cdd"]),
            ("^a{2}b{1,3}c{2,}$", &["aabcc", "aabbbccccc"], &["abcc", "aabbbbcc", "aabc"]),
            ("^(a{0,2}){2}$", &["", "aaaa"], &["aaaaa"]),
            ("^a*?b+?$", &["ab", "b"], &["a"]),
            ("^[a-c_-]+$", &["a-b_c"], &["d", ""]),
            ("^[^a-c\\d]$", &["d", "é", "\u{10ffff}"], &["a", "5", ""]),
            ("^[|-|]$", &["|"], &["-"]),
            ("^[\\w.]+@[\\w.]+\\.\\w{2,}$", &["a.b@c.de"], &["a@b", "a b@c.de"]),
            ("^\\u00e9\\x41$", &["éA"], &["eA"]),
            ("^.$", &["é", "🏅"], &["\n", "ab", ""]),
            ("^\\S+\\s\\D$", &["ab\u{a0}x"], &["ab 1", "a b c"]),
            ("^[\\s\\S]*$", &["a\nb", ""], &[]),
            ("(ext:)[a-z|A-Z|0-9|.|-|_]+", &["ext:foo", "xext:|"], &["ext:", "ext:ä"]),
            (
                "^https:\\/\\/purl\\.imsglobal\\.org\\/spec\\/ob\\/v3p0\\/context(-3\\.\\d\\.\\d)*\\.json$",
                &[
                    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
                    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
                ],
                &["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.json"],
            ),
            ("^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$", &["en", "en-US", "zh-Hant-TW"], &["e", "en-us"]),
        ] {
            let parsed = Pattern::parse(pattern).unwrap_or_else(|| panic!("{pattern}"));
            for text in matching {
                assert!(parsed.is_match(text), "{pattern} {text}");
            }
            for text in others {
                assert!(!parsed.is_match(text), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn what_is_not_supported_or_malformed_is_no_pattern() {
        let deep = "(".repeat(17) + &")".repeat(17);
        for pattern in [
            "(?=a)",
            "(?!a)",
            "(?<n>a)",
            "\\1",
            "\\bword",
            "\\p{L}",
            "(",
            ")",
            "a)",
            "[a",
            "[z-a]",
            "a{",
            "a{2",
            "a{3,2}",
            "*a",
            "a**",
            "a{5000}",
            "(a{100}){100}",
            "\\",
            "[\\d-z]{2",
            &deep,
        ] {
            assert!(Pattern::parse(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_ruins_backtracking_matchers_takes_no_longer_than_others() {
        let text = "a".repeat(10_000) + "!";
        assert!(!Pattern::parse("^(a+)+$").unwrap().is_match(&text));
        assert!(!Pattern::parse("^(a|a)*(a|aa)*$").unwrap().is_match(&text));
        assert!(Pattern::parse("^(a*)*!$").unwrap().is_match(&text));
    }
}
