//! What is done of a build, written down slot by slot beside the target, so that an interrupted build can go on.
//!
//! Comes in: indexed slots in input order. Goes out: the same slots, in the process that goes on, and how many batches of
//! the inputs they were made of; the rest of the build is the ordinary one. As nothing in an index depends on where slots
//! end or on who indexed them, the bytes are those of a build that was not interrupted, resumable or not.
//!
//! ```text
//! TARGET.resume := Record{..}                          the first holds what the build is made of, each other one a slot
//! Record        := length:u64 checksum:u32 byte{length}  the checksum of the record before, then of these bytes
//! ```
//!
//! The inputs are read again, as far as they had been read, but neither parsed nor indexed: their digests are part of the
//! index, and a dump that cannot be entered in the middle needs no exception. A slot counts if the files that had been opened
//! by its end are still the same, by name, size and time of change, and everything before it counts. What is behind the
//! last whole record is overwritten; so is the file of a build with other options. It is gone when the index is committed.

mod records;

use std::io;
use std::path::{Path, PathBuf};

use codec::checksum::crc32;
use sources::{Inputs, Sha256Digest};
use store::{FORMAT_VERSION, Storage, StorageFile};

use crate::assembly::Assembly;
use crate::build::{Origin, Work};
use crate::fields::FieldPlan;
use crate::runs::{folder_of, spill};
use crate::slots::Dealer;
use crate::worker::IndexedSlot;
use crate::{Error, OnBad};

/// Bytes before a record's own: its length and checksum.
const RECORD_HEAD: u64 = 12;

/// What is known before the inputs are looked at.
pub(crate) struct Resumption {
    prefixes: Vec<Sha256Digest>,
}

/// The file that slots are written to.
pub(crate) struct Journal {
    file: Box<dyn StorageFile>,
    path: PathBuf,
    /// Where the next record goes, and the checksum of the one before.
    end: u64,
    checksum: u32,
    prefixes: Vec<Sha256Digest>,
}

impl Resumption {
    /// Looks at the inputs before anybody reads of them; `None` where the build is not to be resumed.
    pub(crate) fn prepare(
        work: &Work<'_>,
        origin: Origin,
        inputs: &Inputs,
    ) -> Result<Option<Resumption>, Error> {
        if !work.options.resume || origin == Origin::Again {
            return Ok(None);
        }
        Ok(Some(Resumption { prefixes: inputs.fingerprints()? }))
    }

    /// Takes over the slots of an interrupted build, and writes down those to come: how many documents they have.
    pub(crate) fn take_up(
        self,
        work: &Work<'_>,
        plan: &FieldPlan,
        dealer: &mut Dealer,
        assembly: &mut Assembly<'_>,
    ) -> Result<u64, Error> {
        let path = path_of(work.target);
        let made_of = made_of(work, plan);
        let file = match work.storage.open(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                work.storage.create(&path).map_err(|cause| failed("create", &path, cause))?
            }
            opened => opened.map_err(|cause| failed("open", &path, cause))?,
        };
        let mut journal = Journal { file, path, end: 0, checksum: 0, prefixes: self.prefixes };
        match journal.read()? {
            Some((record, checksum)) if record == made_of.as_bytes() => {
                journal.advance(&record, checksum);
                journal.replay(work, dealer, assembly)?;
            }
            _ => journal.write(made_of.as_bytes())?,
        }
        journal.cut()?;
        assembly.journal = Some(journal);
        Ok(assembly.documents.into())
    }
}

impl Journal {
    /// Writes a slot down; it stands behind those before it.
    pub(crate) fn add(&mut self, slot: &IndexedSlot) -> Result<(), Error> {
        let prefix = self.prefixes.get(slot.output.reach).ok_or(Error::SpillDamaged)?;
        let record = records::encode(slot, prefix)?;
        self.write(&record)
    }

    /// Hands the slots that still count to the assembly, and passes their batches over.
    fn replay(
        &mut self,
        work: &Work<'_>,
        dealer: &mut Dealer,
        assembly: &mut Assembly<'_>,
    ) -> Result<(), Error> {
        while let Some((record, checksum)) = self.read()? {
            let Some((prefix, slot)) = records::decode(&record) else { break };
            let is_same = self.prefixes.get(slot.output.reach) == Some(&prefix);
            let may_be_bad = work.options.on_bad == OnBad::Skip || slot.output.bad.is_empty();
            if !is_same || !may_be_bad {
                break;
            }
            self.advance(&record, checksum);
            dealer.pass_over(slot.output.batches)?;
            let number = assembly.next();
            let should_spill = assembly.take(number, slot).map_err(|(_, error)| error)?;
            if should_spill && let Some(group) = assembly.runs.take_group() {
                assembly.runs.put_back(spill(group, &folder_of(work.target))?);
            }
        }
        Ok(())
    }

    /// The record at the end and its checksum; `None` where there is no whole one.
    fn read(&mut self) -> Result<Option<(Vec<u8>, u32)>, Error> {
        let Some((length, checksum)) = self.head()? else { return Ok(None) };
        let mut record = vec![0; length];
        let read = self.file.read_at(self.end + RECORD_HEAD, &mut record);
        read.map_err(|cause| failed("read", &self.path, cause))?;
        Ok((chained(self.checksum, &record) == checksum).then_some((record, checksum)))
    }

    /// Length and checksum of the record at the end, if the file is long enough for it.
    fn head(&mut self) -> Result<Option<(usize, u32)>, Error> {
        let length = self.file.length().map_err(|cause| failed("read", &self.path, cause))?;
        let Some(left) = length.checked_sub(self.end + RECORD_HEAD) else { return Ok(None) };
        let mut head = [0; RECORD_HEAD as usize];
        let read = self.file.read_at(self.end, &mut head);
        read.map_err(|cause| failed("read", &self.path, cause))?;
        let mut reader = codec::bytes::ByteReader::new(&head);
        let fields = reader.read_u64().and_then(|length| Ok((length, reader.read_u32()?)));
        let (length, checksum) = fields.map_err(|_| Error::SpillDamaged)?;
        Ok((length <= left).then_some((length as usize, checksum)))
    }

    /// Goes behind the record at the end.
    fn advance(&mut self, record: &[u8], checksum: u32) {
        self.end += RECORD_HEAD + record.len() as u64;
        self.checksum = checksum;
    }

    /// Writes a record at the end and goes behind it.
    fn write(&mut self, record: &[u8]) -> Result<(), Error> {
        let checksum = chained(self.checksum, record);
        let mut head = codec::bytes::ByteWriter::new();
        head.write_u64(record.len() as u64);
        head.write_u32(checksum);
        // The head comes last: until it is there, no record is.
        let body = self.file.write_at(self.end + RECORD_HEAD, record);
        let written = body.and_then(|()| self.file.write_at(self.end, head.as_bytes()));
        written.map_err(|cause| failed("write", &self.path, cause))?;
        self.advance(record, checksum);
        Ok(())
    }

    /// Removes what stands behind the last record that counts.
    fn cut(&mut self) -> Result<(), Error> {
        self.file.truncate(self.end).map_err(|cause| failed("cut", &self.path, cause))
    }
}

/// The file of slots beside an index.
fn path_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".resume");
    name.into()
}

/// Removes what is written down: the index is there now, with all of it or without.
pub(crate) fn forget(target: &Path, storage: &dyn Storage) {
    let _ = storage.remove(&path_of(target));
}

/// Everything but the inputs that decides what slots become.
fn made_of(work: &Work<'_>, plan: &FieldPlan) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let analyzer = work.analyzer.id();
    let crate::BuildOptions { stem, on_duplicate, store_documents, .. } = work.options;
    let plan = plan.shown();
    format!(
        "{version} {FORMAT_VERSION} {analyzer:?} {stem:?} {on_duplicate:?} {store_documents} {plan}"
    )
}

/// The checksum of a record behind the one with the checksum `before`.
fn chained(before: u32, record: &[u8]) -> u32 {
    crc32(record) ^ before.rotate_left(1)
}

fn failed(action: &'static str, path: &Path, cause: io::Error) -> Error {
    Error::Resume { action, path: path.to_owned(), cause }
}

#[cfg(test)]
mod tests;
