//! Pages of lists, and the other parameters of a query.

use super::fields::{Invalid, Problem};

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
    fn unknown_and_repeated_parameters_are_refused() {
        assert_eq!(query(&[("sort", "x")]).unwrap().finish().unwrap_err().field, "sort");
        assert_eq!(query(&[("limit", "1"), ("limit", "2")]).unwrap_err().problem, Problem::Repeated);
    }
}
