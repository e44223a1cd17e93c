//! The door as a whole: dumps in, answers out, on an index in memory.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{
    BuildRequest, Error, ErrorCode, FragmentRequest, Index, Input, QueryText, Ranking,
    SearchRequest, Strategy, Ties, Total, Value,
};

/// An index in memory of JSON lines, with fields as `--fields` would say.
fn index(lines: &str, fields: &str) -> Index {
    let dump = Input::Bytes { name: "news.jsonl".to_owned(), bytes: lines.as_bytes().to_vec() };
    let mut request = BuildRequest { inputs: vec![dump], ..BuildRequest::default() };
    request.options.fields = fields.parse().expect("a list of fields");
    Index::in_memory(request, &()).expect("the dump is well-formed").0
}

const NEWS: &str = r#"{"id":"w1","date":"2011-03-02","title":"Protest in Daraa","body":"Police stopped the march. The big bad wolf\nof the market was not there. More follows."}
{"id":"w2","title":"The wolf","body":"Nothing happened here on that day, or so the people of the town said when asked."}
{"id":"w3","title":"Tags","tags":["a","b"],"body":"A caf\u00e9 & <b>bar</b> for the wolf."}
"#;

fn request(query: &str) -> SearchRequest {
    SearchRequest::new(query)
}

fn html(hit: &crate::Hit) -> Vec<String> {
    hit.fragments.iter().map(|piece| piece.fragment.html()).collect()
}

#[test]
fn a_hit_has_the_json_that_is_promised() {
    let answer = index(NEWS, "date:date").search(&request("\"big bad wolf\"")).expect("a hit");
    let json = serde_json::to_value(&answer.hits[0]).expect("plain data");
    let names: BTreeSet<&str> =
        json.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        ["fields", "fragments", "id", "rank", "score", "spans", "title"]
    );
    assert_eq!(json["rank"], 1);
    assert_eq!(json["id"], "w1");
    assert_eq!(json["title"], "Protest in Daraa");
    assert_eq!(json["fields"]["date"], "2011-03-02");
    assert_eq!(json["spans"], serde_json::json!([{"field": "body", "start": 30, "end": 42}]));
    assert_eq!(
        json["fragments"],
        serde_json::json!(["The <b>big bad wolf</b> of the market was not there. More follows."])
    );
    assert_eq!(answer.total, Total::Exact(1));
}

#[test]
fn spans_are_bytes_of_the_stored_text_in_every_field() {
    let answer = index(NEWS, "").search(&request("wolf cafe")).expect("hits");
    let mut slices = Vec::new();
    for hit in &answer.hits {
        for span in &hit.spans {
            let Some(Value::Text(text)) = hit.field(&span.field) else { panic!("{span:?}") };
            slices.push((hit.id.as_str(), span.field.as_str(), &text[span.start..span.end]));
        }
    }
    slices.sort_unstable();
    assert_eq!(
        slices,
        [
            ("w1", "body", "wolf"),
            ("w2", "title", "wolf"),
            ("w3", "body", "caf\u{e9}"),
            ("w3", "body", "wolf"),
        ]
    );
}

#[test]
fn fragments_are_safe_html_and_mark_only_what_matched() {
    let answer = index(NEWS, "").search(&request("\"the wolf\"")).expect("hits");
    let shown: Vec<_> = answer.hits.iter().map(|hit| (hit.id.as_str(), html(hit))).collect();
    assert!(
        shown.contains(&(
            "w3",
            vec!["A caf\u{e9} &amp; &lt;b&gt;bar&lt;/b&gt; for <b>the wolf</b>.".to_owned()]
        )),
        "{shown:?}"
    );
    // The title is all that matches, so it is what is shown.
    assert!(shown.contains(&("w2", vec!["<b>The wolf</b>".to_owned()])), "{shown:?}");
}

#[test]
fn a_reader_gets_the_first_words_where_the_body_holds_no_match() {
    let mut request = request("title:wolf");
    request.detail.fragments = Some(FragmentRequest { count: 1, context: 3, lead: true });
    let answer = index(NEWS, "").search(&request).expect("a hit");
    assert_eq!(html(&answer.hits[0]), ["Nothing happened here on that day, or..."]);
    assert_eq!(answer.hits[0].title_marks, vec![4..8; 1]);
}

#[test]
fn a_window_marks_its_words_and_not_those_between() {
    let answer = index(NEWS, "").search(&request("bad BEFORE/5 market")).expect("a hit");
    assert_eq!(
        html(&answer.hits[0]),
        ["The big <b>bad</b> wolf of the <b>market</b> was not there. More follows."]
    );
    assert_eq!(answer.hits[0].spans.len(), 1);
}

#[test]
fn counts_are_the_spans_that_search_lists() {
    let index = index(NEWS, "");
    for query in ["wolf", "the", "\"the wolf\"", "wolf -cafe", "NOT wolf", "zebra"] {
        let count = index.count(&QueryText::new(query)).expect(query);
        let answer = index.search(&request(query)).expect(query);
        assert_eq!(count.documents, answer.hits.len() as u64, "{query}");
        let spans: usize = answer.hits.iter().map(|hit| hit.spans.len()).sum();
        assert_eq!(count.matches, spans as u64, "{query}");
    }
}

#[test]
fn equal_scores_come_in_input_order_or_by_id() {
    let lines: String = ["b", "d", "a", "c", "e"]
        .map(|id| format!("{{\"id\":\"{id}\",\"body\":\"wolf\"}}\n"))
        .concat();
    let index = index(&lines, "");
    let ids = |limit, offset, ties, strategy| {
        let request = SearchRequest { limit, offset, ties, strategy, ..request("wolf") };
        let answer = index.search(&request).expect("hits");
        let ranks: Vec<usize> = answer.hits.iter().map(|hit| hit.rank).collect();
        assert_eq!(ranks, (offset + 1..=offset + ranks.len()).collect::<Vec<_>>());
        answer.hits.into_iter().map(|hit| hit.id).collect::<String>()
    };
    for strategy in [Strategy::Auto, Strategy::Exhaustive] {
        assert_eq!(ids(10, 0, Ties::Number, strategy), "bdace");
        assert_eq!(ids(2, 1, Ties::Number, strategy), "da");
        assert_eq!(ids(10, 0, Ties::Id, strategy), "edcba");
        assert_eq!(ids(2, 0, Ties::Id, strategy), "ed");
        assert_eq!(ids(2, 4, Ties::Id, strategy), "a");
        assert_eq!(ids(2, 9, Ties::Id, strategy), "");
        assert_eq!(ids(0, 0, Ties::Id, strategy), "");
    }
}

#[test]
fn errors_know_their_place_in_the_query() {
    let index = index(NEWS, "");
    let error = index.search(&request("wolf tilte:x")).expect_err("no such field");
    assert_eq!(error.code(), ErrorCode::Query);
    assert!(error.to_string().contains("at column 6"), "{error}");
    assert!(error.to_string().contains("title"), "{error}");
    assert_eq!(error.caret().as_deref(), Some("wolf tilte:x\n     ^^^^^"));
    assert!(matches!(index.search(&request("\"unclosed")), Err(Error::Query(_))));
    let lenient = QueryText { lenient: true, ..QueryText::new("\"big bad") };
    let answer = index.search(&SearchRequest { query: lenient, ..request("") }).expect("repaired");
    assert_eq!((answer.hits.len(), answer.notes.len()), (1, 1));
}

#[test]
fn words_no_article_has_are_named() {
    let answer = index(NEWS, "").search(&request("wolf zebra")).expect("hits");
    assert_eq!(answer.notes, ["`zebra` is in no document"]);
}

#[test]
fn documents_come_back_as_they_were_given() {
    let index = index(NEWS, "");
    let found = index.get("w3").expect("sound").expect("present");
    assert_eq!(found.title.as_deref(), Some("Tags"));
    let tags = ["a", "b"].map(|tag| Value::Text(tag.to_owned()));
    assert_eq!(found.field("tags"), Some(&Value::List(tags.to_vec())));
    assert_eq!(index.get("w9").expect("sound"), None);
}

#[test]
fn the_vocabulary_is_sorted_and_counted() {
    let index = index(NEWS, "");
    let list = |pattern| {
        let mut terms = index.terms(pattern).expect("a vocabulary");
        let mut found = Vec::new();
        while let Some(term) = terms.next_term().expect("sound") {
            found.push((term.term, term.documents, term.occurrences));
        }
        found
    };
    let all = list(None);
    assert!(all.is_sorted());
    assert_eq!(all.len() as u64, index.stats().expect("figures").terms);
    assert_eq!(list(Some("W\u{f6}lf")), [("wolf".to_owned(), 3, 3)]);
    assert_eq!(list(Some("C?F*")), [("cafe".to_owned(), 1, 1)]);
    assert!(list(Some("zebra*")).is_empty());
}

#[test]
fn stats_and_verify_agree_with_the_dump() {
    let index = index(NEWS, "date:date");
    let stats = index.stats().expect("figures");
    assert_eq!((stats.documents, stats.segments), (3, 1));
    assert_eq!(stats.sources[0].documents, 3);
    let tokens: u64 = stats.fields.iter().filter_map(|field| field.tokens).sum();
    assert_eq!(tokens, stats.tokens);
    let verified = index.verify().expect("sound");
    assert_eq!((verified.documents, verified.terms), (3, stats.terms));
}

#[test]
fn a_reading_shows_words_and_their_figures() {
    let reading =
        index(NEWS, "").parse(&QueryText::new("wolf AND (big OR zebra)")).expect("well-formed");
    assert_eq!(reading.tree.label, "AND");
    assert_eq!(reading.tree.children[1].label, "OR");
    let words: Vec<_> =
        reading.words.iter().map(|word| (word.text.as_str(), word.documents)).collect();
    assert_eq!(words, [("wolf", 3), ("big", 1), ("zebra", 0)]);
}

#[test]
fn a_driver_gets_the_same_documents_as_a_reader() {
    let index = index(NEWS, "");
    let query =
        index.prepare(&QueryText::new("+wolf the"), Ranking::default()).expect("well-formed");
    let ranked = index.rank(&query, 2, Strategy::Auto).expect("hits");
    let hits =
        index.search(&SearchRequest { limit: 2, ..request("+wolf the") }).expect("hits").hits;
    let numbers: Vec<_> = hits.iter().map(|hit| (hit.document, hit.score)).collect();
    assert_eq!(ranked.documents, numbers);
    assert_eq!(index.count_documents(&query).expect("a count"), 3);
}

/// The acceptance queries that need no option; `shared/cases` explains them.
#[test]
fn acceptance_queries_find_their_articles() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases");
    let read = |name: &str| std::fs::read_to_string(cases.join(name));
    let (Ok(news), Ok(expected)) = (read("news.jsonl"), read("expect.tsv")) else {
        eprintln!("skipped: no {}", cases.display());
        return;
    };
    let index = index(&news, "body:text,title:stored,date:date,source:keyword");
    let mut wrong = Vec::new();
    for line in expected.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let text = cells[0].replace("x{300}", &"x".repeat(300));
        let query = match text.strip_suffix(" --all") {
            Some(text) => QueryText { all_words: true, ..QueryText::new(text) },
            None => QueryText::new(text),
        };
        let request = SearchRequest { query: query.clone(), limit: 100, ..request("") };
        let found = index.search(&request).and_then(|answer| Ok((answer, index.count(&query)?)));
        let (answer, count) = match found {
            Ok(found) => found,
            Err(error) => {
                wrong.push(format!("{}: {error}", cells[0]));
                continue;
            }
        };
        let mut ids: Vec<&str> = answer.hits.iter().map(|hit| hit.id.as_str()).collect();
        ids.sort_unstable();
        let spans: usize = answer.hits.iter().map(|hit| hit.spans.len()).sum();
        let matches = count.matches.to_string();
        let expected_matches = if cells[3] == "-" { matches.as_str() } else { cells[3] };
        if ids.join(" ") != cells[2] || matches != expected_matches || spans as u64 != count.matches
        {
            wrong.push(format!("{line}: found {ids:?}, {matches} matches, {spans} spans"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
