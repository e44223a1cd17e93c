//! The plan: what a query means on one index.
//!
//! Comes in: a syntax tree, an index, an analyzer ([`Searcher::plan`](crate::Searcher::plan)). Goes out: a tree of
//! boolean nodes over *leaves* (words, phrases, windows), each with its terms looked up in every segment and its weight
//! worked out from index-wide statistics. Kernels recognise common forms by [`Plan::shape`]; the matcher runs any plan.
//! A plan borrows nothing: it can be kept and run again on the index it was made for.
//!
//! # Leaves
//!
//! A leaf is what scores: its matches in a document are its tf. Leaves stand in the order of their first occurrence in
//! the query, and equal ones (written alike once analysed) are one leaf. Its boost in a document is the sum over its places in *matching* parts of the
//! query: in `a OR (b AND c)` a document with `a` and `b` alone is scored for `a` alone. What stands under NOT never
//! scores.

mod build;
mod filter;
mod identity;
mod nodes;
mod patterns;
mod shape;
mod statistics;
mod words;

use std::ops::Range;

pub(crate) use build::Planner;
pub(crate) use filter::stored_values;
pub use filter::{Edge, Filter, FilterTest};
pub(crate) use patterns::{can_share, collect_words};
pub(crate) use shape::Filtered;
pub use shape::{Shape, TermLeaf};
use store::TermOrdinal;
use store::postings::TermInfo;

use crate::ranking::LeafFigures;
use crate::{Bm25, Model};

/// How to plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanOptions {
    /// Term-frequency saturation, 0 or more.
    pub k1: f64,
    /// Length normalisation, 0 to 1.
    pub b: f64,
    /// The formula of the score.
    pub model: Model,
    /// The most words one pattern may stand for; more are an error.
    pub max_expansions: usize,
}

impl Default for PlanOptions {
    fn default() -> Self {
        PlanOptions { k1: 1.2, b: 0.75, model: Model::Bm25, max_expansions: 100_000 }
    }
}

/// A leaf's place in [`Plan::leaves`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafId(pub u32);

/// A word's place in [`Plan::words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub u32);

/// A filter's place in [`Plan::filters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterId(pub u32);

/// Which documents match.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanNode {
    /// None.
    Nothing,
    /// All.
    Everything,
    /// Those in which the leaf has a match.
    Leaf {
        /// Which leaf.
        leaf: LeafId,
        /// How often it counts here: the product of the boosts around it, added up over equal neighbours.
        boost: f64,
    },
    /// Those that pass a filter.
    Filter(FilterId),
    /// Those that match all of these, two or more.
    And(Vec<PlanNode>),
    /// Those that match any of these, two or more.
    Or(Vec<PlanNode>),
    /// Those that do not match this.
    Not(Box<PlanNode>),
    /// Those that match so many of these; an item that stands there twice counts twice.
    AtLeast {
        /// How many.
        count: u32,
        /// Of these.
        items: Vec<PlanNode>,
    },
    /// Those that match all of `must` (any of `should` where `must` is empty) and none of `must_not`. `should` is filled,
    /// and so is at least one of the others.
    Clauses {
        /// Required.
        must: Vec<PlanNode>,
        /// Welcome; required in part where nothing else is.
        should: Vec<PlanNode>,
        /// Forbidden.
        must_not: Vec<PlanNode>,
    },
}

/// The form of a leaf's matches. Words stand for single token positions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Each position of the word.
    Word(WordId),
    /// The words one right after another.
    Exact(Vec<WordId>),
    /// The words moved by at most `slop` altogether, each on a position of its own (design.md 4.5).
    Slop {
        /// The words in the order of the query.
        slots: Vec<WordId>,
        /// The greatest shift less the smallest.
        slop: u32,
    },
    /// One match of each operand, none overlapping another.
    Window {
        /// Two or more.
        operands: Vec<Pattern>,
        /// How many positions of the window may belong to no operand; any number if `None`.
        distance: Option<u32>,
        /// Whether the operands come in this order.
        ordered: bool,
    },
    /// The matches of any of these together.
    Any(Vec<Pattern>),
}

/// One scored (or merely required) unit of a query.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// What matches.
    pub pattern: Pattern,
    /// The text field whose lengths it is scored with; `None` for the whole document.
    pub scope: Option<usize>,
    /// The sum of its words' idfs.
    pub idf: f64,
    /// Whether it stands anywhere but under NOT.
    pub scored: bool,
    /// Its matches in the whole index, where the model asks for them; else 0.
    pub collection_freq: u64,
    /// Where it stands first in the query text.
    pub at: Range<usize>,
}

/// A set of terms that counts as one word, looked up in every segment.
#[derive(Clone, Debug)]
pub struct Word {
    /// As typed, or the term itself.
    pub label: String,
    /// The text field it is looked for in; `None` for all of them.
    pub scope: Option<usize>,
    /// Its terms.
    pub terms: Terms,
    /// The form as written that a token must have (`=running`), if any.
    pub surface: Option<Surface>,
    /// Documents with the word, in the whole index, within its scope, written as `surface` says.
    pub doc_freq: u64,
    /// Where it stands first in the query text.
    pub at: Range<usize>,
}

impl Word {
    /// Its occurrences in the whole index where the term table says so: for one term, in all fields, however written.
    pub(crate) fn collection_freq(&self) -> Option<u64> {
        match (&self.terms, self.scope, &self.surface) {
            (Terms::One { infos, .. }, None, None) => {
                Some(infos.iter().flatten().map(|info| info.collection_freq).sum())
            }
            _ => None,
        }
    }
}

/// A form as written.
#[derive(Clone, Debug)]
pub struct Surface {
    /// Composed, case and accents kept.
    pub written: String,
    /// For each segment one bit a document: whether it has the form, within the word's scope.
    pub documents: Vec<Vec<u64>>,
    /// Where the index knows its forms: for each segment the lists of all other forms of the stem. Otherwise the stored
    /// texts are asked.
    pub others: Option<Vec<Vec<TermInfo>>>,
}

/// The terms of a word.
#[derive(Clone, Debug)]
pub enum Terms {
    /// One term.
    One {
        /// The term.
        term: String,
        /// Its table entry in each segment that has it.
        infos: Vec<Option<TermInfo>>,
    },
    /// Any of several: a wildcard, a fuzzy word, `{a b}`, an OR inside a window.
    Many {
        /// The terms in byte order.
        forms: Vec<String>,
        /// What each segment has of them.
        segments: Vec<SegmentTerms>,
    },
    /// Any of several words that differ in field or form as written: `{=March march}`.
    Mixed {
        /// The words; none of them is mixed.
        words: Vec<WordId>,
        /// For each segment one bit a document: whether it has any of them.
        documents: Vec<Vec<u64>>,
    },
}

/// The terms of a set in one segment, and the documents that have any of them.
#[derive(Clone, Debug, Default)]
pub struct SegmentTerms {
    /// Ascending.
    pub ordinals: Vec<TermOrdinal>,
    /// One bit a document, within the word's scope.
    pub documents: Vec<u64>,
    /// How many bits are set.
    pub doc_freq: u32,
    /// Occurrences of all the terms, scope aside.
    pub collection_freq: u64,
}

/// What a pattern of the query stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// As typed.
    pub pattern: String,
    /// The words of the vocabulary, in byte order.
    pub forms: Vec<Form>,
    /// Where it stands.
    pub at: Range<usize>,
}

/// One word of an expansion with its index-wide figures over all fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The term.
    pub term: String,
    /// Documents.
    pub doc_freq: u64,
    /// Occurrences.
    pub collection_freq: u64,
}

/// Something about the query that the user should be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Text in which the analyzer found no word, such as `&`: it was left out.
    NoWord {
        /// As typed.
        text: String,
        /// Where.
        at: Range<usize>,
    },
    /// A word that no document has.
    Unknown {
        /// As typed.
        text: String,
        /// Where.
        at: Range<usize>,
    },
}

/// A query made ready for one index.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) root: PlanNode,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) words: Vec<Word>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) expansions: Vec<Expansion>,
    pub(crate) notes: Vec<Note>,
    pub(crate) model: Model,
    /// Documents of the index.
    pub(crate) documents: u64,
    pub(crate) bm25: Bm25,
    /// The ranking over each text field, where there are several.
    pub(crate) field_bm25: Vec<Bm25>,
    /// How many text fields there are.
    pub(crate) text_fields: usize,
}

impl Plan {
    /// Which documents match.
    #[must_use]
    pub fn root(&self) -> &PlanNode {
        &self.root
    }

    /// The leaves in canonical order: scores add up in this order.
    #[must_use]
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// The words that patterns refer to.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The filters that nodes refer to.
    #[must_use]
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// What each wildcard, fuzzy word, regular expression and name stands for, in the order of the query.
    #[must_use]
    pub fn expansions(&self) -> &[Expansion] {
        &self.expansions
    }

    /// What the user should be told, in the order of the query.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The formula of the score.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model
    }

    /// What a leaf brings to the score of a document.
    pub(crate) fn part(&self, leaf: &Leaf, boost: f64, tf: u32, length: u32) -> f64 {
        let bm25 = self.leaf_bm25(leaf);
        if self.model == Model::Bm25 {
            return boost * leaf.idf * Bm25::impact(tf, bm25.norm(length));
        }
        let Leaf { idf, collection_freq, .. } = *leaf;
        let figures = LeafFigures { idf, collection_freq, documents: self.documents, bm25 };
        boost * self.model.part(&figures, tf, length)
    }

    /// The ranking over whole documents.
    #[must_use]
    pub fn bm25(&self) -> Bm25 {
        self.bm25
    }

    /// The ranking of a leaf: that of its field where it has one.
    #[must_use]
    pub fn leaf_bm25(&self, leaf: &Leaf) -> Bm25 {
        leaf.scope.and_then(|field| self.field_bm25.get(field).copied()).unwrap_or(self.bm25)
    }

    /// Whether any document can have a score other than 0.
    #[must_use]
    pub fn scores(&self) -> bool {
        self.leaves.iter().any(|leaf| leaf.scored)
    }
}
