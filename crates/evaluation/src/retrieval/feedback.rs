//! Pseudo-relevance feedback: a query made longer by words of the best documents it finds.
//!
//! Comes in: the parts of a query and the best documents with their scores. Goes out: the parts of the query to run
//! instead. Reads the stored text of those documents; an index without it cannot do this and says so.
//!
//! **RM3** (Abdul-Jaleel and others, TREC 2004): a word weighs the sum over documents of its share of the document's words
//! times the document's share of the scores. **Rocchio** (1971): a word weighs its mean over documents of its frequency
//! divided by the Euclidean length of the document's vector. The heaviest words are kept, both sides are scaled to sum to 1
//! (RM3) or to length 1 (Rocchio), and added with their weights. Words of more than a tenth of all documents, and words of
//! less than two characters, are no feedback words.

use std::collections::BTreeMap;

use pressmark::{Index, QueryPart, WeightedPart};

use crate::Error;

/// How a query is made longer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feedback {
    /// The formula.
    pub method: FeedbackMethod,
    /// How many documents are taken for relevant.
    pub documents: usize,
    /// How many words they give.
    pub words: usize,
}

/// The formula of a feedback with its weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FeedbackMethod {
    /// The part of the original query, the rest being the words of the documents.
    Rm3 {
        /// 0 to 1; usually 0.5.
        original: f64,
    },
    /// The weights of the original query and of the documents.
    Rocchio {
        /// Usually 1.
        alpha: f64,
        /// Usually 0.75.
        beta: f64,
    },
}

/// Documents may have a word in this part of the index and no more, for it to be a feedback word.
const COMMON: f64 = 0.1;

/// A word of the documents: as it stands in one of them, with its weight.
struct Word {
    text: String,
    weight: f64,
}

impl Feedback {
    /// RM3 as Anserini has it by default: ten documents, ten words, half and half.
    #[must_use]
    pub fn rm3() -> Feedback {
        Feedback { method: FeedbackMethod::Rm3 { original: 0.5 }, documents: 10, words: 10 }
    }

    /// Rocchio as Anserini has it by default.
    #[must_use]
    pub fn rocchio() -> Feedback {
        let method = FeedbackMethod::Rocchio { alpha: 1.0, beta: 0.75 };
        Feedback { method, documents: 10, words: 10 }
    }

    /// The parts of the longer query.
    pub(super) fn expand(
        &self,
        index: &Index,
        original: &[WeightedPart],
        best: &[(u32, f64)],
    ) -> Result<Vec<WeightedPart>, Error> {
        if best.is_empty() || original.is_empty() {
            return Ok(original.to_vec());
        }
        let mut words = self.words_of(index, best)?;
        let weights = || original.iter().map(|part| part.weight);
        let (kept, added) = match self.method {
            FeedbackMethod::Rm3 { original: share } => {
                let sum: f64 = words.iter().map(|word| word.weight).sum();
                (share / weights().sum::<f64>(), (1.0 - share) / sum.max(f64::MIN_POSITIVE))
            }
            FeedbackMethod::Rocchio { alpha, beta } => {
                (alpha / weights().map(|weight| weight * weight).sum::<f64>().sqrt(), beta)
            }
        };
        let scaled =
            |part: &WeightedPart| WeightedPart { weight: part.weight * kept, ..part.clone() };
        let mut parts: Vec<WeightedPart> = original.iter().map(scaled).collect();
        parts.extend(words.drain(..).filter(|word| 0.0 < word.weight).map(|word| WeightedPart {
            part: QueryPart::Word(word.text),
            weight: word.weight * added,
            field: None,
        }));
        Ok(parts)
    }

    /// The heaviest words of the documents.
    fn words_of(&self, index: &Index, best: &[(u32, f64)]) -> Result<Vec<Word>, Error> {
        let least = best.iter().map(|(_, score)| *score).fold(f64::INFINITY, f64::min).min(0.0);
        let total: f64 = best.iter().map(|(_, score)| score - least).sum();
        let mut weights: BTreeMap<String, Word> = BTreeMap::new();
        let mut any = false;
        for (document, score) in best {
            let counts = counts(index, *document)?;
            any |= !counts.is_empty();
            let share = if 0.0 < total { (score - least) / total } else { 1.0 / best.len() as f64 };
            let factor = match self.method {
                FeedbackMethod::Rm3 { .. } => {
                    share / counts.values().map(|word| word.weight).sum::<f64>()
                }
                FeedbackMethod::Rocchio { .. } => {
                    let squares: f64 = counts.values().map(|word| word.weight.powi(2)).sum();
                    1.0 / squares.sqrt() / best.len() as f64
                }
            };
            for (term, word) in counts {
                let sum = weights.entry(term).or_insert(Word { weight: 0.0, ..word });
                sum.weight += word.weight * factor;
            }
        }
        if !any {
            return Err(Error::NoStoredText);
        }
        let mut words: Vec<(String, Word)> = weights.into_iter().collect();
        words.sort_by(|(left_term, left), (right_term, right)| {
            right.weight.total_cmp(&left.weight).then(left_term.cmp(right_term))
        });
        words.truncate(self.words);
        Ok(words.into_iter().map(|(_, word)| word).collect())
    }
}

/// The words of a document that can be feedback, by term, with their frequencies.
fn counts(index: &Index, document: u32) -> Result<BTreeMap<String, Word>, Error> {
    let mut counts: BTreeMap<String, Word> = BTreeMap::new();
    for token in index.words_of(document)? {
        let word = counts.entry(token.term).or_insert(Word { text: token.text, weight: 0.0 });
        word.weight += 1.0;
    }
    let most = index.documents() as f64 * COMMON;
    let mut kept = BTreeMap::new();
    for (term, word) in counts {
        let short = term.chars().nth(1).is_none();
        if !short && index.term(&term)?.documents as f64 <= most {
            kept.insert(term, word);
        }
    }
    Ok(kept)
}
