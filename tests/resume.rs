//! `index --resume` from outside: the process is killed at several moments, and the same command goes on.
//!
//! In come dumps of several megabytes, out comes an index that has the bytes of one that was built in one go, resumable or
//! not, with nothing left beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::generator::Chance;

/// Words of the dumps; some are frequent.
const WORDS: usize = 3000;

fn index(target: &Path, dumps: &[PathBuf], options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pressmark"));
    command.arg("index").arg(target).args(dumps).args(options);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// JSON lines, CSV and a folder of text files, some megabytes in all: several slots of each build.
fn dumps(folder: &Path) -> Vec<PathBuf> {
    let mut chance = Chance::new(5);
    let mut sentence = |out: &mut String| {
        for _ in 0..60 {
            let word = chance.below(WORDS).min(chance.below(WORDS));
            let _ = write!(out, "w{word} ");
        }
    };
    let (mut lines, mut table) = (String::new(), String::from("id,date,text\n"));
    for number in 0..9_000 {
        let _ = write!(lines, "{{\"id\":\"j{number}\",\"source\":\"s{}\",\"body\":\"", number % 7);
        sentence(&mut lines);
        lines.push_str("\"}\n");
        let _ = write!(table, "c{number},2011-03-{:02},\"", number % 28 + 1);
        sentence(&mut table);
        table.push_str("\"\n");
    }
    lines.push_str("{\"id\": broken\n");
    let texts = folder.join("texts");
    std::fs::create_dir(&texts).unwrap();
    for number in 0..500 {
        let mut text = format!("Text {number}\n\n");
        sentence(&mut text);
        std::fs::write(texts.join(format!("t{number}.txt")), text).unwrap();
    }
    let paths = [folder.join("a.jsonl"), folder.join("b.csv"), texts];
    std::fs::write(&paths[0], lines).unwrap();
    std::fs::write(&paths[1], table).unwrap();
    paths.into()
}

/// Runs the command and kills it as soon as so many bytes have been written down.
fn killed_at(command: &mut Command, journal: &Path, bytes: u64) {
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(60) {
        if std::fs::metadata(journal).is_ok_and(|file| bytes <= file.len()) {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn a_killed_build_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let dumps = dumps(folder.path());
    let home = |name: &str| {
        let home = folder.path().join(name);
        std::fs::create_dir(&home).unwrap();
        home.join("news.pmk")
    };
    let shaping = ["--on-bad", "skip", "--stem", "en"];
    let plain = home("plain");
    assert!(index(&plain, &dumps, &shaping).output().unwrap().status.success());
    let options = [&shaping[..], &["--resume", "--threads", "2", "--memory", "40M"]].concat();
    let unbroken = home("unbroken");
    assert!(index(&unbroken, &dumps, &options).output().unwrap().status.success());
    let broken = home("broken");
    let journal = PathBuf::from(format!("{}.resume", broken.display()));
    for bytes in [1, 1 << 20, 2 << 20, 3 << 20] {
        killed_at(&mut index(&broken, &dumps, &options), &journal, bytes);
    }
    assert!(!broken.exists() && journal.exists(), "killed before it was done");
    let output = index(&broken, &dumps, &options).output().unwrap();
    assert!(text_of(&output).contains(" had been indexed before"), "{}", text_of(&output));
    for path in [&unbroken, &broken] {
        assert!(
            std::fs::read(path).unwrap() == std::fs::read(&plain).unwrap(),
            "{}",
            path.display()
        );
        let mut names: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        names.sort_by_key(|name| name.as_ref().unwrap().file_name());
        let names: Vec<_> = names.into_iter().map(|name| name.unwrap().file_name()).collect();
        assert_eq!(names, ["news.pmk", "news.pmk.bad.jsonl"], "nothing else is left");
    }
}

#[test]
fn what_was_kept_goes_when_the_index_is_built_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump.jsonl");
    std::fs::write(&dump, "{\"id\":1,\"body\":\"Mortal coil.\"}\n{\"id\": broken\n").unwrap();
    let target = folder.path().join("news.pmk");
    let journal = folder.path().join("news.pmk.resume");
    let stopped = index(&target, std::slice::from_ref(&dump), &["--resume"]).output().unwrap();
    assert_eq!(stopped.status.code(), Some(2), "{}", text_of(&stopped));
    assert!(journal.exists() && !target.exists());
    let output = index(&target, &[dump], &["--on-bad", "skip"]).output().unwrap();
    assert!(output.status.success() && !journal.exists(), "{}", text_of(&output));
}

#[test]
fn standard_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("news.pmk");
    let output = index(&target, &["-".into()], &["--resume"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text_of(&output).contains("cannot be read twice"), "{}", text_of(&output));
}
