//! Text to raw words with byte ranges: the hot path of the indexer.
//!
//! In comes any `&str`, out go its words in order, as ranges of its bytes. The rules are those of Unicode's word
//! boundaries (UAX #29) with these departures, each made so that an index and a query cut a string the same way and a
//! string with joints can be asked for as a phrase:
//!
//! 1. `.`, `,`, `:`, `;` and `_` never join (WB6, WB7, WB11, WB12, WB13a and WB13b are left out): `U.S.`, `3.14`,
//!    `10:30` and `foo_bar` are two words each, found as a phrase, and each part can be found alone.
//! 2. Of the characters of WB6/WB7 only apostrophes join, after any word character and before a letter: `don't`,
//!    `l'été`, `1990's`. All their spellings (see [`APOSTROPHES`]) behave alike, the modifier letters among them too,
//!    which UAX #29 counts as letters. An apostrophe that does not join belongs to no word.
//! 3. Han, Hiragana, Katakana and other ideographs are a word each (WB13 would join Katakana).
//! 4. Thai, Lao, Khmer and Myanmar are cut by dictionary, where UAX #29 leaves them to the implementation. The LSTM
//!    models would guess new words better, but they compute in floating point, and an index must not depend on that.
//! 5. Only segments with a letter or digit are words; white space, punctuation and emoji are not.
//!
//! It never allocates except inside the South-East Asian dictionary.
//!
//! [`APOSTROPHES`]: crate::class::APOSTROPHES

use crate::class::{Class, class_of};
use icu_segmenter::WordSegmenterBorrowed;
use std::ops::Range;

/// Calls `sink` with the bytes of each word of `text` in order.
///
/// Blocks of 64 bytes become bit masks; where a block is plain ASCII the edges of words are the places where the mask
/// of word bytes changes. At the first byte that needs more than that (it is not ASCII, or an apostrophe stands before
/// one that is not) the [`Walk`] takes over with the word begun so far, and hands back after a separator.
pub(crate) fn words(
    segmenter: WordSegmenterBorrowed<'static>,
    text: &str,
    mut sink: impl FnMut(Range<usize>),
) {
    let bytes = text.as_bytes();
    let mut walk = Walk { segmenter, text, start: None, sink: &mut sink };
    let mut base = 0;
    while base < bytes.len() {
        base = walk.block(base, Masks::read(bytes, base));
    }
    walk.end_word(bytes.len());
}

/// One bit for each of 64 bytes, the first byte in the lowest bit.
#[derive(Clone, Copy, Debug, Default)]
struct Masks {
    /// ASCII letters and digits.
    word: u64,
    /// ASCII apostrophes.
    apostrophe: u64,
    /// Bytes of characters that are not ASCII.
    high: u64,
}

impl Masks {
    const BYTES: usize = 64;

    /// The masks of the bytes from `base` on; past the end of the text all are separators.
    #[inline]
    fn read(bytes: &[u8], base: usize) -> Masks {
        match bytes[base..].first_chunk() {
            Some(block) => Masks::of(block),
            None => {
                let mut block = [0; Masks::BYTES];
                block[..bytes.len() - base].copy_from_slice(&bytes[base..]);
                Masks::of(&block)
            }
        }
    }

    #[inline]
    fn of(block: &[u8; Masks::BYTES]) -> Masks {
        let mut masks = Masks::default();
        let mut special = 0;
        for (place, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let lanes = u64::from_le_bytes(*eight);
            masks.word |= gather(alphanumeric(lanes)) << (place * 8);
            special |= gather((apostrophe(lanes) | lanes) & TOP) << (place * 8);
        }
        // Most blocks have neither; the rest tell the two apart bit by bit.
        while special != 0 {
            let place = special.trailing_zeros();
            let found =
                if block[place as usize] < 0x80 { &mut masks.apostrophe } else { &mut masks.high };
            *found |= 1 << place;
            special &= special - 1;
        }
        masks
    }
}

/// The bits below the lowest one of `mask`, which is not 0.
#[inline]
fn below_lowest(mask: u64) -> u64 {
    (mask - 1) & !mask
}

/// 1 in each of eight bytes.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The top bit of each of eight bytes.
const TOP: u64 = 0x80 * ONES;

/// Sets the top bit of each byte that is an ASCII letter or digit; the others have it clear.
///
/// Adding `0x80 - n` to seven bits sets the top bit exactly from `n` on. No byte carries into its neighbour: every sum
/// stays below 256.
#[inline]
fn alphanumeric(lanes: u64) -> u64 {
    let from = |lanes: u64, low: u8| lanes + u64::from(0x80 - low) * ONES;
    let seven = lanes & !TOP;
    let lower = seven | (0x20 * ONES);
    let letter = from(lower, b'a') & !from(lower, b'z' + 1);
    let digit = from(seven, b'0') & !from(seven, b'9' + 1);
    (letter | digit) & !lanes & TOP
}

/// Sets the top bit of each byte that is an ASCII apostrophe; the other ASCII bytes have it clear.
#[inline]
fn apostrophe(lanes: u64) -> u64 {
    let other = (lanes & !TOP) ^ (u64::from(b'\'') * ONES);
    !(other + !TOP)
}

/// The top bits of eight bytes as one byte. The factor moves bit `8 i` to bit `56 + i`; no two products meet.
#[inline]
fn gather(tops: u64) -> u64 {
    (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The character-by-character walk, and the word being read.
struct Walk<'t, 's, S> {
    segmenter: WordSegmenterBorrowed<'static>,
    text: &'t str,
    /// Where the word being read began.
    start: Option<usize>,
    sink: &'s mut S,
}

impl<S: FnMut(Range<usize>)> Walk<'_, '_, S> {
    /// Takes the block at `base` and returns where the next one begins.
    #[inline]
    fn block(&mut self, base: usize, masks: Masks) -> usize {
        let carry = u64::from(self.start.is_some());
        let (joins, hard) = match masks.apostrophe | masks.high {
            0 => (0, 0),
            _ => self.joints(base, masks, carry),
        };
        let word = masks.word | joins;
        let mut edges = word ^ (word << 1 | carry);
        let mut hard_left = hard;
        while hard_left != 0 {
            self.edges(base, edges & below_lowest(hard_left));
            let next = self.run(base + hard_left.trailing_zeros() as usize);
            if next >= (base + Masks::BYTES).min(self.text.len()) {
                return next;
            }
            // No word is open and the byte before `next` is a separator: what the masks say from there on holds.
            edges &= !0 << (next - base);
            hard_left &= !0 << (next - base);
        }
        self.edges(base, edges);
        base + Masks::BYTES
    }

    /// The apostrophes that join, and the bytes that masks cannot decide: those that are not ASCII, and apostrophes
    /// before them.
    fn joints(&self, base: usize, masks: Masks, carry: u64) -> (u64, u64) {
        let bytes = self.text.as_bytes();
        let (mut joins, mut hard) = (0, masks.high);
        let mut candidates = masks.apostrophe & (masks.word << 1 | carry);
        while candidates != 0 {
            let place = candidates & candidates.wrapping_neg();
            match bytes.get(base + candidates.trailing_zeros() as usize + 1) {
                Some(next) if next.is_ascii_alphabetic() => joins |= place,
                Some(next) if !next.is_ascii() => hard |= place,
                _ => {}
            }
            candidates ^= place;
        }
        (joins, hard)
    }

    /// Emits the words whose edges are set in `edges`, bit `i` standing for byte `base + i`: by turns a word's begin
    /// and its end, or the other way round if a word is open.
    #[inline]
    fn edges(&mut self, base: usize, mut edges: u64) {
        if edges == 0 {
            return;
        }
        if let Some(start) = self.start.take() {
            self.emit(start, base + edges.trailing_zeros() as usize);
            edges &= edges - 1;
        }
        while edges != 0 {
            let start = base + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if edges == 0 {
                self.start = Some(start);
                return;
            }
            self.emit(start, base + edges.trailing_zeros() as usize);
            edges &= edges - 1;
        }
    }

    /// Goes on character by character from `at`, and returns where it stopped: after an ASCII separator that begins a
    /// stretch of ASCII, with no word open, or at the end of the text.
    #[inline(never)]
    fn run(&mut self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut chars = self.text[at..].chars();
        while let Some(character) = chars.next() {
            let next = at + character.len_utf8();
            let class = class_of(character);
            let after = self.step(at, next, class);
            if after != next {
                chars = self.text[after..].chars();
            } else if class == Class::Separator && next - at == 1 && is_ascii_stretch(bytes, next) {
                return next;
            }
            at = after;
        }
        self.end_word(at);
        at
    }

    /// Takes the character at `at..next` and returns where to go on.
    fn step(&mut self, at: usize, next: usize, class: Class) -> usize {
        match class {
            Class::Letter | Class::Number => self.start = self.start.or(Some(at)),
            Class::Mark => {}
            Class::Apostrophe
                if self.start.is_some() && self.class_at(next) == Some(Class::Letter) => {}
            Class::Apostrophe | Class::Separator | Class::Voicing => self.end_word(at),
            Class::Ideograph => {
                self.end_word(at);
                let end = self.skip(next, |class| matches!(class, Class::Mark | Class::Voicing));
                self.emit(at, end);
                return end;
            }
            Class::Complex => {
                self.end_word(at);
                let end = self.skip(next, |class| matches!(class, Class::Mark | Class::Complex));
                self.complex(at, end);
                return end;
            }
        }
        next
    }

    fn class_at(&self, at: usize) -> Option<Class> {
        self.text[at..].chars().next().map(class_of)
    }

    fn skip(&self, from: usize, belongs: impl Fn(Class) -> bool) -> usize {
        let rest = &self.text[from..];
        rest.find(|character| !belongs(class_of(character))).map_or(self.text.len(), |n| from + n)
    }

    fn end_word(&mut self, end: usize) {
        if let Some(start) = self.start.take() {
            self.emit(start, end);
        }
    }

    fn emit(&mut self, start: usize, end: usize) {
        (self.sink)(start..end);
    }

    /// Cuts one run of a South-East Asian script. A piece that begins with a mark stays with the piece before it.
    fn complex(&mut self, from: usize, to: usize) {
        let mut start = from;
        for cut in self.segmenter.segment_str(&self.text[from..to]).skip(1) {
            let end = from + cut;
            if end < to && self.class_at(end) == Some(Class::Mark) {
                continue;
            }
            if start < end {
                self.emit(start, end);
            }
            start = end;
        }
    }
}

/// Whether the next eight bytes are ASCII, so that reading masks pays.
#[inline]
fn is_ascii_stretch(bytes: &[u8], at: usize) -> bool {
    bytes[at..].first_chunk::<8>().is_some_and(|eight| u64::from_ne_bytes(*eight) & TOP == 0)
}

#[cfg(test)]
mod tests;
