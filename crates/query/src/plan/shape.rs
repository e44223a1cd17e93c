//! Recognising the common forms of a plan, so that a specialised kernel can run it.

use store::postings::TermInfo;

use super::{LeafId, Pattern, Plan, PlanNode, Terms, Word, WordId};

/// A plan as a kernel sees it. Terms are whole-document words of one term each, without `=`.
#[derive(Clone, Debug)]
pub enum Shape<'p> {
    /// No document matches.
    Nothing,
    /// One term or any of several, in canonical order.
    Union(Vec<TermLeaf<'p>>),
    /// All of several terms, in canonical order.
    Conjunction(Vec<TermLeaf<'p>>),
    /// An exact phrase; `words` holds one entry a slot, repeated words repeated, without weight.
    Phrase {
        /// The weight of a match.
        weight: f64,
        /// The slots.
        words: Vec<TermLeaf<'p>>,
    },
    /// `+a b -c`; `must` or `should` is filled.
    Mixed {
        /// Required.
        must: Vec<TermLeaf<'p>>,
        /// Welcome; one of them required where `must` is empty.
        should: Vec<TermLeaf<'p>>,
        /// Forbidden.
        must_not: Vec<TermLeaf<'p>>,
    },
    /// Anything else: for the matcher.
    General,
}

/// A single term of a recognised plan.
#[derive(Clone, Copy, Debug)]
pub struct TermLeaf<'p> {
    /// Its place in [`Plan::leaves`]; scores are added in this order.
    pub order: usize,
    /// Boost times idf; not to be used in `must_not`.
    pub weight: f64,
    /// Documents with it in the whole index.
    pub doc_freq: u64,
    /// Its table entry in each segment that has it.
    pub infos: &'p [Option<TermInfo>],
}

impl Plan {
    /// The form of this plan.
    #[must_use]
    pub fn shape(&self) -> Shape<'_> {
        match &self.root {
            PlanNode::Nothing => Some(Shape::Nothing),
            PlanNode::Leaf { leaf, boost } => self.leaf_shape(*leaf, *boost),
            PlanNode::Or(items) => self.terms(items).map(Shape::Union),
            PlanNode::And(items) => self.terms(items).map(Shape::Conjunction),
            PlanNode::Clauses { must, should, must_not } => {
                match (self.terms(must), self.terms(should), self.terms(must_not)) {
                    (Some(must), Some(should), Some(must_not)) => {
                        Some(Shape::Mixed { must, should, must_not })
                    }
                    _ => None,
                }
            }
            _ => None,
        }
        .unwrap_or(Shape::General)
    }

    /// A lone term or phrase.
    fn leaf_shape(&self, id: LeafId, boost: f64) -> Option<Shape<'_>> {
        let leaf = &self.leaves[id.0 as usize];
        match &leaf.pattern {
            Pattern::Word(_) => self.term(id, boost).map(|term| Shape::Union(vec![term])),
            Pattern::Exact(slots) if 0.0 < boost => {
                let words: Option<Vec<_>> =
                    slots.iter().map(|&word| self.slot(id.0 as usize, word)).collect();
                words.map(|words| Shape::Phrase { weight: boost * leaf.idf, words })
            }
            _ => None,
        }
    }

    /// These nodes as terms in canonical order, if all of them are.
    fn terms(&self, nodes: &[PlanNode]) -> Option<Vec<TermLeaf<'_>>> {
        let term = |node: &PlanNode| match node {
            PlanNode::Leaf { leaf, boost } => self.term(*leaf, *boost),
            _ => None,
        };
        let mut terms: Vec<_> = nodes.iter().map(term).collect::<Option<_>>()?;
        terms.sort_by_key(|term| term.order);
        Some(terms)
    }

    /// A leaf as a term.
    fn term(&self, id: LeafId, boost: f64) -> Option<TermLeaf<'_>> {
        let leaf = &self.leaves[id.0 as usize];
        let Pattern::Word(word) = leaf.pattern else { return None };
        // Kernels leave out what cannot raise a score, so that `a^0` is not for them.
        let slot = self.slot(id.0 as usize, word).filter(|_| 0.0 < boost)?;
        Some(TermLeaf { weight: boost * leaf.idf, ..slot })
    }

    /// A word of one term, without weight.
    fn slot(&self, order: usize, word: WordId) -> Option<TermLeaf<'_>> {
        match &self.words[word.0 as usize] {
            Word {
                scope: None, surface: None, terms: Terms::One { infos, .. }, doc_freq, ..
            } => Some(TermLeaf { order, weight: 0.0, doc_freq: *doc_freq, infos }),
            _ => None,
        }
    }
}
