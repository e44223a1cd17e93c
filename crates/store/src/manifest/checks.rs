//! Whether a manifest makes sense: figures that must agree, and sections that must tile the file.
//!
//! Comes in: a decoded manifest and where it stands. Goes out: nothing, or what contradicts what. Reading checks what
//! it finds with it, writing what it is about to commit.

use std::collections::BTreeSet;

use super::{Manifest, SectionRecord, SegmentRecord};
use crate::Error;
use crate::header::{HEADER_LENGTH, Slot};

/// Sections start at multiples of this, so that any of their integers and vectors may be read in place.
pub(crate) const ALIGNMENT: u64 = 64;

/// Names are written into errors and tables.
const MAX_NAME: usize = 256;

/// Checks `manifest`, which stands where `slot` says.
pub(crate) fn check(manifest: &Manifest, slot: &Slot) -> Result<(), Error> {
    check_schema(manifest)?;
    manifest.segments.iter().try_for_each(|segment| check_segment(manifest, segment))?;
    check_statistics(manifest)?;
    check_tiling(manifest, slot)
}

fn wrong(reason: impl ToString) -> Error {
    Error::corrupt(super::encoding::SECTION, 0, reason)
}

fn check_schema(manifest: &Manifest) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for field in &manifest.schema.fields {
        if field.name.is_empty() || field.name.len() > MAX_NAME || !names.insert(&field.name) {
            return Err(wrong(format!("the field name `{}` is empty, long or double", field.name)));
        }
    }
    Ok(())
}

fn check_segment(manifest: &Manifest, segment: &SegmentRecord) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    for section in &segment.sections {
        let readable = section.name.chars().all(|letter| !letter.is_control());
        if section.name.is_empty() || section.name.len() > MAX_NAME || !readable {
            return Err(wrong("a section's name is empty, long or unreadable"));
        }
        if !names.insert(&section.name) {
            return Err(wrong(format!("a segment has two sections `{}`", section.name)));
        }
    }
    let fields = manifest.schema.text_fields().count();
    if segment.field_tokens.len() > fields {
        let found = segment.field_tokens.len();
        return Err(wrong(format!("expected at most {fields} text fields, found {found}")));
    }
    if sum(&segment.field_tokens)? != segment.tokens {
        return Err(wrong("the tokens of a segment's fields do not sum to its tokens"));
    }
    let figures = [segment.baked.k1, segment.baked.b, segment.baked_average_length];
    if figures.iter().any(|figure| !figure.is_finite() || *figure < 0.0) {
        return Err(wrong("a ranking figure of a segment is not a number or is negative"));
    }
    Ok(())
}

fn check_statistics(manifest: &Manifest) -> Result<(), Error> {
    let expected = statistics(manifest)?;
    if expected != manifest.statistics {
        let found = &manifest.statistics;
        return Err(wrong(format!("expected the sums {expected:?}, found {found:?}")));
    }
    Ok(())
}

/// The index-wide figures as sums over the segments.
pub(crate) fn statistics(manifest: &Manifest) -> Result<super::Statistics, Error> {
    let documents = manifest.segments.iter().map(|segment| u64::from(segment.documents)).sum();
    // The last number marks the end of posting lists.
    if documents > u64::from(u32::MAX) - 1 {
        let limit = u64::from(u32::MAX) - 1;
        let what = "the number of documents".to_owned();
        return Err(Error::TooLarge { what, limit, found: documents });
    }
    let tokens: Vec<u64> = manifest.segments.iter().map(|segment| segment.tokens).collect();
    let mut field_tokens = vec![0u64; manifest.schema.text_fields().count()];
    for segment in &manifest.segments {
        for (total, part) in field_tokens.iter_mut().zip(&segment.field_tokens) {
            *total = total.checked_add(*part).ok_or_else(|| wrong("the tokens overflow"))?;
        }
    }
    Ok(super::Statistics { documents, tokens: sum(&tokens)?, field_tokens })
}

fn sum(parts: &[u64]) -> Result<u64, Error> {
    parts
        .iter()
        .try_fold(0u64, |total, part| total.checked_add(*part))
        .ok_or_else(|| wrong("the tokens overflow"))
}

/// Everything after the header lies end to end, but for the padding to the next multiple of [`ALIGNMENT`], and the
/// manifest comes last.
fn check_tiling(manifest: &Manifest, slot: &Slot) -> Result<(), Error> {
    let mut end = HEADER_LENGTH;
    for section in tiles(manifest) {
        end = place(section, end)?;
    }
    let found = slot.manifest_offset;
    if found != end.next_multiple_of(ALIGNMENT) {
        return Err(wrong(format!("expected it after byte {end}, found it at byte {found}")));
    }
    Ok(())
}

/// All sections in use or not, in the order in which they lie in the file.
pub(crate) fn tiles(manifest: &Manifest) -> Vec<&SectionRecord> {
    let used = manifest.segments.iter().flat_map(|segment| &segment.sections);
    let mut tiles: Vec<_> = used.chain(&manifest.superseded).collect();
    tiles.sort_by_key(|section| (section.offset, section.length));
    tiles
}

fn place(section: &SectionRecord, previous_end: u64) -> Result<u64, Error> {
    let SectionRecord { name, offset, .. } = section;
    let expected = previous_end.checked_next_multiple_of(ALIGNMENT);
    match section.end() {
        Some(end) if Some(*offset) == expected => Ok(end),
        _ => Err(wrong(format!(
            "expected section `{name}` after byte {previous_end}, found it at byte {offset}"
        ))),
    }
}
