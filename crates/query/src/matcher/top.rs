//! The best documents of a plan, for any plan.
//!
//! Comes in: a plan. Goes out: the top documents; their total is exact unless candidates were passed over.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use store::DocId;

use super::SegmentMatcher;
use crate::{Blocks, Error, Hit, Plan, Searcher, Strategy, TopDocs, TopK, Total};

/// A hit ordered so that the worst is the greatest.
struct Worst(Hit);

impl Ord for Worst {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.score.total_cmp(&self.0.score).then(self.0.doc.cmp(&other.0.doc))
    }
}

impl PartialOrd for Worst {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Worst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Worst {}

/// Scores matching documents and keeps the best: every one of them under [`Strategy::Exhaustive`].
pub(crate) fn top_docs(
    searcher: &Searcher<'_>,
    plan: &Plan,
    request: &TopK,
) -> Result<TopDocs, Error> {
    let wanted = request.k.saturating_add(request.offset);
    // Documents that score nothing are counted faster than they are bounded.
    // The bounds are those of BM25.
    let bounded = request.strategy == Strategy::Auto && !plan.model().is_exhaustive();
    let pruned = bounded && 0 < wanted && plan.scores();
    let mut best: BinaryHeap<Worst> = BinaryHeap::new();
    let (mut matching, mut skipped, mut blocks) = (0, false, Blocks::default());
    for (number, segment) in searcher.index().segments().iter().enumerate() {
        let mut matcher = SegmentMatcher::new(searcher, plan, segment, number)?;
        loop {
            let floor = match best.peek() {
                // Later documents must score more: equal ones come after, unless lists are in another order.
                Some(worst) if pruned && best.len() == wanted => match segment.is_reordered() {
                    true => worst.0.score.next_down(),
                    false => worst.0.score,
                },
                _ => f64::NEG_INFINITY,
            };
            let (doc, passed_over) = matcher.next_above(floor)?;
            skipped |= passed_over;
            let Some(doc) = doc else { break };
            matching += 1;
            if wanted == 0 {
                continue;
            }
            let doc = DocId(segment.base() + segment.document_listed(doc));
            let hit = Worst(Hit { doc, score: matcher.score()? });
            if best.len() < wanted {
                best.push(hit);
            } else if let Some(mut worst) = best.peek_mut()
                && hit < *worst
            {
                *worst = hit;
            }
        }
        blocks.add(matcher.blocks());
    }
    let hits = best.into_sorted_vec().into_iter().map(|worst| worst.0).skip(request.offset);
    let total = if skipped { Total::AtLeast(matching) } else { Total::Exact(matching) };
    Ok(TopDocs { hits: hits.collect(), total, blocks })
}
