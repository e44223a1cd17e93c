//! What can be wrong with a query once it meets an index, each with where in the query text it stands.
//!
//! Messages carry no column: the byte range from [`Error::at`] lets the front end count columns and draw a caret.

use std::ops::Range;

/// Errors of planning and running a query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The index was made by another analyzer than the one that would cut the query.
    #[error(
        "index was analysed by {expected}, this program would analyse the query by {found}; rebuild the index or use the program that made it"
    )]
    Analyzer {
        /// What the index records.
        expected: String,
        /// What was given.
        found: String,
    },
    /// No such field.
    #[error("unknown field `{name}`{}", known_fields(suggestion.as_deref(), known))]
    UnknownField {
        /// As typed.
        name: String,
        /// The nearest name, if one is near.
        suggestion: Option<String>,
        /// All names.
        known: Vec<String>,
        /// Where in the query.
        at: Range<usize>,
    },
    /// The field exists, but not for this.
    #[error("field `{name}` holds {found}, expected {expected}")]
    FieldKind {
        /// The field.
        name: String,
        /// What it holds.
        found: &'static str,
        /// What the query needs, and what to write instead.
        expected: String,
        /// Where in the query.
        at: Range<usize>,
    },
    /// A date or number that cannot be read as one.
    #[error("`{value}` is no {expected}")]
    Value {
        /// As typed.
        value: String,
        /// What was expected, with an example.
        expected: &'static str,
        /// Where in the query.
        at: Range<usize>,
    },
    /// More words of the vocabulary match than may be expanded to.
    #[error(
        "`{pattern}` stands for {found} words, more than the limit of {limit}; write more letters or raise --max-expansions"
    )]
    Expansions {
        /// As typed.
        pattern: String,
        /// How many words match, all counted.
        found: usize,
        /// How many are allowed.
        limit: usize,
        /// Where in the query.
        at: Range<usize>,
    },
    /// A pattern that is malformed or too large to search the vocabulary with.
    #[error("cannot search for `{pattern}`: {reason}")]
    Pattern {
        /// As typed.
        pattern: String,
        /// What is wrong with it.
        reason: String,
        /// Where in the query.
        at: Range<usize>,
    },
    /// Something stands in a phrase or window that has no place in the text.
    #[error("{found} cannot stand {inside}; {advice}")]
    Operand {
        /// What it is.
        found: &'static str,
        /// Inside of what.
        inside: &'static str,
        /// What to write instead.
        advice: &'static str,
        /// Where in the query.
        at: Range<usize>,
    },
    /// An unordered window over many operands that may share words.
    #[error(
        "a window in any order over {found} operands that can share words, at most {limit} are possible; use BEFORE, or fewer operands"
    )]
    WindowOperands {
        /// How many there are.
        found: usize,
        /// How many are allowed.
        limit: usize,
        /// Where in the query.
        at: Range<usize>,
    },
    /// `=word` needs the text, and the text was not stored.
    #[error(
        "`={word}` compares with the stored text, but document `{id}` has none of field `{field}`; rebuild the index with stored text, or drop the `=`"
    )]
    NoStoredText {
        /// As typed.
        word: String,
        /// A document that would have to be looked at.
        id: String,
        /// The field whose text is missing.
        field: String,
        /// Where in the query.
        at: Range<usize>,
    },
    /// Hits cannot be sorted by this.
    #[error("cannot sort by `{name}`: {reason}")]
    Sort {
        /// The field as named.
        name: String,
        /// Why not, and what to name instead.
        reason: String,
    },
    /// k1 or b outside their range.
    #[error("ranking parameter {name} is {found}, expected {expected}")]
    Ranking {
        /// `k1` or `b`.
        name: &'static str,
        /// What was given.
        found: f64,
        /// The range.
        expected: &'static str,
    },
}

impl Error {
    /// The byte range of the query text that the error is about, where it is about the query.
    #[must_use]
    pub fn at(&self) -> Option<Range<usize>> {
        match self {
            Error::UnknownField { at, .. }
            | Error::FieldKind { at, .. }
            | Error::Value { at, .. }
            | Error::Expansions { at, .. }
            | Error::Pattern { at, .. }
            | Error::Operand { at, .. }
            | Error::WindowOperands { at, .. }
            | Error::NoStoredText { at, .. } => Some(at.clone()),
            Error::Store(_)
            | Error::Analyzer { .. }
            | Error::Sort { .. }
            | Error::Ranking { .. } => None,
        }
    }
}

/// The tail of the message about an unknown field.
pub(crate) fn known_fields(suggestion: Option<&str>, known: &[String]) -> String {
    match suggestion {
        Some(name) => format!(" (did you mean `{name}`?)"),
        None if known.is_empty() => "; the index has no fields".to_owned(),
        None => format!("; the fields are {}", known.join(", ")),
    }
}
