//! Filters: conditions on the values of columns, typed by the column's kind.
//!
//! Comes in: a field with the values of a query as typed. Goes out: a [`Filter`] that says of stored values whether they
//! pass. Dates are compared as seconds since 1970 in UTC; a shortened date (`2011`, `2011-03`) stands for its whole span.

use std::ops::Range;

use analysis::date_span;
use store::{FieldKind, StoredValue};

use crate::syntax::Bound;
use crate::{Error, SortValue};

/// A condition on one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The column's name; `id` for the documents' ids.
    pub field: String,
    /// What its values must be. A document with several values passes with any of them, one with none never.
    pub test: FilterTest,
    /// Where it stands in the query text.
    pub at: Range<usize>,
    /// For each segment one bit a document: whether it passes. `None` where the segment has no column and the stored
    /// documents must be asked, one by one.
    pub documents: Vec<Option<Vec<u64>>>,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub enum FilterTest {
    /// A moment in any of these spans of seconds since 1970 UTC, the ends not included.
    Dates(Vec<Range<i64>>),
    /// A number in any of these ranges.
    Numbers(Vec<(Edge<f64>, Edge<f64>)>),
    /// A whole value in any of these ranges of the byte order.
    Keywords(Vec<(Edge<String>, Edge<String>)>),
}

/// What one stored value means to a column of a kind; nothing where it means nothing to it. Lists are several.
pub(crate) fn stored_values(
    kind: FieldKind,
    value: &StoredValue,
    sink: &mut impl FnMut(SortValue),
) {
    let text = match value {
        StoredValue::List(values) => {
            return values.iter().for_each(|value| stored_values(kind, value, sink));
        }
        StoredValue::Text(text) => text.clone(),
        StoredValue::Integer(number) => number.to_string(),
        StoredValue::Number(number) => number.to_string(),
        StoredValue::Boolean(truth) => truth.to_string(),
    };
    let meant = match kind {
        FieldKind::Date => date_span(&text).map(|span| SortValue::Date(span.start)),
        FieldKind::Number => text.trim().parse().ok().map(SortValue::Number),
        FieldKind::Keyword => Some(SortValue::Keyword(text)),
        FieldKind::Text | FieldKind::Stored => None,
    };
    meant.into_iter().for_each(sink);
}

/// One end of a range of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Edge<T> {
    /// No end.
    Open,
    /// The value belongs to the range.
    Including(T),
    /// It does not.
    Excluding(T),
}

impl<T: PartialOrd> Edge<T> {
    fn above(&self, value: &T) -> bool {
        match self {
            Edge::Open => true,
            Edge::Including(low) => low <= value,
            Edge::Excluding(low) => low < value,
        }
    }

    fn below(&self, value: &T) -> bool {
        match self {
            Edge::Open => true,
            Edge::Including(high) => value <= high,
            Edge::Excluding(high) => value < high,
        }
    }
}

impl Filter {
    /// A range on a column of this kind.
    pub(super) fn range(
        field: &str,
        kind: FieldKind,
        (low, high): (&Bound, &Bound),
        at: &Range<usize>,
    ) -> Result<Filter, Error> {
        let test = match kind {
            FieldKind::Date => {
                let from = date_bound(low, at)?
                    .map_or(i64::MIN, |(span, inside)| if inside { span.start } else { span.end });
                let until = date_bound(high, at)?
                    .map_or(i64::MAX, |(span, inside)| if inside { span.end } else { span.start });
                FilterTest::Dates(std::iter::once(from..until).collect())
            }
            FieldKind::Number => {
                FilterTest::Numbers(vec![(number_edge(low, at)?, number_edge(high, at)?)])
            }
            _ => FilterTest::Keywords(vec![(keyword_edge(low), keyword_edge(high))]),
        };
        Ok(Filter { field: field.to_owned(), test, at: at.clone(), documents: Vec::new() })
    }

    /// Any of several values of a column of this kind.
    pub(super) fn one_of(
        field: &str,
        kind: FieldKind,
        values: &[String],
        at: &Range<usize>,
    ) -> Result<Filter, Error> {
        let test = match kind {
            FieldKind::Date => FilterTest::Dates(
                values.iter().map(|value| query_date(value, at)).collect::<Result<_, _>>()?,
            ),
            FieldKind::Number => {
                let exact = |value: &String| {
                    let number = query_number(value, at)?;
                    Ok((Edge::Including(number), Edge::Including(number)))
                };
                FilterTest::Numbers(values.iter().map(exact).collect::<Result<_, Error>>()?)
            }
            _ => {
                let exact = |value: &String| {
                    (Edge::Including(value.clone()), Edge::Including(value.clone()))
                };
                FilterTest::Keywords(values.iter().map(exact).collect())
            }
        };
        Ok(Filter { field: field.to_owned(), test, at: at.clone(), documents: Vec::new() })
    }

    /// Whether a stored value passes.
    #[must_use]
    pub fn passes(&self, value: &StoredValue) -> bool {
        match value {
            StoredValue::List(values) => values.iter().any(|value| self.passes(value)),
            StoredValue::Text(text) => self.passes_text(text),
            StoredValue::Integer(number) => match &self.test {
                FilterTest::Numbers(_) => self.passes_number(*number as f64),
                _ => self.passes_text(&number.to_string()),
            },
            StoredValue::Number(number) => match &self.test {
                FilterTest::Numbers(_) => self.passes_number(*number),
                _ => self.passes_text(&number.to_string()),
            },
            StoredValue::Boolean(truth) => self.passes_text(if *truth { "true" } else { "false" }),
        }
    }

    /// Whether a text passes, read as the column's kind asks.
    pub(crate) fn passes_text(&self, text: &str) -> bool {
        match &self.test {
            FilterTest::Dates(spans) => date_span(text)
                .is_some_and(|date| spans.iter().any(|span| span.contains(&date.start))),
            FilterTest::Numbers(_) => {
                text.trim().parse().is_ok_and(|number| self.passes_number(number))
            }
            FilterTest::Keywords(ranges) => {
                let text = text.to_owned();
                ranges.iter().any(|(low, high)| low.above(&text) && high.below(&text))
            }
        }
    }

    /// Whether a number passes.
    pub(crate) fn passes_number(&self, number: f64) -> bool {
        match &self.test {
            FilterTest::Numbers(ranges) => {
                ranges.iter().any(|(low, high)| low.above(&number) && high.below(&number))
            }
            _ => false,
        }
    }
}

fn date_bound(bound: &Bound, at: &Range<usize>) -> Result<Option<(Range<i64>, bool)>, Error> {
    match bound {
        Bound::Open => Ok(None),
        Bound::Including(value) => Ok(Some((query_date(value, at)?, true))),
        Bound::Excluding(value) => Ok(Some((query_date(value, at)?, false))),
    }
}

fn number_edge(bound: &Bound, at: &Range<usize>) -> Result<Edge<f64>, Error> {
    Ok(match bound {
        Bound::Open => Edge::Open,
        Bound::Including(value) => Edge::Including(query_number(value, at)?),
        Bound::Excluding(value) => Edge::Excluding(query_number(value, at)?),
    })
}

fn keyword_edge(bound: &Bound) -> Edge<String> {
    match bound {
        Bound::Open => Edge::Open,
        Bound::Including(value) => Edge::Including(value.clone()),
        Bound::Excluding(value) => Edge::Excluding(value.clone()),
    }
}

fn query_date(value: &str, at: &Range<usize>) -> Result<Range<i64>, Error> {
    let expected = "date; write 2011, 2011-03, 2011-03-02 or 2011-03-02T10:30";
    date_span(value).ok_or_else(|| Error::Value {
        value: value.to_owned(),
        expected,
        at: at.clone(),
    })
}

fn query_number(value: &str, at: &Range<usize>) -> Result<f64, Error> {
    let number = value.trim().parse().ok().filter(|number: &f64| !number.is_nan());
    let expected = "number; write 12, -3.5 or 1e6";
    number.ok_or_else(|| Error::Value { value: value.to_owned(), expected, at: at.clone() })
}

#[cfg(test)]
mod tests;
