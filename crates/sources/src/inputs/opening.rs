//! From a file that waits to what reads it: compression, archive, encoding and format, told by its first bytes.
//!
//! Comes in: a file, standard input, bytes, or the next file of an archive. Goes out: the stream that [`Inputs`] cuts next,
//! pieces that need no cutting, or a bad record that says why it cannot be read.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use super::{From, Inputs, Open, OpenArchive, OpenTable, Source, Waiting, cannot_open, unreadable};
use crate::archive::{self, Entries};
use crate::batch::Piece;
use crate::compression::{self, Stream};
use crate::formats::{Archive, HEAD_BYTES, Recognised, parquet, recognise, recognise_container};
use crate::mapping::FieldBuilder;
use crate::raw::RawBytes;
use crate::stream::{End, Plain, RecordStream};
use crate::{Compression, Error, Item, SkipReason, encoding};

/// How many archives may lie inside each other.
const MAX_NESTED_ARCHIVES: usize = 4;
/// How large a source may be that must be held in memory, because it is not a plain file but must be read out of
/// order.
const MAX_HELD_BYTES: u64 = 1 << 30;
impl Inputs {
    /// Opens an input's file.
    pub(super) fn start(&mut self, waiting: Waiting) -> Result<(), Error> {
        let Waiting { input, name, from } = waiting;
        let (bytes, path): (Stream, _) = match from {
            From::Note(item) => {
                let piece = Piece::Item(self.context(input, &name), item);
                self.ready.push_back(piece);
                return Ok(());
            }
            From::Stdin => (Box::new(io::stdin()), None),
            From::Bytes(bytes) => (Box::new(Cursor::new(bytes)), None),
            From::File(path) => match File::open(&path) {
                Ok(file) => (Box::new(file), Some(path)),
                Err(cause) if self.inputs[input].listing.is_some() => {
                    let item = unreadable(&name, format!("cannot be opened: {cause}"));
                    let piece = Piece::Item(self.context(input, &name), item);
                    self.ready.push_back(piece);
                    return Ok(());
                }
                Err(cause) => return Err(cannot_open(&path, cause)),
            },
        };
        let raw = RawBytes::new(bytes, Arc::clone(&self.bytes_read));
        let stream = Box::new(raw.clone());
        self.open_source(Source { input, name, raw, path, stored: true }, stream)
    }

    /// Goes on to the next file of the innermost archive.
    pub(super) fn next_entry(&mut self) -> Result<(), Error> {
        let Some(archive) = self.archives.last_mut() else { return Ok(()) };
        let (input, of) = (archive.source.input, Arc::clone(&archive.source.name));
        let inside = |name: &str| Arc::from(format!("{of}/{name}"));
        let (name, item) = match archive.entries.next() {
            Some(archive::Entry::File { name, stream }) => {
                let raw = archive.source.raw.clone();
                let source = Source { input, name: inside(&name), raw, path: None, stored: false };
                return self.open_source(source, stream);
            }
            Some(archive::Entry::Skipped { name, reason }) => {
                (inside(&name), Item::Skipped(reason))
            }
            Some(archive::Entry::Unreadable { name, reason }) => {
                let name = inside(&name);
                let item = unreadable(&name, reason);
                (name, item)
            }
            Some(archive::Entry::Damaged(cause)) => {
                let reason = format!(
                    "the archive is cut or damaged ({cause}): the files before are kept, the rest is lost"
                );
                let item = unreadable(&of, reason);
                (of, item)
            }
            None => {
                return self.archives.pop().map_or(Ok(()), |archive| self.finish(&archive.source));
            }
        };
        let piece = Piece::Item(self.context(input, &name), item);
        self.ready.push_back(piece);
        Ok(())
    }

    /// Looks at the head of a source and makes ready what reads it.
    fn open_source(&mut self, source: Source, stream: Stream) -> Result<(), Error> {
        let context = self.context(source.input, &source.name);
        let (compression, mut plain) = match compression::open(stream) {
            Ok((compression, stream)) => (compression, Plain::new(stream)),
            Err(cause) => match source.raw.take_failure() {
                Some(failure) => return Err(source.read_error(failure)),
                None => return self.unreadable_source(&source, cause.to_string()),
            },
        };
        plain.fill(HEAD_BYTES, &source.raw).map_err(|cause| source.read_error(cause))?;
        let container = recognise_container(&plain.head);
        if container.is_none() {
            plain = encoding::to_utf8(plain, self.options.encoding, &source.raw, &context.counters)
                .map_err(|cause| source.read_error(cause))?;
        }
        let whole = matches!(plain.end, End::Whole);
        let recognised = match (container, self.options.format) {
            (Some(archive @ Recognised::Archive(_)), _) => archive,
            (_, Some(format)) => Recognised::Format(format),
            (Some(container), None) => container,
            (None, None) => recognise(&plain.head, whole, &source.name),
        };
        match recognised {
            Recognised::Binary => {
                self.ready.push_back(Piece::Item(context, Item::Skipped(SkipReason::Binary)));
                self.finish(&source)
            }
            Recognised::Archive(kind) => self.open_archive(kind, compression, source, plain),
            Recognised::Format(format) => {
                self.inputs[source.input].note(format, compression);
                let Some(cutter) = format.cutter(&plain.head, &self.options) else {
                    return self.open_table(compression, source, plain);
                };
                let wrapping = compression.map_or("file", Compression::stream_name);
                let raw = source.raw.clone();
                let limits = (self.options.record_limit(format), self.options.batch_bytes);
                let stream = RecordStream::new(context, raw, wrapping, plain, cutter, limits);
                self.current = Some(Open { source, stream });
                Ok(())
            }
        }
    }

    fn open_archive(
        &mut self,
        kind: Archive,
        compression: Option<Compression>,
        source: Source,
        plain: Plain,
    ) -> Result<(), Error> {
        if MAX_NESTED_ARCHIVES <= self.archives.len() {
            let reason =
                format!("lies in {MAX_NESTED_ARCHIVES} archives inside each other: it is not read");
            return self.unreadable_source(&source, reason);
        }
        let entries = match kind {
            Archive::Tar => Entries::of_tar(plain.into_stream()),
            Archive::Zip => match seekable(compression, &source, plain) {
                Ok(Seekable::File(file)) => Entries::of_zip(file),
                Ok(Seekable::Bytes(bytes)) => Entries::of_zip(Cursor::new(bytes)),
                Err(reason) => return self.unreadable_source(&source, reason),
            },
        };
        self.archives.push(OpenArchive { source, entries });
        Ok(())
    }

    /// Makes the rows of a columnar data set ready.
    fn open_table(
        &mut self,
        compression: Option<Compression>,
        source: Source,
        plain: Plain,
    ) -> Result<(), Error> {
        let table = match seekable(compression, &source, plain) {
            Ok(Seekable::File(file)) => parquet::SharedFile::new(file)
                .map_err(|cause| cause.to_string())
                .and_then(parquet::Table::open),
            Ok(Seekable::Bytes(bytes)) => parquet::Table::open(bytes::Bytes::from(bytes)),
            Err(reason) => Err(reason),
        };
        match table {
            Ok(table) => {
                let context = self.context(source.input, &source.name);
                let fields = FieldBuilder::new(Arc::clone(&self.map));
                self.table = Some(OpenTable { context, rows: table.rows(), fields });
                self.finish(&source)
            }
            Err(reason) => {
                let reason = format!("the data set cannot be read: {reason}");
                self.unreadable_source(&source, reason)
            }
        }
    }
}

/// Bytes that can be read out of order.
enum Seekable {
    File(File),
    Bytes(Vec<u8>),
}

/// The file itself, or its plain bytes in memory.
fn seekable(
    compression: Option<Compression>,
    source: &Source,
    plain: Plain,
) -> Result<Seekable, String> {
    if let (None, Some(path)) = (compression, &source.path) {
        return File::open(path).map(Seekable::File).map_err(|cause| cause.to_string());
    }
    let mut bytes = Vec::new();
    let read = plain.into_stream().take(MAX_HELD_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|cause| cause.to_string())?;
    if MAX_HELD_BYTES < bytes.len() as u64 {
        return Err(format!(
            "it has more than {MAX_HELD_BYTES} bytes and is no plain file: unpack it first"
        ));
    }
    Ok(Seekable::Bytes(bytes))
}
