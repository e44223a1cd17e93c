//! What is wrong with a query text, where, and what to write instead.
//!
//! Comes in: the text, a byte range and the words. Goes out: one line through `Display`, or three lines with a caret
//! through [`SyntaxError::render`].

use std::fmt::Write;
use std::ops::Range;

/// A mistake in a query text.
///
/// Its one line ends with the column and, where there is one, a suggestion in brackets:
/// `unknown field 'tilte' at column 1 (did you mean 'title'?)`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at column {column}{}", bracketed(self.suggestion.as_deref()))]
pub struct SyntaxError {
    /// What is wrong, without the column.
    pub message: String,
    /// Where it begins, in characters, counted from 1.
    pub column: usize,
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
    /// What to write instead.
    pub suggestion: Option<String>,
}

impl SyntaxError {
    /// An error about `at` in `text`.
    pub(super) fn new(
        text: &str,
        at: Range<usize>,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) -> SyntaxError {
        let column = text.get(..at.start).map_or(0, |before| before.chars().count()) + 1;
        SyntaxError { message: message.into(), column, at, suggestion }
    }

    /// The error's line, the query below it, and a caret under the place.
    ///
    /// A long query is cut around the place. Line ends and tabs show as blanks, so that the caret stands right.
    #[must_use]
    pub fn render(&self, query: &str) -> String {
        let shown: Vec<char> =
            query.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let first = (self.column - 1).min(shown.len());
        let inside = query.get(self.at.clone()).map_or(0, |cut| cut.chars().count());
        let last = (first + inside.max(1)).min(shown.len().max(first + 1));
        let from = if shown.len() <= WIDTH { 0 } else { first.saturating_sub(WIDTH / 2) };
        let to = shown.len().min(from + WIDTH);
        let mut out = format!("{self}\n  ");
        out.extend((from > 0).then_some('…'));
        out.extend(&shown[from..to]);
        out.extend((to < shown.len()).then_some('…'));
        out.push_str("\n  ");
        out.extend((from > 0).then_some(' '));
        out.extend(shown[from..first].iter().map(|&c| if is_wide(c) { '\u{3000}' } else { ' ' }));
        for i in first..last.min(to.max(first + 1)) {
            out.push_str(if shown.get(i).is_some_and(|&c| is_wide(c)) { "^^" } else { "^" });
        }
        out
    }
}

/// How many characters of a query `render` shows at most.
const WIDTH: usize = 76;

fn bracketed(suggestion: Option<&str>) -> String {
    let mut out = String::new();
    if let Some(suggestion) = suggestion {
        // Writing to a string cannot fail.
        let _ = write!(out, " ({suggestion})");
    }
    out
}

/// Whether a terminal gives a character two cells. The main blocks of East Asian scripts; a caret needs no more.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}' | '\u{1f900}'..='\u{1f9ff}' | '\u{20000}'..='\u{3fffd}')
}
