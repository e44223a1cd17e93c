//! Inputs one after another, cut into batches.
//!
//! Comes in: paths, standard input or bytes, and the options. Goes out: batches of raw records, progress, and
//! at the end a summary of each input. Runs on one thread and parses nothing; batches are parsed elsewhere.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::batch::{Piece, SourceContext};
use crate::compression::{self, Stream};
use crate::formats::{HEAD_BYTES, Recognised, recognise};
use crate::raw::RawBytes;
use crate::stream::{End, Plain, RecordStream};
use crate::summary::{Counters, hex};
use crate::walk::{self, Found, Kind};
use crate::{
    Batch, Compression, Error, FieldMap, Format, Item, ReadOptions, SkipReason, SourceSummary,
    encoding,
};

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
    queue: VecDeque<Entry>,
    current: Option<Open>,
    total_bytes: Option<u64>,
    bytes_read: Arc<AtomicU64>,
}

/// What is known about one input so far.
struct InputState {
    summary: SourceSummary,
    counters: Arc<Counters>,
    /// The `sha256sum` lines of a folder's files; `None` for a single file.
    listing: Option<Sha256>,
}

/// A source waiting to be opened.
struct Entry {
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

/// The source being cut.
struct Open {
    input: usize,
    name: Arc<str>,
    raw: RawBytes,
    stream: RecordStream,
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
            current: None,
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
        self.queue.push_back(Entry { input: index, name: name.into(), from });
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
            self.queue.push_back(Entry { input, name, from });
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
        while bytes < self.options.batch_bytes.max(1) && pieces.len() < MAX_PIECES {
            if let Some(open) = &mut self.current {
                match open.stream.next_piece()? {
                    Some(piece) => {
                        bytes += piece.raw_bytes();
                        pieces.push(piece);
                    }
                    None => self.close()?,
                }
            } else if let Some(entry) = self.queue.pop_front() {
                pieces.extend(self.start(entry)?);
            } else {
                break;
            }
        }
        Ok((!pieces.is_empty()).then(|| Batch { pieces, map: Arc::clone(&self.map) }))
    }

    /// Opens a source; gives what there is to say about it where it is not to be read.
    fn start(&mut self, entry: Entry) -> Result<Option<Piece>, Error> {
        let Entry { input, name, from } = entry;
        let counters = Arc::clone(&self.inputs[input].counters);
        let context = Arc::new(SourceContext { name: Arc::clone(&name), counters });
        let bytes: Stream = match from {
            From::Note(item) => return Ok(Some(Piece::Item(context, item))),
            From::Stdin => Box::new(io::stdin()),
            From::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            From::File(path) => match File::open(&path) {
                Ok(file) => Box::new(file),
                Err(cause) if self.inputs[input].listing.is_some() => {
                    let item = unreadable(&name, format!("cannot be opened: {cause}"));
                    return Ok(Some(Piece::Item(context, item)));
                }
                Err(cause) => return Err(cannot_open(&path, cause)),
            },
        };
        let raw = RawBytes::new(bytes, Arc::clone(&self.bytes_read));
        let read = |cause| Error::Read { name: name.to_string(), offset: raw.position(), cause };
        let (compression, plain) = self.plain(&raw, &context).map_err(read)?;
        let whole = matches!(plain.end, End::Whole);
        let recognised = match self.options.format {
            Some(format) => Recognised::Format(format),
            None => recognise(&plain.head, whole, &name),
        };
        let state = &mut self.inputs[input];
        let Recognised::Format(format) = recognised else {
            state.close(&name, &raw)?;
            return Ok(Some(Piece::Item(context, Item::Skipped(SkipReason::Binary))));
        };
        state.note(format, compression);
        let wrapping = compression.map_or("file", Compression::stream_name);
        let cutter = format.cutter(&self.options);
        let stream =
            RecordStream::new(context, raw.clone(), wrapping, plain, cutter, &self.options);
        self.current = Some(Open { input, name, raw, stream });
        Ok(None)
    }

    /// Undoes compression and encoding.
    fn plain(
        &self,
        raw: &RawBytes,
        context: &SourceContext,
    ) -> io::Result<(Option<Compression>, Plain)> {
        let (compression, stream) = compression::open(Box::new(raw.clone()))?;
        let mut plain = Plain { stream, head: Vec::new(), offset: 0, end: End::Open };
        plain.fill(HEAD_BYTES, raw)?;
        let plain = encoding::to_utf8(plain, self.options.encoding, raw, &context.counters)?;
        Ok((compression, plain))
    }

    fn close(&mut self) -> Result<(), Error> {
        match self.current.take() {
            Some(Open { input, name, raw, .. }) => self.inputs[input].close(&name, &raw),
            None => Ok(()),
        }
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
        InputState { summary, counters: Arc::default(), listing }
    }

    fn note(&mut self, format: Format, compression: Option<Compression>) {
        let summary = &mut self.summary;
        if summary.files == 0 {
            (summary.format, summary.compression) = (Some(format), compression);
        } else {
            summary.format = summary.format.filter(|known| *known == format);
            summary.compression = summary.compression.filter(|known| Some(*known) == compression);
        }
    }

    /// Takes over size and digest of a source that has been read.
    fn close(&mut self, name: &str, raw: &RawBytes) -> Result<(), Error> {
        let (bytes, sha256) = raw.finish().map_err(|kind| Error::Read {
            name: name.to_owned(),
            offset: raw.position(),
            cause: raw.take_failure().unwrap_or(kind),
        })?;
        self.summary.files += 1;
        self.summary.bytes += bytes;
        match &mut self.listing {
            None => self.summary.sha256 = sha256,
            Some(listing) => listing.update(format!("{}  {name}\n", hex(&sha256))),
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
