//! The term table: for each term in vocabulary order, how long its list is and where it lies.
//!
//! ```text
//! Terms     := count:u32 Zero{4} Group{ceil(count/128)} Columns{ceil(count/128)}
//! Group     := columns_offset:u64 postings_offset:u64 positions_offset:u64          where its first term's things start
//! Columns   := Packed(doc_freq) Packed(collection_freq - doc_freq) Packed(postings_length) Packed(positions_length)
//! ```
//!
//! `columns_offset` counts from the first `Columns`; see `codec::packed` for `Packed`. A group holds 128 terms, the last one
//! what is left. Offsets inside a group are sums of the lengths before, so that the many terms that stand in one document
//! cost two bytes each, and finding a term unpacks two blocks. The positions of a tiny list stand in its postings: their
//! length is 0.

use codec::packed::{self, PackedError};

use super::{BLOCK, ListClass, ListSummary, TermInfo, damaged};
use crate::{Error, TermOrdinal};

const GROUP_BYTES: usize = 24;
const HEAD_BYTES: usize = 8;

/// Collects [`ListSummary`]s in vocabulary order and gives the bytes of section `terms`.
#[derive(Default)]
pub struct TermTableBuilder {
    count: u32,
    postings: u64,
    positions: u64,
    groups: Vec<u8>,
    /// Columns of the groups that are full.
    packed: Vec<u8>,
    /// Columns of the open group.
    columns: [Vec<u32>; COLUMNS],
}

/// Document frequency, further occurrences, bytes of postings, bytes of positions.
const COLUMNS: usize = 4;

impl TermTableBuilder {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        TermTableBuilder::default()
    }

    /// Adds the next term, whose list starts where the previous one ended.
    pub fn push(&mut self, summary: &ListSummary) {
        if (self.count as usize).is_multiple_of(BLOCK) {
            self.flush();
            for offset in [self.packed.len() as u64, self.postings, self.positions] {
                self.groups.extend(offset.to_le_bytes());
            }
        }
        let ListSummary { doc_freq, collection_freq, postings_length, positions_length } = *summary;
        let values = [
            u64::from(doc_freq),
            collection_freq - u64::from(doc_freq),
            postings_length,
            positions_length,
        ];
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(narrow(value));
        }
        self.count += 1;
        self.postings += postings_length;
        self.positions += positions_length;
    }

    /// Packs the open group.
    fn flush(&mut self) {
        if self.columns[0].is_empty() {
            return;
        }
        for column in &mut self.columns {
            packed::encode(column, &mut self.packed);
            column.clear();
        }
    }

    /// The section's bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.groups.len() + self.packed.len());
        bytes.extend(self.count.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.groups);
        bytes.extend(self.packed);
        bytes
    }
}

/// Lists have less than 4 GiB, and no more than as many occurrences.
fn narrow(value: u64) -> u32 {
    u32::try_from(value).expect("the indexer closes a segment before a list reaches 4 GiB")
}

/// The table as it lies in the file.
#[derive(Clone, Copy)]
pub(crate) struct TermTable<'a> {
    count: u32,
    /// Documents of the segment, on which classes depend.
    doc_count: u32,
    groups: &'a [u8],
    columns: &'a [u8],
}

impl<'a> TermTable<'a> {
    /// Finds the table's parts. Reads the head only.
    pub(crate) fn open(section: &'a [u8], doc_count: u32) -> Result<Self, Error> {
        let too_short =
            || damaged("terms", 0, format!("expected a term table, found {} bytes", section.len()));
        let (head, rest) = section.split_at_checked(HEAD_BYTES).ok_or_else(too_short)?;
        let count = u32::from_le_bytes(head[..4].try_into().expect("four bytes were sliced"));
        let group_bytes = (count as usize).div_ceil(BLOCK) * GROUP_BYTES;
        let (groups, columns) = rest.split_at_checked(group_bytes).ok_or_else(too_short)?;
        Ok(TermTable { count, doc_count, groups, columns })
    }

    /// Terms in the table.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The entry of a term. Unpacks the lengths of its group.
    pub(crate) fn get(&self, ordinal: TermOrdinal) -> Result<TermInfo, Error> {
        if self.count <= ordinal.0 {
            let reason = format!("term {} asked for, the table has {}", ordinal.0, self.count);
            return Err(damaged("terms", 0, reason));
        }
        let (group, index) = (ordinal.0 as usize / BLOCK, ordinal.0 as usize % BLOCK);
        let offset = |number: usize| {
            let at = group * GROUP_BYTES + number * 8;
            u64::from_le_bytes(self.groups[at..at + 8].try_into().expect("eight bytes were sliced"))
        };
        let start = offset(0);
        let mut columns = Columns {
            bytes: usize::try_from(start)
                .ok()
                .and_then(|start| self.columns.get(start..))
                .ok_or_else(|| {
                    damaged("terms", start, "group starts beyond the end of the table")
                })?,
            count: (self.count as usize - group * BLOCK).min(BLOCK),
            index,
        };
        let unpacked = |error: PackedError| damaged("terms", start, error.to_string());
        let doc_freq = columns.value().map_err(unpacked)?;
        let further = columns.value().map_err(unpacked)?;
        let postings = columns.range(offset(1)).map_err(unpacked)?;
        let positions = columns.range(offset(2)).map_err(unpacked)?;
        Ok(TermInfo {
            ordinal,
            doc_freq,
            collection_freq: u64::from(doc_freq) + u64::from(further),
            class: ListClass::of(doc_freq, self.doc_count),
            postings,
            positions,
        })
    }
}

/// The columns of a group from one on, and a place in them.
struct Columns<'a> {
    bytes: &'a [u8],
    count: usize,
    index: usize,
}

impl Columns<'_> {
    /// The value of the next column.
    fn value(&mut self) -> Result<u32, PackedError> {
        let value = packed::get(self.bytes, self.count, self.index)?;
        self.bytes = &self.bytes[packed::length(self.bytes, self.count)?..];
        Ok(value)
    }

    /// Where the value of the next column starts and ends if they stand one after another from `start` on.
    fn range(&mut self, start: u64) -> Result<(u64, u64), PackedError> {
        let mut lengths = [0; BLOCK];
        let used = packed::decode(self.bytes, self.count, &mut lengths)?;
        self.bytes = &self.bytes[used..];
        let before: u64 = lengths[..self.index].iter().map(|&length| u64::from(length)).sum();
        let start = start.saturating_add(before);
        Ok((start, start.saturating_add(u64::from(lengths[self.index]))))
    }
}
