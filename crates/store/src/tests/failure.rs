//! A call that fails, whichever it is, gives an error that names the place, and the old state stays.

use std::io::ErrorKind;
use std::path::Path;

use super::fixture::{append, create, many_articles, three_articles};
use super::recording::{Failing, Image, RecordingStorage};
use crate::{Error, IndexFile, IndexWriter, MemoryStorage, Storage};

const TARGET: &str = "folder/news.pmk";

fn open(image: &Image) -> Option<IndexFile> {
    image.get(Path::new(TARGET)).map(|bytes| IndexFile::from_bytes(bytes.clone()).unwrap())
}

/// Lets every call of `command` fail in turn.
fn fail_everywhere(start: &Image, command: impl Fn(&dyn Storage) -> Result<(), Error>) {
    let whole = RecordingStorage::with(start);
    command(&whole).unwrap();
    let new = open(&whole.image()).unwrap();
    let old = open(start);
    for call in 1..=whole.calls() {
        for (kind, for_good) in [(ErrorKind::StorageFull, false), (ErrorKind::Other, true)] {
            let storage = RecordingStorage::with(start);
            storage.fail(Failing { call, kind, for_good });
            let result = command(&storage);
            let found = open(&storage.image());
            let is = |other: Option<&IndexFile>| {
                found.as_ref().map(IndexFile::bytes).map(|bytes| &bytes[4096..])
                    == other.map(|index| &index.bytes()[4096..])
            };
            match &result {
                // Only the last, redundant write may fail unseen.
                Ok(()) => assert!(is(Some(&new)) && call + 1 >= whole.calls()),
                Err(Error::Doubtful { .. }) => assert!(is(Some(&new)) || is(old.as_ref())),
                Err(error) => {
                    assert!(is(old.as_ref()), "call {call}: {error}");
                    assert!(error.to_string().contains("folder"), "{error}");
                    let files = storage.image().len();
                    assert!(for_good || files == start.len(), "call {call} left {files} files");
                }
            }
            // The lock is free again, and the next attempt succeeds and cleans up.
            let next = RecordingStorage::with(&storage.image());
            command(&next).unwrap();
            assert_eq!(next.image().len(), 1);
            open(&next.image()).unwrap().verify().unwrap();
        }
    }
}

type Command = fn(&dyn Storage) -> Result<(), Error>;

fn build(storage: &dyn Storage) -> Result<(), Error> {
    create(storage, Path::new(TARGET), &many_articles(12))
}

fn image_of(commands: &[Command]) -> Image {
    let storage = RecordingStorage::default();
    commands.iter().for_each(|command| command(&storage).unwrap());
    storage.image()
}

#[test]
fn a_build_that_fails_leaves_the_old_index() {
    fail_everywhere(&Image::new(), build);
    fail_everywhere(&image_of(&[build]), |storage| {
        create(storage, Path::new(TARGET), &three_articles())
    });
}

#[test]
fn an_append_that_fails_leaves_the_old_commit() {
    let add: Command = |storage| append(storage, Path::new(TARGET), &three_articles());
    fail_everywhere(&image_of(&[build]), add);
    fail_everywhere(&image_of(&[build, add]), add);
}

#[test]
fn one_writer_at_a_time() {
    let (storage, path) = (MemoryStorage::default(), Path::new(TARGET));
    build(&storage).unwrap();
    let first = IndexWriter::append(path, &storage).unwrap();
    for second in [IndexWriter::append(path, &storage), IndexWriter::create(path, &storage)] {
        let error = second.err().unwrap();
        assert!(matches!(error, Error::Locked { .. }), "{error}");
        assert!(error.to_string().contains("folder/news.pmk.lock"), "{error}");
    }
    drop(first);
    assert!(IndexWriter::append(path, &storage).is_ok());
}

#[test]
fn a_build_does_not_replace_what_is_no_index() {
    let (storage, path) = (MemoryStorage::default(), Path::new(TARGET));
    storage.put(path, b"{\"title\": \"an article\"}".to_vec());
    let error = IndexWriter::create(path, &storage).err().unwrap();
    assert!(matches!(error, Error::NotAnIndex { .. }), "{error}");
    storage.put(path, Vec::new());
    assert!(IndexWriter::create(path, &storage).is_ok());
}

#[test]
fn misuse_is_told() {
    let storage = MemoryStorage::default();
    let mut writer = IndexWriter::create(Path::new(TARGET), &storage).unwrap();
    assert!(matches!(writer.write(b"x"), Err(Error::Misuse(_))));
    assert!(matches!(writer.end_section(), Err(Error::Misuse(_))));
    writer.begin_section("one").unwrap();
    assert!(matches!(writer.begin_section("two"), Err(Error::Misuse(_))));
    writer.end_section().unwrap();
    assert!(matches!(writer.begin_section("one"), Err(Error::Misuse(_))));
    assert!(matches!(writer.commit(), Err(Error::Misuse(_))));
    assert!(storage.list(Path::new("folder")).unwrap().is_empty());
}
