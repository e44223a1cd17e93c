//! What the values of a field look like in the first documents.
//!
//! Comes in: documents. Goes out: for each field what it could be for, by the rules on
//! [`FieldChoices`](crate::FieldChoices). The same documents give the same answers.

use std::collections::{HashMap, HashSet};

use sources::{Document, FieldName, Value};
use store::FieldKind;

/// Prose is at least so many bytes long.
const PROSE_BYTES: usize = 40;
/// A keyword is at most so many bytes long.
const KEYWORD_BYTES: usize = 64;
/// Fewer values do not show whether a field's values repeat.
const KEYWORD_VALUES: u64 = 8;

/// The fields of the first documents.
#[derive(Default)]
pub(crate) struct Sample {
    documents: u64,
    names: Vec<FieldName>,
    fields: HashMap<FieldName, Seen, foldhash::fast::FixedState>,
}

/// What was seen of one field.
#[derive(Default)]
struct Seen {
    values: u64,
    texts: u64,
    prose: u64,
    short: u64,
    dates: u64,
    numbers: u64,
    distinct: HashSet<Box<str>, foldhash::fast::FixedState>,
}

impl Sample {
    /// Looks at one more document.
    pub(crate) fn add(&mut self, document: &Document) {
        self.documents += 1;
        for (name, value) in &document.fields {
            if !self.fields.contains_key(name) {
                self.names.push(name.clone());
            }
            self.fields.entry(name.clone()).or_default().add(value);
        }
    }

    /// Whether there were no documents.
    pub(crate) fn is_empty(&self) -> bool {
        self.documents == 0
    }

    /// The fields in order of appearance.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// Whether any document has this field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Whether the field is prose, to be searched where there is no body.
    pub(crate) fn is_prose(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|seen| 0 < seen.prose && seen.values <= seen.prose * 2)
    }

    /// What the field is for if it is not text.
    pub(crate) fn kind(&self, name: &str) -> FieldKind {
        self.fields.get(name).map_or(FieldKind::Stored, Seen::kind)
    }
}

impl Seen {
    fn add(&mut self, value: &Value) {
        match value {
            Value::List(values) => return values.iter().for_each(|value| self.add(value)),
            Value::Null => return,
            Value::Integer(_) | Value::Number(_) => self.numbers += 1,
            Value::Boolean(_) => {}
            Value::Text(text) => self.add_text(text),
        }
        self.values += 1;
    }

    fn add_text(&mut self, text: &str) {
        self.texts += 1;
        self.prose += u64::from(PROSE_BYTES <= text.len() && text.trim().contains(' '));
        self.dates += u64::from(is_date(text));
        if text.len() <= KEYWORD_BYTES {
            self.short += 1;
            if !self.distinct.contains(text) {
                self.distinct.insert(text.into());
            }
        }
    }

    fn kind(&self) -> FieldKind {
        let all = |count: u64| 0 < count && count == self.values;
        if all(self.numbers) {
            FieldKind::Number
        } else if all(self.dates) {
            FieldKind::Date
        } else if all(self.short)
            && KEYWORD_VALUES <= self.texts
            && self.distinct.len() as u64 * 2 <= self.texts
        {
            FieldKind::Keyword
        } else {
            FieldKind::Stored
        }
    }
}

/// Whether a text begins as ISO 8601 dates do: a year, a month or a day, then nothing or a time.
fn is_date(text: &str) -> bool {
    let text = text.trim();
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let mut parts = date.split('-');
    let mut number = |digits: usize, least: u32, most: u32| {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        let value = part.parse().ok().filter(|_| is_number)?;
        Some((least..=most).contains(&value))
    };
    let year = number(4, 1000, 2999);
    let (month, day) = (number(2, 1, 12), number(2, 1, 31));
    let whole = match date.len() {
        4 => year == Some(true),
        7 => year == Some(true) && month == Some(true),
        10 => year == Some(true) && month == Some(true) && day == Some(true),
        _ => false,
    };
    let is_time = time.bytes().all(|byte| byte.is_ascii_digit() || b":.,+-Zz ".contains(&byte));
    whole && is_time && (time.is_empty() || date.len() == 10)
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn dates_are_told_from_other_texts() {
        for text in ["2011", "2011-03", "2011-03-01", "2011-03-01T10:00:00Z", " 1999-12-31 23:59 "]
        {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "",
            "11",
            "0999",
            "2011-13",
            "2011-03-32",
            "2011-3-1",
            "2011 winter",
            "1-2-3",
            "+2011",
            "é",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
