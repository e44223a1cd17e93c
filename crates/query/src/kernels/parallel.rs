//! One expensive query on several threads.
//!
//! Comes in: a query's terms, and how many threads may work. Goes out: the hits that one thread finds. Threads draw
//! ranges of 65,536 documents, keep a heap each, and tell each other which score so many documents are known to reach. Such a
//! score only bounds: a document that equals it stays, since one from an earlier range comes first.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use codec::simd;
use store::IndexFile;
use store::postings::chunked::CHUNK;

use super::best::Best;
use super::ranked::{self, Extent, Role, Work};
use crate::plan::TermLeaf;
use crate::{Blocks, Bm25, Error, Hit};

/// So many chunks are drawn at once: 65,536 documents.
const RANGE: u32 = if cfg!(test) { 1 } else { 16 };

/// From so many postings on, a query for the best ten takes about two milliseconds.
const COSTLY: u64 = if cfg!(test) { 1000 } else { 1 << 20 };

/// A score that `k` documents are known to reach, or 0. Positive floats are ordered as their bits are.
#[derive(Default)]
pub(crate) struct SharedFloor(AtomicU64);

impl SharedFloor {
    pub(crate) fn raise(&self, score: f64) {
        if 0.0 < score {
            self.0.fetch_max(score.to_bits(), Ordering::Relaxed);
        }
    }

    pub(crate) fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// Whether evaluating these terms takes so long that starting threads pays: their postings are many, and no short list
/// that must match leads through them.
pub(crate) fn is_costly(terms: &[(Role, TermLeaf<'_>)], documents: u64) -> bool {
    let postings: u64 = terms.iter().map(|(_, term)| term.doc_freq).sum();
    let required = terms.iter().filter(|(role, _)| *role == Role::Must);
    let fewest = required.map(|(_, term)| term.doc_freq).min().unwrap_or(documents);
    1 < terms.len() && COSTLY <= postings && COSTLY / 8 <= fewest
}

/// The best `k` documents of these terms on all segments, best first, and what was done. No filter.
pub(crate) fn best_docs(
    index: &IndexFile,
    terms: &[(Role, TermLeaf<'_>)],
    (k, floor): (usize, f64),
    bm25: Bm25,
    threads: usize,
) -> Result<(Vec<Hit>, Work), Error> {
    let ranges = ranges(index);
    let shared = SharedFloor::default();
    let next = AtomicUsize::new(0);
    let drawn = || ranges.get(next.fetch_add(1, Ordering::Relaxed));
    let work = || {
        let mut best = Best::of(k, index.segments());
        best.prime(floor);
        let mut work = Work::default();
        while let Some((number, chunks)) = drawn() {
            let extent = Extent { chunks: chunks.clone(), floor: &shared };
            let part = RankPart { index, number: *number, terms, extent, bm25, best: &mut best };
            work.add(simd::widest(part)?);
        }
        Ok((best.into_hits(), work))
    };
    let parts: Vec<Result<_, Error>> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let joined = others.into_iter().map(|thread| match thread.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        std::iter::once(own).chain(joined).collect()
    });
    let (mut hits, mut done) = (Vec::new(), Work::default());
    for part in parts {
        let (own, work) = part?;
        hits.extend(own);
        done.add(work);
    }
    hits.sort_by(|a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.doc.cmp(&b.doc)));
    hits.truncate(k);
    done.blocks = Blocks::of_list(done.blocks.read as usize, blocks_of(index, terms)?);
    Ok((hits, done))
}

/// How many blocks the lists of these terms have.
fn blocks_of(index: &IndexFile, terms: &[(Role, TermLeaf<'_>)]) -> Result<usize, Error> {
    let mut blocks = 0;
    for (number, segment) in index.segments().iter().enumerate() {
        let infos = terms.iter().filter_map(|(_, term)| term.infos.get(number)?.as_ref());
        for info in infos {
            blocks += segment.postings(info)?.block_count();
        }
    }
    Ok(blocks)
}

/// Ranges of chunks with their segments' numbers, in order.
fn ranges(index: &IndexFile) -> Vec<(usize, std::ops::Range<u32>)> {
    let segments = index.segments().iter().enumerate();
    let of_segment = |(number, segment): (usize, &store::Segment)| {
        let chunks = segment.doc_count().div_ceil(CHUNK);
        let range = move |first: u32| (number, first..(first + RANGE).min(chunks));
        (0..chunks).step_by(RANGE as usize).map(range)
    };
    segments.flat_map(of_segment).collect()
}

/// The evaluation of one range.
struct RankPart<'a, 'b> {
    index: &'a IndexFile,
    number: usize,
    terms: &'a [(Role, TermLeaf<'a>)],
    extent: Extent<'a>,
    bm25: Bm25,
    best: &'b mut Best,
}

impl simd::Kernel for RankPart<'_, '_> {
    type Output = Result<Work, Error>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let RankPart { index, number, terms, extent, bm25, best } = self;
        ranked::run_part(&index.segments()[number], number, terms, &extent, bm25, best)
    }
}
