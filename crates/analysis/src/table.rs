//! A per-character cache that fills itself.
//!
//! In goes a pure function of a character, out comes a lookup of one load. Each entry is computed when its character is
//! first met: opening an index costs no table, and a program that only sees English touches a few pages. All entries
//! begin as zero, so a table lies in memory the system hands out on first use and takes no room in the program file.
//! Threads may compute an entry twice; both write the same value, so relaxed order is enough.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

const CHARACTERS: usize = 0x11_0000;

macro_rules! lazy_table {
    ($(#[$doc:meta])* $name:ident, $atomic:ty, $value:ty) => {
        $(#[$doc])*
        pub(crate) struct $name([$atomic; CHARACTERS]);

        impl $name {
            /// A table with nothing computed yet.
            pub(crate) const fn new() -> $name {
                $name([const { <$atomic>::new(0) }; CHARACTERS])
            }

            /// What `compute` says of `character`; it must always say the same, and never 0.
            #[inline]
            pub(crate) fn get(&self, character: char, compute: fn(char) -> $value) -> $value {
                let cell = &self.0[character as usize];
                match cell.load(Relaxed) {
                    0 => {
                        let value = compute(character);
                        cell.store(value, Relaxed);
                        value
                    }
                    value => value,
                }
            }
        }
    };
}

lazy_table! {
    /// A byte for each character.
    ByteTable, AtomicU8, u8
}
lazy_table! {
    /// Four bytes for each character.
    WordTable, AtomicU32, u32
}
lazy_table! {
    /// Eight bytes for each character.
    LongTable, AtomicU64, u64
}
