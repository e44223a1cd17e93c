//! The dumps that the benchmarks read: a slice of a large corpus where one lies beside the repository, else `seeds/`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Articles taken from the large corpus.
const ARTICLES: usize = 20_000;

/// A dump in JSON lines.
pub(crate) struct Sample {
    /// For the names of benchmarks.
    pub(crate) name: &'static str,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
}

/// The sample articles of the repository.
pub(crate) fn seeds() -> Sample {
    new("seeds", root().join("seeds/news.jsonl"))
}

/// The first articles of the large corpus; `None`, said on standard error, where it is not there.
pub(crate) fn large() -> Option<Sample> {
    let dump = root().join("../shared/corpora/enwiki-2014.jsonl.zst");
    let path = scratch().join("enwiki-sample.jsonl");
    if !path.exists() {
        let Ok(file) = File::open(&dump) else {
            eprintln!("skipped: no {}", dump.display());
            return None;
        };
        let mut decoder = zstd::Decoder::new(file).expect("a zstd dump");
        decoder.window_log_max(27).expect("a window that zstd knows");
        // Written beside and renamed, so that a run that was stopped leaves no half sample.
        let unfinished = path.with_extension("tmp");
        let mut out = BufWriter::new(File::create(&unfinished).expect("a folder to write to"));
        for line in BufReader::new(decoder).lines().take(ARTICLES) {
            writeln!(out, "{}", line.expect("a sound dump")).expect("room for the sample");
        }
        out.flush().expect("room for the sample");
        std::fs::rename(unfinished, &path).expect("a folder to write to");
    }
    Some(new("enwiki", path))
}

/// The large sample, or the seeds.
pub(crate) fn best() -> Sample {
    large().unwrap_or_else(seeds)
}

/// A folder for indexes, kept between runs.
pub(crate) fn scratch() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("benches");
    std::fs::create_dir_all(&folder).expect("a folder to write to");
    folder
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn new(name: &'static str, path: PathBuf) -> Sample {
    let bytes = path.metadata().expect("a dump that is there").len();
    Sample { name, path, bytes }
}
