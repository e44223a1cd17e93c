//! What can be typed: verbs, options and their help.
//!
//! Comes in: the command line, through clap. Goes out: plain structs as typed, nothing looked up, no default that
//! depends on the surroundings. `meant` makes sense of them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::numbers::{share, weight, whole};
use super::{
    BenchArguments, Color, EvalArguments, Format, KwicArguments, PostingsArguments,
    RankingArguments, RunArguments, TuneArguments,
};

const EXAMPLES: &str = "\
Examples:
  pressmark search articles/ 'big bad wolf'
        Look into a folder or a dump at once: it is indexed in memory first.
  pressmark index news.pmk cc-news-2019.jsonl.zst
        Build an index; it is one file, to be copied and mailed like any other.
  pressmark search news.pmk '\"chemical weapons\" inspectors -rumour' -k 20
        Rank articles: a phrase, a word, and a word that must not occur.
  pressmark count news.pmk '\"red line\"'
        How many articles, how many matches.

The query language is in `pressmark search --help`.
Exit codes: 0 found or done, 1 nothing found, 2 error.";

const AFTER_SEARCH: &str = "\
Queries:
  mortal coil           any of the words; the more and the rarer, the higher
  +mortal coil -rope    `+` must occur, `-` must not; --all makes all words `+`
  \"this mortal coil\"    the exact phrase, frequent words included
  \"this coil\"~2        its words moved by at most 2 places altogether
  a AND (b OR c)        AND binds closer than OR, NOT closer than AND
  a NEAR/5 b            at most 5 words between them; BEFORE/5: in that order;
                        of words, phrases, patterns, (a OR b), other windows
  jolan*  j?lani        any letters, one letter; in phrases too
  colour~1  /colou?r/   within one edit; a regular expression
  ~al-Jolani -golani    spellings of a name, without one
  =Polish               as written, with case and accents
  {march rally}         one term of several words
  (a b c d)@3           at least three of them
  title:wolf            in one field only
  date:2011-03..2012    a span of time; date:>=2011-03-02, date:[a TO b}
  source:IN[ap afp]     one of several values; IN@FILE reads them from a file
  wolf^2 rope           twice the weight for a word
Fields that are no text only select: +date:2011 wolf, wolf AND NOT source:ap.
Words are found whatever their case and accents. Ordinary text (don't, COVID-19,
U.S., a URL) is never an error. Quote the query for the shell: '\"big bad wolf\"'.
A word such as -mortal may stand alone; options have one known letter or two
dashes. `--` ends options.

Output:
  text   rank, title, id, date, score and the text around the best match, which
         stands in ** where there is no colour
  json   one object a line: rank id score title fields spans fragments; spans
         are bytes of the stored text, fragments are HTML with <b>
  tsv    rank, id, score, title
  trec   a run file: 1 Q0 ID RANK SCORE pressmark
  ids    one id a line

Examples:
  pressmark search news.pmk '\"big bad wolf\"'
  pressmark search news.pmk wolf -mortal --k1 0.9 --b 0.4
  pressmark search news.pmk 'wolf' --format json | jq -r .id
  zcat dump.jsonl.gz | pressmark search - 'wolf'";

const AFTER_INDEX: &str = "\
INPUT is a file, a folder or `-` for standard input; format and compression
(gz, bz2, zst, xz, lz4, tar, zip) are found by content. If IDX exists, the
documents are added.

Fields: `id`, `title`, `body` and `date` are found under their usual names, and
--map names others. What a field is for is guessed from the data and listed, or
said by --fields. A bare query word is looked for in all text fields.

Examples:
  pressmark index news.pmk articles/
  pressmark index wiki.pmk simplewiki-latest-pages-articles.xml.bz2
  pressmark index news.pmk dump.jsonl.zst --map body=text,title=headline,id=url
  zcat *.jsonl.gz | pressmark index news.pmk - --on-bad skip";

/// Full-text search for dumps of articles: news archives, Wikipedia, JSON lines.
#[derive(Debug, Parser)]
#[command(
    name = "pressmark",
    version,
    after_help = EXAMPLES,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "Verbs",
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100,
)]
pub(crate) struct Typed {
    #[command(flatten)]
    pub(crate) global: GlobalOptions,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Options of every verb.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "General options")]
pub(crate) struct GlobalOptions {
    /// When to use colour; auto: on a terminal unless NO_COLOR is set
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = false
    )]
    pub(crate) color: Color,
    /// Say nothing on standard error but errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Threads to build an index or to answer an expensive search with [default: all cores], or to measure with [default: 1]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    /// Read the index into memory (for network drives)
    #[arg(long, global = true)]
    pub(crate) no_mmap: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Index(IndexArguments),
    Search(SearchArguments),
    Count(CountArguments),
    Kwic(KwicArguments),
    Get(GetArguments),
    Terms(TermsArguments),
    Postings(PostingsArguments),
    Stats(StatsArguments),
    Verify(VerifyArguments),
    Analyze(AnalyzeArguments),
    Parse(ParseArguments),
    Explain(ExplainArguments),
    Run(RunArguments),
    Eval(EvalArguments),
    Tune(TuneArguments),
    Bench(BenchArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

/// Build an index from dumps, or add to one
#[derive(Args, Debug)]
#[command(after_help = AFTER_INDEX)]
pub(crate) struct IndexArguments {
    /// The index to create or to add to: one file
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    /// Files, folders, quoted patterns such as 'dumps/**/*.jsonl.gz', or `-`
    #[arg(value_name = "INPUT", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Format of the inputs [default: found by content]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_format: Option<String>,
    /// Character encoding of the inputs, such as windows-1252 [default: detected]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Namespaces of a wiki to index, by number [default: 0, its articles]
    #[arg(long, value_name = "N,...", value_delimiter = ',', allow_negative_numbers = true)]
    pub(crate) namespaces: Vec<i64>,
    /// Where to take fields from: body=text,title=headline,id=url,date=published
    #[arg(long, value_name = "FIELD=SOURCE,...")]
    pub(crate) map: Option<String>,
    /// The field that is the id; the same as --map id=FIELD
    #[arg(long, value_name = "FIELD")]
    pub(crate) id_field: Option<String>,
    /// What fields are: body:text,title:stored,date:date,source:keyword; also number and skip
    #[arg(long, value_name = "FIELD:TYPE,...")]
    pub(crate) fields: Option<String>,
    /// About a record that cannot be read: stop and write nothing, or set it aside in IDX.bad.jsonl
    #[arg(long, value_name = "WHAT", default_value = "stop")]
    pub(crate) on_bad: OnBad,
    /// About an id that an earlier article has: keep both, replace the earlier one as if it had never been there, or stop
    /// and write nothing
    #[arg(long, value_name = "WHAT", default_value = "keep")]
    pub(crate) on_duplicate: OnDuplicate,
    /// Keep what is done in IDX.resume until the index is there, and go on from what an interrupted run with the same inputs
    /// and options has kept; the index is the same to the byte
    #[arg(long)]
    pub(crate) resume: bool,
    /// Memory to build in, such as 256M or 2G; it also decides how long one article may be: a tenth of it and 8M, of
    /// Markdown a 45th and 1.7M, and 256M at most
    #[arg(long, value_name = "SIZE", default_value = "1G")]
    pub(crate) memory: String,
    /// Index word stems of a language, such as en or de; with --lang auto the languages to choose among: en,de
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) stem: Option<String>,
    /// Index word stems of each article's own language, found by its text or its field `language`
    #[arg(long, value_name = "auto", value_parser = ["auto"])]
    pub(crate) lang: Option<String>,
    /// Keep lists of the adjacent pairs of the N most frequent words, such as 64: phrases of them are found many times
    /// faster, for a twentieth of the index's size at most; 255 words at most [default: 0, or as the index was built]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=255))]
    pub(crate) pairs: Option<u32>,
    /// Keep like articles side by side in the lists: most queries take three quarters to nine tenths of the time, the index
    /// is smaller, the build takes 1.3 to 1.8 times as long. Answers stay the same, and in the order of the dump where
    /// scores are equal; articles added later do as the index does
    #[arg(long)]
    pub(crate) reorder: bool,
    /// Store no text: searches give ids and scores, nothing to read
    #[arg(long)]
    pub(crate) no_store: bool,
    /// BM25's k1 that searches use unless told otherwise [default: 1.2]
    #[arg(long, value_name = "NUMBER", value_parser = weight)]
    pub(crate) k1: Option<f64>,
    /// BM25's b that searches use unless told otherwise [default: 0.75]
    #[arg(long, value_name = "NUMBER", value_parser = share)]
    pub(crate) b: Option<f64>,
}

/// What to do about a bad record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnBad {
    Stop,
    Skip,
}

/// What to do about an id that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnDuplicate {
    Keep,
    Replace,
    Error,
}

/// The query of a verb, in one of three ways.
#[derive(Args, Clone, Debug)]
pub(crate) struct QueryArguments {
    /// The query; several arguments are joined by blanks
    #[arg(value_name = "QUERY", num_args = 0..)]
    pub(crate) words: Vec<String>,
    /// The query, as one argument
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["words", "file"])]
    pub(crate) query: Option<String>,
    /// Read the query from a file; `-` is standard input
    #[arg(long, short, value_name = "FILE", conflicts_with = "words")]
    pub(crate) file: Option<PathBuf>,
    /// Every word must occur
    #[arg(long)]
    pub(crate) all: bool,
    /// Repair a malformed query and say what was repaired
    #[arg(long)]
    pub(crate) lenient: bool,
    /// The most words a pattern may stand for [default: 100000]
    #[arg(long, value_name = "N")]
    pub(crate) max_expansions: Option<usize>,
}

/// Rank the articles that match a query
#[derive(Args, Debug)]
#[command(after_help = AFTER_SEARCH)]
pub(crate) struct SearchArguments {
    /// An index; or a dump, a folder or `-`, indexed in memory first
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    /// How many hits to show
    #[arg(short = 'k', value_name = "N", default_value_t = 10, value_parser = whole)]
    pub(crate) k: usize,
    /// How many hits to pass over first
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole)]
    pub(crate) offset: usize,
    #[command(flatten)]
    pub(crate) ranking: RankingArguments,
    /// Order of hits: score, or a field such as date (oldest first) or -date (newest first)
    #[arg(long, value_name = "ORDER", default_value = "score", allow_hyphen_values = true)]
    pub(crate) sort: String,
    /// Order of equal scores: as indexed, or ids from last to first as in trec_eval
    #[arg(long, value_name = "ORDER", default_value = "number")]
    pub(crate) ties: Ties,
    /// How many pieces of text to show per hit
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole)]
    pub(crate) fragments: usize,
    /// Words to show on each side of a match
    #[arg(short = 'C', value_name = "WORDS", default_value_t = 10, value_parser = whole)]
    pub(crate) context: usize,
    /// Stored fields in JSON: all, none or names such as title,date
    #[arg(long, value_name = "NAMES", default_value = "all")]
    pub(crate) fields: String,
    /// How the best hits are found; both give the same answer
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub(crate) strategy: Strategy,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,
}

/// The order of equal scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ties {
    Number,
    Id,
}

/// How the best hits are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Strategy {
    Auto,
    Exhaustive,
}

/// Count the articles that match a query, and the matches in them
#[derive(Args, Debug)]
#[command(after_help = "\
Queries are those of `pressmark search --help`.

Examples:
  pressmark count news.pmk '\"red line\"'
  pressmark count news.pmk wolf --format json
        {\"documents\":3,\"matches\":3,\"complete\":true}")]
pub(crate) struct CountArguments {
    /// An index; or a dump, a folder or `-`, indexed in memory first
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    /// How to print: text, json, or tsv (documents, matches)
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PlainFormat,
}

/// Print stored documents by id
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pressmark get news.pmk n01
  pressmark get news.pmk n01 n02 --format json | jq -r .fields.body")]
pub(crate) struct GetArguments {
    /// The index
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    /// Ids as search prints them
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
    /// How to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// List the vocabulary: term, documents, occurrences
#[derive(Args, Debug)]
#[command(after_help = "\
Output is one term a line in byte order, tab-separated: the term as indexed, the
documents that have it, its occurrences. In a pattern, * is any run of
characters and ? is one.

Examples:
  pressmark terms news.pmk 'jolan*'
  pressmark terms news.pmk --top 20 --by documents")]
pub(crate) struct TermsArguments {
    /// The index
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    /// Only terms like this, such as jolan* or j?lani
    #[arg(value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
    /// Only the N most frequent, the most frequent first
    #[arg(long, value_name = "N", value_parser = whole)]
    pub(crate) top: Option<usize>,
    /// By what --top orders
    #[arg(long, value_name = "WHAT", default_value = "occurrences")]
    pub(crate) by: TermOrder,
    /// How to print: tsv or json
    #[arg(long, value_name = "FORMAT", default_value = "tsv")]
    pub(crate) format: TsvOrJson,
}

/// What makes a term frequent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TermOrder {
    Documents,
    Occurrences,
}

/// Show what an index says about itself, and where its bytes are
#[derive(Args, Debug)]
#[command(after_help = "\
--distributions walks the whole vocabulary: term frequencies by rank, lengths and
classes of posting lists, bits per posting and token, growth of the vocabulary.

Examples:
  pressmark stats news.pmk
  pressmark stats news.pmk --distributions --plot zipf.svg")]
pub(crate) struct StatsArguments {
    /// The index
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    /// Show what its words and their lists are like, too
    #[arg(long)]
    pub(crate) distributions: bool,
    /// Draw how often terms stand there, by rank (Zipf)
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<PathBuf>,
    /// Draw how the vocabulary grows with the text (Heaps)
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot_growth: Option<PathBuf>,
    /// How to print: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// Read every byte of an index and check it
#[derive(Args, Debug)]
#[command(
    after_help = "Ends with 0 where the index is sound, with 2 and the damaged place where it is not."
)]
pub(crate) struct VerifyArguments {
    /// The index
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
}

/// Show the words a text is indexed by
#[derive(Args, Debug)]
#[command(after_help = "\
Output is one word a line, tab-separated: its position, the term, the bytes at
which the word begins and ends, the word as written.

Examples:
  pressmark analyze \"Café de Zürich, COVID-19, don't\"
  pressmark analyze - < article.txt")]
pub(crate) struct AnalyzeArguments {
    /// The text, several arguments joined by blanks; `-` is standard input
    #[arg(value_name = "TEXT", required = true)]
    pub(crate) text: Vec<String>,
    /// With word stems of a language, such as en or de
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) stem: Option<String>,
    /// How to print: tsv or json
    #[arg(long, value_name = "FORMAT", default_value = "tsv")]
    pub(crate) format: TsvOrJson,
}

/// Show how a query is read: its tree, its words, their figures
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pressmark parse news.pmk 'big OR rope AND zebra'
  pressmark parse news.pmk '\"unclosed quote' --lenient")]
pub(crate) struct ParseArguments {
    /// An index; or a dump, a folder or `-`, indexed in memory first
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    #[command(flatten)]
    pub(crate) query: QueryArguments,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// Show how a query is answered, and why an article matches or does not
#[derive(Args, Debug)]
#[command(after_help = "\
Without ID: the plan, what runs it, and how many of the matching articles had to
be looked at for the ten best. With ID: each factor of the article's score; or,
where it does not match, what is missing and how near it came.
Ends with 0 where the article matches, with 1 where it does not.

Examples:
  pressmark explain news.pmk '+wolf market -Anton'
  pressmark explain news.pmk 'big NEAR/2 market' wolf-01")]
pub(crate) struct ExplainArguments {
    /// An index; or a dump, a folder or `-`, indexed in memory first
    #[arg(value_name = "IDX")]
    pub(crate) index: PathBuf,
    /// The query, as one argument
    #[arg(value_name = "QUERY")]
    pub(crate) query: String,
    /// The id of an article
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Every word must occur
    #[arg(long)]
    pub(crate) all: bool,
    /// Repair a malformed query and say what was repaired
    #[arg(long)]
    pub(crate) lenient: bool,
    /// The most words a pattern may stand for [default: 100000]
    #[arg(long, value_name = "N")]
    pub(crate) max_expansions: Option<usize>,
    /// BM25's k1 (saturation) [default: as indexed]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) k1: Option<f64>,
    /// BM25's b (length) [default: as indexed]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) b: Option<f64>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: TextOrJson,
}

/// Print a completion script for a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pressmark completions bash > ~/.local/share/bash-completion/completions/pressmark
  pressmark completions zsh > \"${fpath[1]}/_pressmark\"
  pressmark completions fish > ~/.config/fish/completions/pressmark.fish")]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Print the manual page
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pressmark man | man -l -
  pressmark man search > pressmark-search.1")]
pub(crate) struct ManArguments {
    /// The page of one verb
    #[arg(value_name = "VERB")]
    pub(crate) verb: Option<String>,
}

/// Formats for figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    Text,
    Json,
    Tsv,
}

/// Formats for documents and descriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextOrJson {
    Text,
    Json,
}

/// Formats for tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TsvOrJson {
    Tsv,
    Json,
}
