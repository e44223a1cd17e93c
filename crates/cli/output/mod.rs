//! Answers as bytes on standard output.
//!
//! Comes in: plain answers of the library and the setting. Goes out: text, JSON, tables. Every write is checked, so that
//! a closed pipe or a full disk reaches `main` as an error. What is said to people goes through `figures` and to
//! standard error, by the commands.

pub(crate) mod effectiveness;
pub(crate) mod explanation;
pub(crate) mod figures;
pub(crate) mod latency;
pub(crate) mod lexicon;
pub(crate) mod lines;
pub(crate) mod stats;
pub(crate) mod tables;
pub(crate) mod text;
pub(crate) mod tree;

use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

/// Standard output, buffered; call [`Out::finish`] or lose the tail's errors.
pub(crate) struct Out(BufWriter<StdoutLock<'static>>);

impl Out {
    /// Takes standard output.
    pub(crate) fn new() -> Out {
        Out(BufWriter::with_capacity(1 << 16, io::stdout().lock()))
    }

    /// One line.
    pub(crate) fn line(&mut self, line: &str) -> io::Result<()> {
        self.write(line.as_bytes())?;
        self.write(b"\n")
    }

    /// One JSON object on a line of its own.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, value).map_err(|cause| failed(cause.into()))?;
        self.write(b"\n")
    }

    /// Bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).map_err(failed)
    }

    /// Gives everything out now.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(failed)
    }

    /// Gives the rest out.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.0.flush().map_err(failed)
    }
}

/// The same kind of error, by which a closed pipe is known, saying where it happened.
fn failed(cause: io::Error) -> io::Error {
    io::Error::new(cause.kind(), format!("cannot write to standard output: {cause}"))
}
