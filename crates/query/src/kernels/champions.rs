//! The best documents of one list from its champions alone.
//!
//! Comes in: a list with its weight. Goes out: exact scores of its best documents, where as many as are wanted are proven
//! to be above all other postings of the list. Nothing else of the list is read.

use store::Segment;
use store::postings::{Champions, PostingList};

use super::best::Best;
use super::bounds::{ImpactBounds, SLACK};
use crate::{Bm25, Error};

/// Offers a list's champions if they hold its best documents; whether they do.
#[inline(always)]
pub(super) fn offer(
    segment: &Segment,
    list: &PostingList<'_>,
    weight: f64,
    bm25: Bm25,
    best: &mut Best,
) -> Result<bool, Error> {
    if Champions::MOST < best.wanted() {
        return Ok(false);
    }
    let Some(champions) = list.champions()? else { return Ok(false) };
    let bounds = ImpactBounds::new(segment.record(), bm25);
    let Some(others) = bounds.others(&champions) else { return Ok(false) };
    let lengths = segment.lengths();
    let scores = champions.postings().map(|(listed, frequency)| {
        (listed, weight * Bm25::impact(frequency, bm25.norm(lengths.get(listed))))
    });
    let above = scores.clone().filter(|(_, score)| weight * others * SLACK < *score).count();
    if above < best.wanted() {
        return Ok(false);
    }
    for (listed, score) in scores {
        best.offer(score, || segment.base() + segment.document_listed(listed));
    }
    Ok(true)
}
