//! A small source of our own in every format, with what it turns into.
//!
//! The tests read them whole, cut, damaged, compressed and packed; the fuzzer starts from them.

use std::io::Write;

use super::Format;

/// A source in one of the formats.
pub(super) struct Fixture {
    pub(super) name: &'static str,
    pub(super) format: Format,
    pub(super) bytes: Vec<u8>,
    /// A line for each item.
    pub(super) expected: &'static [&'static str],
    /// Cutting it anywhere after this byte (and before its last few) must be said.
    pub(super) says_cut: Option<usize>,
}

pub(super) const WIKI: &str = r#"<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="de">
  <siteinfo><namespaces>
    <namespace key="6" case="first-letter">Datei</namespace>
    <namespace key="14" case="first-letter">Kategorie</namespace>
    <namespace key="0" case="first-letter" />
  </namespaces></siteinfo>
  <page>
    <title>R&amp;D</title><ns>0</ns><id>7</id>
    <revision><id>70</id><timestamp>2020-01-02T03:04:05Z</timestamp>
      <contributor><username>X</username><id>9</id></contributor>
      <text bytes="3" xml:space="preserve">old</text></revision>
    <revision><id>71</id><timestamp>2021-01-02T03:04:05Z</timestamp>
      <text xml:space="preserve">'''New''' &lt;b&gt;text&lt;/b&gt; &amp;ndash; [[Datei:a.png|mini|Bild]] [[Kategorie:K]]</text></revision>
  </page>
  <page><title>Old name</title><ns>0</ns><id>8</id><redirect title="R&amp;D" /><revision><text>#WEITERLEITUNG [[R&amp;D]]</text></revision></page>
  <page><title>Talk:R</title><ns>1</ns><id>9</id><revision><text>talk</text></revision></page>
  <page><title>Empty</title><ns>0</ns><id>10</id><revision><text /></revision></page>
</mediawiki>
"#;

const PAGE: &str = r##"<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8">
<title>Bridge reopens | The Harbour Post</title>
<meta property="og:title" content="Bridge reopens after repairs">
<meta property="article:published_time" content="2011-03-02T08:00:00Z">
<meta property="og:site_name" content="The Harbour Post"><meta name="author" content="Ann Onym">
<script>var menu = "Never shown";</script><style>p { color: red }</style></head>
<body class="single has-sidebar">
<header class="site-header"><a href="/">The Harbour Post</a><nav><ul><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
<div class="main-content">
<article id="post-7" class="post">
<h1>Bridge reopens after repairs</h1>
<p class="byline">By Ann Onym</p>
<p>The old bridge over the river reopened on Wednesday after <a href="/x">eleven months</a> of repairs.</p>
<section id="check-also-box" class="post-listing check-also-right"><h2>Check Also</h2><p>Ten ferries you will not believe still sail the open seas today.</p></section>
<p>Traffic was light, the mayor said; caf&eacute;s along the quay were full.</p>
<h2>What comes next</h2>
<ul><li>New lamps.</li><li>A second lane in the summer of next year.</li></ul>
<div class="share-buttons"><a href="#">Share</a> <a href="#">Tweet</a></div>
</article>
<div id="comments"><h3>2 comments</h3><p>First! I crossed it at dawn and it was a fine thing to see.</p>
<form><label>Your comment</label><textarea></textarea><button>Send</button></form></div>
</div>
<aside><h3>Most read</h3><ul><li><a href="/1">One story that everybody in the city has been reading</a></li></ul></aside>
<footer><p>Copyright The Harbour Post. All rights reserved, no part may be copied.</p></footer>
</body></html>"##;

const PAGE_READ: &str = "a.htm#1 a.htm title=Bridge reopens after repairs date=2011-03-02T08:00:00Z language=en-GB author=Ann Onym site=The Harbour Post body=The old bridge over the river reopened on Wednesday after eleven months of repairs.\nTraffic was light, the mayor said; cafés along the quay were full.\nWhat comes next\nNew lamps.\nA second lane in the summer of next year.";

fn warc() -> Vec<u8> {
    let mut warc = Vec::new();
    let mut add = |kind: &str, uri: &str, block: &[u8]| {
        write!(warc, "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2020-05-06T07:08:09Z\r\nContent-Length: {}\r\n\r\n", block.len()).unwrap();
        warc.extend_from_slice(block);
        warc.extend_from_slice(b"\r\n\r\n");
    };
    add("warcinfo", "", b"software: none\r\n");
    add("request", "http://a.org/", b"GET / HTTP/1.1\r\n\r\n");
    add(
        "response",
        "http://a.org/",
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}")
            .as_bytes(),
    );
    add("revisit", "http://a.org/", b"HTTP/1.1 200 OK\r\n\r\n");
    add(
        "response",
        "http://a.org/x.png",
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG",
    );
    add(
        "response",
        "http://a.org/gone",
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>no</p>",
    );
    let chunked = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n<title>Zwei</title><p>Stra\xdfe\r\n28\r\n nach K\xf6ln ist heute wieder frei.</p>   \r\n0\r\n\r\n";
    add("response", "http://b.de/", chunked);
    warc
}

fn parquet_table() -> Vec<u8> {
    compressed_table(parquet::basic::Compression::UNCOMPRESSED)
}

/// The table with its pages compressed.
pub(super) fn compressed_table(compression: parquet::basic::Compression) -> Vec<u8> {
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
    use parquet::file::writer::SerializedFileWriter;
    let schema = "message t { required binary id (UTF8); optional binary text (UTF8); required int32 day (DATE); }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let properties = parquet::file::properties::WriterProperties::builder();
    let properties = std::sync::Arc::new(properties.set_compression(compression).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    for group in 0..2 {
        let mut rows = writer.next_row_group().unwrap();
        let text =
            |texts: &[&str]| texts.iter().map(|text| ByteArray::from(*text)).collect::<Vec<_>>();
        let mut column = rows.next_column().unwrap().unwrap();
        let ids = [["p1", "p2"], ["p3", "p4"]][group];
        column.typed::<ByteArrayType>().write_batch(&text(&ids), None, None).unwrap();
        column.close().unwrap();
        let mut column = rows.next_column().unwrap().unwrap();
        column
            .typed::<ByteArrayType>()
            .write_batch(&text(&["Rain."]), Some(&[1, 0]), None)
            .unwrap();
        column.close().unwrap();
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<Int32Type>().write_batch(&[15_035, 0], None, None).unwrap();
        column.close().unwrap();
        rows.close().unwrap();
    }
    writer.into_inner().unwrap()
}

/// All of them.
pub(super) fn fixtures() -> Vec<Fixture> {
    [files(), records(), wikis(), collections(), mail()].into_iter().flatten().collect()
}

fn fixture(
    name: &'static str,
    format: Format,
    bytes: &[u8],
    expected: &'static [&'static str],
    says_cut: Option<usize>,
) -> Fixture {
    Fixture { name, format, bytes: bytes.to_vec(), expected, says_cut }
}

/// Files of one document each.
fn files() -> Vec<Fixture> {
    vec![
        fixture("t", Format::Text, b"Title\n\nBody of two\nlines.\n", &["t#1 t title=Title body=Body of two\nlines."], None),
        fixture(
            "n.md",
            Format::Markdown,
            b"---\ntitle: \"A walk\"\ndate: 2011-03-02\ntags: [quay, river]\nurl: /walk\n---\n# Along the *quay*\n\nSee [the bridge](http://x.org) and `code`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<b>bold</b> end\n",
            &["n.md#1 n.md title=A walk date=2011-03-02 tags=List([Text(\"quay\"), Text(\"river\")]) url=/walk body=Along the quay\n\nSee the bridge and code.\n\none\ntwo\n\na\tb\n1\t2\n\nbold end"],
            None,
        ),
        fixture(
            "a.htm",
            Format::Html,
            PAGE.as_bytes(),
            &[PAGE_READ],
            None,
        ),
    ]
}

/// Rows and records with named fields.
fn records() -> Vec<Fixture> {
    vec![
        fixture(
            "l.jsonl",
            Format::Jsonl,
            b"{\"id\":\"a\",\"text\":\"One.\"}\n\n{\"id\":\"b\",\"text\":\"Two.\"}\n",
            &["l.jsonl#1 a body=One.", "l.jsonl#3 b body=Two."],
            None,
        ),
        fixture(
            "a.json",
            Format::Json,
            b"[\n {\"id\": \"a\", \"t\": \"[\\\"}\", \"x\": {\"y\": [1]}},\n {\"id\": \"b\"}, 7\n]\n",
            &["a.json#1 a t=[\"} x.y=List([Integer(1)])", "a.json#2 b", "bad `a.json` record 3 at byte 60: not a JSON object: invalid type: integer `7`, expected an object at byte 1 of the record"],
            Some(0),
        ),
        fixture(
            "o.json",
            Format::Json,
            b"{\n \"id\": 1,\n \"text\": \"One.\"\n}\n{\n \"id\": 2\n}\n",
            &["o.json#1 1 body=One.", "o.json#2 2"],
            None,
        ),
        fixture(
            "c",
            Format::Csv,
            b"id,headline,text\r\n1,\"Rain, and \"\"wind\"\"\",\"Two\nlines\"\r\n2,Sun,\r\n3,short\r\n4,Fog,Thick.\r\n5,a,b\r\n6,a,b\r\n7,a,b\r\n8,a,b\r\n9,a,b\r\n10,a,b\r\n",
            &[
                "c#1 1 title=Rain, and \"wind\" body=Two\nlines",
                "c#2 2 title=Sun",
                "bad `c` record 3 at byte 62: the row has 2 cells, the headings are 3",
                "c#4 4 title=Fog body=Thick.",
                "c#5 5 title=a body=b",
                "c#6 6 title=a body=b",
                "c#7 7 title=a body=b",
                "c#8 8 title=a body=b",
                "c#9 9 title=a body=b",
                "c#10 10 title=a body=b",
            ],
            None,
        ),
        fixture(
            "v.tsv",
            Format::Tsv,
            b"1\tHe said \"no\n2\t\"quoted\" text\n3\t\"and \"\"doubled\"\"\"\n",
            &["v.tsv#1 1 body=He said \"no", "v.tsv#2 2 body=quoted text", "v.tsv#3 3 body=and \"doubled\""],
            None,
        ),
        fixture(
            "d.parquet",
            Format::Parquet,
            &parquet_table(),
            &[
                "d.parquet#1 p1 body=Rain. day=2011-03-02",
                "d.parquet#2 p2 day=1970-01-01",
                "d.parquet#3 p3 body=Rain. day=2011-03-02",
                "d.parquet#4 p4 day=1970-01-01",
            ],
            Some(4),
        ),
    ]
}

/// Dumps of wikis and of question sites.
fn wikis() -> Vec<Fixture> {
    vec![
        fixture(
            "w.xml",
            Format::MediaWiki,
            WIKI.as_bytes(),
            &[
                "w.xml#1 7 title=R&D date=2021-01-02T03:04:05Z body=New text –\nBild category=List([Text(\"K\")])",
                "skipped redirect",
                "skipped namespace",
                "w.xml#4 10 title=Empty",
            ],
            Some(20),
        ),
        fixture(
            "cirrus.json",
            Format::Cirrus,
            b"{\"index\":{\"_type\":\"_doc\",\"_id\":\"12\"}}\n{\"title\":\"A\",\"text\":\"Body.\",\"source_text\":\"'''x'''\",\"timestamp\":\"2020-01-01T00:00:00Z\",\"namespace\":0}\n{ \"index\": {\"_id\": \"13\"} }\n{\"title\":\"Talk:A\",\"namespace\":1}\n",
            &["cirrus.json#1 12 title=A body=Body. date=2020-01-01T00:00:00Z namespace=Integer(0)", "skipped namespace"],
            None,
        ),
        fixture(
            "Posts.xml",
            Format::StackExchange,
            b"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<posts>\n  <row Id=\"4\" PostTypeId=\"1\" CreationDate=\"2008-07-31T21:42:52.667\" Score=\"-7\" Body=\"&lt;p&gt;How &amp;amp; why?&lt;/p&gt;&#xA;&lt;pre&gt;x &amp;gt; 1&lt;/pre&gt;\" Title=\"A &quot;why&quot;\" Tags=\"&lt;c#&gt;&lt;rust&gt;\" />\n  <row Id=\"5\" Text=\"plain\" />\n</posts>\n",
            &[
                "Posts.xml#1 4 posttypeid=Integer(1) date=2008-07-31T21:42:52.667 score=Integer(-7) body=How & why?\nx > 1 title=A \"why\" tags=List([Text(\"c#\"), Text(\"rust\")])",
                "Posts.xml#2 5 body=plain",
            ],
            Some(80),
        ),
        fixture(
            "wiki_00",
            Format::WikiExtractor,
            b"<doc id=\"12\" url=\"https://x.org/wiki?curid=12\" title=\"The \"Old\" Bridge\">\nThe \"Old\" Bridge\n\nIt spans 5 &lt; 6 m.\nCaf&amp;s.\n\n</doc>\n<doc id=\"13\" url=\"u\" title=\"R&amp;D\">\nR&amp;D pays.\n</doc>\n<doc id=\"14\" url=\"u\" title=\"\">\n\n</doc>\n",
            &[
                "wiki_00#1 12 url=https://x.org/wiki?curid=12 title=The \"Old\" Bridge body=It spans 5 < 6 m.\nCaf&s.",
                "wiki_00#2 13 url=u title=R&D body=R&D pays.",
                "skipped empty",
            ],
            None,
        ),
    ]
}

/// Collections of news and of the web.
fn collections() -> Vec<Fixture> {
    vec![
        fixture(
            "trec",
            Format::Trec,
            b"<DOC>\n<DOCNO> AP880212-0001 </DOCNO>\n<FILEID>AP-NR</FILEID>\n<HEAD>Bridge\nReopens</HEAD>\n<DATELINE>QUAY (AP)</DATELINE>\n<TEXT>\n   The bridge&hyph;way reopened.<P>\nAT&amp;T paid.\n</TEXT>\n</DOC>\n<DOC>\n<DOCNO>W2</DOCNO>\n<DOCHDR>\nhttp://x.org/ 10\n</DOCHDR>\n<html><title>Web</title><p>A page of the web collection.</p></html>\n</DOC>\n",
            &[
                "trec#1 AP880212-0001 fileid=AP-NR title=Bridge Reopens dateline=QUAY (AP) body=   The bridge-way reopened.\n\nAT&T paid.",
                "trec#2 W2 url=http://x.org/ title=Web body=A page of the web collection.",
            ],
            None,
        ),
        fixture(
            "r.sgm",
            Format::Reuters,
            b"<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS TOPICS=\"YES\" LEWISSPLIT=\"TRAIN\" OLDID=\"5\" NEWID=\"1\">\n<DATE>26-FEB-1987 15:01:01.79</DATE>\n<TOPICS><D>cocoa</D><D>tea</D></TOPICS>\n<PLACES></PLACES>\n<TEXT>&#2;\n<TITLE>COCOA &lt;UP></TITLE>\n<DATELINE>    QUAY, Feb 26 - </DATELINE><BODY>Showers fell.\n    Prices rose.\n Reuter\n&#3;</BODY></TEXT>\n</REUTERS>\n<REUTERS NEWID=\"2\"><DATE>x</DATE><TEXT TYPE=\"UNPROC\">&#2;Raw text only\n</TEXT></REUTERS>\n",
            &[
                "r.sgm#1 1 date=1987-02-26T15:01:01.79 title=COCOA <UP> dateline=QUAY, Feb 26 - body=Showers fell.\n    Prices rose.\n Reuter topics=List([Text(\"cocoa\"), Text(\"tea\")]) lewissplit=TRAIN",
                "r.sgm#2 2 date=x body=Raw text only",
            ],
            None,
        ),
        fixture(
            "p.warc",
            Format::Warc,
            &warc(),
            &[
                "skipped not-a-response",
                "skipped not-a-response",
                "p.warc#3 http://a.org/ title=Bridge reopens after repairs date=2011-03-02T08:00:00Z language=en-GB author=Ann Onym site=The Harbour Post body=The old bridge over the river reopened on Wednesday after eleven months of repairs.\nTraffic was light, the mayor said; cafés along the quay were full.\nWhat comes next\nNew lamps.\nA second lane in the summer of next year. crawled=2020-05-06T07:08:09Z",
                "skipped revisit",
                "skipped not-text",
                "skipped http-status",
                "p.warc#7 http://b.de/ title=Zwei body=Straße nach Köln ist heute wieder frei. date=2020-05-06T07:08:09Z crawled=2020-05-06T07:08:09Z",
            ],
            None,
        ),
    ]
}

/// Letters, one by one and in boxes.
fn mail() -> Vec<Fixture> {
    vec![
        fixture(
            "m.eml",
            Format::Mail,
            b"From: =?utf-8?q?J=C3=B6rg?= <j@a.org>\r\nTo: b@b.org\r\nSubject: The bridge\r\nDate: Wed, 2 Mar 2011 10:30:00 +0100\r\nMessage-ID: <m1@a.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9 at noon.\r\n--x\r\nContent-Type: application/pdf; name=\"plan.pdf\"\r\nContent-Disposition: attachment; filename=\"plan.pdf\"\r\n\r\nAAAA\r\n--x--\r\n",
            &["m.eml#1 m.eml message_id=m1@a.org title=The bridge date=2011-03-02T10:30:00+01:00 from=Jörg <j@a.org> to=b@b.org body=Café at noon. attachments=List([Text(\"plan.pdf\")])"],
            None,
        ),
        fixture(
            "box",
            Format::Mbox,
            b"From a@a.org Wed Mar  2 10:30:00 2011\nFrom: a@a.org\nSubject: One\nMessage-ID: <1@a>\n\nHello.\n>From here on\nFrom there\n\nFrom b@a.org Wed Mar  2 10:31:00 2011\nFrom: b@a.org\nSubject: Two\n\nBye.\n",
            &[
                "box#1 1@a message_id=1@a title=One from=a@a.org body=Hello.\nFrom here on\nFrom there",
                "box#2 - title=Two from=b@a.org body=Bye.",
            ],
            None,
        ),
    ]
}
