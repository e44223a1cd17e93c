//! The formats: how each is recognised, cut into records, and parsed.
//!
//! Comes in: the head of a plain stream and the file's name. Goes out: the format, and for it a cutter. One file
//! per format; this one only chooses.

use std::fmt;
use std::str::FromStr;

use crate::stream::Cut;
use crate::{Error, ReadOptions};

mod between;
mod cirrus;
mod csv;
mod elements;
#[cfg(test)]
mod fixtures;
mod html;
mod json;
mod json_values;
mod jsonl;
mod mail;
mod markdown;
mod mediawiki;
#[cfg(test)]
mod mutations;
pub(crate) mod parquet;
mod recognise;
mod reuters;
mod sgml;
mod stackexchange;
#[cfg(test)]
mod tests;
mod text;
mod trec;
mod warc;
mod wikiextractor;
mod xml;

pub(crate) use recognise::{Archive, HEAD_BYTES, Recognised, recognise, recognise_container};

/// The format of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Plain text: a file is a document.
    Text,
    /// Markdown: a file is a document.
    Markdown,
    /// A web page: a file is a document.
    Html,
    /// A JSON object on each line.
    Jsonl,
    /// A JSON array of objects, or objects over several lines.
    Json,
    /// A table with commas, semicolons or bars, and a line of headings.
    Csv,
    /// A table with tabs and a line of headings.
    Tsv,
    /// A wiki's XML export.
    MediaWiki,
    /// A wiki's search index: JSON lines in pairs.
    Cirrus,
    /// The articles of a wiki as WikiExtractor leaves them.
    WikiExtractor,
    /// Stack Exchange's XML dump.
    StackExchange,
    /// TREC's SGML.
    Trec,
    /// Reuters-21578's SGML.
    Reuters,
    /// Crawled pages.
    Warc,
    /// A mail message: a file is a document.
    Mail,
    /// Many mail messages in a file.
    Mbox,
    /// A columnar data set.
    Parquet,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 17] = [
        Format::Text,
        Format::Markdown,
        Format::Html,
        Format::Jsonl,
        Format::Json,
        Format::Csv,
        Format::Tsv,
        Format::MediaWiki,
        Format::Cirrus,
        Format::WikiExtractor,
        Format::StackExchange,
        Format::Trec,
        Format::Reuters,
        Format::Warc,
        Format::Mail,
        Format::Mbox,
        Format::Parquet,
    ];
    /// Their names, as [`Format::from_str`] takes them.
    pub const NAMES: [&str; 17] = [
        "text",
        "markdown",
        "html",
        "jsonl",
        "json",
        "csv",
        "tsv",
        "mediawiki",
        "cirrus",
        "wikiextractor",
        "stackexchange",
        "trec",
        "reuters",
        "warc",
        "mail",
        "mbox",
        "parquet",
    ];

    /// The format's name.
    pub fn name(self) -> &'static str {
        Format::NAMES[self as usize]
    }

    /// How many times its length a record may take of memory while it is read and indexed. Measured by `benches/giants.py`
    /// with nothing but different words, which take more than any other text (11 times, but a part of that later, when
    /// other memory is free), and for Markdown with nothing but marks.
    pub(crate) fn appetite(self) -> usize {
        if self == Format::Markdown { 45 } else { 10 }
    }

    /// A cutter for a source of this format that begins with `head`; `None` for the one that is no stream.
    pub(crate) fn cutter(self, head: &[u8], options: &ReadOptions) -> Option<Box<dyn Cut>> {
        Some(match self {
            Format::Text => Box::new(text::cutter()),
            Format::Markdown => Box::new(markdown::cutter()),
            Format::Html => Box::new(html::cutter()),
            Format::Jsonl => Box::new(jsonl::Lines::new()),
            Format::Json => Box::new(json_values::Values::new()),
            Format::Csv => Box::new(csv::Rows::new(None)),
            Format::Tsv => Box::new(csv::Rows::new(Some(b'\t'))),
            Format::MediaWiki => Box::new(mediawiki::Pages::new(&options.namespaces)),
            Format::Cirrus => Box::new(cirrus::Pairs::new(&options.namespaces)),
            Format::WikiExtractor => Box::new(wikiextractor::cutter()),
            Format::StackExchange => Box::new(stackexchange::cutter(head)),
            Format::Trec => Box::new(trec::cutter(head)),
            Format::Reuters => Box::new(reuters::cutter()),
            Format::Warc => Box::new(warc::WarcRecords::new()),
            Format::Mail => Box::new(mail::cutter()),
            Format::Mbox => Box::new(mail::Mbox::new()),
            Format::Parquet => return None,
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Format, Error> {
        let at = Format::NAMES.iter().position(|known| *known == name);
        at.map(|at| Format::ALL[at]).ok_or_else(|| Error::UnknownFormat { found: name.to_owned() })
    }
}
