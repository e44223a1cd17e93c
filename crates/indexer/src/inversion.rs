//! The inverter: texts of a slot of documents to a run.
//!
//! Comes in: documents, text field by text field. Goes out: a [`Run`] of their postings, and how long each field of each
//! document is. One inverter serves one worker and is used again for every slot. It neither reads dumps nor writes files.
//!
//! Inversion is by counting, without a growing list for each term:
//!
//! ```text
//! for each word of each text:            tokens.push(number of the word as written); count it
//! terms := distinct terms in byte order  (a word's term is looked up once, when the word is new)
//! heads := prefix sums of the counts in that order
//! for each token:                        places[heads[rank of its term]++] := its place
//! for each term in order:                write the places between two heads as postings
//! ```
//!
//! A *place* says both document and position in four bytes, see [`Grid`]. The stream keeps the word as written, not its
//! term: which form stood where can still be told in the second loop.
//!
//! Where each document has a language of its own, words of different languages are different words, though they be written
//! alike: each bears the language in the table of words as written.

mod grid;

use analysis::{Analyzer, Language};
use codec::simd;

use grid::Grid;

use crate::Error;
use crate::piece::Columns;
use crate::run::{BlockWriter, Run};
use crate::surfaces::{BATCH, Key, Surfaces};

/// The term of a word of which folding left nothing.
const DROPPED: u32 = u32::MAX;

/// More tokens than this a document may not have: positions are numbers of 31 bits.
const MAX_DOCUMENT_TOKENS: u64 = (1 << 31) - 1;

/// Room for more tokens than this is given back as soon as their places are known, and that of an eighth as many different
/// words when they have been ranked.
const LARGE: usize = 8 << 20;

/// So many places are asked for before they are written: each is a cache line of its own.
const AHEAD: usize = 64;

/// Inverts one slot after another.
///
/// The law: for each document [`Inverter::text`] once for each text field in order, then
/// [`Inverter::end_document`]; after the last document of a slot [`Inverter::finish`], which leaves it empty.
pub(crate) struct Inverter<'a> {
    analyzer: &'a Analyzer,
    text_fields: usize,
    /// Words as written; the value of each is the number of its term in `terms`.
    surfaces: Surfaces,
    terms: Surfaces,
    /// Surface numbers of all tokens in order.
    tokens: Vec<u32>,
    /// Tokens of each text field of each document.
    field_lengths: Vec<u32>,
    /// Documents ended, and their positions.
    documents: u32,
    positions: u64,
    dropped: u64,
    /// Of the open document.
    language: Language,
    scratch: Scratch,
}

/// Memory of [`Inverter::finish`], kept from slot to slot.
#[derive(Default)]
struct Scratch {
    term: String,
    /// Terms in byte order, with the keys they were sorted by.
    order: Vec<(u128, u32)>,
    surface_ranks: Vec<u32>,
    /// For each word as written the number in `terms` of its form's or its stem's term, or [`DROPPED`]; later that term's
    /// rank. Empty where there are no stems.
    forms: Vec<u32>,
    heads: Vec<u32>,
    grid: Grid,
    places: Vec<u32>,
    columns: Columns,
    piece: Vec<u8>,
    /// Words with their language, end to end, and where each ends.
    words: String,
    word_ends: Vec<usize>,
}

/// What a slot became.
pub(crate) struct InvertedSlot {
    /// Its postings.
    pub(crate) run: Run,
    /// Tokens of each text field of each document.
    pub(crate) field_lengths: Vec<u32>,
    /// Tokens of which folding left nothing.
    pub(crate) dropped: u64,
}

impl<'a> Inverter<'a> {
    /// An inverter for documents of `text_fields` text fields.
    pub(crate) fn new(analyzer: &'a Analyzer, text_fields: usize) -> Inverter<'a> {
        Inverter {
            analyzer,
            text_fields,
            surfaces: Surfaces::new(),
            terms: Surfaces::new(),
            tokens: Vec::new(),
            field_lengths: Vec::new(),
            documents: 0,
            positions: 0,
            dropped: 0,
            language: Language::default(),
            scratch: Scratch::default(),
        }
    }

    /// Says of which language the open document is, where documents have one: before its first text.
    pub(crate) fn begin_document<'t>(
        &mut self,
        said: Option<&str>,
        texts: impl Iterator<Item = &'t str>,
    ) -> Language {
        self.language = self.analyzer.language_of(said, texts);
        self.language
    }

    /// Adds the next text field of the open document; an absent field is an empty one.
    pub(crate) fn text(&mut self, text: &str) {
        let before = self.tokens.len();
        match self.analyzer.has_languages() {
            false => self.words(text),
            true => self.words_with_language(text),
        }
        let length = self.tokens.len() - before;
        self.field_lengths.push(u32::try_from(length).unwrap_or(u32::MAX));
    }

    fn words(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let Inverter { analyzer, surfaces, terms, tokens, dropped, scratch, .. } = self;
        let mut value = |word: &[u8]| {
            let word = str::from_utf8(word).expect("words are cut at characters");
            term_of(analyzer, word, terms, &mut scratch.term)
        };
        let mut batch = [Key::default(); BATCH];
        let mut filled = 0;
        let mut sink = |number, term| match term {
            DROPPED => *dropped += 1,
            _ => tokens.push(number),
        };
        analyzer.word_ranges(text, |range| {
            batch[filled] = surfaces.key(bytes, range, &mut value);
            filled += 1;
            if filled == BATCH {
                surfaces.count(&batch, &mut value, &mut sink);
                filled = 0;
            }
        });
        surfaces.count(&batch[..filled], &mut value, &mut sink);
    }

    /// The same for words that bear their language: they are written down before they are looked up, a batch at a time.
    fn words_with_language(&mut self, text: &str) {
        let Inverter { analyzer, surfaces, terms, tokens, dropped, scratch, language, .. } = self;
        let Scratch { words, word_ends, term, .. } = scratch;
        let code = analyzer.language_code(*language);
        let mut look_up = |words: &mut String, word_ends: &mut Vec<usize>, term: &mut String| {
            let mut value = |word: &[u8]| {
                let (word, _) =
                    analysis::split_stem(text_of(word)).expect("all of them bear a language");
                term_of(analyzer, word, terms, term)
            };
            let mut batch = [Key::default(); BATCH];
            let mut start = 0;
            for (key, end) in batch.iter_mut().zip(&*word_ends) {
                *key = surfaces.key(words.as_bytes(), start..*end, &mut value);
                start = *end;
            }
            surfaces.count(&batch[..word_ends.len()], &mut value, |number, term| match term {
                DROPPED => *dropped += 1,
                _ => tokens.push(number),
            });
            words.clear();
            word_ends.clear();
        };
        analyzer.words(text, |word, _| {
            analysis::stem_term(word, code, term);
            words.push_str(term);
            word_ends.push(words.len());
            if word_ends.len() == BATCH {
                look_up(words, word_ends, term);
            }
        });
        look_up(words, word_ends, term);
    }

    /// Ends a document; fails if it has more tokens than positions can number.
    pub(crate) fn end_document(&mut self) -> Result<(), TooManyTokens> {
        let fields = &self.field_lengths[self.documents as usize * self.text_fields..];
        debug_assert_eq!(fields.len(), self.text_fields);
        let tokens: u64 = fields.iter().map(|length| u64::from(*length)).sum();
        let places = tokens + self.text_fields as u64;
        self.documents += 1;
        self.positions += places;
        let fits = self.positions + u64::from(self.documents) <= 1 << 32;
        if fits && places <= MAX_DOCUMENT_TOKENS { Ok(()) } else { Err(TooManyTokens { tokens }) }
    }

    /// Inverts the documents added; `slot` is the number their pieces bear.
    pub(crate) fn finish(&mut self, slot: u32) -> InvertedSlot {
        self.number_forms();
        let is_large = LARGE < self.surfaces.entries().len() * 8;
        if is_large {
            self.surfaces.end_lookups();
            self.terms.end_lookups();
        }
        self.rank_terms();
        if is_large {
            self.surfaces = Surfaces::new();
        }
        let fields = self.field_lengths.chunks_exact(self.text_fields);
        self.scratch.grid.deal(fields.map(|fields| fields.iter().map(|length| length + 1).sum()));
        self.scatter();
        self.scatter_forms();
        self.tokens.clear();
        if LARGE < self.tokens.capacity() {
            self.tokens = Vec::new();
        }
        let run = self.encode(slot);
        let field_lengths = std::mem::take(&mut self.field_lengths);
        let dropped = std::mem::take(&mut self.dropped);
        self.surfaces.clear();
        self.terms.clear();
        (self.documents, self.positions) = (0, 0);
        InvertedSlot { run, field_lengths, dropped }
    }

    /// Gives the words as written their second terms: in an index of stems those of their forms
    /// ([`analysis::form_term`]), where documents have languages those of their stems ([`analysis::stem_term`]).
    fn number_forms(&mut self) {
        let Inverter { analyzer, surfaces, terms, scratch, .. } = self;
        scratch.forms.clear();
        if !analyzer.stems() && !analyzer.has_languages() {
            return;
        }
        let (mut form, mut stem, mut key) = (String::new(), String::new(), String::new());
        for (number, entry) in (0..).zip(surfaces.entries()) {
            if entry.value == DROPPED {
                scratch.forms.push(DROPPED);
                continue;
            }
            let mut buffer = [0; 16];
            let word = text_of(surfaces.word(number, &mut buffer));
            if let Some((word, code)) = analysis::split_stem(word) {
                analyzer.stem_term(word, analyzer.language(code), &mut key);
            } else {
                analyzer.surface(word, &mut form);
                stem.clear();
                stem.push_str(text_of(terms.word(entry.value, &mut [0; 16])));
                if form == stem {
                    scratch.forms.push(DROPPED);
                    continue;
                }
                analysis::form_term(&stem, &form, &mut key);
            }
            let key = terms.key(key.as_bytes(), 0..key.len(), |_| 0);
            scratch.forms.push(terms.number(&key, |_| 0));
        }
    }

    /// Sorts the terms and makes `heads` the place in `places` where each one's occurrences begin.
    fn rank_terms(&mut self) {
        let Inverter { terms, surfaces, .. } = self;
        let Scratch { order, surface_ranks, forms, heads, .. } = &mut self.scratch;
        order.clear();
        order.extend((0..terms.entries().len() as u32).map(|term| (terms.order_key(term), term)));
        order.sort_unstable_by(|one, other| {
            one.0.cmp(&other.0).then_with(|| {
                let (mut left, mut right) = ([0; 16], [0; 16]);
                terms.word(one.1, &mut left).cmp(terms.word(other.1, &mut right))
            })
        });
        // `heads` holds ranks by term first, then counts by rank.
        heads.clear();
        heads.resize(order.len() + 1, 0);
        for (rank, (_, term)) in order.iter().enumerate() {
            heads[*term as usize] = rank as u32;
        }
        surface_ranks.clear();
        surface_ranks.extend(surfaces.entries().iter().map(|surface| match surface.value {
            DROPPED => DROPPED,
            term => heads[term as usize],
        }));
        forms.iter_mut().filter(|form| **form != DROPPED).for_each(|form| {
            *form = heads[*form as usize];
        });
        heads.fill(0);
        for ranks in [&*surface_ranks, &*forms] {
            for (rank, surface) in ranks.iter().zip(surfaces.entries()) {
                if *rank != DROPPED {
                    heads[*rank as usize] += surface.count;
                }
            }
        }
        let mut sum = 0;
        for head in heads.iter_mut() {
            sum += std::mem::replace(head, sum);
        }
    }

    /// Puts the place of every token where its term's places stand; each head ends where the next one began.
    fn scatter(&mut self) {
        let Scratch { surface_ranks, heads, grid, places, .. } = &mut self.scratch;
        // What stands there from the slot before is overwritten: there is a place for every token.
        let total = heads.last().map_or(0, |end| *end as usize);
        if places.len() < total {
            places.resize(total, 0);
        }
        let mut tokens = self.tokens.as_slice();
        let documents = self.field_lengths.chunks_exact(self.text_fields);
        for (fields, start) in documents.zip(grid.starts()) {
            let mut place = *start;
            for length in fields {
                let (field, rest) = tokens.split_at(*length as usize);
                tokens = rest;
                for tokens in field.chunks(AHEAD) {
                    let mut ranks = [0; AHEAD];
                    for (rank, surface) in ranks.iter_mut().zip(tokens) {
                        *rank = surface_ranks[*surface as usize];
                        simd::prefetch(places, heads[*rank as usize] as usize);
                    }
                    for rank in &ranks[..tokens.len()] {
                        let head = &mut heads[*rank as usize];
                        places[*head as usize] = place;
                        *head += 1;
                        place += 1;
                    }
                }
                // The gap that no phrase crosses.
                place += 1;
            }
        }
    }

    /// The same for the terms of forms.
    fn scatter_forms(&mut self) {
        let Scratch { forms, heads, grid, places, .. } = &mut self.scratch;
        if forms.is_empty() {
            return;
        }
        let mut tokens = self.tokens.iter();
        let documents = self.field_lengths.chunks_exact(self.text_fields);
        for (fields, start) in documents.zip(grid.starts()) {
            let mut place = *start;
            for length in fields {
                for surface in tokens.by_ref().take(*length as usize) {
                    let rank = forms[*surface as usize];
                    if rank != DROPPED {
                        let head = &mut heads[rank as usize];
                        places[*head as usize] = place;
                        *head += 1;
                    }
                    place += 1;
                }
                place += 1;
            }
        }
    }

    fn encode(&mut self, slot: u32) -> Run {
        let Scratch { order, heads, grid, places, columns, piece, .. } = &mut self.scratch;
        let mut writer = BlockWriter::new();
        let mut blocks = Vec::new();
        let mut begin = 0;
        for (rank, (key, term)) in order.iter().enumerate() {
            let end = heads[rank] as usize;
            postings_of(&places[begin..end], grid, columns);
            begin = end;
            piece.clear();
            columns.write(piece);
            let documents = columns.docs.len() as u32;
            writer.entry(self.terms.ordered_word(*key, *term, &mut [0; 16]), documents, 1);
            writer.piece(slot, piece);
            if writer.is_full() {
                blocks.extend(writer.take());
            }
        }
        blocks.extend(writer.take());
        Run::in_memory(blocks)
    }
}

/// Makes `columns` the postings of a term that stands at `places`.
#[inline]
fn postings_of(places: &[u32], grid: &Grid, columns: &mut Columns) {
    let Columns { docs, more, places: distances } = columns;
    // A giant document may have a word a hundred million times, in one row.
    let documents = match places {
        [first, .., last] => (grid.of(*last).0 - grid.of(*first).0) as usize + 1,
        _ => 1,
    };
    let rows = documents.min(places.len());
    for (column, length) in
        [(&mut *docs, rows), (&mut *more, rows), (&mut *distances, places.len())]
    {
        column.clear();
        column.resize(length, 0);
    }
    // The row of the open posting, from 1 on; written again and again, for that needs no branch.
    let (mut row, mut open, mut next) = (0, u32::MAX, 0);
    for (place, distance) in places.iter().zip(distances) {
        let (doc, position) = grid.of(*place);
        let same = doc == open;
        *distance = position - if same { next } else { 0 };
        row += usize::from(!same);
        docs[row - 1] = doc;
        more[row - 1] += u32::from(same);
        (open, next) = (doc, position + 1);
    }
    docs.truncate(row);
    more.truncate(row);
}

/// A word of a table as text.
fn text_of(word: &[u8]) -> &str {
    str::from_utf8(word).expect("words are cut at characters")
}

/// The number of a word's term.
fn term_of(analyzer: &Analyzer, word: &str, terms: &mut Surfaces, term: &mut String) -> u32 {
    analyzer.term(word, term);
    if term.is_empty() {
        return DROPPED;
    }
    let key = terms.key(term.as_bytes(), 0..term.len(), |_| 0);
    terms.number(&key, |_| 0)
}

/// A document has more tokens than positions can number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooManyTokens {
    pub(crate) tokens: u64,
}

impl TooManyTokens {
    /// The error it is for the document `number` of `source`.
    pub(crate) fn of(self, source: &str, number: u64) -> Error {
        Error::DocumentTooLong { source_name: source.to_owned(), number, tokens: self.tokens }
    }
}

#[cfg(test)]
mod tests;
