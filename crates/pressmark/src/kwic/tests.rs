//! Lines are the matches, to the byte, in the order asked for.

use super::*;
use crate::{BuildRequest, Input, SearchRequest};

const NEWS: &str = r#"{"id":"b","date":"2012-01-01","title":"The wolf","body":"No wolf was seen, na\u00efve as we are.\nThen a WOLF came: the big bad wolf!"}
{"id":"a","date":"2011-05-05","title":"Tags","body":"A caf\u00e9 for the wolf."}
{"id":"c","title":"Rope","body":"None."}
"#;

fn index() -> Index {
    let inputs = vec![Input::Bytes { name: "news.jsonl".to_owned(), bytes: NEWS.into() }];
    let mut request = BuildRequest { inputs, ..BuildRequest::default() };
    request.options.fields = "date:date".parse().expect("a list of fields");
    Index::in_memory(request, &()).expect("the dump is well-formed").0
}

fn lines(index: &Index, request: &KwicRequest) -> Vec<KwicLine> {
    let mut lines = Vec::new();
    let summary = index
        .kwic(request, |line| {
            lines.push(line.clone());
            true
        })
        .expect("lines");
    assert_eq!(summary.lines, lines.len() as u64);
    lines
}

#[test]
fn a_line_is_a_match_in_its_context_to_the_byte() {
    let index = index();
    let found = lines(&index, &KwicRequest { context: 2, ..KwicRequest::new("wolf") });
    let shown: Vec<String> = found
        .iter()
        .map(|line| {
            format!("{} {} {:?}", line.id, line.field, (&line.left, &line.found, &line.right))
        })
        .collect();
    assert_eq!(
        shown,
        [
            r#"b title ("The ", "wolf", "")"#,
            r#"b body ("No ", "wolf", " was seen")"#,
            r#"b body ("Then a ", "WOLF", " came: the")"#,
            r#"b body ("big bad ", "wolf", "")"#,
            r#"a body ("for the ", "wolf", "")"#,
        ]
    );
    let answer = index.search(&SearchRequest::new("wolf")).expect("hits");
    for line in &found {
        let hit = answer.hits.iter().find(|hit| hit.id == line.id).expect("the same documents");
        let text = hit.field(&line.field).expect("the field").to_string();
        assert_eq!(&text[line.start..line.end], line.found);
        assert!(text[..line.start].ends_with(&line.left), "{line:?}");
        assert!(text[line.end..].starts_with(&line.right), "{line:?}");
        assert!(hit.spans.iter().any(|span| (span.start, span.end) == (line.start, line.end)));
    }
}

#[test]
fn lines_come_by_the_words_around_or_by_date() {
    let index = index();
    let shown = |order| {
        let found = lines(&index, &KwicRequest { order, ..KwicRequest::new("wolf") });
        found.iter().map(|line| format!("{}{}", line.id, line.start)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(KwicOrder::Index), "b4 b3 b43 b66 a16");
    assert_eq!(shown(KwicOrder::Left), "b43 b66 b3 b4 a16");
    assert_eq!(shown(KwicOrder::Right), "b4 b66 a16 b43 b3");
    assert_eq!(shown(KwicOrder::Date), "a16 b4 b3 b43 b66");
}

#[test]
fn a_sample_is_so_many_lines_and_the_same_ones_again() {
    let index = index();
    let sample = |lines, seed| KwicRequest {
        sample: Some(LineSample { lines, seed }),
        ..KwicRequest::new("wolf")
    };
    for seed in 0..20 {
        let drawn = lines(&index, &sample(2, seed));
        assert_eq!(drawn.len(), 2);
        assert_eq!(drawn, lines(&index, &sample(2, seed)));
    }
    assert_ne!(lines(&index, &sample(2, 1)), lines(&index, &sample(2, 4)));
    assert_eq!(lines(&index, &sample(9, 1)), lines(&index, &KwicRequest::new("wolf")));
}

#[test]
fn lines_end_where_the_reader_has_enough_and_filters_have_none() {
    let index = index();
    let mut seen = 0;
    let summary = index
        .kwic(&KwicRequest::new("wolf"), |_| {
            seen += 1;
            seen < 2
        })
        .expect("lines");
    assert_eq!((seen, summary.lines, summary.matches, summary.documents), (2, 2, 5, 2));
    assert!(lines(&index, &KwicRequest::new("date:2011")).is_empty());
}

#[test]
fn text_that_was_not_stored_is_an_error() {
    let inputs = vec![Input::Bytes { name: "news.jsonl".to_owned(), bytes: NEWS.into() }];
    let mut request = BuildRequest { inputs, ..BuildRequest::default() };
    request.options.store_documents = false;
    let index = Index::in_memory(request, &()).expect("the dump is well-formed").0;
    let error = index.kwic(&KwicRequest::new("wolf"), |_| true).expect_err("no text");
    assert!(error.to_string().contains("was not stored"), "{error}");
}
