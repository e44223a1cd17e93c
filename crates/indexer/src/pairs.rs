//! Which frequent words stand right before which, for the lists of pairs that answer phrases of them.
//!
//! Comes in: the runs of all slots and the segment's most frequent words. Goes out: sections `pairs` and `pair_postings`.
//! The bytes depend on the documents and the number of words alone; memory decides how often the runs are read.
//!
//! The words of a slot are laid out as lines of text, a byte a position, zero where another word stands; neighbours
//! that are not zero are pairs. What is found is kept as varints. Where that takes too much memory, pairs of the later
//! first words are given up and left to another reading.
//!
//! Pairs are worth their bytes in phrases of frequent words, whose positions cost most (Bahle, Williams and Zobel, Efficient
//! Phrase Querying with an Auxiliary Index, SIGIR 2002). As many of the most frequent words take part as keep the pairs'
//! postings below a share of all: [`BUDGET`].

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use analysis::is_form_term;
use store::TermOrdinal;
use store::postings::pairs::PairsBuilder;
use store::postings::{ListBuilder, Postings};

use crate::Error;
use crate::merge::MergeInput;
use crate::piece::Columns;
use crate::renumbering::Sorter;
use crate::run::{Run, read_varint, write_varint};
use crate::run_merge::RunMerge;

/// The most words whose pairs can have lists.
pub const MAX_PAIR_WORDS: u32 = 255;

/// Postings of pairs are at most one in so many of the segment's, which is about a twentieth of the index's bytes.
const BUDGET: u64 = 6;

/// Pairs in so many documents or fewer have no list.
const FEW: u32 = 8;

/// So many postings of a pair are encoded at once.
const AT_ONCE: usize = 256;

/// A word's document frequency and ordinal, ordered from the least frequent.
type Frequency = (u32, Reverse<u32>);

/// The most frequent words of a vocabulary, by the documents they are in; of equal ones those that come first.
pub(crate) struct FrequentWords {
    limit: usize,
    words: BTreeMap<Frequency, Box<[u8]>>,
    /// Postings of all terms.
    postings: u64,
}

impl FrequentWords {
    /// Keeps so many words.
    pub(crate) fn new(limit: u32) -> FrequentWords {
        FrequentWords { limit: limit as usize, words: BTreeMap::new(), postings: 0 }
    }

    /// Takes the next term. Forms as written stand where their stems stand and are passed over.
    pub(crate) fn push(&mut self, ordinal: u32, term: &[u8], doc_freq: u32) {
        self.postings += u64::from(doc_freq);
        let least = self.words.first_key_value().map_or(0, |((least, _), _)| *least);
        let is_full = self.words.len() == self.limit;
        if is_full && doc_freq <= least || is_form_term(term) {
            return;
        }
        self.words.insert((doc_freq, Reverse(ordinal)), term.into());
        if is_full {
            self.words.pop_first();
        }
    }
}

/// The sections of pairs.
pub(crate) struct PairLists {
    pub(crate) table: Vec<u8>,
    pub(crate) postings: Vec<u8>,
}

/// A frequent word.
struct Word {
    ordinal: u32,
    /// The term, and the first byte string after it.
    range: (Box<[u8]>, Box<[u8]>),
    /// 0 for the most frequent.
    rank: usize,
}

/// Where a pair was found so far: `gap (times - 1)`, varints.
#[derive(Default, Clone)]
struct Found {
    bytes: Vec<u8>,
    documents: u32,
    next_doc: u32,
}

impl Found {
    fn push(&mut self, doc: u32, times: u32) {
        write_varint(&mut self.bytes, doc - self.next_doc);
        write_varint(&mut self.bytes, times - 1);
        self.next_doc = doc + 1;
        self.documents += 1;
    }
}

/// Gathers the pairs of frequent words and encodes their lists; `memory` bounds what is gathered at once.
pub(crate) fn pair_lists(
    input: &MergeInput<'_>,
    frequent: FrequentWords,
    memory: u64,
) -> Result<PairLists, Error> {
    let budget = frequent.postings / BUDGET;
    let words = by_ordinal(frequent);
    let runs: Vec<&Run> = input.runs.iter().collect();
    let mut gathering = Gathering::new(&words, memory as usize);
    gathering.read(input, &runs, 0)?;
    let chosen = gathering.words_within(budget);
    let mut lists = PairLists { table: Vec::new(), postings: Vec::new() };
    let (mut builder, mut sorter) = (ListBuilder::new(), input.renumbering.map(Sorter::new));
    let mut table = PairsBuilder::new(chosen as u32);
    let mut from = 0;
    while from < words.len() {
        if 0 < from {
            gathering.read(input, &runs, from)?;
        }
        for first in gathering.firsts.clone() {
            for second in 0..words.len() {
                let is_chosen = words[first].rank.max(words[second].rank) < chosen;
                let found = &gathering.found[first * words.len() + second];
                if is_chosen && FEW < found.documents {
                    let makers = (&mut builder, &mut sorter);
                    let summary = encode(found, input, makers, &mut lists.postings);
                    let ordinals = (words[first].ordinal, words[second].ordinal);
                    table.push(TermOrdinal(ordinals.0), TermOrdinal(ordinals.1), &summary);
                }
            }
        }
        from = gathering.firsts.end;
    }
    lists.table = table.finish();
    Ok(lists)
}

/// The words in the order of their ordinals, so that pairs come in the order of their section.
fn by_ordinal(frequent: FrequentWords) -> Vec<Word> {
    let descending = frequent.words.into_iter().rev().enumerate();
    let word = |(rank, ((_, Reverse(ordinal)), term)): (usize, (Frequency, Box<[u8]>))| {
        let after: Box<[u8]> = term.iter().copied().chain([0]).collect();
        Word { ordinal, range: (term, after), rank }
    };
    let mut words: Vec<Word> = descending.map(word).collect();
    words.sort_unstable_by_key(|word| word.ordinal);
    words
}

/// Pairs being gathered.
struct Gathering<'w> {
    words: &'w [Word],
    memory: usize,
    /// First words whose pairs are kept in this reading.
    firsts: Range<usize>,
    /// By first and second word.
    found: Vec<Found>,
    /// In how many documents each pair stands, kept or not; of the first reading.
    documents: Vec<u32>,
    /// How many bytes `found` holds.
    bytes: usize,
    /// Words of a document, of which `neighbours` are made.
    line: Vec<u8>,
    neighbours: Vec<u16>,
}

/// A word's postings of one slot.
#[derive(Default)]
struct Pending {
    slot: Option<u32>,
    columns: Columns,
}

impl<'w> Gathering<'w> {
    fn new(words: &'w [Word], memory: usize) -> Gathering<'w> {
        let pairs = words.len() * words.len();
        Gathering {
            words,
            memory,
            firsts: 0..0,
            found: vec![Found::default(); pairs],
            documents: vec![0; pairs],
            bytes: 0,
            line: Vec::new(),
            neighbours: Vec::new(),
        }
    }

    /// Reads all slots and keeps the pairs of the first words from `from` on, of as many as there is memory for.
    fn read(&mut self, input: &MergeInput<'_>, runs: &[&Run], from: usize) -> Result<(), Error> {
        self.firsts = from..self.words.len();
        self.found.fill(Found::default());
        self.bytes = 0;
        let buffer =
            (self.memory / (8 * runs.len().max(1) * self.words.len().max(1))).clamp(512, 64 << 10);
        let mut merges = Vec::with_capacity(self.words.len());
        let mut pending = Vec::with_capacity(self.words.len());
        for Word { range: (term, after), .. } in self.words {
            let mut merge = RunMerge::open(runs, term, Some(after), buffer)?;
            merge.next_term()?;
            let mut first = Pending::default();
            first.read(&mut merge)?;
            merges.push(merge);
            pending.push(first);
        }
        let is_first_reading = from == 0;
        for (slot, &base) in (0..).zip(input.bases) {
            self.slot(slot, base, &pending, is_first_reading);
            for (pending, merge) in pending.iter_mut().zip(&mut merges) {
                if pending.slot == Some(slot) {
                    pending.read(merge)?;
                }
            }
            self.give_up_some();
        }
        Ok(())
    }

    /// Finds the pairs of one slot.
    fn slot(&mut self, slot: u32, base: u32, pending: &[Pending], is_first_reading: bool) {
        let here = || pending.iter().enumerate().filter(|(_, pending)| pending.slot == Some(slot));
        // Where the line of each document ends.
        let mut ends: Vec<usize> = Vec::new();
        for (_, Pending { columns, .. }) in here() {
            let count = columns.docs.last().map_or(0, |last| *last as usize + 1);
            ends.resize(ends.len().max(count), 0);
            each_posting(columns, |doc, places| {
                let last: usize = places.iter().map(|place| *place as usize + 1).sum();
                ends[doc as usize] = ends[doc as usize].max(last);
            });
        }
        let mut end = 0;
        for length in &mut ends {
            end += *length;
            *length = end;
        }
        self.line.clear();
        self.line.resize(end, 0);
        for (word, Pending { columns, .. }) in here() {
            each_posting(columns, |doc, places| {
                let mut at = if doc == 0 { 0 } else { ends[doc as usize - 1] };
                for place in places {
                    at += *place as usize;
                    self.line[at] = word as u8 + 1;
                    at += 1;
                }
            });
        }
        let mut start = 0;
        for (doc, &end) in (base..).zip(&ends) {
            self.document(doc, start..end, is_first_reading);
            start = end;
        }
    }

    /// Keeps the pairs of one line.
    fn document(&mut self, doc: u32, line: Range<usize>, is_first_reading: bool) {
        self.neighbours.clear();
        for pair in self.line[line].windows(2) {
            if pair[0] != 0 && pair[1] != 0 {
                self.neighbours.push(u16::from_be_bytes([pair[0], pair[1]]));
            }
        }
        self.neighbours.sort_unstable();
        for equal in self.neighbours.chunk_by(|one, other| one == other) {
            let [first, second] = equal[0].to_be_bytes().map(|word| usize::from(word) - 1);
            let pair = first * self.words.len() + second;
            self.documents[pair] += u32::from(is_first_reading);
            if self.firsts.contains(&first) {
                let found = &mut self.found[pair];
                let before = found.bytes.capacity();
                found.push(doc, equal.len() as u32);
                self.bytes += found.bytes.capacity() - before;
            }
        }
    }

    /// Gives up pairs of the last first words while there is too little memory, but for one word's.
    fn give_up_some(&mut self) {
        while self.memory < self.bytes && 1 < self.firsts.len() {
            self.firsts.end -= 1;
            let start = self.firsts.end * self.words.len();
            for found in &mut self.found[start..start + self.words.len()] {
                self.bytes -= found.bytes.capacity();
                *found = Found::default();
            }
        }
    }

    /// How many of the most frequent words can take part so that their pairs have no more postings than the budget.
    fn words_within(&self, budget: u64) -> usize {
        let mut by_rank = vec![0u64; self.words.len()];
        for (pair, &documents) in self.documents.iter().enumerate() {
            let (first, second) = (pair / self.words.len(), pair % self.words.len());
            if FEW < documents {
                let rank = self.words[first].rank.max(self.words[second].rank);
                by_rank[rank] += u64::from(documents);
            }
        }
        let mut sum = 0;
        let fits = |postings: &&u64| {
            sum += **postings;
            sum <= budget
        };
        by_rank.iter().take_while(fits).count()
    }
}

impl Pending {
    /// Takes the word's next slot.
    fn read(&mut self, merge: &mut RunMerge<'_>) -> Result<(), Error> {
        self.columns.clear();
        self.slot = None;
        if let Some((slot, piece)) = merge.next_piece()? {
            self.slot = Some(slot);
            self.columns.read(piece, 0)?;
        }
        Ok(())
    }
}

/// Calls `visit` with each document and its places.
fn each_posting(columns: &Columns, mut visit: impl FnMut(u32, &[u32])) {
    let mut rest = columns.places.as_slice();
    for (doc, more) in columns.docs.iter().zip(&columns.more) {
        let (places, after) = rest.split_at((*more as usize + 1).min(rest.len()));
        rest = after;
        visit(*doc, places);
    }
}

/// Encodes the list of a pair behind `postings`.
fn encode(
    found: &Found,
    input: &MergeInput<'_>,
    (builder, sorter): (&mut ListBuilder, &mut Option<Sorter<'_>>),
    postings: &mut Vec<u8>,
) -> store::postings::ListSummary {
    builder.begin_without_places(&input.model, found.documents);
    let mut columns = Columns::default();
    let mut push = |columns: &mut Columns| {
        columns.more.iter_mut().for_each(|more| *more += 1);
        let Columns { docs, more: frequencies, places } = &*columns;
        builder.extend(&input.model, Postings { docs, frequencies, places }, &mut Vec::new());
        columns.clear();
    };
    let (mut at, mut next_doc) = (0, 0);
    while at < found.bytes.len() {
        let doc = next_doc + read_varint(&found.bytes, &mut at);
        columns.docs.push(doc);
        columns.more.push(read_varint(&found.bytes, &mut at));
        next_doc = doc + 1;
        if sorter.is_none() && (columns.docs.len() == AT_ONCE || at == found.bytes.len()) {
            push(&mut columns);
        }
    }
    if let Some(sorter) = sorter {
        sorter.sort(&columns, &mut Columns::default(), (AT_ONCE, 1), push);
    }
    builder.finish(&input.model, postings, &mut Vec::new())
}

#[cfg(test)]
mod tests;
