//! The documents that filters let through, as kernels ask for them: by chunk and window.
//!
//! Comes in: one bit a document of a segment, or nothing where there is no filter. Goes out: words of 64 documents.

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
    #[inline]
    pub(crate) fn windows(self, chunk: u32) -> u64 {
        let Some(documents) = self.0 else { return u64::MAX };
        let first = (chunk as usize * WINDOWS).min(documents.len());
        let words = &documents[first..(first + WINDOWS).min(documents.len())];
        words.iter().rev().fold(0, |windows, &word| windows << 1 | u64::from(word != 0))
    }

    /// Those of a window.
    #[inline]
    pub(crate) fn word(self, chunk: u32, window: usize) -> u64 {
        match self.0 {
            None => u64::MAX,
            Some(documents) => {
                documents.get((chunk * (CHUNK / 64)) as usize + window).copied().unwrap_or(0)
            }
        }
    }

    /// Whether that is every document.
    pub(crate) fn is_all(self) -> bool {
        self.0.is_none()
    }
}
