//! Damaged index files through the library's door: a named error or an answer, nothing else.
//!
//! In comes a small index with one byte changed or the end cut off, for every byte and every length. Out goes the list
//! of places where a question panicked, took more memory than the file and a little, or where damage was not found by
//! `verify`. Runs in a process of its own, because a memory limit holds for a whole process.

use crate::ALLOCATOR;
use crate::dump::{Build, build};
use oracle::OracleDoc;
use pressmark::{Index, QueryText, SearchRequest};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

/// Set in the process that does the work.
const MARK: &str = "PRESSMARK_HOSTILE_TEST";

/// What a question may take beside the file.
const SPARE: usize = 1 << 20;

const QUERIES: &[&str] = &[
    "wolf",
    "wolf sheep",
    "+wolf +the",
    "wolf -big",
    "NOT wolf",
    "\"big bad wolf\"",
    "\"wolf big\"~5",
    "title:wolf",
    "big NEAR/3 wolf",
    "w*",
    "*",
    "wulf~1",
    "/w.*/",
    "{wolf sheep}",
    "=Wolf",
    "~wolf",
    "(big bad wolf)@2",
    "date:2011",
];

/// Runs one of the tests below in a process of its own.
fn apart(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("hostile::{test}"), "--nocapture"])
        .env(MARK, "1")
        .output()
        .unwrap();
    let shown =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(4000).collect::<String>();
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        output.status,
        shown(&output.stdout),
        shown(&output.stderr)
    );
}

fn is_apart() -> bool {
    std::env::var_os(MARK).is_some()
}

#[test]
fn every_changed_byte_is_an_error_or_an_answer() {
    if !is_apart() {
        return apart("every_changed_byte_is_an_error_or_an_answer");
    }
    let sound = sound_index();
    let changed = |(at, pattern): (usize, u8)| {
        let mut bytes = sound.clone();
        bytes[at] ^= pattern;
        (format!("byte {at} changed by {pattern:#x}"), bytes)
    };
    let patterns = |at: usize| {
        [1 << (at % 8), 0xff].into_iter().take(if at.is_multiple_of(4) { 2 } else { 1 })
    };
    let places = (0..sound.len()).flat_map(|at| patterns(at).map(move |pattern| (at, pattern)));
    try_all(places.map(changed));
}

#[test]
fn every_cut_is_an_error_or_an_answer() {
    if !is_apart() {
        return apart("every_cut_is_an_error_or_an_answer");
    }
    let sound = sound_index();
    try_all((0..sound.len()).map(|length| (format!("cut to {length}"), sound[..length].to_vec())));
}

/// Two segments, so that merging answers is part of it.
fn sound_index() -> Vec<u8> {
    let texts = [
        ("Protest", "Police stopped the march. The big bad wolf of the market was not there."),
        ("Rope", "The coil of this rope is mortal danger, and the wolf was big and bad."),
        ("", ""),
        ("Wolf", "wolf wolf wolf caf\u{e9} \u{6771}\u{4eac}"),
    ];
    let document = |(number, (title, body)): (usize, &(&str, &str))| {
        let mut document =
            OracleDoc::new(&format!("d{number}"), &[("title", title), ("body", body)]);
        document.columns.push(("date".to_owned(), format!("2011-03-0{}", number + 1)));
        document
    };
    let documents: Vec<OracleDoc> = texts.iter().enumerate().map(document).collect();
    let built = build(&documents, Build { segments: 2, threads: 1 });
    let bytes = std::fs::read(&built.path).unwrap();
    // Fills what is made once and kept.
    ask_everything(bytes.clone());
    bytes
}

fn try_all(damaged: impl Iterator<Item = (String, Vec<u8>)>) {
    std::panic::set_hook(Box::new(|_| {}));
    let mut failures = Vec::new();
    for (what, bytes) in damaged {
        ALLOCATOR.set_limit(ALLOCATOR.allocated() + bytes.len() + SPARE).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| ask_everything(bytes)));
        ALLOCATOR.set_limit(usize::MAX).unwrap();
        match outcome {
            Ok(true) => {}
            Ok(false) => failures.push(format!("{what}: not found by verify")),
            Err(panic) => {
                let words = panic.downcast_ref::<String>().map(String::as_str);
                let words = words.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?");
                failures.push(format!("{what}: panic: {words}"));
            }
        }
    }
    let shown: Vec<&String> = failures.iter().take(20).collect();
    assert!(failures.is_empty(), "{} failures, the first: {shown:#?}", failures.len());
}

/// Asks all there is to ask; whether opening or `verify` found the file damaged.
fn ask_everything(bytes: Vec<u8>) -> bool {
    let Ok(index) = Index::from_bytes(bytes) else { return true };
    for query in QUERIES {
        let _ = index.search(&SearchRequest::new(*query));
        let _ = index.count(&QueryText::new(*query));
    }
    for id in ["d0", "d3", "unknown"] {
        let _ = index.get(id);
    }
    let _ = index.stats();
    index.verify().is_err()
}
