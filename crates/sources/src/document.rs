//! What a dump turns into: documents, and the records that became none.
//!
//! Comes in: nothing, these are plain data. Goes out: the types every format fills and the indexer
//! reads. Nothing here knows a format.

use std::fmt;
use std::sync::Arc;

/// The name of a field; cheap to clone, shared by all documents of a batch.
pub type FieldName = Arc<str>;

/// What one record of a dump became.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A document to index.
    Document(Document),
    /// A record that could not be read; the caller stops or sets it aside.
    Bad(BadRecord),
    /// A record that was understood and left out on purpose: counted, not an error.
    Skipped(SkipReason),
}

/// One article.
///
/// The fields stand in the order in which the record has them (nested JSON in document order), so equal
/// input gives equal documents. After mapping ([`FieldMap`](crate::FieldMap)) the fields the rest of
/// the program knows are `title`, `body` and `date`; all others keep their own names. The id is not
/// repeated among the fields. No name occurs twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The id the input gives, never empty; `None` where it gives none (the indexer then makes
    /// `SOURCE#NUMBER`).
    pub id: Option<String>,
    /// The source the record comes from: a file name, a path relative to the folder given, `stdin`.
    pub source: Arc<str>,
    /// The number of the record in its source, from 1. For line formats it is the line's number,
    /// blank lines counted, so that `sed -n NUMBERp` shows it.
    pub number: u64,
    /// Where the record begins, in bytes of the decompressed source (of its UTF-8 form where the source
    /// is UTF-16).
    pub offset: u64,
    /// The other fields, in the order of the record.
    pub fields: Vec<(FieldName, Value)>,
}

impl Document {
    /// The value of the field `name`; linear in the number of fields.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| &**field == name).map(|(_, value)| value)
    }

    /// About how many bytes its texts have, and something for each field.
    pub(crate) fn bytes(&self) -> usize {
        fn of(value: &Value) -> usize {
            match value {
                Value::Text(text) => text.len(),
                Value::List(values) => values.iter().map(of).sum(),
                _ => 8,
            }
        }
        self.fields.iter().map(|(name, value)| name.len() + of(value)).sum::<usize>() + 1
    }

    /// The field `name` if it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.field(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// The value of a field.
///
/// Objects do not occur: `{"a":{"b":1}}` becomes the field `a.b`, and a list of objects
/// `{"a":[{"b":1},{"b":2}]}` the field `a.b` with the list `[1, 2]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text, always valid UTF-8; may contain any character, NUL included.
    Text(String),
    /// A number with a fraction or an exponent.
    Number(f64),
    /// A whole number. Those beyond `i64` are kept exactly as [`Value::Text`] where JSON's reader can
    /// (up to `u64::MAX`), and as [`Value::Number`] beyond.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// Several values, in order.
    List(Vec<Value>),
    /// JSON's null. Only inside lists: a field that is null is as if absent.
    Null,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// The source it stands in.
    pub source: Arc<str>,
    /// Its number in the source, from 1, counted as in [`Document::number`].
    pub number: u64,
    /// Where it begins, in bytes of the decompressed source.
    pub offset: u64,
    /// What was wrong: what was found, where in the record, what was expected.
    pub reason: String,
    /// The beginning of the record, at most [`BadRecord::EXCERPT_BYTES`] bytes of its content, invalid
    /// bytes replaced.
    pub excerpt: String,
}

impl BadRecord {
    /// How many bytes of a bad record its excerpt is made from.
    pub const EXCERPT_BYTES: usize = 200;

    /// The excerpt of a record's bytes.
    pub(crate) fn excerpt_of(bytes: &[u8]) -> String {
        let head = &bytes[..bytes.len().min(BadRecord::EXCERPT_BYTES)];
        let mut text = String::with_capacity(head.len());
        for chunk in head.utf8_chunks() {
            text.push_str(chunk.valid());
            let cut_by_us = bytes.len() > head.len()
                && chunk.invalid().as_ptr_range().end == head.as_ptr_range().end;
            if !chunk.invalid().is_empty() && !cut_by_us {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    }
}

impl fmt::Display for BadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BadRecord { source, number, offset, reason, .. } = self;
        write!(f, "`{source}` record {number} at byte {offset}: {reason}")
    }
}

/// Why a record was left out on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// A wiki page that only points to another.
    Redirect,
    /// A wiki page outside the namespaces asked for.
    Namespace,
    /// A record or file without any text.
    Empty,
    /// A file that holds no text (an image, a program).
    Binary,
    /// A file or folder whose name begins with a dot.
    Hidden,
    /// A symbolic link that leads back into a folder it lies in.
    SymlinkLoop,
    /// A thing in a folder or archive that is neither file nor folder (a socket, a device, a link in a tar).
    NotAFile,
    /// A WARC record that is no response: request, metadata, warcinfo.
    NotAResponse,
    /// A WARC record that says an earlier one still holds.
    Revisit,
    /// A response or mail part that is not text (an image, a PDF).
    NotText,
    /// A response that says something went wrong (404, 500) or is a redirection.
    HttpStatus,
}

impl SkipReason {
    /// All reasons, in the order in which summaries list them.
    pub const ALL: [SkipReason; 11] = [
        SkipReason::Redirect,
        SkipReason::Namespace,
        SkipReason::Empty,
        SkipReason::Binary,
        SkipReason::Hidden,
        SkipReason::SymlinkLoop,
        SkipReason::NotAFile,
        SkipReason::NotAResponse,
        SkipReason::Revisit,
        SkipReason::NotText,
        SkipReason::HttpStatus,
    ];

    /// The reason as a stable name for summaries and manifests.
    pub fn name(self) -> &'static str {
        match self {
            SkipReason::Redirect => "redirect",
            SkipReason::Namespace => "namespace",
            SkipReason::Empty => "empty",
            SkipReason::Binary => "binary",
            SkipReason::Hidden => "hidden",
            SkipReason::SymlinkLoop => "symlink-loop",
            SkipReason::NotAFile => "not-a-file",
            SkipReason::NotAResponse => "not-a-response",
            SkipReason::Revisit => "revisit",
            SkipReason::NotText => "not-text",
            SkipReason::HttpStatus => "http-status",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
