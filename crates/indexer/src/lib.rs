//! Documents to a segment in the file.
//!
//! Comes in: inputs of [`sources`], cut into words by [`analysis`]. Goes out: one more segment of an index of [`store`], and
//! a [`Report`] of everything that was indexed, guessed, skipped and dropped. This crate knows no query and no dump format,
//! prints nothing and reads no clock.
//!
//! ```text
//! Inputs -> slots (one thread at a time, by turns)
//!              | Slot                                       workers, each its own
//!           worker: parse, convert, compress documents; inversion: words -> tokens -> a Run
//!              | IndexedSlot, in any order
//!           assembly (in order): documents into the file, ids and lengths kept, runs kept or spilled
//!              | Runs
//!           merge (ranges of terms side by side): positions into the file, postings and vocabulary behind them
//!              | commit
//! ```

mod assembly;
mod bad_file;
mod build;
mod columns;
mod error;
mod fields;
mod inversion;
mod merge;
mod options;
mod pairs;
mod piece;
mod reading;
mod renumbering;
mod reordering;
mod replace;
mod report;
mod resume;
mod run;
mod run_merge;
mod runs;
mod slots;
mod stored;
mod surfaces;
mod turns;
mod worker;

pub use build::build;
pub use error::Error;
pub use options::{
    BuildOptions, FieldChoice, FieldChoices, MAX_PAIR_WORDS, OnBad, OnDuplicate, Phase, Progress,
};
pub use report::{FieldOrigin, FieldReport, Report, UnreadValues};
