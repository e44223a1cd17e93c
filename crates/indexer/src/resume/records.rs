//! A slot to bytes and back.
//!
//! Comes in: an indexed slot and the digest of the files it depends on. Goes out: the bytes of its record, and the same slot
//! again; `None` for bytes that are no slot.
//!
//! ```text
//! Slot    := prefix:byte{32} batches reach Tally documents text_bytes made_ids dropped
//!            ids id_end{documents} Many<source number> Many<field length> Many<first byte{}> columns
//!            Many<Bad> Many<late field> Many<language> Many<first_term byte{}>
//! Tally   := Many<input count{}>
//! Bad     := source number offset reason excerpt
//! Many<T> := count T{count}
//! ```
//!
//! Numbers are varints; texts and runs of bytes begin with their length.

use std::sync::Arc;

use analysis::Language;
use codec::bytes::{ByteReader, ByteWriter};
use sources::{BadRecord, Sha256Digest, Tally};

use crate::Error;
use crate::inversion::InvertedSlot;
use crate::run::{Block as RunBlock, Run};
use crate::runs::each_block;
use crate::stored::Block;
use crate::worker::{IndexedSlot, SlotOutput};

/// The record of a slot.
pub(super) fn encode(slot: &IndexedSlot, prefix: &Sha256Digest) -> Result<Vec<u8>, Error> {
    let IndexedSlot { inverted, output } = slot;
    let mut out = ByteWriter::new();
    out.write_bytes(prefix);
    out.write_varint(output.batches as u64);
    out.write_varint(output.reach as u64);
    many(&mut out, output.tally.rows(), |out, (input, row)| {
        out.write_varint(input as u64);
        row.iter().for_each(|count| out.write_varint(*count));
    });
    for number in [output.documents.into(), output.text_bytes, output.made_ids, inverted.dropped] {
        out.write_varint(number);
    }
    out.write_text(&output.ids);
    output.id_ends.iter().for_each(|end| out.write_varint(*end as u64));
    many(&mut out, output.origins.iter(), |out, (source, number)| {
        out.write_text(source);
        out.write_varint(*number);
    });
    many(&mut out, inverted.field_lengths.iter(), |out, length| out.write_varint((*length).into()));
    many(&mut out, output.blocks.iter(), |out, block| {
        out.write_varint(block.first.into());
        write_run(out, &block.bytes);
    });
    output.columns.write(&mut out);
    many(&mut out, output.bad.iter(), |out, bad| {
        out.write_text(&bad.source);
        out.write_varint(bad.number);
        out.write_varint(bad.offset);
        out.write_text(&bad.reason);
        out.write_text(&bad.excerpt);
    });
    many(&mut out, output.late_fields.iter(), |out, name| out.write_text(name));
    many(&mut out, output.languages.iter(), |out, found| out.write_varint(found.number().into()));
    let mut blocks = Vec::new();
    each_block(&[&inverted.run], |block| {
        blocks.push(block);
        Ok(())
    })?;
    many(&mut out, blocks.iter(), |out, block| {
        write_run(out, &block.first_term);
        write_run(out, &block.bytes);
    });
    Ok(out.into_bytes())
}

fn many<T>(
    out: &mut ByteWriter,
    items: impl ExactSizeIterator<Item = T>,
    mut write: impl FnMut(&mut ByteWriter, T),
) {
    out.write_varint(items.len() as u64);
    items.for_each(|item| write(out, item));
}

fn write_run(out: &mut ByteWriter, bytes: &[u8]) {
    out.write_varint(bytes.len() as u64);
    out.write_bytes(bytes);
}

/// The slot of a record.
pub(super) fn decode(record: &[u8]) -> Option<(Sha256Digest, IndexedSlot)> {
    let mut reader = ByteReader::new(record);
    let slot = read(&mut reader)?;
    reader.finish().ok()?;
    Some(slot)
}

fn read(from: &mut ByteReader<'_>) -> Option<(Sha256Digest, IndexedSlot)> {
    let prefix = from.read_array().ok()?;
    let mut output = SlotOutput {
        batches: number(from)?,
        reach: number(from)?,
        tally: read_tally(from)?,
        documents: from.read_varint_u32().ok()?,
        text_bytes: from.read_varint_u64().ok()?,
        made_ids: from.read_varint_u64().ok()?,
        ..SlotOutput::default()
    };
    let dropped = from.read_varint_u64().ok()?;
    output.ids = from.read_text().ok()?.to_owned();
    for _ in 0..output.documents {
        let (start, end) = (output.id_ends.last().copied().unwrap_or(0), number(from)?);
        output.ids.get(start..end)?;
        output.id_ends.push(end);
    }
    output.origins = read_many(from, |from| Some((text(from)?, from.read_varint_u64().ok()?)))?;
    let field_lengths = read_many(from, |from| from.read_varint_u32().ok())?;
    output.blocks = read_many(from, |from| {
        Some(Block { first: from.read_varint_u32().ok()?, bytes: read_run(from)?.to_owned() })
    })?;
    output.columns.read(from)?;
    output.bad = read_many(from, |from| {
        Some(BadRecord {
            source: text(from)?,
            number: from.read_varint_u64().ok()?,
            offset: from.read_varint_u64().ok()?,
            reason: from.read_text().ok()?.to_owned(),
            excerpt: from.read_text().ok()?.to_owned(),
        })
    })?;
    output.late_fields = read_many(from, |from| Some(from.read_text().ok()?.into()))?;
    let languages =
        read_many(from, |from| Some(Language::of_number(from.read_varint_u32().ok()?)))?;
    output.languages = languages.into_iter().collect();
    let blocks = read_many(from, |from| {
        Some(RunBlock { first_term: read_run(from)?.into(), bytes: read_run(from)?.into() })
    })?;
    let inverted = InvertedSlot { run: Run::in_memory(blocks), field_lengths, dropped };
    Some((prefix, IndexedSlot { inverted, output }))
}

fn read_tally(from: &mut ByteReader<'_>) -> Option<Tally> {
    let mut tally = Tally::default();
    for _ in 0..number(from)? {
        let (input, mut row) = (number(from)?, [0; Tally::WIDTH]);
        for count in &mut row {
            *count = from.read_varint_u64().ok()?;
        }
        tally.add_row(input, row);
    }
    Some(tally)
}

/// Each has a byte at least, so their number is bounded by the record's length.
fn read_many<'a, T>(
    from: &mut ByteReader<'a>,
    mut read: impl FnMut(&mut ByteReader<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = number(from)?;
    if from.rest().len() < count {
        return None;
    }
    (0..count).map(|_| read(from)).collect()
}

fn number(from: &mut ByteReader<'_>) -> Option<usize> {
    from.read_varint_u64().ok()?.try_into().ok()
}

fn text(from: &mut ByteReader<'_>) -> Option<Arc<str>> {
    Some(from.read_text().ok()?.into())
}

fn read_run<'a>(from: &mut ByteReader<'a>) -> Option<&'a [u8]> {
    let length = number(from)?;
    from.take(length).ok()
}
