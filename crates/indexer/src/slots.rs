//! Inputs dealt out in slots: runs of whole batches that one worker indexes at a time.
//!
//! Comes in: batches from the inputs. Goes out: slots, numbered in input order. How large a slot is depends on memory and
//! threads, so nothing that reaches the file may depend on where slots end; on where *batches* end it may, as they depend
//! on the input alone. It parses no more than the first few batches, to decide what fields are for.

use sources::{Batch, Inputs, Item, Tally};

use crate::Error;
use crate::fields::Sample;

/// The smallest slot, in bytes of raw input; in tests small, so that small dumps have many.
const MIN_SLOT: usize = if cfg!(test) { 400 } else { 1 << 20 };
/// The largest.
const MAX_SLOT: usize = 64 << 20;
/// Slots get this share of the memory a thread has. Of each byte of a slot a worker holds, at the worst moment, the tokens
/// (0.7), their places (0.7), the finished run (0.6) and the compressed documents (0.5).
const SLOTS_PER_SHARE: u64 = 8;

/// How much of the input is looked at before anything is indexed.
const SAMPLE_BYTES: usize = if cfg!(test) { 1000 } else { 4 << 20 };

/// Hands out slots.
pub(crate) struct Dealer {
    inputs: Inputs,
    /// Batches that were read but not dealt yet.
    waiting: std::collections::VecDeque<Dealt>,
    next_slot: u32,
    threads: usize,
    largest: usize,
    ended: bool,
    raw_bytes: u64,
}

/// A batch to index.
pub(crate) struct Dealt {
    pub(crate) content: Content,
    /// Its bytes before parsing.
    raw_bytes: usize,
    /// How many of the files that waited had been opened for it and all before.
    pub(crate) reach: usize,
    /// How many bytes of the inputs were read for it, as they lie on the disk.
    pub(crate) stored_bytes: u64,
}

/// A batch, parsed or not.
pub(crate) enum Content {
    Raw(Batch),
    /// With what parsing has counted.
    Items(Vec<Item>, Tally),
}

/// A stretch of documents for one worker.
pub(crate) struct Slot {
    pub(crate) number: u32,
    pub(crate) batches: Vec<Dealt>,
    /// Whether it is larger than a worker's share of the memory, because a record of it is: it must be worked on alone.
    pub(crate) is_giant: bool,
}

impl Dealer {
    /// A dealer for so many threads that share `memory` bytes.
    pub(crate) fn new(inputs: Inputs, threads: usize, memory: u64) -> Dealer {
        let share = memory / (threads as u64 * SLOTS_PER_SHARE);
        Dealer {
            inputs,
            waiting: std::collections::VecDeque::new(),
            next_slot: 0,
            threads,
            largest: (share as usize).clamp(MIN_SLOT, MAX_SLOT),
            ended: false,
            raw_bytes: 0,
        }
    }

    /// Reads the first batches and looks at their documents; they are dealt out later like all others.
    pub(crate) fn sample(&mut self) -> Result<Sample, Error> {
        let mut sample = Sample::default();
        let mut bytes = 0;
        while bytes < SAMPLE_BYTES {
            let Some(mut dealt) = self.read()? else { break };
            bytes += dealt.raw_bytes.max(1);
            if let Content::Raw(batch) = &dealt.content {
                let mut items = Vec::new();
                let tally = batch.parse(&mut |item| {
                    if let Item::Document(document) = &item {
                        sample.add(document);
                    }
                    items.push(item);
                });
                dealt.content = Content::Items(items, tally);
            }
            self.waiting.push_back(dealt);
        }
        Ok(sample)
    }

    /// Passes over the next slot, which has so many batches and has been indexed.
    pub(crate) fn pass_over(&mut self, batches: usize) -> Result<(), Error> {
        for _ in 0..batches {
            if self.waiting.pop_front().is_none() && self.read()?.is_none() {
                return Err(Error::InputsChanged);
            }
        }
        self.next_slot += 1;
        Ok(())
    }

    /// The number of the next slot.
    pub(crate) fn next_slot(&self) -> u32 {
        self.next_slot
    }

    /// The next slot; `None` after the last.
    pub(crate) fn deal(&mut self) -> Result<Option<Slot>, Error> {
        let aim = self.aim();
        let (mut batches, mut bytes, mut is_giant) = (Vec::new(), 0, false);
        while bytes < aim {
            let next = match self.waiting.pop_front() {
                Some(dealt) => Some(dealt),
                None => self.read()?,
            };
            let Some(dealt) = next else { break };
            is_giant = self.largest < dealt.raw_bytes;
            if is_giant && !batches.is_empty() {
                self.waiting.push_front(dealt);
                is_giant = false;
                break;
            }
            bytes += dealt.raw_bytes.max(1);
            batches.push(dealt);
        }
        if batches.is_empty() {
            return Ok(None);
        }
        let number = self.next_slot;
        self.next_slot += 1;
        Ok(Some(Slot { number, batches, is_giant }))
    }

    fn read(&mut self) -> Result<Option<Dealt>, Error> {
        if self.ended {
            return Ok(None);
        }
        let before = self.inputs.bytes_read();
        let Some(batch) = self.inputs.next_batch()? else {
            self.ended = true;
            return Ok(None);
        };
        let (raw_bytes, stored_bytes) = (batch.raw_bytes(), self.inputs.bytes_read() - before);
        self.raw_bytes += raw_bytes as u64;
        let reach = batch.reach();
        Ok(Some(Dealt { content: Content::Raw(batch), raw_bytes, reach, stored_bytes }))
    }

    /// How large the next slot should be. The first ones are small, so that all threads begin at once, each round twice
    /// the one before; towards the end they shrink again, so that all threads end at once.
    fn aim(&self) -> usize {
        let round = self.next_slot as usize / self.threads;
        let rising = MIN_SLOT << round.min(10);
        let falling = self.raw_bytes_left().map_or(MAX_SLOT, |left| left / (2 * self.threads));
        rising.min(falling).clamp(MIN_SLOT, self.largest)
    }

    /// About how many raw bytes are still to come, if anybody knows.
    fn raw_bytes_left(&self) -> Option<usize> {
        let (total, read) = (self.inputs.total_bytes()?, self.inputs.bytes_read());
        let left = total.saturating_sub(read) as f64;
        Some((left * self.raw_bytes as f64 / read.max(1) as f64) as usize)
    }

    /// The inputs' size, if known.
    pub(crate) fn total_bytes(&self) -> Option<u64> {
        self.inputs.total_bytes()
    }

    /// The inputs, when everything has been dealt and indexed.
    pub(crate) fn into_inputs(self) -> Inputs {
        self.inputs
    }
}
