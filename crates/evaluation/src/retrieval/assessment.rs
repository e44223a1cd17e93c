//! A run judged: every measure for every topic, and over all.
//!
//! Comes in: judgements and a run. Goes out: numbers, and the topics that one of the two lacks. Which topics count is
//! trec_eval's rule: those that the run *and* the judgements have, or with [`Coverage::AllJudged`] (its `-c`) all those
//! that have judgements, those missing from the run with 0.

use super::measure::added;
use super::ranked::Ranked;
use super::{Judgements, Measure, Run};
use crate::Error;

/// Which topics are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// Those in both files, as trec_eval without `-c`.
    #[default]
    Common,
    /// All that have judgements, as trec_eval with `-c`: a topic without an answer is a bad answer.
    AllJudged,
}

/// The figures of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The measures in the order asked for.
    pub measures: Vec<Measure>,
    /// Each topic with a value for each measure, in the order of their ids.
    pub topics: Vec<(String, Vec<f64>)>,
    /// For each measure the mean over the topics; the sum for counts.
    pub overall: Vec<f64>,
    /// Topics that have judgements and no answer in the run.
    pub unanswered: Vec<String>,
    /// Topics of the run that have no judgements; they count nowhere.
    pub unjudged: Vec<String>,
}

impl Assessment {
    /// The value over all topics; `None` for a measure that was not asked for.
    #[must_use]
    pub fn value(&self, measure: Measure) -> Option<f64> {
        let place = self.measures.iter().position(|known| *known == measure)?;
        self.overall.get(place).copied()
    }

    /// Each topic's value of one measure.
    pub fn by_topic(&self, measure: Measure) -> impl Iterator<Item = (&str, f64)> {
        let place = self.measures.iter().position(|known| *known == measure);
        let topics = self.topics.iter();
        topics.filter_map(move |(topic, values)| Some((topic.as_str(), *values.get(place?)?)))
    }
}

/// Judges a run.
///
/// # Errors
/// Where no topic is left to count.
pub fn assess(
    judgements: &Judgements,
    run: &Run,
    measures: &[Measure],
    coverage: Coverage,
) -> Result<Assessment, Error> {
    let (mut topics, mut unanswered) = (Vec::new(), Vec::new());
    for (topic, judged) in judgements.topics() {
        let entries = run.of(topic);
        if entries.is_none() {
            unanswered.push(topic.to_owned());
            if coverage == Coverage::Common {
                continue;
            }
        }
        let ranked = Ranked::new(entries.unwrap_or_default(), judged);
        let values = measures.iter().map(|measure| measure.of(&ranked)).collect();
        topics.push((topic.to_owned(), values));
    }
    if topics.is_empty() || unanswered.len() == judgements.len() {
        return Err(Error::NoCommonTopic);
    }
    let unjudged = run.topics().map(|(topic, _)| topic);
    let unjudged = unjudged.filter(|topic| judgements.of(topic).is_none());
    Ok(Assessment {
        overall: overall(measures, &topics),
        measures: measures.to_vec(),
        unjudged: unjudged.map(str::to_owned).collect(),
        topics,
        unanswered,
    })
}

fn overall(measures: &[Measure], topics: &[(String, Vec<f64>)]) -> Vec<f64> {
    let over_all = |(place, measure): (usize, &Measure)| {
        let sum = added(topics.iter().map(|(_, values)| values[place]));
        if measure.is_count() { sum } else { sum / topics.len() as f64 }
    };
    measures.iter().enumerate().map(over_all).collect()
}
