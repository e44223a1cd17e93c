//! From a dump to an index: megabytes of dump a second, on one thread and on all.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group};
use pressmark::{BuildOptions, BuildRequest, Index, Input};

use crate::sample::{self, Sample};

criterion_group!(benches, building);

/// A request for everything in a sample.
pub(crate) fn request(sample: &Sample, threads: usize) -> BuildRequest {
    let options = BuildOptions { threads, ..BuildOptions::default() };
    BuildRequest { inputs: vec![Input::Path(sample.path.clone())], options, ..Default::default() }
}

fn building(criterion: &mut Criterion) {
    let samples = [Some(sample::seeds()), sample::large()];
    let mut group = criterion.benchmark_group("build");
    for sample in samples.iter().flatten() {
        group.throughput(Throughput::Bytes(sample.bytes));
        if sample.name != "seeds" {
            group.sample_size(10).sampling_mode(SamplingMode::Flat);
        }
        for (label, threads) in [("1", 1), ("all", 0)] {
            let id = BenchmarkId::new(sample.name, format!("threads={label}"));
            group.bench_with_input(id, &threads, |bencher, threads| {
                bencher.iter(|| built_in_memory(sample, *threads));
            });
        }
    }
    group.finish();
}

fn built_in_memory(sample: &Sample, threads: usize) -> u64 {
    let built = Index::in_memory(black_box(request(sample, threads)), &());
    let (index, _) = built.expect("a sound dump");
    index.documents()
}
