//! The class of a query: what a benchmark groups its timings by.
//!
//! Comes in: a tree. Goes out: one [`QueryClass`]. It looks at the tree alone, so a word with joints (`COVID-19`)
//! counts as the phrase that it looks like, whatever the index makes of it.

use super::{Node, NodeKind, Occur};
use std::fmt;

/// Which kind of work a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueryClass {
    /// Nothing to look for.
    Empty,
    /// One word, or one form of it (`=running`).
    Term,
    /// Words of which any may occur.
    Union,
    /// Words that must all occur.
    Intersection,
    /// At least so many of a list of words.
    AtLeast,
    /// Words in a row.
    Phrase,
    /// Words nearly in a row.
    SloppyPhrase,
    /// `NEAR` and `BEFORE`.
    Window,
    /// `{a b}`.
    Joint,
    /// One wildcard.
    Wildcard,
    /// One fuzzy word.
    Fuzzy,
    /// One regular expression.
    Regex,
    /// One name with its variants.
    Variants,
    /// Ranges and sets only: nothing scores.
    Filter,
    /// Something is excluded.
    Negated,
    /// Any other combination.
    Mixed,
}

impl QueryClass {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            QueryClass::Empty => "empty",
            QueryClass::Term => "term",
            QueryClass::Union => "union",
            QueryClass::Intersection => "intersection",
            QueryClass::AtLeast => "at least",
            QueryClass::Phrase => "phrase",
            QueryClass::SloppyPhrase => "sloppy phrase",
            QueryClass::Window => "window",
            QueryClass::Joint => "joint",
            QueryClass::Wildcard => "wildcard",
            QueryClass::Fuzzy => "fuzzy",
            QueryClass::Regex => "regex",
            QueryClass::Variants => "variants",
            QueryClass::Filter => "filter",
            QueryClass::Negated => "negated",
            QueryClass::Mixed => "mixed",
        }
    }
}

impl fmt::Display for QueryClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The class of a query. A field around the whole changes nothing; a list of anything but single words is mixed,
/// and an exclusion anywhere makes the whole negated.
#[must_use]
pub fn classify(node: &Node) -> QueryClass {
    if excludes(node) { QueryClass::Negated } else { positive(node) }
}

fn excludes(node: &Node) -> bool {
    let here = match &node.kind {
        NodeKind::Not(_) => true,
        NodeKind::Clauses(clauses) => clauses.iter().any(|(occur, _)| *occur == Occur::MustNot),
        _ => false,
    };
    here || node.children().into_iter().any(excludes)
}

fn positive(node: &Node) -> QueryClass {
    match &node.kind {
        NodeKind::Text(text) | NodeKind::Surface(text) => text_class(text),
        NodeKind::Wildcard(_) => QueryClass::Wildcard,
        NodeKind::Fuzzy { .. } => QueryClass::Fuzzy,
        NodeKind::Regex(_) => QueryClass::Regex,
        NodeKind::Variants { .. } => QueryClass::Variants,
        NodeKind::Phrase { slop: 0, .. } => QueryClass::Phrase,
        NodeKind::Phrase { .. } => QueryClass::SloppyPhrase,
        NodeKind::Window { .. } => QueryClass::Window,
        NodeKind::Joint(_) => QueryClass::Joint,
        NodeKind::Range { .. } | NodeKind::OneOf { .. } => QueryClass::Filter,
        NodeKind::Empty => QueryClass::Empty,
        NodeKind::Field { node, .. } => positive(node),
        NodeKind::AtLeast { items, .. } => list_class(items.iter(), QueryClass::AtLeast),
        NodeKind::And(nodes) => list_class(nodes.iter(), QueryClass::Intersection),
        NodeKind::Or(nodes) => list_class(nodes.iter(), QueryClass::Union),
        NodeKind::Clauses(clauses) => {
            let nodes = clauses.iter().map(|(_, node)| node);
            match clauses.first() {
                Some((first, _)) if clauses.iter().all(|(occur, _)| occur == first) => {
                    let must = *first == Occur::Must;
                    list_class(
                        nodes,
                        if must { QueryClass::Intersection } else { QueryClass::Union },
                    )
                }
                _ => list_class(nodes, QueryClass::Mixed),
            }
        }
        NodeKind::Not(_) => QueryClass::Negated,
    }
}

/// `class` for a list of single words, filter for a list of filters, mixed for all else.
fn list_class<'n>(nodes: impl Iterator<Item = &'n Node>, class: QueryClass) -> QueryClass {
    let (mut terms, mut filters) = (true, true);
    for node in nodes {
        let class = positive(node);
        terms &= class == QueryClass::Term;
        filters &= class == QueryClass::Filter;
    }
    match (terms, filters) {
        (true, _) => class,
        (_, true) => QueryClass::Filter,
        _ => QueryClass::Mixed,
    }
}

/// A phrase if letters or digits stand on both sides of something that is neither.
fn text_class(text: &str) -> QueryClass {
    let joins = |c: char| matches!(c, '\'' | '\u{2019}');
    let words = text.split(|c: char| !c.is_alphanumeric() && !joins(c));
    match words.filter(|word| word.contains(char::is_alphanumeric)).count() {
        0 | 1 => QueryClass::Term,
        _ => QueryClass::Phrase,
    }
}
