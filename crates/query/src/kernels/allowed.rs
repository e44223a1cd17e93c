//! The documents that filters let through, as kernels ask for them: by chunk and window.
//!
//! Comes in: one bit a document of a segment, or nothing where there is no filter. Goes out: words of 64 documents.

use codec::bits::{bits, first_of_block};
use store::postings::chunked::{CHUNK, WINDOWS};

/// The documents of a segment that may be found.
#[derive(Clone, Copy)]
pub(crate) struct Allowed<'a>(Option<&'a [u64]>);

impl<'a> Allowed<'a> {
    /// All documents, or those whose bits are set.
    pub(crate) fn new(documents: Option<&'a [u64]>) -> Allowed<'a> {
        Allowed(documents)
    }

    /// The windows of a chunk that hold any.
    #[inline(always)]
    pub(crate) fn windows(self, chunk: u32) -> u64 {
        let Some(documents) = self.0 else { return u64::MAX };
        let first = (chunk as usize * WINDOWS).min(documents.len());
        let words = &documents[first..(first + WINDOWS).min(documents.len())];
        words.iter().rev().fold(0, |windows, &word| windows << 1 | u64::from(word != 0))
    }

    /// Those of a window.
    #[inline(always)]
    pub(crate) fn word(self, chunk: u32, window: usize) -> u64 {
        match self.0 {
            None => u64::MAX,
            Some(documents) => {
                documents.get((chunk * (CHUNK / 64)) as usize + window).copied().unwrap_or(0)
            }
        }
    }

    /// Whether a document is among them.
    #[inline(always)]
    pub(crate) fn admits(self, doc: u32) -> bool {
        self.word(doc / CHUNK, (doc % CHUNK / 64) as usize) >> (doc % 64) & 1 == 1
    }

    /// Which of at most 128 documents are among them, one bit for each.
    #[inline(always)]
    pub(crate) fn among(self, docs: &[u32]) -> u128 {
        if self.is_all() {
            return first_of_block(docs.len());
        }
        docs.iter().rev().fold(0, |mask, &doc| mask << 1 | u128::from(self.admits(doc)))
    }

    /// Keeps those in the words of a chunk, whose windows outside of `live` are of no interest; the windows in which any
    /// is left.
    #[inline(always)]
    pub(crate) fn and_words(self, chunk: u32, words: &mut [u64; WINDOWS], live: u64) -> u64 {
        if self.is_all() {
            return live;
        }
        let mut left = live;
        for window in bits(live) {
            words[window] &= self.word(chunk, window);
            left &= !(u64::from(words[window] == 0) << window);
        }
        left
    }

    /// Whether that is every document.
    #[inline(always)]
    pub(crate) fn is_all(self) -> bool {
        self.0.is_none()
    }
}
