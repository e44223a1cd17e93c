//! Text to raw words with byte ranges: the hot path of the indexer.
//!
//! In comes any `&str`, out go its words in order, as slices of that text. The rules are those of Unicode's word
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

/// Calls `sink` for each word of `text` in order.
pub(crate) fn words<'t>(
    segmenter: WordSegmenterBorrowed<'static>,
    text: &'t str,
    mut sink: impl FnMut(&'t str, Range<usize>),
) {
    let mut walk = Walk { segmenter, text, start: None, sink: &mut sink };
    walk.run(0);
}

/// The character-by-character walk: the specification of the fast one, and what that one falls back to.
struct Walk<'t, 's, S> {
    segmenter: WordSegmenterBorrowed<'static>,
    text: &'t str,
    /// Where the word being read began.
    start: Option<usize>,
    sink: &'s mut S,
}

impl<'t, S: FnMut(&'t str, Range<usize>)> Walk<'t, '_, S> {
    fn run(&mut self, mut at: usize) {
        while let Some(character) = self.text[at..].chars().next() {
            let next = at + character.len_utf8();
            at = self.step(at, next, class_of(character));
        }
        self.end_word(self.text.len());
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
        (self.sink)(&self.text[start..end], start..end);
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
