//! What was read, for the summary a person sees and the manifest an index is cited by.
//!
//! Comes in: counts from the workers that parse batches. Goes out: one [`SourceSummary`] for each input.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::raw::Sha256Digest;
use crate::{Compression, Format, Item, SkipReason};

/// One input as it was read. Holds nothing that differs between two equal runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceSummary {
    /// The input's name: a file's or folder's own name (without the folders above it), or `stdin`.
    pub name: String,
    /// How many files it holds: 1, or those of a folder that were read.
    pub files: u64,
    /// Stored bytes read (compressed, where it is compressed).
    pub bytes: u64,
    /// SHA-256 of the stored bytes. For a folder, of the text that `sha256sum` prints for its files in
    /// order: the digest in hexadecimal, two spaces, the relative path, a line end.
    pub sha256: Sha256Digest,
    /// Its format; `None` for a folder of several formats or of nothing.
    pub format: Option<Format>,
    /// Its compression, if all its files share one.
    pub compression: Option<Compression>,
    /// Documents delivered.
    pub documents: u64,
    /// Bad records.
    pub bad: u64,
    /// Records whose bytes were not valid in the encoding of the file and had replacement characters put in.
    pub repaired: u64,
    /// Records left out on purpose, by reason, those that occurred only.
    pub skipped: Vec<(SkipReason, u64)>,
}

impl SourceSummary {
    /// All records: documents, bad and skipped ones.
    pub fn records(&self) -> u64 {
        self.documents + self.bad + self.skipped.iter().map(|(_, count)| count).sum::<u64>()
    }

    /// The digest in hexadecimal, as `sha256sum` prints it.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

pub(crate) fn hex(digest: &Sha256Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the records of some batches became, input by input; see [`Batch::parse`](crate::Batch::parse).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<usize, Counts>);

impl Tally {
    /// How many numbers a row has.
    pub const WIDTH: usize = 3 + SkipReason::ALL.len();

    /// Adds what `other` has counted.
    pub fn add(&mut self, other: &Tally) {
        for (input, counts) in &other.0 {
            self.add_counts(*input, counts);
        }
    }

    pub(crate) fn add_counts(&mut self, input: usize, counts: &Counts) {
        let known = self.0.entry(input).or_default();
        known.0.iter_mut().zip(counts.0).for_each(|(known, count)| *known += count);
    }

    /// The number of each input that has counts, with them: to be written down.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (usize, &[u64; Tally::WIDTH])> {
        self.0.iter().map(|(input, counts)| (*input, &counts.0))
    }

    /// Adds a row that was written down.
    pub fn add_row(&mut self, input: usize, row: [u64; Tally::WIDTH]) {
        self.add_counts(input, &Counts(row));
    }

    pub(crate) fn counts(&self) -> impl Iterator<Item = (usize, &Counts)> {
        self.0.iter().map(|(input, counts)| (*input, counts))
    }
}

/// What one thread has counted: documents, bad records, repaired ones, skipped ones by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts([u64; Tally::WIDTH]);

impl Counts {
    pub(crate) fn count(&mut self, item: &Item) {
        let place = match item {
            Item::Document(_) => 0,
            Item::Bad(_) => 1,
            Item::Skipped(reason) => 3 + *reason as usize,
        };
        self.0[place] += 1;
    }

    pub(crate) fn count_repaired(&mut self) {
        self.0[2] += 1;
    }
}

/// The counts of one input, raised by whichever thread reads a batch.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    documents: AtomicU64,
    bad: AtomicU64,
    repaired: AtomicU64,
    skipped: [AtomicU64; SkipReason::ALL.len()],
}

impl Counters {
    pub(crate) fn add(&self, Counts([documents, bad, repaired, skipped @ ..]): &Counts) {
        let counters = [&self.documents, &self.bad, &self.repaired];
        let counters = counters.into_iter().chain(&self.skipped);
        for (counter, count) in counters.zip([documents, bad, repaired].into_iter().chain(skipped))
        {
            counter.fetch_add(*count, Ordering::Relaxed);
        }
    }

    pub(crate) fn count_repaired(&self) {
        self.repaired.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn fill(&self, summary: &mut SourceSummary) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        summary.documents = load(&self.documents);
        summary.bad = load(&self.bad);
        summary.repaired = load(&self.repaired);
        summary.skipped = SkipReason::ALL
            .iter()
            .map(|reason| (*reason, load(&self.skipped[*reason as usize])))
            .filter(|(_, count)| 0 < *count)
            .collect();
    }
}
