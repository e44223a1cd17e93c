//! The best k documents so far, and the score that a further one must beat.
//!
//! Comes in: documents with exact scores, in ascending document order. Goes out: the k best, highest score first, equal
//! scores by document. Because documents ascend, one that equals the worst kept score is always behind it: only higher
//! scores enter, and the threshold is strict.

use store::DocId;

use super::parallel::SharedFloor;
use crate::Hit;

/// A heap of the k best, the worst at the root.
pub(crate) struct Best {
    k: usize,
    /// Only scores above this enter.
    threshold: f64,
    /// A binary min-heap by (score ascending, document descending).
    heap: Vec<(f64, u32)>,
}

impl Best {
    pub(crate) fn new(k: usize) -> Best {
        Best { k, threshold: f64::NEG_INFINITY, heap: Vec::with_capacity(k.min(1 << 16)) }
    }

    /// Documents below this score cannot be among the best: `floor` of them are known to reach it. The floor itself stays
    /// admissible.
    pub(crate) fn prime(&mut self, floor: f64) {
        // A floor of 0 says nothing, and documents that match may score 0.
        if 0.0 < floor {
            self.threshold = self.threshold.max(floor.next_down());
        }
    }

    /// Tells others the score that `k` documents reach, and takes over theirs.
    #[inline]
    pub(crate) fn share(&mut self, floor: &SharedFloor) {
        if self.heap.len() == self.k
            && let Some(worst) = self.heap.first()
        {
            floor.raise(worst.0);
        }
        self.prime(floor.get());
    }

    /// The score that a document must beat.
    #[inline]
    pub(crate) fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Takes a document if it is better than the worst kept.
    #[inline]
    pub(crate) fn offer(&mut self, doc: u32, score: f64) {
        if self.threshold < score {
            self.insert(doc, score);
        }
    }

    fn insert(&mut self, doc: u32, score: f64) {
        if self.k == 0 {
            return;
        }
        if self.heap.len() < self.k {
            self.heap.push((score, doc));
            self.sift_up(self.heap.len() - 1);
        } else {
            self.heap[0] = (score, doc);
            self.sift_down(0);
        }
        if self.heap.len() == self.k {
            self.threshold = self.threshold.max(self.heap[0].0);
        }
    }

    /// Whether `a` is worse than `b`.
    fn is_worse(a: (f64, u32), b: (f64, u32)) -> bool {
        a.0 < b.0 || (a.0 == b.0 && b.1 < a.1)
    }

    fn sift_up(&mut self, mut at: usize) {
        while 0 < at {
            let parent = (at - 1) / 2;
            if !Self::is_worse(self.heap[at], self.heap[parent]) {
                return;
            }
            self.heap.swap(at, parent);
            at = parent;
        }
    }

    fn sift_down(&mut self, mut at: usize) {
        loop {
            let mut worst = at;
            for child in [2 * at + 1, 2 * at + 2] {
                if child < self.heap.len() && Self::is_worse(self.heap[child], self.heap[worst]) {
                    worst = child;
                }
            }
            if worst == at {
                return;
            }
            self.heap.swap(at, worst);
            at = worst;
        }
    }

    /// The best, highest score first, equal scores by document.
    pub(crate) fn into_hits(self) -> Vec<Hit> {
        let mut kept = self.heap;
        kept.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        kept.into_iter().map(|(score, doc)| Hit { doc: DocId(doc), score }).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Best;

    proptest! {
        #[test]
        fn the_best_are_the_head_of_the_sorted_list(scores in prop::collection::vec(0u8..20, 0..200), k in 0usize..30) {
            let mut best = Best::new(k);
            let mut all: Vec<(f64, u32)> = Vec::new();
            for (doc, &score) in (0..).zip(&scores) {
                best.offer(doc, f64::from(score));
                all.push((f64::from(score), doc));
            }
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            all.truncate(k);
            let hits: Vec<_> = best.into_hits().into_iter().map(|hit| (hit.score, hit.doc.0)).collect();
            prop_assert_eq!(hits, all);
        }
    }
}
