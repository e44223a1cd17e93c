//! The formats: how each is recognised, cut into records, and parsed.
//!
//! Comes in: the head of a plain stream and the file's name. Goes out: the format, and for it a cutter. One file
//! per format; this one only chooses.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::stream::Cut;
use crate::{Error, ReadOptions};

mod json;
mod jsonl;
mod mediawiki;
mod recognise;
#[cfg(test)]
mod tests;
mod text;
mod xml;

pub(crate) use recognise::{HEAD_BYTES, Recognised, recognise};

/// The format of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Plain text: a file is a document.
    Text,
    /// A JSON object on each line.
    Jsonl,
    /// A wiki's XML export.
    MediaWiki,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 3] = [Format::Text, Format::Jsonl, Format::MediaWiki];
    /// Their names, as [`Format::from_str`] takes them.
    pub const NAMES: [&str; 3] = ["text", "jsonl", "mediawiki"];

    /// The format's name.
    pub fn name(self) -> &'static str {
        Format::NAMES[self as usize]
    }

    /// A cutter for a source of this format.
    pub(crate) fn cutter(self, options: &ReadOptions) -> Box<dyn Cut> {
        match self {
            Format::Text => Box::new(text::cutter()),
            Format::MediaWiki => Box::new(mediawiki::Pages::new(&options.namespaces)),
            Format::Jsonl => Box::new(jsonl::Lines::new(Arc::new(jsonl::ObjectLine))),
        }
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
