//! What can be typed of measuring: latencies, parameters, what an index is made of.
//!
//! Comes in: the command line, through clap. Goes out: plain structs as typed. `meant` makes sense of them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::numbers::{share, weight, whole};
use super::{RankingArguments, TextOrJson, TopicArguments, TsvOrJson};

/// Time queries, class by class, so that the figures can be quoted
#[derive(Args, Debug)]
#[command(after_help = "\
QUERIES is a query a line, alone, behind a name and a tab, or as a JSON object
with `query`. A line that is no query is listed with its number and left out.
What is timed is parsing, planning and finding the best articles (or counting
them), not reading their text. Each run asks every query once, in another order.

Under --rate queries are due at a fixed rate whether the last one is answered or
not, and latency counts from when a query was due, so that a stall is seen by
all that waited. --cold has the system forget the file before each query.

With --protocol game, each line of standard input is COMMAND<TAB>QUERY and is
answered by one line at once:
  COUNT                      the number of matching documents
  TOP_10, TOP_100, TOP_1000  1, the best hits having been found
  TOP_10_COUNT, ...          the number of matching documents, hits found too
  TOPDOCS_10, ...            the hits: ID:SCORE ID:SCORE ...
  any other                  UNSUPPORTED

Examples:
  pressmark bench news.pmk queries.txt
  pressmark bench news.pmk queries.txt --output before.json --plot latency.svg
  pressmark bench news.pmk queries.txt --compare before.json
  pressmark bench news.pmk queries.txt --rate 200/s --threads 2")]
pub(crate) struct BenchArguments {
    /// The index
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    /// The queries; `-` is standard input
    #[arg(value_name = "QUERIES", conflicts_with = "protocol")]
    pub(crate) queries: Option<PathBuf>,
    /// Answer an outside driver instead
    #[arg(long, value_name = "NAME")]
    pub(crate) protocol: Option<Protocol>,
    /// What is timed: the best K articles, or the number of all
    #[arg(long, value_name = "TASK", default_value = "top")]
    pub(crate) task: Task,
    /// How many articles to find
    #[arg(short = 'k', value_name = "K", default_value_t = 10, value_parser = whole)]
    pub(crate) k: usize,
    #[command(flatten)]
    pub(crate) ranking: RankingArguments,
    /// How often each query is timed [default: 10, and more until --min-time is over]
    #[arg(long, value_name = "N", value_parser = whole)]
    pub(crate) runs: Option<usize>,
    /// Add runs until so many seconds are over [default: 5, but 0 under --runs, --rate or --cold]
    #[arg(long, value_name = "SECONDS", value_parser = weight)]
    pub(crate) min_time: Option<f64>,
    /// Runs before that, which do not count
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole)]
    pub(crate) warm_up: usize,
    /// Drop the file from the page cache before each query (Linux)
    #[arg(long)]
    pub(crate) cold: bool,
    /// Open loop: queries a second, as in 200/s [default: each when the last is answered]
    #[arg(long, value_name = "RATE")]
    pub(crate) rate: Option<String>,
    /// Seed of the order of queries and of the intervals
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Write the report as JSON to a file, for --compare
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Draw the latency distribution of each class
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<PathBuf>,
    /// Compare with an earlier report
    #[arg(long, value_name = "OLD.json")]
    pub(crate) compare: Option<PathBuf>,
    /// Changes up to so many percent are none
    #[arg(long, value_name = "PERCENT", default_value_t = 3.0, value_parser = weight)]
    pub(crate) tolerance: f64,
    /// How to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// What a driver of `bench` speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    Game,
}

/// What `bench` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    Top,
    Count,
}

/// Find the k1 and b that suit a collection, on some of its topics
#[derive(Args, Debug)]
#[command(after_help = "\
Half of the judged topics are trained on, the others show whether the choice
holds: figures of a choice on its own training topics are too good. A grid is a
list of numbers, or FROM..TO/STEP.

Examples:
  pressmark tune cran.pmk topics.tsv qrels.txt
  pressmark tune cran.pmk topics.tsv qrels.txt --measure map --grid-k1 0.5..2/0.1 --plot surface.svg")]
pub(crate) struct TuneArguments {
    /// The index
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    #[command(flatten)]
    pub(crate) topics: TopicArguments,
    /// Judgements: TREC qrels, or BEIR's tsv
    #[arg(value_name = "QRELS")]
    pub(crate) qrels: PathBuf,
    /// What is to be as great as possible
    #[arg(long, short, value_name = "NAME", default_value = "ndcg_cut_10")]
    pub(crate) measure: String,
    /// Values of k1
    #[arg(long, value_name = "GRID", default_value = "0.4,0.6,0.9,1.2,1.5,2,3")]
    pub(crate) grid_k1: String,
    /// Values of b
    #[arg(long, value_name = "GRID", default_value = "0,0.2,0.4,0.6,0.75,0.9,1")]
    pub(crate) grid_b: String,
    /// The part of the topics that is trained on
    #[arg(long, value_name = "PART", default_value_t = 0.5, value_parser = share)]
    pub(crate) train: f64,
    /// Seed of the choice of those topics
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// bm25, bm25+ or bm25l
    #[arg(long, value_name = "NAME", default_value = "bm25")]
    pub(crate) model: String,
    /// Draw the surface
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<PathBuf>,
    /// How to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// Show the postings of a word: the articles that have it, how often, where
#[derive(Args, Debug)]
#[command(after_help = "\
The first lines (on standard error in tsv) are the term's figures: articles,
occurrences, inverse document frequency, bytes of its lists. Then one posting a
line, in the order of the index: article number, id, frequency, article length,
and with --positions the word positions.

Examples:
  pressmark postings news.pmk Wolves --limit 20
  pressmark postings news.pmk wolf --positions --format json | jq .frequency")]
pub(crate) struct PostingsArguments {
    /// The index
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    /// A word, in any form that the index takes for it
    #[arg(value_name = "WORD")]
    pub(crate) word: String,
    /// Show so many at most [default: all]
    #[arg(long, short = 'n', value_name = "N", value_parser = whole)]
    pub(crate) limit: Option<usize>,
    /// Show where the word stands, too
    #[arg(long)]
    pub(crate) positions: bool,
    /// How to print: tsv or json
    #[arg(long, value_name = "FORMAT", default_value = "tsv")]
    pub(crate) format: TsvOrJson,
}
