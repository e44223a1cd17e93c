//! Phrases with slop, by Lucene's rule.
//!
//! Comes in: ascending positions of each slot. Goes out: the minimal matches. Choose a position for each slot, none
//! twice; the *shift* of a choice for slot i is its position less i; the choice is a match if the greatest shift less
//! the smallest is at most the slop, and its place reaches from its lowest to its highest position.
//!
//! ```text
//! for each slot j and each of its positions p, by ascending shift m = p - j:
//!     a match whose smallest shift is m takes p for slot j and for each slot i a position in [m + i, m + i + slop];
//!     hi = the lowest position at which every slot has a choice up to hi and p is reached
//!     repeat: each slot takes its greatest choice up to hi; lo = the least of them; report lo..hi;
//!             hi = the next choice of the slot that took lo                    until lo is p or there is none
//! keep the minimal places
//! ```
//!
//! Where no word can stand in two slots the inner loop runs at most once a slot, as a slot that has passed p never holds
//! lo back again: the whole is near-linear in the number of positions, whatever the slop. Slots with the same
//! word share its positions from the right, the last slot first: their windows move together, so that this gives every
//! slot the greatest position it can have. Slots whose words overlap otherwise (`"a* ab*"~2`) are matched with
//! positions by augmenting paths, taking positions from the right until every slot has one.

use super::phrase::lower_bound;
use super::places::{Place, keep_minimal};

/// Which slots can want the same position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// None.
    Apart,
    /// Those with the same number, whose positions are equal.
    Repeats(Vec<usize>),
    /// Any.
    Any,
}

/// Finds the matches of one phrase in document after document; holds what is reused between them.
pub(crate) struct SlopMatcher {
    slop: u32,
    sharing: Sharing,
    /// For each slot the first position whose shift is not below the current one.
    heads: Vec<usize>,
    /// The position each slot took.
    taken: Vec<u32>,
    /// For repeated words: the lowest position taken by slots further right.
    bounds: Vec<u32>,
    matching: Matching,
}

impl SlopMatcher {
    /// A matcher for so many slots.
    pub(crate) fn new(count: usize, slop: u32, sharing: Sharing) -> Self {
        SlopMatcher {
            slop,
            sharing,
            heads: vec![0; count],
            taken: vec![0; count],
            bounds: vec![0; count],
            matching: Matching::default(),
        }
    }

    /// Puts the minimal places into `out`, ascending; `list` gives each slot's positions.
    pub(crate) fn find<'p>(
        &mut self,
        list: impl Fn(usize) -> &'p [u32] + Copy,
        out: &mut Vec<Place>,
    ) {
        out.clear();
        self.heads.fill(0);
        let count = self.heads.len();
        let shift = |slot: usize, head: usize| {
            list(slot).get(head).map(|&position| i64::from(position) - slot as i64)
        };
        loop {
            // The smallest and the greatest shift among the heads; a slot without more positions ends it.
            let (mut low, mut high) = (i64::MAX, i64::MIN);
            for slot in 0..count {
                let Some(shift) = shift(slot, self.heads[slot]) else {
                    keep_minimal(out);
                    return;
                };
                low = low.min(shift);
                high = high.max(shift);
            }
            let floor = high - i64::from(self.slop);
            if low < floor {
                for slot in 0..count {
                    let wanted = u32::try_from(floor + slot as i64).unwrap_or(0);
                    self.heads[slot] += lower_bound(&list(slot)[self.heads[slot]..], wanted);
                }
                continue;
            }
            let window = Window { low, slop: i64::from(self.slop) };
            for slot in 0..count {
                if shift(slot, self.heads[slot]) == Some(low) {
                    let pinned = list(slot)[self.heads[slot]];
                    self.matches_of(list, &window, slot, pinned, out);
                }
            }
            for slot in 0..count {
                if shift(slot, self.heads[slot]) == Some(low) {
                    self.heads[slot] += 1;
                }
            }
        }
    }

    /// Reports the matches with this smallest shift that reach over the pinned position.
    fn matches_of<'p>(
        &mut self,
        list: impl Fn(usize) -> &'p [u32] + Copy,
        window: &Window,
        slot: usize,
        pinned: u32,
        out: &mut Vec<Place>,
    ) {
        let count = self.heads.len();
        let mut high = (0..count).map(|slot| list(slot)[self.heads[slot]]).max().unwrap_or(pinned);
        loop {
            let least = match &self.sharing {
                Sharing::Apart => self.take_apart(list, window, (slot, pinned), high),
                Sharing::Repeats(_) => self.take_repeats(list, window, high),
                Sharing::Any => self.matching.take(list, &self.heads, window, high),
            };
            if let Ok((_, low)) = least {
                out.push(Place { first: low, last: high });
                if pinned <= low {
                    return;
                }
            }
            let (Ok((behind, _)) | Err(behind)) = least;
            // The next choice of the slot that is behind; where slots compete, of any that may free one for it.
            let next_of = |slot: usize| {
                let positions = &list(slot)[self.heads[slot]..];
                let next = positions.get(lower_bound(positions, high + 1)).copied();
                next.filter(|&next| window.holds(slot, next))
            };
            let next = match &self.sharing {
                Sharing::Apart => next_of(behind),
                Sharing::Repeats(class) => (0..count)
                    .filter(|&slot| class[slot] == class[behind])
                    .filter_map(next_of)
                    .min(),
                Sharing::Any => (0..count).filter_map(next_of).min(),
            };
            match next {
                Some(next) => high = next,
                None => return,
            }
        }
    }

    /// Every slot its greatest position up to `high`: the slot with the least of them and that position, or a slot that
    /// has none.
    fn take_apart<'p>(
        &mut self,
        list: impl Fn(usize) -> &'p [u32],
        window: &Window,
        (pinned_slot, pinned): (usize, u32),
        high: u32,
    ) -> Result<(usize, u32), usize> {
        let mut least = (pinned_slot, pinned);
        for slot in 0..self.heads.len() {
            if slot == pinned_slot {
                continue;
            }
            let positions = &list(slot)[self.heads[slot]..];
            let end = lower_bound(positions, window.end(slot).min(high) + 1);
            let position = *end.checked_sub(1).and_then(|last| positions.get(last)).ok_or(slot)?;
            if position < least.1 {
                least = (slot, position);
            }
        }
        Ok(least)
    }

    /// The same where slots with the same word must take different positions.
    fn take_repeats<'p>(
        &mut self,
        list: impl Fn(usize) -> &'p [u32],
        window: &Window,
        high: u32,
    ) -> Result<(usize, u32), usize> {
        let Sharing::Repeats(class) = &self.sharing else { return Err(0) };
        self.bounds.fill(high + 1);
        let mut least = (0, u32::MAX);
        for slot in (0..self.heads.len()).rev() {
            let positions = &list(slot)[self.heads[slot]..];
            let end = (window.end(slot) + 1).min(self.bounds[class[slot]]);
            let last = lower_bound(positions, end).checked_sub(1).ok_or(slot)?;
            let position = positions[last];
            self.bounds[class[slot]] = position;
            self.taken[slot] = position;
            if position < least.1 {
                least = (slot, position);
            }
        }
        Ok(least)
    }
}

/// The positions that slots may take while the smallest shift is given. Heads stand on the first of them.
struct Window {
    low: i64,
    slop: i64,
}

impl Window {
    /// The last position that a slot may take.
    fn end(&self, slot: usize) -> u32 {
        u32::try_from(self.low + self.slop + slot as i64).unwrap_or(u32::MAX - 1).min(u32::MAX - 1)
    }

    /// Whether a slot may take a position that is not before its head.
    fn holds(&self, slot: usize, position: u32) -> bool {
        position <= self.end(slot)
    }
}

/// Slots and positions matched so that every slot has a position of its own.
#[derive(Default)]
struct Matching {
    /// All positions that some slot may take, descending.
    positions: Vec<u32>,
    /// For each of them the slot that has it.
    owner: Vec<Option<usize>>,
    /// For each slot whether the search has been there.
    seen: Vec<bool>,
}

impl Matching {
    /// Takes positions from `high` downwards until every slot has one: the last taken is the greatest possible least. In
    /// the sets of positions that slots can share out (a transversal matroid) taking the greatest first is best.
    fn take<'p>(
        &mut self,
        list: impl Fn(usize) -> &'p [u32] + Copy,
        heads: &[usize],
        window: &Window,
        high: u32,
    ) -> Result<(usize, u32), usize> {
        self.positions.clear();
        for (slot, &head) in heads.iter().enumerate() {
            let positions = &list(slot)[head..];
            let end = lower_bound(positions, window.end(slot).min(high) + 1);
            self.positions.extend_from_slice(&positions[..end]);
        }
        self.positions.sort_unstable_by(|left, right| right.cmp(left));
        self.positions.dedup();
        self.owner.clear();
        self.owner.resize(self.positions.len(), None);
        let mut served = 0;
        for place in 0..self.positions.len() {
            self.seen.clear();
            self.seen.resize(heads.len(), false);
            if self.place_position(place, place, list, heads, window) {
                served += 1;
                if served == heads.len() {
                    return Ok((0, self.positions[place]));
                }
            }
        }
        Err(0)
    }

    /// Finds a slot for a position, moving owners of earlier positions where needed. Recursion is as deep as there are
    /// slots.
    fn place_position<'p>(
        &mut self,
        place: usize,
        newest: usize,
        list: impl Fn(usize) -> &'p [u32] + Copy,
        heads: &[usize],
        window: &Window,
    ) -> bool {
        let position = self.positions[place];
        for slot in 0..heads.len() {
            let may = window.holds(slot, position)
                && list(slot)[heads[slot]..].binary_search(&position).is_ok();
            if self.seen[slot] || !may {
                continue;
            }
            self.seen[slot] = true;
            let other = (0..newest).find(|&other| self.owner[other] == Some(slot));
            let free = match other {
                None => true,
                Some(other) => self.place_position(other, newest, list, heads, window),
            };
            if free {
                // A moved owner has its new slot by now.
                self.owner[place] = Some(slot);
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;
