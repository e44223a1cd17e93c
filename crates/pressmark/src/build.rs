//! Building: dumps in, an index file or an index in memory out.
//!
//! Comes in: inputs and the options of the crates below, which stand at this crate's root. Goes out: a report of all that
//! was indexed, guessed, skipped and set aside.

use std::path::Path;

use indexer::{BuildOptions, Progress, Report};
use sources::{FieldMap, Input, Inputs, ReadOptions};
use store::{DiskStorage, IndexFile, MemoryStorage, OpenMode};

use crate::{Error, Index};

/// What to index and how. The default reads nothing; fill in `inputs`.
#[derive(Clone, Debug, Default)]
pub struct BuildRequest {
    /// Files, folders, standard input or bytes.
    pub inputs: Vec<Input>,
    /// How inputs become documents.
    pub read: ReadOptions,
    /// How documents become an index.
    pub options: BuildOptions,
}

/// The name of an index that has no file.
const IN_MEMORY: &str = "memory.pmk";

impl Index {
    /// Builds an index file, or adds the documents to the one that is there. Until it returns, readers see the old state;
    /// where it fails, nothing has changed.
    ///
    /// # Errors
    /// Where inputs cannot be read, a record is bad and bad ones are not to be skipped, the existing index has other fields
    /// or another analyzer, or the file cannot be written.
    pub fn build(
        path: &Path,
        request: BuildRequest,
        progress: &dyn Progress,
    ) -> Result<Report, Error> {
        let mut read = request.read;
        let noted = shaping(&read);
        let options = &BuildOptions { noted, ..request.options };
        keep_named(&mut read.map, options.fields.iter().map(|(name, _)| name))?;
        if let Ok(index) = IndexFile::open(path, OpenMode::Map) {
            let fields = &index.manifest().schema.fields;
            keep_named(&mut read.map, fields.iter().map(|field| field.name.as_str()))?;
        }
        read.record_memory = read.record_memory.min(record_memory(options.memory));
        let inputs = Inputs::open(request.inputs, read)?;
        Ok(indexer::build(path, &DiskStorage, inputs, options, progress)?)
    }

    /// Builds an index in memory, for looking into a dump at once. Nothing is written anywhere.
    ///
    /// # Errors
    /// As [`Index::build`].
    pub fn in_memory(
        request: BuildRequest,
        progress: &dyn Progress,
    ) -> Result<(Index, Report), Error> {
        let mut read = request.read;
        keep_named(&mut read.map, request.options.fields.iter().map(|(name, _)| name))?;
        read.record_memory = read.record_memory.min(record_memory(request.options.memory));
        let inputs = Inputs::open(request.inputs, read)?;
        let options = BuildOptions { spill: false, resume: false, ..request.options };
        let (storage, path) = (MemoryStorage::default(), Path::new(IN_MEMORY));
        let mut report = indexer::build(path, &storage, inputs, &options, progress)?;
        // It lay in memory too and goes with it; their number stays in the report.
        report.bad_file = None;
        let bytes = storage.take(path).expect("a build that succeeds has put its file there");
        Ok((Index::from_bytes(bytes)?, report))
    }
}

/// What the work on one record may take of a build's `memory`: all of it, and most of what a build takes in any case, as
/// nothing else goes on meanwhile.
fn record_memory(memory: u64) -> usize {
    usize::try_from(memory.saturating_add(RECORD_ROOM)).unwrap_or(usize::MAX)
}

/// See [`record_memory`].
const RECORD_ROOM: u64 = 80 << 20;

/// A field that somebody has named, such as `text`, keeps its name: it is not taken for the body any more.
fn keep_named<'n>(map: &mut FieldMap, names: impl Iterator<Item = &'n str>) -> Result<(), Error> {
    for name in names.filter(|name| !FieldMap::MEANT.contains(name)) {
        if map.pairs().all(|(target, source)| target != name && source != name) {
            map.insert(name, name)?;
        }
    }
    Ok(())
}

/// The options of reading that decide what is in the index, where they are not the default; by the names of the command
/// line.
fn shaping(read: &ReadOptions) -> Vec<(String, String)> {
    let default = ReadOptions::default();
    let map: Vec<String> =
        read.map.pairs().map(|(target, source)| format!("{target}={source}")).collect();
    let namespaces: Vec<String> = match read.namespaces == default.namespaces {
        true => Vec::new(),
        false => read.namespaces.iter().map(i64::to_string).collect(),
    };
    let options = [
        ("input-format", read.format.map(|format| format.name().to_owned()).unwrap_or_default()),
        ("encoding", read.encoding.map(|encoding| encoding.name().to_owned()).unwrap_or_default()),
        ("map", map.join(",")),
        ("namespaces", namespaces.join(",")),
    ];
    options.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
