//! All runs of a build, kept in memory while they fit, and otherwise in temporary files beside the target.
//!
//! Comes in: the run of each slot, in slot order. Goes out: runs in document order to merge. Several runs become one when
//! they are spilled, so that the last merge reads few files. The temporary files have no name: whatever ends the process
//! removes them.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::SpooledTempFile;

use crate::Error;
use crate::run::{Block, BlockWriter, Run};
use crate::run_merge::RunMerge;

/// The runs of a build.
///
/// The law: [`Runs::push`] in slot order. When it returns true, or whenever the caller likes, [`Runs::take_group`] hands
/// out what is in memory, [`spill`] writes it, and [`Runs::put_back`] takes it back, in any order.
pub(crate) struct Runs {
    /// Runs of single slots, in memory, with the number of the first.
    resident: Vec<Run>,
    resident_bytes: u64,
    first_resident: u32,
    /// Spilled runs with the number of their first slot.
    spilled: Vec<(u32, Run)>,
    /// Bytes being written out by [`spill`].
    leaving_bytes: u64,
    budget: u64,
    pushed: u32,
}

/// Runs on their way out of memory.
pub(crate) struct Group {
    first_slot: u32,
    runs: Vec<Run>,
    bytes: u64,
}

impl Runs {
    /// No runs; they are to be spilled as soon as `budget` bytes of them are in memory.
    pub(crate) fn new(budget: u64) -> Runs {
        Runs {
            resident: Vec::new(),
            resident_bytes: 0,
            first_resident: 0,
            spilled: Vec::new(),
            leaving_bytes: 0,
            budget,
            pushed: 0,
        }
    }

    /// Adds the run of the next slot; true when runs should be spilled now.
    pub(crate) fn push(&mut self, run: Run) -> bool {
        self.resident_bytes += run.memory();
        self.resident.push(run);
        self.pushed += 1;
        self.budget < self.resident_bytes
    }

    /// Bytes of memory held by all runs, those just being spilled among them.
    pub(crate) fn memory(&self) -> u64 {
        self.resident_bytes + self.leaving_bytes
    }

    /// How often runs were spilled.
    pub(crate) fn spills(&self) -> u32 {
        self.spilled.len() as u32
    }

    /// Hands out all runs in memory; `None` where there are none.
    pub(crate) fn take_group(&mut self) -> Option<Group> {
        if self.resident.is_empty() {
            return None;
        }
        let bytes = std::mem::take(&mut self.resident_bytes);
        let group = Group {
            first_slot: self.first_resident,
            runs: std::mem::take(&mut self.resident),
            bytes,
        };
        self.leaving_bytes += bytes;
        self.first_resident = self.pushed;
        Some(group)
    }

    /// Takes a group back that was written as one run.
    pub(crate) fn put_back(&mut self, (first_slot, bytes, run): (u32, u64, Run)) {
        self.leaving_bytes -= bytes;
        self.spilled.push((first_slot, run));
    }

    /// All runs in document order.
    pub(crate) fn finish(mut self) -> Vec<Run> {
        self.spilled.sort_by_key(|(first_slot, _)| *first_slot);
        self.spilled.into_iter().map(|(_, run)| run).chain(self.resident).collect()
    }
}

/// Writes a group as one run into an unnamed file in `directory`; gives its first slot, the memory it set free, and it.
pub(crate) fn spill(group: Group, directory: &Path) -> Result<(u32, u64, Run), Error> {
    let write = |cause| Error::Spill { action: "write", cause };
    let file = temporary_file(directory)?;
    let runs: Vec<&Run> = group.runs.iter().collect();
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let mut marks = Vec::new();
    each_block(&runs, |block| {
        out.write_all(&block.bytes).map_err(write)?;
        marks.push((block.first_term, block.bytes.len()));
        Ok(())
    })?;
    let file = out.into_inner().map_err(|error| write(error.into_error()))?;
    Ok((group.first_slot, group.bytes, Run::spilled(marks, file)))
}

/// Hands `sink` the blocks of one run that has the entries of all these.
pub(crate) fn each_block(
    runs: &[&Run],
    mut sink: impl FnMut(Block) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut merge = RunMerge::open(runs, b"", None, 0)?;
    let mut writer = BlockWriter::new();
    loop {
        let more = merge.next_term()?;
        if more {
            writer.entry(merge.term(), merge.documents(), merge.pieces());
            while let Some((slot, piece)) = merge.next_piece()? {
                writer.piece(slot, piece);
            }
        }
        if (!more || writer.is_full())
            && let Some(block) = writer.take()
        {
            sink(block)?;
        }
        if !more {
            return Ok(());
        }
    }
}

/// A file without a name in `directory`.
pub(crate) fn temporary_file(directory: &Path) -> Result<File, Error> {
    tempfile::tempfile_in(directory).map_err(|cause| Error::Spill { action: "create", cause })
}

/// A place for bytes that are read again in this build: in memory up to `memory` bytes, beyond in a file without a name
/// beside `target`, if it may `spill`.
pub(crate) fn spool(target: &Path, spill: bool, memory: usize) -> SpooledTempFile {
    tempfile::spooled_tempfile_in(if spill { memory } else { usize::MAX }, folder_of(target))
}

/// The folder a file lies in.
pub(crate) fn folder_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests;
