//! Which parts of a query are the same query term.
//!
//! Comes in: syntax nodes that match places in a text. Goes out: a text for each that equal query terms share. Terms are
//! equal if they are written alike once analysed (`Wolf` and `wolf`, `"COVID 19"` and `COVID-19`), whatever the index holds:
//! `wol*` is not `wolf` where `wolf` happens to be the only word of that beginning. So a query has the same terms, and
//! adds the same numbers in the same order, on every index.

use std::ops::Range;

use super::build::Planner;
use super::{Pattern, Terms};
use crate::Error;
use crate::expand::{self, Piece};
use crate::syntax::{Node, NodeKind};

/// What a term is, as a text.
struct Identity {
    text: String,
    /// Whether it stands for single tokens by one word or pattern.
    is_word: bool,
}

impl Identity {
    fn word(text: String) -> Identity {
        Identity { text, is_word: true }
    }
}

impl Planner<'_> {
    /// The text that a node shares with the nodes that are the same query term within its scope.
    pub(super) fn term_identity(
        &self,
        kind: &NodeKind,
        at: &Range<usize>,
        scope: Option<usize>,
    ) -> Result<String, Error> {
        Ok(scoped(self.identity(kind, at)?.text, scope))
    }

    /// The same for a text of one word, whose term is known.
    pub(super) fn word_identity(&self, term: &str, scope: Option<usize>) -> String {
        scoped(plain_identity(term), scope)
    }

    /// The term of a node that is a text of one word, once it has its pattern: it need not be analysed again.
    pub(super) fn lone_term<'p>(&'p self, kind: &NodeKind, pattern: &Pattern) -> Option<&'p str> {
        let (NodeKind::Text(_), Pattern::Word(word)) = (kind, pattern) else { return None };
        match &self.plan.words[word.0 as usize].terms {
            Terms::One { term, .. } if !self.analyzer.has_languages() => Some(term),
            _ => None,
        }
    }

    fn identity(&self, kind: &NodeKind, at: &Range<usize>) -> Result<Identity, Error> {
        Ok(match kind {
            NodeKind::Phrase { slots, slop } => {
                let mut parts = Vec::with_capacity(slots.len());
                for slot in slots {
                    match self.slot(&slot.kind) {
                        Some(words) => parts.extend(words.into_iter().map(Identity::word)),
                        None => parts.push(self.identity(&slot.kind, &slot.at)?),
                    }
                }
                phrase(parts, *slop)
            }
            NodeKind::Window { operands, distance, ordered } => {
                let operands = self.identities(operands.iter())?;
                let text = format!("window {distance:?} {ordered} ({})", texts(&operands));
                Identity { text, is_word: false }
            }
            NodeKind::Joint(items) | NodeKind::Or(items) => any(self.identities(items.iter())?),
            NodeKind::Clauses(clauses) => {
                any(self.identities(clauses.iter().map(|(_, item)| item))?)
            }
            NodeKind::Field { name, node } => {
                let field = self.text_field(name, at)?.flatten();
                let Identity { text, is_word } = self.identity(&node.kind, &node.at)?;
                Identity { text: format!("{field:?}: {text}"), is_word }
            }
            kind => {
                let words = self.slot(kind).unwrap_or_default();
                phrase(words.into_iter().map(Identity::word).collect(), 0)
            }
        })
    }

    fn identities<'n>(
        &self,
        nodes: impl Iterator<Item = &'n Node>,
    ) -> Result<Vec<Identity>, Error> {
        nodes.map(|node| self.identity(&node.kind, &node.at)).collect()
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

fn texts(items: &[Identity]) -> String {
    items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join(", ")
}

fn phrase(mut slots: Vec<Identity>, slop: u32) -> Identity {
    match slots.len() {
        1 => slots.remove(0),
        _ => Identity { text: format!("phrase~{slop} ({})", texts(&slots)), is_word: false },
    }
}

/// A choice; one of a single word is that word.
fn any(mut items: Vec<Identity>) -> Identity {
    match items.as_slice() {
        [Identity { is_word: true, .. }] => items.remove(0),
        _ => Identity { text: format!("any ({})", texts(&items)), is_word: false },
    }
}
