//! Documents to a segment in the file.

mod error;
mod fields;
mod inversion;
mod options;
mod report;
mod run;
mod run_merge;
mod runs;
mod surfaces;

pub use error::Error;
pub use options::{BuildOptions, FieldChoice, FieldChoices, OnBad, OnDuplicate, Phase, Progress};
pub use report::{FieldOrigin, FieldReport, Report};
