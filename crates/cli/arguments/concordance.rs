//! What can be typed behind `kwic`.
//!
//! Comes in: the command line, through clap. Goes out: a plain struct as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::numbers::whole;
use super::{PlainFormat, QueryArguments};

/// Show every match in its context, a line each
#[derive(Args, Debug)]
#[command(after_help = "\
Queries are those of `pressmark search --help`. Lines are the matches that `count`
counts; tsv and json have the article, the field and the bytes of the match in it.

Examples:
  pressmark kwic news.pmk '\"red line\"' --sort right
  pressmark kwic news.pmk 'jolan* NEAR/5 said' --sample 100 --format tsv
        id, field, start, end, left, match, right")]
pub(crate) struct KwicArguments {
    /// An index; or a dump, a folder or `-`, indexed in memory first
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    /// Words to show on each side of a match
    #[arg(short = 'C', value_name = "WORDS", default_value_t = 10, value_parser = whole)]
    pub(crate) context: usize,
    /// Order of lines: as indexed; by the words before the match, the nearest first; by those behind it; by the field date
    #[arg(long, value_name = "ORDER", default_value = "index")]
    pub(crate) sort: LineOrder,
    /// Show so many lines, drawn from all
    #[arg(long, value_name = "N")]
    pub(crate) sample: Option<u64>,
    /// Which draw; the same number draws the same lines
    #[arg(long, value_name = "N", default_value_t = 0, requires = "sample")]
    pub(crate) seed: u64,
    /// How to print: text, json, or tsv
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PlainFormat,
}

/// The order of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LineOrder {
    Index,
    Left,
    Right,
    Date,
}
