//! Stems and forms as written, from one index.
//!
//! In come documents indexed by English stems, with the text stored and without. Out go the answers of the oracle, which
//! compares every token with every form.

use crate::agreement::{Question, check, expected};
use crate::dump::request;
use crate::generator::Chance;
use oracle::{Corpus, OracleDoc, Query};
use pressmark::{BuildOptions, Index, OpenOptions, QueryText};

/// An index of stems over two segments.
fn index(documents: &[OracleDoc], store_documents: bool) -> Index {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stems.pmk");
    for (number, part) in documents.chunks(documents.len().div_ceil(2)).enumerate() {
        let dump = folder.path().join(format!("part{number}.jsonl"));
        crate::dump::write(&dump, part);
        let options = BuildOptions {
            stem: Some("en".to_owned()),
            fields: "title:text,body:text".parse().unwrap(),
            store_documents,
            ..BuildOptions::default()
        };
        Index::build(&path, request(&[dump], options), &()).unwrap();
    }
    Index::open(&path, &OpenOptions { map: false }).unwrap()
}

fn corpus(documents: &[OracleDoc]) -> Corpus {
    let options = analysis::AnalyzerOptions { stem: Some("en".to_owned()) };
    Corpus::with_analyzer(documents.to_vec(), analysis::Analyzer::new(&options).unwrap())
}

/// Documents of words that share stems, in several forms.
fn documents(chance: &mut Chance) -> Vec<OracleDoc> {
    let words = [
        "run",
        "Run",
        "runs",
        "running",
        "Running",
        "RUN",
        "quick",
        "quickly",
        "Quick",
        "fox",
        "foxes",
        "caf\u{e9}",
        "cafe",
        "Caf\u{e9}s",
        "don't",
        "don\u{2019}t",
    ];
    let text = |chance: &mut Chance| {
        let length = chance.below(12);
        (0..length).map(|_| chance.one_of(&words)).collect::<Vec<_>>().join(" ")
    };
    (0..60)
        .map(|number| {
            let (title, body) = (text(chance), text(chance));
            OracleDoc::new(&format!("d{number}"), &[("title", &title), ("body", &body)])
        })
        .collect()
}

#[test]
fn stems_and_forms_agree_with_the_oracle() {
    let documents = documents(&mut Chance::new(11));
    let (index, corpus) = (index(&documents, true), corpus(&documents));
    index.verify().unwrap();
    let surface = |text: &str| Query::Surface(text.to_owned());
    let texts = [
        "run",
        "running",
        "=run",
        "=Running",
        "=runs",
        "=quick",
        "=caf\u{e9}",
        "=cafes",
        "=don't",
        "=RUN",
    ];
    let leaf = |text: &str| match text.strip_prefix('=') {
        Some(text) => surface(text),
        None => Query::text(text),
    };
    let mut queries: Vec<Query> = texts.iter().map(|text| leaf(text)).collect();
    for one in texts {
        for other in texts {
            let pair = || vec![leaf(one), leaf(other)];
            queries.push(Query::Phrase { slots: pair(), slop: 0 });
            queries.push(Query::Phrase { slots: pair(), slop: 2 });
            queries.push(Query::Window { operands: pair(), distance: Some(2), ordered: false });
            queries.push(Query::Joint(pair()));
            queries.push(Query::And(pair()));
            queries.push(Query::Or(pair()));
        }
        queries.push(Query::Field { name: "title".to_owned(), node: Box::new(leaf(one)) });
    }
    let failures: Vec<String> = queries
        .iter()
        .filter_map(|query| {
            let (text, ranking) = (query.to_text(), (1.2, 0.75));
            let question = Question { text: &text, all: false, ranking };
            let expected = expected(&corpus, query, ranking);
            check(&index, &corpus, query, &question, &expected)
                .err()
                .map(|error| format!("{text}: {error}"))
        })
        .take(5)
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn forms_need_no_stored_text_and_are_no_words_of_the_vocabulary() {
    let documents = documents(&mut Chance::new(12));
    let (stored, bare) = (index(&documents, true), index(&documents, false));
    for query in ["=running", "=run", "\"=Running fox\"", "=Quick NEAR/3 run", "title:=run"] {
        let query = QueryText::new(query);
        assert_eq!(stored.count(&query).unwrap(), bare.count(&query).unwrap(), "{}", query.text);
    }
    let mut terms = stored.terms(Some("run*")).unwrap();
    assert_eq!(terms.next_term().unwrap().map(|term| term.term), Some("run".to_owned()));
    assert_eq!(terms.next_term().unwrap(), None);
    assert_eq!(stored.parse(&QueryText::new("r*")).unwrap().expansions[0].forms.len(), 1);
    let stats = stored.stats().unwrap();
    let forms = stats.forms.unwrap();
    assert!(0 < forms.lists && 0 < forms.bytes && forms.occurrences < stats.tokens, "{forms:?}");
}
