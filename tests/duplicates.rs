//! Ids that occur twice, and builds that were interrupted: what remains must be what a plain build would give.
//!
//! In come made-up documents in several commits, some with ids of earlier ones. Out go indexes built with replacing or in parts,
//! beside indexes of the documents that should be left: equal figures, equal answers, to the last bit of every score.

use pressmark::{
    BuildOptions, BuildReport, BuildRequest, Error, Index, Input, OnDuplicate, OpenOptions,
    QueryText, SearchRequest, Strategy,
};
use std::path::Path;

use crate::generator::Chance;

type Documents = Vec<(String, String)>;

fn request(documents: &Documents, options: &BuildOptions) -> BuildRequest {
    let line = |(id, body): &(String, String)| {
        serde_json::json!({ "id": id, "title": format!("About {id}"), "body": body, "source": "ap" }).to_string() + "\n"
    };
    let bytes = documents.iter().map(line).collect::<String>().into_bytes();
    let inputs = vec![Input::Bytes { name: "part.jsonl".into(), bytes }];
    BuildRequest { inputs, options: options.clone(), ..BuildRequest::default() }
}

/// Some commits; ids are drawn from so few that many occur twice, in one commit and in several.
fn commits(chance: &mut Chance) -> Vec<Documents> {
    let word = |chance: &mut Chance| {
        let number = chance.below(40).min(chance.below(40));
        format!("w{number}")
    };
    let document = |chance: &mut Chance| {
        let id = format!("id{}", chance.below(120));
        let body: Vec<String> = (0..=chance.below(30)).map(|_| word(chance)).collect();
        (id, body.join(" "))
    };
    (0..3).map(|_| (0..60).map(|_| document(chance)).collect()).collect()
}

/// Without the documents whose id comes again later.
fn left(commits: &[Documents]) -> Vec<Documents> {
    let flat: Vec<_> = commits.iter().flatten().collect();
    let mut number = 0;
    let mut keep = |id: &str| {
        number += 1;
        flat[number..].iter().all(|(later, _)| later != id)
    };
    commits.iter().map(|part| part.iter().filter(|(id, _)| keep(id)).cloned().collect()).collect()
}

fn built(path: &Path, commits: &[Documents], options: &BuildOptions) -> (Index, Vec<BuildReport>) {
    let build = |part| Index::build(path, request(part, options), &()).unwrap();
    let reports = commits.iter().filter(|part| !part.is_empty()).map(build).collect();
    (Index::open(path, &OpenOptions::default()).unwrap(), reports)
}

/// All that can be seen of an index: figures and answers.
fn seen(index: &Index) -> Vec<String> {
    let stats = index.stats().unwrap();
    let mut seen = vec![format!("{} {} {}", stats.documents, stats.tokens, stats.average_length)];
    let queries = [
        "w0",
        "w1 w2 w30",
        "+w0 +w3",
        "\"w1 w2\"",
        "w0 -w1",
        "NOT w0",
        "about id7",
        "title:id11",
        "w2*",
        "w1 NEAR/3 w4",
        "source:ap AND w9",
    ];
    for query in queries {
        let count = index.count(&QueryText::new(query)).unwrap();
        seen.push(format!("{query}: {count:?}"));
        for strategy in [Strategy::Auto, Strategy::Exhaustive] {
            let request = SearchRequest { limit: 50, strategy, ..SearchRequest::new(query) };
            let hits = index.search(&request).unwrap().hits;
            seen.extend(
                hits.iter().map(|hit| format!("{} {:?} {:?}", hit.id, hit.score, hit.title)),
            );
        }
    }
    seen
}

#[test]
fn what_was_replaced_has_never_been() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..6 {
        let commits = commits(&mut Chance::new(seed));
        let left = left(&commits);
        let path = |name: &str| folder.path().join(format!("{name}{seed}.pmk"));
        let replacing =
            BuildOptions { on_duplicate: OnDuplicate::Replace, ..BuildOptions::default() };
        let (index, reports) = built(&path("replaced"), &commits, &replacing);
        index.verify().unwrap();
        let (expected, _) = built(&path("plain"), &left, &BuildOptions::default());
        assert_eq!(seen(&index), seen(&expected), "seed {seed}");
        let replaced: u64 = reports.iter().map(|report| report.replaced).sum();
        let gone = commits.iter().flatten().count() - left.iter().flatten().count();
        assert_eq!(replaced, gone as u64, "seed {seed}");
    }
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(name.ends_with(".pmk"), "`{name}` is left behind");
    }
}

#[test]
fn a_document_that_is_not_stored_stands_in_the_way_of_replacing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bare.pmk");
    let one = |id: &str| (id.to_owned(), "w1 w2".to_owned());
    let bare = BuildOptions { store_documents: false, ..BuildOptions::default() };
    built(&path, &[vec![one("a"), one("b")]], &bare);
    let before = std::fs::read(&path).unwrap();
    let replacing = BuildOptions { on_duplicate: OnDuplicate::Replace, ..bare.clone() };
    let error = Index::build(&path, request(&vec![one("a")], &replacing), &()).err().unwrap();
    assert!(error.to_string().contains("document `b` was indexed without being stored"), "{error}");
    assert!(before == std::fs::read(&path).unwrap(), "the index is as it was");
    // New documents that replace each other need nothing of the old ones.
    let (index, _) = built(&path, &[vec![one("c"), one("c")]], &replacing);
    assert_eq!(index.stats().unwrap().documents, 3);
}

#[test]
fn an_id_that_comes_again_ends_a_build_that_wants_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("strict.pmk");
    let one = |id: &str| (id.to_owned(), "w1".to_owned());
    let strict = BuildOptions { on_duplicate: OnDuplicate::Error, ..BuildOptions::default() };
    built(&path, &[vec![one("a"), one("b")]], &strict);
    for part in [vec![one("c"), one("b")], vec![one("d"), one("d")]] {
        let error = Index::build(&path, request(&part, &strict), &()).err().unwrap();
        assert!(
            matches!(error, Error::Build(_)) && error.to_string().contains("has the id"),
            "{error}"
        );
    }
    let (index, _) = built(&path, &[vec![one("b")]], &BuildOptions::default());
    assert_eq!(index.stats().unwrap().documents, 3, "two are kept unless told otherwise");
}
