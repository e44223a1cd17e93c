//! Pair lists: the documents in which one frequent word stands right before another, and how often.
//!
//! Comes in: lists of pairs in the order of their words' ordinals ([`PairsBuilder`]), or the bytes of section `pairs`. Goes
//! out: those bytes, or the place of a pair's list in section `pair_postings`. A pair list has no positions; else it is
//! like the list of a term ([`super`]), never tiny.
//!
//! ```text
//! Pairs  := words:u32 count:u32 Entry{count}                                  by first, then by second
//! Entry  := first:u32 second:u32 doc_freq:u32 postings_offset:u64             ordinals of terms; from the section's start
//! ```
//!
//! `words` says among how many of the segment's most frequent words pairs were gathered. A pair of them that has no entry
//! stands in 8 documents at most.

use super::{ListClass, ListSummary, TINY_LIMIT, TermInfo, damaged};
use crate::{Error, TermOrdinal};

const HEAD_BYTES: usize = 8;
const ENTRY_BYTES: usize = 20;

/// Collects lists of pairs and gives the bytes of section `pairs`.
pub struct PairsBuilder {
    words: u32,
    count: u32,
    postings: u64,
    entries: Vec<u8>,
}

impl PairsBuilder {
    /// No pairs yet of so many frequent words.
    #[must_use]
    pub fn new(words: u32) -> Self {
        PairsBuilder { words, count: 0, postings: 0, entries: Vec::new() }
    }

    /// Adds the next pair by its words' ordinals, whose list starts where the one before ended.
    ///
    /// # Panics
    ///
    /// Where its list is tiny: such a list keeps its positions with it.
    pub fn push(&mut self, first: TermOrdinal, second: TermOrdinal, summary: &ListSummary) {
        assert!(TINY_LIMIT < summary.doc_freq, "a pair list is not tiny");
        for word in [first.0, second.0, summary.doc_freq] {
            self.entries.extend(word.to_le_bytes());
        }
        self.entries.extend(self.postings.to_le_bytes());
        self.count += 1;
        self.postings += summary.postings_length;
    }

    /// The bytes of section `pairs`.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.entries.len());
        bytes.extend(self.words.to_le_bytes());
        bytes.extend(self.count.to_le_bytes());
        bytes.extend(self.entries);
        bytes
    }
}

/// The pairs of a segment.
#[derive(Clone, Copy)]
pub struct Pairs<'a> {
    words: u32,
    entries: &'a [[u8; ENTRY_BYTES]],
    /// How long section `pair_postings` is.
    postings: u64,
    doc_count: u32,
}

impl<'a> Pairs<'a> {
    pub(crate) fn open(bytes: &'a [u8], postings: &[u8], doc_count: u32) -> Result<Self, Error> {
        let wrong = |reason: String| damaged("pairs", 0, reason);
        let (head, rest) = bytes
            .split_first_chunk::<HEAD_BYTES>()
            .ok_or_else(|| wrong(format!("expected a head, found {} bytes", bytes.len())))?;
        let [a, b, c, d, e, f, g, h] = *head;
        let (words, count) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        let (entries, left) = rest.as_chunks();
        if entries.len() != count as usize || !left.is_empty() {
            return Err(wrong(format!("expected {count} pairs, found {} bytes", rest.len())));
        }
        Ok(Pairs { words, entries, postings: postings.len() as u64, doc_count })
    }

    /// Among how many of the most frequent words pairs were gathered.
    #[must_use]
    pub fn words(&self) -> u32 {
        self.words
    }

    /// How many pairs have a list.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no pair has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The words of a pair by its place in the section, and its list as if it were that of the first word.
    pub(crate) fn entry(
        &self,
        place: usize,
    ) -> Result<(TermOrdinal, TermOrdinal, TermInfo), Error> {
        let wrong = |reason: &str| damaged("pairs", (place * ENTRY_BYTES) as u64, reason);
        let entry = self.entries.get(place).ok_or_else(|| wrong("there is no such pair"))?;
        let start = offset(entry);
        let end = self.entries.get(place + 1).map_or(self.postings, offset);
        let doc_freq = word(entry, 2);
        if end < start || self.postings < end {
            return Err(wrong("its list lies outside of section `pair_postings`"));
        }
        let class = ListClass::of(doc_freq, self.doc_count);
        if class == ListClass::Tiny {
            return Err(wrong("expected a list of more than 8 documents"));
        }
        let first = TermOrdinal(word(entry, 0));
        let info = TermInfo {
            ordinal: first,
            doc_freq,
            collection_freq: u64::from(doc_freq),
            class,
            postings: (start, end),
            positions: (0, 0),
        };
        Ok((first, TermOrdinal(word(entry, 1)), info))
    }

    /// The list of a pair, if it has one.
    pub(crate) fn find(
        &self,
        first: TermOrdinal,
        second: TermOrdinal,
    ) -> Result<Option<TermInfo>, Error> {
        let key = |entry: &[u8; ENTRY_BYTES]| (word(entry, 0), word(entry, 1));
        match self.entries.binary_search_by_key(&(first.0, second.0), key) {
            Ok(place) => self.entry(place).map(|(_, _, info)| Some(info)),
            Err(_) => Ok(None),
        }
    }
}

fn word(entry: &[u8; ENTRY_BYTES], number: usize) -> u32 {
    let at = number * 4;
    u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]])
}

fn offset(entry: &[u8; ENTRY_BYTES]) -> u64 {
    u64::from(word(entry, 3)) | u64::from(word(entry, 4)) << 32
}
