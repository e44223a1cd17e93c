//! Dumps to documents.
//!
//! Comes in: files, folders, standard input, in any of the [formats](Format) and [compressions](Compression),
//! recognised by their content. Goes out: [documents](Document) with named fields, and in their place the
//! [bad records](BadRecord) and what was [left out on purpose](SkipReason). Knows nothing of tokens, field
//! types or indexes, prints nothing, and decides nothing about bad records.
//!
//! ```text
//! Input -> walk -> raw (count, SHA-256) -> compression -> encoding -> stream + formats (cut)     one thread
//!                                                                          | Batch
//!                                                                     formats (parse), mapping   any thread
//!                                                                          | Item
//! ```
//!
//! [`Inputs`] runs on one thread and only looks for the boundaries of records; [`Batch::read`] does the work,
//! on as many threads as the caller has.

mod archive;
mod batch;
mod compression;
mod document;
mod encoding;
mod error;
mod formats;
mod inputs;
mod mapping;
mod options;
mod pattern;
mod raw;
mod stream;
mod summary;
#[cfg(test)]
mod tests;
mod walk;
mod wikitext;

pub use batch::Batch;
pub use compression::Compression;
pub use document::{BadRecord, Document, FieldName, Item, SkipReason, Value};
pub use error::Error;
pub use formats::Format;
pub use inputs::{Documents, Failure, Input, Inputs};
pub use mapping::FieldMap;
pub use options::{Encoding, ReadOptions};
pub use raw::Sha256Digest;
pub use summary::{SourceSummary, Tally};
