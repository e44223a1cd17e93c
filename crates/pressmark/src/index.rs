//! An open index: where every question begins.
//!
//! Comes in: a path, bytes, or dumps to be indexed in memory. Goes out: [`Index`], checked to have been made by the
//! analyzer this program has. The questions themselves stand in `search` and `inspect`, building in `build`.

use std::path::Path;

use analysis::{Analyzer, AnalyzerOptions};
use query::Searcher;
use store::{DocId, IndexFile, OpenMode, Segment};

use crate::Error;

/// How to open an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// Whether to map the file; otherwise it is read into memory (network file systems, files others may cut).
    pub map: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions { map: true }
    }
}

/// An open index: one committed state of one file, whatever is written to the file from then on. Share it by reference.
///
/// ```no_run
/// use pressmark::{Index, OpenOptions, SearchRequest};
/// let index = Index::open("news.pmk".as_ref(), &OpenOptions::default())?;
/// for hit in index.search(&SearchRequest::new("\"big bad wolf\""))?.hits {
///     println!("{} {} {}", hit.rank, hit.id, hit.score);
/// }
/// # Ok::<(), pressmark::Error>(())
/// ```
pub struct Index {
    file: IndexFile,
    analyzer: Analyzer,
}

impl Index {
    /// Opens the last committed state of an index file. Costs the same for any size.
    ///
    /// # Errors
    /// Where there is no such file, it is no index ([`Error::is_not_an_index`]), a newer one, a damaged one, or one made
    /// by another analyzer.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Index, Error> {
        let mode = if options.map { OpenMode::Map } else { OpenMode::Read };
        Index::new(IndexFile::open(path, mode)?)
    }

    /// Opens an index that lies in memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Index, Error> {
        Index::new(IndexFile::from_bytes(bytes)?)
    }

    fn new(file: IndexFile) -> Result<Index, Error> {
        let record = &file.manifest().analyzer;
        let options = AnalyzerOptions { stem: record.stem.clone() };
        let analyzer = Analyzer::new(&options)?;
        // Compares the fingerprints.
        Searcher::new(&file, &analyzer).map_err(|error| Error::in_query(error, ""))?;
        Ok(Index { file, analyzer })
    }

    /// The file below.
    pub(crate) fn file(&self) -> &IndexFile {
        &self.file
    }

    /// The analyzer that made it.
    pub(crate) fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    pub(crate) fn searcher(&self) -> Result<Searcher<'_>, Error> {
        Searcher::new(&self.file, &self.analyzer).map_err(|error| Error::in_query(error, ""))
    }

    /// Documents in the index.
    pub fn documents(&self) -> u64 {
        self.file.manifest().statistics.documents
    }

    /// The names of all fields, text fields in the order in which they are searched.
    pub fn field_names(&self) -> Vec<String> {
        self.file.manifest().schema.fields.iter().map(|field| field.name.clone()).collect()
    }

    /// The id of a document by its number; `None` past the last.
    pub fn id(&self, document: u32) -> Result<Option<&str>, Error> {
        let Some((segment, local)) = self.segment_of(DocId(document)) else { return Ok(None) };
        Ok(Some(segment.id(local)?))
    }

    /// The segment of a document, and its number there.
    pub(crate) fn segment_of(&self, document: DocId) -> Option<(&Segment, u32)> {
        let segments = self.file.segments();
        let after = segments.partition_point(|segment| segment.base() <= document.0);
        let segment = segments.get(after.checked_sub(1)?)?;
        let local = document.0 - segment.base();
        (local < segment.doc_count()).then_some((segment, local))
    }
}
