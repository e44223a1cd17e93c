//! What can be typed of experiments: how to rank, what to ask, how to judge.
//!
//! Comes in: the command line, through clap. Goes out: plain structs as typed. `meant` makes sense of them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Ties;
use super::numbers::{share, weight, whole};

/// How articles are scored.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct RankingArguments {
    /// BM25's k1 (saturation) [default: as indexed]
    #[arg(long, value_name = "NUMBER", value_parser = weight)]
    pub(crate) k1: Option<f64>,
    /// BM25's b (length) [default: as indexed]
    #[arg(long, value_name = "NUMBER", value_parser = share)]
    pub(crate) b: Option<f64>,
    /// bm25, bm25+, bm25l, dirichlet or dph; all but bm25 score every match [default: bm25]
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Of bm25+ [default: 1] and bm25l [default: 0.5]
    #[arg(long, value_name = "NUMBER", value_parser = weight)]
    pub(crate) delta: Option<f64>,
    /// Of dirichlet: tokens of the whole index mixed into each article [default: 1000]
    #[arg(long, value_name = "NUMBER", value_parser = weight)]
    pub(crate) mu: Option<f64>,
}

/// How topics are read.
#[derive(Args, Clone, Debug)]
pub(crate) struct TopicArguments {
    /// Topics: TREC SGML, ID<TAB>TEXT, or JSON lines such as BEIR's queries.jsonl; `-` is standard input
    #[arg(value_name = "TOPICS")]
    pub(crate) topics: PathBuf,
    /// Their form
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(crate) topics_format: TopicsForm,
    /// Parts of a TREC topic that are its text: title, desc, narr
    #[arg(long, value_name = "PARTS", value_delimiter = ',', default_value = "title")]
    pub(crate) topic_parts: Vec<TopicPart>,
    /// Topics are queries as `search` takes them, not mere words
    #[arg(long)]
    pub(crate) query_syntax: bool,
    /// Words of topics to leave out: lucene (33 English words), or a file with one a line
    #[arg(long, value_name = "LIST")]
    pub(crate) stop_words: Option<String>,
    /// Score text fields apart, each by its own statistics, as in title=1,body=1 [default: together]
    #[arg(
        long,
        value_name = "FIELD=WEIGHT,...",
        value_delimiter = ',',
        conflicts_with = "query_syntax"
    )]
    pub(crate) fields: Vec<String>,
    /// Leave out the article whose id is the topic's (ArguAna and its like)
    #[arg(long)]
    pub(crate) without_own: bool,
}

/// The form of a topics file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TopicsForm {
    Auto,
    Trec,
    Tsv,
    Jsonl,
}

/// A part of a TREC topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TopicPart {
    Title,
    Desc,
    Narr,
}

/// Answer topics, as a TREC run: topic Q0 article rank score tag
#[derive(Args, Debug)]
#[command(after_help = "\
The text of a topic is taken as words of which any may match, whatever
characters it has; --query-syntax makes it a query.

Examples:
  pressmark run cran.pmk topics.tsv > bm25.run
  pressmark run cran.pmk queries.jsonl --k1 0.9 --b 0.4 --stop-words lucene > bm25.run
  pressmark run cran.pmk topics.trec --topic-parts title,desc --model dirichlet > ql.run
  pressmark run cran.pmk topics.tsv --rm3 --tag bm25-rm3 > rm3.run
  pressmark eval qrels.txt bm25.run rm3.run")]
pub(crate) struct RunArguments {
    /// The index
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    #[command(flatten)]
    pub(crate) topics: TopicArguments,
    /// Articles a topic
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = whole)]
    pub(crate) depth: usize,
    /// The name of the run, its last column
    #[arg(long, value_name = "NAME", default_value = "pressmark")]
    pub(crate) tag: String,
    /// Order of equal scores: as indexed, or ids from last to first as in trec_eval
    #[arg(long, value_name = "ORDER", default_value = "number")]
    pub(crate) ties: Ties,
    #[command(flatten)]
    pub(crate) ranking: RankingArguments,
    #[command(flatten)]
    pub(crate) expansion: ExpansionArguments,
}

/// What is added to the words of a topic.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ExpansionArguments {
    /// Neighbouring words count more together (sequential dependence: 0.85 words, 0.1 phrases, 0.05 near)
    #[arg(long)]
    pub(crate) proximity: bool,
    /// Search again with words of the best articles, by RM3
    #[arg(long, conflicts_with = "rocchio")]
    pub(crate) rm3: bool,
    /// Search again with words of the best articles, by Rocchio
    #[arg(long)]
    pub(crate) rocchio: bool,
    /// Articles that feedback takes for relevant
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole)]
    pub(crate) feedback_articles: usize,
    /// Words that feedback adds
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole)]
    pub(crate) feedback_words: usize,
    /// The weight of the topic's own words under RM3, 0 to 1
    #[arg(long, value_name = "NUMBER", default_value_t = 0.5, value_parser = share)]
    pub(crate) original_weight: f64,
}

/// Judge runs as trec_eval does, and say whether they differ
#[derive(Args, Debug)]
#[command(after_help = "\
Measures: map, recip_rank, bpref, Rprec, ndcg, ndcg_cut_K, P_K, recall_K,
success_K, judged_K, num_ret, num_rel, num_rel_ret; also as nDCG@10, P@5, RR, MAP.
All but judged_K are trec_eval's to the last digit: articles are ordered by
score in single precision, equal ones by id, greatest first; the rank column is
not read. Topics that only one of the two files has are left out and named;
--all-topics counts judged topics without an answer as 0 (trec_eval -c).

With several runs the second and all later ones are compared with the first:
mean difference with its 95 % interval, paired t test and randomisation test.

Examples:
  pressmark eval qrels.txt bm25.run
  pressmark eval qrels.txt bm25.run --measures nDCG@10,recall@100 --by-topic
  pressmark eval qrels.txt bm25.run rm3.run
  pressmark eval qrels.txt bm25.run --format json | jq .ndcg_cut_10")]
pub(crate) struct EvalArguments {
    /// Judgements: TREC qrels, or BEIR's tsv
    #[arg(value_name = "QRELS")]
    pub(crate) qrels: PathBuf,
    /// Runs; the first is what others are compared with
    #[arg(value_name = "RUN", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// What to compute [default: a choice of the usual]
    #[arg(long, short, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) measures: Vec<String>,
    /// Each topic, too
    #[arg(long)]
    pub(crate) by_topic: bool,
    /// Count judged topics that a run lacks as 0
    #[arg(long, short = 'c')]
    pub(crate) all_topics: bool,
    /// Seed of the randomisation test
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How to print: text, json, tsv, or trec (as trec_eval prints)
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: EvalFormat,
}

/// How figures of runs are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EvalFormat {
    Text,
    Json,
    Tsv,
    Trec,
}
