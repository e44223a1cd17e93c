//! The best k documents so far, and the score that a further one must beat.
//!
//! Comes in: documents with exact scores, in ascending document order until told otherwise. Goes out: the k best, highest
//! score first, equal scores by document. While documents ascend, one that equals the worst kept score is always behind
//! it: only higher scores enter. From [`Best::go_back`] on the worst kept score itself is admitted, too.
//!
//! Few are kept in order. Of many, some more are collected and the worst then dropped together: a heap would raise the
//! threshold with each of them, for log k steps that are hard to predict; this takes a few steps each, and lets a few
//! more in.

use store::{DocId, Segment};

use super::parallel::SharedFloor;
use crate::Hit;

/// Up to so many are kept in order.
const FEW: usize = 32;

/// The k best and some more.
pub(crate) struct Best {
    k: usize,
    /// Only scores above this enter.
    threshold: f64,
    /// Whether documents ascend.
    ascends: bool,
    /// So many are kept before the worst are dropped.
    room: usize,
    /// Documents with their scores; in order, the best first, where they are [`FEW`].
    kept: Vec<Key>,
}

/// A score and a document, as one number: the higher the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u128);

impl Key {
    #[inline(always)]
    fn new(score: f64, doc: u32) -> Key {
        // The order of `f64::total_cmp`: with the sign turned, and all bits of negative ones.
        let bits = score.to_bits();
        let turned = bits ^ (((bits as i64 >> 63) as u64) | 1 << 63);
        Key(u128::from(turned) << 32 | u128::from(!doc))
    }

    #[inline(always)]
    fn score(self) -> f64 {
        let turned = (self.0 >> 32) as u64;
        let mask = if turned >> 63 == 1 { 1 << 63 } else { u64::MAX };
        f64::from_bits(turned ^ mask)
    }

    fn doc(self) -> u32 {
        !(self.0 as u32)
    }
}

impl Best {
    /// For the documents of these segments, in the order of their lists.
    pub(crate) fn of(k: usize, segments: &[Segment]) -> Best {
        let mut best = Best::new(k);
        if segments.iter().any(Segment::is_reordered) {
            best.go_back();
        }
        best
    }

    pub(crate) fn new(k: usize) -> Best {
        let room = k.saturating_add((k / 4).max(1));
        let kept = Vec::with_capacity(room.min(1 << 16));
        Best { k, threshold: f64::NEG_INFINITY, ascends: true, room, kept }
    }

    /// From here on documents may come that stand before those that were offered.
    pub(crate) fn go_back(&mut self) {
        if self.ascends {
            self.ascends = false;
            self.threshold = self.threshold.next_down();
        }
    }

    /// Documents below this score cannot be among the best: `floor` of them are known to reach it. The floor itself stays
    /// admissible.
    pub(crate) fn prime(&mut self, floor: f64) {
        // A floor of 0 says nothing, and documents that match may score 0.
        if 0.0 < floor {
            self.threshold = self.threshold.max(floor.next_down());
        }
    }

    /// How many are wanted.
    pub(crate) fn wanted(&self) -> usize {
        self.k
    }

    /// Tells others the score that `k` documents reach, and takes over theirs.
    #[inline]
    pub(crate) fn share(&mut self, floor: &SharedFloor) {
        if 0 < self.k && self.k <= self.kept.len() {
            floor.raise(self.drop_worst());
        }
        self.prime(floor.get());
    }

    /// The score that a document must beat.
    #[inline]
    pub(crate) fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Whether any score is too low to enter.
    #[inline]
    pub(crate) fn has_threshold(&self) -> bool {
        f64::NEG_INFINITY < self.threshold
    }

    /// Takes a document if it is better than the worst kept.
    #[inline]
    pub(crate) fn offer(&mut self, score: f64, doc: impl FnOnce() -> u32) {
        if self.threshold < score {
            self.insert(doc(), score);
        }
    }

    fn insert(&mut self, doc: u32, score: f64) {
        let key = Key::new(score, doc);
        if FEW < self.k {
            self.kept.push(key);
            if self.kept.len() == self.k || self.room <= self.kept.len() {
                self.drop_worst();
            }
        } else if 0 < self.k {
            let place = self.kept.iter().rposition(|kept| key < *kept).map_or(0, |place| place + 1);
            if place == self.k {
                return;
            }
            self.kept.truncate(self.k - 1);
            self.kept.insert(place, key);
            if self.kept.len() == self.k {
                self.raise(self.kept[self.k - 1].score());
            }
        }
    }

    /// Takes note that `k` documents reach a score.
    fn raise(&mut self, worst: f64) {
        let threshold = if self.ascends { worst } else { worst.next_down() };
        self.threshold = self.threshold.max(threshold);
    }

    /// Drops all but the best `k`, which must be there; the worst score of those.
    fn drop_worst(&mut self) -> f64 {
        let (_, worst, _) = self.kept.select_nth_unstable_by(self.k - 1, |a, b| b.cmp(a));
        let worst = worst.score();
        self.kept.truncate(self.k);
        self.raise(worst);
        worst
    }

    /// The best, highest score first, equal scores by document.
    pub(crate) fn into_hits(mut self) -> Vec<Hit> {
        self.kept.sort_unstable_by(|a, b| b.cmp(a));
        let best = self.kept.into_iter().take(self.k);
        best.map(|key| Hit { doc: DocId(key.doc()), score: key.score() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Best;

    proptest! {
        #[test]
        fn the_order_of_documents_does_not_matter_once_they_go_back(scores in prop::collection::vec(0u8..9, 0..200), first in 0usize..200, k in prop_oneof![0usize..8, 25usize..60]) {
            let mut best = Best::new(k);
            let offers = (0u32..).zip(&scores).map(|(doc, &score)| (f64::from(score), doc));
            let mut all: Vec<(f64, u32)> = offers.collect();
            let first = first.min(all.len());
            all[first..].iter().for_each(|&(score, doc)| best.offer(score, || doc));
            best.go_back();
            all[..first].iter().rev().for_each(|&(score, doc)| best.offer(score, || doc));
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            all.truncate(k);
            let hits: Vec<_> = best.into_hits().into_iter().map(|hit| (hit.score, hit.doc.0)).collect();
            prop_assert_eq!(hits, all);
        }

        #[test]
        fn the_best_are_the_head_of_the_sorted_list(scores in prop::collection::vec(0u8..20, 0..200), k in prop_oneof![0usize..8, 25usize..60], least in -3f64..1.0) {
            let mut best = Best::new(k);
            let mut all: Vec<(f64, u32)> = Vec::new();
            for (doc, &score) in (0..).zip(&scores) {
                let score = least + f64::from(score) / 7.0;
                best.offer(score, || doc);
                all.push((score, doc));
            }
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            all.truncate(k);
            let hits: Vec<_> = best.into_hits().into_iter().map(|hit| (hit.score, hit.doc.0)).collect();
            prop_assert_eq!(hits, all);
        }
    }
}
