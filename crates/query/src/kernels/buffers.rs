//! What a scan decodes into, kept from query to query.
//!
//! Comes in: a scan that begins. Goes out: arrays with anything in them, which a scan of the same thread may have left:
//! to make and to clear them would cost a short query more than its lists do.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use store::postings::chunked::WINDOWS;
use store::postings::{BLOCK, Places};

/// As many are kept for the next queries of a thread: more terms than queries have.
const SPARE: usize = 64;

/// A scan takes a box, which moving costs little, and gives it back.
type Kept = Vec<Box<Arrays>>;

thread_local! {
    static KEPT: RefCell<Kept> = const { RefCell::new(Vec::new()) };
}

/// The arrays of one scan.
pub(super) struct Arrays {
    /// Presence words of a chunk.
    pub(super) words: [u64; WINDOWS],
    /// Ranks of its windows' first documents.
    pub(super) starts: [u16; WINDOWS],
    /// Documents of a block.
    pub(super) docs: [u32; BLOCK],
    /// Frequencies of a block.
    pub(super) frequencies: [u32; BLOCK],
    /// Ranks of documents that were looked up together.
    pub(super) ranks: [u32; BLOCK],
    /// Where the positions of a block of postings stand.
    pub(super) places: Places,
    /// One bit for each block or chunk whose documents were read.
    pub(super) read: Vec<u64>,
}

/// Arrays on loan.
pub(super) struct Buffers(Option<Box<Arrays>>);

impl Buffers {
    /// Some that were used before, or new ones.
    pub(super) fn take() -> Buffers {
        let kept = KEPT.with_borrow_mut(Vec::pop);
        Buffers(Some(kept.unwrap_or_else(|| {
            Box::new(Arrays {
                words: [0; WINDOWS],
                starts: [0; WINDOWS],
                docs: [0; BLOCK],
                frequencies: [0; BLOCK],
                ranks: [0; BLOCK],
                places: Places::default(),
                read: Vec::new(),
            })
        })))
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        let kept = |kept: &mut Kept| {
            if let Some(arrays) = self.0.take()
                && kept.len() < SPARE
            {
                kept.push(arrays);
            }
        };
        KEPT.with_borrow_mut(kept);
    }
}

impl Deref for Buffers {
    type Target = Arrays;

    #[inline(always)]
    fn deref(&self) -> &Arrays {
        self.0.as_ref().expect("arrays are given back when dropped")
    }
}

impl DerefMut for Buffers {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Arrays {
        self.0.as_mut().expect("arrays are given back when dropped")
    }
}
