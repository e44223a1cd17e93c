//! The vocabulary: an `fst` map from a term's bytes to its ordinal, its rank in byte order.
//!
//! Comes in: terms in ascending byte order. Goes out: the section. Reading goes through `fst` itself: lookups, ranges
//! and automata. `fst` trusts its bytes, so a reader compares the section's checksum first.

use std::io::Write;

use crate::{Error, TermOrdinal};

use super::names;

/// Collects terms in byte order.
///
/// ```
/// let mut builder = store::VocabularyBuilder::new(Vec::new())?;
/// builder.push(b"coil")?;
/// builder.push(b"mortal")?;
/// let bytes = builder.finish()?;
/// # Ok::<(), store::Error>(())
/// ```
pub struct VocabularyBuilder<W> {
    map: fst::MapBuilder<W>,
    next: u32,
}

impl<W: Write> VocabularyBuilder<W> {
    /// Starts writing to `out`.
    pub fn new(out: W) -> Result<Self, Error> {
        let map = fst::MapBuilder::new(out).map_err(misuse)?;
        Ok(VocabularyBuilder { map, next: 0 })
    }

    /// Adds the next term and gives it the next ordinal.
    pub fn push(&mut self, term: &[u8]) -> Result<TermOrdinal, Error> {
        let ordinal = self.next;
        let limit = u64::from(u32::MAX);
        self.next = ordinal.checked_add(1).ok_or_else(|| {
            let what = format!("the number of terms in section `{}`", names::VOCABULARY);
            Error::TooLarge { what, limit, found: limit + 1 }
        })?;
        self.map.insert(term, u64::from(ordinal)).map_err(misuse)?;
        Ok(TermOrdinal(ordinal))
    }

    /// Terms so far.
    pub fn len(&self) -> u32 {
        self.next
    }

    /// Whether there are no terms yet.
    pub fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Ends the map and hands back what it was written to.
    pub fn finish(self) -> Result<W, Error> {
        self.map.into_inner().map_err(misuse)
    }
}

fn misuse(error: fst::Error) -> Error {
    Error::Misuse(format!("the vocabulary cannot be written: {error}"))
}
