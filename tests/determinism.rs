//! The same documents and options give the same bytes.
//!
//! In come dumps and ways to build that may not matter: threads, memory, storage of the input. Out go equal files.

use crate::dump::{request, write};
use crate::generator::{Chance, Habits};
use pressmark::{BuildOptions, Index};
use std::path::{Path, PathBuf};

fn built(inputs: &[PathBuf], options: BuildOptions) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.pmk");
    Index::build(&path, request(inputs, options), &()).unwrap();
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, std::slice::from_ref(&path), "nothing but the index is left behind");
    std::fs::read(path).unwrap()
}

fn seed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name)
}

#[test]
fn threads_change_no_byte() {
    let inputs = [seed("news.jsonl"), seed("articles"), seed("wiki.xml.bz2")];
    let with = |threads| built(&inputs, BuildOptions { threads, ..BuildOptions::default() });
    let one = with(1);
    for threads in [2, 4, 8] {
        assert!(one == with(threads), "{threads} threads give other bytes than one");
    }
}

#[test]
fn memory_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump.jsonl");
    let chance = &mut Chance::new(1);
    let habits =
        Habits { words: Habits::plain_words(20_000), documents: 6_000, longest: 400, rich: true };
    write(&dump, &habits.documents(chance));
    let with = |memory, threads, reorder| {
        let reorder = Some(reorder);
        let options = BuildOptions { memory, threads, reorder, ..BuildOptions::default() };
        built(std::slice::from_ref(&dump), options)
    };
    for reorder in [false, true] {
        let roomy = with(1 << 30, 1, reorder);
        for (memory, threads) in [(64 << 20, 2), (16 << 20, 1), (16 << 20, 4)] {
            assert!(
                roomy == with(memory, threads, reorder),
                "{memory} bytes and {threads} threads give other bytes, reordered: {reorder}"
            );
        }
    }
}
