//! Whole inputs: what they turn into, whatever the compression, batch size or place.

use super::*;
use std::fs;

/// Reads everything with small batches.
pub(crate) fn read_with(
    inputs: Vec<Input>,
    options: ReadOptions,
) -> (Vec<Item>, Vec<SourceSummary>) {
    let mut inputs = Inputs::open(inputs, options).unwrap();
    let mut items = Vec::new();
    while let Some(batch) = inputs.next_batch().unwrap() {
        batch.read(&mut |item| items.push(item));
    }
    assert!(inputs.next_batch().unwrap().is_none());
    (items, inputs.summaries())
}

/// Reads bytes in memory under a name.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Vec<Item> {
    let input = Input::Bytes { name: name.into(), bytes: bytes.to_vec() };
    read_with(vec![input], ReadOptions::default()).0
}

/// A short line for each item.
pub(crate) fn lines(items: &[Item]) -> Vec<String> {
    let line = |item: &Item| match item {
        Item::Skipped(reason) => format!("skipped {reason}"),
        Item::Bad(bad) => format!("bad {bad}"),
        Item::Document(document) => {
            let mut line = format!("{}#{}", document.source, document.number);
            line.push_str(&format!(" {}", document.id.as_deref().unwrap_or("-")));
            for (name, value) in &document.fields {
                let value = match value {
                    Value::Text(text) => text.clone(),
                    other => format!("{other:?}"),
                };
                line.push_str(&format!(" {name}={value}"));
            }
            line
        }
    };
    items.iter().map(line).collect()
}

#[test]
fn json_lines_become_documents_with_mapped_names() {
    let dump = b"{\"url\":\"u1\",\"headline\":\"H\",\"text\":\"T\",\"n\":3,\"x\":1.5,\"b\":true,\"z\":null}\n\
        \n\
        {\"id\":12345678901234567890,\"title\":\"A\",\"headline\":\"B\",\"body\":[\"p\",\"q\"]}\n";
    assert_eq!(
        lines(&read("a.jsonl", dump)),
        [
            "a.jsonl#1 u1 title=H body=T n=Integer(3) x=Number(1.5) b=Boolean(true)",
            "a.jsonl#3 12345678901234567890 title=A headline=B body=p\nq",
        ]
    );
}

#[test]
fn nested_json_becomes_paths() {
    let dump =
        br#"{"a":{"b":{"c":"x"},"d":[1,[2,null],{"e":"y"},{"e":"z","f":false}]},"g":[],"h":[{}]}"#;
    assert_eq!(
        lines(&read("a", dump)),
        [
            r#"a#1 - a.b.c=x a.d.e=List([Text("y"), Text("z")]) a.d.f=List([Boolean(false)]) a.d=List([Integer(1), List([Integer(2), Null])]) g=List([])"#
        ]
    );
}

#[test]
fn an_explicit_map_overrides_the_rule() {
    let map = "body=a.b, title=name,id=key,author=by".parse().unwrap();
    let input = Input::Bytes {
        name: "a".into(),
        bytes: br#"{"id":1,"key":"k","a":{"b":"text"},"name":"N","body":"other","by":"me"}"#
            .to_vec(),
    };
    let (items, _) = read_with(vec![input], ReadOptions { map, ..ReadOptions::default() });
    assert_eq!(
        lines(&items),
        ["a#1 k original.id=Integer(1) body=text title=N original.body=other author=me"]
    );
    assert!("body".parse::<FieldMap>().is_err());
    assert!("a=b,a=c".parse::<FieldMap>().is_err());
}

#[test]
fn bad_lines_are_named_with_number_and_offset() {
    let mut dump = b"{\"id\":1}\n".to_vec();
    dump.extend(b"{\"id\":2,\"text\":\"caf\xe9\"}\n{\"id\":3,\"text\":\"cut\n[4]\n");
    dump.extend(b"{\"id\":5}");
    let items = read("d", &dump);
    assert_eq!(
        lines(&items),
        [
            "d#1 1",
            "bad `d` record 2 at byte 9: not valid UTF-8: byte 0xe9 at byte 19 of the record",
            "bad `d` record 3 at byte 32: the JSON ends too early: EOF while parsing a string at byte 19 of the record",
            "bad `d` record 4 at byte 52: not a JSON object: invalid type: sequence, expected an object at byte 0 of the record",
            "d#5 5",
        ]
    );
}

#[test]
fn deep_json_is_bad_and_does_not_overflow() {
    let mut dump = b"{\"id\":1}\n{\"a\":".to_vec();
    dump.extend([b'['; 100_000]);
    let items = read("d", &dump);
    assert!(matches!(&items[1], Item::Bad(bad) if bad.reason.contains("recursion")), "{items:?}");
}

#[test]
fn records_longer_than_the_limit_are_passed_over() {
    let mut dump = b"{\"id\":1}\n".to_vec();
    dump.extend(b"{\"id\":2,\"text\":\"");
    dump.extend(vec![b'x'; 100_000]);
    dump.extend(b"\"}\n{\"id\":3}\n");
    let input = Input::Bytes { name: "d".into(), bytes: dump };
    let options =
        ReadOptions { max_record_bytes: 5000, batch_bytes: 100, ..ReadOptions::default() };
    let (items, _) = read_with(vec![input], options);
    assert_eq!(items.len(), 3);
    assert!(
        matches!(&items[1], Item::Bad(bad) if bad.number == 2 && bad.offset == 9 && bad.reason.contains("5000"))
    );
    assert!(
        matches!(&items[2], Item::Document(document) if document.number == 3 && document.offset == 100_028)
    );
}

#[test]
fn what_memory_does_not_allow_is_named_with_its_length_and_nothing_else_changes() {
    let line = |id: usize, length| format!("{{\"id\":{id},\"text\":\"{}\"}}\n", "x".repeat(length));
    let lengths = [10, 3000, 200, 900, 40_000, 10, 999];
    let dump: String = lengths.iter().enumerate().map(|(id, length)| line(id, *length)).collect();
    let batches = |record_memory| {
        let input = Input::Bytes { name: "d".into(), bytes: dump.clone().into_bytes() };
        let options = ReadOptions { record_memory, batch_bytes: 1000, ..ReadOptions::default() };
        let mut inputs = Inputs::open(vec![input], options).unwrap();
        let mut batches = Vec::new();
        while let Some(batch) = inputs.next_batch().unwrap() {
            let mut items = Vec::new();
            batch.read(&mut |item| items.push(item));
            batches.push(lines(&items));
        }
        batches
    };
    assert_eq!(batches(usize::MAX), batches(450_000), "where batches end depends on no limit");
    let refused = batches(300_000).concat();
    let refused: Vec<&String> = refused.iter().filter(|line| line.starts_with("bad")).collect();
    assert_eq!(
        refused,
        [
            "bad `d` record 5 at byte 4186: the record is longer than 30000 bytes, it has 40019: it is left out; to read it, \
          allow more memory or divide it"
        ]
    );
}

#[test]
fn what_would_take_memory_out_of_all_proportion_is_refused_or_read_more_simply() {
    let members: String = (0..70_000).map(|n| format!("\"m{n}\":1,")).collect();
    let list = "1,".repeat((1 << 21) + 1);
    let dump = format!("{{{members}\"id\":1}}\n{{\"id\":2,\"v\":[{list}1]}}\n{{\"id\":3}}\n");
    let found = lines(&read("d.jsonl", dump.as_bytes()));
    assert_eq!(found.len(), 3);
    assert!(found[0].contains("more than 65536 fields"), "{}", found[0]);
    assert!(found[1].contains("a list has more than 2097152 values"), "{}", found[1]);
    let mail = format!(
        "From: a@b.c\nTo: d@e.f\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: Parts\n\n{}",
        "--b\n\nx\n".repeat(70_000)
    );
    let found = lines(&read("m.eml", mail.as_bytes()));
    assert!(found[0].contains("more than 65536 lines that may begin a part"), "{}", found[0]);
    let page =
        format!("<html><body><nav>Menu</nav>{}</body></html>", "<b>rain</b> ".repeat(1 << 19));
    let found = read("p.html", page.as_bytes());
    let Item::Document(document) = &found[0] else { panic!("{found:?}") };
    assert_eq!(document.text("body").unwrap().matches("rain").count(), 1 << 19);
}

/// A line of the largest allowed size left its room to each later batch, and a dump with several of them took that much
/// memory several times.
#[test]
fn batches_behind_a_giant_record_take_no_more_room_than_others() {
    let mut dump = Vec::new();
    for id in 0..3 {
        dump.extend(vec![b'x'; 3 << 20]);
        dump.extend(format!("\n{{\"id\":{id}}}\n").into_bytes());
    }
    let input = Input::Bytes { name: "d.jsonl".into(), bytes: dump };
    let options = ReadOptions {
        max_record_bytes: 2 << 20,
        batch_bytes: 1000,
        format: Some(Format::Jsonl),
        ..ReadOptions::default()
    };
    let mut inputs = Inputs::open(vec![input], options).unwrap();
    let mut documents = 0;
    while let Some(batch) = inputs.next_batch().unwrap() {
        for piece in &batch.pieces {
            if let batch::Piece::Records(records) = piece {
                let (room, bytes) = (records.bytes.capacity(), records.bytes.len());
                assert!(room < 2 * bytes + 10_000, "{room} for {bytes}");
            }
        }
        batch.read(&mut |item| documents += usize::from(matches!(item, Item::Document(_))));
    }
    assert_eq!(documents, 3);
}

#[test]
fn batch_size_changes_nothing_but_the_batches() {
    let dump: Vec<u8> = (0..500)
        .flat_map(|id| format!("{{\"id\":{id},\"t\":\"{}\"}}\n", "y".repeat(id)).into_bytes())
        .collect();
    let all = |batch_bytes| {
        let input = Input::Bytes { name: "d".into(), bytes: dump.clone() };
        read_with(vec![input], ReadOptions { batch_bytes, ..ReadOptions::default() })
    };
    let expected = all(1 << 20);
    assert_eq!(expected.0.len(), 500);
    for batch_bytes in [1, 7, 100, 4096] {
        assert_eq!(all(batch_bytes), expected);
    }
}

#[test]
fn text_files_of_a_folder_come_in_order_of_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    put("b/two.txt", b"\n  A title \n\nThe body.\nMore.\n");
    put("b-1.txt", "é".repeat(150).as_bytes());
    put("a.jsonl", b"{\"id\":\"j\"}\n");
    put("c/empty", b" \n");
    put("c/image", b"\x89PNG\r\n\x1a\n\0\0\0");
    put(".git/config", b"x");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("c/loop")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", folder.path().join("z")).unwrap();
    let (items, summaries) =
        read_with(vec![Input::Path(folder.path().into())], ReadOptions::default());
    assert_eq!(
        lines(&items),
        [
            "skipped hidden".to_owned(),
            "a.jsonl#1 j".to_owned(),
            format!("b-1.txt#1 b-1.txt body={}", "é".repeat(150)),
            "b/two.txt#1 b/two.txt title=A title body=The body.\nMore.".to_owned(),
            "skipped empty".to_owned(),
            "skipped binary".to_owned(),
            "skipped symlink-loop".to_owned(),
            "bad `z` record 1 at byte 0: cannot be opened: No such file or directory (os error 2)"
                .to_owned(),
        ]
    );
    let summary = &summaries[0];
    assert_eq!((summary.files, summary.documents, summary.bad, summary.records()), (5, 3, 1, 8));
    assert_eq!((summary.format, summary.compression), (None, None));
}

#[test]
fn a_missing_input_is_an_error() {
    let result = Inputs::open(vec![Input::Path("/nowhere/at/all".into())], ReadOptions::default());
    assert!(matches!(result.err(), Some(Error::NotFound { .. })));
}

#[test]
fn a_cut_stream_keeps_the_records_before_and_says_so() {
    let dump: Vec<u8> = (0..5000)
        .flat_map(|id| format!("{{\"id\":{id},\"t\":\"{}\"}}\n", id * 7919).into_bytes())
        .collect();
    let mut stored = zstd::encode_all(dump.as_slice(), 1).unwrap();
    stored.truncate(stored.len() - 20);
    let input = Input::Bytes { name: "d".into(), bytes: stored.clone() };
    let (items, summaries) = read_with(vec![input], ReadOptions::default());
    let Some(Item::Bad(bad)) = items.last() else { panic!("{:?}", items.last()) };
    assert!(bad.reason.starts_with("the zstd stream is cut or damaged"), "{bad}");
    assert_eq!(bad.number as usize, items.len());
    assert_eq!(summaries[0].compression, Some(Compression::Zstd));
    assert_eq!(summaries[0].bytes, stored.len() as u64);
}

#[test]
fn utf16_is_read_with_and_without_its_mark() {
    let text = "{\"id\":\"ю\",\"text\":\"Дараа 𝄞 market\"}\n".repeat(3000);
    let le = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let be = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let expected = read("d", text.as_bytes()).len();
    for bytes in
        [le(&format!("\u{feff}{text}")), be(&format!("\u{feff}{text}")), le(&text), be(&text)]
    {
        let items = read("d", &bytes);
        assert_eq!(items.len(), expected);
        assert!(
            matches!(&items[2999], Item::Document(document) if document.text("body") == Some("Дараа 𝄞 market"))
        );
    }
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(text.as_bytes());
    assert!(matches!(&read("d", &marked)[0], Item::Document(document) if document.offset == 3));
}

#[test]
fn a_text_file_in_a_legacy_encoding_is_decoded() {
    let text =
        "Überschrift\nDie Straße nach Köln war gesperrt, sagte der Bürgermeister am Mittwoch.\n";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    assert_eq!(
        lines(&read("alt.txt", &bytes)),
        [
            "alt.txt#1 alt.txt title=Überschrift body=Die Straße nach Köln war gesperrt, sagte der Bürgermeister am Mittwoch."
        ]
    );
}

/// The path of a shared corpus, if it is on this machine.
fn corpus(name: &str) -> Option<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let path = root.join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

#[test]
fn real_wiki_dumps_have_the_pages_an_independent_scan_counts() {
    // By `tests/dumps.py`, which scans the plain bytes: articles, redirects, pages of other namespaces, cut pages.
    let counted = [
        ("bgwiki-latest-pages-articles-shortened.xml.bz2", [1, 0, 2, 0]),
        ("dbpedia-ar.xml.bz2", [3, 0, 0, 0]),
        ("dbpedia-de.xml.bz2", [2, 0, 0, 0]),
        ("dbpedia-en.xml.bz2", [24, 2, 1, 0]),
        ("dbpedia-simple.xml.bz2", [1, 0, 0, 0]),
        ("dbpedia-zh.xml.bz2", [1, 0, 0, 0]),
        ("enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2", [106, 99, 1, 0]),
        ("enwiki-table-markup.xml.bz2", [5, 0, 0, 0]),
        ("jawiki-truncated-100k.xml.xz", [189, 15, 34, 1]),
        ("ukwiki-truncated-100k.xml.xz", [512, 13, 7, 1]),
    ];
    for (name, expected) in counted {
        let Some(path) = corpus(&format!("mediawiki/{name}")) else { return };
        let (items, summaries) = read_with(vec![Input::Path(path)], ReadOptions::default());
        let skipped = |reason: SkipReason| {
            let count = summaries[0].skipped.iter().find(|(found, _)| *found == reason);
            count.map_or(0, |(_, count)| *count)
        };
        let summary = &summaries[0];
        let found = [
            summary.documents,
            skipped(SkipReason::Redirect),
            skipped(SkipReason::Namespace),
            summary.bad,
        ];
        assert_eq!(found, expected, "{name}");
        assert_eq!(summary.records(), items.len() as u64);
    }
}

#[test]
fn real_collections_have_as_many_documents_as_their_descriptions_say() {
    for (name, format, documents) in [
        ("reuters/reut2-000.sgm.zst", Format::Reuters, 1000),
        ("reuters/reut2-017.sgm.zst", Format::Reuters, 1000),
        ("news/news.jsonl.zst", Format::Jsonl, 1478),
        ("judged/cranfield/docs.jsonl.zst", Format::Jsonl, 1400),
    ] {
        let Some(path) = corpus(name) else { return };
        let (items, summaries) = read_with(vec![Input::Path(path)], ReadOptions::default());
        let summary = &summaries[0];
        assert_eq!(
            (summary.format, summary.documents, summary.bad),
            (Some(format), documents, 0),
            "{name}"
        );
        let named =
            |item: &&Item| matches!(item, Item::Document(document) if document.id.is_some());
        assert_eq!(items.iter().filter(named).count() as u64, documents);
    }
}

#[test]
fn a_pattern_names_inputs_in_order_and_a_file_called_like_one_is_that_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.jsonl", "a.jsonl", "c[1]*.jsonl", "c1.jsonl"] {
        fs::write(folder.path().join(name), format!("{{\"id\":\"{name}\"}}\n")).unwrap();
    }
    let ids = |pattern: &str| -> Vec<String> {
        let input = Input::Path(folder.path().join(pattern));
        let (items, summaries) = read_with(vec![input], ReadOptions::default());
        assert_eq!(items.len(), summaries.len(), "each is an input of its own");
        let id = |item: &Item| match item {
            Item::Document(document) => document.id.clone().unwrap(),
            other => panic!("{other:?}"),
        };
        items.iter().map(id).collect()
    };
    assert_eq!(ids("[ab].jsonl"), ["a.jsonl", "b.jsonl"]);
    assert_eq!(ids("c[1]*.jsonl"), ["c[1]*.jsonl"]);
    assert_eq!(ids("**/c*"), ["c1.jsonl", "c[1]*.jsonl"]);
    let none = Inputs::open(vec![Input::Path(folder.path().join("x*"))], ReadOptions::default());
    assert!(matches!(none.err(), Some(Error::NoMatch { .. })));
}
