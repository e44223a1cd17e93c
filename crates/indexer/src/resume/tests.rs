//! A build that goes on gives the bytes of one that was never interrupted, wherever it was interrupted and whatever is left
//! of what was written down; what is no longer true is not taken over.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sources::{Input, ReadOptions};
use store::{LockGuard, MemoryStorage};

use super::*;
use crate::{BuildOptions, OnDuplicate, Report, build};

const TARGET: &str = "x.pmk";

/// The calls that write fail once there have been so many.
struct Failing {
    storage: MemoryStorage,
    left: AtomicUsize,
}

struct FailingFile<'a>(Box<dyn StorageFile>, &'a AtomicUsize);

fn spend(left: &AtomicUsize) -> io::Result<()> {
    let spent = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    spent.map(drop).map_err(|_| io::Error::other("the power is gone"))
}

impl StorageFile for FailingFile<'static> {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = spend(self.1) {
            // Half of it has come to the disk.
            self.0.write_at(offset, &bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.0.write_at(offset, bytes)
    }
    fn read_at(&mut self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.0.read_at(offset, bytes)
    }
    fn length(&mut self) -> io::Result<u64> {
        self.0.length()
    }
    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.0.truncate(length)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.0.sync()
    }
}

impl Storage for &'static Failing {
    fn create(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(FailingFile(self.storage.create(path)?, &self.left)))
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(FailingFile(self.storage.open(path)?, &self.left)))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.storage.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.storage.remove(path)
    }
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.storage.sync_directory(path)
    }
    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        self.storage.list(directory)
    }
    fn lock(&self, path: &Path) -> io::Result<LockGuard> {
        self.storage.lock(path)
    }
}

/// A storage that lives as long as the program, as its open files refer to it.
fn failing(left: usize) -> &'static Failing {
    let (storage, left) = (MemoryStorage::default(), AtomicUsize::new(left));
    Box::leak(Box::new(Failing { storage, left }))
}

/// Seven dumps with columns, a late field, bad records, two languages and ids that come twice.
fn dumps() -> Vec<Vec<u8>> {
    let record = |dump: usize, n: usize| {
        let id = if n.is_multiple_of(9) { n } else { 100 * dump + n };
        let body =
            ["Die Schiffe warten im alten Hafen", "The ships are waiting in the harbour"][n % 2];
        let late = if dump == 5 { ",\"extra\":\"x\"" } else { "" };
        match (dump, n) {
            (2, 7) => "{\"id\": broken\n".to_owned(),
            (_, 3) => format!("{{\"body\":\"{body} without an id\"}}\n"),
            _ => format!(
                "{{\"id\":\"{id}\",\"body\":\"{body} {n}.\",\"date\":\"2011-03-{:02}\",\"n\":{n}{late}}}\n",
                n % 40
            ),
        }
    };
    (0..7).map(|dump| (0..40).flat_map(|n| record(dump, n).into_bytes()).collect()).collect()
}

fn inputs(dumps: &[Vec<u8>]) -> Inputs {
    let input = |(number, bytes): (usize, &Vec<u8>)| Input::Bytes {
        name: format!("dump{number}.jsonl"),
        bytes: bytes.clone(),
    };
    let inputs = dumps.iter().enumerate().map(input).collect();
    Inputs::open(inputs, ReadOptions { batch_bytes: 500, ..ReadOptions::default() }).unwrap()
}

fn run(
    storage: &'static Failing,
    dumps: &[Vec<u8>],
    options: &BuildOptions,
) -> Result<Report, Error> {
    build(TARGET.as_ref(), &storage, inputs(dumps), options, &())
}

fn options(resume: bool) -> BuildOptions {
    BuildOptions {
        resume,
        threads: 2,
        memory: 1000,
        on_bad: OnBad::Skip,
        stem: Some("auto:de,en".to_owned()),
        spill: false,
        ..BuildOptions::default()
    }
}

/// Index and bad records of a build that nothing happens to.
fn plain(dumps: &[Vec<u8>], options: &BuildOptions) -> [Option<Vec<u8>>; 2] {
    let storage = failing(usize::MAX);
    let report = run(storage, dumps, &BuildOptions { resume: false, ..options.clone() }).unwrap();
    assert_eq!(report.resumed, 0);
    results(storage)
}

fn results(storage: &Failing) -> [Option<Vec<u8>>; 2] {
    [TARGET, "x.pmk.bad.jsonl"].map(|name| storage.storage.take(name.as_ref()))
}

#[test]
fn a_build_interrupted_anywhere_goes_on_to_the_same_bytes() {
    let dumps = dumps();
    let expected = plain(&dumps, &options(true));
    let (mut taken_over, mut ended) = (0, false);
    for left in (0..).step_by(3) {
        let storage = failing(left);
        if run(storage, &dumps, &options(true)).is_ok() {
            ended = true;
        } else {
            storage.left.store(usize::MAX, Ordering::Relaxed);
            taken_over = taken_over.max(run(storage, &dumps, &options(true)).unwrap().resumed);
        }
        let journal = storage.storage.take("x.pmk.resume".as_ref());
        assert!(journal.is_none(), "it is gone when the index is there");
        assert!(results(storage) == expected, "interrupted after {left} writes");
        if ended {
            break;
        }
    }
    assert_eq!(taken_over, 279, "all documents but the bad record");
}

#[test]
fn interrupted_again_and_again_it_ends_at_the_same_bytes() {
    let dumps = dumps();
    let expected = plain(&dumps, &options(true));
    let storage = failing(0);
    let mut runs = 0;
    while run(storage, &dumps, &options(true)).is_err() {
        runs += 1;
        storage.left.store(5 * runs, Ordering::Relaxed);
    }
    assert!(2 < runs, "{runs}");
    assert!(results(storage) == expected);
}

/// What a build of these dumps leaves when it is interrupted just before its end.
fn left_over(dumps: &[Vec<u8>], options: &BuildOptions) -> Vec<u8> {
    let storage = failing(usize::MAX);
    let mut broken = dumps.to_vec();
    broken.push(b"{\"id\": broken\n".to_vec());
    let options = BuildOptions { on_bad: OnBad::Stop, ..options.clone() };
    run(storage, &broken, &options).unwrap_err();
    storage.storage.take("x.pmk.resume".as_ref()).expect("it is kept")
}

/// On one thread, in little memory.
fn resuming() -> BuildOptions {
    BuildOptions { spill: false, memory: 1000, threads: 1, resume: true, ..BuildOptions::default() }
}

fn with_journal(journal: &[u8]) -> &'static Failing {
    let storage = failing(usize::MAX);
    storage.storage.create("x.pmk.resume".as_ref()).unwrap().write_at(0, journal).unwrap();
    storage
}

#[test]
fn what_is_left_of_a_damaged_journal_counts_up_to_the_damage() {
    let mut dumps = dumps();
    dumps.remove(2);
    let options = resuming();
    let journal = left_over(&dumps, &options);
    dumps.push(b"{\"id\":\"z\",\"body\":\"The end.\"}\n".to_vec());
    let expected = plain(&dumps, &options);
    let mut seen = std::collections::BTreeSet::new();
    for step in 0..60 {
        let place = journal.len() * step / 60;
        let mut flipped = journal.clone();
        flipped[place] ^= 0x40;
        for damaged in [&journal[..place], &flipped] {
            let storage = with_journal(damaged);
            seen.insert(run(storage, &dumps, &options).unwrap().resumed);
            assert!(results(storage) == expected, "damaged at {place} of {}", journal.len());
        }
    }
    assert!(4 < seen.len() && seen.contains(&0), "{seen:?}");
}

#[test]
fn only_what_is_still_true_is_taken_over() {
    let mut dumps = dumps();
    dumps.remove(2);
    let base = resuming();
    let journal = left_over(&dumps, &base);
    // The last four of 240 share a batch with the record that ended it.
    let whole = 236;
    let mut changed = dumps.clone();
    changed[3].extend_from_slice(b"{\"id\":\"z\",\"body\":\"One more.\"}\n");
    let cases = [
        ("the same", dumps.clone(), base.clone(), whole..=whole),
        ("a changed input", changed.clone(), base.clone(), 100..=120),
        ("fewer inputs", dumps[..3].to_vec(), base.clone(), 100..=120),
        (
            "other memory",
            dumps.clone(),
            BuildOptions { memory: 900_000, threads: 3, ..base.clone() },
            whole..=whole,
        ),
        (
            "bad records skipped now",
            dumps.clone(),
            BuildOptions { on_bad: OnBad::Skip, ..base.clone() },
            whole..=whole,
        ),
        (
            "other stems",
            dumps.clone(),
            BuildOptions { stem: Some("en".into()), ..base.clone() },
            0..=0,
        ),
        (
            "other fields",
            dumps.clone(),
            BuildOptions { fields: "n:stored".parse().unwrap(), ..base.clone() },
            0..=0,
        ),
        (
            "not stored",
            dumps.clone(),
            BuildOptions { store_documents: false, ..base.clone() },
            0..=0,
        ),
        (
            "duplicates replaced",
            dumps,
            BuildOptions { on_duplicate: OnDuplicate::Replace, ..base },
            whole..=whole,
        ),
    ];
    for (name, dumps, options, resumed) in cases {
        let storage = with_journal(&journal);
        let report = run(storage, &dumps, &options).unwrap();
        assert!(resumed.contains(&report.resumed), "{name}: {}", report.resumed);
        assert!(results(storage) == plain(&dumps, &options), "{name}");
    }
}

#[test]
fn duplicates_are_found_across_an_interruption() {
    let dumps: Vec<Vec<u8>> = (0..6)
        .map(|dump| {
            let line = |n| format!("{{\"id\":\"{}\",\"body\":\"w{n} in {dump}\"}}\n", 7 * dump + n);
            (0..20).flat_map(|n| line(n).into_bytes()).collect()
        })
        .collect();
    let options = |on_duplicate| BuildOptions { on_duplicate, ..options(true) };
    let replace = options(OnDuplicate::Replace);
    let expected = plain(&dumps, &replace);
    let mut taken_over = 0;
    for left in (0..200).step_by(5) {
        let storage = failing(left);
        if run(storage, &dumps, &replace).is_ok() {
            break;
        }
        storage.left.store(usize::MAX, Ordering::Relaxed);
        taken_over = taken_over.max(run(storage, &dumps, &replace).unwrap().resumed);
        assert!(results(storage) == expected, "{left}");
    }
    assert!(0 < taken_over);
    let storage = failing(usize::MAX);
    for _ in 0..2 {
        let error = run(storage, &dumps, &options(OnDuplicate::Error)).unwrap_err();
        assert!(matches!(error, Error::DuplicateId { ref id, .. } if id == "7"), "{error}");
    }
}

#[test]
fn standard_input_cannot_be_read_again() {
    let inputs = Inputs::open(vec![Input::Stdin], ReadOptions::default()).unwrap();
    let error = build(TARGET.as_ref(), &MemoryStorage::default(), inputs, &options(true), &());
    assert!(error.unwrap_err().to_string().contains("cannot be read twice"));
}
