//! Effectiveness: how well rankings meet human judgements.
//!
//! [`topics`] are what is asked, [`Judgements`] what people found relevant, a [`Run`] what a system answered ([`Answering`] asks an index),
//! [`measures`](Measure) what is computed of them as trec_eval does, and [`significance`] whether two runs differ.

mod answering;
mod assessment;
mod feedback;
mod judgements;
mod measure;
mod ranked;
mod run;
pub mod significance;
pub mod topics;

pub use answering::{Answering, LUCENE_STOP_WORDS, Proximity, Reading};
pub use assessment::{Assessment, Coverage, assess};
pub use feedback::{Feedback, FeedbackMethod};
pub use judgements::Judgements;
pub use measure::{Measure, MeasureKind};
pub use run::{Run, RunEntry, lines as run_lines};
pub use topics::{Topic, TopicPart, TopicsFormat};

#[cfg(test)]
mod tests;
