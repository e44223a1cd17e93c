//! Models of ranking: what a leaf's matches are worth in a document.
//!
//! Comes in: figures of the whole index and of one document. Goes out: a part of a score in `f64`. BM25 is the model of
//! the kernels and of the bounds in the file; all others are evaluated by scoring every matching document.
//!
//! With `tf` matches in a document of `len` tokens, `avglen` the mean length, `N` documents, `df` with the term, `cf` matches
//! and `C` tokens in the whole index, `B = 1 - b + b * len / avglen`:
//!
//! ```text
//! bm25       idf * tf / (tf + k1 * B)                                idf = ln(1 + (N - df + 0.5) / (df + 0.5))
//! bm25+      idf * (delta + (k1 + 1) * tf / (tf + k1 * B))           idf = ln((N + 1) / df)
//! bm25l      idf * (k1 + 1) * (c + delta) / (k1 + c + delta)         idf = ln((N + 1) / (df + 0.5)), c = tf / B
//! dirichlet  ln(1 + tf / (mu * cf / C)) + ln(mu / (len + mu))        the second for every scored leaf, matched or not
//! dph        (1 - f)^2 / (tf + 1) * (tf * log2(tf * avglen / len * N / cf) + 0.5 * log2(2 pi tf (1 - f)))   f = tf / len
//! ```
//!
//! Sources: Lv and Zhai, CIKM 2011 (BM25+) and SIGIR 2011 (BM25L), in the notation of Kamphuis, de Vries, Boytsov and Lin,
//! ECIR 2020; Zhai and Lafferty, TOIS 2004 (without the constant that all documents share); Amati, ECIR 2006. Words that
//! no document has are left out of the query.

use std::f64::consts::TAU;
use std::fmt;
use std::str::FromStr;

use super::Bm25;

/// How matches become a score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Model {
    /// BM25 as in the contract: with pruning.
    #[default]
    Bm25,
    /// BM25 with a lower bound for the worth of a match.
    Bm25Plus {
        /// What any match brings at least, in idfs; usually 1.
        delta: f64,
    },
    /// BM25 that is kinder to long documents.
    Bm25L {
        /// What is added to the normalised frequency; usually 0.5.
        delta: f64,
    },
    /// Query likelihood with Dirichlet smoothing.
    Dirichlet {
        /// How many tokens of the whole index are mixed into each document; usually 1000.
        mu: f64,
    },
    /// Divergence from randomness, hypergeometric, without parameters.
    Dph,
}

/// What a model must know of a leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LeafFigures {
    /// By [`Model::idf`], summed over its words.
    pub(crate) idf: f64,
    /// Matches in the whole index; only for models that ask for it.
    pub(crate) collection_freq: u64,
    /// Documents of the index.
    pub(crate) documents: u64,
    /// Average length of what it is scored with, and the rest of BM25.
    pub(crate) bm25: Bm25,
}

impl Model {
    /// The names, each with its usual parameters.
    pub const ALL: [(&'static str, Model); 5] = [
        ("bm25", Model::Bm25),
        ("bm25+", Model::Bm25Plus { delta: 1.0 }),
        ("bm25l", Model::Bm25L { delta: 0.5 }),
        ("dirichlet", Model::Dirichlet { mu: 1000.0 }),
        ("dph", Model::Dph),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Model::Bm25 => "bm25",
            Model::Bm25Plus { .. } => "bm25+",
            Model::Bm25L { .. } => "bm25l",
            Model::Dirichlet { .. } => "dirichlet",
            Model::Dph => "dph",
        }
    }

    /// Whether every matching document must be scored.
    #[must_use]
    pub fn is_exhaustive(self) -> bool {
        self != Model::Bm25
    }

    /// Whether it asks how often a leaf matches in the whole index.
    pub(crate) fn counts_collection(self) -> bool {
        matches!(self, Model::Dirichlet { .. } | Model::Dph)
    }

    /// A parameter out of range: its name, its value, what it may be.
    pub(crate) fn wrong_parameter(self) -> Option<(&'static str, f64, &'static str)> {
        match self {
            Model::Bm25Plus { delta } | Model::Bm25L { delta }
                if !(0.0 <= delta && delta.is_finite()) =>
            {
                Some(("delta", delta, "0 or more"))
            }
            Model::Dirichlet { mu } if !(0.0 < mu && mu.is_finite()) => {
                Some(("mu", mu, "more than 0"))
            }
            _ => None,
        }
    }

    /// How much a term tells that stands in `doc_freq` of `documents` documents.
    #[must_use]
    pub fn idf(self, documents: u64, doc_freq: u64) -> f64 {
        let all = documents as f64 + 1.0;
        match self {
            Model::Bm25Plus { .. } => (all / doc_freq.max(1) as f64).ln(),
            Model::Bm25L { .. } => (all / (doc_freq as f64 + 0.5)).ln(),
            Model::Bm25 | Model::Dirichlet { .. } | Model::Dph => Bm25::idf(documents, doc_freq),
        }
    }

    /// What `tf` matches in a document of `length` tokens bring, for a boost of 1; 0 where there is none.
    pub(crate) fn part(self, leaf: &LeafFigures, tf: u32, length: u32) -> f64 {
        if tf == 0 {
            return 0.0;
        }
        let Bm25 { k1, b, average_length } = leaf.bm25;
        let (tf, length) = (f64::from(tf), f64::from(length));
        let stretch = (1.0 - b) + b * length / average_length;
        let (cf, n) = (leaf.collection_freq.max(1) as f64, leaf.documents as f64);
        match self {
            Model::Bm25 => leaf.idf * (tf / (tf + k1 * stretch)),
            Model::Bm25Plus { delta } => leaf.idf * (delta + (k1 + 1.0) * tf / (tf + k1 * stretch)),
            Model::Bm25L { delta } => {
                // With b = 1 an empty text would divide by zero; but it has no match.
                let c = tf / stretch + delta;
                leaf.idf * ((k1 + 1.0) * c / (k1 + c))
            }
            Model::Dirichlet { mu } => (tf * (average_length * n) / (mu * cf)).ln_1p(),
            Model::Dph => {
                let f = tf / length;
                if 1.0 <= f {
                    // A text of nothing but the term; the limit of the formula.
                    return 0.0;
                }
                let gain = tf * (tf * average_length / length * (n / cf)).log2();
                (1.0 - f).powi(2) / (tf + 1.0) * (gain + 0.5 * (TAU * tf * (1.0 - f)).log2())
            }
        }
    }

    /// What every scored leaf brings to a document of `length` tokens, matched or not.
    pub(crate) fn length_part(self, length: u32) -> f64 {
        match self {
            Model::Dirichlet { mu } => (mu / (f64::from(length) + mu)).ln(),
            _ => 0.0,
        }
    }
}

impl fmt::Display for Model {
    /// The name with its parameters: `bm25+ (delta 1)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Model::Bm25Plus { delta } | Model::Bm25L { delta } => {
                write!(f, "{} (delta {delta})", self.name())
            }
            Model::Dirichlet { mu } => write!(f, "dirichlet (mu {mu})"),
            Model::Bm25 | Model::Dph => f.write_str(self.name()),
        }
    }
}

impl FromStr for Model {
    type Err = String;

    /// A name, with the usual parameters.
    fn from_str(name: &str) -> Result<Model, String> {
        let known = Model::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, model)| *model).ok_or_else(|| {
            let names: Vec<_> = Model::ALL.iter().map(|(name, _)| *name).collect();
            format!("one of {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Bm25, LeafFigures, Model};

    fn figures(model: Model) -> LeafFigures {
        let bm25 = Bm25::new(1.2, 0.75, 10.0);
        LeafFigures { idf: model.idf(100, 7), collection_freq: 9, documents: 100, bm25 }
    }

    #[test]
    fn more_matches_and_shorter_texts_score_higher() {
        for (name, model) in Model::ALL {
            let leaf = figures(model);
            let score = |tf, length| model.part(&leaf, tf, length) + model.length_part(length);
            assert!(score(1, 20) < score(2, 20), "{name}");
            assert!(score(2, 40) < score(2, 20), "{name}");
            assert_eq!(model.part(&leaf, 0, 20), 0.0, "{name}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for (name, model) in Model::ALL {
            assert_eq!(name.parse(), Ok(model));
            assert_eq!(model.name(), name);
        }
        assert!("bm26".parse::<Model>().is_err());
    }

    #[test]
    fn a_text_of_one_word_has_a_finite_score() {
        let leaf = figures(Model::Dph);
        assert_eq!(Model::Dph.part(&leaf, 3, 3), 0.0);
    }
}
