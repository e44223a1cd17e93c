//! Reading every byte of an open index and checking it.
//!
//! Comes in: an open index. Goes out: what was checked, or the first damage with its section and offset. Checksums come
//! first, so that accidents are found before anything is decoded; then everything is decoded, so that a writer's
//! mistake is found too.

use codec::checksum::crc32;

use crate::header::{HEADER_LENGTH, Header, HeaderBytes, is_zero};
use crate::manifest::checks;
use crate::postings::{Champions, END};
use crate::sections::names;
use crate::sections::norms::norm_of;
use crate::sections::order::Order;
use crate::{Error, IndexFile, SectionRecord, Segment, TermOrdinal};

/// What [`IndexFile::verify`] has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct VerifyReport {
    /// Bytes of the committed state, all of them read.
    pub bytes: u64,
    /// Bytes behind the committed state, not read: they belong to no commit.
    pub uncommitted_bytes: u64,
    /// Sections whose checksum was compared, those of earlier commits included.
    pub sections: u64,
    /// Segments.
    pub segments: u64,
    /// Terms looked up.
    pub terms: u64,
    /// Postings decoded.
    pub postings: u64,
    /// Positions decoded.
    pub positions: u64,
    /// Stored documents decoded.
    pub documents: u64,
}

pub(crate) fn verify(index: &IndexFile) -> Result<VerifyReport, Error> {
    let mut report = VerifyReport {
        bytes: index.committed_bytes(),
        uncommitted_bytes: index.uncommitted_bytes(),
        segments: index.segments().len() as u64,
        ..VerifyReport::default()
    };
    check_header(index)?;
    report.sections = check_checksums(index)?;
    for segment in index.segments() {
        check_vocabulary(segment)?;
        segment.order().map_or(Ok(()), Order::verify)?;
        check_postings(segment, &mut report)?;
        check_pairs(segment)?;
        check_lengths(segment)?;
        segment.ids()?.verify()?;
        check_columns(segment)?;
        report.documents += check_documents(segment)?;
    }
    Ok(report)
}

/// Opening tolerates what a crash may leave in the slots; here every copy must be whole.
fn check_header(index: &IndexFile) -> Result<(), Error> {
    let bytes: &HeaderBytes = index
        .bytes()
        .first_chunk()
        .ok_or_else(|| Error::corrupt("header", 0, "expected 4096 bytes"))?;
    // A commit may be changing the mapped bytes: judge a copy, and only one that stands still.
    let mut copy = *bytes;
    loop {
        let checked = Header::decode(&copy, index.path()).and_then(|header| {
            header.committed()?;
            header.check_all_copies()
        });
        if checked.is_ok() || copy == *bytes {
            return checked;
        }
        copy = *bytes;
    }
}

/// Compares the checksum of everything that has one, and expects zeros between.
fn check_checksums(index: &IndexFile) -> Result<u64, Error> {
    let manifest = index.manifest();
    let mut end = HEADER_LENGTH;
    let mut count = 0;
    for section in checks::tiles(manifest) {
        check_padding(index, end, section.offset)?;
        check_section(index, section)?;
        end = section.offset + section.length;
        count += 1;
    }
    check_padding(index, end, index.slot().manifest_offset)?;
    Ok(count)
}

fn check_section(index: &IndexFile, section: &SectionRecord) -> Result<(), Error> {
    let range = section.offset as usize..(section.offset + section.length) as usize;
    if crc32(&index.bytes()[range]) != section.checksum {
        let reason = format!(
            "the checksum of its {} bytes at byte {} of the file is wrong",
            section.length, section.offset
        );
        return Err(Error::corrupt(&section.name, 0, reason));
    }
    Ok(())
}

fn check_padding(index: &IndexFile, start: u64, end: u64) -> Result<(), Error> {
    if is_zero(&index.bytes()[start as usize..end as usize]) {
        return Ok(());
    }
    Err(Error::corrupt("padding", start, "expected zeros between two sections"))
}

/// Every key has the next ordinal, and the class of its ending.
fn check_vocabulary(segment: &Segment) -> Result<(), Error> {
    let wrong = |reason: String| Error::corrupt(names::VOCABULARY, 0, reason);
    let vocabulary = segment.vocabulary();
    vocabulary.as_fst().verify().map_err(|error| wrong(error.to_string()))?;
    let mut stream = vocabulary.stream();
    let mut expected = 0;
    let endings = segment.endings()?;
    segment.name_classes()?;
    while let Some((term, ordinal)) = fst::Streamer::next(&mut stream) {
        if ordinal != expected {
            let term = term.escape_ascii();
            return Err(wrong(format!("term `{term}` has ordinal {ordinal}, expected {expected}")));
        }
        if let Some(endings) = &endings
            && endings.class(TermOrdinal(ordinal as u32)) != Some(endings.expected(term))
        {
            let reason = format!("the class of term `{}` is wrong", term.escape_ascii());
            return Err(Error::corrupt(names::ENDINGS, 0, reason));
        }
        expected += 1;
    }
    if expected != u64::from(segment.record().terms) {
        return Err(wrong(format!("expected {} terms, found {expected}", segment.record().terms)));
    }
    Ok(())
}

/// Every pair list decodes: its documents ascend, and its words stand side by side in each as often as it says.
fn check_pairs(segment: &Segment) -> Result<(), Error> {
    let Some(pairs) = segment.pairs()? else { return Ok(()) };
    let mut previous = None;
    for place in 0..pairs.len() {
        let (first, second, info) = pairs.entry(place)?;
        let wrong = |reason: String| Error::corrupt(names::PAIR_POSTINGS, info.postings.0, reason);
        let terms = segment.record().terms;
        if Some((first, second)) <= previous || terms <= first.0.max(second.0) {
            let reason = format!("pair {place} is out of order, or not of two of {terms} terms");
            return Err(Error::corrupt(names::PAIRS, 0, reason));
        }
        previous = Some((first, second));
        let mut words = Vec::new();
        for word in [first, second] {
            words.push(segment.postings(&segment.term(word)?)?.cursor()?);
        }
        let list = segment.pair_list(&info)?;
        let champions = list.champions()?;
        let mut champions = champions.iter().flat_map(Champions::postings).peekable();
        let mut cursor = list.cursor()?;
        let (mut documents, mut before) = (0, None);
        while cursor.doc() != END {
            let (document, frequency) = (cursor.doc(), cursor.freq()?);
            if Some(document) <= before {
                return Err(wrong(format!("document {document} is out of order")));
            }
            let mut places = [Vec::new(), Vec::new()];
            for (word, places) in words.iter_mut().zip(&mut places) {
                if word.seek(document)? == document {
                    word.positions(places)?;
                }
            }
            let [firsts, seconds] = places;
            let is_pair = |place: &&u32| seconds.binary_search(&(**place + 1)).is_ok();
            let found = firsts.iter().filter(is_pair).count();
            if found != frequency as usize {
                let reason = format!(
                    "document {document}: expected a pair {found} times, found {frequency}"
                );
                return Err(wrong(reason));
            }
            champions.next_if_eq(&(document, frequency));
            before = Some(document);
            documents += 1;
            cursor.advance()?;
        }
        check_champions(champions.next()).map_err(wrong)?;
        if documents != info.doc_freq {
            let expected = info.doc_freq;
            return Err(wrong(format!("expected {expected} documents, found {documents}")));
        }
    }
    Ok(())
}

/// Every list decodes to what the term table and the document lengths say.
fn check_postings(segment: &Segment, report: &mut VerifyReport) -> Result<(), Error> {
    let mut tokens = vec![0u64; segment.doc_count() as usize];
    let mut positions = Vec::new();
    let mut ends = (0, 0);
    let mut vocabulary = segment.vocabulary().stream();
    for ordinal in 0..segment.record().terms {
        let term = segment.term(TermOrdinal(ordinal))?;
        // A form as written stands where its stem stands, which has been counted.
        let is_form =
            fst::Streamer::next(&mut vocabulary).is_some_and(|(word, _)| word.contains(&0));
        let wrong = |reason: String| Error::corrupt(names::POSTINGS, term.postings.0, reason);
        if (term.postings.0, term.positions.0) != ends {
            return Err(wrong(format!("the list of term {ordinal} is out of place")));
        }
        ends = (term.postings.1, term.positions.1);
        let list = segment.postings(&term)?;
        let champions = list.champions()?;
        let mut champions = champions.iter().flat_map(Champions::postings).peekable();
        let mut cursor = list.cursor()?;
        let (mut documents, mut occurrences, mut previous) = (0u32, 0u64, None);
        while cursor.doc() != END {
            let document = cursor.doc();
            let frequency = cursor.freq()?;
            cursor.positions(&mut positions)?;
            let place = tokens.get_mut(document as usize).filter(|_| previous < Some(document));
            let place =
                place.ok_or_else(|| wrong(format!("document {document} is out of order")))?;
            check_positions(segment, document, frequency, &positions).map_err(wrong)?;
            *place += if is_form { 0 } else { u64::from(frequency) };
            champions.next_if_eq(&(document, frequency));
            documents += 1;
            occurrences += u64::from(frequency);
            previous = Some(document);
            cursor.advance()?;
        }
        check_champions(champions.next()).map_err(wrong)?;
        if (documents, occurrences) != (term.doc_freq, term.collection_freq) {
            return Err(wrong(format!(
                "term {ordinal}: expected {} documents and {} occurrences, found {documents} and {occurrences}",
                term.doc_freq, term.collection_freq
            )));
        }
        report.terms += 1;
        report.postings += u64::from(documents);
        report.positions += occurrences;
    }
    check_ends(segment, ends)?;
    check_tokens(segment, &tokens)
}

/// None is left over once all postings of the list have been seen.
fn check_champions(left: Option<(u32, u32)>) -> Result<(), String> {
    let Some((document, frequency)) = left else { return Ok(()) };
    Err(format!("no posting has the champion of frequency {frequency} in document {document}"))
}

fn check_positions(
    segment: &Segment,
    document: u32,
    frequency: u32,
    positions: &[u32],
) -> Result<(), String> {
    let fields = segment.record().field_tokens.len().max(1);
    let (start, length) = segment.field_extent(fields - 1, document);
    let end = start.saturating_add(length);
    let ascending = positions.windows(2).all(|pair| pair[0] < pair[1]);
    let inside = positions.last().is_some_and(|&last| last < end);
    if positions.len() == frequency as usize && ascending && inside {
        return Ok(());
    }
    Err(format!("document {document}: expected {frequency} ascending positions below {end}"))
}

/// The lists use up their sections.
fn check_ends(segment: &Segment, (postings, positions): (u64, u64)) -> Result<(), Error> {
    for (name, end) in [(names::POSTINGS, postings), (names::POSITIONS, positions)] {
        let found = segment.section(name).map_or(0, |bytes| bytes.len() as u64);
        if found != end {
            return Err(Error::corrupt(
                name,
                end,
                format!("expected the end, found {found} bytes"),
            ));
        }
    }
    Ok(())
}

/// Each document has as many occurrences as its length says, but for dropped tokens.
fn check_tokens(segment: &Segment, tokens: &[u64]) -> Result<(), Error> {
    let mut dropped = 0;
    for (document, (&found, length)) in tokens.iter().zip(segment.lengths().iter()).enumerate() {
        dropped += u64::from(length).checked_sub(found).ok_or_else(|| {
            let reason = format!("document {document}: expected {found} tokens, found {length}");
            Error::corrupt(names::LENGTHS, 0, reason)
        })?;
    }
    let expected = segment.record().dropped_tokens;
    if dropped != 0 && dropped != expected {
        let reason = format!("expected {expected} tokens without a posting, found {dropped}");
        return Err(Error::corrupt(names::LENGTHS, 0, reason));
    }
    Ok(())
}

/// Lengths sum to the segment's tokens, field by field, and norms are theirs.
fn check_lengths(segment: &Segment) -> Result<(), Error> {
    let record = segment.record();
    let sum = |lengths: crate::Lengths<'_>| lengths.iter().map(u64::from).sum::<u64>();
    let all = (names::LENGTHS.to_owned(), sum(segment.lengths()), record.tokens);
    let fields = segment.field_lengths().enumerate().map(|(field, lengths)| {
        (names::field_lengths(field), sum(lengths), record.field_tokens[field])
    });
    for (name, found, expected) in std::iter::once(all).chain(fields) {
        if found != expected {
            let reason = format!("expected a sum of {expected} tokens, found {found}");
            return Err(Error::corrupt(name, 0, reason));
        }
    }
    for (document, length) in segment.lengths().iter().enumerate() {
        let fields: u64 =
            segment.field_lengths().map(|part| u64::from(part.get(document as u32))).sum();
        if segment.norms()[document] != norm_of(length) || fields > u64::from(length) {
            let reason =
                format!("the norm or a field of document {document} contradicts its length");
            return Err(Error::corrupt(names::NORMS, document as u64, reason));
        }
    }
    Ok(())
}

/// Every value belongs to a document, every code to a keyword.
fn check_columns(segment: &Segment) -> Result<(), Error> {
    let sections = segment.record().sections.iter();
    for field in sections.filter_map(|section| section.name.strip_prefix(&names::column(""))) {
        if let Some(column) = segment.column(field)? {
            column.verify(&names::column(field))?;
        }
    }
    Ok(())
}

/// Every block decompresses and every document decodes.
fn check_documents(segment: &Segment) -> Result<u64, Error> {
    let documents = segment.documents()?;
    let mut count = 0;
    for number in 0..documents.block_count() {
        let block = documents.block(number)?;
        for document in block.numbers() {
            block.get(document)?;
            count += 1;
        }
        if !block.is_full() {
            let reason = format!("block {number} has bytes behind its last document");
            return Err(Error::corrupt(names::DOCUMENTS, 0, reason));
        }
    }
    Ok(count)
}
