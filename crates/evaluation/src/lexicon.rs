//! What the words of an index are like: how often they stand there, how long their lists are, how the vocabulary grows.
//!
//! Comes in: an open index; its whole vocabulary is walked once. Goes out: distributions small enough to print and draw.

use pressmark::{Index, TermFigures};
use serde::Serialize;

use crate::Error;

/// The distributions of an index.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lexicon {
    /// Different terms.
    pub terms: u64,
    /// Postings: pairs of a term and a document.
    pub postings: u64,
    /// Occurrences of all terms.
    pub occurrences: u64,
    /// Terms of one document alone.
    pub in_one_document: u64,
    /// Terms that stand there once.
    pub once: u64,
    /// The exponent of Zipf's law, frequency ~ rank^-s, by least squares over the logarithms of the points in `ranks`.
    pub zipf: f64,
    /// Of Heaps' law, terms ~ tokens^h, in the same way over the second half of `growth`.
    pub heaps: f64,
    /// Frequencies at ranks that rise by equal steps of the logarithm.
    pub ranks: Vec<RankPoint>,
    /// Lists by their length, in powers of two.
    pub lengths: Vec<LengthGroup>,
    /// Lists by their class in the file.
    pub classes: Vec<ListGroup>,
    /// Terms found in the first so many tokens.
    pub growth: Vec<GrowthPoint>,
}

/// A term's figures at a rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RankPoint {
    /// From 1, by occurrences; for `documents` by documents.
    pub rank: u64,
    /// Of the term at that rank.
    pub occurrences: u64,
    /// Of the term at that rank.
    pub documents: u64,
}

/// Lists of about the same length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LengthGroup {
    /// The shortest length that belongs here: a power of two.
    pub from: u64,
    /// Terms.
    pub terms: u64,
    /// Their postings.
    pub postings: u64,
    /// The bytes of those postings.
    pub bytes: u64,
}

/// Lists of one class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListGroup {
    /// Its name in the file format; `tiny`, `sparse` or `chunked`.
    pub class: String,
    /// Lists: a term has one in each segment.
    pub lists: u64,
    /// Their postings.
    pub postings: u64,
    /// The bytes of documents and frequencies.
    pub bytes: u64,
    /// The bytes of positions.
    pub position_bytes: u64,
}

/// A point of the growth of the vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GrowthPoint {
    /// Documents read.
    pub documents: u64,
    /// Their tokens.
    pub tokens: u64,
    /// Different terms in them.
    pub terms: u64,
}

/// Points a decade.
const STEPS: f64 = 12.0;

impl Lexicon {
    /// Walks the vocabulary of an index. Costs a look at the head of every posting list.
    pub fn new(index: &Index) -> Result<Lexicon, Error> {
        let mut lexicon = Lexicon::default();
        let (mut occurrences, mut documents) = (Vec::new(), Vec::new());
        let mut first_in = vec![0_u64; index.documents() as usize];
        let mut terms = index.terms(None)?;
        while let Some(term) = terms.next_figures()? {
            lexicon.count(&term);
            occurrences.push(term.count.occurrences);
            documents.push(term.count.documents);
            if let Some(place) = first_in.get_mut(term.first_document as usize) {
                *place += 1;
            }
        }
        occurrences.sort_unstable_by(|left, right| right.cmp(left));
        documents.sort_unstable_by(|left, right| right.cmp(left));
        lexicon.ranks = steps(occurrences.len() as u64)
            .map(|rank| RankPoint {
                rank,
                occurrences: occurrences[rank as usize - 1],
                documents: documents[rank as usize - 1],
            })
            .collect();
        lexicon.growth = growth(index, &first_in)?;
        lexicon.zipf =
            -slope(lexicon.ranks.iter().map(|point| (point.rank as f64, point.occurrences as f64)));
        let settled = &lexicon.growth[lexicon.growth.len() / 2..];
        lexicon.heaps =
            slope(settled.iter().map(|point| (point.tokens as f64, point.terms as f64)));
        Ok(lexicon)
    }

    fn count(&mut self, term: &TermFigures) {
        let count = &term.count;
        self.terms += 1;
        self.postings += count.documents;
        self.occurrences += count.occurrences;
        self.in_one_document += u64::from(count.documents == 1);
        self.once += u64::from(count.occurrences == 1);
        let group = count.documents.max(1).ilog2() as usize;
        while self.lengths.len() <= group {
            self.lengths
                .push(LengthGroup { from: 1 << self.lengths.len(), ..LengthGroup::default() });
        }
        let length = &mut self.lengths[group];
        length.terms += 1;
        length.postings += count.documents;
        for list in &term.lists {
            length.bytes += list.posting_bytes;
            let place = self.classes.iter().position(|known| known.class == list.class);
            let place = place.unwrap_or_else(|| {
                let class = list.class.to_owned();
                self.classes.push(ListGroup { class, ..ListGroup::default() });
                self.classes.len() - 1
            });
            let class = &mut self.classes[place];
            class.lists += 1;
            class.postings += list.postings;
            class.bytes += list.posting_bytes;
            class.position_bytes += list.position_bytes;
        }
    }
}

/// 1 and on to `last` by equal steps of the logarithm, none twice.
fn steps(last: u64) -> impl Iterator<Item = u64> {
    let count = (last.max(1) as f64).log10() * STEPS;
    let mut before = 0;
    (0..=count.ceil() as u32)
        .map(move |step| (10f64.powf(f64::from(step) / STEPS).round() as u64).min(last))
        .filter(move |rank| {
            let new = before < *rank;
            before = *rank;
            new
        })
}

fn growth(index: &Index, first_in: &[u64]) -> Result<Vec<GrowthPoint>, Error> {
    let mut wanted = steps(first_in.len() as u64).peekable();
    let mut point = GrowthPoint::default();
    let mut growth = Vec::new();
    for (document, terms) in first_in.iter().enumerate() {
        point.documents += 1;
        point.tokens += u64::from(index.length(document as u32));
        point.terms += terms;
        if wanted.next_if_eq(&point.documents).is_some() && 0 < point.tokens {
            growth.push(point);
        }
    }
    Ok(growth)
}

/// The slope of the line nearest to points whose logarithms are taken; 0 for fewer than two.
fn slope(points: impl Iterator<Item = (f64, f64)>) -> f64 {
    let positive = points.filter(|(x, y)| 0.0 < *x && 0.0 < *y);
    let points: Vec<(f64, f64)> = positive.map(|(x, y)| (x.ln(), y.ln())).collect();
    let n = points.len().max(1) as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / n;
    let across: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let along: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    if across == 0.0 { 0.0 } else { along / across }
}

#[cfg(test)]
mod tests {
    use super::{slope, steps};

    #[test]
    fn steps_rise_to_the_last() {
        let ranks: Vec<u64> = steps(1000).collect();
        assert_eq!((ranks[0], ranks[ranks.len() - 1]), (1, 1000));
        assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(steps(0).count(), 0);
        assert_eq!(steps(1).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_power_law_has_its_exponent_as_slope() {
        let points = (1..50).map(|rank| (f64::from(rank), 1e6 * f64::from(rank).powf(-1.1)));
        assert!((slope(points) + 1.1).abs() < 1e-9);
        assert_eq!(slope([(1.0, 1.0)].into_iter()), 0.0);
    }
}
