//! What the values of a field look like in the first documents.
//!
//! Comes in: documents. Goes out: for each field what it could be for, by the rules on
//! [`FieldChoices`](crate::FieldChoices). The same documents give the same answers.

use std::collections::{HashMap, HashSet};

use analysis::date_span;
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
    /// Texts that look like dates by themselves.
    dates: u64,
    /// Texts and numbers that are dates where the field's name says so.
    named_dates: u64,
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
        match self.fields.get(name) {
            Some(seen) if is_date_name(name) && seen.is_mostly_dates() => FieldKind::Date,
            Some(seen) => seen.kind(),
            None => FieldKind::Stored,
        }
    }
}

impl Seen {
    fn add(&mut self, value: &Value) {
        match value {
            Value::List(values) => return values.iter().for_each(|value| self.add(value)),
            Value::Null => return,
            Value::Integer(number) => {
                self.numbers += 1;
                self.named_dates += u64::from(date_span(&number.to_string()).is_some());
            }
            Value::Number(number) => {
                self.numbers += 1;
                self.named_dates += u64::from(date_span(&number.to_string()).is_some());
            }
            Value::Boolean(_) => {}
            Value::Text(text) => self.add_text(text),
        }
        self.values += 1;
    }

    fn add_text(&mut self, text: &str) {
        self.texts += 1;
        self.prose += u64::from(PROSE_BYTES <= text.len() && text.trim().contains(' '));
        self.dates += u64::from(is_date(text));
        self.named_dates += u64::from(date_span(text).is_some());
        if text.len() <= KEYWORD_BYTES {
            self.short += 1;
            if !self.distinct.contains(text) {
                self.distinct.insert(text.into());
            }
        }
    }

    /// Whether nine of ten values or more can be read as dates; the others will be counted.
    fn is_mostly_dates(&self) -> bool {
        0 < self.values && self.values * 9 <= self.named_dates * 10
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

/// Whether a text looks like a date by itself: one that is read as a date and is no mere number, but for a year.
fn is_date(text: &str) -> bool {
    let text = text.trim();
    let bare = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (!bare || text.len() == 4) && date_span(text).is_some()
}

/// Whether a field's name says that its values are dates: by one of its words, or as a whole.
fn is_date_name(name: &str) -> bool {
    const WORDS: [&str; 15] = [
        "date",
        "dates",
        "datetime",
        "time",
        "timestamp",
        "pubdate",
        "createdate",
        "publishdate",
        "publicationdate",
        "published",
        "publish",
        "created",
        "updated",
        "modified",
        "posted",
    ];
    let words = name.split(|c: char| !c.is_alphanumeric());
    let is_word = |word: &str| {
        let word = word.to_ascii_lowercase();
        WORDS.contains(&word.as_str())
    };
    words.flat_map(camel_words).any(is_word)
}

/// `publishedAt` as `published` and `At`.
fn camel_words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut letters = rest.char_indices().skip(1);
        let cut = letters.find(|(at, letter)| {
            letter.is_uppercase() && rest[..*at].ends_with(char::is_lowercase)
        });
        let (word, after) = rest.split_at(cut.map_or(rest.len(), |(at, _)| at));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::{is_date, is_date_name};

    #[test]
    fn dates_are_told_from_other_texts() {
        for text in [
            "2011",
            "2011-03",
            "2011-03-01T10:00:00Z",
            " 1999-12-31 23:59 ",
            "Tue, 01 Mar 2011 10:00:00 GMT",
            "March 1, 2011",
        ] {
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
            "20110301",
            "1299061800",
            "1.3.2011",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn names_of_dates_are_known_by_their_words() {
        for name in [
            "date",
            "dc.date",
            "pub_date",
            "publishedAt",
            "createdDate",
            "Last-Modified",
            "timestamp",
        ] {
            assert!(is_date_name(name), "{name}");
        }
        for name in ["", "updates_count_of", "body", "mandate_holder", "timezone", "ID"] {
            assert!(!is_date_name(name), "{name}");
        }
    }
}
