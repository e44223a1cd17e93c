//! The text of a query read for one index.
//!
//! Comes in: the text and the fields of the index. Goes out: its tree and the repairs, in words. What it means is the
//! plan's.

use query::parser::{ParseOptions, parse};
use query::syntax::{Node, NodeKind, Occur};

use crate::{Error, Index, QueryPart, QueryText, WeightedPart};

/// A query text that was understood.
pub(crate) struct Parsed {
    /// Its tree.
    pub(crate) root: Node,
    /// What was repaired.
    pub(crate) repairs: Vec<String>,
}

impl Parsed {
    /// A query put together from parts, any of which may match.
    pub(crate) fn of_parts(parts: &[WeightedPart]) -> Parsed {
        let node = |kind| Node::new(kind, 0..0);
        let text = |word: &String| node(NodeKind::Text(word.clone()));
        let clause = |part: &WeightedPart| {
            let kind = match &part.part {
                QueryPart::Word(word) => NodeKind::Text(word.clone()),
                QueryPart::Phrase(words) => {
                    NodeKind::Phrase { slots: words.iter().map(text).collect(), slop: 0 }
                }
                QueryPart::Near(words, distance) => NodeKind::Window {
                    operands: words.iter().map(text).collect(),
                    distance: Some(*distance),
                    ordered: false,
                },
            };
            let kind = match &part.field {
                None => kind,
                Some(name) => NodeKind::Field { name: name.clone(), node: Box::new(node(kind)) },
            };
            (Occur::Should, Node { boost: part.weight, ..node(kind) })
        };
        let kind = match parts {
            [] => NodeKind::Empty,
            parts => NodeKind::Clauses(parts.iter().map(clause).collect()),
        };
        Parsed { root: node(kind), repairs: Vec::new() }
    }

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
