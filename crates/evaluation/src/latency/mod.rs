//! Latency that can be quoted: how long queries take, measured so that the figures mean what they seem to say.
//!
//! [`measure`] runs queries round after round in shuffled order under a [`Load`], by a [`Clock`] it is given; [`Report`] is
//! what came of it with its circumstances; [`compare()`] says of two reports whether anything changed.
//!
//! **Closed loop**: each worker asks its next query when the last one is answered. A stall then makes one slow query out of
//! the many that would have waited, so its tail says how fast the engine is, not what users would have seen. **Open loop**:
//! queries are due at a fixed rate whatever happens, and the latency of each counts from when it was due. A stall is then
//! seen by every query that was due during it.

mod bootstrap;
mod comparison;
mod distribution;
mod measurement;
mod query_file;
mod report;
mod yardstick;

pub use comparison::{Change, ClassComparison, ComparisonOptions, compare};
pub use distribution::{Distribution, Interval};
pub use measurement::{
    Answered, Clock, Load, MOST_TIMINGS, MeasureOptions, Measured, Meter, Reading, Work, measure,
};
pub use query_file::{QueryLine, queries};
pub use report::{BadQuery, ClassFigures, Manifest, QueryTimes, Report, ReportInput};

#[cfg(test)]
mod tests;
