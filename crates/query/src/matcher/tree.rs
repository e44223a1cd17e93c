//! The boolean tree of a plan, asked about one document after another.
//!
//! Comes in: nodes and documents in ascending order. Goes out: whether a document matches a node, and which leaves stand in
//! the matching parts of one that does. Leaves are opened when first asked.

use store::Segment;

use super::filters::FilterMatcher;
use super::leaf::LeafMatcher;
use crate::plan::{LeafId, Plan, PlanNode};
use crate::{Error, Outcome, Searcher};

/// A plan's leaves and filters at work in one segment.
pub(super) struct Tree<'s> {
    searcher: Searcher<'s>,
    plan: &'s Plan,
    pub(super) segment: &'s Segment,
    number: usize,
    leaves: Vec<Option<LeafMatcher<'s>>>,
    filters: Vec<Option<FilterMatcher<'s>>>,
}

impl<'s> Tree<'s> {
    /// Nothing opened yet, in segment number `number`.
    pub(super) fn new(
        searcher: &Searcher<'s>,
        plan: &'s Plan,
        segment: &'s Segment,
        number: usize,
    ) -> Self {
        let leaves = plan.leaves.iter().map(|_| None).collect();
        let filters = plan.filters.iter().map(|_| None).collect();
        Tree { searcher: *searcher, plan, segment, number, leaves, filters }
    }

    /// A leaf.
    pub(super) fn leaf(&mut self, leaf: usize) -> Result<&mut LeafMatcher<'s>, Error> {
        let place = &mut self.leaves[leaf];
        Ok(match place {
            Some(open) => open,
            None => {
                let facts = &self.plan.leaves[leaf];
                let Tree { searcher, plan, segment, number, .. } = self;
                place.insert(LeafMatcher::new(plan, facts, searcher, segment, *number)?)
            }
        })
    }

    /// Whether a document passes a filter.
    fn passes(&mut self, filter: usize, doc: u32) -> Result<bool, Error> {
        let place = &mut self.filters[filter];
        let open = match place {
            Some(open) => open,
            None => {
                let filter = &self.plan.filters[filter];
                place.insert(FilterMatcher::new(filter, self.segment, self.number))
            }
        };
        open.passes(doc)
    }

    /// Whether a document matches a node.
    pub(super) fn holds(&mut self, node: &PlanNode, doc: u32) -> Result<bool, Error> {
        match node {
            PlanNode::Nothing => Ok(false),
            PlanNode::Everything => Ok(true),
            PlanNode::Leaf { leaf, .. } => self.leaf(leaf.0 as usize)?.holds(doc),
            PlanNode::Filter(filter) => self.passes(filter.0 as usize, doc),
            PlanNode::And(items) => self.all(items, doc),
            PlanNode::Or(items) => self.any(items, doc),
            PlanNode::Not(item) => Ok(!self.holds(item, doc)?),
            PlanNode::AtLeast { count, items } => {
                let mut missing = *count;
                for (place, item) in items.iter().enumerate() {
                    if missing == 0 || ((items.len() - place) as u64) < u64::from(missing) {
                        break;
                    }
                    missing -= u32::from(self.holds(item, doc)?);
                }
                Ok(missing == 0)
            }
            PlanNode::Clauses { must, should, must_not } => Ok(self.all(must, doc)?
                && !self.any(must_not, doc)?
                && (!must.is_empty() || self.any(should, doc)?)),
        }
    }

    fn all(&mut self, items: &[PlanNode], doc: u32) -> Result<bool, Error> {
        for item in items {
            if !self.holds(item, doc)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn any(&mut self, items: &[PlanNode], doc: u32) -> Result<bool, Error> {
        for item in items {
            if self.holds(item, doc)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The outcome of a node and of all nodes below it.
    pub(super) fn outcome(&mut self, node: &PlanNode, doc: u32) -> Result<Outcome, Error> {
        let holds = self.holds(node, doc)?;
        let mut parts = Vec::new();
        let below: Vec<&PlanNode> = match node {
            PlanNode::And(items) | PlanNode::Or(items) | PlanNode::AtLeast { items, .. } => {
                items.iter().collect()
            }
            PlanNode::Clauses { must, should, must_not } => {
                must.iter().chain(should).chain(must_not).collect()
            }
            PlanNode::Not(item) => vec![item],
            PlanNode::Nothing
            | PlanNode::Everything
            | PlanNode::Leaf { .. }
            | PlanNode::Filter(_) => Vec::new(),
        };
        for item in below {
            parts.push(self.outcome(item, doc)?);
        }
        Ok(Outcome { holds, parts })
    }

    /// Calls `sink` with each leaf in the matching parts of a node that matches the document.
    pub(super) fn visit(
        &mut self,
        node: &PlanNode,
        doc: u32,
        sink: &mut impl FnMut(LeafId, f64),
    ) -> Result<(), Error> {
        match node {
            PlanNode::Leaf { leaf, boost } => sink(*leaf, *boost),
            PlanNode::And(items) => {
                for item in items {
                    self.visit(item, doc, sink)?;
                }
            }
            PlanNode::Or(items) | PlanNode::AtLeast { items, .. } => {
                self.visit_matching(items, doc, sink)?;
            }
            PlanNode::Clauses { must, should, .. } => {
                for item in must {
                    self.visit(item, doc, sink)?;
                }
                self.visit_matching(should, doc, sink)?;
            }
            PlanNode::Nothing | PlanNode::Everything | PlanNode::Filter(_) | PlanNode::Not(_) => {}
        }
        Ok(())
    }

    fn visit_matching(
        &mut self,
        items: &[PlanNode],
        doc: u32,
        sink: &mut impl FnMut(LeafId, f64),
    ) -> Result<(), Error> {
        for item in items {
            if self.holds(item, doc)? {
                self.visit(item, doc, sink)?;
            }
        }
        Ok(())
    }
}

/// Adds up the boosts of leaves where a leaf that matches in a matching document always stands in a matching part;
/// `false` where that is not so.
pub(super) fn constant_boosts(node: &PlanNode, boosts: &mut [Option<f64>]) -> bool {
    match node {
        PlanNode::And(items) => items.iter().all(|item| constant_boosts(item, boosts)),
        PlanNode::Clauses { must, should, .. } => {
            must.iter().all(|item| constant_boosts(item, boosts))
                && should.iter().all(|item| loose_boosts(item, boosts))
        }
        PlanNode::AtLeast { items, .. } => items.iter().all(|item| loose_boosts(item, boosts)),
        node => loose_boosts(node, boosts),
    }
}

/// The same for a node that need not match: only leaves and choices of leaves.
fn loose_boosts(node: &PlanNode, boosts: &mut [Option<f64>]) -> bool {
    match node {
        PlanNode::Leaf { leaf, boost } => {
            add_boost(boosts, *leaf, *boost);
            true
        }
        PlanNode::Or(items) => items.iter().all(|item| loose_boosts(item, boosts)),
        PlanNode::Nothing | PlanNode::Everything | PlanNode::Filter(_) | PlanNode::Not(_) => true,
        PlanNode::And(_) | PlanNode::AtLeast { .. } | PlanNode::Clauses { .. } => false,
    }
}

pub(super) fn add_boost(boosts: &mut [Option<f64>], leaf: LeafId, boost: f64) {
    *boosts[leaf.0 as usize].get_or_insert(0.0) += boost;
}

/// Adds up the boosts of leaves wherever they stand: the most that they can count in any document.
pub(super) fn greatest_boosts(node: &PlanNode, boosts: &mut [f64]) {
    match node {
        PlanNode::Leaf { leaf, boost } => boosts[leaf.0 as usize] += boost,
        PlanNode::And(items) | PlanNode::Or(items) | PlanNode::AtLeast { items, .. } => {
            items.iter().for_each(|item| greatest_boosts(item, boosts));
        }
        PlanNode::Clauses { must, should, .. } => {
            must.iter().chain(should).for_each(|item| greatest_boosts(item, boosts));
        }
        PlanNode::Nothing | PlanNode::Everything | PlanNode::Filter(_) | PlanNode::Not(_) => {}
    }
}
