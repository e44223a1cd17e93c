//! Positions of any of many terms, such as the expansions of a wildcard.
//!
//! Comes in: the terms of a set in one segment. Goes out: their positions together, for documents asked for in ascending
//! order. A set of some terms keeps a cursor each. Of a large set the short lists, which are nearly all of them, are
//! read once into one array ordered by document, and opened where their positions are asked for; the long ones stand in a heap by their current document, so that only
//! lists that lag behind are moved.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use store::Segment;
use store::postings::{BLOCK, Cursor, END, TermInfo};

use super::heap::lower;
use crate::Error;
use crate::plan::SegmentTerms;

/// Sets up to this size keep a cursor a term. Tests walk every path with few words.
const SMALL_SET: usize = if cfg!(test) { 2 } else { 16 };

/// Postings of short lists that are read into memory, 16 bytes each.
const READ_AHEAD: u64 = if cfg!(test) { 6 } else { 1 << 21 };

/// A set's moving place in a segment.
pub(crate) struct SetCursor<'a> {
    segment: &'a Segment,
    documents: &'a [u64],
    /// The long lists.
    lists: Vec<Cursor<'a>>,
    /// Current document and list, least document first.
    heap: Vec<(u32, u32)>,
    /// The lists found to stand on the last document asked for.
    standing: Vec<u32>,
    /// The terms of the short lists.
    short: Vec<TermInfo>,
    /// Postings of the short lists by document.
    read: Vec<ShortPosting>,
    /// Cursors on short lists of several blocks whose positions were asked for.
    opened: HashMap<u32, Cursor<'a>>,
    /// The first of them not before the last document asked for.
    at: usize,
    scratch: Vec<u32>,
}

/// One posting of a short list.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct ShortPosting {
    doc: u32,
    /// Index in `short`.
    list: u32,
    frequency: u32,
}

impl<'a> SetCursor<'a> {
    /// Opens the terms of a set.
    pub(crate) fn new(segment: &'a Segment, set: &'a SegmentTerms) -> Result<Self, Error> {
        let mut infos = Vec::with_capacity(set.ordinals.len());
        for &ordinal in &set.ordinals {
            infos.push(segment.term(ordinal)?);
        }
        infos.sort_by_key(|info| info.doc_freq);
        let mut postings = 0;
        let short = match infos.len() {
            0..=SMALL_SET => 0,
            _ => infos
                .iter()
                .take_while(|info| {
                    postings += u64::from(info.doc_freq);
                    postings <= READ_AHEAD
                })
                .count(),
        };
        let long = infos.split_off(short);
        let mut lists = Vec::with_capacity(long.len());
        for info in &long {
            lists.push(segment.postings(info)?.cursor()?);
        }
        let mut heap: Vec<(u32, u32)> =
            lists.iter().enumerate().map(|(list, cursor)| (cursor.doc(), list as u32)).collect();
        heap.sort_unstable();
        let read = read_short(segment, &infos)?;
        Ok(SetCursor {
            segment,
            documents: &set.documents,
            lists,
            heap,
            standing: Vec::new(),
            short: infos,
            read,
            opened: HashMap::new(),
            at: 0,
            scratch: Vec::new(),
        })
    }

    /// Whether any of the terms stands in a document, within the word's scope.
    pub(crate) fn holds(&self, doc: u32) -> bool {
        self.documents.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// How often the terms stand in a document together.
    pub(crate) fn frequency(&mut self, doc: u32) -> Result<u32, Error> {
        if !self.holds(doc) {
            return Ok(0);
        }
        self.seek(doc)?;
        let mut frequency = self.short_postings(doc).iter().map(|posting| posting.frequency).sum();
        for list in 0..self.standing.len() {
            frequency += self.lists[self.standing[list] as usize].freq()?;
        }
        Ok(frequency)
    }

    /// The positions of the terms in a document, appended to `out` in ascending order.
    pub(crate) fn positions(&mut self, doc: u32, out: &mut Vec<u32>) -> Result<(), Error> {
        if !self.holds(doc) {
            return Ok(());
        }
        self.seek(doc)?;
        let mut parts = 0;
        for list in 0..self.standing.len() {
            self.lists[self.standing[list] as usize].positions(&mut self.scratch)?;
            out.extend_from_slice(&self.scratch);
            parts += 1;
        }
        for posting in self.at..self.at + self.short_postings(doc).len() {
            let list = self.read[posting].list;
            let info = &self.short[list as usize];
            let mut once;
            let cursor = if info.doc_freq as usize <= BLOCK {
                once = self.segment.postings(info)?.cursor()?;
                &mut once
            } else {
                match self.opened.entry(list) {
                    Entry::Occupied(entry) => entry.into_mut(),
                    Entry::Vacant(entry) => entry.insert(self.segment.postings(info)?.cursor()?),
                }
            };
            if cursor.seek(doc)? == doc {
                cursor.positions(&mut self.scratch)?;
                out.extend_from_slice(&self.scratch);
                parts += 1;
            }
        }
        if 1 < parts {
            out.sort_unstable();
        }
        Ok(())
    }

    /// Moves to a document and finds the long lists that stand on it.
    fn seek(&mut self, doc: u32) -> Result<(), Error> {
        while self.heap.first().is_some_and(|&(at, _)| at < doc) {
            let at = self.lists[self.heap[0].1 as usize].seek(doc)?;
            lower(&mut self.heap, at);
        }
        self.standing.clear();
        gather(&self.heap, 0, doc, &mut self.standing);
        // Documents are asked for in order, mostly near each other.
        let mut step = 1;
        while self.read.get(self.at + step).is_some_and(|posting| posting.doc < doc) {
            step *= 2;
        }
        let end = (self.at + step + 1).min(self.read.len());
        self.at += self.read[self.at..end].partition_point(|posting| posting.doc < doc);
        Ok(())
    }

    /// The postings of short lists in a document that was moved to.
    fn short_postings(&self, doc: u32) -> &[ShortPosting] {
        let rest = &self.read[self.at..];
        let count = rest.iter().take_while(|posting| posting.doc == doc).count();
        &rest[..count]
    }
}

/// All postings of the lists, by document.
fn read_short(segment: &Segment, infos: &[TermInfo]) -> Result<Vec<ShortPosting>, Error> {
    let mut read = Vec::new();
    for (list, info) in infos.iter().enumerate() {
        let mut cursor = segment.postings(info)?.cursor()?;
        let mut doc = cursor.doc();
        while doc != END {
            read.push(ShortPosting { doc, list: list as u32, frequency: cursor.freq()? });
            doc = cursor.advance()?;
        }
    }
    Ok(by_document(read, segment.doc_count()))
}

/// The postings of lists in order, sorted by document: by counting where they are many beside the documents.
fn by_document(mut read: Vec<ShortPosting>, documents: u32) -> Vec<ShortPosting> {
    if read.len() < documents as usize / 8 {
        read.sort_unstable();
        return read;
    }
    let mut places = vec![0; documents as usize + 1];
    for posting in &read {
        places[posting.doc as usize + 1] += 1;
    }
    for doc in 0..documents as usize {
        places[doc + 1] += places[doc];
    }
    let mut sorted = vec![ShortPosting::default(); read.len()];
    for posting in read {
        let place = &mut places[posting.doc as usize];
        sorted[*place] = posting;
        *place += 1;
    }
    sorted
}

/// The lists of a heap that stand on its least document, if that is `doc`. Recursion is as deep as the heap: 17 levels
/// for 100,000 lists.
fn gather(heap: &[(u32, u32)], place: usize, doc: u32, out: &mut Vec<u32>) {
    if let Some(&(at, list)) = heap.get(place)
        && at == doc
    {
        out.push(list);
        gather(heap, 2 * place + 1, doc, out);
        gather(heap, 2 * place + 2, doc, out);
    }
}
