//! A table of distinct byte strings, numbered in the order in which they first came.
//!
//! Comes in: words as slices of a larger text, one after another. Goes out: a number for each, the same for equal
//! bytes. The inverter keeps two of these: one of words as written, one of terms. It knows no text analysis, and no
//! order other than that of first appearance.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use codec::simd;

/// Words up to this many bytes are compared as two integers, without following a pointer.
const INLINE: usize = 15;
/// Marks a key of a longer word in its highest byte, where a short word has its length.
const LONG: u64 = 0xFF << 56;
/// A free place of the table.
const FREE: u32 = u32::MAX;
/// Words looked up at once.
pub(crate) const BATCH: usize = 64;

/// A set of byte strings with dense numbers; each has a count, and a value that the caller gives it when it is new.
///
/// The open-addressed table holds only numbers (4 bytes a place); what they stand for lies in an array in order of
/// first appearance, so that the few frequent words, which come first, share few cache lines. A word of at most 15
/// bytes *is* its key: its bytes in little-endian order, zero padded, its length in the highest byte. The key of a
/// longer word is a hash and an offset into `long`, where its bytes are compared. Hashes are seeded at random, so that
/// no text can be made to collide; nothing that leaves this type depends on them.
///
/// Looking words up one by one waits for memory twice for each rare word. [`Surfaces::count`] therefore takes a batch
/// and goes over it once for the table and once for the entries, each asked for one round before, so that the waits
/// overlap.
pub(crate) struct Surfaces {
    table: Vec<u32>,
    entries: Vec<Entry>,
    /// Longer words: length in 4 bytes, then the bytes.
    long: Vec<u8>,
    seeds: [u64; 2],
    hasher: foldhash::fast::RandomState,
}

/// A word to look up: its key and its hash. Of a longer word the number, looked up already.
#[derive(Clone, Copy, Default)]
pub(crate) struct Key {
    words: [u64; 2],
    hash: u64,
}

/// A distinct word.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    words: [u64; 2],
    /// How often it was counted.
    pub(crate) count: u32,
    /// What the caller made of it.
    pub(crate) value: u32,
}

impl Surfaces {
    /// An empty table.
    pub(crate) fn new() -> Surfaces {
        let random = RandomState::new();
        Surfaces {
            table: vec![FREE; 1 << 10],
            entries: Vec::new(),
            long: Vec::new(),
            seeds: [random.hash_one(0), random.hash_one(1)],
            hasher: foldhash::fast::RandomState::default(),
        }
    }

    /// The distinct words by number.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Forgets all words. Keeps its memory for the next ones, but not more than the last ones made use of.
    pub(crate) fn clear(&mut self) {
        let places = (self.entries.len() * 2).next_power_of_two().max(1 << 10);
        self.table.truncate(places);
        self.table.shrink_to(places);
        self.table.fill(FREE);
        self.table.resize(places, FREE);
        self.entries.shrink_to(self.entries.len());
        self.entries.clear();
        self.long.clear();
    }

    /// Gives back what looking words up takes; nothing may be looked up until [`Surfaces::clear`].
    pub(crate) fn end_lookups(&mut self) {
        self.table = Vec::new();
    }

    /// The key of the word at `range` of `text`, to be looked up before the table is cleared. `value` is called with the
    /// bytes of a word that is new.
    #[inline]
    pub(crate) fn key(
        &mut self,
        text: &[u8],
        range: Range<usize>,
        value: impl FnMut(&[u8]) -> u32,
    ) -> Key {
        if range.len() <= INLINE {
            let words = short_key(text, range);
            let hash = self.mix(words);
            simd::prefetch(&self.table, hash as usize & (self.table.len() - 1));
            return Key { words, hash };
        }
        let number = self.long_number(&text[range], value);
        Key { words: [u64::from(number), LONG], hash: 0 }
    }

    /// Counts a batch of words; calls `value` with the bytes of words that are new, and `sink(number, value)` for each.
    #[inline]
    pub(crate) fn count(
        &mut self,
        batch: &[Key],
        mut value: impl FnMut(&[u8]) -> u32,
        mut sink: impl FnMut(u32, u32),
    ) {
        let mut candidates = [FREE; BATCH];
        let mask = self.table.len() - 1;
        for (candidate, key) in candidates.iter_mut().zip(batch) {
            *candidate = self.table[key.hash as usize & mask];
            simd::prefetch(&self.entries, *candidate as usize);
        }
        for (candidate, key) in candidates.iter().zip(batch) {
            let number = match self.entries.get(*candidate as usize) {
                Some(entry) if entry.words == key.words => *candidate,
                _ => self.number(key, &mut value),
            };
            let entry = &mut self.entries[number as usize];
            entry.count += 1;
            sink(number, entry.value);
        }
    }

    /// The number of one word.
    pub(crate) fn number(&mut self, key: &Key, mut value: impl FnMut(&[u8]) -> u32) -> u32 {
        if key.words[1] == LONG {
            return key.words[0] as u32;
        }
        let mask = self.table.len() - 1;
        let mut place = key.hash as usize & mask;
        loop {
            let number = self.table[place];
            if number == FREE {
                let value = value(short_word(key.words, &mut [0; 16]));
                return self.insert(place, Entry { words: key.words, count: 0, value });
            }
            if self.entries[number as usize].words == key.words {
                return number;
            }
            place = (place + 1) & mask;
        }
    }

    #[inline(never)]
    fn long_number(&mut self, word: &[u8], mut value: impl FnMut(&[u8]) -> u32) -> u32 {
        let hash = self.hasher.hash_one(word);
        let mask = self.table.len() - 1;
        let mut place = self.mix([hash, LONG]) as usize & mask;
        loop {
            let number = self.table[place];
            if number == FREE {
                let words = [hash, LONG | self.long.len() as u64];
                self.long.extend_from_slice(&(word.len() as u32).to_le_bytes());
                self.long.extend_from_slice(word);
                return self.insert(place, Entry { words, count: 0, value: value(word) });
            }
            let words = self.entries[number as usize].words;
            if words[0] == hash && LONG <= words[1] && self.long_word(words[1]) == word {
                return number;
            }
            place = (place + 1) & mask;
        }
    }

    fn insert(&mut self, place: usize, entry: Entry) -> u32 {
        let number = self.entries.len() as u32;
        self.table[place] = number;
        self.entries.push(entry);
        if self.table.len() < self.entries.len() * 2 {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let places = self.table.len() * 2;
        self.table.clear();
        self.table.resize(places, FREE);
        for (number, Entry { words, .. }) in self.entries.iter().enumerate() {
            let hashed = if LONG <= words[1] { [words[0], LONG] } else { *words };
            let mut place = self.mix(hashed) as usize & (places - 1);
            while self.table[place] != FREE {
                place = (place + 1) & (places - 1);
            }
            self.table[place] = number as u32;
        }
    }

    /// Both halves of a 128-bit product, folded.
    #[inline]
    fn mix(&self, words: [u64; 2]) -> u64 {
        let product = u128::from(words[0] ^ self.seeds[0]) * u128::from(words[1] ^ self.seeds[1]);
        product as u64 ^ (product >> 64) as u64
    }

    fn long_word(&self, word: u64) -> &[u8] {
        let at = (word & !LONG) as usize;
        let length = self.long[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        &self.long[at + 4..][..length as usize]
    }

    /// The word with this number; a short one is put into `buffer`.
    pub(crate) fn word<'a>(&'a self, number: u32, buffer: &'a mut [u8; 16]) -> &'a [u8] {
        let words = self.entries[number as usize].words;
        if LONG <= words[1] { self.long_word(words[1]) } else { short_word(words, buffer) }
    }

    /// An integer that orders as the words do: their first 15 bytes, zero padded, then their length, which counts as 255
    /// for longer ones. Words of equal keys are equal, or both longer than that.
    pub(crate) fn order_key(&self, number: u32) -> u128 {
        let words = self.entries[number as usize].words;
        let words = match words[1] < LONG {
            true => words,
            false => {
                let [low, high] = short_key(self.long_word(words[1]), 0..INLINE);
                [low, high | LONG]
            }
        };
        u128::from(words[0].swap_bytes()) << 64
            | u128::from((words[1] << 8).swap_bytes() << 8 | words[1] >> 56)
    }

    /// The word with this number, of which [`Surfaces::order_key`] is known: a short one is read from that.
    pub(crate) fn ordered_word<'a>(
        &'a self,
        order_key: u128,
        number: u32,
        buffer: &'a mut [u8; 16],
    ) -> &'a [u8] {
        *buffer = order_key.to_be_bytes();
        match usize::from(buffer[INLINE]) {
            length @ ..=INLINE => &buffer[..length],
            _ => self.long_word(self.entries[number as usize].words[1]),
        }
    }
}

/// The first eight bytes as a big-endian integer, zero padded: where two differ they order as the words do.
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

/// By number the lowest bytes of sixteen.
const LOW_BYTES: [u128; INLINE + 1] = {
    let mut masks = [0; INLINE + 1];
    let mut bytes = 0;
    while bytes <= INLINE {
        masks[bytes] = (1 << (bytes * 8)) - 1;
        bytes += 1;
    }
    masks
};

/// The key of a word of at most [`INLINE`] bytes: sixteen bytes are loaded at once where the text has them.
#[inline]
fn short_key(text: &[u8], range: Range<usize>) -> [u64; 2] {
    let length = range.len();
    let sixteen = match text[range.start..].first_chunk::<16>() {
        Some(chunk) => u128::from_le_bytes(*chunk) & LOW_BYTES[length],
        None => {
            let mut chunk = [0; 16];
            chunk[..length].copy_from_slice(&text[range]);
            u128::from_le_bytes(chunk)
        }
    };
    [sixteen as u64, (sixteen >> 64) as u64 | (length as u64) << 56]
}

/// The word that has this key.
fn short_word(words: [u64; 2], buffer: &mut [u8; 16]) -> &[u8] {
    buffer[..8].copy_from_slice(&words[0].to_le_bytes());
    buffer[8..].copy_from_slice(&words[1].to_le_bytes());
    &buffer[..(words[1] >> 56) as usize]
}

#[cfg(test)]
mod tests;
