//! Windows: one match of each operand, none overlapping another, with a bounded number of other words among them.
//!
//! Comes in: the places of each operand, sorted. Goes out: the minimal windows. A *gap* is a position of the window that
//! belongs to no operand; a window may have at most `distance` gaps.
//!
//! Windows are built as chains of places from left to right. For a chain only its first position and its gaps matter, and
//! of two chains that have used the same operands and end before the same place, one that begins earlier and has
//! more gaps is never needed: a [`Front`] keeps the rest. Where all places of an operand are equally long, later starts
//! mean fewer gaps, so a front holds one chain and the work is linear in the number of places.
//!
//! ```text
//! ordered:    for each operand, for each of its places by start: extend every chain over the operands before it that
//!             ends before the place
//! any order:  the same over sets of operands: for each place by start, for each set of the other operands
//! apart:      operands of constant length that never overlap need no chains: at each end, every operand takes its
//!             latest place, and the window begins with the earliest of them
//! ```
//!
//! In any order, choosing non-overlapping places for many operands is a hard problem in general, so the second
//! way costs 2^operands a place and is only open to [`MAX_SHARING_OPERANDS`]; the third takes any number.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::places::{Place, keep_minimal};

/// How many operands a window in any order may have if they can overlap.
pub(crate) const MAX_SHARING_OPERANDS: usize = 8;

/// What is known of the operands before any document is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In the order given.
    Ordered,
    /// In any order, possibly overlapping.
    Free,
    /// In any order, never overlapping but for equal single words: the lengths of the operands, and for each the number
    /// of the first operand equal to it.
    Apart { lengths: Vec<u32>, class: Vec<usize> },
}

/// Finds the windows of one node in document after document; holds what is reused between them.
pub(crate) struct WindowMatcher {
    kind: Kind,
    /// The most gaps; `u32::MAX` for any number.
    distance: u32,
    chains: Vec<Chain>,
    next_chains: Vec<Chain>,
    fronts: Vec<Front>,
    pending: BinaryHeap<Reverse<(u32, u32, Chain)>>,
    /// Places of all operands: sort key, operand, place.
    events: Vec<(u32, usize, Place)>,
    /// For each operand how many of its places have ended.
    ended: Vec<usize>,
}

/// A chain of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Chain {
    /// Where it begins.
    first: u32,
    /// Where it ends.
    last: u32,
    gaps: u32,
}

/// The chains over one set of operands that may still be needed, by ascending start.
#[derive(Clone, Debug, Default)]
struct Front(Vec<Open>);

/// A chain that waits to be extended: with a place that starts at `start` it has `start + cost` gaps.
#[derive(Clone, Copy, Debug)]
struct Open {
    first: u32,
    cost: i64,
}

impl Front {
    fn add(&mut self, chain: Chain, counted: bool) {
        let cost = if counted { i64::from(chain.gaps) - i64::from(chain.last) - 1 } else { 0 };
        let new = Open { first: chain.first, cost };
        // By ascending start costs ascend too. What begins no later and costs no less than the new one goes.
        let after = self.0.partition_point(|open| open.first <= new.first);
        if self.0.get(after).is_some_and(|open| open.cost <= new.cost) {
            return;
        }
        if 0 < after && self.0[after - 1].first == new.first && self.0[after - 1].cost <= new.cost {
            return;
        }
        let from = self.0[..after].partition_point(|open| open.cost < new.cost);
        self.0.splice(from..after, [new]);
    }

    /// Forgets chains that have too many gaps for a place starting here, as they have for all later ones.
    fn expire(&mut self, start: u32, distance: u32) {
        while self.0.last().is_some_and(|open| i64::from(distance) < i64::from(start) + open.cost) {
            self.0.pop();
        }
    }
}

impl WindowMatcher {
    /// A matcher; `distance` `None` is any number of gaps.
    pub(crate) fn new(kind: Kind, distance: Option<u32>) -> Self {
        WindowMatcher {
            kind,
            distance: distance.unwrap_or(u32::MAX),
            chains: Vec::new(),
            next_chains: Vec::new(),
            fronts: Vec::new(),
            pending: BinaryHeap::new(),
            events: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// Puts the minimal windows into `out`, ascending; `list` gives each operand's places, sorted.
    pub(crate) fn find<'p>(
        &mut self,
        count: usize,
        list: impl Fn(usize) -> &'p [Place] + Copy,
        out: &mut Vec<Place>,
    ) {
        out.clear();
        if (0..count).any(|operand| list(operand).is_empty()) {
            return;
        }
        match &self.kind {
            Kind::Ordered => self.ordered(count, list, out),
            Kind::Free => self.free(count, list, out),
            Kind::Apart { .. } => self.apart(count, list, out),
        }
        keep_minimal(out);
    }

    /// Whether gaps count at all.
    fn counted(&self) -> bool {
        self.distance < u32::MAX
    }

    fn gaps(&self, open: Open, start: u32) -> u32 {
        if self.counted() { u32::try_from(open.cost + i64::from(start)).unwrap_or(0) } else { 0 }
    }

    fn ordered<'p>(
        &mut self,
        count: usize,
        list: impl Fn(usize) -> &'p [Place],
        out: &mut Vec<Place>,
    ) {
        let counted = self.counted();
        let mut front = self.fronts.pop().unwrap_or_default();
        self.chains.clear();
        let alone = |place: &Place| Chain { first: place.first, last: place.last, gaps: 0 };
        self.chains.extend(list(0).iter().map(alone));
        for operand in 1..count {
            self.chains.sort_unstable_by_key(|chain| chain.last);
            front.0.clear();
            self.next_chains.clear();
            let mut waiting = 0;
            for place in list(operand) {
                while let Some(chain) =
                    self.chains.get(waiting).filter(|chain| chain.last < place.first)
                {
                    front.add(*chain, counted);
                    waiting += 1;
                }
                if counted {
                    front.expire(place.first, self.distance);
                }
                // Of the finished chains to one place only the latest start matters.
                let from = if operand + 1 == count { front.0.len().saturating_sub(1) } else { 0 };
                for &open in &front.0[from..] {
                    let gaps = self.gaps(open, place.first);
                    self.next_chains.push(Chain { first: open.first, last: place.last, gaps });
                }
            }
            std::mem::swap(&mut self.chains, &mut self.next_chains);
        }
        out.extend(self.chains.iter().map(|chain| Place { first: chain.first, last: chain.last }));
        self.fronts.push(front);
    }

    fn free<'p>(
        &mut self,
        count: usize,
        list: impl Fn(usize) -> &'p [Place],
        out: &mut Vec<Place>,
    ) {
        let counted = self.counted();
        let all = (1_usize << count) - 1;
        self.fronts.resize_with(all + 1, Front::default);
        self.fronts.iter_mut().for_each(|front| front.0.clear());
        self.pending.clear();
        self.events.clear();
        for operand in 0..count {
            let event = |place: &Place| (place.first, operand, *place);
            self.events.extend(list(operand).iter().map(event));
        }
        self.events.sort_unstable();
        for event in 0..self.events.len() {
            let (start, operand, place) = self.events[event];
            while let Some(Reverse((last, set, chain))) = self.pending.peek().copied() {
                if start <= last {
                    break;
                }
                self.pending.pop();
                self.fronts[set as usize].add(chain, counted);
            }
            let bit = 1 << operand;
            let alone = Chain { first: start, last: place.last, gaps: 0 };
            self.pending.push(Reverse((place.last, bit as u32, alone)));
            for set in (1..all).filter(|set| set & bit == 0) {
                if counted {
                    self.fronts[set].expire(start, self.distance);
                }
                for open in 0..self.fronts[set].0.len() {
                    let open = self.fronts[set].0[open];
                    let chain =
                        Chain { first: open.first, last: place.last, gaps: self.gaps(open, start) };
                    if set | bit == all {
                        out.push(Place { first: chain.first, last: chain.last });
                    } else {
                        self.pending.push(Reverse((place.last, (set | bit) as u32, chain)));
                    }
                }
            }
        }
    }

    fn apart<'p>(
        &mut self,
        count: usize,
        list: impl Fn(usize) -> &'p [Place],
        out: &mut Vec<Place>,
    ) {
        let Kind::Apart { lengths, class } = &self.kind else { return };
        let words: u64 = lengths.iter().map(|&length| u64::from(length)).sum();
        // How many places of each class are needed, on the class's first operand.
        let needed = |operand: usize| class.iter().filter(|&&class| class == operand).count();
        self.events.clear();
        for operand in (0..count).filter(|&operand| class[operand] == operand) {
            let event = |place: &Place| (place.last, operand, *place);
            self.events.extend(list(operand).iter().map(event));
        }
        self.events.sort_unstable();
        self.ended.clear();
        self.ended.resize(count, 0);
        let mut before = None;
        for &(last, operand, _) in &self.events {
            self.ended[operand] += 1;
            let mut first = Some(u32::MAX);
            for other in (0..count).filter(|&other| class[other] == other) {
                let start = self.ended[other]
                    .checked_sub(needed(other))
                    .map(|place| list(other)[place].first);
                first = first.min(start);
            }
            // A window that begins where one before it begins contains it.
            if let Some(first) = first
                && before < Some(first)
            {
                before = Some(first);
                let gaps = u64::from(last - first) + 1 - words;
                if self.distance == u32::MAX || gaps <= u64::from(self.distance) {
                    out.push(Place { first, last });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
