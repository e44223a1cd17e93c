//! Text to tokens with byte offsets.
//!
//! In comes the text of a document or of a query, out go the same tokens for both: [`Analyzer::words`] cuts, and
//! [`Analyzer::term`] gives the form of each word that an index stores. An [`AnalyzerId`] names what was done, so that
//! an index can refuse to be read by an analyzer that would do it otherwise. This crate keeps no state, reads no files
//! and drops no words: no stop words, no length limit.

mod analyzer;
mod class;
mod dates;
mod fold;
mod forms;
mod language;
mod name_key;
mod stem;
mod table;
mod words;

pub use analyzer::{Analyzer, AnalyzerId, AnalyzerOptions, Token};
pub use dates::{date_span, date_text};
pub use forms::{form_range, form_term, is_form_term, split_form, split_stem, stem_term};
pub use language::Language;
pub use name_key::{NAME_KEY_VERSION, may_have_name_key, name_key, name_key_class};

/// What can be wrong with the options of an analyzer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The language asked for has no stemmer here.
    #[error(
        "no stemmer for language `{found}`: expected one of {known}; leave the option out to index words unstemmed"
    )]
    UnknownLanguage {
        /// What was asked for.
        found: String,
        /// The codes that are known.
        known: String,
    },
}
