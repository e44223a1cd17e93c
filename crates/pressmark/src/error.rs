//! The one error of the library: what was expected, what was found, where, what to do.
//!
//! Comes in: errors of the crates below. Goes out: one enum with a stable code; errors about a query know the column
//! and can draw a caret under it. Prints nothing.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Anything that can go wrong with an index or a question to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A query that cannot be understood, or not on this index.
    #[error("{0}")]
    Query(QueryError),
    /// The index file: missing, damaged, foreign, from another version.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Something below failed while a query ran.
    #[error(transparent)]
    Search(query::Error),
    /// Building failed.
    #[error(transparent)]
    Build(#[from] indexer::Error),
    /// Inputs or their options.
    #[error(transparent)]
    Sources(#[from] sources::Error),
    /// An analyzer that does not exist.
    #[error(transparent)]
    Analysis(#[from] analysis::Error),
    /// The index was made by another analyzer than this program has.
    #[error(
        "the index was analysed by {expected}, this program would analyse the query by {found}; rebuild the index or use the program that made it"
    )]
    Analyzer {
        /// What the index records.
        expected: String,
        /// What this program would do.
        found: String,
    },
    /// No document has the id.
    #[error(
        "no article has the id `{id}`; ids are case-sensitive, and `pressmark search` prints them"
    )]
    UnknownId {
        /// The id.
        id: String,
    },
    /// The text that is to be shown was not stored.
    #[error(
        "document `{id}` matches in field `{field}`, whose text was not stored; index without --no-store, or count instead"
    )]
    NoText {
        /// The document.
        id: String,
        /// The field.
        field: String,
    },
    /// A stored text has fewer words than the index found in it.
    #[error(
        "index is damaged: document `{id}` matches at word {position} of field `{field}`, but its stored text has {words} words; run `pressmark verify`"
    )]
    TextDisagrees {
        /// The document.
        id: String,
        /// The field.
        field: String,
        /// The position that should be there.
        position: u32,
        /// How many there are.
        words: usize,
    },
}

/// What kind of error it is: stable, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The query is malformed, or asks for what the index has not.
    Query,
    /// The index file is missing, damaged, foreign or of another version.
    Index,
    /// An input of a build, or an option about inputs.
    Input,
    /// The index and this program do not go together.
    Analyzer,
}

/// What is wrong with a query, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// The query as given.
    pub query: String,
    /// The bytes of it that the message is about.
    pub at: Range<usize>,
    /// What is wrong, without the place.
    pub message: String,
    /// What to do about it, with the characters that join it to the message; may be empty.
    pub advice: String,
}

impl Error {
    /// The kind of the error.
    pub fn code(&self) -> ErrorCode {
        match self {
            Error::Query(_) | Error::UnknownId { .. } | Error::NoText { .. } => ErrorCode::Query,
            Error::Search(query::Error::Sort { .. }) => ErrorCode::Query,
            Error::Store(_) | Error::Search(_) | Error::TextDisagrees { .. } => ErrorCode::Index,
            Error::Build(_) | Error::Sources(_) | Error::Analysis(_) => ErrorCode::Input,
            Error::Analyzer { .. } => ErrorCode::Analyzer,
        }
    }

    /// The query with a caret under the place the error is about; `None` for errors that are not about a query.
    pub fn caret(&self) -> Option<String> {
        match self {
            Error::Query(error) => Some(error.caret()),
            _ => None,
        }
    }

    /// A malformed query.
    pub(crate) fn of_syntax(error: query::parser::SyntaxError, query: &str) -> Error {
        let advice = error.suggestion.map(|suggestion| format!(" ({suggestion})"));
        Error::Query(QueryError {
            query: query.to_owned(),
            at: error.at,
            message: error.message,
            advice: advice.unwrap_or_default(),
        })
    }

    /// Whether the file is no index at all, such as a dump that wants to be indexed first.
    pub fn is_not_an_index(&self) -> bool {
        matches!(self, Error::Store(store::Error::NotAnIndex { .. }))
    }

    /// An error of planning or running `query`.
    pub(crate) fn in_query(error: query::Error, query: &str) -> Error {
        match (error.at(), error) {
            (Some(at), error) => Error::Query(QueryError::new(query, at, &error.to_string())),
            (None, query::Error::Store(error)) => Error::Store(error),
            (None, query::Error::Analyzer { expected, found }) => {
                Error::Analyzer { expected, found }
            }
            (None, error) => Error::Search(error),
        }
    }
}

impl ErrorCode {
    /// Its name in JSON and protocols.
    pub fn name(self) -> &'static str {
        match self {
            ErrorCode::Query => "query",
            ErrorCode::Index => "index",
            ErrorCode::Input => "input",
            ErrorCode::Analyzer => "analyzer",
        }
    }
}

/// Most characters of a query shown before and behind the place an error is about.
const CARET_CONTEXT: usize = 60;

impl QueryError {
    /// An error about the bytes `at` of `query`. The message's `; ...` or `(did you mean ...)` is taken for
    /// the advice.
    pub fn new(query: &str, at: Range<usize>, message: &str) -> QueryError {
        let starts = [" (did you mean", "; ", ", expected"];
        let advice = starts.iter().filter_map(|start| message.find(start)).min();
        let (message, advice) = message.split_at(advice.unwrap_or(message.len()));
        let (query, message, advice) = (query.to_owned(), message.to_owned(), advice.to_owned());
        QueryError { query, at, message, advice }
    }

    /// The column at which the place begins: characters, counted from 1.
    pub fn column(&self) -> usize {
        let before = self.query.char_indices().take_while(|(at, _)| *at < self.at.start);
        before.count() + 1
    }

    /// Two lines without a last line end: the query, cut to what stands around the place, and carets under the place.
    ///
    /// ```
    /// let error = pressmark::QueryError::new("big tilte:wolf", 4..9, "unknown field `tilte`");
    /// assert_eq!(error.to_string(), "unknown field `tilte` at column 5");
    /// assert_eq!(error.caret(), "big tilte:wolf\n    ^^^^^");
    /// ```
    pub fn caret(&self) -> String {
        let characters: Vec<(usize, char)> = self.query.char_indices().collect();
        let place = self.column() - 1;
        let marked = characters.iter().filter(|(at, _)| self.at.contains(at)).count();
        let end = (place + marked.max(1) + CARET_CONTEXT).min(characters.len());
        let start = place.saturating_sub(CARET_CONTEXT).min(end);
        let (mut text, mut carets) = (String::new(), String::new());
        for (index, (at, character)) in characters.iter().enumerate().take(end).skip(start) {
            let shown = if character.is_control() { ' ' } else { *character };
            text.push(shown);
            let caret = if self.at.contains(at) || index == place { '^' } else { ' ' };
            carets.extend(std::iter::repeat_n(caret, shown.width().unwrap_or(0)));
        }
        if characters.len() <= place {
            carets.push('^');
        }
        let (before, after) = (start > 0, end < characters.len());
        let (left, right) = (if before { "..." } else { "" }, if after { "..." } else { "" });
        format!("{left}{text}{right}\n{}{}", " ".repeat(left.len()), carets.trim_end())
    }
}

impl fmt::Display for QueryError {
    /// The message with the column before the advice: `unknown field `tilte` at column 1 (did you mean `title`?)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at column {}{}", self.message, self.column(), self.advice)
    }
}

#[cfg(test)]
mod tests;
