//! Documents to a segment in the file.

mod error;
mod inversion;
mod run;
mod run_merge;
mod runs;
mod surfaces;

pub use error::Error;
