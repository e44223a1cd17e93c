//! Recognising the common forms of a plan, so that a specialised kernel can run it.

use store::postings::TermInfo;

use super::{FilterId, LeafId, Pattern, Plan, PlanNode, Terms, Word, WordId};

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

/// A plan with its filters taken out.
pub(crate) struct Filtered<'p> {
    /// What is left of it.
    pub(crate) shape: Shape<'p>,
    /// For each segment one bit a document: whether the filters let it through. `None` where there are no filters.
    pub(crate) documents: Option<Vec<Vec<u64>>>,
    /// Whether documents match that pass the filters and have nothing of the rest; they score 0.
    pub(crate) optional: bool,
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
        self.shape_of(&self.root)
    }

    fn shape_of<'p>(&'p self, node: &'p PlanNode) -> Shape<'p> {
        match node {
            PlanNode::Nothing => Some(Shape::Nothing),
            PlanNode::Leaf { leaf, boost } => self.leaf_shape(*leaf, *boost),
            PlanNode::Or(items) => self.terms(items).map(Shape::Union),
            PlanNode::And(items) => self.conjunction(items),
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

    /// What runs this plan, in words.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self.filtered().shape {
            Shape::Nothing => "nobody: no article can match",
            Shape::Union(terms) if terms.len() == 1 => "the kernel of single words",
            Shape::Union(_) => "the kernel of unions",
            Shape::Conjunction(_) => "the kernel of intersections",
            Shape::Phrase { .. } => "the kernel of phrases",
            Shape::Mixed { .. } => "the kernel of clauses",
            Shape::General => "the match engine",
        }
    }

    /// The form of this plan behind its filters, where these are required and their documents are known.
    pub(crate) fn filtered(&self) -> Filtered<'_> {
        let plain = |shape| Filtered { shape, documents: None, optional: false };
        match &self.root {
            PlanNode::And(items) => {
                let (filters, rest) = self.split(items);
                let shape = match rest.as_slice() {
                    _ if filters.is_empty() => return plain(self.shape()),
                    [] => Shape::General,
                    [node] => self.shape_of(node),
                    rest => self.conjunction(rest.iter().copied()).unwrap_or(Shape::General),
                };
                Filtered { shape, documents: Some(self.passing(&filters)), optional: false }
            }
            PlanNode::Clauses { must, should, must_not } => {
                let (mut filters, must_rest) = self.split(must);
                let (forbidden, must_not) = self.split(must_not);
                filters.extend(forbidden.iter().map(|(filter, wanted)| (*filter, !wanted)));
                if filters.is_empty() {
                    return plain(self.shape());
                }
                let optional = must_rest.is_empty() && !must.is_empty();
                let lists = (self.terms(must_rest), self.terms(should), self.terms(must_not));
                let shape = match lists {
                    (Some(must), Some(should), Some(must_not)) => {
                        Shape::Mixed { must, should, must_not }
                    }
                    _ => Shape::General,
                };
                Filtered { shape, documents: Some(self.passing(&filters)), optional }
            }
            _ => plain(self.shape()),
        }
    }

    /// The filters among nodes of which all must hold, each with whether it has to pass, and the other nodes.
    fn split<'p>(&self, nodes: &'p [PlanNode]) -> (Vec<(FilterId, bool)>, Vec<&'p PlanNode>) {
        let is_known = |filter: FilterId| {
            self.filters[filter.0 as usize].documents.iter().all(Option::is_some)
        };
        let (mut filters, mut rest) = (Vec::new(), Vec::new());
        for node in nodes {
            match node {
                PlanNode::Filter(filter) if is_known(*filter) => filters.push((*filter, true)),
                PlanNode::Not(inner) => match **inner {
                    PlanNode::Filter(filter) if is_known(filter) => filters.push((filter, false)),
                    _ => rest.push(node),
                },
                node => rest.push(node),
            }
        }
        (filters, rest)
    }

    /// The documents of each segment that these filters let through.
    fn passing(&self, filters: &[(FilterId, bool)]) -> Vec<Vec<u64>> {
        let mut all: Vec<Vec<u64>> = Vec::new();
        for (filter, wanted) in filters {
            let flip = if *wanted { 0 } else { u64::MAX };
            let known = self.filters[filter.0 as usize].documents.iter().flatten();
            if all.is_empty() {
                all.extend(known.map(|bits| bits.iter().map(|word| word ^ flip).collect()));
            } else {
                for (all, bits) in all.iter_mut().zip(known) {
                    all.iter_mut().zip(bits).for_each(|(word, bits)| *word &= bits ^ flip);
                }
            }
        }
        all
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

    /// Terms that are all required, and others that are all forbidden.
    fn conjunction<'p>(
        &'p self,
        nodes: impl IntoIterator<Item = &'p PlanNode>,
    ) -> Option<Shape<'p>> {
        let (mut must, mut must_not) = (Vec::new(), Vec::new());
        for node in nodes {
            match node {
                PlanNode::Not(inner) => match &**inner {
                    PlanNode::Or(items) => must_not.extend(items),
                    other => must_not.push(other),
                },
                other => must.push(other),
            }
        }
        let (must, must_not) = (self.terms(must)?, self.terms(must_not)?);
        match (must.is_empty(), must_not.is_empty()) {
            (true, _) => None,
            (false, true) => Some(Shape::Conjunction(must)),
            (false, false) => Some(Shape::Mixed { must, should: Vec::new(), must_not }),
        }
    }

    /// These nodes as terms in canonical order, if all of them are.
    fn terms<'p>(
        &'p self,
        nodes: impl IntoIterator<Item = &'p PlanNode>,
    ) -> Option<Vec<TermLeaf<'p>>> {
        let term = |node: &PlanNode| match node {
            PlanNode::Leaf { leaf, boost } => self.term(*leaf, *boost),
            _ => None,
        };
        let mut terms: Vec<_> = nodes.into_iter().map(term).collect::<Option<_>>()?;
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
