//! Filters: conditions on the values of columns, typed by the column's kind.
//!
//! Comes in: a field with the values of a query as typed. Goes out: a [`Filter`] that says of stored values whether they
//! pass. Dates are compared as seconds since 1970 in UTC; a shortened date (`2011`, `2011-03`) stands for its whole span.

use std::ops::Range;

use store::{FieldKind, StoredValue};

use crate::Error;
use crate::syntax::Bound;

/// A condition on one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The column's name; `id` for the documents' ids.
    pub field: String,
    /// What its values must be. A document with several values passes with any of them, one with none never.
    pub test: FilterTest,
    /// Where it stands in the query text.
    pub at: Range<usize>,
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
        Ok(Filter { field: field.to_owned(), test, at: at.clone() })
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
        Ok(Filter { field: field.to_owned(), test, at: at.clone() })
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

/// The seconds since 1970 UTC that a written date stands for: a year, a month, a day, a minute or a second.
///
/// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` and `YYYY-MM-DDTHH:MM[:SS[.fraction]][Z|+HH:MM|-HH:MM]`, a blank for the `T`.
pub(crate) fn date_span(text: &str) -> Option<Range<i64>> {
    let text = text.trim();
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4)?;
    let month =
        parts.next().map(|part| digits(part, 2)).map_or(Some(None), |part| part.map(Some))?;
    let day = parts.next().map(|part| digits(part, 2)).map_or(Some(None), |part| part.map(Some))?;
    if parts.next().is_some() {
        return None;
    }
    const DAY: i64 = 86_400;
    match (month, day, time) {
        (None, None, None) => Some(days(year, 1, 1)? * DAY..days(year + 1, 1, 1)? * DAY),
        (Some(month), None, None) => {
            let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            Some(days(year, month, 1)? * DAY..days(next_year, next, 1)? * DAY)
        }
        (Some(month), Some(day), None) => {
            let start = days(year, month, day)? * DAY;
            Some(start..start + DAY)
        }
        (Some(month), Some(day), Some(time)) => {
            let (second, length) = time_of_day(time)?;
            let start = days(year, month, day)? * DAY + second;
            Some(start..start + length)
        }
        _ => None,
    }
}

/// Seconds since midnight UTC and how many seconds the text stands for.
fn time_of_day(text: &str) -> Option<(i64, i64)> {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-']) {
        None => (text, 0),
        Some(cut) => {
            let (clock, zone) = text.split_at(cut);
            let minutes = match zone.strip_prefix(['+', '-']) {
                None if zone.len() == 1 => 0,
                None => return None,
                Some(zone) => {
                    let (hours, minutes) = match zone.split_once(':') {
                        Some(parts) => parts,
                        None if zone.len() == 4 && zone.is_ascii() => zone.split_at(2),
                        None => (zone, "00"),
                    };
                    digits(hours, 2)? * 60 + digits(minutes, 2)?
                }
            };
            (clock, if zone.starts_with('-') { -minutes * 60 } else { minutes * 60 })
        }
    };
    let mut parts = clock.trim_end().splitn(3, ':');
    let hour = digits(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = digits(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let second = match parts.next() {
        None => None,
        Some(second) => {
            let whole = second.split_once(['.', ',']).map_or(second, |(whole, _)| whole);
            Some(digits(whole, 2).filter(|second| *second <= 60)?)
        }
    };
    let start = hour * 3600 + minute * 60 + second.unwrap_or(0) - offset;
    Some((start, if second.is_some() { 1 } else { 60 }))
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; `None` if there is no such day.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    let index = usize::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    let length = before[index] - before[index - 1] + i64::from(leap && month == 2);
    if !(1 <= day && day <= length) {
        return None;
    }
    let past = year - 1;
    let to_year = past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400);
    let in_year = before[index - 1] + i64::from(leap && 2 < month) + day - 1;
    Some(to_year + in_year - 719_162)
}

#[cfg(test)]
mod tests;
