//! The stored bytes of one source, counted and hashed as they pass.
//!
//! Comes in: a file, standard input or bytes in memory. Goes out: the same bytes through [`Read`], their
//! number and their SHA-256. The digest covers the whole source even when reading stopped early.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Sha256Digest = [u8; 32];

/// One handle on a source's stored bytes; clones read on from the same place.
#[derive(Clone)]
pub(crate) struct RawBytes(Arc<Mutex<State>>);

struct State {
    inner: Box<dyn Read + Send>,
    hasher: Sha256,
    bytes: u64,
    /// The progress of all inputs together.
    total: Arc<AtomicU64>,
    /// The system's error, kept apart from what a decoder makes of it.
    failure: Option<io::Error>,
}

impl RawBytes {
    pub(crate) fn new(inner: Box<dyn Read + Send>, total: Arc<AtomicU64>) -> RawBytes {
        let hasher = Sha256::new();
        RawBytes(Arc::new(Mutex::new(State { inner, hasher, bytes: 0, total, failure: None })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The system's error, if reading the stored bytes failed (and not their decoding).
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        self.state().failure.take()
    }

    /// How many stored bytes have been read.
    pub(crate) fn position(&self) -> u64 {
        self.state().bytes
    }

    /// Reads what is left, so that the digest is that of the whole source.
    pub(crate) fn finish(&self) -> io::Result<(u64, Sha256Digest)> {
        let mut state = self.state();
        let mut buffer = vec![0; 64 << 10];
        while state.read(&mut buffer)? != 0 {}
        Ok((state.bytes, state.hasher.clone().finalize().into()))
    }
}

impl State {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = loop {
            match self.inner.read(buffer) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => {
                    let kind = cause.kind();
                    self.failure = Some(cause);
                    return Err(kind.into());
                }
                Ok(read) => break read,
            }
        };
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        self.total.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Read for RawBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.state().read(buffer)
    }
}
