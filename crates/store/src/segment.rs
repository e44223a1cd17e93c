//! One segment of an open index: views on its sections.
//!
//! Comes in: a segment's record and the mapped file. Goes out: terms, posting lists, lengths, ids and stored documents.
//! Sizes of sections are checked when the segment is opened, so that every later access is in bounds or an error.

use std::sync::{Arc, OnceLock};

use codec::checksum::crc32;

use crate::mapping::{Mapping, SectionBytes};
use crate::postings::pairs::Pairs;
use crate::postings::{PostingList, TermInfo, TermTable};
use crate::sections::classes::{Endings, NameClasses};
use crate::sections::columns::Column;
use crate::sections::document_ids::Ids;
use crate::sections::documents::{Documents, StoredDocument};
use crate::sections::lengths::Lengths;
use crate::sections::names;
use crate::sections::order::Order;
use crate::{Error, SectionRecord, SegmentRecord, TermOrdinal};

/// One segment of an open index; document numbers here count from [`Segment::base`].
///
/// Posting lists may number the documents in another order ([`Segment::is_reordered`]). Lengths and norms are found by the
/// numbers of the lists; ids, columns and stored documents by the documents' own.
///
/// Everything reads through `&self` from any number of threads.
#[derive(Debug)]
pub struct Segment {
    record: SegmentRecord,
    base: u32,
    vocabulary: fst::Map<SectionBytes>,
    terms: SectionBytes,
    postings: SectionBytes,
    positions: SectionBytes,
    lengths: LengthsSection,
    /// Of all text fields but the last.
    field_lengths: Vec<LengthsSection>,
    norms: SectionBytes,
    ids: SectionBytes,
    id_order: SectionBytes,
    documents: SectionBytes,
    document_directory: SectionBytes,
    order: Option<SectionBytes>,
    /// The numbers in lists by document, once they were asked for.
    listed: OnceLock<Vec<u32>>,
    others: Vec<(String, SectionBytes)>,
}

#[derive(Debug)]
struct LengthsSection {
    bytes: SectionBytes,
    width: usize,
}

impl Segment {
    /// Finds the sections, checks their sizes and the vocabulary's checksum.
    pub(crate) fn open(
        mapping: &Arc<Mapping>,
        record: SegmentRecord,
        base: u32,
    ) -> Result<Segment, Error> {
        let find = |name: &str| find_section(mapping, &record, name);
        let lengths = |name: &str| LengthsSection::open(name, find(name)?, record.documents);
        let last_field = record.field_tokens.len().saturating_sub(1);
        let field_lengths = (0..last_field).map(|field| lengths(&names::field_lengths(field)));
        let others =
            record.sections.iter().map(|section| Ok((section.name.clone(), find(&section.name)?)));
        let segment = Segment {
            base,
            vocabulary: open_vocabulary(&record, find(names::VOCABULARY)?)?,
            terms: find(names::TERMS)?,
            postings: find(names::POSTINGS)?,
            positions: find(names::POSITIONS)?,
            lengths: lengths(names::LENGTHS)?,
            field_lengths: field_lengths.collect::<Result<_, Error>>()?,
            norms: find(names::NORMS)?,
            ids: find(names::IDS)?,
            id_order: find(names::ID_ORDER)?,
            documents: find(names::DOCUMENTS)?,
            document_directory: find(names::DOCUMENT_DIRECTORY)?,
            order: record.section(names::ORDER).map(|_| find(names::ORDER)).transpose()?,
            listed: OnceLock::new(),
            others: others.collect::<Result<_, Error>>()?,
            record,
        };
        segment.check_sizes()?;
        Ok(segment)
    }

    fn check_sizes(&self) -> Result<(), Error> {
        let expect = |section: &str, expected: u64, found: u64| match expected == found {
            true => Ok(()),
            false => {
                let reason = format!("expected {expected}, found {found}");
                Err(Error::corrupt(section, 0, reason))
            }
        };
        let terms = u64::from(self.record.terms);
        expect(names::VOCABULARY, terms, self.vocabulary.len() as u64)?;
        expect(names::TERMS, terms, u64::from(self.term_table()?.count()))?;
        expect(names::NORMS, u64::from(self.record.documents), self.norms().len() as u64)?;
        self.ids()?;
        self.documents()?;
        if let Some(bytes) = &self.order {
            Order::open(bytes.as_bytes(), self.record.documents)?;
        }
        Ok(())
    }

    /// Its record in the manifest.
    pub fn record(&self) -> &SegmentRecord {
        &self.record
    }

    /// The index-wide number of its first document.
    pub fn base(&self) -> u32 {
        self.base
    }

    /// Documents in it, deleted ones included.
    pub fn doc_count(&self) -> u32 {
        self.record.documents
    }

    /// The vocabulary: term bytes to ordinal. Its checksum was checked on open.
    pub fn vocabulary(&self) -> &fst::Map<SectionBytes> {
        &self.vocabulary
    }

    /// Looks a term up.
    pub fn lookup(&self, term: &[u8]) -> Result<Option<TermInfo>, Error> {
        let Some(ordinal) = self.vocabulary.get(term) else { return Ok(None) };
        let ordinal = u32::try_from(ordinal)
            .map_err(|_| Error::corrupt(names::VOCABULARY, 0, "expected an ordinal of 32 bits"))?;
        self.term(TermOrdinal(ordinal)).map(Some)
    }

    /// Puts the term of an ordinal into `out`. Fails where there is none.
    pub fn word(&self, ordinal: TermOrdinal, out: &mut Vec<u8>) -> Result<(), Error> {
        out.clear();
        if self.vocabulary.as_fst().get_key_into(u64::from(ordinal.0), out) {
            return Ok(());
        }
        let reason = format!("it has no term {}", ordinal.0);
        Err(Error::corrupt(names::VOCABULARY, 0, reason))
    }

    /// The terms' classes by what they end in, if the segment has them.
    pub fn endings(&self) -> Result<Option<Endings<'_>>, Error> {
        let section = self.section(names::ENDINGS);
        section.map(|bytes| Endings::open(bytes, self.record.terms)).transpose()
    }

    /// The terms' classes by their spelling keys, if the segment has them.
    pub fn name_classes(&self) -> Result<Option<NameClasses<'_>>, Error> {
        let section = self.section(names::NAME_KEYS);
        section.map(|bytes| NameClasses::open(bytes, self.record.terms)).transpose()
    }

    /// The table entry of a term.
    pub fn term(&self, ordinal: TermOrdinal) -> Result<TermInfo, Error> {
        self.term_table()?.get(ordinal)
    }

    /// The posting list of a term of this segment.
    pub fn postings(&self, term: &TermInfo) -> Result<PostingList<'_>, Error> {
        let (postings, positions) = (self.postings.as_bytes(), self.positions.as_bytes());
        PostingList::open(term, postings, positions, self.record.documents)
    }

    /// Which pairs of frequent words have a list, if the segment has any.
    pub fn pairs(&self) -> Result<Option<Pairs<'_>>, Error> {
        let open = |bytes| Pairs::open(bytes, self.pair_postings(), self.record.documents);
        self.section(names::PAIRS).map(open).transpose()
    }

    /// The list of the documents in which one term of this segment stands right before another, if the pair has one. It
    /// tells how often, not where.
    pub fn pair(
        &self,
        first: TermOrdinal,
        second: TermOrdinal,
    ) -> Result<Option<PostingList<'_>>, Error> {
        let Some(pairs) = self.pairs()? else { return Ok(None) };
        let info = pairs.find(first, second)?;
        info.map(|info| self.pair_list(&info)).transpose()
    }

    /// The list of a pair.
    pub(crate) fn pair_list(&self, info: &TermInfo) -> Result<PostingList<'_>, Error> {
        PostingList::open(info, self.pair_postings(), &[], self.record.documents)
    }

    fn pair_postings(&self) -> &[u8] {
        self.section(names::PAIR_POSTINGS).unwrap_or_default()
    }

    /// Whether posting lists number the documents in another order than theirs.
    #[inline]
    pub fn is_reordered(&self) -> bool {
        self.order.is_some()
    }

    /// The document that lists know by a number.
    #[inline]
    pub fn document_listed(&self, listed: u32) -> u32 {
        self.order().map_or(listed, |order| order.document(listed))
    }

    /// The number by which lists know a document. The first question takes time for every document of a reordered
    /// segment, and four bytes each from then on.
    pub fn listed(&self, doc: u32) -> u32 {
        let Some(order) = self.order() else { return doc };
        let listed = self.listed.get_or_init(|| order.inverse());
        listed.get(doc as usize).copied().unwrap_or(doc)
    }

    /// Bits by document as bits by number in lists.
    pub fn listed_bits(&self, documents: Vec<u64>) -> Vec<u64> {
        let Some(order) = self.order() else { return documents };
        let mut listed = vec![0; documents.len()];
        for number in 0..self.record.documents {
            let document = order.document(number);
            let word = documents.get(document as usize / 64).copied().unwrap_or(0);
            if let Some(to) = listed.get_mut(number as usize / 64) {
                *to |= (word >> (document % 64) & 1) << (number % 64);
            }
        }
        listed
    }

    pub(crate) fn order(&self) -> Option<Order<'_>> {
        let bytes = self.order.as_ref()?;
        Some(Order::assume(bytes.as_bytes(), self.record.documents))
    }

    /// The exact length of a document in tokens over all text fields, by its number in lists; 0 for one that is not there.
    #[inline]
    pub fn length(&self, listed: u32) -> u32 {
        self.lengths.view().get(listed)
    }

    /// All exact lengths, by number in lists.
    pub fn lengths(&self) -> Lengths<'_> {
        self.lengths.view()
    }

    /// One byte a document that bounds its length from below, see [`crate::norms`]; by number in lists.
    pub fn norms(&self) -> &[u8] {
        self.norms.as_bytes()
    }

    /// The position at which a text field starts in a document, and its length in tokens, by its number in lists.
    ///
    /// The first text field starts at 0, and each further one starts one unused position after the end of the one
    /// before, empty or not. A field that came into the schema after this segment is empty and stands at the end.
    pub fn field_extent(&self, text_field: usize, listed: u32) -> (u32, u32) {
        let mut start = 0u32;
        for field in 0..text_field {
            start = start.saturating_add(self.field_length(field, listed)).saturating_add(1);
        }
        (start, self.field_length(text_field, listed))
    }

    fn field_length(&self, text_field: usize, listed: u32) -> u32 {
        if let Some(lengths) = self.field_lengths.get(text_field) {
            return lengths.view().get(listed);
        }
        if text_field > self.field_lengths.len() || self.record.field_tokens.is_empty() {
            return 0;
        }
        let before = self.field_lengths.iter().map(|lengths| lengths.view().get(listed));
        before.fold(self.length(listed), u32::saturating_sub)
    }

    /// The document's id.
    pub fn id(&self, doc: u32) -> Result<&str, Error> {
        self.ids()?.get(doc)
    }

    /// The last document with that id, if any.
    pub fn find_id(&self, id: &str) -> Result<Option<u32>, Error> {
        self.ids()?.find(id)
    }

    /// All documents with that id, the last one first.
    pub fn find_ids(&self, id: &str) -> Result<Vec<u32>, Error> {
        self.ids()?.find_all(id)
    }

    /// The id that stands at a place, from 0, when all are sorted by their bytes; equal ones stand side by side.
    pub fn id_in_order(&self, place: u32) -> Result<&str, Error> {
        self.ids()?.in_order(place)
    }

    /// The stored fields of a document and of all behind it in its block. To read everything, ask again for the document
    /// after the last of these.
    pub fn documents_from(&self, doc: u32) -> Result<Vec<StoredDocument>, Error> {
        self.documents()?.from(doc)
    }

    /// The stored fields of a document. Decompresses and checks the block it is in.
    pub fn document(&self, doc: u32) -> Result<StoredDocument, Error> {
        self.documents()?.get(doc)
    }

    /// The column of a field, if the segment has one.
    pub fn column(&self, field: &str) -> Result<Option<Column<'_>>, Error> {
        let name = names::column(field);
        let bytes = self.section(&name);
        bytes.map(|bytes| Column::open(&name, bytes, self.record.documents)).transpose()
    }

    /// The bytes of any section by its name; unchecked.
    pub fn section(&self, name: &str) -> Option<&[u8]> {
        let (_, bytes) = self.others.iter().find(|(other, _)| other == name)?;
        Some(bytes.as_bytes())
    }

    pub(crate) fn term_table(&self) -> Result<TermTable<'_>, Error> {
        TermTable::open(self.terms.as_bytes(), self.record.documents)
    }

    pub(crate) fn ids(&self) -> Result<Ids<'_>, Error> {
        Ids::open(self.ids.as_bytes(), self.id_order.as_bytes(), self.record.documents)
    }

    pub(crate) fn documents(&self) -> Result<Documents<'_>, Error> {
        let directory = self.document_directory.as_bytes();
        Documents::open(self.documents.as_bytes(), directory, self.record.documents)
    }

    /// Of all text fields but the last.
    pub(crate) fn field_lengths(&self) -> impl Iterator<Item = Lengths<'_>> {
        self.field_lengths.iter().map(LengthsSection::view)
    }
}

impl LengthsSection {
    fn open(name: &str, bytes: SectionBytes, documents: u32) -> Result<Self, Error> {
        let width = Lengths::open(name, bytes.as_bytes(), documents)?.width();
        Ok(LengthsSection { bytes, width })
    }

    #[inline]
    fn view(&self) -> Lengths<'_> {
        Lengths::assume(self.bytes.as_bytes(), self.width)
    }
}

fn find_section(
    mapping: &Arc<Mapping>,
    record: &SegmentRecord,
    name: &str,
) -> Result<SectionBytes, Error> {
    let missing = |reason: &str| Error::corrupt(name, 0, reason);
    let section = record.section(name).ok_or_else(|| missing("the segment does not have it"))?;
    bytes_of(mapping, section).ok_or_else(|| missing("it reaches beyond the end of the file"))
}

fn bytes_of(mapping: &Arc<Mapping>, section: &SectionRecord) -> Option<SectionBytes> {
    let start = usize::try_from(section.offset).ok()?;
    let end = usize::try_from(section.end()?).ok()?;
    SectionBytes::new(mapping, start..end)
}

/// `fst` trusts its bytes: with wrong ones it panics or answers wrongly, so they are checked here, on every open.
fn open_vocabulary(
    record: &SegmentRecord,
    bytes: SectionBytes,
) -> Result<fst::Map<SectionBytes>, Error> {
    let wrong = |reason: String| Error::corrupt(names::VOCABULARY, 0, reason);
    let expected = record.section(names::VOCABULARY).map(|section| section.checksum);
    if Some(crc32(bytes.as_bytes())) != expected {
        return Err(wrong("its checksum is wrong".to_owned()));
    }
    fst::Map::new(bytes).map_err(|error| wrong(error.to_string()))
}
