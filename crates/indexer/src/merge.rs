//! The last merge: all runs to the postings, positions, vocabulary and term table of the segment.
//!
//! Comes in: the runs of all slots. Goes out: section `positions`, written as it is made, and postings, vocabulary, term
//! table and classes of terms, kept aside until their turn. The bytes depend on the documents alone: lists are encoded from their first
//! posting on, whatever runs they came in.
//!
//! Terms are cut into ranges of about equal work. Threads draw ranges in order, merge and encode them side by side, and
//! hand them in by turns: first positions and postings, then terms, so that one range can be entered into the vocabulary
//! while the next is being written. A thread whose output grows too large waits for its turn in the middle of a range and
//! hands it in piece by piece, so memory stays bounded whatever the dump.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use analysis::{is_form_term, name_key, name_key_class};
use store::postings::{ImpactModel, ListBuilder, ListSummary, Postings, TermTableBuilder};
use store::{EndingSample, IndexWriter, VocabularyBuilder, names, term_tail};
use tempfile::SpooledTempFile;

use crate::pairs::FrequentWords;
use crate::piece::Columns;
use crate::renumbering::{Renumbering, Sorter};
use crate::run::Run;
use crate::run_merge::RunMerge;
use crate::runs::spool;
use crate::turns::{Stopped, Turns};
use crate::{BuildOptions, Error, Progress};

/// A range is at most so many bytes of runs.
const MAX_RANGE: u64 = 8 << 20;
/// And at least so many: below, opening the runs costs more than reading them. In tests few, so that there are many ranges.
const MIN_RANGE: u64 = if cfg!(test) { 100 } else { 128 << 10 };

/// So many postings are read before they are encoded.
const POSTINGS_AT_ONCE: usize = if cfg!(test) { 2 } else { 256 };

/// And at most so many places and those of one more slot: a giant article has millions of a word.
const PLACES_AT_ONCE: usize = 1 << 16;

/// Of longer lists as many parts are sorted one after the other.
const SORTED_AT_ONCE: u32 = if cfg!(test) { 5 } else { 1 << 20 };

/// A thread waits for its turn only when it holds more output than this.
const MIN_OUTPUT: usize = if cfg!(test) { 50 } else { 1 << 20 };

/// What is merged.
pub(crate) struct MergeInput<'a> {
    pub(crate) runs: &'a [Run],
    /// The first document of each slot.
    pub(crate) bases: &'a [u32],
    pub(crate) model: ImpactModel<'a>,
    pub(crate) threads: usize,
    /// Of so many of the most frequent words pairs are to have lists.
    pub(crate) pair_words: u32,
    /// How lists number the documents, where it is not by their numbers; the model is that of these numbers.
    pub(crate) renumbering: Option<&'a Renumbering>,
}

/// What is kept aside until the positions have been written.
pub(crate) struct Merged {
    pub(crate) postings: SpooledTempFile,
    pub(crate) vocabulary: SpooledTempFile,
    pub(crate) terms: Vec<u8>,
    pub(crate) term_count: u32,
    pub(crate) endings: EndingSample,
    /// Each term's tail in four bytes, zeros for a form as written.
    pub(crate) tails: SpooledTempFile,
    pub(crate) name_classes: SpooledTempFile,
    /// The words whose pairs are to have lists.
    pub(crate) frequent: Option<FrequentWords>,
}

/// Merges the runs and writes section `positions`.
pub(crate) fn merge(
    input: &MergeInput<'_>,
    writer: &mut IndexWriter<'_>,
    target: &Path,
    options: &BuildOptions,
    pool: &rayon::ThreadPool,
    progress: &dyn Progress,
) -> Result<Merged, Error> {
    let share = share_of(options.memory, input.threads);
    let spooled = || spool(target, options.spill, (options.memory / 16) as usize);
    let small = || BufWriter::new(spool(target, options.spill, (options.memory / 64) as usize));
    writer.begin_section(names::POSITIONS)?;
    let merger = Merger {
        input,
        starts: runs_by_range(input.runs, options.memory, input.threads),
        buffer_bytes: read_buffer(input.runs, options.memory, input.threads),
        output_bytes: (share as usize).clamp(MIN_OUTPUT, 16 << 20),
        tickets: AtomicUsize::new(0),
        bytes_turns: Turns::default(),
        terms_turns: Turns::default(),
        files: Mutex::new(Files { writer, postings: spooled() }),
        lexicon: Mutex::new(Lexicon {
            vocabulary: VocabularyBuilder::new(BufWriter::new(spooled()))?,
            table: TermTableBuilder::new(),
            endings: EndingSample::default(),
            tails: small(),
            name_classes: small(),
            frequent: (0 < input.pair_words).then(|| FrequentWords::new(input.pair_words)),
        }),
        failure: Mutex::new(None),
        progress,
        total: total_of(input.runs),
    };
    pool.broadcast(|_| merger.work());
    merger.finish()
}

/// How many bytes of entries the runs have.
fn total_of(runs: &[Run]) -> u64 {
    runs.iter().map(Run::bytes).sum()
}

/// How many bytes of memory a thread may use for one of several things.
fn share_of(memory: u64, threads: usize) -> u64 {
    memory / (threads as u64 * 8)
}

/// By how many bytes a thread reads each spilled run.
pub(crate) fn read_buffer(runs: &[Run], memory: u64, threads: usize) -> usize {
    (share_of(memory, threads) as usize / runs.len().max(1)).clamp(4 << 10, 256 << 10)
}

/// Terms at which ranges of about equal work begin, the first being empty.
pub(crate) fn runs_by_range(runs: &[Run], memory: u64, threads: usize) -> Vec<Box<[u8]>> {
    let bytes = total_of(runs) / (threads as u64 * 8);
    range_starts(runs, bytes.min(share_of(memory, threads)).clamp(MIN_RANGE, MAX_RANGE))
}

/// Terms at which ranges begin, the first being empty.
fn range_starts(runs: &[Run], range_bytes: u64) -> Vec<Box<[u8]>> {
    let mut marks: Vec<_> = runs.iter().flat_map(|run| &run.marks).collect();
    marks.sort_unstable_by(|one, other| one.first_term.cmp(&other.first_term));
    let mut starts: Vec<Box<[u8]>> = vec![Box::default()];
    let mut bytes = 0;
    for mark in marks {
        if range_bytes <= bytes && starts[starts.len() - 1] < mark.first_term {
            starts.push(mark.first_term.clone());
            bytes = 0;
        }
        bytes += mark.length as u64;
    }
    starts
}

/// What the threads share.
struct Merger<'a, 'w, 's> {
    input: &'a MergeInput<'a>,
    starts: Vec<Box<[u8]>>,
    buffer_bytes: usize,
    /// A thread that holds more output than this waits for its turn.
    output_bytes: usize,
    tickets: AtomicUsize,
    bytes_turns: Turns,
    terms_turns: Turns,
    files: Mutex<Files<'w, 's>>,
    lexicon: Mutex<Lexicon>,
    failure: Mutex<Option<Error>>,
    progress: &'a dyn Progress,
    total: u64,
}

struct Files<'w, 's> {
    writer: &'w mut IndexWriter<'s>,
    postings: SpooledTempFile,
}

struct Lexicon {
    vocabulary: VocabularyBuilder<BufWriter<SpooledTempFile>>,
    table: TermTableBuilder,
    endings: EndingSample,
    tails: BufWriter<SpooledTempFile>,
    name_classes: BufWriter<SpooledTempFile>,
    frequent: Option<FrequentWords>,
}

/// What a thread has merged and not handed in.
#[derive(Default)]
struct Output {
    postings: Vec<u8>,
    positions: Vec<u8>,
    /// Terms end to end, and where each ends.
    terms: Vec<u8>,
    term_ends: Vec<usize>,
    name_classes: Vec<u8>,
    summaries: Vec<ListSummary>,
}

/// What a thread makes lists with.
struct Lists<'l, 'a> {
    runs: &'l [&'a Run],
    builder: ListBuilder,
    columns: Columns,
    /// Where lists number the documents anew, from the first list on.
    sorter: Option<Sorter<'a>>,
}

/// The first document of a slot.
fn base_of(bases: &[u32], slot: u32) -> Result<u32, Error> {
    bases.get(slot as usize).copied().ok_or(Error::SpillDamaged)
}

/// Why a thread ended early.
enum Interrupted {
    ByOther,
    ByOwn(Error),
}

impl<E: Into<Error>> From<E> for Interrupted {
    fn from(error: E) -> Interrupted {
        Interrupted::ByOwn(error.into())
    }
}

impl<'a> Merger<'a, '_, '_> {
    /// Merges ranges until there are none left or somebody has failed.
    fn work(&self) {
        let guard = StopOnPanic(self);
        let runs: Vec<&Run> = self.input.runs.iter().collect();
        let mut lists = Lists {
            runs: &runs,
            builder: ListBuilder::new(),
            columns: Columns::default(),
            sorter: None,
        };
        let mut output = Output::default();
        loop {
            let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
            if self.starts.len() <= ticket {
                break;
            }
            match self.range(ticket, &mut lists, &mut output) {
                Ok(()) => {}
                Err(Interrupted::ByOther) => break,
                Err(Interrupted::ByOwn(error)) => {
                    lock(&self.failure).get_or_insert(error);
                    self.stop();
                    break;
                }
            }
        }
        drop(guard);
    }

    fn range(
        &self,
        ticket: usize,
        lists: &mut Lists<'_, 'a>,
        output: &mut Output,
    ) -> Result<(), Interrupted> {
        let until = self.starts.get(ticket + 1).map(|start| &**start);
        let mut merge = RunMerge::open(lists.runs, &self.starts[ticket], until, self.buffer_bytes)?;
        let mut key = String::new();
        while merge.next_term()? {
            output.name_classes.push(name_class(merge.term(), &mut key));
            self.list(&mut merge, lists, output)?;
            if self.output_bytes <= output.postings.len() + output.positions.len() {
                self.hand_in_bytes(ticket, output)?;
            }
        }
        self.hand_in_bytes(ticket, output)?;
        self.bytes_turns.pass();
        self.hand_in_terms(ticket, output)?;
        let done = self.total * (ticket as u64 + 1) / self.starts.len() as u64;
        self.progress.merged(done, self.total);
        Ok(())
    }

    /// Encodes the list of the current term.
    fn list(
        &self,
        merge: &mut RunMerge<'_>,
        lists: &mut Lists<'_, 'a>,
        output: &mut Output,
    ) -> Result<(), Error> {
        let model = &self.input.model;
        let Output { postings, positions, terms, term_ends, summaries, .. } = output;
        lists.builder.begin(model, merge.documents(), positions);
        terms.extend_from_slice(merge.term());
        term_ends.push(terms.len());
        match self.input.renumbering {
            Some(renumbering) => self.sorted(merge, lists, renumbering, positions)?,
            None => self.in_order(merge, lists, positions)?,
        }
        summaries.push(lists.builder.finish(model, postings, positions));
        Ok(())
    }

    /// Hands the postings of the current term to the builder.
    fn in_order(
        &self,
        merge: &mut RunMerge<'_>,
        lists: &mut Lists<'_, 'a>,
        positions: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let MergeInput { model, bases, .. } = self.input;
        let Lists { builder, columns, .. } = lists;
        while let Some((slot, piece)) = merge.next_piece()? {
            columns.read(piece, base_of(bases, slot)?)?;
            if POSTINGS_AT_ONCE <= columns.docs.len() || PLACES_AT_ONCE <= columns.places.len() {
                encode(columns, model, builder, positions);
            }
        }
        encode(columns, model, builder, positions);
        Ok(())
    }

    /// The same by new numbers: all at once, or the parts of a long list one after the other, each from all of its pieces.
    fn sorted(
        &self,
        merge: &mut RunMerge<'_>,
        lists: &mut Lists<'_, 'a>,
        renumbering: &'a Renumbering,
        positions: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let MergeInput { model, bases, .. } = self.input;
        let Lists { runs, builder, columns, sorter } = lists;
        let sorter = sorter.get_or_insert_with(|| Sorter::new(renumbering));
        let mut sorted = Columns::default();
        let mut sort = |columns: &mut Columns| {
            sorter.sort(columns, &mut sorted, (POSTINGS_AT_ONCE, PLACES_AT_ONCE), |sorted| {
                encode(sorted, model, builder, positions);
            });
            columns.clear();
        };
        let parts = merge.documents().div_ceil(SORTED_AT_ONCE);
        if parts <= 1 {
            while let Some((slot, piece)) = merge.next_piece()? {
                columns.read(piece, base_of(bases, slot)?)?;
            }
            sort(columns);
            return Ok(());
        }
        let after: Box<[u8]> = merge.term().iter().copied().chain([0]).collect();
        let mut read = Columns::default();
        for part in 0..parts {
            let mut again = RunMerge::open(runs, merge.term(), Some(&after), self.buffer_bytes)?;
            again.next_term()?;
            while let Some((slot, piece)) = again.next_piece()? {
                read.read(piece, base_of(bases, slot)?)?;
                renumbering.keep_part(&mut read, part, parts);
                columns.append(&mut read);
            }
            sort(columns);
        }
        Ok(())
    }

    /// Writes positions and postings when it is this range's turn, and keeps the turn.
    fn hand_in_bytes(&self, ticket: usize, output: &mut Output) -> Result<(), Interrupted> {
        self.bytes_turns.wait(ticket).map_err(|Stopped| Interrupted::ByOther)?;
        let mut files = lock(&self.files);
        files.writer.write(&output.positions)?;
        files.postings.write_all(&output.postings).map_err(not_written)?;
        output.positions.clear();
        output.positions.shrink_to(self.output_bytes);
        output.postings.clear();
        output.postings.shrink_to(self.output_bytes);
        Ok(())
    }

    /// Enters the terms when it is this range's turn, and passes it on.
    fn hand_in_terms(&self, ticket: usize, output: &mut Output) -> Result<(), Interrupted> {
        self.terms_turns.wait(ticket).map_err(|Stopped| Interrupted::ByOther)?;
        let mut lexicon = lock(&self.lexicon);
        let mut start = 0;
        for (end, summary) in output.term_ends.iter().zip(&output.summaries) {
            lexicon.push(&output.terms[start..*end], summary)?;
            start = *end;
        }
        lexicon.name_classes.write_all(&output.name_classes).map_err(not_written)?;
        drop(lexicon);
        self.terms_turns.pass();
        output.terms.clear();
        output.term_ends.clear();
        output.name_classes.clear();
        output.summaries.clear();
        Ok(())
    }

    fn stop(&self) {
        self.bytes_turns.stop();
        self.terms_turns.stop();
    }

    fn finish(self) -> Result<Merged, Error> {
        if let Some(error) = self.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let Files { writer, postings } =
            self.files.into_inner().unwrap_or_else(PoisonError::into_inner);
        writer.end_section()?;
        let lexicon = self.lexicon.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Merged {
            postings,
            term_count: lexicon.vocabulary.len(),
            vocabulary: flushed(lexicon.vocabulary.finish()?)?,
            terms: lexicon.table.finish(),
            endings: lexicon.endings,
            tails: flushed(lexicon.tails)?,
            name_classes: flushed(lexicon.name_classes)?,
            frequent: lexicon.frequent,
        })
    }
}

/// Hands the postings in `columns` to the builder.
fn encode(
    columns: &mut Columns,
    model: &ImpactModel<'_>,
    builder: &mut ListBuilder,
    positions: &mut Vec<u8>,
) {
    let Columns { docs, more: frequencies, places } = &mut *columns;
    frequencies.iter_mut().for_each(|more| *more = more.wrapping_add(1));
    builder.extend(model, Postings { docs, frequencies, places }, positions);
    columns.clear();
}

impl Lexicon {
    /// Enters the next term but for the class of its key.
    fn push(&mut self, term: &[u8], summary: &ListSummary) -> Result<(), Error> {
        if let Some(frequent) = &mut self.frequent {
            frequent.push(self.vocabulary.len(), term, summary.doc_freq);
        }
        self.vocabulary.push(term)?;
        self.table.push(summary);
        let tail = term_tail(term);
        tail.into_iter().for_each(|tail| self.endings.push(tail));
        self.tails.write_all(&tail.unwrap_or_default().to_le_bytes()).map_err(not_written)
    }
}

/// The class of a term's spelling key; 0 for a form as written.
fn name_class(term: &[u8], key: &mut String) -> u8 {
    match std::str::from_utf8(term) {
        Ok(term) if !is_form_term(term.as_bytes()) => {
            name_key(term, key);
            name_key_class(key)
        }
        _ => 0,
    }
}

fn flushed(file: BufWriter<SpooledTempFile>) -> Result<SpooledTempFile, Error> {
    file.into_inner().map_err(|error| not_written(error.into_error()))
}

fn not_written(cause: std::io::Error) -> Error {
    Error::Spill { action: "write", cause }
}

/// A panic in one thread must not leave the others waiting.
struct StopOnPanic<'m, 'a, 'w, 's>(&'m Merger<'a, 'w, 's>);

impl Drop for StopOnPanic<'_, '_, '_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic that poisoned it goes on to the caller in any case.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
