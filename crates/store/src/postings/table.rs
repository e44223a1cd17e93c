//! The term table: for each term in vocabulary order, how long its list is and where it lies.
//!
//! ```text
//! Terms     := count:u32 Zero{4} Group{ceil(count/32)} Entry{count}
//! Group     := entries_offset:u64 postings_offset:u64 positions_offset:u64           where its first term's things start
//! Entry     := doc_freq:varint postings_length:varint Rest                             tiny list
//!            | doc_freq:varint postings_length:varint Rest positions_length:varint     any other
//! Rest      := (collection_freq - doc_freq):varint
//! ```
//!
//! `entries_offset` counts from the first `Entry`. Offsets inside a group are running sums, so that the million terms
//! that stand in one document cost three bytes each, and finding a term reads at most 32 short entries.

use codec::bytes::ByteReader;

use super::{ListClass, ListSummary, TINY_LIMIT, TermInfo, damaged};
use crate::{Error, TermOrdinal};

const GROUP: usize = 32;
const GROUP_BYTES: usize = 24;
const HEAD_BYTES: usize = 8;

/// Collects [`ListSummary`]s in vocabulary order and gives the bytes of section `terms`.
#[derive(Default)]
pub struct TermTableBuilder {
    count: u32,
    postings: u64,
    positions: u64,
    groups: Vec<u8>,
    entries: Vec<u8>,
}

impl TermTableBuilder {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        TermTableBuilder::default()
    }

    /// Adds the next term, whose list starts where the previous one ended.
    pub fn push(&mut self, summary: &ListSummary) {
        if (self.count as usize).is_multiple_of(GROUP) {
            for offset in [self.entries.len() as u64, self.postings, self.positions] {
                self.groups.extend(offset.to_le_bytes());
            }
        }
        codec::varint::write_u64(&mut self.entries, u64::from(summary.doc_freq));
        codec::varint::write_u64(&mut self.entries, summary.postings_length);
        codec::varint::write_u64(
            &mut self.entries,
            summary.collection_freq - u64::from(summary.doc_freq),
        );
        if TINY_LIMIT < summary.doc_freq {
            codec::varint::write_u64(&mut self.entries, summary.positions_length);
        }
        self.count += 1;
        self.postings += summary.postings_length;
        self.positions += summary.positions_length;
    }

    /// The section's bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.groups.len() + self.entries.len());
        bytes.extend(self.count.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.groups);
        bytes.extend(self.entries);
        bytes
    }
}

/// The table as it lies in the file.
#[derive(Clone, Copy)]
pub(crate) struct TermTable<'a> {
    count: u32,
    /// Documents of the segment, on which classes depend.
    doc_count: u32,
    groups: &'a [u8],
    entries: &'a [u8],
}

impl<'a> TermTable<'a> {
    /// Finds the table's parts. Reads the head only.
    pub(crate) fn open(section: &'a [u8], doc_count: u32) -> Result<Self, Error> {
        let too_short =
            || damaged("terms", 0, format!("expected a term table, found {} bytes", section.len()));
        let (head, rest) = section.split_at_checked(HEAD_BYTES).ok_or_else(too_short)?;
        let count = u32::from_le_bytes(head[..4].try_into().expect("four bytes were sliced"));
        let group_bytes = (count as usize).div_ceil(GROUP) * GROUP_BYTES;
        let (groups, entries) = rest.split_at_checked(group_bytes).ok_or_else(too_short)?;
        Ok(TermTable { count, doc_count, groups, entries })
    }

    /// Terms in the table.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The entry of a term; reads at most 32 entries.
    pub(crate) fn get(&self, ordinal: TermOrdinal) -> Result<TermInfo, Error> {
        if self.count <= ordinal.0 {
            let reason = format!("term {} asked for, the table has {}", ordinal.0, self.count);
            return Err(damaged("terms", 0, reason));
        }
        let group = ordinal.0 as usize / GROUP;
        let offset = |index: usize| {
            let at = group * GROUP_BYTES + index * 8;
            u64::from_le_bytes(self.groups[at..at + 8].try_into().expect("eight bytes were sliced"))
        };
        let (entries, mut postings, mut positions) = (offset(0), offset(1), offset(2));
        let at_damage = |reason: String| damaged("terms", entries, reason);
        let bytes = usize::try_from(entries).ok().and_then(|start| self.entries.get(start..));
        let bytes = bytes
            .ok_or_else(|| at_damage("group starts beyond the end of the table".to_owned()))?;
        let mut reader = ByteReader::new(bytes);
        let mut number = || reader.read_varint_u64().map_err(|error| at_damage(error.to_string()));
        for current in (group * GROUP) as u32.. {
            let doc_freq = u32::try_from(number()?).unwrap_or(u32::MAX);
            let class = ListClass::of(doc_freq, self.doc_count);
            let postings_length = number()?;
            let collection_freq = number()?.saturating_add(u64::from(doc_freq));
            let positions_length = if class == ListClass::Tiny { 0 } else { number()? };
            let info = TermInfo {
                ordinal,
                doc_freq,
                collection_freq,
                class,
                postings: (postings, postings.saturating_add(postings_length)),
                positions: (positions, positions.saturating_add(positions_length)),
            };
            if current == ordinal.0 {
                return Ok(info);
            }
            (postings, positions) = (info.postings.1, info.positions.1);
        }
        unreachable!("the loop ends at the ordinal, which lies in this group")
    }
}
