//! Choosing k1 and b on some topics and trying the choice on others.
//!
//! Comes in: an index, topics with judgements, a grid. Goes out: the value of a measure at each point of the grid over the
//! training topics, the best point, and how it does on the topics held back, beside the index's own k1 and b. A choice that
//! was made on the topics it is judged by would look better than it is.

use std::collections::HashSet;

use pressmark::{Index, Ties};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use crate::Error;
use crate::retrieval::significance::{Comparison, TestOptions, compare};
use crate::retrieval::{Answering, Coverage, Judgements, Measure, Run, Topic, assess};

/// What to try.
#[derive(Clone, Debug, PartialEq)]
pub struct TuningOptions {
    /// Values of k1.
    pub k1: Vec<f64>,
    /// Values of b.
    pub b: Vec<f64>,
    /// What is to be as great as possible.
    pub measure: Measure,
    /// The part of the judged topics that is trained on.
    pub train: f64,
    /// Of the split.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Surface {
    /// The measure.
    pub measure: String,
    /// Values of k1: the rows.
    pub k1: Vec<f64>,
    /// Values of b: the columns.
    pub b: Vec<f64>,
    /// The mean over the training topics.
    pub values: Vec<Vec<f64>>,
    /// The best point; of equal ones the first.
    pub best: Point,
    /// The index's own k1 and b.
    pub usual: Point,
    /// Topics trained on.
    pub training: usize,
    /// Topics held back.
    pub held_back: usize,
    /// The best point compared with the usual one on the topics held back.
    pub comparison: Comparison,
}

/// A point with its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Point {
    /// Saturation.
    pub k1: f64,
    /// Length normalisation.
    pub b: f64,
    /// The mean over the training topics.
    pub trained: f64,
    /// The mean over the topics held back; `None` where there are none.
    pub held_back: Option<f64>,
}

/// Searches the grid. `progress` is told after each point how many are done and how many there are.
///
/// # Errors
/// For a grid without a point, values out of range, and fewer than two topics that have judgements.
pub fn tune(
    index: &Index,
    topics: &[Topic],
    judgements: &Judgements,
    answering: &Answering,
    options: &TuningOptions,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Surface, Error> {
    let (training, held_back) = split(topics, judgements, options)?;
    let trial = Trial { index, judgements, answering, options };
    let points = options.k1.len() * options.b.len();
    let mut values = Vec::with_capacity(options.k1.len());
    let mut best = Point { trained: f64::NEG_INFINITY, ..Point::default() };
    for &k1 in &options.k1 {
        let mut row = Vec::with_capacity(options.b.len());
        for &b in &options.b {
            let trained = mean(&trial.values(&training, k1, b)?);
            if best.trained < trained {
                best = Point { k1, b, trained, held_back: None };
            }
            row.push(trained);
            progress(values.len() * options.b.len() + row.len(), points);
        }
        values.push(row);
    }
    let ranking = index.stats()?.ranking;
    let mut usual = Point { k1: ranking.k1, b: ranking.b, ..Point::default() };
    usual.trained = mean(&trial.values(&training, usual.k1, usual.b)?);
    let before = trial.values(&held_back, usual.k1, usual.b)?;
    let after = trial.values(&held_back, best.k1, best.b)?;
    if !held_back.is_empty() {
        (usual.held_back, best.held_back) = (Some(mean(&before)), Some(mean(&after)));
    }
    let pairs: Vec<(f64, f64)> = before.into_iter().zip(after).collect();
    Ok(Surface {
        measure: options.measure.to_string(),
        k1: options.k1.clone(),
        b: options.b.clone(),
        values,
        best,
        usual,
        training: training.len(),
        held_back: held_back.len(),
        comparison: compare(&pairs, TestOptions { seed: options.seed, ..TestOptions::default() }),
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The judged topics in two parts, by chance.
fn split<'t>(
    topics: &'t [Topic],
    judgements: &Judgements,
    options: &TuningOptions,
) -> Result<(Vec<&'t Topic>, Vec<&'t Topic>), Error> {
    let wrong =
        |name, found: f64, expected| Error::Parameter { name, found: found.to_string(), expected };
    if !(0.0 < options.train && options.train <= 1.0) {
        return Err(wrong("the part trained on", options.train, "more than 0 and at most 1"));
    }
    if options.k1.is_empty() || options.b.is_empty() {
        return Err(wrong("the number of points", 0.0, "1 or more"));
    }
    let mut judged: Vec<&Topic> =
        topics.iter().filter(|topic| judgements.of(&topic.id).is_some()).collect();
    if judged.len() < 2 {
        return Err(Error::NoCommonTopic);
    }
    judged.shuffle(&mut Pcg64Mcg::seed_from_u64(options.seed));
    let training = ((judged.len() as f64 * options.train).round() as usize).clamp(1, judged.len());
    let held_back = judged.split_off(training);
    Ok((judged, held_back))
}

/// One grid, one index.
struct Trial<'t> {
    index: &'t Index,
    judgements: &'t Judgements,
    answering: &'t Answering,
    options: &'t TuningOptions,
}

impl Trial<'_> {
    /// The measure for each topic at one point, in the order of the topics' ids.
    fn values(&self, topics: &[&Topic], k1: f64, b: f64) -> Result<Vec<f64>, Error> {
        if topics.is_empty() {
            return Ok(Vec::new());
        }
        let measure = self.options.measure;
        let mut answering = self.answering.clone();
        (answering.ranking.k1, answering.ranking.b) = (Some(k1), Some(b));
        // Deeper documents count in no measure with a cutoff; ties must be cut as they are judged.
        answering.depth = measure.cutoff.unwrap_or(answering.depth).min(answering.depth);
        answering.ties = Ties::Id;
        let mut run = Run::default();
        for topic in topics {
            run.insert(&topic.id, answering.answer(self.index, topic)?);
        }
        let wanted: HashSet<&str> = topics.iter().map(|topic| topic.id.as_str()).collect();
        let found = assess(self.judgements, &run, &[measure], Coverage::Common)?;
        let values = found.by_topic(measure).filter(|(topic, _)| wanted.contains(topic));
        Ok(values.map(|(_, value)| value).collect())
    }
}
