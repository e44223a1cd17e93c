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
//! A *place* numbers the positions of all documents of the slot one after another, so that four bytes say both document
//! and position. The stream keeps the word as written, not its term: which form stood where can still be told in the
//! second loop.

use analysis::Analyzer;

use crate::Error;
use crate::run::{BlockWriter, Run, write_varint};
use crate::surfaces::{BATCH, Key, Surfaces};

/// The term of a word of which folding left nothing.
const DROPPED: u32 = u32::MAX;

/// More tokens than this a document may not have: positions are numbers of 31 bits.
const MAX_DOCUMENT_TOKENS: u64 = (1 << 31) - 1;

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
    /// The place at which each document starts, and the place after the last one's end.
    starts: Vec<u32>,
    dropped: u64,
    scratch: Scratch,
}

/// Memory of [`Inverter::finish`], kept from slot to slot.
#[derive(Default)]
struct Scratch {
    term: String,
    /// Terms in byte order, with the keys they were sorted by.
    order: Vec<(u128, u32)>,
    surface_ranks: Vec<u32>,
    /// For each word as written the number in `terms` of its form's term, or [`DROPPED`]; later that term's rank. Empty
    /// where terms are no stems.
    forms: Vec<u32>,
    heads: Vec<u32>,
    places: Vec<u32>,
    directory: Vec<u32>,
    piece: Vec<u8>,
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
            starts: vec![0],
            dropped: 0,
            scratch: Scratch::default(),
        }
    }

    /// Adds the next text field of the open document; an absent field is an empty one.
    pub(crate) fn text(&mut self, text: &str) {
        let before = self.tokens.len();
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
        analyzer.words(text, |_, range| {
            batch[filled] = surfaces.key(bytes, range, &mut value);
            filled += 1;
            if filled == BATCH {
                surfaces.count(&batch, &mut value, &mut sink);
                filled = 0;
            }
        });
        surfaces.count(&batch[..filled], &mut value, &mut sink);
        let length = self.tokens.len() - before;
        self.field_lengths.push(u32::try_from(length).unwrap_or(u32::MAX));
    }

    /// Ends a document; fails if it has more tokens than positions can number.
    pub(crate) fn end_document(&mut self) -> Result<(), TooManyTokens> {
        debug_assert_eq!(self.field_lengths.len(), self.starts.len() * self.text_fields);
        let fields = &self.field_lengths[(self.starts.len() - 1) * self.text_fields..];
        let tokens: u64 = fields.iter().map(|length| u64::from(*length)).sum();
        let places = tokens + self.text_fields as u64;
        let end = u64::from(self.starts[self.starts.len() - 1]) + places;
        let end = u32::try_from(end).ok().filter(|_| places <= MAX_DOCUMENT_TOKENS);
        self.starts.push(end.ok_or(TooManyTokens { tokens })?);
        Ok(())
    }

    /// Inverts the documents added; `slot` is the number their pieces bear.
    pub(crate) fn finish(&mut self, slot: u32) -> InvertedSlot {
        self.number_forms();
        self.rank_terms();
        self.scatter();
        self.scatter_forms();
        self.index_documents();
        let run = self.encode(slot);
        let field_lengths = std::mem::take(&mut self.field_lengths);
        let dropped = std::mem::take(&mut self.dropped);
        self.surfaces.clear();
        self.terms.clear();
        self.tokens.clear();
        self.starts.truncate(1);
        InvertedSlot { run, field_lengths, dropped }
    }

    /// Gives the words as written the terms of their forms, where an index of stems keeps them ([`analysis::form_term`]).
    fn number_forms(&mut self) {
        let Inverter { analyzer, surfaces, terms, scratch, .. } = self;
        scratch.forms.clear();
        if !analyzer.stems() {
            return;
        }
        let (mut form, mut stem, mut key) = (String::new(), String::new(), String::new());
        for (number, entry) in (0..).zip(surfaces.entries()) {
            if entry.value == DROPPED {
                scratch.forms.push(DROPPED);
                continue;
            }
            let word = text_of(surfaces.word(number, &mut [0; 16])).to_owned();
            analyzer.surface(&word, &mut form);
            stem.clear();
            stem.push_str(text_of(terms.word(entry.value, &mut [0; 16])));
            scratch.forms.push(if form == stem {
                DROPPED
            } else {
                analysis::form_term(&stem, &form, &mut key);
                let key = terms.key(key.as_bytes(), 0..key.len(), |_| 0);
                terms.number(&key, |_| 0)
            });
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
        let Scratch { surface_ranks, heads, places, .. } = &mut self.scratch;
        // What stands there from the slot before is overwritten: there is a place for every token.
        let total = heads.last().map_or(0, |end| *end as usize);
        if places.len() < total {
            places.resize(total, 0);
        }
        let mut tokens = self.tokens.iter();
        let documents = self.field_lengths.chunks_exact(self.text_fields);
        for (fields, start) in documents.zip(&self.starts) {
            let mut place = *start;
            for length in fields {
                for surface in tokens.by_ref().take(*length as usize) {
                    let head = &mut heads[surface_ranks[*surface as usize] as usize];
                    places[*head as usize] = place;
                    *head += 1;
                    place += 1;
                }
                // The gap that no phrase crosses.
                place += 1;
            }
        }
    }

    /// The same for the terms of forms.
    fn scatter_forms(&mut self) {
        let Scratch { forms, heads, places, .. } = &mut self.scratch;
        if forms.is_empty() {
            return;
        }
        let mut tokens = self.tokens.iter();
        let documents = self.field_lengths.chunks_exact(self.text_fields);
        for (fields, start) in documents.zip(&self.starts) {
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

    /// Makes `directory` say which document holds each 2^`shift`-th place, about one entry a document.
    fn index_documents(&mut self) {
        let directory = &mut self.scratch.directory;
        directory.clear();
        let shift = directory_shift(&self.starts);
        let mut document = 0;
        let end = self.starts[self.starts.len() - 1];
        for place in (0..end).step_by(1 << shift) {
            while self.starts[document as usize + 1] <= place {
                document += 1;
            }
            directory.push(document);
        }
    }

    fn encode(&mut self, slot: u32) -> Run {
        let Scratch { order, heads, places, directory, piece, .. } = &mut self.scratch;
        let documents =
            Documents { starts: &self.starts, directory, shift: directory_shift(&self.starts) };
        let mut writer = BlockWriter::new();
        let mut blocks = Vec::new();
        let mut begin = 0;
        for (rank, (_, term)) in order.iter().enumerate() {
            let end = heads[rank] as usize;
            piece.clear();
            let postings = documents.encode_postings(&places[begin..end], piece);
            begin = end;
            writer.entry(self.terms.word(*term, &mut [0; 16]), postings, 1);
            writer.piece(slot, piece);
            if writer.is_full() {
                blocks.extend(writer.take());
            }
        }
        blocks.extend(writer.take());
        Run::in_memory(blocks)
    }
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

/// The power of two nearest above the average number of places of a document.
fn directory_shift(starts: &[u32]) -> u32 {
    let documents = (starts.len() - 1).max(1) as u32;
    (starts[starts.len() - 1] / documents).checked_ilog2().map_or(0, |log| log + 1).min(31)
}

/// Tells places by documents.
struct Documents<'s> {
    starts: &'s [u32],
    directory: &'s [u32],
    shift: u32,
}

impl Documents<'_> {
    /// The document of `place`.
    #[inline]
    fn of(&self, place: u32) -> u32 {
        let mut document = self.directory[(place >> self.shift) as usize];
        while self.starts[document as usize + 1] <= place {
            document += 1;
        }
        document
    }

    /// Appends the postings of one term whose places are given, see [`crate::run`], and counts them.
    #[inline]
    fn encode_postings(&self, places: &[u32], out: &mut Vec<u8>) -> u32 {
        let (mut next_doc, mut postings) = (0, 0);
        let mut rest = places;
        while let Some((&first, after)) = rest.split_first() {
            let doc = self.of(first);
            let (start, end) = (self.starts[doc as usize], self.starts[doc as usize + 1]);
            let more = after.iter().take_while(|place| **place < end).count();
            let gap = (doc - next_doc) << 1;
            if more == 0 {
                write_varint(out, gap | 1);
            } else {
                write_varint(out, gap);
                write_varint(out, more as u32 - 1);
            }
            write_varint(out, first - start);
            let mut next_place = first + 1;
            for place in &after[..more] {
                write_varint(out, place - next_place);
                next_place = place + 1;
            }
            next_doc = doc + 1;
            postings += 1;
            rest = &after[more..];
        }
        postings
    }
}

#[cfg(test)]
mod tests;
