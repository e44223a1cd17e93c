//! What is known about one input while it is read: its summary so far.
//!
//! Comes in: formats as they are recognised, sizes and digests of sources that have been read. Goes out: the input's
//! [`SourceSummary`].

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Source;
use crate::summary::{Counters, hex};
use crate::{Compression, Error, Format, SourceSummary};

/// What is known about one input so far.
pub(super) struct InputState {
    pub(super) summary: SourceSummary,
    pub(super) counters: Arc<Counters>,
    /// Whether a format has been noted.
    noted: bool,
    /// The `sha256sum` lines of a folder's files; `None` for a single file.
    pub(super) listing: Option<Sha256>,
}

impl InputState {
    pub(super) fn new(name: String, listing: Option<Sha256>) -> InputState {
        let summary = SourceSummary { name, ..SourceSummary::default() };
        InputState { summary, counters: Arc::default(), noted: false, listing }
    }

    pub(super) fn note(&mut self, format: Format, compression: Option<Compression>) {
        let summary = &mut self.summary;
        if !std::mem::replace(&mut self.noted, true) {
            (summary.format, summary.compression) = (Some(format), compression);
        } else {
            summary.format = summary.format.filter(|known| *known == format);
            summary.compression = summary.compression.filter(|known| Some(*known) == compression);
        }
    }

    /// Takes over size and digest of a source that has been read.
    pub(super) fn close(&mut self, source: &Source) -> Result<(), Error> {
        let (bytes, sha256) = source
            .raw
            .finish()
            .map_err(|kind| source.read_error(source.raw.take_failure().unwrap_or(kind)))?;
        self.summary.files += 1;
        self.summary.bytes += bytes;
        match &mut self.listing {
            None => self.summary.sha256 = sha256,
            Some(listing) => listing.update(format!("{}  {}\n", hex(&sha256), source.name)),
        }
        Ok(())
    }

    pub(super) fn summary(&self) -> SourceSummary {
        let mut summary = self.summary.clone();
        if let Some(listing) = &self.listing {
            summary.sha256 = listing.clone().finalize().into();
        }
        self.counters.fill(&mut summary);
        summary
    }
}
