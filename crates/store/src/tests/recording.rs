//! A storage that remembers what was asked of it, and all the states a crash could leave behind.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::storage::LockGuard;
use crate::{MemoryStorage, Storage, StorageFile};

/// Files by name: what lies on the disk after a crash.
pub(super) type Image = BTreeMap<PathBuf, Vec<u8>>;

/// One thing asked of the storage. Files go by number, because names change.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Name { path: PathBuf, file: Option<usize> },
    Rename { from: PathBuf, to: PathBuf },
    Write { file: usize, offset: usize, bytes: Vec<u8> },
    Truncate { file: usize, length: usize },
    Sync { file: usize },
    SyncDirectory,
}

/// Works like the memory storage and writes everything down. Can be told to fail.
#[derive(Clone, Default)]
pub(super) struct RecordingStorage {
    pub(super) inner: MemoryStorage,
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    events: Vec<Event>,
    /// The numbers of files by their current name.
    files: BTreeMap<PathBuf, usize>,
    next_file: usize,
    calls: usize,
    failing: Option<Failing>,
}

/// From which call on the storage fails, and how.
#[derive(Clone, Copy)]
pub(super) struct Failing {
    pub(super) call: usize,
    pub(super) kind: io::ErrorKind,
    /// Whether all later calls fail too.
    pub(super) for_good: bool,
}

struct RecordingFile {
    inner: Box<dyn StorageFile>,
    number: usize,
    log: Arc<Mutex<Log>>,
}

impl Log {
    /// Counts a call that changes something; fails where it is its turn.
    fn call(&mut self) -> io::Result<()> {
        self.calls += 1;
        match self.failing {
            Some(failing) if failing.call == self.calls => Err(failing.kind.into()),
            Some(failing) if failing.for_good && failing.call < self.calls => {
                Err(failing.kind.into())
            }
            _ => Ok(()),
        }
    }

    fn number_of(&mut self, path: &Path) -> usize {
        let next = self.next_file;
        let number = *self.files.entry(path.to_owned()).or_insert(next);
        self.next_file += usize::from(number == next);
        number
    }
}

impl RecordingStorage {
    /// Starts from what a disk holds.
    pub(super) fn with(image: &Image) -> Self {
        let storage = RecordingStorage::default();
        for (path, bytes) in image {
            storage.inner.put(path, bytes.clone());
            storage.log.lock().unwrap().number_of(path);
        }
        storage
    }

    pub(super) fn fail(&self, failing: Failing) {
        self.log.lock().unwrap().failing = Some(failing);
    }

    pub(super) fn calls(&self) -> usize {
        self.log.lock().unwrap().calls
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.log.lock().unwrap().events.clone()
    }

    /// What is there, synced or not.
    pub(super) fn image(&self) -> Image {
        let paths: Vec<_> = self.log.lock().unwrap().files.keys().cloned().collect();
        let bytes = |path: &PathBuf| {
            let mut file = self.inner.open(path).ok()?;
            let mut bytes = vec![0; file.length().ok()? as usize];
            file.read_at(0, &mut bytes).ok()?;
            Some((path.clone(), bytes))
        };
        paths.iter().filter_map(bytes).collect()
    }

    fn file(&self, path: &Path, inner: Box<dyn StorageFile>) -> Box<dyn StorageFile> {
        let number = self.log.lock().unwrap().number_of(path);
        Box::new(RecordingFile { inner, number, log: self.log.clone() })
    }
}

impl Storage for RecordingStorage {
    fn create(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        self.log.lock().unwrap().call()?;
        let inner = self.inner.create(path)?;
        let file = self.file(path, inner);
        let mut log = self.log.lock().unwrap();
        let number = log.number_of(path);
        log.events.push(Event::Name { path: path.to_owned(), file: Some(number) });
        Ok(file)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        Ok(self.file(path, self.inner.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut log = self.log.lock().unwrap();
        log.call()?;
        self.inner.rename(from, to)?;
        let number = log.files.remove(from).unwrap();
        log.files.insert(to.to_owned(), number);
        log.events.push(Event::Rename { from: from.to_owned(), to: to.to_owned() });
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut log = self.log.lock().unwrap();
        log.call()?;
        self.inner.remove(path)?;
        log.files.remove(path);
        log.events.push(Event::Name { path: path.to_owned(), file: None });
        Ok(())
    }

    fn sync_directory(&self, _path: &Path) -> io::Result<()> {
        let mut log = self.log.lock().unwrap();
        log.call()?;
        log.events.push(Event::SyncDirectory);
        Ok(())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        self.inner.list(directory)
    }

    fn lock(&self, path: &Path) -> io::Result<LockGuard> {
        self.log.lock().unwrap().call()?;
        self.inner.lock(path)
    }
}

impl StorageFile for RecordingFile {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut log = self.log.lock().unwrap();
        if let Err(error) = log.call() {
            // A full disk takes a part.
            self.inner.write_at(offset, &bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.inner.write_at(offset, bytes)?;
        let (file, offset, bytes) = (self.number, offset as usize, bytes.to_vec());
        log.events.push(Event::Write { file, offset, bytes });
        Ok(())
    }

    fn read_at(&mut self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.inner.read_at(offset, bytes)
    }

    fn length(&mut self) -> io::Result<u64> {
        self.inner.length()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let mut log = self.log.lock().unwrap();
        log.call()?;
        self.inner.truncate(length)?;
        log.events.push(Event::Truncate { file: self.number, length: length as usize });
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut log = self.log.lock().unwrap();
        log.call()?;
        self.inner.sync()?;
        log.events.push(Event::Sync { file: self.number });
        Ok(())
    }
}

/// What a disk surely holds at one moment, and what it may or may not hold.
#[derive(Clone, Default)]
struct Disk {
    files: BTreeMap<usize, Vec<u8>>,
    names: BTreeMap<PathBuf, usize>,
    pending: Vec<Event>,
}

/// A pseudo-random sequence that is the same in every run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

/// Calls `check` with every distinct image that a crash during `events` can leave, and whether all events had happened.
/// Returns their number.
///
/// A crash may fall after each event. What was not synced by then is there or not, each event for itself: all subsets
/// where there are few, prefixes, gaps and random subsets where there are many; and one write of them may be torn.
pub(super) fn crash_images(
    start: &Image,
    events: &[Event],
    mut check: impl FnMut(&Image, bool),
) -> usize {
    let mut disk = Disk::default();
    for (number, (path, bytes)) in start.iter().enumerate() {
        disk.files.insert(number, bytes.clone());
        disk.names.insert(path.clone(), number);
    }
    let mut seen = HashSet::new();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for crash in 0..=events.len() {
        if let Some(event) = crash.checked_sub(1).map(|last| &events[last]) {
            disk.note(event);
        }
        let done = crash == events.len();
        disk.outcomes(&mut dice, |image| {
            let mut hasher = DefaultHasher::new();
            (image, done).hash(&mut hasher);
            if seen.insert(hasher.finish()) {
                check(image, done);
            }
        });
    }
    seen.len()
}

impl Disk {
    fn note(&mut self, event: &Event) {
        let is_settled = |pending: &Event| match (event, pending) {
            (Event::Sync { file }, Event::Write { file: of, .. }) => file == of,
            (Event::Sync { file }, Event::Truncate { file: of, .. }) => file == of,
            (Event::SyncDirectory, Event::Name { .. } | Event::Rename { .. }) => true,
            _ => false,
        };
        let (settled, pending) = self.pending.drain(..).partition(|pending| is_settled(pending));
        self.pending = pending;
        let settled: Vec<Event> = settled;
        settled.iter().for_each(|event| self.apply(event, usize::MAX));
        if !matches!(event, Event::Sync { .. } | Event::SyncDirectory) {
            self.pending.push(event.clone());
        }
    }

    fn outcomes(&self, dice: &mut Dice, mut check: impl FnMut(&Image)) {
        let count = self.pending.len();
        let subsets: Vec<Vec<bool>> = if count <= 8 {
            (0..1u32 << count)
                .map(|bits| (0..count).map(|i| bits >> i & 1 == 1).collect())
                .collect()
        } else {
            let prefixes = (0..=count).map(|end| (0..count).map(|i| i < end).collect());
            let gaps = (0..count).map(|gap| (0..count).map(|i| i != gap).collect());
            let random = (0..300).map(|_| (0..count).map(|_| dice.roll(2) == 1).collect());
            prefixes.chain(gaps).chain(random).collect()
        };
        for subset in &subsets {
            check(&self.with(subset, None));
        }
        for (torn, event) in self.pending.iter().enumerate() {
            let Event::Write { bytes, .. } = event else { continue };
            for cut in tears(bytes.len(), dice) {
                let random: Vec<bool> = (0..count).map(|_| dice.roll(2) == 1).collect();
                for subset in [vec![false; count], vec![true; count], random] {
                    check(&self.with(&subset, Some((torn, cut))));
                }
            }
        }
    }

    /// The image where the chosen events have happened, one of them up to `cut` bytes.
    fn with(&self, chosen: &[bool], torn: Option<(usize, usize)>) -> Image {
        let mut disk = self.clone();
        for (index, event) in self.pending.iter().enumerate() {
            match torn {
                Some((torn, cut)) if torn == index => disk.apply(event, cut),
                _ if chosen[index] => disk.apply(event, usize::MAX),
                _ => {}
            }
        }
        let bytes = |number: &usize| disk.files.get(number).cloned().unwrap_or_default();
        disk.names.iter().map(|(path, number)| (path.clone(), bytes(number))).collect()
    }

    fn apply(&mut self, event: &Event, cut: usize) {
        match event {
            Event::Name { path, file: Some(file) } => drop(self.names.insert(path.clone(), *file)),
            Event::Name { path, file: None } => drop(self.names.remove(path)),
            Event::Rename { from, to } => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                }
            }
            Event::Write { file, offset, bytes } => {
                let bytes = &bytes[..bytes.len().min(cut)];
                let contents = self.files.entry(*file).or_default();
                contents.resize(contents.len().max(offset + bytes.len()), 0);
                contents[*offset..offset + bytes.len()].copy_from_slice(bytes);
            }
            Event::Truncate { file, length } => {
                self.files.entry(*file).or_default().truncate(*length);
            }
            Event::Sync { .. } | Event::SyncDirectory => {}
        }
    }
}

/// Where a write may be cut: everywhere in the bytes that a commit slot uses, every 64 bytes, and at random.
fn tears(length: usize, dice: &mut Dice) -> Vec<usize> {
    let mut cuts: Vec<usize> = if length == 512 { (1..48).collect() } else { Vec::new() };
    cuts.extend((64..length).step_by(64));
    cuts.extend((0..4).map(|_| dice.roll(length.max(1) as u64) as usize));
    cuts
}
