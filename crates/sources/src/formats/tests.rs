//! Every format: a small source of our own, what it turns into, and what is left of it when it is cut, damaged,
//! compressed or put into an archive.

use std::io::{Cursor, Write};

use super::Format;
use super::fixtures::{Fixture, WIKI, compressed_table, fixtures};
use crate::tests::{lines, read, read_with};
use crate::{Input, Inputs, Item, ReadOptions};

#[test]
fn every_format_is_recognised_and_read() {
    let mut wrong = Vec::new();
    for Fixture { name, format, bytes, expected, .. } in fixtures() {
        let input = Input::Bytes { name: name.into(), bytes };
        let (items, summaries) = read_with(vec![input], ReadOptions::default());
        if summaries[0].format != Some(format) || lines(&items) != expected {
            wrong.push(format!("{name} {:?} {:#?}", summaries[0].format, lines(&items)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for format in Format::ALL {
        let covered = fixtures().iter().any(|fixture| fixture.format == format);
        assert!(covered, "{format} has no fixture");
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
    }
    assert!("xml".parse::<Format>().is_err());
}

#[test]
fn the_size_of_batches_changes_nothing() {
    let mut wrong = Vec::new();
    for Fixture { name, bytes, expected, format, .. } in fixtures() {
        for batch_bytes in [1, 5, 64, 300] {
            let input = Input::Bytes { name: name.into(), bytes: bytes.clone() };
            let options =
                ReadOptions { batch_bytes, format: Some(format), ..ReadOptions::default() };
            let found = lines(&read_with(vec![input], options).0);
            if found != expected {
                wrong.push(format!("{name} in batches of {batch_bytes}: {found:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn archives_hold_any_format_compressed_or_not() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut expected = Vec::new();
    for (number, Fixture { name, bytes, .. }) in fixtures().into_iter().enumerate() {
        expected.extend(lines(&read(&format!("a/d{number}/{name}"), &bytes)));
        let bytes =
            if number % 2 == 0 { zstd::encode_all(bytes.as_slice(), 1).unwrap() } else { bytes };
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, format!("d{number}/{name}"), bytes.as_slice()).unwrap();
        let options = zip::write::SimpleFileOptions::default();
        let deflated = options.compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(format!("../d{number}/./{name}"), deflated).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, &zip).unwrap();
    let bytes = |bytes: &[u8]| Input::Bytes { name: "a".into(), bytes: bytes.to_vec() };
    let compressed = zstd::encode_all(tar.as_slice(), 1).unwrap();
    for input in [bytes(&tar), bytes(&compressed), bytes(&zip), Input::Path(path)] {
        let (items, summaries) = read_with(vec![input], ReadOptions::default());
        assert_eq!(lines(&items), expected);
        assert_eq!((summaries[0].files, summaries[0].format), (1, None));
    }
}

/// A footer of a kilobyte whose length of a list is made up cost a second of a processor.
#[test]
fn a_made_up_footer_of_parquet_is_named() {
    let fixture = fixtures().into_iter().find(|fixture| fixture.format == Format::Parquet).unwrap();
    let end = fixture.bytes.len() - 9;
    let list = [0xf9, 0xf1, 0xff, 0xff, 0xff, 0xff, 7, 0];
    let bytes = &fixture.bytes;
    let length = u32::from_le_bytes(bytes[end + 1..end + 5].try_into().unwrap()) + 7;
    let bytes = [&bytes[..end], &list, &length.to_le_bytes(), b"PAR1"].concat();
    let items = read("d.parquet", &bytes);
    let [Item::Bad(bad)] = items.as_slice() else { panic!("{items:?}") };
    let found = format!(
        "in its last {length} bytes, found a list of 2147483647 truth values, which Parquet has no use for here, at its byte {}",
        length - 7
    );
    assert!(bad.reason.contains(&found), "{}", bad.reason);
    assert!(bad.reason.ends_with("write the file again, or leave it out"), "{}", bad.reason);
}

#[test]
fn nested_archives_are_read_to_a_depth() {
    let mut bytes = b"{\"id\":1}\n".to_vec();
    let mut name = "x.jsonl".to_owned();
    for depth in 1..=6 {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, &name, bytes.as_slice()).unwrap();
        bytes = tar.into_inner().unwrap();
        name = "x.tar".to_owned();
        let lines = lines(&read("x.tar", &bytes));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].contains("lies in 4 archives"), 4 < depth, "{lines:?}");
    }
}

#[test]
fn a_cut_archive_keeps_what_stands_before() {
    let mut tar = tar::Builder::new(Vec::new());
    for name in ["a.jsonl", "b.jsonl"] {
        let bytes = b"{\"id\":1}\n".repeat(200);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let items = read("t.tar", &tar[..512 + 2048 + 512 + 1000]);
    // The cut record, and the archive itself.
    assert_eq!(items.len(), 200 + 111 + 2);
    assert!(
        lines(&items)[311].contains("the archive ends 800 bytes before the end of the entry"),
        "{:?}",
        items.last()
    );
    let items = read("t.tar", &tar[..512 + 2048 + 100]);
    assert!(lines(&items)[200].contains("the archive is cut or damaged"), "{:?}", items.last());
    let items = read("t.zip", b"PK\x03\x04 and no more of it");
    assert!(lines(&items)[0].contains("the archive is cut or damaged"), "{items:?}");
}

#[test]
fn a_cut_source_keeps_its_whole_records_and_says_so_where_it_can() {
    for Fixture { name, format, bytes, expected, says_cut } in fixtures() {
        let step = (bytes.len() / 300).max(1);
        for cut in (0..bytes.len()).step_by(step) {
            let input = Input::Bytes { name: name.into(), bytes: bytes[..cut].to_vec() };
            let options = ReadOptions { format: Some(format), ..ReadOptions::default() };
            let items = read_with(vec![input], options).0;
            assert!(items.len() <= expected.len() + 1, "{name} cut at {cut}: {items:?}");
            if says_cut.is_some_and(|from| from < cut && cut + 12 < bytes.len()) {
                let last = items.last();
                assert!(matches!(last, Some(Item::Bad(_))), "{name} cut at {cut}: {last:?}");
            }
        }
    }
}

#[test]
fn a_damaged_source_never_panics_and_other_records_stay() {
    let mut state = 12345u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for Fixture { name, format, bytes, .. } in fixtures() {
        for round in 0..150 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + round % 4 {
                let at = random(damaged.len());
                match random(4) {
                    0 => damaged[at] ^= 1 << random(8),
                    1 => damaged[at] = random(256) as u8,
                    2 => drop(damaged.remove(at)),
                    _ => damaged.insert(at, b"<>\"{}[]\n\0\xff,"[random(11)]),
                }
            }
            let inputs = [Some(format), None].map(|format| {
                let input = Input::Bytes { name: name.into(), bytes: damaged.clone() };
                (
                    input,
                    ReadOptions {
                        format,
                        batch_bytes: 200,
                        max_record_bytes: 2000,
                        ..ReadOptions::default()
                    },
                )
            });
            for (input, options) in inputs {
                read_with(vec![input], options);
            }
        }
    }
}

#[test]
fn records_beyond_the_limit_are_left_out_and_said() {
    for Fixture { name, format, bytes, .. } in fixtures() {
        if format == Format::Parquet {
            continue;
        }
        let input = Input::Bytes { name: name.into(), bytes };
        let options =
            ReadOptions { format: Some(format), max_record_bytes: 16, ..ReadOptions::default() };
        let items = read_with(vec![input], options).0;
        let said = |item: &Item| matches!(item, Item::Bad(bad) if bad.reason.contains("longer than 16 bytes"));
        assert!(items.iter().any(said), "{name}: {items:?}");
    }
}

#[test]
fn a_wiki_dump_cut_anywhere_keeps_its_whole_pages_and_says_so() {
    let ends: Vec<usize> = WIKI.match_indices("</page>").map(|(at, tag)| at + tag.len()).collect();
    let begin = WIKI.find("<page>").unwrap();
    for cut in begin..WIKI.len() - 1 {
        if !WIKI.is_char_boundary(cut) {
            continue;
        }
        let items = read("w.xml", &WIKI.as_bytes()[..cut]);
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let closed = WIKI[..cut].contains("</mediawiki>");
        assert_eq!(items.len(), whole + usize::from(!closed), "cut at {cut}");
        assert_eq!(matches!(items.last(), Some(Item::Bad(_))), !closed, "cut at {cut}");
    }
}

#[test]
fn other_namespaces_are_read_where_they_are_asked_for() {
    let input = Input::Bytes { name: "w.xml".into(), bytes: WIKI.into() };
    let options = ReadOptions { namespaces: vec![1], ..ReadOptions::default() };
    let lines = lines(&read_with(vec![input], options).0);
    assert!(lines.contains(&"w.xml#3 9 title=Talk:R body=talk".to_owned()));
}

#[test]
fn a_damaged_wiki_page_is_bad_and_the_next_is_read() {
    let damaged = WIKI
        .replace("</revision>\n  </page>\n  <page><title>Old", "</revision>\n <page><title>Old");
    let found = lines(&read("w.xml", damaged.as_bytes()));
    assert!(found[0].contains("no `</page>` before the next `<page>`"), "{found:?}");
    assert_eq!(found.len(), 4);
    let damaged = WIKI.replace("<ns>1</ns>", "<ns>1</id>");
    assert!(lines(&read("w.xml", damaged.as_bytes()))[2].contains("not well-formed XML"));
}

#[test]
fn pages_give_their_articles_whatever_they_are_built_of() {
    let body = |page: &str| match &read("a.html", page.as_bytes())[..] {
        [Item::Document(document)] => document.text("body").unwrap_or("").to_owned(),
        other => panic!("{other:?}"),
    };
    // No article element, no class names: what is mostly links goes.
    let plain = "<html><body><ul><li><a href=1>Home</a><li><a href=2>World</a></ul><p>The mayor said the bridge would open on Monday.</p><p><a href=3>More</a></p></body></html>";
    assert_eq!(body(plain), "The mayor said the bridge would open on Monday.");
    // A class name that covers everything is not believed.
    let wrapped = "<html><body><div class=\"widget\"><p>The mayor said the bridge would open on Monday.</p></div></body></html>";
    assert_eq!(body(wrapped), "The mayor said the bridge would open on Monday.");
    // A page of nothing but links keeps them rather than nothing.
    assert_eq!(body("<html><body><a href=1>One</a><p><a href=2>Two</a></body></html>"), "One\nTwo");
    let legacy = b"<html><head><meta charset=\"windows-1251\"></head><body><p>\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0, \xfd\xf2\xee \xf2\xe5\xea\xf1\xf2.</p></body></html>";
    assert!(lines(&read("a.html", legacy))[0].ends_with("body=Привет, мир, это текст."));
    let data = "<html><head><script type=\"application/ld+json\">{\"@graph\":[{\"headline\":\"H\",\"datePublished\":\"2020-01-01\",\"author\":[{\"name\":\"N\"}]}]}</script></head><body><p>One two three four five six seven eight.</p></body></html>";
    assert_eq!(
        lines(&read("a.html", data.as_bytes()))[0],
        "a.html#1 a.html title=H date=2020-01-01 author=N body=One two three four five six seven eight."
    );
    assert_eq!(lines(&read("a.html", b"<html><body></body></html>")), ["skipped empty"]);
}

#[test]
fn trec_documents_in_small_letters_are_read_like_those_in_capitals() {
    let capitals = "<DOC>\n<DOCNO> 1 </DOCNO>\n<HEAD>One</HEAD>\n<TEXT>First text.</TEXT>\n</DOC>\n\
                    <DOC>\n<DOCNO>2</DOCNO>\n<DOCHDR>\nhttp://x.org/\n</DOCHDR>\n<html><p>A page.</p></html>\n</DOC>\n";
    let small = capitals.replace("DOC", "doc").replace("TEXT", "text").replace("HEAD", "head");
    let small = small.replace("docNO", "docno").replace("docHDR", "dochdr");
    let found = lines(&read("trec", small.as_bytes()));
    assert_eq!(found, lines(&read("trec", capitals.as_bytes())));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].contains("body=A page."), "{found:?}");
}

#[test]
fn text_that_only_looks_like_another_format_is_text() {
    for text in [
        "{{Infobox}} is how a box begins\nin a wiki.",
        "[edit] Lead of a page\nText.",
        "Dear Sir, Madam, all\nI write, you read, they sing\nand so on, and on, and on\n",
        "< 5 and > 3\nmore",
        "Note: this is one\nDate: today\n\nText",
        "From here to there\nit is far.",
        "<<Look>> he said.",
    ] {
        let input = Input::Bytes { name: "t".into(), bytes: text.into() };
        let (_, summaries) = read_with(vec![input], ReadOptions::default());
        assert_eq!(summaries[0].format, Some(Format::Text), "{text}");
    }
}

#[test]
fn text_between_records_is_bad_and_the_records_are_read() {
    let trec = |body: &str| format!("<DOC>\n<DOCNO>{body}</DOCNO>\n<TEXT>{body}.</TEXT>\n</DOC>\n");
    let row = |id: u32| format!("  <row Id=\"{id}\" Body=\"Text {id}\" />\n");
    let reuters = |id: u32| format!("<REUTERS NEWID=\"{id}\">\n<BODY>Text {id}</BODY></REUTERS>\n");
    let extracted =
        |id: u32| format!("<doc id=\"{id}\" url=\"u\" title=\"T\">\nT\n\nText {id}\n</doc>\n");
    let page = |id: u32| {
        format!(
            "<page><title>P</title><ns>0</ns><id>{id}</id><revision><text>Text {id}</text></revision></page>\n"
        )
    };
    let cases = [
        (Format::Trec, "<DOC>", trec("one"), trec("two"), ["", "\x1a\n"]),
        (
            Format::StackExchange,
            "<row ",
            row(1),
            row(2),
            ["<?xml version=\"1.0\"?>\n<posts>\n", "</posts>"],
        ),
        (
            Format::Reuters,
            "<REUTERS",
            reuters(1),
            reuters(2),
            ["<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n", ""],
        ),
        (Format::WikiExtractor, "<doc id=\"", extracted(1), extracted(2), ["", "\n"]),
        (
            Format::MediaWiki,
            "<page>",
            page(1),
            page(2),
            ["<mediawiki><siteinfo></siteinfo>\n", "</mediawiki>\n"],
        ),
    ];
    for (format, open, one, two, [head, tail]) in cases {
        let found = |dump: &str, batch_bytes, max_record_bytes| {
            let input = Input::Bytes { name: "d".into(), bytes: dump.into() };
            let format = Some(format);
            let options =
                ReadOptions { format, batch_bytes, max_record_bytes, ..ReadOptions::default() };
            read_with(vec![input], options).0
        };
        let clean = format!("{head}{one}{two}{tail}");
        let stray = "stray words <b>and</b> more of them ".repeat(20);
        let strewn = format!("{head}{one}{stray}\n{two}the end{tail}");
        for batch_bytes in [1, 64, 1 << 20] {
            assert_eq!(found(&clean, batch_bytes, 1 << 20).len(), 2, "{format}");
            let items = found(&strewn, batch_bytes, 1 << 20);
            let [Item::Document(_), Item::Bad(bad), Item::Document(_), Item::Bad(end)] = &items[..]
            else {
                panic!("{format}: {items:?}")
            };
            let expected = format!("text outside of all records: expected `{open}` or nothing");
            assert_eq!((bad.number, bad.offset as usize), (2, head.len() + one.len()), "{format}");
            assert!(bad.reason == expected && bad.excerpt.starts_with("stray words"), "{bad}");
            assert!(end.number == 4 && end.excerpt.starts_with("the end"), "{end}");
        }
        let items = found(&strewn, 64, 300);
        assert_eq!(
            items.iter().filter(|item| matches!(item, Item::Document(_))).count(),
            2,
            "{items:?}"
        );
    }
}

#[test]
fn pages_of_parquet_may_be_compressed_in_any_way_but_one() {
    use parquet::basic::Compression;
    let plain = lines(&read("d", &compressed_table(Compression::UNCOMPRESSED)));
    assert_eq!(plain.len(), 4);
    for compression in [
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::BROTLI(Default::default()),
        Compression::ZSTD(Default::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ] {
        let bytes = compressed_table(compression);
        assert_eq!(lines(&read("d", &bytes)), plain, "{compression}");
        // Bytes that are damaged in the middle give an error or other rows, and nothing worse.
        for at in (4..bytes.len()).step_by(3) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            read("d", &damaged);
        }
    }
}

/// A row group may hold a whole collection: it is no batch.
#[test]
fn a_long_row_group_is_cut_into_batches() {
    use parquet::data_type::{ByteArray, ByteArrayType};
    let schema = "message t { required binary id (UTF8); required binary text (UTF8); }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let mut writer =
        parquet::file::writer::SerializedFileWriter::new(Vec::new(), schema, Default::default())
            .unwrap();
    let mut rows = writer.next_row_group().unwrap();
    for column in 0..2 {
        let cell = |row: usize| match column {
            0 => format!("p{row}"),
            _ => "rain ".repeat(if row == 700 { 500 } else { 20 }),
        };
        let cells: Vec<ByteArray> = (0..1000).map(|row| cell(row).as_str().into()).collect();
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&cells, None, None).unwrap();
        column.close().unwrap();
    }
    rows.close().unwrap();
    let input = Input::Bytes { name: "d".into(), bytes: writer.into_inner().unwrap() };
    let options =
        ReadOptions { batch_bytes: 4000, max_record_bytes: 2000, ..ReadOptions::default() };
    let mut inputs = Inputs::open(vec![input], options).unwrap();
    let (mut items, mut batches) = (Vec::new(), 0);
    while let Some(batch) = inputs.next_batch().unwrap() {
        assert!(batch.raw_bytes() < 8000);
        batch.read(&mut |item| items.push(item));
        batches += 1;
    }
    assert!(items.len() == 1000 && 25 < batches, "{} items in {batches} batches", items.len());
    let Item::Bad(bad) = &items[700] else { panic!("{:?}", items[700]) };
    assert!(bad.number == 701 && bad.reason.contains("longer than 2000 bytes"), "{bad}");
    assert!(matches!(&items[999], Item::Document(row) if row.number == 1000));
}

#[test]
fn a_page_that_swells_or_breaks_off_is_bad_and_not_cut_in_silence() {
    let packed = |page: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(page).unwrap();
        writer.finish().unwrap()
    };
    let record = |page: &[u8]| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n";
        let length = head.len() + page.len();
        let about = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\nContent-Length: {length}\r\n\r\n"
        );
        [about.as_bytes(), head, page, b"\r\n\r\n"].concat()
    };
    let good = packed(b"<title>T</title><p>Rain is expected on Monday in all of the country.</p>");
    let bomb = packed(&vec![b'a'; 20 << 20]);
    let cut = &packed(&(0..9999u32).flat_map(|n| n.to_string().into_bytes()).collect::<Vec<u8>>());
    let dump =
        [record(&good), record(&bomb), record(&cut[..cut.len() / 2]), record(&good)].concat();
    let found = lines(&read("a.warc", &dump));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[1].contains("swells to more than"), "{}", found[1]);
    assert!(found[2].contains("cannot be decompressed after"), "{}", found[2]);
    assert!(found[3].contains("Rain is expected"), "{}", found[3]);
}
