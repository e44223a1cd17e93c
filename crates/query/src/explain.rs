//! Why a document has its score, or why it does not match and how near it came.
//!
//! Comes in: a plan and a document. Goes out: every factor of the score by leaf, the outcome of every node of the plan, and
//! for phrases and windows without a match the words that are missing or the distance that would have been enough.

use store::{DocId, Segment};

use crate::matcher::{LeafMatcher, SegmentMatcher, field_span, holds_by_node};
use crate::plan::collect_words;
use crate::{Error, Leaf, LeafId, Model, Pattern, Plan, Searcher, Span, WordId};

/// What a plan says about one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Whether it matches.
    pub matches: bool,
    /// Its score; 0 where it does not match.
    pub score: f64,
    /// The leaves in canonical order: the score is the sum of their scores in this order, under a model that scores
    /// matches alone.
    pub leaves: Vec<LeafExplanation>,
    /// Of each node of the plan whether it matches.
    pub root: Outcome,
}

/// Whether a node matches; `parts` stand in the order of the node's own (`must`, `should`, `must_not` of clauses).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it does.
    pub holds: bool,
    /// The same for the nodes below.
    pub parts: Vec<Outcome>,
}

/// What a leaf brings.
#[derive(Clone, Debug, PartialEq)]
pub struct LeafExplanation {
    /// Which leaf.
    pub leaf: LeafId,
    /// Its matches in the document.
    pub tf: u32,
    /// How often it counts: its boosts in matching parts of the query; 0 where it stands in none.
    pub boost: f64,
    /// The sum of its words' idfs.
    pub idf: f64,
    /// The document's length, or that of the leaf's field in it.
    pub length: u32,
    /// The average of those lengths.
    pub average_length: f64,
    /// `k1 * ((1 - b) + b * length / average_length)`.
    pub norm: f64,
    /// `tf / (tf + norm)`.
    pub impact: f64,
    /// `boost * idf * impact`, or what the plan's model says instead.
    pub score: f64,
    /// Words of it that the document does not have.
    pub missing: Vec<WordId>,
    /// Where it has all words but no match: how near they come.
    pub nearest: Option<NearMiss>,
}

/// A phrase or window that would match if it asked for less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The slop or distance asked for; 0 for an exact phrase.
    pub asked: u32,
    /// The least that would be enough; for an exact phrase as slop.
    pub needed: u32,
    /// Whether it would have to be in any order, too.
    pub out_of_order: bool,
    /// The place that would match then, the first of them.
    pub span: Span,
}

/// Explains one document; `None` where there is no such document.
pub(crate) fn explain(
    searcher: &Searcher<'_>,
    plan: &Plan,
    doc: DocId,
) -> Result<Option<Explanation>, Error> {
    for (number, segment) in searcher.index().segments().iter().enumerate() {
        if segment.base() <= doc.0 && doc.0 - segment.base() < segment.doc_count() {
            let doc = segment.listed(doc.0 - segment.base());
            let place = Place { searcher, plan, segment, number, doc };
            return place.explain().map(Some);
        }
    }
    Ok(None)
}

/// One document and what is asked of it.
struct Place<'p> {
    searcher: &'p Searcher<'p>,
    plan: &'p Plan,
    segment: &'p Segment,
    number: usize,
    /// Its number in lists.
    doc: u32,
}

impl Place<'_> {
    fn explain(&self) -> Result<Explanation, Error> {
        let open = || SegmentMatcher::new(self.searcher, self.plan, self.segment, self.number);
        let mut matcher = open()?;
        let matches = matcher.seek(self.doc)? == Some(self.doc);
        let boosts = if matches { matcher.boosts()? } else { vec![0.0; self.plan.leaves.len()] };
        let mut leaves = Vec::with_capacity(boosts.len());
        let mut score = 0.0;
        for (number, (leaf, boost)) in self.plan.leaves.iter().zip(boosts).enumerate() {
            let explained = self.leaf(LeafId(number as u32), leaf, boost)?;
            score += explained.score;
            leaves.push(explained);
        }
        if matches && self.plan.model() != Model::Bm25 {
            // Some models also score what does not match.
            score = matcher.score()?;
        }
        let root = holds_by_node(open()?, self.doc)?;
        Ok(Explanation { matches, score, leaves, root })
    }

    fn leaf(&self, id: LeafId, leaf: &Leaf, boost: f64) -> Result<LeafExplanation, Error> {
        let tf = self.open(leaf)?.frequency(self.doc)?;
        let length = match leaf.scope {
            None => self.segment.length(self.doc),
            Some(field) => self.segment.field_extent(field, self.doc).1,
        };
        let bm25 = self.plan.leaf_bm25(leaf);
        let norm = bm25.norm(length);
        let impact = crate::Bm25::impact(tf, norm);
        let missing = if tf == 0 { self.missing(leaf)? } else { Vec::new() };
        let nearest = if tf == 0 && missing.is_empty() { self.nearest(leaf)? } else { None };
        Ok(LeafExplanation {
            leaf: id,
            tf,
            boost,
            idf: leaf.idf,
            length,
            average_length: bm25.average_length,
            norm,
            impact,
            score: self.plan.part(leaf, boost, tf, length),
            missing,
            nearest,
        })
    }

    fn open<'l>(&'l self, leaf: &'l Leaf) -> Result<LeafMatcher<'l>, Error> {
        LeafMatcher::new(self.plan, leaf, self.searcher, self.segment, self.number)
    }

    /// The words of a leaf that the document does not have.
    fn missing(&self, leaf: &Leaf) -> Result<Vec<WordId>, Error> {
        let mut words = Vec::new();
        collect_words(&leaf.pattern, &mut words);
        words.sort_unstable();
        words.dedup();
        let mut missing = Vec::new();
        for word in words {
            let alone = Leaf { pattern: Pattern::Word(word), ..leaf.clone() };
            if self.open(&alone)?.frequency(self.doc)? == 0 {
                missing.push(word);
            }
        }
        Ok(missing)
    }

    /// The least distance with which a phrase or window would match.
    fn nearest(&self, leaf: &Leaf) -> Result<Option<NearMiss>, Error> {
        let (asked, strict, loose): (u32, Widened<'_>, Option<Widened<'_>>) = match &leaf.pattern {
            Pattern::Exact(slots) => (0, Box::new(move |slop| slop_of(slots, slop)), None),
            Pattern::Slop { slots, slop } => {
                (*slop, Box::new(move |slop| slop_of(slots, slop)), None)
            }
            Pattern::Window { operands, distance, ordered } => {
                let window = move |ordered: bool| -> Widened<'_> {
                    Box::new(move |distance| Pattern::Window {
                        operands: operands.clone(),
                        distance: Some(distance),
                        ordered,
                    })
                };
                (distance.unwrap_or(u32::MAX), window(*ordered), ordered.then(|| window(false)))
            }
            Pattern::Word(_) | Pattern::Any(_) => return Ok(None),
        };
        if let Some((needed, span)) = self.least(leaf, &strict)? {
            return Ok(Some(NearMiss { asked, needed, out_of_order: false, span }));
        }
        let Some(loose) = loose else { return Ok(None) };
        let found = self.least(leaf, &loose)?;
        Ok(found.map(|(needed, span)| NearMiss { asked, needed, out_of_order: true, span }))
    }

    /// The least distance that gives a match, by halving: what matches within a distance matches within any greater.
    fn least(&self, leaf: &Leaf, widened: &Widened<'_>) -> Result<Option<(u32, Span)>, Error> {
        let first = |distance: u32| -> Result<Option<Span>, Error> {
            let wider = Leaf { pattern: widened(distance), ..leaf.clone() };
            let mut open = self.open(&wider)?;
            let place = open.places(self.doc)?.iter().min().copied();
            Ok(place.map(|place| field_span(self.plan, self.segment, self.doc, place)))
        };
        let longest = self.segment.length(self.doc).saturating_mul(2);
        let Some(mut span) = first(longest)? else { return Ok(None) };
        let (mut low, mut high) = (0, longest);
        while low < high {
            let middle = low + (high - low) / 2;
            match first(middle)? {
                Some(found) => (high, span) = (middle, found),
                None => low = middle + 1,
            }
        }
        Ok(Some((high, span)))
    }
}

/// A pattern with another distance.
type Widened<'l> = Box<dyn Fn(u32) -> Pattern + 'l>;

fn slop_of(slots: &[WordId], slop: u32) -> Pattern {
    Pattern::Slop { slots: slots.to_vec(), slop }
}
