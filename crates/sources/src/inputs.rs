//! Inputs one after another, cut into batches.
//!
//! Comes in: paths, standard input or bytes, and the options. Goes out: batches of raw records, progress, and
//! at the end a summary of each input. Runs on one thread and parses nothing; batches are parsed elsewhere.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::archive::Entries;
use crate::batch::{Piece, SourceContext, take_rows};
use crate::formats::parquet::Rows;
use crate::mapping::FieldBuilder;
use crate::pattern;
use crate::raw::RawBytes;
use crate::stream::RecordStream;
use crate::walk::{self, Found, Kind};
use crate::{Batch, Error, FieldMap, Format, Item, ReadOptions, SourceSummary, Tally};

mod handed;
mod opening;
mod state;

pub use handed::{Documents, Failure};
use state::InputState;

/// What to read.
#[derive(Debug, Clone)]
pub enum Input {
    /// A file, or a folder with everything below it; or where nothing is called that, all files and folders that it matches as a
    /// pattern (`dumps/*.jsonl.gz`, `**/*.warc.gz`, `part-[0-9]?.csv`), in byte order of their paths, each as an input.
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

impl Input {
    /// Whether `path` is a pattern: nothing is called that, and it has `*`, `?` or `[` in it.
    pub fn is_pattern(path: &Path) -> bool {
        pattern::is_pattern(path)
    }
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
    /// How many have been taken out of the queue.
    started: usize,
    /// Archives being read, each inside the one before.
    archives: Vec<OpenArchive>,
    current: Option<Open>,
    table: Option<OpenTable>,
    /// Documents that need no reading, after everything else.
    documents: Option<Documents>,
    /// Pieces for the next batches.
    ready: VecDeque<Piece>,
    total_bytes: Option<u64>,
    bytes_read: Arc<AtomicU64>,
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

/// A columnar data set being read.
struct OpenTable {
    context: Arc<SourceContext>,
    rows: Rows,
    fields: FieldBuilder,
}

/// An archive being read.
struct OpenArchive {
    source: Source,
    entries: Entries,
}

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
            started: 0,
            archives: Vec::new(),
            current: None,
            table: None,
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
            Input::Path(path) if pattern::is_pattern(&path) => {
                return pattern::matches(&path)?
                    .into_iter()
                    .try_for_each(|path| self.add(Input::Path(path)));
            }
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
            } else if let Some(OpenTable { context, rows, fields }) = &mut self.table {
                let limit = self.options.record_limit(Format::Parquet);
                match take_rows(context, rows, fields, (enough, limit)) {
                    Some(piece) => self.ready.push_back(piece),
                    None => self.table = None,
                }
            } else if !self.archives.is_empty() {
                self.next_entry()?;
            } else if let Some(waiting) = self.queue.pop_front() {
                self.started += 1;
                self.start(waiting)?;
            } else if self.documents.is_some() {
                self.take_documents(enough)?;
            } else {
                break;
            }
        }
        let (map, reach) = (Arc::clone(&self.map), self.started);
        Ok((!pieces.is_empty()).then_some(Batch { pieces, map, reach }))
    }

    fn context(&self, input: usize, name: &Arc<str>) -> Arc<SourceContext> {
        let counters = Arc::clone(&self.inputs[input].counters);
        Arc::new(SourceContext { input, name: Arc::clone(name), counters })
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

    /// Counts records for the summaries: of batches that were parsed by [`Batch::parse`].
    pub fn count(&self, tally: &Tally) {
        for (input, counts) in tally.counts() {
            if let Some(input) = self.inputs.get(input) {
                input.counters.add(counts);
            }
        }
    }

    /// One summary for each input, in the order given. Complete once [`Inputs::next_batch`] has given
    /// `None` and every batch has been read.
    pub fn summaries(&self) -> Vec<SourceSummary> {
        self.inputs.iter().map(InputState::summary).collect()
    }
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
