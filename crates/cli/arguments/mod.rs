//! From what was typed to what is meant.
//!
//! `dashes` keeps query words such as `-mortal` from being taken for options. `typed`, `concordance`, `experiments` and
//! `measuring` are what clap then reads (numbers by `numbers`), and `meant` is what it comes to once defaults, the terminal
//! and files are taken into account. The commands see `meant` alone.

mod concordance;
mod dashes;
mod experiments;
mod meant;
mod measuring;
mod numbers;
mod typed;

pub(crate) use concordance::*;
pub(crate) use dashes::{protected, unprotected};
pub(crate) use experiments::*;
pub(crate) use meant::{Color, Format, Query, Setting, bytes, ranking, ties};
pub(crate) use measuring::*;
pub(crate) use typed::*;
