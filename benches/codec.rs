//! Integers to bytes and back: packed blocks by width, varints, in integers a second.

use std::hint::black_box;

use codec::packed::{self, BLOCK};
use codec::varint;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};

criterion_group!(benches, packing, varints);

/// Blocks in a round: enough that their bytes do not stay in the first cache.
const BLOCKS: usize = 1024;

/// Values below `2^width` that look random and are the same in every run; one in 64 is 16 times larger.
fn values(width: u32) -> Vec<u32> {
    let mask = if width == 32 { u32::MAX } else { (1 << width) - 1 };
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let next = |place: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let value = (state >> 32) as u32 & mask;
        if place % 64 == 63 { value.saturating_mul(16) } else { value }
    };
    (0..BLOCKS * BLOCK).map(next).collect()
}

fn packing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codec/packed");
    group.throughput(Throughput::Elements((BLOCKS * BLOCK) as u64));
    for width in [1, 4, 7, 8, 12, 17, 25, 32] {
        let values = values(width);
        let mut bytes = Vec::new();
        let encode = |out: &mut Vec<u8>| {
            out.clear();
            for block in values.chunks_exact(BLOCK) {
                packed::encode(block, out);
            }
        };
        group.bench_function(BenchmarkId::new("encode", width), |bencher| {
            bencher.iter(|| encode(black_box(&mut bytes)));
        });
        encode(&mut bytes);
        group.bench_function(BenchmarkId::new("decode", width), |bencher| {
            bencher.iter(|| decode_all(black_box(&bytes)));
        });
    }
    group.finish();
}

fn decode_all(bytes: &[u8]) -> u32 {
    let mut out = [0; BLOCK];
    let (mut place, mut last) = (0, 0);
    for _ in 0..BLOCKS {
        place += packed::decode(&bytes[place..], BLOCK, &mut out).expect("encoded a moment ago");
        last ^= out[BLOCK - 1];
    }
    last
}

fn varints(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codec/varint");
    group.throughput(Throughput::Elements((BLOCKS * BLOCK) as u64));
    for width in [7, 14, 28] {
        let values = values(width);
        let mut bytes = Vec::new();
        group.bench_function(BenchmarkId::new("write", width), |bencher| {
            bencher.iter(|| {
                bytes.clear();
                values.iter().for_each(|value| varint::write_u32(&mut bytes, *value));
            });
        });
        bytes.clear();
        values.iter().for_each(|value| varint::write_u32(&mut bytes, *value));
        group.bench_function(BenchmarkId::new("read", width), |bencher| {
            bencher.iter(|| read_all(black_box(&bytes)));
        });
    }
    group.finish();
}

fn read_all(mut bytes: &[u8]) -> u64 {
    let mut last = 0;
    while !bytes.is_empty() {
        let (value, length) = varint::read(bytes, 32).expect("written a moment ago");
        last ^= value;
        bytes = &bytes[length..];
    }
    last
}
