//! A per-character cache that fills itself block by block.
//!
//! In goes a pure function of a character, out comes a lookup of a few instructions. A block of 32 characters is
//! computed when one of them is first met: a program that only sees English never pays for the rest, and opening an
//! index costs no table at all. It holds no state but that cache.

use std::sync::OnceLock;

const BLOCK: usize = 32;
const BLOCKS: usize = 0x11_0000 / BLOCK;

/// A cached function from characters to `T`.
pub(crate) struct LazyTable<T: 'static> {
    blocks: [OnceLock<Box<[T; BLOCK]>>; BLOCKS],
    compute: fn(char) -> T,
}

impl<T: Copy> LazyTable<T> {
    /// A table with nothing computed yet.
    pub(crate) const fn new(compute: fn(char) -> T) -> LazyTable<T> {
        LazyTable { blocks: [const { OnceLock::new() }; BLOCKS], compute }
    }

    /// The function's value for `character`.
    #[inline]
    pub(crate) fn get(&self, character: char) -> T {
        let code = character as usize;
        let block = self.blocks[code / BLOCK].get_or_init(|| self.block(code / BLOCK));
        block[code % BLOCK]
    }

    #[cold]
    fn block(&self, number: usize) -> Box<[T; BLOCK]> {
        // Surrogates are no characters and are never asked for: any value will do in their places.
        Box::new(std::array::from_fn(|offset| {
            let code = (number * BLOCK + offset) as u32;
            (self.compute)(char::from_u32(code).unwrap_or('\u{FFFD}'))
        }))
    }
}
