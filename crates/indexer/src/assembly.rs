//! Slots put together in input order.
//!
//! Comes in: indexed slots in any order, each numbered from its own first document. Goes out: stored documents written to
//! the file at once; runs, ids and lengths kept for the end. This is the one place where slots learn the number of their
//! first document.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use analysis::Language;
use sources::Tally;
use store::{
    DocumentDirectoryBuilder, IdsBuilder, IndexFile, IndexWriter, LengthsBuilder, OpenMode, names,
    renumber_block,
};

use crate::bad_file::BadFile;
use crate::columns::Columns;
use crate::fields::{FieldPlan, LateFields};
use crate::resume::Journal;
use crate::runs::Runs;
use crate::worker::{IndexedSlot, SlotOutput};
use crate::{BuildOptions, Error, OnDuplicate};

/// The segment so far.
pub(crate) struct Assembly<'s> {
    pub(crate) writer: IndexWriter<'s>,
    next: u32,
    waiting: BTreeMap<u32, IndexedSlot>,
    pub(crate) runs: Runs,
    /// The first document of each slot.
    pub(crate) bases: Vec<u32>,
    pub(crate) documents: u32,
    /// Documents in the index before this build.
    earlier_documents: u64,
    pub(crate) directory: DocumentDirectoryBuilder,
    pub(crate) ids: IdsBuilder,
    pub(crate) lengths: LengthsBuilder,
    /// Of all text fields but the last.
    pub(crate) field_lengths: Vec<LengthsBuilder>,
    pub(crate) columns: Columns,
    pub(crate) field_tokens: Vec<u64>,
    pub(crate) dropped_tokens: u64,
    pub(crate) text_bytes: u64,
    pub(crate) made_ids: u64,
    pub(crate) languages: BTreeSet<Language>,
    pub(crate) bad: BadFile,
    pub(crate) late_fields: LateFields,
    pub(crate) tally: Tally,
    known_ids: Option<KnownIds>,
    /// Where slots are written down, if the build can be resumed.
    pub(crate) journal: Option<Journal>,
}

impl<'s> Assembly<'s> {
    /// Nothing yet; `runs` are spilled as their budget says.
    pub(crate) fn new(
        mut writer: IndexWriter<'s>,
        target: &Path,
        plan: &FieldPlan,
        runs: Runs,
        options: &BuildOptions,
    ) -> Result<Assembly<'s>, Error> {
        let text_fields = plan.texts().len();
        let earlier_documents = writer.manifest_mut().statistics.documents;
        let known_ids = match options.on_duplicate {
            OnDuplicate::Keep | OnDuplicate::Replace => None,
            OnDuplicate::Error => Some(KnownIds::new(target, 0 < earlier_documents)?),
        };
        Ok(Assembly {
            writer,
            next: 0,
            waiting: BTreeMap::new(),
            runs,
            bases: Vec::new(),
            documents: 0,
            earlier_documents,
            directory: DocumentDirectoryBuilder::default(),
            ids: IdsBuilder::default(),
            lengths: LengthsBuilder::default(),
            field_lengths: vec![LengthsBuilder::default(); text_fields.saturating_sub(1)],
            columns: Columns::new(plan.columns()),
            field_tokens: vec![0; text_fields],
            dropped_tokens: 0,
            text_bytes: 0,
            made_ids: 0,
            languages: BTreeSet::new(),
            bad: BadFile::new(target, options.spill),
            late_fields: LateFields::default(),
            tally: Tally::default(),
            known_ids,
            journal: None,
        })
    }

    /// The slot that is waited for.
    pub(crate) fn next(&self) -> u32 {
        self.next
    }

    /// Takes a slot, and adds all that are in order now; the number of the slot that failed stands with the error. True
    /// when runs should be spilled.
    pub(crate) fn take(&mut self, number: u32, slot: IndexedSlot) -> Result<bool, (u32, Error)> {
        self.waiting.insert(number, slot);
        let mut should_spill = false;
        while let Some(slot) = self.waiting.remove(&self.next) {
            should_spill |= self.add(slot).map_err(|error| (self.next, error))?;
            self.next += 1;
        }
        Ok(should_spill)
    }

    fn add(&mut self, slot: IndexedSlot) -> Result<bool, Error> {
        if let Some(journal) = &mut self.journal {
            journal.add(&slot)?;
        }
        let IndexedSlot { inverted, mut output } = slot;
        let base = self.documents;
        let after = u64::from(base) + u64::from(output.documents);
        if u64::from(u32::MAX) <= self.earlier_documents + after {
            return Err(Error::TooManyDocuments { documents: self.earlier_documents + after });
        }
        self.bases.push(base);
        self.documents = after as u32;
        self.add_ids(&output)?;
        self.add_lengths(&inverted.field_lengths);
        self.add_blocks(base, &mut output)?;
        self.columns.add(output.columns);
        self.bad.add(&output.bad)?;
        self.late_fields.add(output.late_fields);
        self.dropped_tokens += inverted.dropped;
        self.text_bytes += output.text_bytes;
        self.made_ids += output.made_ids;
        self.languages.append(&mut output.languages);
        self.tally.add(&output.tally);
        Ok(self.runs.push(inverted.run))
    }

    fn add_ids(&mut self, output: &SlotOutput) -> Result<(), Error> {
        let mut start = 0;
        for (number, end) in output.id_ends.iter().enumerate() {
            let id = &output.ids[start..*end];
            start = *end;
            if let Some(known) = &mut self.known_ids
                && known.is_known(id)?
            {
                let (source, number) = &output.origins[number];
                let (id, source_name) = (id.to_owned(), source.to_string());
                return Err(Error::DuplicateId { id, source_name, number: *number });
            }
            self.ids.push(id);
        }
        Ok(())
    }

    fn add_lengths(&mut self, field_lengths: &[u32]) {
        for lengths in field_lengths.chunks_exact(self.field_tokens.len().max(1)) {
            self.lengths.push(lengths.iter().sum());
            for (field, length) in lengths.iter().enumerate() {
                self.field_tokens[field] += u64::from(*length);
                if let Some(builder) = self.field_lengths.get_mut(field) {
                    builder.push(*length);
                }
            }
        }
    }

    fn add_blocks(&mut self, base: u32, output: &mut SlotOutput) -> Result<(), Error> {
        for block in &mut output.blocks {
            if self.directory.documents() == 0 {
                self.writer.begin_section(names::DOCUMENTS)?;
            }
            renumber_block(&mut block.bytes, base + block.first)?;
            self.directory.push(&block.bytes)?;
            self.writer.write(&block.bytes)?;
        }
        Ok(())
    }
}

/// The ids met so far, as 128-bit hashes, and those of the index that is added to.
struct KnownIds {
    hashers: [RandomState; 2],
    seen: HashSet<(u64, u64), foldhash::fast::RandomState>,
    earlier: Option<IndexFile>,
}

impl KnownIds {
    fn new(target: &Path, has_earlier: bool) -> Result<KnownIds, Error> {
        let earlier = match has_earlier {
            true => Some(IndexFile::open(target, OpenMode::Map)?),
            false => None,
        };
        let hashers = [RandomState::new(), RandomState::new()];
        Ok(KnownIds { hashers, seen: HashSet::default(), earlier })
    }

    /// Whether the id was met before; from now on it was.
    fn is_known(&mut self, id: &str) -> Result<bool, Error> {
        let [one, other] = &self.hashers;
        if !self.seen.insert((one.hash_one(id), other.hash_one(id))) {
            return Ok(true);
        }
        for segment in self.earlier.iter().flat_map(IndexFile::segments) {
            if segment.find_id(id)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
