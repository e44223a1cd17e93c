//! Runs: the documents that a system found for each topic, with scores.
//!
//! Comes in: lines `topic Q0 document rank score tag`, or answers of an index. Goes out: entries by topic, and such lines.
//! The rank column is written but never read: trec_eval orders by score, and so does everything here.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use crate::Error;
use crate::error::shortened;

/// What a system answered. Topics stand in the order of their bytes; entries in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    topics: BTreeMap<String, Vec<RunEntry>>,
}

/// One document of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEntry {
    /// Its id.
    pub document: String,
    /// Its score; higher is better.
    pub score: f64,
}

const FILE: &str = "the run";
const EXPECTED: &str = "`topic Q0 document rank score tag` with a number as score";

impl Run {
    /// Reads a run. Empty lines are passed over.
    ///
    /// # Errors
    /// For a line of another form, and for a document that stands twice under a topic.
    pub fn parse(text: &str) -> Result<Run, Error> {
        let mut run = Run::default();
        let mut seen: HashSet<(&str, &str)> = HashSet::new();
        for (index, line) in text.lines().enumerate() {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let (topic, document, score) = match columns[..] {
                [] => continue,
                [topic, _, document, _, score] | [topic, _, document, _, score, _] => {
                    (topic, document, score)
                }
                _ => return Err(unreadable(index, line)),
            };
            let score: f64 = score
                .parse()
                .ok()
                .filter(|score: &f64| !score.is_nan())
                .ok_or_else(|| unreadable(index, line))?;
            if !seen.insert((topic, document)) {
                let what = format!("document `{document}` of topic `{topic}`");
                return Err(Error::Twice { file: FILE, line: index + 1, what });
            }
            let entry = RunEntry { document: document.to_owned(), score };
            run.topics.entry(topic.to_owned()).or_default().push(entry);
        }
        match run.topics.is_empty() {
            true => Err(Error::Nothing { file: FILE, what: "document", expected: EXPECTED }),
            false => Ok(run),
        }
    }

    /// Puts the answer to a topic into the run, in the place of an earlier one.
    pub fn insert(&mut self, topic: &str, entries: Vec<RunEntry>) {
        self.topics.insert(topic.to_owned(), entries);
    }

    /// The topics with their documents.
    pub fn topics(&self) -> impl Iterator<Item = (&str, &[RunEntry])> {
        self.topics.iter().map(|(topic, entries)| (topic.as_str(), entries.as_slice()))
    }

    /// The documents found for a topic; `None` where the run does not have it.
    pub fn of(&self, topic: &str) -> Option<&[RunEntry]> {
        self.topics.get(topic).map(Vec::as_slice)
    }
}

/// The lines of one topic, ranks counted from 1. Blanks in ids and tag become `_`, for blanks separate the columns. Scores are
/// written so that reading them back gives the same number.
pub fn lines(topic: &str, entries: &[RunEntry], tag: &str) -> String {
    let (topic, tag) = (unbroken(topic), unbroken(tag));
    let mut text = String::new();
    for (index, entry) in entries.iter().enumerate() {
        let (document, rank, score) = (unbroken(&entry.document), index + 1, entry.score);
        let _ = writeln!(text, "{topic} Q0 {document} {rank} {score} {tag}");
    }
    text
}

fn unbroken(word: &str) -> String {
    if word.is_empty() { "_".to_owned() } else { word.replace(char::is_whitespace, "_") }
}

fn unreadable(index: usize, line: &str) -> Error {
    Error::Line { file: FILE, line: index + 1, expected: EXPECTED, found: shortened(line) }
}
