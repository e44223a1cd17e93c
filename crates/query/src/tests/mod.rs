//! The engine against the oracle and against the acceptance cases.

mod against_oracle;
mod cases;
pub(crate) mod sample;

use analysis::{Analyzer, AnalyzerOptions};

/// The analyzer without stems.
pub(crate) fn analyzer() -> Analyzer {
    Analyzer::new(&AnalyzerOptions::default()).unwrap()
}
