//! All members of a gzip file, one after another.
//!
//! Comes in: stored bytes. Goes out: the content of every member. Zero bytes after the last member are
//! padding (tapes, `dd`) and pass; anything else that follows is an error, never dropped in silence.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Reads member after member.
pub(super) struct Members<R> {
    state: State<R>,
}

enum State<R> {
    Inside(Box<GzDecoder<R>>),
    Between(R),
    Ended,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(stored: R) -> Members<R> {
        Members { state: State::Inside(Box::new(GzDecoder::new(stored))) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Inside(mut member) => match member.read(buffer)? {
                    0 => self.state = State::Between(member.into_inner()),
                    read => {
                        self.state = State::Inside(member);
                        return Ok(read);
                    }
                },
                State::Between(mut stored) => {
                    if next_member(&mut stored)? {
                        self.state = State::Inside(Box::new(GzDecoder::new(stored)));
                    }
                }
                State::Ended => return Ok(0),
            }
        }
    }
}

/// Passes over padding; whether another member begins.
fn next_member<R: BufRead>(stored: &mut R) -> io::Result<bool> {
    loop {
        let ahead = stored.fill_buf()?;
        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
        match ahead.get(zeros) {
            Some(0x1f) => {
                stored.consume(zeros);
                return Ok(true);
            }
            Some(_) => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "bytes follow the last gzip member",
                ));
            }
            None if zeros == 0 => return Ok(false),
            None => stored.consume(zeros),
        }
    }
}
