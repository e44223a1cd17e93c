//! Judgements: which documents people found relevant to which topic (qrels).
//!
//! Comes in: a TREC file (`topic iteration document grade`, blanks between) or a BEIR file (`topic document grade`, tabs
//! between, with or without a heading). Goes out: grades by topic and document. Decides no measure.

use std::collections::{BTreeMap, HashMap};

use crate::Error;
use crate::error::shortened;

/// Grades by topic and document. Topics stand in the order of their bytes, as trec_eval sorts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgements {
    topics: BTreeMap<String, HashMap<String, i64>>,
}

const FILE: &str = "the judgements";
const EXPECTED: &str = "`topic iteration document grade` or `topic<TAB>document<TAB>grade`";

impl Judgements {
    /// Reads judgements. Empty lines are passed over.
    ///
    /// # Errors
    /// For a line of another form, and for a document judged twice for a topic.
    pub fn parse(text: &str) -> Result<Judgements, Error> {
        let mut judgements = Judgements::default();
        for (index, line) in text.lines().enumerate() {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let (topic, document, grade) = match columns[..] {
                [] => continue,
                [topic, _, document, grade] => (topic, document, grade),
                [topic, document, grade] => (topic, document, grade),
                _ => return Err(unreadable(index, line)),
            };
            match grade.parse::<i64>() {
                Ok(grade) => judgements.add(index, topic, document, grade)?,
                // The heading of a BEIR file.
                Err(_) if index == 0 && columns.len() == 3 => {}
                Err(_) => return Err(unreadable(index, line)),
            }
        }
        match judgements.topics.is_empty() {
            true => Err(Error::Nothing { file: FILE, what: "judgement", expected: EXPECTED }),
            false => Ok(judgements),
        }
    }

    fn add(&mut self, index: usize, topic: &str, document: &str, grade: i64) -> Result<(), Error> {
        let grades = self.topics.entry(topic.to_owned()).or_default();
        match grades.insert(document.to_owned(), grade) {
            None => Ok(()),
            Some(_) => {
                let what = format!("document `{document}` of topic `{topic}`");
                Err(Error::Twice { file: FILE, line: index + 1, what })
            }
        }
    }

    /// The topics that have judgements, with the grades of their documents.
    pub fn topics(&self) -> impl Iterator<Item = (&str, &HashMap<String, i64>)> {
        self.topics.iter().map(|(topic, grades)| (topic.as_str(), grades))
    }

    /// The grades of a topic; `None` where it has no judgements.
    pub fn of(&self, topic: &str) -> Option<&HashMap<String, i64>> {
        self.topics.get(topic)
    }

    /// How many topics have judgements.
    pub fn len(&self) -> usize {
        self.topics.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }
}

fn unreadable(index: usize, line: &str) -> Error {
    Error::Line { file: FILE, line: index + 1, expected: EXPECTED, found: shortened(line) }
}
