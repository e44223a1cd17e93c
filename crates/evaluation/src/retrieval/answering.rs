//! Topics answered by an index: from the text of a topic to the documents of a run.
//!
//! Comes in: an index and a topic. Goes out: entries of a run, best first. A topic's text is taken as words, whatever
//! characters it has, unless it is said to be a query. Feedback and proximity add weighted parts to those words; what
//! matches and how it scores is the index's.

use std::collections::HashSet;

use pressmark::{
    Index, PreparedQuery, QueryPart, QueryText, Ranking, Strategy, Ties, Token, WeightedPart,
};

use super::{Feedback, RunEntry, Topic};
use crate::Error;

/// How topics are answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answering {
    /// The model and its parameters.
    pub ranking: Ranking,
    /// Documents a topic.
    pub depth: usize,
    /// Order of equal scores.
    pub ties: Ties,
    /// What the text of a topic is.
    pub reading: Reading,
    /// Text fields that are scored apart, each with its own statistics and weight; none for all of them together.
    pub fields: Vec<(String, f64)>,
    /// Words of topics that are left out, in lower case.
    pub stop_words: HashSet<String>,
    /// Whether neighbouring words of a topic count more where they stand together.
    pub proximity: Option<Proximity>,
    /// A second search with words of the best documents of the first.
    pub feedback: Option<Feedback>,
    /// Whether the document whose id is the topic's is left out, as in collections whose topics are documents.
    pub without_own_document: bool,
}

/// What the text of a topic is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// Words: no character of it is syntax, and any of them may match.
    #[default]
    Words,
    /// A query as `search` takes it.
    Query,
}

/// The sequential dependence model's weights (Metzler and Croft, SIGIR 2005), over the index's own ranking: single words,
/// neighbours as a phrase, neighbours within a window of eight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proximity {
    /// Of a word.
    pub word: f64,
    /// Of two neighbours one right after the other.
    pub phrase: f64,
    /// Of two neighbours near each other in any order.
    pub near: f64,
}

/// Words of others between two neighbours in a window of eight.
const BETWEEN: u32 = 6;

/// English words that Lucene's analyzer leaves out, for comparisons with figures published with it.
pub const LUCENE_STOP_WORDS: [&str; 33] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it",
    "no", "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these",
    "they", "this", "to", "was", "will", "with",
];

impl Default for Proximity {
    fn default() -> Self {
        Proximity { word: 0.85, phrase: 0.1, near: 0.05 }
    }
}

impl Default for Answering {
    fn default() -> Self {
        Answering {
            ranking: Ranking::default(),
            depth: 1000,
            ties: Ties::Number,
            reading: Reading::Words,
            fields: Vec::new(),
            stop_words: HashSet::new(),
            proximity: None,
            feedback: None,
            without_own_document: false,
        }
    }
}

impl Answering {
    /// The documents for a topic, best first.
    ///
    /// # Errors
    /// For a query that is malformed (as words none is), for ranking parameters out of range, and for a damaged index.
    pub fn answer(&self, index: &Index, topic: &Topic) -> Result<Vec<RunEntry>, Error> {
        if self.reading == Reading::Query {
            let text = QueryText::new(topic.text.as_str());
            return self.rank(index, &index.prepare(&text, self.ranking)?, topic);
        }
        let mut parts = self.parts(index, &topic.text);
        if let Some(feedback) = &self.feedback {
            let query = index.prepare_parts(&parts, self.ranking)?;
            // One more, for the topic's own document may be among them.
            let first = index.rank(&query, feedback.documents + 1, Strategy::Auto)?.documents;
            let mut best = Vec::with_capacity(first.len());
            for (document, score) in first {
                if !self.is_own(index, topic, document)? {
                    best.push((document, score));
                }
            }
            best.truncate(feedback.documents);
            parts = feedback.expand(index, &parts, &best)?;
        }
        self.rank(index, &index.prepare_parts(&parts, self.ranking)?, topic)
    }

    /// The words of a text that are searched for, with those of pairs where proximity is asked for.
    fn parts(&self, index: &Index, text: &str) -> Vec<WeightedPart> {
        let words: Vec<Token> =
            index.analyze(text).into_iter().filter(|word| self.keeps(word)).collect();
        let weight = self.proximity.map_or(1.0, |proximity| proximity.word);
        let mut parts = Vec::with_capacity(words.len());
        for word in &words {
            self.add(QueryPart::Word(word.text.clone()), weight, &mut parts);
        }
        let Some(proximity) = self.proximity else { return parts };
        for pair in words.windows(2) {
            let [left, right] = pair else { continue };
            if left.term != right.term {
                let both = vec![left.text.clone(), right.text.clone()];
                self.add(QueryPart::Phrase(both.clone()), proximity.phrase, &mut parts);
                self.add(QueryPart::Near(both, BETWEEN), proximity.near, &mut parts);
            }
        }
        parts
    }

    /// A part over all fields together, or one for each field.
    fn add(&self, part: QueryPart, weight: f64, parts: &mut Vec<WeightedPart>) {
        if self.fields.is_empty() {
            parts.push(WeightedPart { part, weight, field: None });
            return;
        }
        for (field, factor) in &self.fields {
            let (part, weight, field) = (part.clone(), weight * factor, Some(field.clone()));
            parts.push(WeightedPart { part, weight, field });
        }
    }

    fn keeps(&self, word: &Token) -> bool {
        !word.term.is_empty() && !self.stop_words.contains(&word.text.to_lowercase())
    }

    fn rank(
        &self,
        index: &Index,
        query: &PreparedQuery,
        topic: &Topic,
    ) -> Result<Vec<RunEntry>, Error> {
        let wanted = self.depth.saturating_add(usize::from(self.without_own_document));
        let ranked = index.rank_in_order(query, wanted, Strategy::Auto, self.ties)?;
        let mut entries = Vec::with_capacity(ranked.documents.len());
        for (document, score) in ranked.documents {
            if !self.is_own(index, topic, document)? {
                let id = index.id(document)?.unwrap_or_default();
                entries.push(RunEntry { document: id.to_owned(), score });
            }
        }
        entries.truncate(self.depth);
        Ok(entries)
    }

    /// Whether a document is the topic itself and that is not to count.
    fn is_own(&self, index: &Index, topic: &Topic, document: u32) -> Result<bool, Error> {
        Ok(self.without_own_document && index.id(document)? == Some(topic.id.as_str()))
    }
}
