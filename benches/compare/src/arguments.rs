//! What can be asked of the driver.
//!
//! Comes in: the command line. Goes out: a plain struct; paths default to places in the repository, whatever folder the
//! driver is started from.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

use crate::engines::Engine;

/// Measure Pressmark beside its peers on the same words and queries
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
    /// The dump: JSON lines, plain or .zst
    #[arg(long, value_name = "FILE", default_value_os_t = shared("corpora/enwiki-2014.jsonl.zst"))]
    pub(crate) corpus: PathBuf,
    /// The field of the dump that is indexed
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub(crate) field: String,
    /// Take only so many articles from the dump
    #[arg(long, value_name = "N")]
    pub(crate) docs: Option<usize>,
    /// Files of queries with tags, as in the Search Benchmark Game
    #[arg(long, value_name = "FILE", value_delimiter = ',', default_values_os_t = [
        shared("corpora/queries/game.jsonl"), shared("corpora/queries/game-mixed.jsonl")])]
    pub(crate) queries: Vec<PathBuf>,
    /// Which engines
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "pressmark,tantivy,sqlite"
    )]
    pub(crate) engines: Vec<Engine>,
    /// Which classes of queries: term, intersection, union, phrase, mixed, negated
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "term,intersection,union,phrase,mixed,negated"
    )]
    pub(crate) classes: Vec<String>,
    /// Which commands of the game
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "COUNT,TOP_10,TOP_100,TOP_1000,TOP_100_COUNT"
    )]
    pub(crate) commands: Vec<String>,
    /// Take only so many queries of each class
    #[arg(long, value_name = "N")]
    pub(crate) queries_per_class: Option<usize>,
    /// How often each query is measured; its time is the least
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) passes: usize,
    /// How often for engines that are far slower (SQLite)
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) slow_passes: usize,
    /// The seed of the order of queries
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// The Pressmark to measure: a release build
    #[arg(long, value_name = "FILE", default_value_os_t = root().join("target/release/pressmark"))]
    pub(crate) pressmark: PathBuf,
    /// Further options for `pressmark index`
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true, default_value = "")]
    pub(crate) pressmark_index_options: String,
    /// Folder with Lucene's jars, a Java runtime and the compiled runner: see README.md
    #[arg(long, value_name = "DIR", default_value_os_t = here().join("peers/lucene"))]
    pub(crate) lucene: PathBuf,
    /// Where prepared corpora and indexes are kept
    #[arg(long, value_name = "DIR", default_value_os_t = here().join("data"))]
    pub(crate) data: PathBuf,
    /// Where the report goes
    #[arg(long, value_name = "DIR", default_value_os_t = root().join("benches/results"))]
    pub(crate) results: PathBuf,
    /// A word for the report's file name, to keep runs apart
    #[arg(long, value_name = "WORD")]
    pub(crate) label: Option<String>,
    /// Build these engines' indexes anew
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) rebuild: Vec<Engine>,
    /// Compare the answers and measure nothing
    #[arg(long)]
    pub(crate) check_only: bool,
}

/// What the driver starts itself for.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a command and write what it cost
    #[command(hide = true)]
    Cost {
        /// Where to
        out: PathBuf,
        /// Which command
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

/// This package.
fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    here().join("../..")
}

/// The folder beside the repository that holds corpora.
fn shared(path: &str) -> PathBuf {
    here().join("../../../shared").join(path)
}
