//! Documents as an index: written as JSON lines, built by the library, opened.
//!
//! In come the oracle's documents and how to build, out goes an open index of the same documents in the same order.

use crate::meaning::COLUMNS;
use oracle::OracleDoc;
use pressmark::{BuildOptions, BuildRequest, Index, Input, OpenOptions};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// How an index is built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Build {
    /// Commits, each of which adds a segment.
    pub(crate) segments: usize,
    /// Threads.
    pub(crate) threads: usize,
}

impl Default for Build {
    fn default() -> Self {
        Build { segments: 1, threads: 1 }
    }
}

/// An index and the folder that it lies in.
pub(crate) struct Built {
    pub(crate) index: Index,
    pub(crate) path: PathBuf,
    _folder: tempfile::TempDir,
}

/// Builds an index of these documents.
pub(crate) fn build(documents: &[OracleDoc], how: Build) -> Built {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.pmk");
    let per_segment = documents.len().div_ceil(how.segments).max(1);
    for (number, part) in documents.chunks(per_segment).enumerate() {
        let dump = folder.path().join(format!("part{number}.jsonl"));
        write(&dump, part);
        // Half of the indexes answer phrases from lists of pairs, half have their lists in another order.
        let pairs = (1 < how.segments).then_some(50);
        let reorder = Some((how.segments + how.threads).is_multiple_of(2));
        let options =
            BuildOptions { pairs, reorder, threads: how.threads, ..BuildOptions::default() };
        add(&path, &dump, options);
    }
    let index = Index::open(&path, &OpenOptions::default()).unwrap();
    Built { index, path, _folder: folder }
}

/// Adds a dump to an index, which it creates if need be.
fn add(path: &Path, dump: &Path, options: BuildOptions) {
    let fields = "title:text,body:text,date:date,source:keyword,pages:number".parse().unwrap();
    let options = BuildOptions { fields, ..options };
    Index::build(path, request(&[dump.to_owned()], options), &()).unwrap();
}

/// What to index, and how.
pub(crate) fn request(inputs: &[PathBuf], options: BuildOptions) -> BuildRequest {
    let inputs = inputs.iter().cloned().map(Input::Path).collect();
    BuildRequest { inputs, options, ..BuildRequest::default() }
}

/// Writes documents as JSON lines.
pub(crate) fn write(path: &Path, documents: &[OracleDoc]) {
    let lines = documents.iter().map(|document| json(document) + "\n");
    std::fs::write(path, lines.collect::<String>()).unwrap();
}

fn json(document: &OracleDoc) -> String {
    let mut object = Map::new();
    object.insert("id".to_owned(), document.id.clone().into());
    for (name, value) in document.fields.iter().chain(&document.columns) {
        let number = value.parse::<f64>().ok().filter(|_| COLUMNS.contains(&name.as_str()));
        object.insert(name.clone(), number.map_or(Value::from(value.as_str()), Value::from));
    }
    Value::Object(object).to_string()
}
