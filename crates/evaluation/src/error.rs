//! What can be wrong with the files of an experiment: each says where, what was expected, and what was found.
//!
//! Comes in: nothing. Goes out: one enum, which the command line puts into words.

/// Anything that can go wrong while measuring.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A line of a topics, judgements, run or report file that cannot be read.
    #[error("line {line} of {file}: expected {expected}, found `{found}`")]
    Line {
        /// What kind of file it is.
        file: &'static str,
        /// Counted from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
        /// What stands there, shortened.
        found: String,
    },
    /// The same thing twice where only one can count.
    #[error("line {line} of {file}: {what} stands there a second time; remove one of them")]
    Twice {
        /// What kind of file it is.
        file: &'static str,
        /// Counted from 1; 0 where the format has no lines.
        line: usize,
        /// What it is.
        what: String,
    },
    /// A file without anything that could be used.
    #[error("no {what} in {file}: expected {expected}")]
    Nothing {
        /// What kind of file it is.
        file: &'static str,
        /// What was looked for.
        what: &'static str,
        /// What should stand there.
        expected: &'static str,
    },
    /// A name of a measure that is not known.
    #[error(
        "unknown measure `{0}`; known are map, recip_rank, bpref, Rprec, ndcg, ndcg_cut_K, P_K, recall_K, success_K, judged_K"
    )]
    Measure(String),
    /// A run and judgements without a topic in common.
    #[error("the run and the judgements have no topic in common; are the topic ids the same?")]
    NoCommonTopic,
    /// Feedback without anything to read.
    #[error(
        "feedback reads the stored text of the best articles, and this index stores none (or only words of every tenth article); rebuild it without `--no-store`"
    )]
    NoStoredText,
    /// A parameter out of range.
    #[error("{name} is {found}, expected {expected}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// As given.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A question that the index could not answer.
    #[error(transparent)]
    Index(#[from] pressmark::Error),
}

/// The beginning of a text that may be long, for a message.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
