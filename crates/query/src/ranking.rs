//! BM25: what a term is worth in a document.
//!
//! Comes in: index-wide figures (documents, document frequency, average length), a document's exact length, a number of
//! matches. Goes out: parts of a score in `f64`. Every evaluation strategy calls the same functions in the same order,
//! so that scores are equal to the last bit; nothing here knows postings or queries. Other formulas are [`Model`]s.
//!
//! ```text
//! score  = sum over scored leaves, in the plan's order, of weight * impact
//! weight = (sum of the leaf's boosts) * idf
//! idf    = ln(1 + (N - df + 0.5) / (df + 0.5))
//! impact = tf / (tf + norm)
//! norm   = k1 * ((1 - b) + b * length / average_length)
//! ```

mod model;

pub(crate) use model::LeafFigures;
pub use model::Model;

/// The parameters of BM25 together with the average length they refer to.
///
/// ```
/// let bm25 = query::Bm25::new(1.2, 0.75, 10.0);
/// assert_eq!(bm25.norm(10), 1.2);
/// assert_eq!(query::Bm25::impact(0, bm25.norm(10)), 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bm25 {
    /// Term-frequency saturation.
    pub k1: f64,
    /// Length normalisation.
    pub b: f64,
    /// Tokens per document of the whole index, or of one field.
    pub average_length: f64,
}

impl Bm25 {
    /// Parameters for an average length. An average of 0 (no token anywhere) counts as 1: nothing is ever scored there.
    #[must_use]
    pub fn new(k1: f64, b: f64, average_length: f64) -> Bm25 {
        let average_length = if 0.0 < average_length { average_length } else { 1.0 };
        Bm25 { k1, b, average_length }
    }

    /// The part of the formula that depends on the document's length alone.
    #[inline]
    #[must_use]
    pub fn norm(&self, length: u32) -> f64 {
        self.k1 * ((1.0 - self.b) + self.b * f64::from(length) / self.average_length)
    }

    /// How much of a term's weight so many matches bring: below 1, growing with `tf`. With `norm` 0 one match brings
    /// it all; no match brings nothing.
    #[inline]
    #[must_use]
    pub fn impact(tf: u32, norm: f64) -> f64 {
        if tf == 0 {
            return 0.0;
        }
        let tf = f64::from(tf);
        tf / (tf + norm)
    }

    /// How much a term tells that stands in `doc_freq` of `documents` documents. Never negative.
    #[must_use]
    pub fn idf(documents: u64, doc_freq: u64) -> f64 {
        let absent = documents.saturating_sub(doc_freq) as f64;
        (1.0 + (absent + 0.5) / (doc_freq as f64 + 0.5)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::Bm25;

    #[test]
    fn impact_of_one_match_without_saturation_is_whole() {
        let bm25 = Bm25::new(0.0, 0.75, 10.944_444);
        assert_eq!(Bm25::impact(3, bm25.norm(17)), 1.0);
        assert_eq!(Bm25::impact(0, bm25.norm(17)), 0.0);
    }

    #[test]
    fn known_score_of_the_acceptance_dump() {
        // 18 documents of 197 tokens; `wolf` stands in three, once each; n01 has 16 tokens.
        let bm25 = Bm25::new(1.2, 0.75, 197.0 / 18.0);
        let score = Bm25::idf(18, 3) * Bm25::impact(1, bm25.norm(16));
        assert!((score - 0.646_730).abs() < 1e-6, "{score}");
    }
}
