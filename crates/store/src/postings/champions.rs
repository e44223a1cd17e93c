//! The postings of a list with the best impacts, and what no other of its postings exceeds.
//!
//! Comes in: a list's postings with their impacts for the baked ranking. Goes out: a few bytes at its end, from which the
//! best documents of the word alone follow without its blocks: *champion lists* (Brin and Page, Computer Networks
//! 30, 1998, have them as short barrels; Manning, Raghavan and Schütze, Introduction to Information Retrieval, 7.1.3).
//!
//! ```text
//! Champions := Packed(gaps){count} Packed(frequencies - 1){count} others:u32 length:u8 count:u8
//! ```
//!
//! * Gaps are the document less the previous one less 1, the first "previous" being -1: documents ascend.
//! * `others` is at least any impact of the list's other postings, in 2^-32ths.
//! * `length` is that of both `Packed` in bytes. `count` is 10 to 16, or 0 and stands alone: where the 10th to 17th best
//!   impacts are too close together to be told apart.
//!
//! They are read backwards from the end of the list. That they are the best is proven when they are asked for: scores come
//! from exact lengths, and must be above what `others` allows.

use codec::{packed, simd};

use super::bounds::ImpactModel;
use super::{BLOCK, damaged};
use crate::Error;

/// Champions of a list at least, and so the most best documents that they can tell.
const LEAST: usize = 10;

/// Lists of so many documents have champions: of shorter ones, few blocks are read anyway.
pub(super) const CHAMPIONS_FROM: u32 = 512;

/// Bytes of `others`, `length` and `count`.
const TAIL_BYTES: usize = 6;

/// What an impact must at least lose from one posting to the next for the two to be told apart.
const APART: f32 = 1.0 - 1e-5;

/// So many are collected before the worst are dropped together.
const ROOM: usize = 4 * Champions::MOST;

/// The champions of a list.
#[derive(Clone, Copy, Debug)]
pub struct Champions {
    count: usize,
    docs: [u32; BLOCK],
    frequencies: [u32; BLOCK],
    others: f64,
}

impl Champions {
    /// No list has more.
    pub const MOST: usize = 16;

    /// Reads them from the end of a list.
    pub(super) fn read(list: &[u8], doc_count: u32) -> Result<Option<Champions>, Error> {
        let wrong = |reason: String| damaged("postings", 0, format!("champions: {reason}"));
        let count = match list.last() {
            Some(0) | None => return Ok(None),
            Some(&count) => usize::from(count),
        };
        let tail = list.last_chunk::<TAIL_BYTES>();
        let &[a, b, c, d, length, _] = tail.ok_or_else(|| wrong("no room".to_owned()))?;
        let start = (list.len() - TAIL_BYTES).checked_sub(usize::from(length));
        let packed = start.and_then(|start| list.get(start..));
        let packed = packed.ok_or_else(|| wrong(format!("{length} bytes before the list")))?;
        let mut champions = Champions {
            count,
            docs: [0; BLOCK],
            frequencies: [0; BLOCK],
            others: f64::from(u32::from_le_bytes([a, b, c, d])) / 2f64.powi(32),
        };
        let Champions { docs, frequencies, .. } = &mut champions;
        let unpacked = |error: packed::PackedError| wrong(error.to_string());
        let used = packed::decode(packed, count, docs).map_err(unpacked)?;
        packed::decode(&packed[used..], count, frequencies).map_err(unpacked)?;
        simd::increment(frequencies);
        let mut next = 0u64;
        for doc in &mut docs[..count] {
            next += u64::from(*doc);
            if u64::from(doc_count) <= next {
                return Err(wrong(format!("document {next} in a segment of {doc_count}")));
            }
            *doc = next as u32;
            next += 1;
        }
        Ok(Some(champions))
    }

    /// Documents, ascending, and the frequency of the term in each.
    pub fn postings(&self) -> impl Iterator<Item = (u32, u32)> + Clone {
        let postings = self.docs.iter().copied().zip(self.frequencies.iter().copied());
        postings.take(self.count)
    }

    /// No other posting of the list has a greater impact for the baked ranking.
    #[must_use]
    #[inline]
    pub fn others(&self) -> f64 {
        self.others
    }
}

/// A posting with its impact.
#[derive(Clone, Copy)]
struct Champion {
    impact: f32,
    doc: u32,
    frequency: u32,
}

/// Finds the champions of a list while it is written.
#[derive(Default)]
pub(super) struct ChampionsBuilder {
    /// The best so far, and some more.
    kept: Vec<Champion>,
    /// Others must be better than this; below so many 255ths they are not.
    worst: f32,
    floor: u8,
    docs: Vec<u32>,
    frequencies: Vec<u32>,
}

impl ChampionsBuilder {
    /// Forgets a list.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
        (self.worst, self.floor) = (0.0, 0);
    }

    /// Takes postings with their impacts in 255ths, rounded up.
    pub(super) fn offer(
        &mut self,
        model: &ImpactModel<'_>,
        docs: &[u32],
        frequencies: &[u32],
        impacts: &[u8],
    ) {
        for ((&doc, &frequency), &rounded_up) in docs.iter().zip(frequencies).zip(impacts) {
            if rounded_up < self.floor {
                continue;
            }
            let impact = model.impact(doc, frequency);
            if impact <= self.worst {
                continue;
            }
            self.kept.push(Champion { impact, doc, frequency });
            if self.kept.len() == ROOM {
                self.drop_worst();
                self.worst = self.kept[Champions::MOST].impact;
                // One less for what `f32` may have lost.
                self.floor = ((self.worst * 255.0) as u8).saturating_sub(1);
            }
        }
    }

    /// Keeps the best and the one behind them, best first, equal ones by document.
    fn drop_worst(&mut self) {
        self.kept.sort_unstable_by(|a, b| b.impact.total_cmp(&a.impact).then(a.doc.cmp(&b.doc)));
        self.kept.truncate(Champions::MOST + 1);
    }

    /// Appends the list's champions, and forgets it.
    pub(super) fn write(&mut self, out: &mut Vec<u8>) {
        self.drop_worst();
        let is_end = |&count: &usize| self.kept[count].impact < self.kept[count - 1].impact * APART;
        let last = Champions::MOST.min(self.kept.len().saturating_sub(1));
        let Some(count) = (LEAST..=last).find(is_end) else {
            out.push(0);
            self.clear();
            return;
        };
        let others = f64::from(self.kept[count].impact) * (1.0 + 1e-6) * 2f64.powi(32);
        self.kept.truncate(count);
        self.kept.sort_unstable_by_key(|champion| champion.doc);
        self.docs.clear();
        self.frequencies.clear();
        let mut next = 0;
        for champion in &self.kept {
            self.docs.push(champion.doc - next);
            self.frequencies.push(champion.frequency - 1);
            next = champion.doc + 1;
        }
        let start = out.len();
        packed::encode(&self.docs, out);
        packed::encode(&self.frequencies, out);
        // Sixteen numbers of 32 bits, twice, and their heads are fewer than 256 bytes.
        let length = (out.len() - start) as u8;
        // Above the greatest number, this stays there.
        out.extend((others.ceil() as u32).to_le_bytes());
        out.extend([length, count as u8]);
        self.clear();
    }
}
