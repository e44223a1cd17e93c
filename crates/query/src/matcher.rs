//! The match engine: which documents match a plan, where, and with what score, for any plan.
//!
//! Comes in: a plan and a segment. Goes out: its matching documents in order; of each the score, the matches, or their
//! number. Works one document at a time in three steps: candidates by posting lists alone ([`documents`]), then the
//! boolean tree over leaves, whose positions are read only when asked for ([`leaf`]), then whatever the caller wants. This
//! is what every faster kernel must equal. It skips blocks of no list; asked for documents above a score, it passes over
//! those whose word counts rule them out, before it reads positions.

mod documents;
mod filters;
mod forms;
mod heap;
mod leaf;
mod phrase;
mod places;
mod sets;
mod slop;
mod surface;
mod top;
mod tree;
mod window;
mod words;

use documents::{Documents, residual};
pub(crate) use filters::filter_documents;
pub(crate) use forms::form_documents;
pub(crate) use leaf::{LeafMatcher, operands_apart};
use places::Place;
use store::Segment;
use store::postings::END;
pub(crate) use surface::{SurfaceFilter, surface_documents};
pub(crate) use top::top_docs;
use tree::{Tree, add_boost, constant_boosts, greatest_boosts};
pub(crate) use window::MAX_SHARING_OPERANDS;

use crate::plan::{Leaf, Pattern, Plan, PlanNode, can_share};
use crate::{Blocks, Error, Model, Outcome, Searcher, Span};

/// A plan at work in one segment.
///
/// The law: a fresh matcher stands before the first match; [`SegmentMatcher::next`] and [`SegmentMatcher::seek`] move
/// forward only; the figures speak of the document they returned last and must not be asked for before or after the end.
pub(crate) struct SegmentMatcher<'s> {
    plan: &'s Plan,
    documents: Documents<'s>,
    /// What candidates must be asked still; nothing where every candidate matches.
    residual: Option<PlanNode>,
    started: bool,
    doc: u32,
    tree: Tree<'s>,
    /// The boost of each leaf that may count, where it is the same in all matching documents.
    boosts: Option<Vec<Option<f64>>>,
    /// The most each leaf can count in any document.
    greatest: Vec<f64>,
    /// Whether no two leaves can match in the same place.
    disjoint: bool,
    scratch: Vec<Option<f64>>,
    places: Vec<Place>,
}

impl<'s> SegmentMatcher<'s> {
    /// Opens a plan in a segment of the searcher's index.
    pub(crate) fn new(
        searcher: &Searcher<'s>,
        plan: &'s Plan,
        segment: &'s Segment,
        number: usize,
    ) -> Result<Self, Error> {
        let documents = Documents::of(plan, segment, number, &plan.root)?;
        let tree = Tree::new(searcher, plan, segment, number);
        let mut greatest = vec![0.0; plan.leaves.len()];
        greatest_boosts(&plan.root, &mut greatest);
        let mut boosts = vec![None; plan.leaves.len()];
        let boosts = constant_boosts(&plan.root, &mut boosts).then_some(boosts);
        Ok(SegmentMatcher {
            plan,
            documents,
            residual: residual(plan, &plan.root),
            greatest,
            started: false,
            doc: END,
            tree,
            boosts,
            disjoint: disjoint_leaves(plan),
            scratch: vec![None; plan.leaves.len()],
            places: Vec::new(),
        })
    }

    /// What was read so far of the lists that candidates come from.
    pub(crate) fn blocks(&self) -> Blocks {
        let mut blocks = Blocks::default();
        self.documents.add_blocks(&mut blocks);
        blocks
    }

    /// The next matching document.
    pub(crate) fn next(&mut self) -> Result<Option<u32>, Error> {
        self.next_above(f64::NEG_INFINITY).map(|(doc, _)| doc)
    }

    /// The next matching document that may score more than `floor`, and whether candidates were passed over whose
    /// matches would have brought too little: those are never asked whether they match.
    pub(crate) fn next_above(&mut self, floor: f64) -> Result<(Option<u32>, bool), Error> {
        let candidate = if self.started { self.documents.advance()? } else { self.documents.doc() };
        self.settle(candidate, floor)
    }

    /// The first matching document from `target` on, the current one included.
    pub(crate) fn seek(&mut self, target: u32) -> Result<Option<u32>, Error> {
        if self.started && target <= self.doc {
            return Ok((self.doc != END).then_some(self.doc));
        }
        let candidate = self.documents.seek(target)?;
        self.settle(candidate, f64::NEG_INFINITY).map(|(doc, _)| doc)
    }

    fn settle(&mut self, mut candidate: u32, floor: f64) -> Result<(Option<u32>, bool), Error> {
        self.started = true;
        let mut skipped = false;
        while candidate != END {
            if floor == f64::NEG_INFINITY || self.may_exceed(candidate, floor)? {
                match &self.residual {
                    Some(rest) if !self.tree.holds(rest, candidate)? => {}
                    _ => break,
                }
            } else {
                skipped = true;
            }
            candidate = self.documents.advance()?;
        }
        self.doc = candidate;
        Ok(((candidate != END).then_some(candidate), skipped))
    }

    /// Whether a document can score more than `floor`, by how often its words stand there, without their positions.
    fn may_exceed(&mut self, doc: u32, floor: f64) -> Result<bool, Error> {
        let SegmentMatcher { plan, tree, greatest, .. } = self;
        let mut bound = 0.0;
        for (leaf, &boost) in greatest.iter().enumerate() {
            if 0.0 < boost {
                let most = tree.leaf(leaf)?.most(doc)?;
                let facts = &plan.leaves[leaf];
                bound += plan.part(facts, boost, most, length(facts, tree.segment, doc));
            }
        }
        // Rounding may lift a score over its bound by a hair.
        Ok(floor < bound * (1.0 + 1e-9))
    }

    /// The score of the current document.
    pub(crate) fn score(&mut self) -> Result<f64, Error> {
        self.count_leaves()?;
        let SegmentMatcher { plan, tree, boosts, scratch, doc, greatest, .. } = self;
        let mut score = 0.0;
        for (leaf, boost) in boosts.as_ref().unwrap_or(scratch).iter().enumerate() {
            let Some(boost) = boost else { continue };
            let tf = tree.leaf(leaf)?.frequency(*doc)?;
            let facts = &plan.leaves[leaf];
            score += plan.part(facts, *boost, tf, length(facts, tree.segment, *doc));
        }
        if plan.model() != Model::Bm25 {
            // What matches nowhere is left out of the query.
            let known = |facts: &Leaf| 0 < facts.collection_freq;
            let leaves = plan.leaves.iter().zip(greatest.iter());
            for (facts, boost) in leaves.filter(|(facts, _)| known(facts)) {
                score += boost * plan.model().length_part(length(facts, tree.segment, *doc));
            }
        }
        Ok(score)
    }

    /// How many different matches the current document has.
    pub(crate) fn match_count(&mut self) -> Result<u64, Error> {
        if !self.disjoint {
            self.collect()?;
            return Ok(self.places.len() as u64);
        }
        self.count_leaves()?;
        let SegmentMatcher { tree, boosts, scratch, doc, .. } = self;
        let mut matches = 0;
        for (leaf, boost) in boosts.as_ref().unwrap_or(scratch).iter().enumerate() {
            if boost.is_some() {
                matches += u64::from(tree.leaf(leaf)?.frequency(*doc)?);
            }
        }
        Ok(matches)
    }

    /// Finds the boosts of the leaves that count in the current document, where they differ between documents.
    fn count_leaves(&mut self) -> Result<(), Error> {
        let SegmentMatcher { plan, tree, boosts: None, scratch, doc, .. } = self else {
            return Ok(());
        };
        scratch.fill(None);
        tree.visit(&plan.root, *doc, &mut |leaf, boost| add_boost(scratch, leaf, boost))
    }

    /// How often each leaf counts in the current document; 0 where it stands in no matching part.
    pub(crate) fn boosts(&mut self) -> Result<Vec<f64>, Error> {
        self.count_leaves()?;
        let SegmentMatcher { plan, tree, boosts, scratch, doc, .. } = self;
        let mut found = vec![0.0; plan.leaves.len()];
        for (leaf, boost) in boosts.as_ref().unwrap_or(scratch).iter().enumerate() {
            if let Some(boost) = boost
                && tree.leaf(leaf)?.holds(*doc)?
            {
                found[leaf] = *boost;
            }
        }
        Ok(found)
    }

    /// The matches of the current document in order, none twice, put into `out`, which is cleared first.
    pub(crate) fn spans(&mut self, out: &mut Vec<Span>) -> Result<(), Error> {
        self.collect()?;
        out.clear();
        let (plan, segment) = (self.plan, self.tree.segment);
        out.extend(self.places.iter().map(|&place| field_span(plan, segment, self.doc, place)));
        Ok(())
    }

    /// Gathers the places of all leaves in matching parts.
    fn collect(&mut self) -> Result<(), Error> {
        self.count_leaves()?;
        let SegmentMatcher { tree, boosts, scratch, places, doc, .. } = self;
        places.clear();
        for (leaf, boost) in boosts.as_ref().unwrap_or(scratch).iter().enumerate() {
            if boost.is_some() {
                places.extend_from_slice(tree.leaf(leaf)?.places(*doc)?);
            }
        }
        places.sort_unstable();
        places.dedup();
        Ok(())
    }
}

/// A place within its field.
pub(crate) fn field_span(plan: &Plan, segment: &Segment, doc: u32, place: Place) -> Span {
    let mut field = 0;
    let (mut start, mut length) = segment.field_extent(0, doc);
    while start.saturating_add(length) <= place.first && field + 1 < plan.text_fields {
        field += 1;
        (start, length) = segment.field_extent(field, doc);
    }
    Span { field, first: place.first.saturating_sub(start), last: place.last.saturating_sub(start) }
}

/// The outcome of every node for a document, by a fresh matcher.
pub(crate) fn holds_by_node(mut matcher: SegmentMatcher<'_>, doc: u32) -> Result<Outcome, Error> {
    let root = &matcher.plan.root;
    matcher.tree.outcome(root, doc)
}

/// A document's length, or that of the leaf's field in it.
fn length(leaf: &Leaf, segment: &Segment, doc: u32) -> u32 {
    match leaf.scope {
        None => segment.length(doc),
        Some(field) => segment.field_extent(field, doc).1,
    }
}

/// Whether the scored leaves are one, or single words that never share a position.
fn disjoint_leaves(plan: &Plan) -> bool {
    let leaves: Vec<_> = plan.leaves.iter().filter(|leaf| leaf.scored).collect();
    if leaves.len() < 2 {
        return true;
    }
    let word = |pattern: &Pattern| match pattern {
        Pattern::Word(word) => Some(*word),
        _ => None,
    };
    let words: Option<Vec<_>> = leaves.iter().map(|leaf| word(&leaf.pattern)).collect();
    words.is_some_and(|words| {
        words.iter().enumerate().all(|(place, &left)| {
            words[place + 1..].iter().all(|&right| !can_share(left, right, &plan.words))
        })
    })
}
