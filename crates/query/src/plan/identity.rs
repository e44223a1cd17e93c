//! Which parts of a query are the same query term.
//!
//! Comes in: syntax nodes that match places in a text. Goes out: a text for each that equal query terms share. Terms are
//! equal if they are written alike once analysed (`Wolf` and `wolf`, `"COVID 19"` and `COVID-19`), whatever the index holds:
//! `wol*` is not `wolf` where `wolf` happens to be the only word of that beginning. So a query has the same terms, and
//! adds the same numbers in the same order, on every index.

use std::ops::Range;

use super::build::Planner;
use super::patterns::Few;
use super::{Pattern, Terms, Word, WordId};
use crate::Error;
use crate::expand::{self, Piece};
use crate::syntax::{Node, NodeKind};

/// What a leaf is.
pub(super) enum Identity {
    /// A word or an exact phrase, each word of it a single term.
    Words(Few<WordId>),
    /// Anything, as a text that equal query terms share.
    Text(String),
}

/// What a term is, as a text.
struct Part {
    text: String,
    /// Whether it stands for single tokens by one word or pattern.
    is_word: bool,
}

impl Part {
    fn word(text: String) -> Part {
        Part { text, is_word: true }
    }
}

impl Planner<'_> {
    /// What a node is within its scope, once it has its pattern.
    pub(super) fn identity(
        &self,
        node: &Node,
        scope: Option<usize>,
        pattern: &Pattern,
    ) -> Result<Identity, Error> {
        let words = match pattern {
            Pattern::Word(word) => std::slice::from_ref(word),
            Pattern::Exact(slots) => slots,
            _ => &[],
        };
        // What its words are has been worked out already.
        if !words.is_empty() && is_plain(&node.kind) && !self.analyzer.has_languages() {
            return Ok(Identity::Words(words.into()));
        }
        Ok(Identity::Text(scoped(self.part(&node.kind, &node.at)?.text, scope)))
    }

    /// Whether two leaves are the same query term.
    pub(super) fn is_same(&self, left: &Identity, right: &Identity) -> bool {
        match (left, right) {
            (Identity::Words(left), Identity::Words(right)) => left == right,
            (Identity::Text(left), Identity::Text(right)) => left == right,
            (Identity::Words(words), Identity::Text(text))
            | (Identity::Text(text), Identity::Words(words)) => self.text_of(words) == *text,
        }
    }

    /// The text of plain words, as [`Self::part`] makes it.
    fn text_of(&self, words: &[WordId]) -> String {
        let words = words.iter().map(|word| &self.plan.words[word.0 as usize]);
        let scope = words.clone().next().and_then(|word| word.scope);
        let part = |word: &Word| match &word.terms {
            Terms::One { term, .. } => Part::word(plain_identity(term)),
            Terms::Many { .. } | Terms::Mixed { .. } => Part::word(String::new()),
        };
        scoped(phrase(words.map(part).collect(), 0).text, scope)
    }

    fn part(&self, kind: &NodeKind, at: &Range<usize>) -> Result<Part, Error> {
        Ok(match kind {
            NodeKind::Phrase { slots, slop } => {
                let mut parts = Vec::with_capacity(slots.len());
                for slot in slots {
                    match self.slot(&slot.kind) {
                        Some(words) => parts.extend(words.into_iter().map(Part::word)),
                        None => parts.push(self.part(&slot.kind, &slot.at)?),
                    }
                }
                phrase(parts, *slop)
            }
            NodeKind::Window { operands, distance, ordered } => {
                let operands = self.parts(operands.iter())?;
                let text = format!("window {distance:?} {ordered} ({})", texts(&operands));
                Part { text, is_word: false }
            }
            NodeKind::Joint(items) | NodeKind::Or(items) => any(self.parts(items.iter())?),
            NodeKind::Clauses(clauses) => any(self.parts(clauses.iter().map(|(_, item)| item))?),
            NodeKind::Field { name, node } => {
                let field = self.text_field(name, at)?.flatten();
                let Part { text, is_word } = self.part(&node.kind, &node.at)?;
                Part { text: format!("{field:?}: {text}"), is_word }
            }
            kind => {
                let words = self.slot(kind).unwrap_or_default();
                phrase(words.into_iter().map(Part::word).collect(), 0)
            }
        })
    }

    fn parts<'n>(&self, nodes: impl Iterator<Item = &'n Node>) -> Result<Vec<Part>, Error> {
        nodes.map(|node| self.part(&node.kind, &node.at)).collect()
    }

    /// The words and patterns of one slot of a phrase; `None` for what joins several.
    fn slot(&self, kind: &NodeKind) -> Option<Vec<String>> {
        let plain = |written: &str, term: &str| match self.stems(written) {
            None => plain_identity(term),
            Some(stems) => plain_identity(&stems.join(" ")),
        };
        Some(match kind {
            NodeKind::Text(text) => {
                self.tokens(text).iter().map(|(written, term)| plain(written, term)).collect()
            }
            NodeKind::Surface(text) => {
                let surface = |(written, _): &(&str, String)| {
                    let mut surface = String::new();
                    self.analyzer.surface(written, &mut surface);
                    format!("surface {surface}")
                };
                self.tokens(text).iter().map(surface).collect()
            }
            NodeKind::Fuzzy { text, distance } => {
                let fuzzy = |(_, term): &(&str, String)| format!("fuzzy {distance} {term}");
                self.tokens(text).iter().map(fuzzy).collect()
            }
            NodeKind::Wildcard(pattern) => {
                let piece = |piece: &Piece| match piece {
                    Piece::Word(term) => plain(term, term),
                    Piece::Wildcard(wildcard) => format!("wildcard {wildcard}"),
                };
                expand::pieces(self.analyzer, pattern).iter().map(piece).collect()
            }
            NodeKind::Regex(pattern) => vec![format!("regex {pattern}")],
            NodeKind::Variants { text, without } => {
                vec![format!("variants {text} without {}", without.join(" "))]
            }
            _ => return None,
        })
    }
}

/// Whether a node is plain text, which stands for single terms.
fn is_plain(kind: &NodeKind) -> bool {
    match kind {
        NodeKind::Text(_) => true,
        NodeKind::Phrase { slots, slop: 0 } => {
            slots.iter().all(|slot| matches!(slot.kind, NodeKind::Text(_)))
        }
        _ => false,
    }
}

/// The text of a word by its term or stems.
fn plain_identity(terms: &str) -> String {
    ["word ", terms].concat()
}

fn scoped(text: String, scope: Option<usize>) -> String {
    match scope {
        None => text,
        Some(field) => format!("{field}: {text}"),
    }
}

fn texts(items: &[Part]) -> String {
    items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join(", ")
}

fn phrase(mut slots: Vec<Part>, slop: u32) -> Part {
    match slots.len() {
        1 => slots.remove(0),
        _ => Part { text: format!("phrase~{slop} ({})", texts(&slots)), is_word: false },
    }
}

/// A choice; one of a single word is that word.
fn any(mut items: Vec<Part>) -> Part {
    match items.as_slice() {
        [Part { is_word: true, .. }] => items.remove(0),
        _ => Part { text: format!("any ({})", texts(&items)), is_word: false },
    }
}
