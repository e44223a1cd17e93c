//! What was read, for the summary a person sees and the manifest an index is cited by.
//!
//! Comes in: counts from the workers that parse batches. Goes out: one [`SourceSummary`] for each input.

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

/// The counts of one input, raised by whichever thread reads a batch.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    documents: AtomicU64,
    bad: AtomicU64,
    repaired: AtomicU64,
    skipped: [AtomicU64; SkipReason::ALL.len()],
}

impl Counters {
    pub(crate) fn count(&self, item: &Item) {
        let counter = match item {
            Item::Document(_) => &self.documents,
            Item::Bad(_) => &self.bad,
            Item::Skipped(reason) => &self.skipped[*reason as usize],
        };
        counter.fetch_add(1, Ordering::Relaxed);
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
