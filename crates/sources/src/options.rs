//! What the caller decides about reading.
//!
//! Comes in: choices from the command line or a library user. Goes out: one plain struct with defaults
//! that suit a dump nobody knows anything about.

use std::str::FromStr;

use crate::stream::RecordLimit;
use crate::{Error, FieldMap, Format};

/// How inputs are read; [`ReadOptions::default`] recognises everything by content.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The format of all inputs; `None` recognises each file's by its content.
    pub format: Option<Format>,
    /// Which field is the id, the title, the body, the date.
    pub map: FieldMap,
    /// How many bytes of whole records a batch aims at. A record that is longer makes a longer batch.
    pub batch_bytes: usize,
    /// The longest record that is read; a longer one is passed over without being held in memory and
    /// becomes a [`BadRecord`](crate::BadRecord).
    pub max_record_bytes: usize,
    /// How much memory the work on one record may take. A record for which it might take more, by its length and its
    /// format, is passed over like one longer than `max_record_bytes`. Nothing else depends on it.
    pub record_memory: usize,
    /// Which namespaces of a wiki are articles.
    pub namespaces: Vec<i64>,
    /// The character encoding of all inputs; `None` detects it. Compressed and binary formats ignore it.
    pub encoding: Option<Encoding>,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            format: None,
            map: FieldMap::default(),
            batch_bytes: 1 << 20,
            max_record_bytes: 256 << 20,
            record_memory: usize::MAX,
            namespaces: vec![0],
            encoding: None,
        }
    }
}

impl ReadOptions {
    /// The longest record of `format` that is read.
    pub(crate) fn record_limit(&self, format: Format) -> RecordLimit {
        let (most, fits) = (self.max_record_bytes.max(1), self.record_memory / format.appetite());
        RecordLimit { bytes: most.min(fits.max(1)), by_memory: fits < most }
    }
}

/// A character encoding by its name in the WHATWG standard (`windows-1252`, `koi8-r`, `utf-16le`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(pub(crate) &'static encoding_rs::Encoding);

impl Encoding {
    /// The standard's name of the encoding.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl FromStr for Encoding {
    type Err = Error;

    fn from_str(label: &str) -> Result<Encoding, Error> {
        encoding_rs::Encoding::for_label(label.as_bytes())
            .map(Encoding)
            .ok_or_else(|| Error::UnknownEncoding { found: label.to_owned() })
    }
}
