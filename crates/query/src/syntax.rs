//! The syntax tree of a query: what was typed, before any index is looked at.
//!
//! Comes in: nothing (plain data). Goes out: to `parser`, which makes it, and to `plan`, which gives it meaning.
//! Words stand here as typed; analysis happens in the plan. `display` writes a tree back as query text, `class` names
//! the class of query it is.

mod class;
mod display;

pub use class::{QueryClass, classify};

use std::ops::Range;

/// A node of the tree with its place in the query text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Byte range in the query text.
    pub at: Range<usize>,
    /// `^2`; 1 unless given. Boosts of nested nodes multiply.
    pub boost: f64,
}

impl Node {
    /// A node with boost 1.
    #[must_use]
    pub fn new(kind: NodeKind, at: Range<usize>) -> Node {
        Node { kind, at, boost: 1.0 }
    }

    /// What kind of node it is, in one word of the glossary: `text`, `phrase`, `window`, ...
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        self.kind.name()
    }

    /// The nodes directly below, in order.
    #[must_use]
    pub fn children(&self) -> Vec<&Node> {
        match &self.kind {
            NodeKind::Phrase { slots: nodes, .. }
            | NodeKind::Window { operands: nodes, .. }
            | NodeKind::Joint(nodes)
            | NodeKind::AtLeast { items: nodes, .. }
            | NodeKind::And(nodes)
            | NodeKind::Or(nodes) => nodes.iter().collect(),
            NodeKind::Clauses(clauses) => clauses.iter().map(|(_, node)| node).collect(),
            NodeKind::Not(node) | NodeKind::Field { node, .. } => vec![node],
            _ => Vec::new(),
        }
    }

    /// The nodes directly below, to be changed.
    pub fn children_mut(&mut self) -> Vec<&mut Node> {
        match &mut self.kind {
            NodeKind::Phrase { slots: nodes, .. }
            | NodeKind::Window { operands: nodes, .. }
            | NodeKind::Joint(nodes)
            | NodeKind::AtLeast { items: nodes, .. }
            | NodeKind::And(nodes)
            | NodeKind::Or(nodes) => nodes.iter_mut().collect(),
            NodeKind::Clauses(clauses) => clauses.iter_mut().map(|(_, node)| node).collect(),
            NodeKind::Not(node) | NodeKind::Field { node, .. } => vec![node],
            _ => Vec::new(),
        }
    }

    /// The same tree with every place set to `0..0`, so that `==` compares what two queries mean.
    #[must_use]
    pub fn without_places(mut self) -> Node {
        fn clear(node: &mut Node) {
            node.at = 0..0;
            node.children_mut().into_iter().for_each(clear);
        }
        clear(&mut self);
        self
    }
}

/// Whether a clause must, may or must not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occur {
    /// `+a`, or any clause under `--all`.
    Must,
    /// A bare clause.
    Should,
    /// `-a`.
    MustNot,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Text without a blank: `wolf`, `COVID-19`. One token is a term, several are an exact phrase, none matches nothing
    /// (and is reported as such).
    Text(String),
    /// `=running`: the form as written.
    Surface(String),
    /// `jolan*`, `*lani`, `j?lani`: `*` any run, `?` one character, `\` escapes.
    Wildcard(String),
    /// `colour~1`: at most this many edits, a transposition counts one.
    Fuzzy {
        /// The word as typed.
        text: String,
        /// 1 or 2.
        distance: u8,
    },
    /// `/jo?u?lan[iy]/`: a whole word by a regular expression.
    Regex(String),
    /// `~al-Jolani`: spelling variants of a name; `~(al-Jolani -golani)` leaves forms out.
    Variants {
        /// The name as typed.
        text: String,
        /// Forms to leave out.
        without: Vec<String>,
    },
    /// `"a b c"~2`. Each slot is `Text`, `Surface`, `Wildcard`, `Fuzzy`, `Regex`, `Variants` or `Joint`.
    Phrase {
        /// The slots in order.
        slots: Vec<Node>,
        /// Lucene's slop; 0 is an exact phrase.
        slop: u32,
    },
    /// `a NEAR/5 b`, `a BEFORE/5 b`; a chain `a NEAR/5 b NEAR/5 c` nests to the left.
    Window {
        /// The operands, two or more.
        operands: Vec<Node>,
        /// Most words of the window that belong to no operand; `None` is any number (`fn:ordered` without `maxgaps`).
        distance: Option<u32>,
        /// Whether the operands must come in this order.
        ordered: bool,
    },
    /// `{protest march rally}`: one term with a joint document frequency.
    Joint(Vec<Node>),
    /// `(a b c d)@3`.
    AtLeast {
        /// How many.
        count: u32,
        /// Of these.
        items: Vec<Node>,
    },
    /// A list of clauses side by side: `a +b -c`.
    Clauses(Vec<(Occur, Node)>),
    /// `a AND b`.
    And(Vec<Node>),
    /// `a OR b`.
    Or(Vec<Node>),
    /// `NOT a`.
    Not(Box<Node>),
    /// `title:x`, `title:(a b)`.
    Field {
        /// The field's name.
        name: String,
        /// What is looked for in it.
        node: Box<Node>,
    },
    /// `date:2011`, `date:2011-03..2011-05`, `date:>=2011-03-01`, `date:[a TO b}`; values as typed, typed by the plan.
    Range {
        /// The column's name.
        field: String,
        /// Lower end.
        low: Bound,
        /// Upper end.
        high: Bound,
    },
    /// `source:ap` on a keyword column, `source:IN[ap afp]`.
    OneOf {
        /// The column's name.
        field: String,
        /// The values.
        values: Vec<String>,
    },
    /// Nothing at all: an empty query.
    Empty,
}

impl NodeKind {
    /// The kind in one word, for messages and for `parse`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            NodeKind::Text(_) => "text",
            NodeKind::Surface(_) => "surface",
            NodeKind::Wildcard(_) => "wildcard",
            NodeKind::Fuzzy { .. } => "fuzzy",
            NodeKind::Regex(_) => "regex",
            NodeKind::Variants { .. } => "variants",
            NodeKind::Phrase { .. } => "phrase",
            NodeKind::Window { .. } => "window",
            NodeKind::Joint(_) => "joint",
            NodeKind::AtLeast { .. } => "at-least",
            NodeKind::Clauses(_) => "clauses",
            NodeKind::And(_) => "and",
            NodeKind::Or(_) => "or",
            NodeKind::Not(_) => "not",
            NodeKind::Field { .. } => "field",
            NodeKind::Range { .. } => "range",
            NodeKind::OneOf { .. } => "one-of",
            NodeKind::Empty => "empty",
        }
    }
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// No bound.
    Open,
    /// The value itself belongs to it. A shortened date (`2011`, `2011-03`) stands for its whole span.
    Including(String),
    /// The value itself does not.
    Excluding(String),
}

#[cfg(test)]
mod tests;
