//! What must hold for a build: the same bytes whoever does the work, and in them what a naive inversion finds; and when
//! something is wrong, a named error and no trace.

use super::*;
use crate::{FieldOrigin, OnBad, OnDuplicate};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sources::{Input, ReadOptions};
use std::collections::BTreeMap;
use std::path::PathBuf;
use store::{DiskStorage, FieldKind, IndexFile, MemoryStorage, OpenMode, Segment, StoredValue};

fn dump(records: &[Value]) -> Vec<u8> {
    records.iter().flat_map(|record| format!("{record}\n").into_bytes()).collect()
}

/// Every four lines are an input of their own: a single small one would be a single batch, and so a single slot.
fn inputs(bytes: &[u8]) -> Inputs {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let part = |(number, lines): (usize, &[&[u8]])| Input::Bytes {
        name: format!("part{number}.jsonl"),
        bytes: lines.concat(),
    };
    let parts = lines.chunks(4).enumerate().map(part).collect();
    Inputs::open(parts, ReadOptions { batch_bytes: 300, ..ReadOptions::default() }).unwrap()
}

fn options(threads: usize, memory: u64) -> BuildOptions {
    BuildOptions { threads, memory, ..BuildOptions::default() }
}

fn in_memory(bytes: &[u8], options: &BuildOptions) -> Result<(Vec<u8>, Report), Error> {
    let (storage, target) = (MemoryStorage::default(), Path::new("x.pmk"));
    let report = build(target, &storage, inputs(bytes), options, &())?;
    let index = storage.take(target).expect("the build put it there");
    Ok((index, report))
}

/// Term to postings: (document, positions).
type Postings = BTreeMap<String, Vec<(u32, Vec<u32>)>>;

fn naive(records: &[Value], fields: &[&str]) -> (Postings, Vec<Vec<u32>>) {
    let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
    let (mut postings, mut lengths) = (Postings::new(), Vec::new());
    for (doc, record) in (0..).zip(records) {
        let mut start = 0;
        let mut own = Vec::new();
        for field in fields {
            let tokens = analyzer.tokens(record[field].as_str().unwrap_or_default());
            for token in &tokens {
                let list = postings.entry(token.term.clone()).or_default();
                if list.last().is_none_or(|(last, _)| *last != doc) {
                    list.push((doc, Vec::new()));
                }
                list.last_mut().unwrap().1.push(start + token.position);
            }
            own.push(tokens.len() as u32);
            start += tokens.len() as u32 + 1;
        }
        lengths.push(own);
    }
    (postings, lengths)
}

fn postings(segment: &Segment) -> Postings {
    let mut postings = Postings::new();
    for term in segment.vocabulary().stream().into_str_keys().unwrap() {
        let info = segment.lookup(term.as_bytes()).unwrap().unwrap();
        let mut cursor = segment.postings(&info).unwrap().cursor().unwrap();
        let list = postings.entry(term).or_default();
        let mut positions = Vec::new();
        while cursor.doc() != store::postings::END {
            cursor.positions(&mut positions).unwrap();
            list.push((segment.document_listed(cursor.doc()), positions.clone()));
            cursor.advance().unwrap();
        }
        list.sort_unstable();
        assert_eq!(info.doc_freq as usize, list.len());
    }
    postings
}

fn stored(value: &Value) -> Option<StoredValue> {
    Some(match value {
        Value::String(text) => StoredValue::Text(text.clone()),
        Value::Number(number) => StoredValue::Integer(number.as_i64().unwrap()),
        Value::Bool(truth) => StoredValue::Boolean(*truth),
        Value::Array(values) => StoredValue::List(values.iter().filter_map(stored).collect()),
        _ => return None,
    })
}

/// Whether a segment holds these records.
fn check(segment: &Segment, records: &[Value]) {
    let fields = ["title", "body"];
    let (expected, lengths) = naive(records, &fields);
    assert_eq!(postings(segment), expected);
    assert_eq!(segment.doc_count() as usize, records.len());
    for (doc, (record, lengths)) in (0..).zip(records.iter().zip(&lengths)) {
        let listed = segment.listed(doc);
        assert_eq!(segment.document_listed(listed), doc);
        assert_eq!(segment.length(listed), lengths.iter().sum::<u32>());
        assert_eq!(segment.norms()[listed as usize], norms::norm_of(segment.length(listed)));
        for (field, length) in lengths.iter().enumerate() {
            assert_eq!(segment.field_extent(field, listed).1, *length);
        }
        match record["id"].as_str() {
            Some(id) => assert_eq!(segment.id(doc).unwrap(), id),
            None => assert!(segment.id(doc).unwrap().starts_with("part")),
        }
        let document = segment.document(doc).unwrap();
        let record = record.as_object().unwrap();
        for (name, value) in record.iter().filter(|(name, _)| *name != "id") {
            assert_eq!(document.get(name), stored(value).as_ref(), "{name}");
        }
        assert_eq!(document.fields.len(), record.len() - usize::from(record.contains_key("id")));
    }
}

fn record() -> impl Strategy<Value = Value> {
    let text = || prop::option::of("([Aa]|bc|dé|DE|x[a-f]{1,3}|\u{3164}|the|[ .,'-]){0,60}");
    let extra = prop::option::of(prop_oneof![
        any::<i64>().prop_map(|number| json!(number)),
        any::<bool>().prop_map(|truth| json!(truth)),
        Just(json!(["a", 1, ["b"]])),
        "[a-z]{0,300}".prop_map(|text| json!(text)),
    ]);
    (prop::option::of("[a-z0-9]{1,8}"), text(), text(), extra, "[p-s]").prop_map(
        |(id, title, body, extra, name)| {
            let mut record = Map::new();
            record.extend(id.map(|id| ("id".to_owned(), json!(id))));
            record.extend(title.map(|title| ("title".to_owned(), json!(title))));
            // Every record has a body, so that guessing is not what is tested here.
            record.insert("body".to_owned(), json!(body.unwrap_or_default()));
            record.extend(extra.map(|extra| (name, extra)));
            Value::Object(record)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_index_is_the_same_whoever_builds_it_and_holds_the_records(
        records in prop::collection::vec(record(), 0..80),
        threads in 2usize..5,
        memory in prop_oneof![Just(400u64), 400u64..40_000],
        reorder in prop::option::of(any::<bool>()),
    ) {
        // An empty line is no record.
        let bytes = dump(&records);
        let options = |threads, memory| BuildOptions { reorder, ..options(threads, memory) };
        let (one, report) = in_memory(&bytes, &options(1, 1 << 30)).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x.pmk");
        let other = build(&target, &DiskStorage, inputs(&bytes), &options(threads, memory), &());
        let other = other.unwrap();
        prop_assert_eq!(&std::fs::read(&target).unwrap(), &one);
        prop_assert_eq!(Report { spills: report.spills, ..other }, report.clone());
        prop_assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);

        let index = IndexFile::from_bytes(one).unwrap();
        index.verify().unwrap();
        prop_assert_eq!(report.documents, records.len() as u64);
        match index.segments() {
            [] => prop_assert!(records.is_empty()),
            [segment] => check(segment, &records),
            _ => prop_assert!(false, "one build writes one segment"),
        }
    }

    #[test]
    fn what_is_added_stands_behind_what_was_there(
        first in prop::collection::vec(record(), 1..30),
        second in prop::collection::vec(record(), 1..30),
        memory in 400u64..4000,
        reorder in prop::option::of(any::<bool>()),
    ) {
        let (storage, target) = (MemoryStorage::default(), Path::new("x.pmk"));
        let spilling = BuildOptions { spill: false, ..options(3, memory) };
        let created = build(target, &storage, inputs(&dump(&first)), &spilling, &()).unwrap();
        let reordering = BuildOptions { reorder, ..spilling };
        let added = build(target, &storage, inputs(&dump(&second)), &reordering, &()).unwrap();
        prop_assert!(!created.appended && added.appended);
        let index = IndexFile::from_bytes(storage.take(target).unwrap()).unwrap();
        index.verify().unwrap();
        let [one, other] = index.segments() else { panic!("two builds write two segments") };
        check(one, &first);
        check(other, &second);
        let (statistics, facts) = (&index.manifest().statistics, other.record());
        prop_assert_eq!(statistics.tokens, created.tokens + added.tokens);
        let average = statistics.tokens as f64 / statistics.documents as f64;
        prop_assert_eq!(facts.baked_average_length, average);
        let parts = first.len().div_ceil(4) + second.len().div_ceil(4);
        prop_assert_eq!(index.manifest().sources.len(), parts);
    }
}

/// Long enough for several slots, with a bad record in the third and a later slot.
fn damaged() -> Vec<u8> {
    let mut lines: Vec<String> = (0..90)
        .map(|number| json!({"id": number.to_string(), "body": "word ".repeat(9)}).to_string())
        .collect();
    lines[40] = "{\"id\": \"x\", \"body\": ".to_owned();
    lines[82] = "nonsense".to_owned();
    lines.join("\n").into_bytes()
}

#[test]
fn the_first_bad_record_stops_the_build_and_nothing_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("x.pmk");
    for threads in [1, 4] {
        let error = build(&target, &DiskStorage, inputs(&damaged()), &options(threads, 400), &());
        let message = error.unwrap_err().to_string();
        assert!(message.contains("`part10.jsonl` record 1 at byte 0"), "{message}");
        assert!(message.contains("nothing was written"), "{message}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[test]
fn bad_records_are_set_aside_when_asked() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("x.pmk");
    let bad_file = directory.path().join("x.pmk.bad.jsonl");
    for builds in 1..3 {
        let skip = BuildOptions { on_bad: OnBad::Skip, ..options(4, 400) };
        let report = build(&target, &DiskStorage, inputs(&damaged()), &skip, &()).unwrap();
        assert_eq!((report.documents, report.bad), (88, 2));
        assert_eq!(report.bad_file.as_ref(), Some(&bad_file));
        let lines = std::fs::read_to_string(&bad_file).unwrap();
        let lines: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), builds * 2);
        assert_eq!((&lines[0]["source"], &lines[0]["record"]), (&json!("part10.jsonl"), &json!(1)));
        assert_eq!(lines[builds * 2 - 1]["excerpt"], "nonsense");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
    }
    let index = IndexFile::open(&target, OpenMode::Map).unwrap();
    assert_eq!(index.manifest().statistics.documents, 176);
    assert_eq!(index.manifest().sources[10].bad, 1);
}

#[test]
fn a_repeated_id_is_kept_or_an_error_as_asked() {
    let record =
        |id: &str| json!({"id": id, "body": "some words to fill a slot with, more or less"});
    let mut records: Vec<Value> = (0..40).map(|number| record(&number.to_string())).collect();
    records.push(record("7"));
    records.extend((50..90).map(|number| record(&number.to_string())));
    let (index, _) = in_memory(&dump(&records), &options(2, 1000)).unwrap();
    let index = IndexFile::from_bytes(index).unwrap();
    assert_eq!(index.segments()[0].find_id("7").unwrap(), Some(40));

    let strict = BuildOptions { on_duplicate: OnDuplicate::Error, ..options(2, 1000) };
    let message = in_memory(&dump(&records), &strict).unwrap_err().to_string();
    assert!(message.starts_with("record 1 of `part10.jsonl` has the id `7`"), "{message}");

    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("x.pmk");
    build(&target, &DiskStorage, inputs(&dump(&records[..3])), &strict, &()).unwrap();
    let again = build(&target, &DiskStorage, inputs(&dump(&records[2..5])), &strict, &());
    let message = again.unwrap_err().to_string();
    assert!(message.starts_with("record 1 of `part0.jsonl` has the id `2`"), "{message}");
}

#[test]
fn a_failed_addition_leaves_the_index_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("x.pmk");
    let good = dump(&[json!({"id": "a", "body": "mortal coil"})]);
    build(&target, &DiskStorage, inputs(&good), &options(2, 400), &()).unwrap();
    let before = std::fs::read(&target).unwrap();
    let mut other_stem = options(2, 400);
    other_stem.stem = Some("en".to_owned());
    let error = build(&target, &DiskStorage, inputs(&good), &other_stem, &()).unwrap_err();
    assert!(matches!(error, Error::AnalyzerChanged { .. }), "{error}");
    let error =
        build(&target, &DiskStorage, inputs(&damaged()), &options(2, 400), &()).unwrap_err();
    assert!(matches!(error, Error::BadRecord(_)), "{error}");
    assert_eq!(std::fs::read(&target).unwrap(), before);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn fields_are_reported_with_where_they_come_from() {
    let mut records: Vec<Value> = (0..60)
        .map(|number| json!({"body": "enough words to fill the sample with", "year": number}))
        .collect();
    records.push(json!({"body": "x", "late": "found at the end", "title": 7}));
    let mut options = options(3, 1000);
    options.fields = "note:keyword".parse().unwrap();
    let (index, report) = in_memory(&dump(&records), &options).unwrap();
    let fields: Vec<_> =
        report.fields.iter().map(|field| (field.name.as_str(), field.kind, field.origin)).collect();
    assert_eq!(
        fields,
        [
            ("title", FieldKind::Text, FieldOrigin::Default),
            ("body", FieldKind::Text, FieldOrigin::Default),
            ("note", FieldKind::Keyword, FieldOrigin::Given),
            ("year", FieldKind::Number, FieldOrigin::Guessed),
            ("late", FieldKind::Stored, FieldOrigin::Late),
        ]
    );
    assert_eq!((report.made_ids, report.sources[15].documents), (61, 1));
    let index = IndexFile::from_bytes(index).unwrap();
    let segment = &index.segments()[0];
    assert_eq!(index.manifest().schema.fields.len(), 5);
    // A number in a text field is searched and stored as its text.
    assert_eq!(segment.document(60).unwrap().text("title"), Some("7"));
    assert_eq!(segment.field_extent(0, 60), (0, 1));
    assert_eq!(segment.id(60).unwrap(), "part15.jsonl#1");
}

#[test]
fn an_index_without_stored_documents_is_whole() {
    let records: Vec<Value> =
        (0..50).map(|number| json!({"id": number.to_string(), "body": "a b"})).collect();
    let lean = BuildOptions { store_documents: false, ..options(2, 1000) };
    let (index, _) = in_memory(&dump(&records), &lean).unwrap();
    let index = IndexFile::from_bytes(index).unwrap();
    index.verify().unwrap();
    assert_eq!(index.segments()[0].id(49).unwrap(), "49");
    assert_eq!(index.segments()[0].document(49).unwrap().fields, []);
    assert_eq!(postings(&index.segments()[0]), naive(&records, &["title", "body"]).0);
}

#[test]
fn a_target_in_no_folder_is_a_named_error() {
    let target = PathBuf::from("/nowhere/at/all/x.pmk");
    let error = build(&target, &DiskStorage, inputs(b"{}"), &BuildOptions::default(), &());
    assert!(error.unwrap_err().to_string().contains("/nowhere/at/all"));
}
