//! Pages of lists, and the other parameters of a query.

use std::fmt;

use super::fields::{Invalid, Problem};
use super::ids::CredentialId;

/// Items of a page when nobody says.
const DEFAULT_LIMIT: i64 = 50;
/// Most items of a page.
const MAX_LIMIT: i64 = 100;
/// Deepest page: what is beyond is reached by filters.
const MAX_OFFSET: i64 = 1_000_000;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// So many items at most.
    pub limit: i64,
    /// After so many.
    pub offset: i64,
}

/// The pages around a page of a list, by what they are to it (RFC 8288), each with its offset: the first and the last always, the
/// one before and the one after where there are any.
pub fn neighbours(page: Page, total: i64) -> impl Iterator<Item = (&'static str, i64)> {
    let last = if total > 0 { (total - 1) / page.limit * page.limit } else { 0 };
    let next = page.offset.saturating_add(page.limit);
    [
        Some(("first", 0)),
        (page.offset > 0).then(|| ("prev", (page.offset - page.limit).max(0))),
        (next < total).then_some(("next", next)),
        Some(("last", last)),
    ]
    .into_iter()
    .flatten()
}

/// A place in a list that is ordered by time, the newest first, and then by id: after which item the page begins. Unlike an
/// offset it stays where it is when items are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The time of the last item before it, in milliseconds.
    pub millis: i64,
    /// The id of that item.
    pub id: CredentialId,
}

impl Cursor {
    /// Reads a cursor that was given out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (millis, id) = text.split_once('.')?;
        Some(Self { millis: i64::from_str_radix(millis, 36).ok()?, id: CredentialId::parse(id)? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = Vec::new();
        let mut rest = u64::try_from(self.millis).unwrap_or(0);
        loop {
            digits.push(char::from_digit(u32::try_from(rest % 36).unwrap_or(0), 36).unwrap_or('0'));
            rest /= 36;
            if rest == 0 {
                break;
            }
        }
        write!(f, "{}.{}", digits.iter().rev().collect::<String>(), self.id)
    }
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// After so many items.
    Offset,
    /// At the beginning, and the next page by cursor.
    First,
    /// After an item.
    After(Cursor),
}

/// The parameters of a query that were not taken yet.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The parameters in their order.
    ///
    /// # Errors
    /// When one is given twice.
    pub fn new(pairs: Vec<(String, String)>) -> Result<Self, Invalid> {
        let repeated = pairs.iter().enumerate().find(|(i, (name, _))| pairs.iter().take(*i).any(|(n, _)| n == name));
        match repeated {
            Some((_, (name, _))) => Err(Invalid { field: name.clone(), problem: Problem::Repeated }),
            None => Ok(Self(pairs)),
        }
    }

    /// A parameter of a form that `parse` knows.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn read<T>(
        &mut self,
        name: &str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Invalid> {
        let Some(at) = self.0.iter().position(|(given, _)| given == name) else { return Ok(None) };
        let (field, text) = self.0.remove(at);
        parse(&text).map(Some).ok_or(Invalid { field, problem: Problem::Not(expected) })
    }

    /// `limit` and `offset`.
    ///
    /// # Errors
    /// When one of them is no whole number within its bounds.
    pub fn page(&mut self) -> Result<Page, Invalid> {
        let limit = self.number("limit", 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
        let offset = self.number("offset", 0, MAX_OFFSET)?.unwrap_or(0);
        Ok(Page { limit, offset })
    }

    /// `limit` and `offset`, where nothing else is asked for.
    ///
    /// # Errors
    /// As [`Self::page`] and [`Self::finish`].
    pub fn only_page(mut self) -> Result<Page, Invalid> {
        let page = self.page()?;
        self.finish()?;
        Ok(page)
    }

    /// `cursor`, which is empty for the first page; not together with `offset`.
    ///
    /// # Errors
    /// When it is none that was given out, or stands beside an offset.
    pub fn start(&mut self, page: Page) -> Result<Start, Invalid> {
        let read =
            |text: &str| if text.is_empty() { Some(Start::First) } else { Cursor::parse(text).map(Start::After) };
        match self.read("cursor", "a cursor, and no offset beside it", read)? {
            Some(_) if page.offset > 0 => {
                let problem = Problem::Not("a cursor, and no offset beside it");
                Err(Invalid { field: "cursor".into(), problem })
            }
            start => Ok(start.unwrap_or(Start::Offset)),
        }
    }

    fn number(&mut self, name: &str, min: i64, max: i64) -> Result<Option<i64>, Invalid> {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
        let Some(number) = self.read(name, "a whole number", digits)? else { return Ok(None) };
        let within = (min..=max).contains(&number);
        within.then_some(Some(number)).ok_or(Invalid { field: name.into(), problem: Problem::OutOfRange { min, max } })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When a parameter is left that nobody asked for.
    pub fn finish(self) -> Result<(), Invalid> {
        match self.0.into_iter().next() {
            Some((field, _)) => Err(Invalid { field, problem: Problem::Unknown }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Result<Query, Invalid> {
        Query::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn pages_have_defaults_and_bounds() {
        assert_eq!(query(&[]).unwrap().page(), Ok(Page { limit: 50, offset: 0 }));
        assert_eq!(query(&[("offset", "7"), ("limit", "100")]).unwrap().page(), Ok(Page { limit: 100, offset: 7 }));
        for (name, value) in
            [("limit", "0"), ("limit", "101"), ("limit", "ten"), ("limit", ""), ("offset", "-1"), ("offset", "1e3")]
        {
            assert_eq!(query(&[(name, value)]).unwrap().page().unwrap_err().field, name, "{value}");
        }
    }

    #[test]
    fn a_page_has_neighbours() {
        let around = |limit, offset, total| neighbours(Page { limit, offset }, total).collect::<Vec<_>>();
        assert_eq!(around(2, 0, 0), [("first", 0), ("last", 0)]);
        assert_eq!(around(2, 0, 5), [("first", 0), ("next", 2), ("last", 4)]);
        assert_eq!(around(2, 2, 5), [("first", 0), ("prev", 0), ("next", 4), ("last", 4)]);
        assert_eq!(around(2, 4, 5), [("first", 0), ("prev", 2), ("last", 4)]);
        assert_eq!(around(5, 0, 5), [("first", 0), ("last", 0)]);
    }

    #[test]
    fn a_cursor_is_read_as_it_was_given_out() {
        let cursor = Cursor { millis: 1_768_471_200_000, id: CredentialId::from_random([7; 16]) };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        let start = |pairs: &[(&str, &str)]| {
            let mut query = query(pairs).unwrap();
            let page = query.page().unwrap();
            query.start(page)
        };
        assert_eq!(start(&[]), Ok(Start::Offset));
        assert_eq!(start(&[("cursor", "")]), Ok(Start::First));
        assert_eq!(start(&[("cursor", &cursor.to_string())]), Ok(Start::After(cursor)));
        for pairs in [&[("cursor", "x")][..], &[("cursor", ""), ("offset", "1")][..], &[("cursor", "-1.x")][..]] {
            assert_eq!(start(pairs).unwrap_err().field, "cursor");
        }
    }

    #[test]
    fn unknown_and_repeated_parameters_are_refused() {
        assert_eq!(query(&[("sort", "x")]).unwrap().finish().unwrap_err().field, "sort");
        assert_eq!(query(&[("limit", "1"), ("limit", "2")]).unwrap_err().problem, Problem::Repeated);
    }
}
