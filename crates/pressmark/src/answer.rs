//! What an index answers, as plain data.
//!
//! Comes in: what `search` and `inspect` found. Goes out: to whoever prints, sends or tests it. With serde, each type
//! gives the JSON that the command line promises.

use serde::ser::{Serialize, SerializeMap, Serializer};

pub use concordance::{Fragment, Piece};

/// The answer to a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchAnswer {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// How many documents match.
    pub total: Total,
    /// What a reader should know about how the query was read: repairs, words that no document has.
    pub notes: Vec<String>,
}

/// How many documents match a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exact(u64),
    /// So many or more: documents that could no longer be among the best were not looked at.
    AtLeast(u64),
}

/// One document of an answer.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Hit {
    /// Its place, counted from 1 over the whole answer (an offset is counted in).
    pub rank: usize,
    /// Its number in the index: input order from 0.
    #[serde(skip)]
    pub document: u32,
    /// Its id.
    pub id: String,
    /// Its score; 0 where nothing in the query scores.
    pub score: f64,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// The stored fields in stored order, the title among them.
    #[serde(serialize_with = "as_map")]
    pub fields: Vec<(String, Value)>,
    /// Where it matches, field by field, in text order.
    pub spans: Vec<Span>,
    /// Pieces of the text around the best matches; as JSON, their HTML.
    #[serde(serialize_with = "as_html")]
    pub fragments: Vec<FieldFragment>,
    /// Where hits are sorted by a field: the value that placed it, dates as `2011-03-02T00:00:00Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Value>,
    /// The bytes of the title to highlight.
    #[serde(skip)]
    pub title_marks: Vec<std::ops::Range<usize>>,
}

/// One match in a stored text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Span {
    /// The field.
    pub field: String,
    /// The byte at which its first word begins.
    pub start: usize,
    /// The byte after its last word.
    pub end: usize,
}

/// A piece of one field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFragment {
    /// The field.
    pub field: String,
    /// The piece.
    pub fragment: Fragment,
}

/// A stored value.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Text, exactly as given.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Several values.
    List(Vec<Value>),
}

/// A stored document.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// Its number in the index.
    #[serde(skip)]
    pub number: u32,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Its fields in stored order.
    #[serde(serialize_with = "as_map")]
    pub fields: Vec<(String, Value)>,
}

/// How often a query matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct CountAnswer {
    /// Documents that match.
    pub documents: u64,
    /// Matches in them: the spans that `search` lists.
    pub matches: u64,
    /// Whether both figures are exact.
    pub complete: bool,
    /// What a reader should know about how the query was read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One term of the vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TermCount {
    /// The term as indexed.
    pub term: String,
    /// Documents that have it.
    pub documents: u64,
    /// Its occurrences in all of them.
    pub occurrences: u64,
}

/// One token of an analysed text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Token {
    /// The form the index stores; empty for a word of which nothing searchable is left.
    pub term: String,
    /// Its position; `None` for a token without a term.
    pub position: Option<u32>,
    /// The byte at which its word begins.
    pub start: usize,
    /// The byte after its word.
    pub end: usize,
    /// The word as written.
    pub text: String,
}

impl Default for Total {
    fn default() -> Self {
        Total::Exact(0)
    }
}

impl Total {
    /// The number, whether exact or a lower bound.
    pub fn number(self) -> u64 {
        match self {
            Total::Exact(number) | Total::AtLeast(number) => number,
        }
    }
}

impl Hit {
    /// The stored field `name`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

impl Document {
    /// The stored field `name`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

impl std::fmt::Display for Value {
    /// Texts and numbers as they are; lists separated by `; `.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Boolean(truth) => write!(f, "{truth}"),
            Value::List(values) => {
                for (index, value) in values.iter().enumerate() {
                    if 0 < index {
                        f.write_str("; ")?;
                    }
                    value.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

fn as_map<S: Serializer>(fields: &[(String, Value)], to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(fields.len()))?;
    for (name, value) in fields {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

fn as_html<S: Serializer>(fragments: &[FieldFragment], to: S) -> Result<S::Ok, S::Error> {
    let html: Vec<String> = fragments.iter().map(|piece| piece.fragment.html()).collect();
    html.serialize(to)
}
