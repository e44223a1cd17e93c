//! The stored bytes of one source, counted and hashed as they pass.
//!
//! Comes in: a file, standard input or bytes in memory. Goes out: the same bytes through [`Read`], their
//! number and their SHA-256. The digest covers the whole source even when reading stopped early.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Sha256Digest = [u8; 32];

/// One handle on a source's stored bytes; clones read on from the same place.
#[derive(Clone)]
pub(crate) struct RawBytes(Arc<Mutex<State>>);

struct State {
    inner: Box<dyn Read + Send>,
    hasher: Hasher,
    bytes: u64,
    /// The progress of all inputs together.
    total: Arc<AtomicU64>,
    /// The system's error, kept apart from what a decoder makes of it.
    failure: Option<io::Error>,
}

impl RawBytes {
    pub(crate) fn new(inner: Box<dyn Read + Send>, total: Arc<AtomicU64>) -> RawBytes {
        let hasher = Hasher::Here(Sha256::new());
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
        Ok((state.bytes, state.hasher.finish()))
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
        self.bytes += read as u64;
        self.hasher.update(&buffer[..read], self.bytes);
        self.total.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Read for RawBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.state().read(buffer)
    }
}

/// SHA-256 of a stream: of a short one at once, of a long one on a thread of its own, because one core
/// hashes about as fast as it reads and cuts.
enum Hasher {
    Here(Sha256),
    Beside(SyncSender<Vec<u8>>, JoinHandle<Sha256>),
    Finished(Sha256Digest),
}

/// From this many bytes on a stream is hashed on a thread of its own.
const LONG: u64 = 4 << 20;
/// How many pieces may wait for the hashing thread.
const WAITING: usize = 4;

impl Hasher {
    /// Adds `piece`; with it the stream has `total` bytes.
    fn update(&mut self, piece: &[u8], total: u64) {
        match self {
            Hasher::Here(hasher) => {
                hasher.update(piece);
                if LONG < total {
                    let mut hasher = std::mem::take(hasher);
                    let (sender, pieces) = sync_channel::<Vec<u8>>(WAITING);
                    let thread = std::thread::spawn(move || {
                        for piece in pieces {
                            hasher.update(piece);
                        }
                        hasher
                    });
                    *self = Hasher::Beside(sender, thread);
                }
            }
            Hasher::Beside(sender, _) => {
                sender.send(piece.to_vec()).expect("the hashing thread ends after its sender only");
            }
            Hasher::Finished(_) => {}
        }
    }

    fn finish(&mut self) -> Sha256Digest {
        let hasher = match std::mem::replace(self, Hasher::Finished([0; 32])) {
            Hasher::Here(hasher) => hasher,
            Hasher::Beside(sender, thread) => {
                drop(sender);
                thread.join().expect("hashing bytes cannot panic")
            }
            Hasher::Finished(digest) => {
                *self = Hasher::Finished(digest);
                return digest;
            }
        };
        let digest = hasher.finalize().into();
        *self = Hasher::Finished(digest);
        digest
    }
}
