//! From what was typed to what is meant.
//!
//! `dashes` keeps query words such as `-mortal` from being taken for options, `typed` is what clap then reads (numbers by
//! `numbers`), and `meant` is what it comes to once defaults, the terminal and files are taken into account. The commands see `meant`
//! alone.

mod dashes;
mod meant;
mod numbers;
mod typed;

pub(crate) use dashes::{protected, unprotected};
pub(crate) use meant::{Color, Format, Query, Setting, bytes};
pub(crate) use typed::*;
