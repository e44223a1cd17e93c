//! Inputs one after another, cut into batches.
//!
//! Comes in: paths, standard input or bytes, and the options. Goes out: batches of raw records, progress, and
//! at the end a summary of each input. Runs on one thread and parses nothing; batches are parsed elsewhere.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::archive::{self, Entries};
use crate::batch::{Piece, SourceContext};
use crate::compression::{self, Stream};
use crate::formats::{Archive, HEAD_BYTES, Recognised, parquet, recognise, recognise_container};
use crate::raw::RawBytes;
use crate::stream::{End, Plain, RecordStream};
use crate::summary::{Counters, hex};
use crate::walk::{self, Found, Kind};
use crate::{
    Batch, Compression, Error, FieldMap, Format, Item, ReadOptions, SkipReason, SourceSummary,
    encoding,
};

mod handed;

pub use handed::{Documents, Failure};

/// What to read.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file, or a folder with everything below it.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// Bytes in memory under a name, as if they were a file.
    Bytes {
        /// The source's name; its ending breaks ties between formats.
        name: String,
        /// The file's bytes.
        bytes: Vec<u8>,
    },
}

/// Opens inputs one after another, recognises compression and format of each by its content, and cuts them
/// into batches of raw records.
///
/// Laws: the batches hold every record of the inputs once, in order; where they are cut depends on the
/// bytes and the [`ReadOptions`] alone. After `Ok(None)` further calls give `Ok(None)` again; after an
/// error the inputs are not to be used further. Damage *inside* an input is no error: it is an
/// [`Item::Bad`] in its place, and reading goes on with the next input.
///
/// ```
/// use sources::{Input, Inputs, Item, ReadOptions};
///
/// let dump = Input::Bytes { name: "news.jsonl".into(), bytes: b"{\"id\":7,\"text\":\"Rain.\"}\n".to_vec() };
/// let mut inputs = Inputs::open(vec![dump], ReadOptions::default())?;
/// while let Some(batch) = inputs.next_batch()? {
///     batch.read(&mut |item| match item {
///         Item::Document(document) => assert_eq!(document.text("body"), Some("Rain.")),
///         Item::Bad(record) => panic!("{record}"),
///         Item::Skipped(_) => {}
///     });
/// }
/// assert_eq!(inputs.summaries()[0].documents, 1);
/// # Ok::<(), sources::Error>(())
/// ```
pub struct Inputs {
    options: ReadOptions,
    map: Arc<FieldMap>,
    inputs: Vec<InputState>,
    queue: VecDeque<Waiting>,
    /// Archives being read, each inside the one before.
    archives: Vec<OpenArchive>,
    current: Option<Open>,
    /// Documents that need no reading, after everything else.
    documents: Option<Documents>,
    /// Pieces for the next batches.
    ready: VecDeque<Piece>,
    total_bytes: Option<u64>,
    bytes_read: Arc<AtomicU64>,
}

/// What is known about one input so far.
struct InputState {
    summary: SourceSummary,
    counters: Arc<Counters>,
    /// Whether a format has been noted.
    noted: bool,
    /// The `sha256sum` lines of a folder's files; `None` for a single file.
    listing: Option<Sha256>,
}

/// A file waiting to be opened.
struct Waiting {
    input: usize,
    name: Arc<str>,
    from: From,
}

enum From {
    File(PathBuf),
    Stdin,
    Bytes(Vec<u8>),
    Note(Item),
}

/// A file, or a file in an archive.
struct Source {
    input: usize,
    name: Arc<str>,
    /// The stored bytes it comes from: its own or its archive's.
    raw: RawBytes,
    /// Where it lies, if it is a file.
    path: Option<PathBuf>,
    /// Whether the stored bytes are its own.
    stored: bool,
}

impl Source {
    fn read_error(&self, cause: io::Error) -> Error {
        Error::Read { name: self.name.to_string(), offset: self.raw.position(), cause }
    }
}

/// The source being cut.
struct Open {
    source: Source,
    stream: RecordStream,
}

/// An archive being read.
struct OpenArchive {
    source: Source,
    entries: Entries,
}

/// How many archives may lie inside each other.
const MAX_NESTED_ARCHIVES: usize = 4;
/// How large a source may be that must be held in memory, because it is not a plain file but must be read out of
/// order.
const MAX_HELD_BYTES: u64 = 1 << 30;
/// How many sources a batch may hold; folders may be full of tiny files.
const MAX_PIECES: usize = 1024;

impl Inputs {
    /// Looks up all inputs and lists the folders among them; opens no file yet.
    ///
    /// # Errors
    /// When an input is not there or a folder cannot be listed.
    pub fn open(inputs: Vec<Input>, options: ReadOptions) -> Result<Inputs, Error> {
        let mut opened = Inputs {
            map: Arc::new(options.map.clone()),
            options,
            inputs: Vec::with_capacity(inputs.len()),
            queue: VecDeque::new(),
            archives: Vec::new(),
            current: None,
            documents: None,
            ready: VecDeque::new(),
            total_bytes: Some(0),
            bytes_read: Arc::default(),
        };
        for input in inputs {
            opened.add(input)?;
        }
        Ok(opened)
    }

    fn add(&mut self, input: Input) -> Result<(), Error> {
        let index = self.inputs.len();
        let (name, bytes, from) = match input {
            Input::Path(path) => {
                let metadata = fs::metadata(&path).map_err(|cause| cannot_open(&path, cause))?;
                if metadata.is_dir() {
                    return self.add_folder(&path);
                }
                (own_name(&path), metadata.is_file().then_some(metadata.len()), From::File(path))
            }
            Input::Stdin => ("stdin".to_owned(), None, From::Stdin),
            Input::Bytes { name, bytes } => (name, Some(bytes.len() as u64), From::Bytes(bytes)),
        };
        self.total_bytes = self.total_bytes.zip(bytes).map(|(total, bytes)| total + bytes);
        self.inputs.push(InputState::new(name.clone(), None));
        self.queue.push_back(Waiting { input: index, name: name.into(), from });
        Ok(())
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), Error> {
        let input = self.inputs.len();
        self.inputs.push(InputState::new(own_name(folder), Some(Sha256::new())));
        for Found { path, name, kind } in walk::walk(folder)? {
            let name: Arc<str> = name.into();
            let from = match kind {
                Kind::File { bytes } => {
                    self.total_bytes = self.total_bytes.map(|total| total + bytes);
                    From::File(path)
                }
                Kind::Skipped(reason) => From::Note(Item::Skipped(reason)),
                Kind::Unreadable(reason) => From::Note(unreadable(&name, reason)),
            };
            self.queue.push_back(Waiting { input, name, from });
        }
        Ok(())
    }

    /// Cuts the next batch; `None` after the last.
    ///
    /// # Errors
    /// When the system fails to read an input. A file in a folder that cannot be *opened* is a bad record.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, Error> {
        let mut pieces = Vec::new();
        let mut bytes = 0;
        // A piece of a long source falls short of a whole batch by less than a record, as a rule.
        let enough = (self.options.batch_bytes / 4 * 3).max(1);
        while bytes < enough && pieces.len() < MAX_PIECES {
            if let Some(piece) = self.ready.pop_front() {
                bytes += piece.raw_bytes();
                pieces.push(piece);
            } else if let Some(open) = &mut self.current {
                match open.stream.next_piece()? {
                    Some(piece) => self.ready.push_back(piece),
                    None => self.close()?,
                }
            } else if !self.archives.is_empty() {
                self.next_entry()?;
            } else if let Some(waiting) = self.queue.pop_front() {
                self.start(waiting)?;
            } else if self.documents.is_some() {
                self.take_documents(enough)?;
            } else {
                break;
            }
        }
        Ok((!pieces.is_empty()).then(|| Batch { pieces, map: Arc::clone(&self.map) }))
    }

    /// Opens an input's file.
    fn start(&mut self, waiting: Waiting) -> Result<(), Error> {
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
    fn next_entry(&mut self) -> Result<(), Error> {
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
                let stream =
                    RecordStream::new(context, raw, wrapping, plain, cutter, &self.options);
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

    /// Makes the row groups of a columnar data set ready.
    fn open_table(
        &mut self,
        compression: Option<Compression>,
        source: Source,
        plain: Plain,
    ) -> Result<(), Error> {
        let table = match seekable(compression, &source, plain) {
            Ok(Seekable::File(file)) => parquet::Table::open(file),
            Ok(Seekable::Bytes(bytes)) => parquet::Table::open(bytes::Bytes::from(bytes)),
            Err(reason) => Err(reason),
        };
        match table {
            Ok(table) => {
                let context = self.context(source.input, &source.name);
                let rows = |group| Piece::Rows(Arc::clone(&context), group);
                self.ready.extend(table.row_groups().into_iter().map(rows));
                self.finish(&source)
            }
            Err(reason) => {
                let reason = format!("the data set cannot be read: {reason}");
                self.unreadable_source(&source, reason)
            }
        }
    }

    fn context(&self, input: usize, name: &Arc<str>) -> Arc<SourceContext> {
        let counters = Arc::clone(&self.inputs[input].counters);
        Arc::new(SourceContext { name: Arc::clone(name), counters })
    }

    /// Says that a source cannot be read, and is done with it.
    fn unreadable_source(&mut self, source: &Source, reason: String) -> Result<(), Error> {
        let item = unreadable(&source.name, reason);
        let piece = Piece::Item(self.context(source.input, &source.name), item);
        self.ready.push_back(piece);
        self.finish(source)
    }

    fn close(&mut self) -> Result<(), Error> {
        match self.current.take() {
            Some(open) => self.finish(&open.source),
            None => Ok(()),
        }
    }

    /// Takes over size and digest of a source that has been read.
    fn finish(&mut self, source: &Source) -> Result<(), Error> {
        if source.stored { self.inputs[source.input].close(source) } else { Ok(()) }
    }

    /// The stored bytes of all inputs together; `None` where standard input or a pipe is among them.
    pub fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    /// How many stored bytes have been read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// One summary for each input, in the order given. Complete once [`Inputs::next_batch`] has given
    /// `None` and every batch has been read.
    pub fn summaries(&self) -> Vec<SourceSummary> {
        self.inputs.iter().map(InputState::summary).collect()
    }
}

impl InputState {
    fn new(name: String, listing: Option<Sha256>) -> InputState {
        let summary = SourceSummary { name, ..SourceSummary::default() };
        InputState { summary, counters: Arc::default(), noted: false, listing }
    }

    fn note(&mut self, format: Format, compression: Option<Compression>) {
        let summary = &mut self.summary;
        if !std::mem::replace(&mut self.noted, true) {
            (summary.format, summary.compression) = (Some(format), compression);
        } else {
            summary.format = summary.format.filter(|known| *known == format);
            summary.compression = summary.compression.filter(|known| Some(*known) == compression);
        }
    }

    /// Takes over size and digest of a source that has been read.
    fn close(&mut self, source: &Source) -> Result<(), Error> {
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

    fn summary(&self) -> SourceSummary {
        let mut summary = self.summary.clone();
        if let Some(listing) = &self.listing {
            summary.sha256 = listing.clone().finalize().into();
        }
        self.counters.fill(&mut summary);
        summary
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

fn cannot_open(path: &Path, cause: io::Error) -> Error {
    let path = path.to_owned();
    if cause.kind() == io::ErrorKind::NotFound {
        Error::NotFound { path }
    } else {
        Error::Open { path, cause }
    }
}

fn unreadable(name: &Arc<str>, reason: String) -> Item {
    let (source, excerpt) = (Arc::clone(name), String::new());
    Item::Bad(crate::BadRecord { source, number: 1, offset: 0, reason, excerpt })
}

/// A path's last part; of `.` and `..` that of the folder meant.
fn own_name(path: &Path) -> String {
    let canonical = path.canonicalize().ok();
    let named = if path.file_name().is_some() { Some(path) } else { canonical.as_deref() };
    let last = named.and_then(Path::file_name);
    last.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
