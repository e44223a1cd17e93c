//! Lists of pairs against counting neighbours in the texts.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use sources::{Input, Inputs, ReadOptions};
use store::{IndexFile, MemoryStorage, Segment};

use crate::{BuildOptions, Error, build};

/// Articles of a title and a body: four frequent words among many rare ones.
fn texts() -> Vec<[String; 2]> {
    let mut state = 7u64;
    let mut random = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut text = |length: u64| {
        let words = (0..length).map(|_| match random(16) {
            0 => "the".to_owned(),
            1 => "of".to_owned(),
            2 => "in".to_owned(),
            3 => "and".to_owned(),
            _ => format!("rare{}", random(400)),
        });
        words.collect::<Vec<_>>().join(" ")
    };
    (0..300).map(|_| [text(3), text(24)]).collect()
}

fn built(texts: &[[String; 2]], threads: usize, memory: u64, pairs: u32) -> Result<Vec<u8>, Error> {
    built_in_order(texts, threads, memory, pairs, false)
}

fn built_in_order(
    texts: &[[String; 2]],
    threads: usize,
    memory: u64,
    pairs: u32,
    reorder: bool,
) -> Result<Vec<u8>, Error> {
    let record = |(number, [title, body]): (usize, &[String; 2])| {
        format!("{}\n", json!({"id": number.to_string(), "title": title, "body": body}))
    };
    let records = texts.iter().enumerate().map(record).collect::<Vec<_>>();
    let part = |(number, records): (usize, &[String])| Input::Bytes {
        name: format!("part{number}.jsonl"),
        bytes: records.concat().into_bytes(),
    };
    let parts = records.chunks(20).enumerate().map(part).collect();
    let read = ReadOptions { batch_bytes: 300, ..ReadOptions::default() };
    let (pairs, reorder) = (Some(pairs), Some(reorder));
    let options = BuildOptions { threads, memory, pairs, reorder, ..BuildOptions::default() };
    let (storage, target) = (MemoryStorage::default(), Path::new("x.pmk"));
    build(target, &storage, Inputs::open(parts, read).unwrap(), &options, &())?;
    Ok(storage.take(target).unwrap())
}

/// Document to how often the pair stands there.
fn list(segment: &Segment, first: &str, second: &str) -> Option<BTreeMap<u32, u32>> {
    let ordinal = |word: &str| segment.lookup(word.as_bytes()).unwrap().unwrap().ordinal;
    let list = segment.pair(ordinal(first), ordinal(second)).unwrap()?;
    let mut cursor = list.cursor().unwrap();
    let mut found = BTreeMap::new();
    while cursor.doc() != store::postings::END {
        found.insert(segment.document_listed(cursor.doc()), cursor.freq().unwrap());
        cursor.advance().unwrap();
    }
    Some(found)
}

fn counted(texts: &[[String; 2]], first: &str, second: &str) -> BTreeMap<u32, u32> {
    let in_field = |text: &String| {
        let words: Vec<&str> = text.split(' ').collect();
        words.windows(2).filter(|pair| *pair == [first, second]).count() as u32
    };
    let counts = texts.iter().map(|fields| fields.iter().map(in_field).sum());
    (0..).zip(counts).filter(|(_, count)| 0 < *count).collect()
}

#[test]
fn pairs_of_frequent_words_have_lists_whoever_does_the_work() {
    let texts = texts();
    for reorder in [false, true] {
        let built = |threads, memory| built_in_order(&texts, threads, memory, 4, reorder).unwrap();
        let bytes = built(1, 1 << 20);
        for (threads, memory) in [(3, 1 << 20), (2, 400), (1, 4000)] {
            assert!(built(threads, memory) == bytes, "{threads} {memory}");
        }
        let index = IndexFile::from_bytes(bytes).unwrap();
        index.verify().unwrap();
        let segment = &index.segments()[0];
        assert_eq!(segment.is_reordered(), reorder);
        assert_eq!(segment.pairs().unwrap().unwrap().words(), 4);
        let words = ["the", "of", "in", "and"];
        for (first, second) in words.iter().flat_map(|first| words.map(|second| (first, second))) {
            assert_eq!(list(segment, first, second), Some(counted(&texts, first, second)));
        }
        assert_eq!(list(segment, "the", "rare7"), None);
        let noted = &index.manifest().options;
        assert!(noted.contains(&("pairs".to_owned(), "4".to_owned())));
    }
}

#[test]
fn as_many_words_take_part_as_the_budget_has_room_for() {
    let frequent: Vec<_> =
        (0..40).map(|_| ["a b a c a b".to_owned(), "b a b b".to_owned()]).collect();
    let index = IndexFile::from_bytes(built(&frequent, 1, 1 << 20, 200).unwrap()).unwrap();
    index.verify().unwrap();
    let pairs = index.segments()[0].pairs().unwrap().unwrap();
    // `a` is never its own neighbour; with `b` there are more pairs than a sixth of all postings.
    assert_eq!((pairs.words(), pairs.len()), (1, 0));
}

#[test]
fn pairs_of_too_many_words_are_refused() {
    let error = built(&texts()[..3], 1, 1 << 20, 256).unwrap_err().to_string();
    assert!(error.contains("256") && error.contains("255 at most"), "{error}");
}
