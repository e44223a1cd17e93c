//! Damaged, cut, foreign and hostile bytes: always a named error or an answer, never a panic or much memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use codec::checksum::crc32;

use super::fixture::{bytes_of, many_articles, three_articles};
use super::recording::Dice;
use crate::header::{HEADER_LENGTH, HeaderBytes, SECTOR, Slot};
use crate::manifest::encoding;
use crate::postings::END;
use crate::{Error, FORMAT_VERSION, IndexFile, Manifest, Segment, TermOrdinal, names};

/// Two commits, so that both slots and a superseded manifest are there.
fn small_file() -> Vec<u8> {
    bytes_of(&[three_articles(), three_articles()])
}

fn open(bytes: &[u8]) -> Result<IndexFile, Error> {
    IndexFile::from_bytes(bytes.to_vec())
}

/// Asks for everything that an index can be asked for, and does not care about the answers.
fn read_everything(index: &IndexFile) {
    for segment in index.segments() {
        let past_the_end = [segment.doc_count(), u32::MAX];
        for document in (0..segment.doc_count()).chain(past_the_end) {
            let _ = segment.length(document);
            let _ = segment.field_extent(1, document);
            let _ = segment.document_listed(document);
            let _ = segment.listed(document);
            let _ = segment.id(document);
            let _ = segment.document(document);
        }
        let _ = segment.listed_bits(vec![u64::MAX; segment.doc_count() as usize / 64 + 1]);
        for id in ["n1", "", "a0001", "zzz"] {
            let _ = segment.find_id(id);
        }
        for field in ["words", "letters"] {
            let _ = read_column(segment, field);
        }
        for ordinal in (0..segment.record().terms).chain([u32::MAX]) {
            let _ = read_list(segment, TermOrdinal(ordinal));
        }
    }
}

fn read_column(segment: &Segment, field: &str) -> Result<(), Error> {
    let Some(column) = segment.column(field)? else { return Ok(()) };
    for document in 0..segment.doc_count() {
        let values = column.dates(document).count() + column.numbers(document).count();
        let _ =
            (values, column.codes(document).filter(|&code| column.keyword(code).is_ok()).count());
    }
    Ok(())
}

fn read_list(segment: &Segment, ordinal: TermOrdinal) -> Result<(), Error> {
    let list = segment.postings(&segment.term(ordinal)?)?;
    let (mut cursor, mut positions) = (list.cursor()?, Vec::new());
    while cursor.doc() != END {
        cursor.freq()?;
        cursor.positions(&mut positions)?;
        cursor.advance()?;
    }
    let mut cursor = list.cursor()?;
    cursor.seek(segment.doc_count() / 2)?;
    Ok(())
}

/// Where damage must be found by opening alone.
fn is_checked_on_open(index: &IndexFile, at: u64) -> bool {
    let slot = index.slot();
    let vocabularies = index.manifest().segments.iter().filter_map(|segment| {
        let section = segment.section(names::VOCABULARY)?;
        Some(section.offset..section.offset + section.length)
    });
    let manifest = slot.manifest_offset..slot.file_length;
    at < HEADER_LENGTH || vocabularies.chain([manifest]).any(|range| range.contains(&at))
}

/// A damaged second copy of the newest slot, or first copy of the older, is what a crash may leave. There is nothing to
/// find on opening, because the right commit is opened.
fn may_be_a_crash(index: &IndexFile, at: u64) -> bool {
    let newest = index.slot();
    let older = Slot { generation: newest.generation - 1, ..*newest };
    [newest.offset(1), older.offset(0)]
        .iter()
        .any(|&offset| (offset..offset + SECTOR as u64).contains(&at))
}

#[test]
fn every_changed_byte_is_found() {
    let bytes = small_file();
    let whole = open(&bytes).unwrap();
    whole.verify().unwrap();
    let mut changed = bytes.clone();
    for at in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xff] {
            changed[at] ^= mask;
            match open(&changed) {
                Err(_) => {}
                Ok(index) => {
                    let place = at as u64;
                    assert!(!is_checked_on_open(&whole, place) || may_be_a_crash(&whole, place));
                    assert_eq!(index.generation(), whole.generation(), "byte {at}");
                    assert!(index.verify().is_err(), "byte {at} xor {mask:#x}");
                    read_everything(&index);
                }
            }
            changed[at] ^= mask;
        }
    }
}

#[test]
fn every_cut_is_found_by_opening() {
    let bytes = small_file();
    for length in 0..bytes.len() {
        let error = open(&bytes[..length]).unwrap_err();
        match error {
            Error::NotAnIndex { .. } => assert_eq!(length, 0),
            Error::Truncated { found, .. } => assert_eq!(found, length as u64),
            other => panic!("{length}: {other}"),
        }
    }
    // Bytes behind the end belong to no commit.
    let longer = [&bytes[..], b"the tail of a commit that did not happen"].concat();
    let index = open(&longer).unwrap();
    assert_eq!(index.verify().unwrap().uncommitted_bytes, 40);
}

#[test]
fn smeared_bytes_are_found() {
    let bytes = bytes_of(&[many_articles(300)]);
    let mut dice = Dice(1);
    for _ in 0..150 {
        let mut changed = bytes.clone();
        let at = dice.roll(bytes.len() as u64 - 8) as usize;
        (0..8).for_each(|index| changed[at + index] = dice.roll(256) as u8);
        if changed == bytes {
            continue;
        }
        if let Ok(index) = open(&changed) {
            assert!(index.verify().is_err(), "byte {at}");
            read_everything(&index);
        }
    }
}

#[test]
fn foreign_and_newer_files_are_refused_by_name() {
    let message = |bytes: &[u8]| open(bytes).unwrap_err().to_string();
    assert!(message(b"").contains("an empty file"));
    assert!(message(&[0; 5000]).contains("is not a Pressmark index"));
    assert!(message(b"\x1f\x8b\x08 and so on").contains("found gzip data"));
    let mut text_mode = small_file();
    text_mode.remove(4);
    assert!(message(&text_mode).contains("copied as text"));
    let mut newer = small_file();
    let next = FORMAT_VERSION + 1;
    (newer[8], newer[12]) = (77, next as u8);
    let expected = format!(
        "has format 77, which needs a reader of format {next} or later, and this program reads \
         format {FORMAT_VERSION}; update Pressmark or build the index again"
    );
    assert!(message(&newer).contains(&expected), "{}", message(&newer));
}

/// Puts `manifest` (or any bytes in its place) into the file with all checksums right.
fn with_manifest(mut bytes: Vec<u8>, slot: &Slot, manifest: &[u8]) -> Vec<u8> {
    bytes.truncate(slot.manifest_offset as usize);
    bytes.extend_from_slice(manifest);
    let slot = Slot {
        manifest_length: manifest.len() as u64,
        file_length: bytes.len() as u64,
        manifest_checksum: crc32(manifest),
        ..*slot
    };
    for copy in 0..2 {
        let start = slot.offset(copy) as usize;
        bytes[start..start + SECTOR].copy_from_slice(&slot.encode());
    }
    bytes
}

/// Changes a few bytes of one section and makes all checksums right again, as somebody would who means harm.
///
/// The vocabulary is left out: `fst` does not promise to survive bytes that were made to deceive it.
fn forge_section(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let index = open(bytes).unwrap();
    let mut sections = index.manifest().segments[0].sections.clone();
    sections.retain(|section| section.name != names::VOCABULARY && section.length > 0);
    let chosen = &sections[dice.roll(sections.len() as u64) as usize].name;
    change_section(bytes, chosen, |section| forge(section, dice))
}

/// Changes a section of the first segment, and its checksum.
fn change_section(bytes: &[u8], name: &str, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let (mut bytes, index) = (bytes.to_vec(), open(bytes).unwrap());
    let mut manifest = index.manifest().clone();
    let mut sections = manifest.segments[0].sections.iter_mut();
    let section = sections.find(|section| section.name == name).unwrap();
    let range = section.offset as usize..(section.offset + section.length) as usize;
    change(&mut bytes[range.clone()]);
    section.checksum = crc32(&bytes[range]);
    with_manifest(bytes, index.slot(), &encoding::encode(&manifest).unwrap())
}

fn forge(bytes: &mut [u8], dice: &mut Dice) {
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(bytes.len() as u64) as usize;
        bytes[at] = match dice.roll(4) {
            0 => 0,
            1 => 0xff,
            2 => bytes[at].wrapping_add(1),
            _ => dice.roll(256) as u8,
        };
    }
}

/// The first block's own checksum is set right too; small files have no other block.
fn forge_block(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    change_section(bytes, names::DOCUMENTS, |block| {
        let (start, length) = if dice.roll(2) == 0 { (0, 16) } else { (20, block.len() - 20) };
        forge(&mut block[start..start + length], dice);
        let checked = [&block[..16], &block[20..]].concat();
        block[16..20].copy_from_slice(&crc32(&checked).to_le_bytes());
    })
}

fn forge_manifest(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let slot = *open(bytes).unwrap().slot();
    let mut manifest = bytes[slot.manifest_offset as usize..].to_vec();
    forge(&mut manifest, dice);
    with_manifest(bytes.to_vec(), &slot, &manifest)
}

fn forge_header(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let start = SECTOR * (1 + dice.roll(4) as usize);
    forge(&mut bytes[start..start + 36], dice);
    let checksum = crc32(&bytes[start..start + 36]);
    bytes[start + 36..start + 40].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

type Forger = fn(&[u8], &mut Dice) -> Vec<u8>;

fn forgeries(rounds: usize, mut check: impl FnMut(&[u8])) {
    let files = [small_file(), bytes_of(&[many_articles(40)]), bytes_of(&[many_articles(300)])];
    let forgers: [Forger; 4] = [forge_section, forge_block, forge_manifest, forge_header];
    let mut dice = Dice(7);
    for round in 0..rounds {
        let file = &files[round % files.len()];
        check(&forgers[round / files.len() % forgers.len()](file, &mut dice));
    }
}

/// Whether opening, verifying and reading ended without a panic.
fn survives(bytes: &[u8]) -> bool {
    let attempt = || {
        if let Ok(index) = open(bytes) {
            let _ = index.verify();
            read_everything(&index);
        }
    };
    catch_unwind(AssertUnwindSafe(attempt)).is_ok()
}

#[test]
fn forged_bytes_with_right_checksums_do_no_harm() {
    // More for an afternoon in the laboratory: PRESSMARK_FORGERIES=1000000.
    let rounds = std::env::var("PRESSMARK_FORGERIES").ok().and_then(|rounds| rounds.parse().ok());
    forgeries(rounds.unwrap_or(1200), |bytes| assert!(survives(bytes)));
}

#[test]
fn a_manifest_of_any_bytes_is_an_error() {
    let file = small_file();
    let slot = *open(&file).unwrap().slot();
    let mut dice = Dice(3);
    for length in 0..300 {
        let bytes: Vec<u8> = (0..length).map(|_| dice.roll(256) as u8).collect();
        assert!(open(&with_manifest(file.clone(), &slot, &bytes)).is_err());
    }
    let whole = encoding::encode(open(&file).unwrap().manifest()).unwrap();
    let longer = [&whole[..], &[0]].concat();
    let error = open(&with_manifest(file.clone(), &slot, &longer)).unwrap_err();
    assert!(error.to_string().contains("expected its end, found 1 more bytes"), "{error}");
}

#[test]
fn a_manifest_that_contradicts_itself_is_an_error() {
    type Change = fn(&mut Manifest);
    let changes: [(Change, &str); 9] = [
        (|m| m.statistics.documents += 1, "expected the sums"),
        (|m| m.segments[0].tokens += 1, "do not sum"),
        (|m| m.segments[0].field_tokens[0] = u64::MAX, "overflow"),
        (|m| m.segments[0].baked.k1 = f64::NAN, "not a number"),
        (|m| m.segments[0].sections[1].offset += 64, "expected section"),
        (|m| m.segments[0].sections[1].length = u64::MAX, "expected section"),
        (|m| drop(m.segments[0].sections.pop()), "expected section"),
        (|m| m.segments[0].sections[0].name = "postings".to_owned(), "two sections"),
        (|m| m.schema.fields[0].name.clear(), "field name"),
    ];
    let file = small_file();
    let index = open(&file).unwrap();
    let (slot, whole) = (*index.slot(), index.manifest());
    for (change, expected) in changes {
        let mut manifest = whole.clone();
        change(&mut manifest);
        let encoded = encoding::encode(&manifest).unwrap();
        let error = open(&with_manifest(file.clone(), &slot, &encoded)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn slots_that_no_crash_explains_are_an_error() {
    let bytes = small_file();
    let newest = *open(&bytes).unwrap().slot();
    let older = Slot { generation: newest.generation - 1, ..newest };
    let wipe = |offsets: &[u64]| {
        let mut header: HeaderBytes = bytes[..HEADER_LENGTH as usize].try_into().unwrap();
        for &offset in offsets {
            header[offset as usize] ^= 1;
        }
        let mut bytes = bytes.clone();
        bytes[..HEADER_LENGTH as usize].copy_from_slice(&header);
        open(&bytes).map(|index| index.generation())
    };
    // Either the newest commit was cut while its copy was written, or one after it was begun.
    assert_eq!(wipe(&[newest.offset(1)]).unwrap(), newest.generation);
    assert_eq!(wipe(&[older.offset(0)]).unwrap(), newest.generation);
    // A durable first copy rots, a whole slot rots, both tear at once: never.
    assert!(wipe(&[newest.offset(0)]).is_err());
    assert!(wipe(&[older.offset(1)]).is_err());
    assert!(wipe(&[newest.offset(0), newest.offset(1)]).is_err());
    assert!(wipe(&[older.offset(0), older.offset(1)]).is_err());
    assert!(wipe(&[newest.offset(1), older.offset(0)]).is_err());
    assert!(wipe(&[512, 1024, 1536, 2048]).is_err());
}

/// Run in a process of its own, whose allocator refuses more than the file and 1 MiB beyond what is in use.
const CHILD: &str = "PRESSMARK_TEST_WITH_LITTLE_MEMORY";

#[test]
fn hostile_bytes_get_no_more_memory_than_the_file_and_a_mebibyte() {
    if std::env::var_os(CHILD).is_some() {
        return with_little_memory();
    }
    let this = "tests::damage::hostile_bytes_get_no_more_memory_than_the_file_and_a_mebibyte";
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args(["--exact", this, "--nocapture"]).env(CHILD, "1").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

fn with_little_memory() {
    forgeries(600, |bytes| {
        let bytes = bytes.to_vec();
        let limit = crate::ALLOCATOR.allocated() + bytes.len() + (1 << 20);
        crate::ALLOCATOR.set_limit(limit).unwrap();
        if let Ok(index) = IndexFile::from_bytes(bytes) {
            let _ = index.verify();
            read_everything(&index);
        }
        crate::ALLOCATOR.set_limit(usize::MAX).unwrap();
    });
}
