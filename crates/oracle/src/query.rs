//! The query tree and its text.
//!
//! In come the parts of a query, out goes the same query in Pressmark's syntax. What a node means is documented on it;
//! `shape` and `answer` carry it out.

use crate::OracleDoc;
use std::fmt;
use std::sync::Arc;

/// Whether a folded word belongs to a regular expression or a name's variants.
pub type WordTest = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Whether a document passes a filter.
pub type DocTest = Arc<dyn Fn(&OracleDoc) -> bool + Send + Sync>;

/// Whether a clause must, may or must not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occur {
    /// `+a`.
    Must,
    /// `a`.
    Should,
    /// `-a`.
    MustNot,
}

/// A query, and what its matches are.
///
/// The nodes from `Text` to `Joint` are *positional*: they have matches inside one field, each a run of tokens with a
/// first and a last one. The matches of a node in a document are a set: two ways to the same first and last token are one
/// match. Only positional nodes, and `Or` (or `Clauses` of bare clauses) over them, may stand in a `Phrase`, `Window` or `Joint`; in a
/// `Phrase`, only those that stand for single tokens. The nodes from `AtLeast` on choose documents; their matches in a document
/// they choose are those of their matching parts, as one set, without the parts of `Not`, `-x` and `Filter`.
#[derive(Clone)]
pub enum Query {
    /// Text without a blank, such as `wolf` or `COVID-19`: its tokens by the analyzer. One token is a word, matching that
    /// term wherever it stands; several are a `Phrase` of them; none matches nothing.
    Text(String),
    /// `=running`: tokens written so (composed, apostrophes straight, case and accents kept). Several tokens are a phrase.
    Surface(String),
    /// `j?l*i`: tokens whose folded form fits the whole pattern; `*` is any run of characters, the empty one too, `?` is
    /// one character, `\` takes the next character as it is. The text between them is folded as a word is.
    Wildcard(String),
    /// `colour~1`: tokens whose folded form is at most `distance` edits from the folded word. An edit inserts, deletes or
    /// replaces one character or swaps two neighbours; no stretch is edited twice (optimal string alignment).
    Fuzzy {
        /// One word.
        word: String,
        /// 0 to 2.
        distance: usize,
    },
    /// `/re/` or `~name`: tokens whose folded form passes a test of the caller's.
    Matching {
        /// The query text that stands for the test.
        text: String,
        /// The test.
        accepts: WordTest,
    },
    /// `"a b c"~slop`. Slots of `Text` count as their tokens, in order, one slot each.
    ///
    /// With slop 0: the slots' tokens stand side by side in order. With more, Lucene's rule: choose a token for each slot,
    /// no token twice; its shift is its position minus the slot's number; the choice is a match if the greatest shift minus the
    /// smallest is at most `slop`. Its span goes from its lowest to its highest token. A span that contains another
    /// span of the same phrase is not counted. One slot is that slot; no slot matches nothing.
    Phrase {
        /// In order.
        slots: Vec<Query>,
        /// 0 is exact.
        slop: u32,
    },
    /// `a NEAR/5 b`, `a BEFORE/5 b`.
    ///
    /// Choose a match for each operand, no two sharing a token, and in the order of the operands if `ordered`. The
    /// window goes from the lowest to the highest token; it is a match if at most `distance` of its tokens belong to no operand
    /// (all tokens between an operand's first and last belong to it). A window that contains another is not counted.
    Window {
        /// Two or more.
        operands: Vec<Query>,
        /// `None` is any number.
        distance: Option<u32>,
        /// Whether the order counts.
        ordered: bool,
    },
    /// `{protest march rally}`: the matches of all items, as one term.
    Joint(Vec<Query>),
    /// `(a b c d)@3`: documents that match at least `count` items; items that stand there twice count twice.
    AtLeast {
        /// How many.
        count: usize,
        /// Of these.
        items: Vec<Query>,
    },
    /// `a +b -c`: no `-` clause matches and every `+` clause does; if there is no `+` clause, at least one bare clause does;
    /// if there is neither, nothing more is asked.
    Clauses(Vec<(Occur, Query)>),
    /// Documents that match all.
    And(Vec<Query>),
    /// Documents that match any. Inside a window: the matches of all items, as one term.
    Or(Vec<Query>),
    /// Documents that do not match.
    Not(Box<Query>),
    /// `title:x`: what the node matches when documents have this field alone.
    Field {
        /// The field.
        name: String,
        /// Looked for in it.
        node: Box<Query>,
    },
    /// `x^2`: the same matches; whatever `node` scores is multiplied. Nested boosts multiply each other.
    Boost {
        /// Not negative.
        factor: f64,
        /// What is boosted.
        node: Box<Query>,
    },
    /// Documents that pass a test of the caller's, such as `date:2011`.
    Filter {
        /// The query text that stands for the test.
        text: String,
        /// The test.
        accepts: DocTest,
    },
}

impl Query {
    /// A word or a string with joints.
    pub fn text(text: &str) -> Query {
        Query::Text(text.to_owned())
    }

    /// A phrase of texts.
    pub fn phrase(words: &[&str], slop: u32) -> Query {
        Query::Phrase { slots: words.iter().map(|word| Query::text(word)).collect(), slop }
    }

    /// The query in Pressmark's syntax, everything nested in brackets.
    pub fn to_text(&self) -> String {
        match self {
            Query::Text(text) | Query::Wildcard(text) => text.clone(),
            Query::Surface(text) => format!("={text}"),
            Query::Fuzzy { word, distance } => format!("{word}~{distance}"),
            Query::Matching { text, .. } | Query::Filter { text, .. } => text.clone(),
            Query::Phrase { slots, slop: 0 } => format!("\"{}\"", side_by_side(slots)),
            Query::Phrase { slots, slop } => format!("\"{}\"~{slop}", side_by_side(slots)),
            Query::Window { operands, distance, ordered } => window(operands, *distance, *ordered),
            Query::Joint(items) => format!("{{{}}}", side_by_side(items)),
            Query::AtLeast { count, items } => format!("({})@{count}", side_by_side(items)),
            Query::Clauses(clauses) => clauses_text(clauses),
            Query::And(items) => between(items, " AND "),
            Query::Or(items) => between(items, " OR "),
            Query::Not(node) => format!("NOT {}", node.nested()),
            Query::Field { name, node } => format!("{name}:{}", node.nested()),
            Query::Boost { factor, node } => format!("{}^{factor}", node.nested()),
        }
    }

    /// Its text as a part of something larger.
    fn nested(&self) -> String {
        match self {
            Query::Window { .. }
            | Query::Clauses(_)
            | Query::And(_)
            | Query::Or(_)
            | Query::Not(_) => {
                format!("({})", self.to_text())
            }
            // A field takes no other field's colon: `title:(date:2011)`.
            Query::Field { .. } | Query::Boost { .. } | Query::Filter { .. } => {
                format!("({})", self.to_text())
            }
            _ => self.to_text(),
        }
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Query({})", self.to_text())
    }
}

fn between(items: &[Query], joint: &str) -> String {
    items.iter().map(Query::nested).collect::<Vec<_>>().join(joint)
}

fn side_by_side(items: &[Query]) -> String {
    between(items, " ")
}

fn clauses_text(clauses: &[(Occur, Query)]) -> String {
    let sign = |occur: &Occur| match occur {
        Occur::Must => "+",
        Occur::Should => "",
        Occur::MustNot => "-",
    };
    let clauses = clauses.iter().map(|(occur, node)| format!("{}{}", sign(occur), node.nested()));
    clauses.collect::<Vec<_>>().join(" ")
}

/// Two operands within a distance have an operator; all else takes Lucene's functions.
fn window(operands: &[Query], distance: Option<u32>, ordered: bool) -> String {
    match (operands, distance) {
        ([left, right], Some(distance)) => {
            let operator = if ordered { "BEFORE" } else { "NEAR" };
            format!("{} {operator}/{distance} {}", left.nested(), right.nested())
        }
        (_, None) => {
            let name = if ordered { "ordered" } else { "unordered" };
            format!("fn:{name}({})", side_by_side(operands))
        }
        (_, Some(distance)) => {
            format!("fn:maxgaps({distance} {})", window(operands, None, ordered))
        }
    }
}
