//! A crash at any moment leaves the old state or the new one, and the next writer can go on from there.

use std::path::{Path, PathBuf};

use super::fixture::{append, create, many_articles, three_articles, write_segment};
use super::recording::{Image, RecordingStorage, crash_images};
use crate::{IndexFile, IndexWriter, MemoryStorage, Storage};

const TARGET: &str = "news.pmk";

/// Everything that a reader can see: the committed bytes behind the header.
#[derive(PartialEq)]
struct State(Option<Vec<u8>>);

/// The state that opening finds; a file that is there must open.
fn state_of(image: &Image) -> State {
    let Some(bytes) = image.get(Path::new(TARGET)) else { return State(None) };
    let index = IndexFile::from_bytes(bytes.clone()).expect("a crash leaves a file that opens");
    State(Some(index.bytes()[4096..].to_vec()))
}

/// Runs `command` on `start`, crashes it everywhere and checks every image; returns how many.
fn crash_everywhere(
    start: &Image,
    command: impl Fn(&dyn Storage),
    mut each: impl FnMut(&Image),
) -> usize {
    let storage = RecordingStorage::with(start);
    command(&storage);
    let (old, new) = (state_of(start), state_of(&storage.image()));
    assert!(old != new);
    crash_images(start, &storage.events(), |image, done| {
        let state = state_of(image);
        assert!(state == new || (state == old && !done), "neither the old state nor the new one");
        each(image);
    })
}

/// The next writer repairs what the crash left: it appends, and then every byte is in order and nothing else is there.
fn recover(image: &Image) {
    let storage = MemoryStorage::default();
    image.iter().for_each(|(path, bytes)| storage.put(path, bytes.clone()));
    let path = Path::new(TARGET);
    let before = image.get(path).map(|bytes| IndexFile::from_bytes(bytes.clone()).unwrap());
    match &before {
        None => create(&storage, path, &three_articles()).unwrap(),
        Some(_) => append(&storage, path, &three_articles()).unwrap(),
    }
    assert_eq!(storage.list(Path::new(".")).unwrap(), [path]);
    let after = IndexFile::from_bytes(storage.take(path).unwrap()).unwrap();
    after.verify().unwrap();
    let segments = |index: &IndexFile| index.manifest().segments.clone();
    let kept = before.as_ref().map_or(Vec::new(), segments);
    assert!(segments(&after).starts_with(&kept));
    assert_eq!(segments(&after).len(), kept.len() + 1);
}

fn every(step: usize, mut action: impl FnMut(&Image)) -> impl FnMut(&Image) {
    let mut count = 0;
    move |image| {
        if count % step == 0 {
            action(image);
        }
        count += 1;
    }
}

fn image_of(commands: &[fn(&dyn Storage)]) -> Image {
    let storage = RecordingStorage::default();
    commands.iter().for_each(|command| command(&storage));
    storage.image()
}

fn build(storage: &dyn Storage) {
    create(storage, Path::new(TARGET), &many_articles(90)).unwrap();
}

fn rebuild(storage: &dyn Storage) {
    create(storage, Path::new(TARGET), &many_articles(40)).unwrap();
}

fn add(storage: &dyn Storage) {
    append(storage, Path::new(TARGET), &many_articles(20)).unwrap();
}

#[test]
fn a_crashed_build_leaves_nothing_or_all() {
    let count = crash_everywhere(&Image::new(), build, every(7, recover));
    println!("{count} images");
    assert!(count > 1000);
}

#[test]
fn a_crashed_rebuild_leaves_the_old_index_or_the_new() {
    let count = crash_everywhere(&image_of(&[build]), rebuild, every(7, recover));
    println!("{count} images");
    assert!(count > 1000);
}

#[test]
fn a_crashed_append_leaves_the_old_commit_or_the_new() {
    let mut total = 0;
    let mut start = image_of(&[rebuild]);
    for _ in 0..4 {
        total += crash_everywhere(&start, add, every(5, recover));
        let storage = RecordingStorage::with(&start);
        add(&storage);
        start = storage.image();
    }
    println!("{total} images");
    assert!(total > 3000);
}

#[test]
fn an_append_after_a_crash_may_crash_too() {
    let mut starts = Vec::new();
    let start = image_of(&[rebuild, add]);
    crash_everywhere(&start, add, every(151, |image| starts.push(image.clone())));
    let total: usize =
        starts.iter().map(|start| crash_everywhere(start, add, every(31, recover))).sum();
    println!("{total} images after {} crashes", starts.len());
    assert!(total > 1000);
}

#[test]
fn temporary_files_of_the_dead_are_removed_and_others_are_not() {
    let dead = ["news.pmk.tmp-1-0", "news.pmk.tmp-99999-12"];
    let others = ["news.pmk.tmp-1", "news.pmk.tmp-x-1", "other.pmk.tmp-1-0", "news.pmk.tmp-1-0b"];
    let storage = MemoryStorage::default();
    for name in dead.iter().chain(&others) {
        storage.put(Path::new(name), b"left behind".to_vec());
    }
    let mut writer = IndexWriter::create(Path::new(TARGET), &storage).unwrap();
    write_segment(&mut writer, &three_articles()).unwrap();
    writer.commit().unwrap();
    let mut expected: Vec<PathBuf> = others.iter().chain([&TARGET]).map(PathBuf::from).collect();
    expected.sort();
    assert_eq!(storage.list(Path::new(".")).unwrap(), expected);
}
