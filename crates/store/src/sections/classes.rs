//! Classes of terms: a byte a term that rules out nearly all terms which a pattern cannot mean, so that a wildcard before
//! an ending, or the variants of a name, need not read the whole vocabulary.
//!
//! Comes in: terms in the order of their ordinals, for names the class of each. Goes out: two sections, and views that list
//! the ordinals of some classes. Whether a term fits is for the reader to see; a class only says that it cannot.
//!
//! ```text
//! Endings  := Bound:u32{254} Class:u8{terms}
//! NameKeys := version:u32 Class:u8{terms}
//! ```
//!
//! The *tail* of a term is its last four bytes as a number, the last byte the highest, zeros for bytes it has not; so
//! tails sort terms from behind, and the terms that end in the same bytes lie side by side. Bounds ascend and cut all
//! tails into 255 stretches of about as many terms each. A term's class is 1 and the number of bounds not above its tail; 0
//! for a form as written (it has a zero byte), which no pattern means.
//!
//! The class of a name's key is whatever the indexer's `version` of keys says, and 0 for a form as written.
//!
//! Rejected: the ordinals sorted by tail, which find an ending in microseconds, but take 20 bits a term where there are a
//! million; a second `fst` over reversed terms, which takes about 50.

use std::ops::{Range, RangeInclusive};

use crate::{Error, TermOrdinal};

use super::names;

/// Bounds between classes.
const BOUNDS: usize = 254;
const BOUND_BYTES: usize = 4 * BOUNDS;
/// Bytes before the classes of names.
const VERSION_BYTES: usize = 4;

/// The most tails that are kept for finding bounds.
const SAMPLE: usize = 1 << 16;

/// The class of forms as written.
const FORM: u8 = 0;

/// Finds the bounds between classes of endings, from an even sample of all tails.
#[derive(Clone, Debug, Default)]
pub struct EndingSample {
    seen: u64,
    /// Every so many are kept, as a power of two.
    step_bits: u32,
    tails: Vec<u32>,
}

/// The bounds between classes of endings.
#[derive(Clone, Debug)]
pub struct EndingBounds(Vec<u32>);

/// The last four bytes of a term as a number, the last one the highest; `None` for a form as written.
///
/// ```
/// assert_eq!(store::term_tail(b"abcdefg"), Some(u32::from_be_bytes(*b"gfed")));
/// assert_eq!(store::term_tail(b"ab"), Some(u32::from_be_bytes(*b"ba\0\0")));
/// assert_eq!(store::term_tail(b"run\0Running"), None);
/// ```
#[must_use]
pub fn term_tail(term: &[u8]) -> Option<u32> {
    (!term.contains(&0)).then(|| tail(term, 0))
}

/// The last four bytes, `fill` in place of those before the first.
fn tail(term: &[u8], fill: u8) -> u32 {
    let mut bytes = [fill; 4];
    for (place, &byte) in bytes.iter_mut().zip(term.iter().rev()) {
        *place = byte;
    }
    u32::from_be_bytes(bytes)
}

impl EndingSample {
    /// Adds the tail of the next term.
    pub fn push(&mut self, tail: u32) {
        if self.seen.trailing_zeros() >= self.step_bits {
            self.tails.push(tail);
            if self.tails.len() == SAMPLE {
                let mut place = 0;
                self.tails.retain(|_| {
                    place += 1;
                    place % 2 == 1
                });
                self.step_bits += 1;
            }
        }
        self.seen += 1;
    }

    /// The bounds of about equal classes.
    #[must_use]
    pub fn bounds(mut self) -> EndingBounds {
        self.tails.sort_unstable();
        let quantile = |number: usize| {
            let place = number * self.tails.len() / (BOUNDS + 1);
            self.tails.get(place).copied().unwrap_or(u32::MAX)
        };
        EndingBounds((1..=BOUNDS).map(quantile).collect())
    }
}

impl EndingBounds {
    /// The first bytes of the section.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|bound| bound.to_le_bytes()).collect()
    }

    /// The class of a term by its tail, of a form as written by `None`.
    #[must_use]
    pub fn class(&self, tail: Option<u32>) -> u8 {
        let below = |tail| self.0.partition_point(|&bound| bound <= tail);
        tail.map_or(FORM, |tail| FORM + 1 + below(tail) as u8)
    }
}

/// Classes of endings as they lie in the file.
#[derive(Clone, Debug)]
pub struct Endings<'a> {
    bounds: EndingBounds,
    classes: &'a [u8],
}

impl<'a> Endings<'a> {
    /// Finds the section's parts.
    pub(crate) fn open(section: &'a [u8], terms: u32) -> Result<Self, Error> {
        let (head, classes) = split(names::ENDINGS, section, BOUND_BYTES, terms)?;
        let number = |bytes: &[u8]| {
            u32::from_le_bytes(bytes.try_into().expect("chunks of four bytes were asked for"))
        };
        let bounds: Vec<u32> = head.chunks_exact(4).map(number).collect();
        if !bounds.is_sorted() {
            let reason = "expected ascending bounds";
            return Err(Error::corrupt(names::ENDINGS, 0, reason));
        }
        Ok(Endings { bounds: EndingBounds(bounds), classes })
    }

    /// The class of a term.
    pub(crate) fn class(&self, ordinal: TermOrdinal) -> Option<u8> {
        self.classes.get(ordinal.0 as usize).copied()
    }

    /// The class that a term must have.
    pub(crate) fn expected(&self, term: &[u8]) -> u8 {
        self.bounds.class(term_tail(term))
    }

    /// Puts the ordinals of all terms in a range that may end in these bytes into `out`, which is cleared first.
    pub fn candidates(&self, suffix: &[u8], terms: Range<u32>, out: &mut Vec<TermOrdinal>) {
        let low = self.bounds.class(Some(tail(suffix, 0)));
        let high = self.bounds.class(Some(tail(suffix, u8::MAX)));
        list(self.classes, low..=high, terms, out);
    }
}

/// Classes of names' keys as they lie in the file.
#[derive(Clone, Copy, Debug)]
pub struct NameClasses<'a> {
    version: u32,
    classes: &'a [u8],
}

impl<'a> NameClasses<'a> {
    /// The first bytes of the section, for a version of keys.
    #[must_use]
    pub fn head(version: u32) -> [u8; VERSION_BYTES] {
        version.to_le_bytes()
    }

    /// Finds the section's parts.
    pub(crate) fn open(section: &'a [u8], terms: u32) -> Result<Self, Error> {
        let (head, classes) = split(names::NAME_KEYS, section, VERSION_BYTES, terms)?;
        let version = u32::from_le_bytes(head.try_into().expect("four bytes were split off"));
        Ok(NameClasses { version, classes })
    }

    /// Which version of keys the classes are of; under another they mean nothing.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Puts the ordinals of all terms of a class into `out`, which is cleared first.
    pub fn candidates(&self, class: u8, out: &mut Vec<TermOrdinal>) {
        list(self.classes, class..=class, 0..self.classes.len() as u32, out);
    }
}

fn split<'a>(
    name: &str,
    section: &'a [u8],
    head: usize,
    terms: u32,
) -> Result<(&'a [u8], &'a [u8]), Error> {
    let parts = section.split_at_checked(head);
    parts.filter(|(_, classes)| classes.len() == terms as usize).ok_or_else(|| {
        let expected = head as u64 + u64::from(terms);
        Error::corrupt(name, 0, format!("expected {expected} bytes, found {}", section.len()))
    })
}

/// Lists the ordinals whose class is wanted. Most stretches of 32 classes have none, which is told by one comparison each.
fn list(classes: &[u8], wanted: RangeInclusive<u8>, terms: Range<u32>, out: &mut Vec<TermOrdinal>) {
    out.clear();
    let (low, width) = (*wanted.start(), wanted.end().saturating_sub(*wanted.start()));
    let is_wanted = |class: u8| class.wrapping_sub(low) <= width;
    let Some(classes) = classes.get(terms.start as usize..terms.end as usize) else { return };
    let mut first = terms.start;
    for stretch in classes.chunks(32) {
        if stretch.iter().fold(false, |any, &class| any | is_wanted(class)) {
            let places = (first..).zip(stretch).filter(|(_, class)| is_wanted(**class));
            out.extend(places.map(|(ordinal, _)| TermOrdinal(ordinal)));
        }
        first += stretch.len() as u32;
    }
}

#[cfg(test)]
mod tests;
