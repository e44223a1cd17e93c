//! An index file of each format version, kept: today's program must open it, answer from it and find it sound.
//!
//! In come the files of `seeds/indexes`, out go answers that must not change. The file of the current version is also
//! made again from the same seeds: bytes that differ mean that the format changed, or what is written in it.

use crate::dump::request;
use pressmark::{
    BuildOptions, FORMAT_VERSION, Index, OLDEST_FORMAT, OpenOptions, QueryText, SearchRequest,
};
use std::path::{Path, PathBuf};

/// Set it, and the file of the current version is made anew: `.ci/golden` does that.
const RECORD: &str = "RECORD_GOLDEN";

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

fn golden(version: u32) -> PathBuf {
    seeds().join(format!("indexes/v{version}.pmk"))
}

/// Two commits: the news with their lists in another order, then the articles; with two cores or twenty.
fn make(path: &Path) {
    for (input, reorder) in [("news.jsonl", Some(true)), ("articles", Some(false))] {
        let options = BuildOptions { reorder, ..BuildOptions::default() };
        Index::build(path, request(&[seeds().join(input)], options), &()).unwrap();
    }
}

#[test]
fn the_file_of_the_current_version_is_made_as_ever() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.pmk");
    make(&path);
    let made = std::fs::read(&path).unwrap();
    let golden = golden(FORMAT_VERSION);
    if std::env::var_os(RECORD).is_some() {
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, &made).unwrap();
    }
    let kept = std::fs::read(&golden).unwrap_or_default();
    assert!(
        kept == made,
        "an index of the seeds has other bytes than {}: if readers of that file cannot read what is written now, or \
         the other way round, raise `FORMAT_VERSION`; then record with `.ci/golden`",
        golden.display()
    );
}

#[test]
fn kept_files_open_answer_and_are_sound() {
    for version in 1..=FORMAT_VERSION {
        let path = golden(version);
        let opened = Index::open(&path, &OpenOptions::default());
        if version < OLDEST_FORMAT {
            let refusal = opened.err().unwrap().to_string();
            assert!(refusal.contains(&format!("has format {version}, and this program reads")));
            continue;
        }
        let index = opened.unwrap();
        index.verify().unwrap();
        let stats = index.stats().unwrap();
        assert_eq!((stats.format, stats.documents, stats.segments), (version, 55, 2));
        let ids = |query: &str| -> Vec<String> {
            let answer = index.search(&SearchRequest::new(query)).unwrap();
            answer.hits.into_iter().map(|hit| hit.id).collect()
        };
        assert_eq!(
            ids("\"big bad wolf\""),
            ["bank-01", "bank-03", "bank-02"],
            "{}",
            path.display()
        );
        assert_eq!(ids("owls"), ["wolf-01", "other/windows-notes.txt"], "{}", path.display());
        let count = index.count(&QueryText::new("old bridge")).unwrap();
        assert_eq!(count.documents, 10, "{}", path.display());
    }
}
