//! xz streams, one after another.
//!
//! Comes in: their bytes. Goes out: the plain bytes, and an error only behind the last byte before the damage: the reader that comes
//! with the crate drops what it had decoded when it meets damage in the same step.

use std::io::{self, BufRead, Read};

use liblzma::stream::{Action, CONCATENATED, Status, Stream};

/// The most memory a stream may ask for. Presets ask for 65 MiB at most.
const MAX_MEMORY: u64 = 2 << 30;

/// Reads all streams of a file.
pub(super) struct Streams<R> {
    stored: R,
    decoder: Stream,
    /// What went wrong behind the bytes handed out last.
    failure: Option<io::Error>,
}

impl<R: BufRead> Streams<R> {
    pub(super) fn new(stored: R) -> io::Result<Streams<R>> {
        let decoder = Stream::new_stream_decoder(MAX_MEMORY, CONCATENATED)?;
        Ok(Streams { stored, decoder, failure: None })
    }
}

impl<R: BufRead> Read for Streams<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
            let stored = self.stored.fill_buf()?;
            let at_end = stored.is_empty();
            let (taken, given) = (self.decoder.total_in(), self.decoder.total_out());
            let action = if at_end { Action::Finish } else { Action::Run };
            let status = self.decoder.process(stored, buffer, action);
            let taken = (self.decoder.total_in() - taken) as usize;
            let given = (self.decoder.total_out() - given) as usize;
            self.stored.consume(taken);
            let is_stuck = taken == 0 && given == 0;
            match status {
                Err(cause) => self.failure = Some(cause.into()),
                Ok(Status::StreamEnd) => return Ok(given),
                Ok(_) if at_end && given == 0 => {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends too early"));
                }
                Ok(_) if is_stuck => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "it cannot go on"));
                }
                Ok(_) => {}
            }
            if 0 < given {
                return Ok(given);
            }
        }
    }
}
