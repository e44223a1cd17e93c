//! The best documents of a plan by scoring every match.
//!
//! Comes in: a plan. Goes out: the top documents with an exact total.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use store::DocId;

use super::SegmentMatcher;
use crate::{Error, Hit, Plan, Searcher, TopDocs, TopK, Total};

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

/// Scores every matching document and keeps the best.
pub(crate) fn top_docs(
    searcher: &Searcher<'_>,
    plan: &Plan,
    request: &TopK,
) -> Result<TopDocs, Error> {
    let wanted = request.k.saturating_add(request.offset);
    let mut best: BinaryHeap<Worst> = BinaryHeap::new();
    let mut matching = 0;
    for (number, segment) in searcher.index().segments().iter().enumerate() {
        let mut matcher = SegmentMatcher::new(searcher, plan, segment, number)?;
        while let Some(doc) = matcher.next()? {
            matching += 1;
            if wanted == 0 {
                continue;
            }
            let hit = Worst(Hit { doc: DocId(segment.base() + doc), score: matcher.score()? });
            if best.len() < wanted {
                best.push(hit);
            } else if let Some(mut worst) = best.peek_mut()
                && hit < *worst
            {
                *worst = hit;
            }
        }
    }
    let hits = best.into_sorted_vec().into_iter().map(|worst| worst.0).skip(request.offset);
    Ok(TopDocs { hits: hits.collect(), total: Total::Exact(matching) })
}
