//! Writing a file: a fresh build beside the target, or a segment appended and committed.
//!
//! Comes in: sections as streams of bytes, in the order of the format. Goes out: one new committed state, or none. The
//! bytes depend on nothing but what was written: no times, no process numbers, no paths.
//!
//! ```text
//! create: write TARGET.tmp-PID-N (sections, manifest, header)    sync    rename over TARGET    sync the directory
//! append: write behind the committed bytes (sections, manifest)  sync    write the older slot  sync    write its copy
//! ```

mod target;

use std::io;
use std::path::{Path, PathBuf};

use codec::checksum::{Checksum, crc32};

use crate::header::{self, HEADER_LENGTH, SECTOR, Slot, SlotBytes};
use crate::manifest::{checks, encoding};
use crate::{BakedRanking, Error, Manifest, SectionRecord, SegmentRecord, Storage, StorageFile};
use crate::{reader, storage::LockGuard};
use target::Target;

/// Small writes are gathered to pieces of this size; in tests to small ones, so that a crash can fall between them.
const BUFFER_BYTES: usize = if cfg!(test) { 256 } else { 1 << 20 };

/// Writes one commit. One writer at a time: it holds a lock on the target until dropped.
///
/// Dropped without [`IndexWriter::commit`], it leaves the target as it was.
pub struct IndexWriter<'s> {
    target: Target<'s>,
    file: Box<dyn StorageFile>,
    /// The file being written: a temporary one, or the target.
    path: PathBuf,
    base: Base,
    manifest: Manifest,
    sections: Vec<SectionRecord>,
    open: Option<OpenSection>,
    buffer: Vec<u8>,
    /// Where the buffer's first byte goes.
    buffer_offset: u64,
    progress: Progress,
    // Dropped last: the lock outlives everything it protects.
    _lock: LockGuard,
}

/// What the commit is based on.
enum Base {
    /// Nothing: a new file.
    Nothing,
    /// The last commit of the target, and the sector of the slot that the next commit overwrites.
    Commit { slot: Slot, older_slot: Box<SlotBytes> },
}

/// How far a commit has come, which decides what is left to clean up.
#[derive(PartialEq)]
enum Progress {
    /// Nobody can have seen anything.
    Private,
    /// Readers may have seen the new state.
    Visible,
}

struct OpenSection {
    name: String,
    offset: u64,
    checksum: Checksum,
}

/// What the manifest needs to know of a segment besides its sections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentFacts {
    /// Documents.
    pub documents: u32,
    /// Tokens.
    pub tokens: u64,
    /// Tokens of each text field.
    pub field_tokens: Vec<u64>,
    /// Distinct terms.
    pub terms: u32,
    /// The ranking of the stored bounds.
    pub baked: BakedRanking,
    /// The average length of the stored bounds.
    pub baked_average_length: f64,
    /// Tokens dropped as empty.
    pub dropped_tokens: u64,
}

impl<'s> IndexWriter<'s> {
    /// Starts a fresh file beside `path`; the target changes only when [`IndexWriter::commit`] renames over it.
    ///
    /// Replaces an index that is there, and refuses to replace anything else.
    pub fn create(path: &Path, storage: &'s dyn Storage) -> Result<Self, Error> {
        let target = Target::new(path, storage)?;
        let lock = target.lock()?;
        target.remove_stale_temporaries()?;
        target.check_replaceable()?;
        let path = target.temporary();
        let file =
            storage.create(&path).map_err(|source| write_error("the file", &path, source))?;
        Ok(IndexWriter {
            target,
            file,
            path,
            base: Base::Nothing,
            manifest: Manifest::default(),
            sections: Vec::new(),
            open: None,
            buffer: Vec::new(),
            buffer_offset: HEADER_LENGTH,
            progress: Progress::Private,
            _lock: lock,
        })
    }

    /// Starts an appending commit to the index at `path`.
    ///
    /// Readers of the earlier states are not disturbed: their bytes stay where they are.
    pub fn append(path: &Path, storage: &'s dyn Storage) -> Result<Self, Error> {
        let target = Target::new(path, storage)?;
        let lock = target.lock()?;
        target.remove_stale_temporaries()?;
        let path = target.path().to_owned();
        let failed = |source| Error::Io { action: "open for writing", path: path.clone(), source };
        let mut file = storage.open(&path).map_err(failed)?;
        let (slot, older_slot, mut manifest) = read_base(&mut *file, &path)?;
        manifest.superseded.push(SectionRecord {
            name: encoding::SECTION.to_owned(),
            offset: slot.manifest_offset,
            length: slot.manifest_length,
            checksum: slot.manifest_checksum,
        });
        Ok(IndexWriter {
            target,
            file,
            path,
            manifest,
            sections: Vec::new(),
            open: None,
            buffer: Vec::new(),
            buffer_offset: slot.file_length,
            base: Base::Commit { slot, older_slot },
            progress: Progress::Private,
            _lock: lock,
        })
    }

    /// Gives appending up and starts a fresh file beside the target, which [`IndexWriter::commit`] puts in its place. The
    /// lock is kept all the while, and so is what the manifest says but for its segments. For a commit that takes something
    /// away, which no appending can.
    ///
    /// # Errors
    /// Where the file cannot be made, or something was written already.
    pub fn start_afresh(&mut self) -> Result<(), Error> {
        let is_untouched = match &self.base {
            Base::Nothing => self.offset() == HEADER_LENGTH,
            Base::Commit { slot, .. } => self.offset() == slot.file_length,
        };
        if !is_untouched || self.open.is_some() || !self.sections.is_empty() {
            let reason = "a fresh file is started after something was written".to_owned();
            return Err(Error::Misuse(reason));
        }
        if let Base::Nothing = self.base {
            return Ok(());
        }
        let path = self.target.temporary();
        let created = self.target.storage().create(&path);
        self.file = created.map_err(|source| write_error("the file", &path, source))?;
        (self.path, self.base, self.buffer_offset) = (path, Base::Nothing, HEADER_LENGTH);
        self.manifest.segments.clear();
        self.manifest.superseded.clear();
        self.manifest.statistics = Default::default();
        Ok(())
    }

    /// The manifest so far (of the existing index when appending); the caller edits schema, analyzer, sources, options.
    /// Segments and statistics are kept by the writer.
    pub fn manifest_mut(&mut self) -> &mut Manifest {
        &mut self.manifest
    }

    /// A path for a temporary file of the caller, beside the target. It is the caller's to create and to remove; if the
    /// process dies, the next writer of this target removes it.
    pub fn temporary_path(&self) -> PathBuf {
        self.target.temporary()
    }

    /// Starts a section; finish it before the next. Sections get 64-byte alignment and a checksum as written.
    pub fn begin_section(&mut self, name: &str) -> Result<(), Error> {
        if let Some(open) = &self.open {
            let reason = format!("section `{name}` begins inside section `{}`", open.name);
            return Err(Error::Misuse(reason));
        }
        if self.sections.iter().any(|section| section.name == name) {
            return Err(Error::Misuse(format!("section `{name}` is written twice")));
        }
        self.align()?;
        let offset = self.offset();
        self.open =
            Some(OpenSection { name: name.to_owned(), offset, checksum: Checksum::default() });
        Ok(())
    }

    /// Appends to the open section.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let open = self.open.as_mut();
        let open =
            open.ok_or_else(|| Error::Misuse("no section is open to write to".to_owned()))?;
        open.checksum.update(bytes);
        self.put(bytes)
    }

    /// Closes the open section.
    pub fn end_section(&mut self) -> Result<(), Error> {
        let open = self.open.take();
        let open = open.ok_or_else(|| Error::Misuse("no section is open to end".to_owned()))?;
        self.sections.push(SectionRecord {
            length: self.offset() - open.offset,
            checksum: open.checksum.value(),
            name: open.name,
            offset: open.offset,
        });
        Ok(())
    }

    /// Writes a whole section.
    pub fn write_section(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.begin_section(name)?;
        self.write(bytes)?;
        self.end_section()
    }

    /// Closes the segment whose sections were written since the last call.
    pub fn end_segment(&mut self, facts: SegmentFacts) -> Result<(), Error> {
        if let Some(open) = &self.open {
            return Err(Error::Misuse(format!("a segment ends inside section `{}`", open.name)));
        }
        self.manifest.segments.push(SegmentRecord {
            documents: facts.documents,
            tokens: facts.tokens,
            field_tokens: facts.field_tokens,
            terms: facts.terms,
            baked: facts.baked,
            baked_average_length: facts.baked_average_length,
            dropped_tokens: facts.dropped_tokens,
            sections: std::mem::take(&mut self.sections),
            deletions: None,
        });
        Ok(())
    }

    /// Writes the manifest, syncs, switches the commit slot or renames, syncs.
    ///
    /// After an error the earlier state stands, but for [`Error::Doubtful`]: where the disk fails in the last step,
    /// nobody can know whether it has the new state.
    pub fn commit(mut self) -> Result<(), Error> {
        let slot = self.write_manifest()?;
        match &self.base {
            Base::Nothing => self.publish_by_rename(&slot),
            Base::Commit { older_slot, .. } => self.publish_by_slot(&slot, &older_slot.clone()),
        }
    }

    fn write_manifest(&mut self) -> Result<Slot, Error> {
        if self.open.is_some() || !self.sections.is_empty() {
            return Err(Error::Misuse("commit before the end of a segment".to_owned()));
        }
        self.align()?;
        self.manifest.statistics = checks::statistics(&self.manifest)?;
        let bytes = encoding::encode(&self.manifest)?;
        let slot = Slot {
            generation: match &self.base {
                Base::Nothing => 1,
                Base::Commit { slot, .. } => slot.generation + 1,
            },
            manifest_offset: self.offset(),
            manifest_length: bytes.len() as u64,
            file_length: self.offset() + bytes.len() as u64,
            manifest_checksum: crc32(&bytes),
        };
        checks::check(&self.manifest, &slot).map_err(|error| {
            Error::Misuse(format!("the new manifest contradicts itself: {error}"))
        })?;
        self.put(&bytes)?;
        self.flush()?;
        Ok(slot)
    }

    fn publish_by_rename(&mut self, slot: &Slot) -> Result<(), Error> {
        self.write_at(0, &header::encode(slot), "the header")?;
        self.sync("the file")?;
        self.target.rename_from(&self.path)?;
        self.progress = Progress::Visible;
        self.target.sync_directory()
    }

    fn publish_by_slot(&mut self, slot: &Slot, older_slot: &SlotBytes) -> Result<(), Error> {
        self.sync("the new segment")?;
        self.progress = Progress::Visible;
        let written = self
            .write_at(slot.offset(0), &slot.encode(), "the commit slot")
            .and_then(|()| self.sync("the commit slot"));
        if let Err(error) = written {
            // Nothing was promised yet: take the slot back, as far as this disk still obeys.
            let restored = self.file.write_at(slot.offset(0), older_slot);
            return match restored.and_then(|()| self.file.sync()) {
                Ok(()) => Err(error),
                Err(source) => Err(Error::Doubtful { path: self.path.clone(), source }),
            };
        }
        // The commit is durable. The copy guards it against decay; without it the index is whole, and the next commit
        // makes up for it, so a failure here must not be told as a failed commit.
        let _ = self.write_at(slot.offset(1), &slot.encode(), "the copy of the commit slot");
        Ok(())
    }

    fn offset(&self) -> u64 {
        self.buffer_offset + self.buffer.len() as u64
    }

    fn align(&mut self) -> Result<(), Error> {
        let padding = self.offset().next_multiple_of(checks::ALIGNMENT) - self.offset();
        self.put(&[0; checks::ALIGNMENT as usize][..padding as usize])
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.buffer.len() + bytes.len() > BUFFER_BYTES {
            self.flush()?;
        }
        if bytes.len() < BUFFER_BYTES {
            self.buffer.extend_from_slice(bytes);
            return Ok(());
        }
        self.write_at(self.buffer_offset, bytes, "a section")?;
        self.buffer_offset += bytes.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        let bytes = std::mem::take(&mut self.buffer);
        let written = match bytes.is_empty() {
            true => Ok(()),
            false => self.write_at(self.buffer_offset, &bytes, "a section"),
        };
        self.buffer_offset += bytes.len() as u64;
        self.buffer = bytes;
        self.buffer.clear();
        written
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8], what: &str) -> Result<(), Error> {
        let written = self.file.write_at(offset, bytes);
        written.map_err(|source| {
            let open = self.open.as_ref().map(|open| format!("section `{}`", open.name));
            write_error(open.as_deref().unwrap_or(what), &self.path, source)
        })
    }

    fn sync(&mut self, what: &str) -> Result<(), Error> {
        let synced = self.file.sync();
        synced.map_err(|source| write_error(&format!("{what} durably"), &self.path, source))
    }
}

impl Drop for IndexWriter<'_> {
    fn drop(&mut self) {
        if self.progress == Progress::Visible {
            return;
        }
        match &self.base {
            Base::Nothing => self.target.remove(&self.path),
            // Readers map no byte behind the commit they opened, so nobody loses anything but a full disk its filling.
            // Where it fails, the next commit overwrites the rest.
            Base::Commit { slot, .. } => {
                let _ = self.file.truncate(slot.file_length);
            }
        }
    }
}

fn write_error(what: &str, path: &Path, source: io::Error) -> Error {
    Error::Write { what: what.to_owned(), path: path.to_owned(), source }
}

/// Reads what a commit is appended to: its slot, the sector of the other slot, its manifest. Repairs the second copy
/// of the slot where a crash has left it behind.
fn read_base(
    file: &mut dyn StorageFile,
    path: &Path,
) -> Result<(Slot, Box<SlotBytes>, Manifest), Error> {
    let failed = |source| Error::Io { action: "read", path: path.to_owned(), source };
    let length = file.length().map_err(failed)?;
    let mut start = vec![0; length.min(HEADER_LENGTH) as usize];
    file.read_at(0, &mut start).map_err(failed)?;
    let (header, slot) = reader::decode_start(&start, path)?;
    reader::check_length(path, &slot, length)?;
    let mut bytes = vec![0; slot.manifest_length as usize];
    file.read_at(slot.manifest_offset, &mut bytes).map_err(failed)?;
    let manifest = reader::read_manifest(&bytes, &slot, path)?;
    if !header.is_complete(&slot) {
        // Before the other slot is touched, this one must hold on its own. The sync before the next slot is written
        // makes it durable.
        let repaired = file.write_at(slot.offset(1), &slot.encode());
        repaired.map_err(|source| write_error("the copy of the commit slot", path, source))?;
    }
    // The second copy of the older slot: a crash may have torn the first.
    let older = Slot { generation: slot.generation + 1, ..slot }.offset(1);
    let mut older_slot = Box::new([0; SECTOR]);
    file.read_at(older, &mut *older_slot).map_err(failed)?;
    Ok((slot, older_slot, manifest))
}
