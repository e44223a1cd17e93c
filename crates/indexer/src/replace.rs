//! `OnDuplicate::Replace`: a document takes the place of every earlier one with its id.
//!
//! Comes in: inputs, and an index to add them to or nothing. Goes out: an index that answers in every respect like one
//! built without the replaced documents: they are gone from the lists, the lengths and all statistics. There is no such thing
//! as a deleted document in a segment, so nothing that reads the index has to know of them.
//!
//! ```text
//! inputs -> a scratch index beside the target, with all their documents
//! its ids, in their order -> which of its own documents are replaced, and which of each earlier segment
//!   none of an earlier one   append: the new segment goes behind the others
//!   some of an earlier one   a fresh file: segments that lose nothing are copied, the others are indexed again from what
//!                            they store; then the new segment
//! commit, by slot or by rename: all of it counts at once, or nothing
//! ```
//!
//! Indexing again costs what building costs, and needs the documents to be stored. In return every section, whatever will be
//! added to the format, is made by the one code that makes it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use sources::{Document, FieldName, Inputs, ReadOptions, Value};
use store::{IndexFile, IndexWriter, Segment, SegmentFacts, Storage, StoredDocument, StoredValue};

use crate::bad_file::BadFile;
use crate::build::{Origin, Work};
use crate::{BuildOptions, Error, OnDuplicate, Report};

/// How much of a section is copied at once.
const COPY_BYTES: usize = 1 << 20;

/// Builds with replacing; `writer` appends where `appended`, else it creates.
pub(crate) fn build(
    work: &Work<'_>,
    mut writer: IndexWriter<'_>,
    appended: bool,
    inputs: Inputs,
) -> Result<Report, Error> {
    let scratch = Scratch { path: writer.temporary_path(), storage: work.storage };
    let (bad, mut report) = scratch.fill(work, &mut writer, appended, inputs)?;
    let new = Arc::new(work.open(&scratch.path)?);
    let earlier = match appended {
        true => Some(Arc::new(work.open(work.target)?)),
        false => None,
    };
    let replaced = Replaced::find(earlier.as_deref(), &new)?;
    if let Some(earlier) = earlier.filter(|_| replaced.earlier.iter().any(|of| !of.is_empty())) {
        writer.start_afresh()?;
        for (number, dropped) in replaced.earlier.iter().enumerate() {
            let baked = earlier.segments()[number].record().baked;
            let options =
                BuildOptions { ranking: baked, store_documents: true, ..work.options.clone() };
            writer = put(&work.with(&options), writer, &earlier, number, dropped)?;
            report.replaced += dropped.len() as u64;
        }
    }
    if !new.segments().is_empty() {
        report.documents -= replaced.new.len() as u64;
        report.replaced += replaced.new.len() as u64;
        writer = put(work, writer, &new, 0, &replaced.new)?;
        if let Some(segment) = writer.manifest_mut().segments.last() {
            (report.tokens, report.terms) = (segment.tokens, segment.terms);
        }
    }
    work.commit(writer, bad, report)
}

/// The index of the new documents alone; it vanishes when it is no longer needed.
struct Scratch<'a> {
    path: PathBuf,
    storage: &'a dyn Storage,
}

impl Scratch<'_> {
    /// Indexes the inputs into it. What the manifest says of them goes to `writer` at once.
    fn fill(
        &self,
        work: &Work<'_>,
        writer: &mut IndexWriter<'_>,
        appended: bool,
        inputs: Inputs,
    ) -> Result<(BadFile, Report), Error> {
        let options = BuildOptions {
            on_duplicate: OnDuplicate::Keep,
            store_documents: true,
            ..work.options.clone()
        };
        let mut scratch = IndexWriter::create(&self.path, self.storage)?;
        let (manifest, of_target) = (scratch.manifest_mut(), writer.manifest_mut());
        manifest.schema = of_target.schema.clone();
        manifest.analyzer = of_target.analyzer.clone();
        let origin = if appended { Origin::Added } else { Origin::Fresh };
        let (mut scratch, bad, report) = work.with(&options).segment(scratch, origin, inputs)?;
        let (manifest, of_target) = (scratch.manifest_mut(), writer.manifest_mut());
        of_target.schema = manifest.schema.clone();
        of_target.sources.append(&mut manifest.sources);
        scratch.commit()?;
        Ok((bad, report))
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // Whatever is left the next writer of the index removes.
        let _ = self.storage.remove(&self.path);
    }
}

/// Which documents are replaced, by their numbers in their segments, ascending.
struct Replaced {
    earlier: Vec<Vec<u32>>,
    new: Vec<u32>,
}

impl Replaced {
    fn find(earlier: Option<&IndexFile>, new: &IndexFile) -> Result<Replaced, Error> {
        let earlier = earlier.map_or(&[][..], IndexFile::segments);
        let mut replaced = Replaced { earlier: vec![Vec::new(); earlier.len()], new: Vec::new() };
        for segment in new.segments() {
            let mut place = 0;
            while place < segment.doc_count() {
                let id = segment.id_in_order(place)?;
                let documents = segment.find_ids(id)?;
                place += documents.len().max(1) as u32;
                // The first of them is the last one to come, which stays.
                replaced.new.extend(documents.iter().skip(1));
                for (segment, dropped) in earlier.iter().zip(&mut replaced.earlier) {
                    dropped.extend(segment.find_ids(id)?);
                }
            }
        }
        replaced.new.sort_unstable();
        replaced.earlier.iter_mut().for_each(|dropped| dropped.sort_unstable());
        Ok(replaced)
    }
}

/// Writes a segment without the documents `dropped`.
fn put<'s>(
    work: &Work<'_>,
    mut writer: IndexWriter<'s>,
    index: &Arc<IndexFile>,
    number: usize,
    dropped: &[u32],
) -> Result<IndexWriter<'s>, Error> {
    let segment = &index.segments()[number];
    if dropped.is_empty() && work.options.store_documents {
        copy(&mut writer, segment)?;
        return Ok(writer);
    }
    if dropped.len() == segment.doc_count() as usize {
        return Ok(writer);
    }
    let documents = KeptDocuments::new(index, number, dropped);
    let inputs = Inputs::of_documents("index", Box::new(documents), ReadOptions::default());
    let (writer, ..) = work.segment(writer, Origin::Again, inputs)?;
    Ok(writer)
}

/// Copies a segment byte for byte.
pub(crate) fn copy(writer: &mut IndexWriter<'_>, segment: &Segment) -> Result<(), Error> {
    let record = segment.record();
    for section in &record.sections {
        writer.begin_section(&section.name)?;
        for bytes in segment.section(&section.name).unwrap_or_default().chunks(COPY_BYTES) {
            writer.write(bytes)?;
        }
        writer.end_section()?;
    }
    Ok(writer.end_segment(SegmentFacts {
        documents: record.documents,
        tokens: record.tokens,
        field_tokens: record.field_tokens.clone(),
        terms: record.terms,
        baked: record.baked,
        baked_average_length: record.baked_average_length,
        dropped_tokens: record.dropped_tokens,
    })?)
}

/// The documents of a segment but for some, as they were given when it was built.
struct KeptDocuments {
    index: Arc<IndexFile>,
    segment: usize,
    dropped: Vec<u32>,
    next: u32,
    /// The documents from `next` on that were read already.
    block: VecDeque<StoredDocument>,
}

impl KeptDocuments {
    fn new(index: &Arc<IndexFile>, segment: usize, dropped: &[u32]) -> KeptDocuments {
        let (index, dropped) = (Arc::clone(index), dropped.to_vec());
        KeptDocuments { index, segment, dropped, next: 0, block: VecDeque::new() }
    }

    fn next_kept(&mut self) -> Result<Option<Document>, Error> {
        let segment = &self.index.segments()[self.segment];
        while self.next < segment.doc_count() {
            if self.block.is_empty() {
                self.block = segment.documents_from(self.next)?.into();
            }
            let stored = self.block.pop_front().unwrap_or_default();
            let number = self.next;
            self.next += 1;
            if self.dropped.binary_search(&number).is_err() {
                return document(segment, number, stored).map(Some);
            }
        }
        Ok(None)
    }
}

impl Iterator for KeptDocuments {
    type Item = Result<Document, sources::Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_kept().map_err(sources::Failure::from).transpose()
    }
}

/// The document as it was given; an error where nothing of it was stored, though there was something.
fn document(segment: &Segment, number: u32, stored: StoredDocument) -> Result<Document, Error> {
    let id = segment.id(number)?.to_owned();
    let has_columns =
        segment.record().sections.iter().any(|section| section.name.starts_with("column:"));
    if stored.fields.is_empty() && (segment.length(segment.listed(number)) != 0 || has_columns) {
        return Err(Error::NotStored { id });
    }
    let field = |(name, value): (String, StoredValue)| (FieldName::from(name), value_of(value));
    let fields = stored.fields.into_iter().map(field).collect();
    let source = Arc::from("index");
    Ok(Document { id: Some(id), source, number: u64::from(number) + 1, offset: 0, fields })
}

/// The value that was stored as this.
fn value_of(stored: StoredValue) -> Value {
    match stored {
        StoredValue::Text(text) => Value::Text(text),
        StoredValue::Number(number) => Value::Number(number),
        StoredValue::Integer(number) => Value::Integer(number),
        StoredValue::Boolean(truth) => Value::Boolean(truth),
        StoredValue::List(values) => Value::List(values.into_iter().map(value_of).collect()),
    }
}
