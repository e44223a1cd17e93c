//! A table of distinct byte strings, numbered in the order in which they first came.
//!
//! Comes in: words as slices of a larger text, one after another. Goes out: a number for each, the same for equal
//! bytes. The inverter keeps two of these: one of words as written, one of terms. It knows no text analysis, and no
//! count or order other than that of first appearance.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

/// Words up to this many bytes are compared as two integers, without following a pointer.
const INLINE: usize = 15;
/// Marks a key of a longer word in its highest byte, where a short word has its length.
const LONG: u64 = 0xFF << 56;
/// A free place of the table.
const FREE: u32 = u32::MAX;

/// A set of byte strings with dense numbers.
///
/// The open-addressed table holds only numbers (4 bytes a place); what they stand for lies in an array in order of
/// first appearance, so that the few frequent words, which come first, share few cache lines. A word of at most 15
/// bytes *is* its key: its bytes in little-endian order, zero padded, its length in the highest byte. The key of a
/// longer word is a hash and an offset into `long`, where its bytes are compared. Hashes are seeded at random, so that
/// no text can be made to collide; nothing that leaves this type depends on them.
pub(crate) struct Surfaces {
    table: Vec<u32>,
    keys: Vec<[u64; 2]>,
    /// Longer words: length in 4 bytes, then the bytes.
    long: Vec<u8>,
    seeds: [u64; 2],
    hasher: foldhash::fast::RandomState,
}

impl Surfaces {
    /// An empty table.
    pub(crate) fn new() -> Surfaces {
        let random = RandomState::new();
        Surfaces {
            table: vec![FREE; 1 << 10],
            keys: Vec::new(),
            long: Vec::new(),
            seeds: [random.hash_one(0), random.hash_one(1)],
            hasher: foldhash::fast::RandomState::default(),
        }
    }

    /// How many distinct words it holds.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Forgets all words. Keeps its memory for the next ones, but not more than the last ones made use of.
    pub(crate) fn clear(&mut self) {
        let places = (self.keys.len() * 2).next_power_of_two().max(1 << 10);
        self.table.truncate(places);
        self.table.shrink_to(places);
        self.table.fill(FREE);
        self.keys.shrink_to(self.keys.len());
        self.keys.clear();
        self.long.clear();
    }

    /// How many bytes of memory it holds.
    pub(crate) fn memory(&self) -> usize {
        self.table.capacity() * 4 + self.keys.capacity() * 16 + self.long.capacity()
    }

    /// The number of the word at `range` of `text`, and whether it is new.
    #[inline]
    pub(crate) fn number(&mut self, text: &[u8], range: Range<usize>) -> (u32, bool) {
        if range.len() <= INLINE {
            self.number_short(short_key(text, range))
        } else {
            self.number_long(&text[range])
        }
    }

    #[inline]
    fn number_short(&mut self, key: [u64; 2]) -> (u32, bool) {
        let hash = self.mix(key);
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let number = self.table[place];
            if number == FREE {
                return (self.insert(place, key), true);
            }
            if self.keys[number as usize] == key {
                return (number, false);
            }
            place = (place + 1) & mask;
        }
    }

    #[cold]
    fn number_long(&mut self, word: &[u8]) -> (u32, bool) {
        let hash = self.hasher.hash_one(word);
        let mask = self.table.len() - 1;
        let mut place = self.mix([hash, LONG]) as usize & mask;
        loop {
            let number = self.table[place];
            if number == FREE {
                let key = [hash, LONG | self.long.len() as u64];
                self.long.extend_from_slice(&(word.len() as u32).to_le_bytes());
                self.long.extend_from_slice(word);
                return (self.insert(place, key), true);
            }
            let key = self.keys[number as usize];
            if key[0] == hash && LONG <= key[1] && self.long_word(key[1]) == word {
                return (number, false);
            }
            place = (place + 1) & mask;
        }
    }

    fn insert(&mut self, place: usize, key: [u64; 2]) -> u32 {
        let number = self.keys.len() as u32;
        self.table[place] = number;
        self.keys.push(key);
        if self.table.len() < self.keys.len() * 2 {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let places = self.table.len() * 2;
        self.table.clear();
        self.table.resize(places, FREE);
        for (number, key) in self.keys.iter().enumerate() {
            let hashed = if LONG <= key[1] { [key[0], LONG] } else { *key };
            let mut place = self.mix(hashed) as usize & (places - 1);
            while self.table[place] != FREE {
                place = (place + 1) & (places - 1);
            }
            self.table[place] = number as u32;
        }
    }

    /// Both halves of a 128-bit product, folded.
    #[inline]
    fn mix(&self, key: [u64; 2]) -> u64 {
        let product = u128::from(key[0] ^ self.seeds[0]) * u128::from(key[1] ^ self.seeds[1]);
        product as u64 ^ (product >> 64) as u64
    }

    fn long_word(&self, key: u64) -> &[u8] {
        let at = (key & !LONG) as usize;
        let length = self.long[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        &self.long[at + 4..][..length as usize]
    }

    /// The word with this number; short ones are put into `buffer`.
    pub(crate) fn word<'a>(&'a self, number: u32, buffer: &'a mut [u8; 16]) -> &'a [u8] {
        let key = self.keys[number as usize];
        if LONG <= key[1] {
            return self.long_word(key[1]);
        }
        buffer[..8].copy_from_slice(&key[0].to_le_bytes());
        buffer[8..].copy_from_slice(&key[1].to_le_bytes());
        &buffer[..(key[1] >> 56) as usize]
    }

    /// The first eight bytes of a word as a big-endian integer, zero padded: it orders as the bytes do.
    pub(crate) fn prefix(&self, number: u32) -> u64 {
        let mut buffer = [0; 16];
        prefix_of(self.word(number, &mut buffer))
    }
}

/// The first eight bytes as a big-endian integer, zero padded.
pub(crate) fn prefix_of(word: &[u8]) -> u64 {
    match word.first_chunk() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => {
            let mut eight = [0; 8];
            eight[..word.len()].copy_from_slice(word);
            u64::from_be_bytes(eight)
        }
    }
}

/// The key of a word of at most [`INLINE`] bytes: sixteen bytes are loaded at once where the text has them.
#[inline]
fn short_key(text: &[u8], range: Range<usize>) -> [u64; 2] {
    let length = range.len();
    let sixteen = match text[range.start..].first_chunk::<16>() {
        Some(chunk) => u128::from_le_bytes(*chunk) & ((1 << (length * 8)) - 1),
        None => {
            let mut chunk = [0; 16];
            chunk[..length].copy_from_slice(&text[range]);
            u128::from_le_bytes(chunk)
        }
    };
    [sixteen as u64, (sixteen >> 64) as u64 | (length as u64) << 56]
}

#[cfg(test)]
mod tests;
