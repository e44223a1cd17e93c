//! A match inside a document, and what is true of sets of matches.
//!
//! Comes in, goes out: places, as token positions of the ranked text.

/// A match: its first and its last position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The first position.
    pub(crate) first: u32,
    /// The last position; not before the first.
    pub(crate) last: u32,
}

impl Place {
    /// A match of one token.
    pub(crate) fn at(position: u32) -> Place {
        Place { first: position, last: position }
    }
}

/// Sorts places and drops those that contain another.
pub(crate) fn keep_minimal(places: &mut Vec<Place>) {
    if places.len() < 2 {
        return;
    }
    // By last position, the shortest first: a place contains an earlier one exactly if it does not begin later than all
    // of them.
    places.sort_unstable_by_key(|place| (place.last, std::cmp::Reverse(place.first)));
    let mut latest = None;
    places.retain(|place| {
        let minimal = latest < Some(place.first);
        if minimal {
            latest = Some(place.first);
        }
        minimal
    });
}
