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

#[test]
fn a_build_in_parts_goes_on_where_it_was_and_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let dumps: Vec<_> =
        (0..4).map(|number| folder.path().join(format!("dump{number}.jsonl"))).collect();
    let commits = commits(&mut Chance::new(9));
    for (dump, documents) in dumps.iter().zip(commits.iter().cycle()) {
        let line =
            |(id, body): &(String, String)| format!("{{\"id\":\"{id}\",\"body\":\"{body}\"}}\n");
        std::fs::write(dump, documents.iter().map(line).collect::<String>()).unwrap();
    }
    let request = |options: &BuildOptions| BuildRequest {
        inputs: dumps.iter().cloned().map(Input::Path).collect(),
        options: options.clone(),
        part_bytes: Some(1),
        ..BuildRequest::default()
    };
    let options = BuildOptions::default();
    let whole = folder.path().join("whole.pmk");
    Index::build(&whole, request(&options), &()).unwrap();
    let expected = std::fs::read(&whole).unwrap();
    // The third input cannot be read: there the build ends, with two parts done.
    let target = folder.path().join("parts.pmk");
    let stopped = std::fs::read(&dumps[2]).unwrap();
    let modified = std::fs::metadata(&dumps[2]).unwrap().modified().unwrap();
    std::fs::write(&dumps[2], b"{\"id\":\"x\", broken\n").unwrap();
    assert!(Index::build(&target, request(&options), &()).is_err());
    assert!(!target.exists(), "no index before all parts are there");
    std::fs::write(&dumps[2], stopped).unwrap();
    std::fs::File::options().write(true).open(&dumps[2]).unwrap().set_modified(modified).unwrap();
    let report = Index::build(&target, request(&options), &()).unwrap();
    assert_eq!((report.resumed, report.documents), (2, 240));
    assert!(expected == std::fs::read(&target).unwrap(), "other bytes than in one go");
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, dumps.len() + 2, "nothing is left behind");
}

#[test]
fn one_input_gives_the_same_bytes_in_parts_and_plain() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump.jsonl");
    let sentences = ["The ships were waiting in the harbour", "Die Schiffe warteten im Hafen"];
    let lines: String = (0..500)
        .map(|n| format!("{{\"id\":\"{n}\",\"body\":\"{} {n}.\"}}\n", sentences[n % 2]))
        .collect();
    std::fs::write(&dump, lines).unwrap();
    for stem in [None, Some("en".to_owned()), Some("auto:de,en".to_owned())] {
        let bytes = |part_bytes: Option<u64>| {
            let path = folder.path().join("index.pmk");
            let request = BuildRequest {
                inputs: vec![Input::Path(dump.clone())],
                options: BuildOptions { stem: stem.clone(), ..BuildOptions::default() },
                part_bytes,
                ..BuildRequest::default()
            };
            Index::build(&path, request, &()).unwrap();
            let bytes = std::fs::read(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            bytes
        };
        assert!(bytes(None) == bytes(Some(1)), "{stem:?}");
    }
}
