//! Promises that are more than documents and a query: snippets, limits, laws over many queries, ties, lengths, segments.
//!
//! In come small dumps of our own, out go the answers that users of other engines miss. What can be said as documents, a
//! query and its hits stands in `suite/promises.txt`.

use crate::dump::{Build, Built, build};
use crate::generator::Chance;
use crate::suite::read_file;
use oracle::OracleDoc;
use pressmark::{
    Detail, Hit, Index, KwicRequest, QueryText, Ranking, SearchRequest, Strategy, Ties, Value,
};

fn dump(bodies: impl IntoIterator<Item = impl Into<String>>) -> Vec<OracleDoc> {
    let document = |(number, body): (usize, String)| {
        OracleDoc::new(&format!("d{number:05}"), &[("body", &body)])
    };
    bodies.into_iter().map(Into::into).enumerate().map(document).collect()
}

fn built(bodies: impl IntoIterator<Item = impl Into<String>>) -> Built {
    build(&dump(bodies), Build::default())
}

fn hits(index: &Index, query: &str) -> Vec<Hit> {
    let mut request = SearchRequest::new(query);
    request.limit = index.documents() as usize;
    index.search(&request).unwrap().hits
}

/// The least slop with which words at these positions are the phrase, by trying all placements.
fn least_slop(text: &[u32], phrase: &[u32]) -> Vec<(usize, usize, i64)> {
    let mut found = Vec::new();
    let mut chosen = vec![0; phrase.len()];
    place(text, phrase, 0, &mut chosen, &mut found);
    found
}

/// Adds `(first, last, slop)` of every placement of the slots from `slot` on.
fn place(
    text: &[u32],
    phrase: &[u32],
    slot: usize,
    chosen: &mut Vec<usize>,
    found: &mut Vec<(usize, usize, i64)>,
) {
    if slot == phrase.len() {
        let shifts: Vec<i64> = chosen.iter().zip(0..).map(|(at, slot)| *at as i64 - slot).collect();
        let (least, most) = (shifts.iter().min().unwrap(), shifts.iter().max().unwrap());
        found.push((*chosen.iter().min().unwrap(), *chosen.iter().max().unwrap(), most - least));
        return;
    }
    for at in 0..text.len() {
        if text[at] == phrase[slot] && !chosen[..slot].contains(&at) {
            chosen[slot] = at;
            place(text, phrase, slot + 1, chosen, found);
        }
    }
}

#[test]
fn slop_is_the_rule_on_4000_random_documents() {
    let chance = &mut Chance::new(1);
    let texts: Vec<Vec<u32>> = (0..4000)
        .map(|_| (0..2 + chance.below(7)).map(|_| chance.below(7) as u32).collect())
        .collect();
    let name = |word: &u32| char::from(b'a' + *word as u8).to_string();
    let line = |text: &Vec<u32>| text.iter().map(name).collect::<Vec<_>>().join(" ");
    let index = built(texts.iter().map(line)).index;
    for number in 0..40 {
        let phrase: Vec<u32> = (0..2 + number % 3).map(|_| chance.below(7) as u32).collect();
        let all: Vec<_> = texts.iter().map(|text| least_slop(text, &phrase)).collect();
        for slop in 0..=5_i64 {
            let within =
                |places: &&Vec<(usize, usize, i64)>| places.iter().any(|place| place.2 <= slop);
            let expected = all.iter().filter(within).count() as u64;
            let query = format!("\"{}\"~{slop}", line(&phrase));
            assert_eq!(
                index.count(&QueryText::new(&query)).unwrap().documents,
                expected,
                "{query}"
            );
        }
    }
}

#[test]
fn expansions_are_complete_or_an_error_that_counts_them() {
    let index = built((0..200).map(|number| format!("big wolf{number:03}"))).index;
    let mut query = QueryText::new("\"big wolf*\"");
    let count = index.count(&query).unwrap();
    assert_eq!((count.documents, count.matches, count.complete), (200, 200, true));
    query.max_expansions = Some(50);
    let error = index.count(&query).unwrap_err().to_string();
    assert!(error.contains("200 words") && error.contains("limit of 50"), "{error}");
    query.max_expansions = Some(200);
    assert_eq!(index.count(&query).unwrap().documents, 200);
}

#[test]
fn malformed_queries_say_where_and_what_to_write() {
    let index = built(["big bad wolf"]).index;
    for (query, column, suggestion) in [
        ("tilte:x", 1, "title"),
        ("\"unclosed", 1, "close it"),
        ("(a", 1, "close it"),
        ("a AND", 3, "right"),
        ("date:[1 TO", 6, "TO"),
    ] {
        let error = index.count(&QueryText::new(query)).unwrap_err().to_string();
        assert!(error.contains(&format!("column {column}")), "{query}: {error}");
        assert!(error.contains(suggestion), "{query}: {error}");
    }
}

#[test]
fn a_snippet_shows_the_phrase_and_not_its_words() {
    let filler = "nothing of note happened on that long and dusty road ".repeat(30);
    let body = format!(
        "The coil of this rope is mortal danger. {filler}He left this mortal coil at last."
    );
    let index = built([body]).index;
    let found = hits(&index, "\"this mortal coil\"");
    let html: Vec<String> = found[0].fragments.iter().map(|piece| piece.fragment.html()).collect();
    assert_eq!(html.len(), 1);
    assert!(html[0].contains("<b>this mortal coil</b>"), "{html:?}");
    assert_eq!(html[0].matches("<b>").count(), 1, "{html:?}");
}

/// The sample dumps of the suite with their queries; errors left out.
fn suite_questions() -> Vec<(Built, Vec<String>)> {
    let mut all: Vec<(Built, Vec<String>)> = Vec::new();
    for file in [
        "promises",
        "windows",
        "slop",
        "wildcards",
        "phrases",
        "joint",
        "fuzzy",
        "unicode",
        "names",
    ] {
        let fixtures = read_file(file);
        for same in
            fixtures.chunk_by(|one, next| std::rc::Rc::ptr_eq(&one.documents, &next.documents))
        {
            let built = build(&same[0].documents, Build::default());
            all.push((built, same.iter().map(|fixture| fixture.query.clone()).collect()));
        }
    }
    all
}

#[test]
fn every_span_is_a_match_and_the_spans_are_the_count() {
    for (built, queries) in suite_questions() {
        for query in queries {
            let Ok(count) = built.index.count(&QueryText::new(&query)) else { continue };
            let found = hits(&built.index, &query);
            let spans: usize = found.iter().map(|hit| hit.spans.len()).sum();
            assert_eq!(
                (found.len() as u64, spans as u64),
                (count.documents, count.matches),
                "{query}"
            );
            for hit in &found {
                check_spans(&query, hit);
                check_marks(&query, hit);
            }
            check_lines(&built.index, &query, &found);
        }
    }
}

/// The lines of the concordance are the spans of all hits, and their context is the text around them.
fn check_lines(index: &Index, query: &str, found: &[Hit]) {
    let mut lines = Vec::new();
    let each = |line: &pressmark::KwicLine| {
        lines.push(line.clone());
        true
    };
    index.kwic(&KwicRequest { context: 3, ..KwicRequest::new(query) }, each).unwrap();
    let spans = found.iter().map(|hit| hit.spans.len()).sum::<usize>();
    assert_eq!(lines.len(), spans, "{query}");
    for line in lines {
        let hit = found.iter().find(|hit| hit.id == line.id).unwrap();
        let is_line = |span: &&pressmark::Span| {
            (&span.field, span.start, span.end) == (&line.field, line.start, line.end)
        };
        assert_eq!(hit.spans.iter().filter(is_line).count(), 1, "{query}: {line:?}");
        let Some(Value::Text(text)) = hit.field(&line.field) else { panic!("{query}: {line:?}") };
        assert_eq!(&text[line.start..line.end], line.found, "{query}");
        assert!(text[..line.start].ends_with(&line.left), "{query}: {line:?}");
        assert!(text[line.end..].starts_with(&line.right), "{query}: {line:?}");
    }
}

/// Every letter that is highlighted lies in a match, and every match that is shown has something highlighted.
fn check_marks(query: &str, hit: &Hit) {
    for piece in &hit.fragments {
        let (start, text) = (piece.fragment.start, &piece.fragment.text);
        let here = || hit.spans.iter().filter(|span| span.field == piece.field);
        for mark in &piece.fragment.marks {
            let letters = text[mark.clone()].char_indices().filter(|(_, c)| c.is_alphanumeric());
            for at in letters.map(|(at, _)| start + mark.start + at) {
                let inside = here().any(|span| (span.start..span.end).contains(&at));
                assert!(inside, "{query}: {mark:?} is no match of {hit:?}");
            }
        }
        let end = start + text.len();
        for span in here().filter(|span| start <= span.start && span.end <= end) {
            let mut marks = piece.fragment.marks.iter();
            let marked =
                marks.any(|mark| start + mark.start < span.end && span.start < start + mark.end);
            assert!(marked, "{query}: {span:?} is not marked in {:?}", piece.fragment);
        }
    }
}

/// Each span, cut from the stored text and indexed alone, holds a match from its first to its last byte.
fn check_spans(query: &str, hit: &Hit) {
    // A filter or another clause can fail on the slice; only positional queries are asked again.
    if query.contains(':') || query.contains("NOT") || query.contains('+') || query.contains(" -") {
        return;
    }
    for span in &hit.spans {
        let Some(Value::Text(text)) = hit.field(&span.field) else { panic!("{query}: {span:?}") };
        let slice = &text[span.start..span.end];
        let alone = built([slice]);
        // `~name -form` and `(a b)@2` ask for more than one span.
        let Some(again) = hits(&alone.index, query).pop() else {
            assert!(query.contains('@') || query.contains("AND"), "{query}: `{slice}` is no match");
            continue;
        };
        let whole = again.spans.iter().any(|span| (span.start, span.end) == (0, slice.len()));
        assert!(whole, "{query}: `{slice}` matches at {:?}", again.spans);
    }
}

/// How many times larger than usual the largest corpus here is: `SCALE=34` is 102,000 documents and 1,200 queries.
fn scale() -> usize {
    std::env::var("SCALE").map_or(1, |scale| scale.parse().expect("SCALE is a whole number"))
}

#[test]
fn pruned_answers_are_exhaustive_answers_for_any_ranking() {
    let chance = &mut Chance::new(7);
    let scale = scale();
    let words: Vec<String> = (0..300).map(|number| format!("w{number}")).collect();
    let word = move |chance: &mut Chance| {
        // Squared, so that some words are frequent.
        let (one, other) = (chance.below(300), chance.below(300));
        words[one * other / 300].clone()
    };
    let bodies: Vec<String> = (0..3000 * scale)
        .map(|_| (0..1 + chance.below(40)).map(|_| word(chance)).collect::<Vec<_>>().join(" "))
        .collect();
    let documents = dump(bodies);
    let one = build(&documents, Build { segments: 1, threads: 2 });
    let many = [2, 8].map(|segments| build(&documents, Build { segments, threads: 2 }));
    for number in 0..300 * scale.min(4) {
        let parts: Vec<String> = (0..1 + chance.below(4)).map(|_| word(chance)).collect();
        let text = match number % 5 {
            0 => format!("+{}", parts.join(" +")),
            1 => format!("\"{}\"", parts.join(" ")),
            2 => format!("{} -{}", parts.join(" "), word(chance)),
            _ => parts.join(" "),
        };
        let mut request = SearchRequest::new(text.as_str());
        request.detail = Detail::none();
        request.limit = chance.one_of(&[1, 3, 10, 100]);
        let (k1, b) = (chance.below(30) as f64 / 10.0, chance.below(11) as f64 / 10.0);
        request.ranking = Ranking { k1: Some(k1), b: Some(b), ..Ranking::default() };
        let ranked = |index: &Index, request: &SearchRequest| {
            let hits = index.search(request).unwrap().hits;
            hits.into_iter().map(|hit| (hit.id, hit.score)).collect::<Vec<_>>()
        };
        let exhaustive = SearchRequest { strategy: Strategy::Exhaustive, ..request.clone() };
        let expected = ranked(&one.index, &exhaustive);
        assert_eq!(ranked(&one.index, &request), expected, "{text} k1 {k1} b {b}");
        for built in &many {
            assert_eq!(ranked(&built.index, &request), expected, "{text} k1 {k1} b {b}, segments");
        }
    }
}

#[test]
fn equal_scores_can_come_as_trec_eval_reads_them() {
    let documents =
        [OracleDoc::new("a", &[("body", "wolf")]), OracleDoc::new("c", &[("body", "wolf")])];
    let index = build(&documents, Build::default()).index;
    let asked = |ties| {
        let request = SearchRequest { ties, ..SearchRequest::new("wolf") };
        let hits = index.search(&request).unwrap().hits;
        hits.into_iter().map(|hit| (hit.id, hit.score)).collect::<Vec<_>>()
    };
    let (by_number, by_id) = (asked(Ties::Number), asked(Ties::Id));
    assert_eq!(by_number.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(by_id.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["c", "a"]);
    assert_eq!(by_number[0].1, by_id[1].1);
}

#[test]
fn lengths_are_told_apart_to_the_word() {
    let bodies = (0..5).rev().map(|step| format!("needle {}", "hay ".repeat(999 + 10 * step)));
    let found = hits(&built(bodies).index, "needle");
    let ids: Vec<&str> = found.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!(ids, ["d00004", "d00003", "d00002", "d00001", "d00000"]);
    assert!(found.windows(2).all(|pair| pair[1].score < pair[0].score));
}

#[test]
fn a_miss_says_how_far_apart_the_words_are() {
    let index = built(["zero one two three four five six seven eight nine ten a x y z b"]).index;
    let explained =
        index.explain(&QueryText::new("a NEAR/2 b"), Ranking::default(), Some("d00000"));
    let document = explained.unwrap().document.unwrap();
    assert!(!document.matches);
    assert_eq!(
        document.parts[0].why_not.as_deref(),
        Some("3 words between at words 11-15, at most 2 asked for")
    );
    assert_eq!(document.parts[0].nearest_text.as_deref(), Some("a x y z b"));
}
