//! Random changes of every fixture, plain, compressed and packed: whatever comes of them, it is documents, bad records and
//! skips, all of them counted.
//!
//! `MUTATIONS=1000000 cargo test -p sources mutations` tries as many as wanted; the seed is fixed, so a failure comes again.
//! `FUZZ_SEEDS=FOLDER cargo test -p sources fuzz_seeds` writes the same sources where a fuzzer can start from them.

use std::io::Write;

use super::fixtures::fixtures;
use crate::tests::read_with;
use crate::{Input, ReadOptions};

/// A stream of numbers that look random.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 32)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// A short range of `bytes`.
    fn range(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(bytes.len() + 1);
        let longest = 1 << self.below(8);
        start..(start + self.below(longest) + 1).min(bytes.len())
    }
}

/// What formats look for: a change that hits nothing is no trial.
const MARKS: [&[u8]; 30] = [
    b"<",
    b">",
    b"</",
    b"\"",
    b"\\",
    b"\n",
    b"\n\n",
    b"\r\n",
    b"\0",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"\t",
    b"&#",
    b";",
    b"<page>",
    b"</text>",
    b"{{",
    b"}}",
    b"[[",
    b"{|",
    b"<!--",
    b"<ref>",
    b"WARC/1.0",
    b"Content-Length: 9",
    b"From ",
    b"\xff\xfe",
    b"\xf0\x9f",
];

fn changed(chance: &mut Chance, sources: &[(String, Vec<u8>)], mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=chance.below(4) {
        let range = chance.range(&bytes);
        match chance.below(8) {
            0 => bytes.truncate(range.start),
            1 => drop(bytes.drain(range)),
            2 => {
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, copy);
            }
            3 => {
                let (_, other) = &sources[chance.below(sources.len())];
                let part = other[chance.range(other)].to_vec();
                bytes.splice(range, part);
            }
            4 | 5 => drop(bytes.splice(range, MARKS[chance.below(MARKS.len())].iter().copied())),
            _ => {
                if let Some(byte) = bytes.get_mut(range.start) {
                    *byte ^= 1 << chance.below(8);
                }
            }
        }
    }
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// All fixtures as they are, as gzip and zstd, and all together in a tar.
fn sources() -> Vec<(String, Vec<u8>)> {
    let mut sources = Vec::new();
    let mut tar = tar::Builder::new(Vec::new());
    for fixture in fixtures() {
        let mut header = tar::Header::new_gnu();
        header.set_size(fixture.bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, fixture.name, fixture.bytes.as_slice()).unwrap();
        sources.push((format!("{}.gz", fixture.name), gzip(&fixture.bytes)));
        let packed = zstd::encode_all(fixture.bytes.as_slice(), 1).unwrap();
        sources.push((format!("{}.zst", fixture.name), packed));
        // Twice as often as each compressed form.
        sources.push((fixture.name.to_owned(), fixture.bytes.clone()));
        sources.push((fixture.name.to_owned(), fixture.bytes));
    }
    sources.push(("all.tar".to_owned(), tar.into_inner().unwrap()));
    sources
}

#[test]
fn changed_sources_are_read_or_said_to_be_bad() {
    let wanted = std::env::var("MUTATIONS").ok().and_then(|number| number.parse().ok());
    let sources = sources();
    let mut chance = Chance(20_111);
    for _ in 0..wanted.unwrap_or(2_000u64) {
        let (name, bytes) = sources[chance.below(sources.len())].clone();
        let bytes = changed(&mut chance, &sources, bytes);
        let options = ReadOptions {
            batch_bytes: 1 << chance.below(14),
            max_record_bytes: 1 << (6 + chance.below(12)),
            ..ReadOptions::default()
        };
        let (items, summaries) = read_with(vec![Input::Bytes { name, bytes }], options);
        assert_eq!(summaries[0].records(), items.len() as u64);
    }
}

/// The corpus that `fuzz/fuzz_targets/read_dump.rs` starts from: two bytes of choices, then a source.
#[test]
fn fuzz_seeds_are_written_where_asked() {
    let Some(folder) = std::env::var_os("FUZZ_SEEDS").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for (number, (name, bytes)) in sources().into_iter().enumerate() {
        // Formats are recognised; batches of a kilobyte, records of up to two.
        let seed = [&[0xff, 0x5a], bytes.as_slice()].concat();
        std::fs::write(folder.join(format!("{number:03}-{name}")), seed).unwrap();
    }
}
