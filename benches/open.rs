//! Opening an index, alone and up to the answer to a first query, with its pages in memory.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BenchmarkId, Criterion, criterion_group};
use pressmark::{Index, OpenOptions, QueryText, Ranking, Strategy};

use crate::build::request;
use crate::sample::{self, Sample};

criterion_group!(benches, opening);

/// The index file of a sample, built anew.
pub(crate) fn built(sample: &Sample) -> PathBuf {
    let path = sample::scratch().join(format!("{}.pmk", sample.name));
    // What is there may be of another format, or would be added to.
    let _ = std::fs::remove_file(&path);
    Index::build(&path, request(sample, 0), &()).expect("a sound dump and a folder to write to");
    path
}

/// Opens it as the command line does.
pub(crate) fn opened(path: &Path) -> Index {
    Index::open(path, &OpenOptions::default()).expect("an index built a moment ago")
}

fn opening(criterion: &mut Criterion) {
    let samples = [Some(sample::seeds()), sample::large()];
    let mut group = criterion.benchmark_group("open");
    for sample in samples.iter().flatten() {
        let path = built(sample);
        group.bench_function(BenchmarkId::new("open", sample.name), |bencher| {
            bencher.iter(|| opened(black_box(&path)).documents());
        });
        group.bench_function(BenchmarkId::new("open and answer", sample.name), |bencher| {
            bencher.iter(|| {
                let index = opened(black_box(&path));
                let query = index.prepare(&QueryText::new("river"), Ranking::default());
                let query = query.expect("a word");
                index.rank(&query, 10, Strategy::Auto).expect("a sound index").documents.len()
            });
        });
    }
    group.finish();
}
