//! The house rules as tests: who may use whom, and what stands nowhere.
//!
//! In come `cargo metadata` and the source files, out go the places that break a rule of ARCHITECTURE.md. The rules are
//! read off the text of the sources, line by line, without comments; they need no compiler.

use regex::Regex;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each crate with those of ours that it may use. An arrow that is not here does not exist.
const MAY_USE: &[(&str, &[&str])] = &[
    ("codec", &[]),
    ("analysis", &[]),
    ("store", &["codec"]),
    ("sources", &[]),
    ("indexer", &["codec", "analysis", "store", "sources"]),
    ("query", &["codec", "analysis", "store"]),
    ("concordance", &["analysis", "store", "query"]),
    ("pressmark", &["codec", "analysis", "store", "sources", "indexer", "query", "concordance"]),
    ("evaluation", &["pressmark"]),
    ("pressmark-cli", &["pressmark", "evaluation"]),
    ("oracle", &["analysis"]),
];

/// Pairs that do not see each other even in their tests: they meet in the file only.
const NEVER_MEET: &[(&str, &str)] =
    &[("indexer", "query"), ("query", "indexer"), ("store", "analysis")];

/// Where `unsafe` may stand.
const UNSAFE_PLACES: &[&str] = &["crates/codec/src/simd/", "crates/store/src/mapping.rs"];

/// Names that say nothing.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "common", "core", "helper", "helpers", "manager", "misc"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The dependencies between our crates: from, to, and whether it is for building or for tests.
fn arrows() -> Vec<(String, String, bool)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: Vec<&str> =
        packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let mut arrows = Vec::new();
    for package in packages {
        for dependency in package["dependencies"].as_array().unwrap() {
            let (from, to) =
                (package["name"].as_str().unwrap(), dependency["name"].as_str().unwrap());
            if ours.contains(&to) {
                arrows.push((from.to_owned(), to.to_owned(), dependency["kind"] == "dev"));
            }
        }
    }
    arrows
}

#[test]
fn imports_run_one_way() {
    let allowed = |from: &str, to: &str| {
        MAY_USE.iter().any(|(name, may_use)| *name == from && may_use.contains(&to))
    };
    let upward: Vec<_> =
        arrows().into_iter().filter(|(from, to, dev)| !dev && !allowed(from, to)).collect();
    assert!(upward.is_empty(), "not in the house's plan: {upward:?}");
}

#[test]
fn the_two_halves_meet_in_the_file_only() {
    let met: Vec<_> = arrows()
        .into_iter()
        .filter(|(from, to, _)| NEVER_MEET.contains(&(from.as_str(), to.as_str())))
        .collect();
    assert!(met.is_empty(), "{met:?}");
}

#[test]
fn the_oracle_is_for_tests_alone() {
    let users: Vec<_> =
        arrows().into_iter().filter(|(_, to, dev)| to == "oracle" && !dev).collect();
    assert!(users.is_empty(), "{users:?}");
}

/// Our source files with their paths from the root, in order.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["crates", "tests", "benches", "fuzz/fuzz_targets"] {
        collect(&root().join(folder), &mut files);
    }
    files.sort();
    let text = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let name = |path: &PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| (name(path), text(path))).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Whether a file belongs to a library crate and is no test.
fn is_library(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/src/") && !is_test(path)
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// The lines of a file that are code, with their numbers: no comments, and no item behind `#[cfg(test)]`.
fn code_lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = text.lines().enumerate();
    let mut code = Vec::new();
    while let Some((number, line)) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            let indent = &line[..line.len() - line.trim_start().len()];
            let item = lines.find(|(_, line)| !line.trim().starts_with("#["));
            if item.is_some_and(|(_, line)| line.ends_with('{')) {
                lines.find(|(_, line)| line.strip_prefix(indent) == Some("}"));
            }
        } else {
            code.push((number + 1, line.split("//").next().unwrap_or(line)));
        }
    }
    code
}

/// Fails with all lines of the chosen files in which the pattern stands.
fn nowhere(pattern: &str, chosen: impl Fn(&str) -> bool, why: &str) {
    let pattern = Regex::new(pattern).unwrap();
    let mut found = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| chosen(path)) {
        let hits = code_lines(text).into_iter().filter(|(_, line)| pattern.is_match(line));
        found.extend(hits.map(|(number, line)| format!("{path}:{number}: {}", line.trim())));
    }
    assert!(found.is_empty(), "{why}\n{}", found.join("\n"));
}

#[test]
fn libraries_do_not_print() {
    nowhere(
        r"\b(e?print(ln)?|dbg)!|\b(stdout|stderr)\(\)",
        is_library,
        "only the command line prints",
    );
}

#[test]
fn libraries_do_not_read_the_clock() {
    nowhere(r"\b(Instant|SystemTime)\b", is_library, "answers must not depend on the time");
}

#[test]
fn libraries_do_not_read_arguments() {
    nowhere(r"\benv::args", is_library, "callers say what they want by parameters");
}

#[test]
fn unsafe_stands_in_its_two_places() {
    let elsewhere =
        |path: &str| !UNSAFE_PLACES.iter().any(|place| path.starts_with(place)) && !is_test(path);
    nowhere(
        r"\bunsafe\b",
        elsewhere,
        "unsafe code stands with the SIMD kernels and with the map of the file",
    );
}

#[test]
fn nothing_is_left_to_be_done() {
    nowhere(r"\b(todo|unimplemented)!", |_| true, "finish it, or return an error");
    let note = Regex::new(&["TO", "DO|FIX", "ME|XX", "X"].concat()).unwrap();
    let with_issue = Regex::new(r"#\d+").unwrap();
    for (path, text) in sources() {
        let lines = text.lines().filter(|line| note.is_match(line) && !with_issue.is_match(line));
        assert_eq!(lines.collect::<Vec<_>>(), [""; 0], "{path}: a note without an issue's number");
    }
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let silent: Vec<_> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).collect();
    let silent: Vec<&String> = silent.iter().map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "without `//!` in the first line: {silent:?}");
}

#[test]
fn names_say_something() {
    let is_empty = |name: &str| EMPTY_NAMES.contains(&name);
    let module = Regex::new(r"\bmod\s+(\w+)").unwrap();
    for (path, text) in sources() {
        let parts = path.trim_end_matches(".rs").split('/').find(|part| is_empty(part));
        assert_eq!(parts, None, "{path}");
        let modules = text.lines().filter_map(|line| module.captures(line));
        let modules =
            modules.map(|found| found.get(1).unwrap().as_str()).find(|name| is_empty(name));
        assert_eq!(modules, None, "{path}");
    }
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let places = Regex::new(&["/wo", "rk/|/ho", "me/|/ro", "ot/"].concat()).unwrap();
    let mut texts = sources();
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Cargo.toml", "seeds/README.md"] {
        texts
            .extend(std::fs::read_to_string(root().join(name)).map(|text| (name.to_owned(), text)));
    }
    for (path, text) in texts {
        let lines: Vec<&str> = text.lines().filter(|line| places.is_match(line)).collect();
        assert_eq!(lines, [""; 0], "{path}");
    }
}

#[test]
fn every_path_the_map_names_exists() {
    let Ok(map) = std::fs::read_to_string(root().join("ARCHITECTURE.md")) else {
        println!("skipped: no ARCHITECTURE.md");
        return;
    };
    let path =
        Regex::new(r"`((?:crates|tests|benches|seeds|fuzz|\.ci)/[^`\s*<>{}]*)`|\]\(([^)#:]+)\)")
            .unwrap();
    let named =
        path.captures_iter(&map).map(|found| found.get(1).or(found.get(2)).unwrap().as_str());
    let missing: Vec<&str> = named.filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names what is not there: {missing:?}");
}
