//! Micro-benchmarks of Pressmark: one binary, one module a subject.
//!
//! `cargo bench` measures everything, `cargo bench -- search/` what has that in its name, `cargo bench -- --test` runs
//! everything once. On corpora beside the repository where they are there, else on `seeds/`: the names of the
//! benchmarks say which. Pressmark beside other engines is `benches/compare`.

#![expect(clippy::print_stderr, reason = "a corpus that is not there is said")]

mod build;
mod codec;
mod open;
mod sample;
mod search;

criterion::criterion_main!(codec::benches, build::benches, open::benches, search::benches);
