//! An order of the documents in which like ones stand side by side, for lists that are shorter and passed over faster.
//!
//! Comes in: the runs of all slots. Goes out: a [`Renumbering`], or nothing where the order of the dump is as good. It
//! depends on the documents alone, not on threads or memory.
//!
//! Recursive graph bisection (Dhulipala, Kabiljo, Karrer, Ottaviano, Pupyrev and Shalita, Compressing Graphs and Indexes
//! with Recursive Graph Bisection, KDD 2016): documents are halved again and again, and documents of the two halves change
//! places as long as that makes the gaps in lists cost fewer bits. Halves of halves stay as they are once they are about as
//! large as a chunk: further halving was measured to bring nothing (`benches/results/kernels.md`). Very frequent words
//! say nothing of what a document is like, and rare ones are in too few lists to matter; all others are looked at.
//! Costs are counted in whole numbers, so that every machine finds the same order.

use std::ops::RangeInclusive;

use rayon::prelude::*;

use crate::Error;
use crate::merge::{read_buffer, runs_by_range};
use crate::piece::Columns;
use crate::renumbering::Renumbering;
use crate::run::Run;
use crate::run_merge::RunMerge;

/// So often the documents of two halves may change places.
const ROUNDS: usize = 3;

/// Parts of so many documents are not halved again.
const CHUNK: usize = 4096;

/// Nor are smaller ones in a segment of few documents: those of a sixty-fourth, but for these.
const FEW: usize = if cfg!(test) { 2 } else { 16 };

/// The most words that are looked at.
const MAX_WORDS: usize = 1 << 16;

/// Bits of a logarithm behind the point.
const FRACTION: u32 = 12;

/// Finds the order for a segment of so many documents; `bases` are the first documents of the slots.
pub(crate) fn reorder(
    runs: &[Run],
    bases: &[u32],
    documents: u32,
    memory: u64,
    pool: &rayon::ThreadPool,
) -> Result<Option<Renumbering>, Error> {
    pool.install(|| {
        let words = WordsOf::read(runs, bases, documents, memory)?;
        let mut order: Vec<u32> = (0..documents).collect();
        let most = words.most as usize;
        let bisection = Bisection {
            smallest: (documents as usize / 64).clamp(FEW, CHUNK),
            logarithms: (0..most as u32 + 3).map(|number| logarithm(number.max(1))).collect(),
            words,
        };
        bisection.split(&mut order);
        Ok(Renumbering::new(order))
    })
}

/// Document frequencies of the words that are looked at.
fn looked_at(documents: u32) -> RangeInclusive<u32> {
    let most = (documents / 32).max((documents / 2).min(2048));
    (documents / 1024).max(2)..=most
}

/// The binary logarithm, in 2^-[`FRACTION`].
fn logarithm(number: u32) -> i64 {
    let whole = number.ilog2();
    let (mut logarithm, mut rest) = (i64::from(whole), u64::from(number) << (31 - whole));
    for _ in 0..FRACTION {
        rest = (rest * rest) >> 31;
        let bit = rest >> 32;
        rest >>= bit;
        logarithm = logarithm << 1 | bit as i64;
    }
    logarithm
}

/// The words of each document.
struct WordsOf {
    /// Where those of each document start, and their end.
    starts: Vec<usize>,
    words: Vec<u16>,
    /// How many different ones there are.
    count: usize,
    /// In how many documents the most frequent of them is.
    most: u32,
}

impl WordsOf {
    /// Reads the lists of all words that are looked at.
    fn read(runs: &[Run], bases: &[u32], documents: u32, memory: u64) -> Result<WordsOf, Error> {
        let lists = lists(runs, bases, &looked_at(documents), memory)?;
        let lists: Vec<&[u32]> = lists.iter().flat_map(Lists::iter).take(MAX_WORDS).collect();
        let mut ends = vec![0; documents as usize + 1];
        for &doc in lists.iter().copied().flatten() {
            *ends.get_mut(doc as usize + 1).ok_or(Error::SpillDamaged)? += 1;
        }
        for doc in 1..ends.len() {
            ends[doc] += ends[doc - 1];
        }
        // Each start moves to its end, which is the start of the next.
        let mut starts = ends;
        let mut words = vec![0; starts[documents as usize]];
        for (word, list) in lists.iter().enumerate() {
            for &doc in *list {
                let start = &mut starts[doc as usize];
                words[*start] = word as u16;
                *start += 1;
            }
        }
        starts.pop();
        starts.insert(0, 0);
        let most = lists.iter().map(|list| list.len() as u32).max().unwrap_or(0);
        Ok(WordsOf { starts, words, count: lists.len(), most })
    }

    fn of(&self, doc: u32) -> &[u16] {
        &self.words[self.starts[doc as usize]..self.starts[doc as usize + 1]]
    }
}

/// The documents of some words, list by list.
#[derive(Default)]
struct Lists {
    docs: Vec<u32>,
    ends: Vec<usize>,
}

impl Lists {
    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| &self.docs[*start..*end])
    }
}

/// The lists of all words in so many documents, range by range of the vocabulary.
fn lists(
    runs: &[Run],
    bases: &[u32],
    frequencies: &RangeInclusive<u32>,
    memory: u64,
) -> Result<Vec<Lists>, Error> {
    let all: Vec<&Run> = runs.iter().collect();
    let starts = runs_by_range(runs, memory, rayon::current_num_threads());
    let buffer = read_buffer(runs, memory, rayon::current_num_threads());
    let range = |number: usize| {
        let until = starts.get(number + 1).map(|start| &**start);
        let mut merge = RunMerge::open(&all, &starts[number], until, buffer)?;
        let (mut lists, mut columns) = (Lists::default(), Columns::default());
        while merge.next_term()? {
            if !frequencies.contains(&merge.documents()) {
                continue;
            }
            while let Some((slot, piece)) = merge.next_piece()? {
                columns.read_docs(piece, *bases.get(slot as usize).ok_or(Error::SpillDamaged)?)?;
            }
            lists.docs.append(&mut columns.docs);
            lists.ends.push(lists.docs.len());
        }
        Ok(lists)
    };
    (0..starts.len()).into_par_iter().map(range).collect()
}

/// What all halvings share.
struct Bisection {
    words: WordsOf,
    /// Of 0, 1, ...; that of 0 is 0.
    logarithms: Vec<i64>,
    /// Parts of so many documents are not halved.
    smallest: usize,
}

/// A number for each word; as long as numbers of words can tell, so that none is out of range.
type ByWord<T> = [T; MAX_WORDS];

fn by_word<T: Copy + Default>() -> Box<ByWord<T>> {
    let numbers: Box<[T]> = vec![T::default(); MAX_WORDS].into_boxed_slice();
    numbers.try_into().unwrap_or_else(|_| unreachable!("it has as many"))
}

/// Of each word what it brings, in bits, if a document that has it moves from one half to the other.
struct Gains {
    from_first: Box<ByWord<i32>>,
    from_second: Box<ByWord<i32>>,
}

impl Bisection {
    /// Brings like documents together.
    fn split(&self, docs: &mut [u32]) {
        if docs.len() <= self.smallest {
            docs.sort_unstable();
            return;
        }
        let (first, second) = docs.split_at_mut(docs.len() / 2);
        let mut counts = [self.count(first), self.count(second)];
        for _ in 0..ROUNDS {
            let gains = self.gains(&counts, first.len(), second.len());
            let (mut ahead, mut behind) = rayon::join(
                || self.ranked(first, &gains.from_first),
                || self.ranked(second, &gains.from_second),
            );
            let mut moved = 0;
            for (one, other) in ahead.iter_mut().zip(&mut behind) {
                if one.gain() + other.gain() <= 0 {
                    break;
                }
                for (doc, from, to) in [(one.doc(), 0, 1), (other.doc(), 1, 0)] {
                    for &word in self.words.of(doc) {
                        counts[from][word as usize] -= 1;
                        counts[to][word as usize] += 1;
                    }
                }
                std::mem::swap(one, other);
                moved += 1;
            }
            // By what moving them would have brought: that is a good start for halving the halves.
            first.iter_mut().zip(ahead).for_each(|(doc, ranked)| *doc = ranked.doc());
            second.iter_mut().zip(behind).for_each(|(doc, ranked)| *doc = ranked.doc());
            if moved == 0 {
                break;
            }
        }
        drop(counts);
        rayon::join(|| self.split(first), || self.split(second));
    }

    /// The documents of a half, those first whose moving brings most.
    fn ranked(&self, docs: &[u32], gains: &ByWord<i32>) -> Vec<Ranked> {
        let ranked = |&doc: &u32| {
            let gain = self.words.of(doc).iter().map(|&word| i64::from(gains[word as usize]));
            Ranked::new(gain.sum(), doc)
        };
        let mut ranked: Vec<Ranked> = docs.iter().map(ranked).collect();
        ranked.sort_unstable();
        ranked
    }

    /// In how many of these documents each word is.
    fn count(&self, docs: &[u32]) -> Box<ByWord<u32>> {
        let mut counts = by_word();
        for &doc in docs {
            self.words.of(doc).iter().for_each(|&word| counts[word as usize] += 1);
        }
        counts
    }

    /// What moving brings, for halves of so many documents.
    fn gains(&self, counts: &[Box<ByWord<u32>>; 2], first: usize, second: usize) -> Gains {
        let sizes = [first, second].map(|size| logarithm(size as u32));
        // About so many bits do the gaps of a list cost that is in so many documents of each half.
        let cost = |first: u32, second: u32| {
            let half = |count: u32, size: i64| {
                i64::from(count) * (size - self.logarithms[count as usize + 1])
            };
            half(first, sizes[0]) + half(second, sizes[1])
        };
        let mut gains = Gains { from_first: by_word(), from_second: by_word() };
        let words = counts[0].iter().zip(&counts[1][..]).take(self.words.count);
        for (word, (&one, &other)) in words.enumerate() {
            let now = cost(one, other);
            if 0 < one {
                gains.from_first[word] = (now - cost(one - 1, other + 1)) as i32;
            }
            if 0 < other {
                gains.from_second[word] = (now - cost(one + 1, other - 1)) as i32;
            }
        }
        gains
    }
}

/// A document of a half by what its moving brings, the most first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked(u64);

impl Ranked {
    fn new(gain: i64, doc: u32) -> Ranked {
        let loss = (-gain).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) - i64::from(i32::MIN);
        Ranked((loss as u64) << 32 | u64::from(doc))
    }

    fn gain(self) -> i64 {
        -((self.0 >> 32) as i64 + i64::from(i32::MIN))
    }

    fn doc(self) -> u32 {
        self.0 as u32
    }
}

#[cfg(test)]
mod tests;
