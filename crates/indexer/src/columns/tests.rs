//! Values of documents in the columns of a segment: typed, in order, over any cutting into slots; what is no value is
//! counted.

use sources::{Input, Inputs, ReadOptions};
use store::{IndexFile, MemoryStorage};

use crate::{BuildOptions, Report, build};

const DUMP: &str = r#"{"id":"a","body":"x","when":"2011-03-02","n":3,"k":"ap"}
{"id":"b","body":"x","when":"soon","n":"7.5","k":["afp","ap"]}
{"id":"c","body":"x","n":"many","k":true}
{"id":"d","body":"x","when":[20110303,"Fri, 04 Mar 2011 00:00:01 GMT","later"],"n":null,"k":"z"}
"#;

/// The dump so often over that it takes several slots.
fn built(times: usize, fields: &str) -> (IndexFile, Report) {
    let bytes = DUMP.repeat(times).into_bytes();
    let dump = Input::Bytes { name: "dump.jsonl".into(), bytes };
    let inputs = Inputs::open(vec![dump], ReadOptions::default()).unwrap();
    let options = BuildOptions { fields: fields.parse().unwrap(), ..BuildOptions::default() };
    let (storage, target) = (MemoryStorage::default(), "x.pmk".as_ref());
    let report = build(target, &storage, inputs, &options, &()).unwrap();
    (IndexFile::from_bytes(storage.take(target).unwrap()).unwrap(), report)
}

#[test]
fn values_are_typed_document_by_document() {
    let times = 40;
    let (index, report) = built(times, "when:date,n:number,k:keyword");
    let segment = &index.segments()[0];
    index.verify().unwrap();
    let when = segment.column("when").unwrap().unwrap();
    let n = segment.column("n").unwrap().unwrap();
    let k = segment.column("k").unwrap().unwrap();
    for first in (0..times as u32 * 4).step_by(4) {
        let dates = |document| when.dates(first + document).collect::<Vec<_>>();
        assert_eq!(dates(0), [1_299_024_000]);
        assert!(dates(1).is_empty() && dates(2).is_empty());
        assert_eq!(dates(3), [1_299_110_400, 1_299_196_801]);
        let numbers = |document| n.numbers(first + document).collect::<Vec<_>>();
        assert_eq!((numbers(0), numbers(1)), (vec![3.0], vec![7.5]));
        assert!(numbers(2).is_empty() && numbers(3).is_empty());
        let keywords = |document| {
            k.codes(first + document).map(|code| k.keyword(code).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!((keywords(0), keywords(1)), (vec!["ap"], vec!["afp", "ap"]));
        assert_eq!((keywords(2), keywords(3)), (vec!["true"], vec!["z"]));
    }
    let unread: Vec<_> = report
        .unread
        .iter()
        .map(|it| (it.field.as_str(), it.expected, it.values, it.number, it.example.as_str()))
        .collect();
    let times = times as u64;
    assert_eq!(unread, [("when", "date", 2 * times, 2, "soon"), ("n", "number", times, 3, "many")]);
    let stored = segment.document(1).unwrap();
    assert!(stored.fields.iter().any(|(name, value)| {
        name == "when" && *value == store::StoredValue::Text("soon".to_owned())
    }));
}

#[test]
fn fields_that_no_document_has_are_empty_columns() {
    let (index, report) = built(1, "never:date");
    let never = index.segments()[0].column("never").unwrap().unwrap();
    assert_eq!((0..4).map(|document| never.dates(document).count()).sum::<usize>(), 0);
    assert!(report.unread.is_empty());
    index.verify().unwrap();
}
