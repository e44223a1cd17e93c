//! Files in a file: tar and zip, read as streams and never unpacked.
//!
//! Comes in: an archive's plain bytes (a zip's must be seekable). Goes out: its files in the order in which they are stored,
//! each as a stream. A thread of its own reads the archive and hands the bytes over a bounded channel, so entries can
//! be read like any other source. Names are only names: no path from an archive is ever opened.

use std::io::{self, Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::SkipReason;
use crate::compression::Stream;

/// What comes next in an archive.
pub(crate) enum Entry {
    File {
        name: String,
        stream: Stream,
    },
    Skipped {
        name: String,
        reason: SkipReason,
    },
    /// This entry cannot be read; others may follow.
    Unreadable {
        name: String,
        reason: String,
    },
    /// The archive is cut or damaged here; nothing follows.
    Damaged(String),
}

/// The entries of an archive being read.
///
/// Law: an entry's stream must be read before the next entry is asked for; what is left of it is passed over.
pub(crate) struct Entries {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    messages: Receiver<Message>,
    inside: bool,
}

enum Message {
    Entry(String),
    Skipped(String, SkipReason),
    Unreadable(String, String),
    Data(Vec<u8>),
    EndOfEntry,
    /// The entry's bytes cannot be read on.
    Broken(String),
    Damaged(String),
}

/// How many pieces wait in the channel, and how long each is.
const PIECES: usize = 8;
const PIECE_BYTES: usize = 64 << 10;

impl Entries {
    /// The entries of a tar.
    pub(crate) fn of_tar(archive: Stream) -> Entries {
        Entries::spawn(move |sender| {
            if let Err(cause) = read_tar(archive, sender) {
                // Whoever does not listen any more does not want to know.
                sender.send(Message::Damaged(cause.to_string())).ok();
            }
        })
    }

    /// The entries of a zip.
    pub(crate) fn of_zip<R: Read + Seek + Send + 'static>(archive: R) -> Entries {
        Entries::spawn(move |sender| {
            if let Err(cause) = read_zip(archive, sender) {
                sender.send(Message::Damaged(cause.to_string())).ok();
            }
        })
    }

    fn spawn(read: impl FnOnce(&SyncSender<Message>) + Send + 'static) -> Entries {
        let (sender, messages) = sync_channel(PIECES);
        thread::spawn(move || read(&sender));
        Entries { shared: Arc::new(Mutex::new(Shared { messages, inside: false })) }
    }

    /// The next entry; `None` after the last.
    pub(crate) fn next(&mut self) -> Option<Entry> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match shared.messages.recv().ok()? {
                Message::Entry(name) => {
                    shared.inside = true;
                    let shared = Arc::clone(&self.shared);
                    let stream = EntryStream { shared, data: Vec::new(), at: 0 };
                    return Some(Entry::File { name, stream: Box::new(stream) });
                }
                Message::Skipped(name, reason) => return Some(Entry::Skipped { name, reason }),
                Message::Unreadable(name, reason) => {
                    return Some(Entry::Unreadable { name, reason });
                }
                Message::Damaged(reason) => return Some(Entry::Damaged(reason)),
                Message::EndOfEntry | Message::Broken(_) => shared.inside = false,
                Message::Data(_) => {}
            }
        }
    }
}

/// The bytes of one entry.
struct EntryStream {
    shared: Arc<Mutex<Shared>>,
    data: Vec<u8>,
    at: usize,
}

impl Read for EntryStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.data.len() {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            if !shared.inside {
                return Ok(0);
            }
            match shared.messages.recv() {
                Ok(Message::Data(data)) => (self.data, self.at) = (data, 0),
                Ok(Message::Broken(cause)) => {
                    shared.inside = false;
                    return Err(io::Error::new(io::ErrorKind::InvalidData, cause));
                }
                Ok(_) | Err(_) => shared.inside = false,
            }
        }
        let read = (&self.data[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

fn read_tar(archive: Stream, sender: &SyncSender<Message>) -> io::Result<()> {
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = safe_name(&String::from_utf8_lossy(&entry.path_bytes()));
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        let size = entry.size();
        let file = kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse();
        if !give(name, file, Some(size), &mut entry, sender) {
            return Ok(());
        }
    }
    Ok(())
}

fn read_zip<R: Read + Seek>(archive: R, sender: &SyncSender<Message>) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(archive).map_err(io::Error::other)?;
    for index in 0..archive.len() {
        let name = archive.name_for_index(index).and_then(Result::ok);
        let name = name.map_or_else(|| format!("entry {index}"), |name| safe_name(&name));
        let heard = match archive.by_index(index) {
            Ok(entry) if entry.is_dir() => true,
            Ok(mut entry) => {
                let file = entry.is_file();
                give(name, file, None, &mut entry, sender)
            }
            Err(cause) => sender
                .send(Message::Unreadable(name, format!("the entry cannot be read: {cause}")))
                .is_ok(),
        };
        if !heard {
            return Ok(());
        }
    }
    Ok(())
}

/// Hands over one entry; false if nobody listens any more.
fn give(
    name: String,
    file: bool,
    size: Option<u64>,
    entry: &mut dyn Read,
    sender: &SyncSender<Message>,
) -> bool {
    let hidden = name.split('/').any(|part| part.starts_with('.'));
    if !file || hidden {
        let reason = if hidden { SkipReason::Hidden } else { SkipReason::NotAFile };
        return sender.send(Message::Skipped(name, reason)).is_ok();
    }
    if sender.send(Message::Entry(name)).is_err() {
        return false;
    }
    let mut given = 0;
    loop {
        let mut data = vec![0; PIECE_BYTES];
        match entry.read(&mut data) {
            Ok(0) => break,
            Ok(read) => {
                given += read as u64;
                data.truncate(read);
                if sender.send(Message::Data(data)).is_err() {
                    return false;
                }
            }
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return sender.send(Message::Broken(cause.to_string())).is_ok(),
        }
    }
    let message = match size {
        Some(size) if given < size => Message::Broken(format!(
            "the archive ends {} bytes before the end of the entry",
            size - given
        )),
        _ => Message::EndOfEntry,
    };
    sender.send(message).is_ok()
}

/// An entry's name without what could lead out of a folder.
fn safe_name(name: &str) -> String {
    let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    let name = parts.collect::<Vec<_>>().join("/");
    name.chars()
        .map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter })
        .collect()
}
