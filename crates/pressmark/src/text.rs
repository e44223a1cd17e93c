//! The text of a query read for one index.
//!
//! Comes in: the text and the fields of the index. Goes out: its tree and the repairs, in words. What it means is the
//! plan's.

use query::parser::{ParseOptions, parse};
use query::syntax::Node;

use crate::{Error, Index, QueryText};

/// A query text that was understood.
pub(crate) struct Parsed {
    /// Its tree.
    pub(crate) root: Node,
    /// What was repaired.
    pub(crate) repairs: Vec<String>,
}

impl Parsed {
    pub(crate) fn new(index: &Index, text: &QueryText) -> Result<Parsed, Error> {
        let read = |path: &str| std::fs::read_to_string(path);
        let options = ParseOptions {
            all: text.all_words,
            lenient: text.lenient,
            fields: &index.file().manifest().schema.fields,
            read_file: text.read_files.then_some(&read),
            analyzer: Some(index.analyzer()),
        };
        let parsed =
            parse(&text.text, &options).map_err(|error| Error::of_syntax(error, &text.text))?;
        let repairs = parsed.repairs.into_iter().map(|repair| repair.message);
        Ok(Parsed { root: parsed.root, repairs: repairs.collect() })
    }
}
