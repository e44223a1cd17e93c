//! What regular expressions, name variants and columns mean to the oracle.
//!
//! In comes their query text, out go tests of words and documents. Written apart from the engine: regular expressions by
//! the `regex` crate on whole words, dates as text that sorts.

use oracle::{OracleDoc, Query, Special};
use std::sync::Arc;

/// The names that are columns, not text, in fixtures and random documents.
pub(crate) const COLUMNS: [&str; 3] = ["date", "source", "pages"];

/// Gives a special part of a query its meaning.
pub(crate) fn meaning(special: Special, text: &str) -> Option<Query> {
    match special {
        Special::Regex => {
            let regex = regex::Regex::new(&format!("^(?:{})$", &text[1..text.len() - 1])).ok()?;
            let accepts = move |word: &str| regex.is_match(word);
            Some(Query::Matching { text: text.to_owned(), accepts: Arc::new(accepts) })
        }
        Special::Variants => {
            let wanted = name_key(&text[1..].to_lowercase());
            let accepts = move |word: &str| name_key(word) == wanted;
            Some(Query::Matching { text: text.to_owned(), accepts: Arc::new(accepts) })
        }
        Special::Column => column(text),
    }
}

/// The spelling key is the analyzer's: its quality is measured elsewhere, here only its use.
fn name_key(word: &str) -> String {
    let mut key = String::new();
    analysis::name_key(word, &mut key);
    key
}

fn column(text: &str) -> Option<Query> {
    let (name, value) = text.split_once(':')?;
    if name == "id" {
        let passes = value_test(value);
        let accepts = move |document: &OracleDoc| passes(&document.id);
        return Some(Query::Filter { text: text.to_owned(), accepts: Arc::new(accepts) });
    }
    if !COLUMNS.contains(&name) {
        return None;
    }
    let passes = value_test(value);
    let name = name.to_owned();
    let accepts = move |document: &OracleDoc| {
        document.columns.iter().any(|(column, value)| *column == name && passes(value))
    };
    Some(Query::Filter { text: text.to_owned(), accepts: Arc::new(accepts) })
}

type ValueTest = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// `2011`, `>=2011-03`, `2011..2012`, `[a TO b}` or `IN[a b]`.
fn value_test(text: &str) -> ValueTest {
    if let Some(set) = text.strip_prefix("IN[").and_then(|rest| rest.strip_suffix(']')) {
        let set: Vec<String> = set.split_whitespace().map(str::to_owned).collect();
        return Box::new(move |value| set.iter().any(|member| member == value));
    }
    for (sign, wanted) in [
        (">=", [false, true, true]),
        ("<=", [true, true, false]),
        (">", [false, false, true]),
        ("<", [true, false, false]),
    ] {
        if let Some(limit) = text.strip_prefix(sign) {
            let limit = limit.to_owned();
            return Box::new(move |value| wanted[side(value, &limit)]);
        }
    }
    if let Some((low, high)) = text.trim_matches(['[', ']', '{', '}']).split_once(" TO ") {
        let (out_low, out_high) = (text.starts_with('{'), text.ends_with('}'));
        let (low, high) = (low.to_owned(), high.to_owned());
        return Box::new(move |value| above(value, &low, out_low) && below(value, &high, out_high));
    }
    if let Some((low, high)) = text.split_once("..") {
        let (low, high) = (low.to_owned(), high.to_owned());
        return Box::new(move |value| above(value, &low, false) && below(value, &high, false));
    }
    let wanted = text.to_owned();
    Box::new(move |value| side(value, &wanted) == 1)
}

fn above(value: &str, low: &str, out: bool) -> bool {
    low == "*" || if out { 2 } else { 1 } <= side(value, low)
}

fn below(value: &str, high: &str, out: bool) -> bool {
    high == "*" || side(value, high) <= if out { 0 } else { 1 }
}

/// 0 where the value lies before the limit, 1 within it (a month lies within its year), 2 after it.
fn side(value: &str, limit: &str) -> usize {
    if let (Ok(value), Ok(limit)) = (value.parse::<f64>(), limit.parse::<f64>())
        && !value.is_nan()
    {
        return if value < limit { 0 } else { 1 + usize::from(limit < value) };
    }
    match value.starts_with(limit) {
        true => 1,
        false => 2 * usize::from(limit < value),
    }
}
