//! Query text to a syntax tree.
//!
//! Comes in: what was typed, and the fields of the index. Goes out: a [`Parsed`] tree, or a [`SyntaxError`] with a
//! column and a suggestion. Nothing here looks at an index: words stay as typed, dates are not read, expansions not
//! counted. There is no backtracking, time is linear in the length, and length, depth and clauses are limited by
//! [`MAX_LENGTH`], [`MAX_DEPTH`] and [`MAX_CLAUSES`].
//!
//! # Grammar
//!
//! Blanks stand between clauses, operators, items and values; what belongs to one primary is attached to it.
//!
//! ```text
//! Query    := Clause*
//! Clause   := Or                                   side by side: any of them, ranked; NOT x is -x here
//! Or       := And ("OR" And)*
//! And      := Not ("AND" Not)*
//! Not      := "NOT" Not | Sign? Window             + must, - must not
//! Window   := Primary (Near Primary)*              a NEAR/5 b NEAR/5 c nests to the left
//! Near     := ("NEAR" | "BEFORE") ("/" digits)?    10 words where no number is given
//! Primary  := (Group | Joint | Function | Phrase | Variants | Regex | Field | Word) Boost?
//! Boost    := "^" digits ("." digits)?
//! Group    := "(" Clause* ")" ("@" digits)?        @n: at least n of the clauses, or of the sides of an OR
//! Joint    := "{" (Word | Phrase | Regex | Variants | Joint)* "}"
//! Function := "fn:" name "(" number? Primary* ")"  ordered unordered maxgaps or atleast
//! Phrase   := ("=" | "~")? '"' Slot* '"' "*"? ("~" digits)?
//! Slot     := Word | Regex | "{" (Word | Regex)* "}" | Variants
//! Variants := "~" name | "~(" name+ ("-" form)* ")"
//! Regex    := "/" pattern "/"                      no blank and no other "/" inside, nothing of a word behind
//! Field    := name ":" (Primary | Column)          Column where the field is a date, number or keyword
//! Column   := ("[" | "{") end "TO" end ("]" | "}") | ("<" | "<=" | ">" | ">=") value | value ".." value
//!           | "IN[" value* "]" | "IN@" file | "(" value* ")" | value | "*"
//! Word     := word | "=" word | word with * or ? | word "~" ("0" | "1" | "2")?
//! ```
//!
//! # What is text
//!
//! Ordinary text never fails, and no word of it is lost. These rules say when a mark is no operator:
//!
//! * `AND OR NOT NEAR BEFORE` are operators in capitals only. Between them, `OR` binds tighter than mere adjacency:
//!   `a OR b c` is the two clauses `a OR b` and `c`. `NEAR` and `BEFORE` without a number are words unless they stand
//!   between two operands. There are no `&&`, `||` and `!`.
//! * `+` and `-` are signs only where a word begins and something to look for follows at once: not in `C++`, `e-mail`,
//!   `a - b`, `--`, `->`.
//! * `name:` is a field where `name` begins with a letter and goes on with letters, digits, `_`, `-` and `.` (or is a
//!   field of the index), and something that can be a value is attached. `10:30`, `http://x`, `note: this`, `a::b`,
//!   `C:\Users` are text. An unknown name is an error. `id` is always a field.
//! * `word~` is a fuzzy word of two edits, as in Lucene, but only where a letter stands before it: `3~5` is text. `~`
//!   before a letter asks for name variants: `~5` is text.
//! * `word^2` is a boost whatever the word: `2^10` looks for `2`. With anything else than a number behind it, `^` is text.
//! * `*` anywhere in a word, and `?` inside or before it, are wildcards. A `?` with only punctuation behind it is
//!   punctuation, unless its piece of the word has another wildcard: `first?` is text, `j?lan?` is not; write `/jolan./`
//!   for one letter at the end. `*` and `?` alone are text without a token. Addresses (`scheme://`, `www.`,
//!   `path?name=`) have no wildcards.
//! * A word with joints and a wildcard or `~` is the phrase of its pieces: `al-j*lani` is `"al j*lani"`.
//! * Brackets inside a word stay in it if they close before a blank: `word(s)`, `f(x)`. A `)` too many is punctuation
//!   (`1) first`), and an error only where operator words are used. `{{` opens nothing. `[` means something only
//!   in a column.
//! * Curly quotes and guillemets open a phrase only where a closing one follows; half a pair is punctuation. A straight
//!   quote always opens one, except behind a digit at the end of a word (`5"`).
//! * A backslash before ASCII punctuation takes its meaning away; before anything else it is a backslash.
//! * A text without a single letter or digit is text, whatever its marks.
//!
//! # Limits
//!
//! Depth counts brackets, functions, fields, `NOT` and windows, a chain of which nests. Beside these, distances and
//! slops end at [`MAX_DISTANCE`], boosts at [`MAX_BOOST`], edit distances at [`MAX_EDITS`].

mod columns;
mod error;
mod functions;
mod grammar;
mod lexer;
mod phrase;
mod primary;
mod suggest;
mod words;

pub use error::SyntaxError;
pub(crate) use suggest::nearest;

use crate::syntax::{Node, NodeKind, Occur};
use grammar::Parser;
use std::io;
use std::ops::Range;
use store::{FieldKind, FieldSpec};
use words::is_wordlike;

/// The longest query, in bytes.
pub const MAX_LENGTH: usize = 4096;
/// The deepest nesting.
pub const MAX_DEPTH: usize = 32;
/// The most words, patterns and column values in a query; the values of one set count once.
pub const MAX_CLAUSES: usize = 1024;
/// The widest window and the largest slop.
pub const MAX_DISTANCE: u32 = 1_000_000;
/// The largest boost.
pub const MAX_BOOST: f64 = 1_000_000.0;
/// The largest edit distance, which `word~` stands for.
pub const MAX_EDITS: u8 = 2;
/// What `NEAR` and `BEFORE` without a number stand for.
pub const DEFAULT_DISTANCE: u32 = 10;

/// Reads a file named in a query.
pub type ReadFile<'a> = dyn Fn(&str) -> io::Result<String> + 'a;

/// What a parser is told besides the text.
#[derive(Clone, Copy, Default)]
pub struct ParseOptions<'a> {
    /// Bare clauses must all match (`--all`).
    pub all: bool,
    /// Repair mistakes and list the repairs, instead of failing.
    pub lenient: bool,
    /// The fields of the index. `id` is a keyword even if it is not among them.
    pub fields: &'a [FieldSpec],
    /// Reads the file of `IN@file`; without it such a set is an error.
    pub read_file: Option<&'a ReadFile<'a>>,
    /// Cuts words with wildcards and `~` at their joints; without it the default analyzer is built when it is needed.
    pub analyzer: Option<&'a analysis::Analyzer>,
}

/// A query that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The tree.
    pub root: Node,
    /// What was wrong and how it was read, in the order found; empty unless `lenient` was asked for.
    pub repairs: Vec<Repair>,
}

/// A mistake that was repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// What was wrong, at which column, and how it was read.
    pub message: String,
}

/// Reads a query.
///
/// Time and memory are linear in the length of the text, whatever it holds.
///
/// # Errors
///
/// The first mistake. With [`ParseOptions::lenient`] there is none.
///
/// ```
/// use query::parser::{ParseOptions, parse};
///
/// let parsed = parse("wolf OR rope AND zebra", &ParseOptions::default())?;
/// assert_eq!(parsed.root.to_string(), "wolf OR rope AND zebra");
/// let error = parse("tilte:wolf", &ParseOptions::default()).unwrap_err();
/// assert_eq!((error.message.as_str(), error.column), ("unknown field 'tilte'", 1));
/// # Ok::<(), query::parser::SyntaxError>(())
/// ```
pub fn parse(text: &str, options: &ParseOptions<'_>) -> Result<Parsed, SyntaxError> {
    if text.len() <= MAX_LENGTH {
        return parse_bounded(text, options);
    }
    let end = text.floor_char_boundary(MAX_LENGTH);
    let message = format!("query of {} bytes is longer than the limit of {MAX_LENGTH}", text.len());
    let error = SyntaxError::new(text, end..text.len(), message, None);
    if !options.lenient {
        return Err(error);
    }
    let kept = text[..end].rfind(lexer::is_blank).unwrap_or(end);
    let mut parsed = parse_bounded(&text[..kept], options)?;
    let message = format!("{} at column {}: the rest is left out", error.message, error.column);
    parsed.repairs.push(Repair { at: kept..text.len(), message });
    Ok(parsed)
}

fn parse_bounded(text: &str, options: &ParseOptions<'_>) -> Result<Parsed, SyntaxError> {
    let known = |name: &str| options.kind_of(name).is_some();
    let mut parser = Parser::new(text, options, &known);
    let read = parser.query();
    let failed = read.is_err() || !parser.repairs.is_empty();
    if failed && !text.contains(is_wordlike) {
        return Ok(Parsed { root: marks_only(text), repairs: Vec::new() });
    }
    let mut root = read?;
    if options.all {
        require_all(&mut root);
    }
    Ok(Parsed { root, repairs: parser.repairs })
}

/// A text without a letter or digit: each run of marks is a text without a token.
fn marks_only(text: &str) -> Node {
    let mut clauses = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match start {
            Some(from) if lexer::is_blank(c) => {
                let node = Node::new(NodeKind::Text(text[from..at].to_owned()), from..at);
                clauses.push((Occur::Should, node));
                start = None;
            }
            None if !lexer::is_blank(c) => start = Some(at),
            _ => {}
        }
    }
    clauses.truncate(MAX_CLAUSES);
    match clauses.pop() {
        Some((_, only)) if clauses.is_empty() => only,
        Some(last) => {
            clauses.push(last);
            Node::new(NodeKind::Clauses(clauses), 0..text.len())
        }
        None => Node::new(NodeKind::Empty, 0..0),
    }
}

/// Makes bare clauses required, wherever a list of clauses selects documents: not inside windows and other lists of
/// operands. Text without a letter or digit stays as it is, for it can match nothing.
fn require_all(node: &mut Node) {
    match &mut node.kind {
        NodeKind::Clauses(clauses) => {
            for (occur, node) in clauses {
                let marks =
                    matches!(&node.kind, NodeKind::Text(text) if !text.contains(is_wordlike));
                if *occur == Occur::Should && !marks {
                    *occur = Occur::Must;
                }
                require_all(node);
            }
        }
        NodeKind::And(nodes) | NodeKind::Or(nodes) => nodes.iter_mut().for_each(require_all),
        NodeKind::Not(node) | NodeKind::Field { node, .. } => require_all(node),
        _ => {}
    }
}

impl<'a> ParseOptions<'a> {
    /// What a field holds, if there is such a field.
    fn kind_of(&self, name: &str) -> Option<FieldKind> {
        let found = self.fields.iter().find(|field| field.name == name).map(|field| field.kind);
        found.or((name == "id").then_some(FieldKind::Keyword))
    }

    /// The names of the fields that can be searched.
    fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let id = self.fields.iter().all(|field| field.name != "id").then_some("id");
        let searched = self.fields.iter().filter(|field| field.kind != FieldKind::Stored);
        searched.map(|field| field.name.as_str()).chain(id)
    }
}

#[cfg(test)]
mod tests;
