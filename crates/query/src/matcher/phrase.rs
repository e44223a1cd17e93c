//! Exact phrases: words one right after another.
//!
//! Comes in: ascending positions of each slot. Goes out: where the phrase stands. Starts from the slot with the fewest
//! positions and keeps those starts that every other slot confirms, searching ahead in steps that double.

use super::places::Place;

/// Puts the places of a phrase of `count` slots into `out`, ascending; `list` gives each slot's positions.
pub(crate) fn exact<'p>(
    count: usize,
    list: impl Fn(usize) -> &'p [u32],
    starts: &mut Vec<u32>,
    out: &mut Vec<Place>,
) {
    out.clear();
    starts.clear();
    let Some(rarest) = (0..count).min_by_key(|&slot| list(slot).len()) else { return };
    starts.extend(list(rarest).iter().filter_map(|position| position.checked_sub(rarest as u32)));
    for slot in (0..count).filter(|&slot| slot != rarest) {
        let mut rest = list(slot);
        starts.retain(|start| {
            let wanted = start + slot as u32;
            rest = &rest[lower_bound(rest, wanted)..];
            rest.first() == Some(&wanted)
        });
        if starts.is_empty() {
            return;
        }
    }
    let length = count as u32 - 1;
    out.extend(starts.iter().map(|&first| Place { first, last: first + length }));
}

/// How many of the ascending positions lie before `wanted`; fast where few do.
pub(crate) fn lower_bound(positions: &[u32], wanted: u32) -> usize {
    let mut step = 1;
    let mut low = 0;
    while positions.get(low + step - 1).is_some_and(|&position| position < wanted) {
        low += step;
        step *= 2;
    }
    let high = (low + step).min(positions.len());
    low + positions[low..high].partition_point(|&position| position < wanted)
}
