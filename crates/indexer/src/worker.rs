//! A worker: one slot after another from raw records to everything the file needs of it.
//!
//! Comes in: slots. Goes out: for each a run of postings, lengths, ids, compressed documents and bad records, all numbered
//! from the slot's first document. It shares nothing with other workers but what it reads.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use analysis::{Analyzer, Language};
use sources::{BadRecord, Document, FieldName, Item, Tally};
use store::{StoredDocument, StoredValue};

use crate::columns::SlotColumns;
use crate::fields::{FieldPlan, Role};
use crate::inversion::{InvertedSlot, Inverter};
use crate::slots::{Content, Slot};
use crate::stored::{Block, StoredBlocks, stored_value, text_of};
use crate::{BuildOptions, Error, OnBad, OnDuplicate};

/// Fields in which documents say which language they are in.
const LANGUAGE_FIELDS: [&str; 2] = ["language", "lang"];

/// Indexes slots.
pub(crate) struct Worker<'a> {
    options: &'a BuildOptions,
    plan: &'a FieldPlan,
    analyzer: &'a Analyzer,
    inverter: Inverter<'a>,
    stored: StoredBlocks,
    columns: SlotColumns,
    /// For each text field its place in the document at hand.
    places: Vec<Option<usize>>,
    /// The late fields of the slot.
    late: HashSet<FieldName, foldhash::fast::RandomState>,
    output: SlotOutput,
}

/// What a slot became, apart from its postings.
#[derive(Default)]
pub(crate) struct SlotOutput {
    pub(crate) documents: u32,
    /// Ids end to end, and where each ends.
    pub(crate) ids: String,
    pub(crate) id_ends: Vec<usize>,
    /// Where each document comes from, source and number, where that may be asked for.
    pub(crate) origins: Vec<(Arc<str>, u64)>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) columns: SlotColumns,
    pub(crate) bad: Vec<BadRecord>,
    /// Fields that the plan does not know, in order of appearance.
    pub(crate) late_fields: Vec<FieldName>,
    pub(crate) text_bytes: u64,
    pub(crate) made_ids: u64,
    /// How many batches it was made of, and how many files had been opened for it and all before.
    pub(crate) batches: usize,
    pub(crate) reach: usize,
    pub(crate) tally: Tally,
    /// The languages of the documents, where they have any.
    pub(crate) languages: BTreeSet<Language>,
}

/// A slot, indexed.
pub(crate) struct IndexedSlot {
    pub(crate) inverted: InvertedSlot,
    pub(crate) output: SlotOutput,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(
        analyzer: &'a Analyzer,
        plan: &'a FieldPlan,
        options: &'a BuildOptions,
    ) -> Worker<'a> {
        let texts = plan.texts().len();
        Worker {
            options,
            plan,
            analyzer,
            inverter: Inverter::new(analyzer, texts),
            stored: StoredBlocks::default(),
            columns: SlotColumns::new(plan.columns().iter().map(|(_, kind)| *kind)),
            places: vec![None; texts],
            late: HashSet::default(),
            output: SlotOutput::default(),
        }
    }

    /// Indexes a slot. `progress` is called after each batch with its documents and its bytes as they lie on the disk;
    /// when it returns false the slot is given up, and what is returned must not be used.
    pub(crate) fn index(
        &mut self,
        slot: Slot,
        mut progress: impl FnMut(u64, u64) -> bool,
    ) -> Result<IndexedSlot, Error> {
        for dealt in slot.batches {
            let before = self.output.documents;
            let mut result = Ok(());
            let mut take = |item| {
                if result.is_ok() {
                    result = self.item(item);
                }
            };
            let tally = match dealt.content {
                // The text of a giant record is not held twice any longer than it takes to parse it.
                Content::Raw(batch) if slot.is_giant => {
                    let mut items = Vec::new();
                    let tally = batch.parse(&mut |item| items.push(item));
                    drop(batch);
                    items.into_iter().for_each(take);
                    tally
                }
                Content::Raw(batch) => batch.parse(&mut take),
                Content::Items(items, tally) => {
                    items.into_iter().for_each(take);
                    tally
                }
            };
            result?;
            self.output.tally.add(&tally);
            self.output.batches += 1;
            self.output.reach = dealt.reach;
            self.stored.end_batch()?;
            if !progress(u64::from(self.output.documents - before), dealt.stored_bytes) {
                break;
            }
        }
        self.output.blocks = self.stored.finish();
        self.output.columns = self.columns.take();
        self.late.clear();
        let output = std::mem::take(&mut self.output);
        let inverted = self.inverter.finish(slot.number);
        if slot.is_giant {
            // No other slot needs as much memory as it has now.
            self.inverter = Inverter::new(self.analyzer, self.plan.texts().len());
        }
        Ok(IndexedSlot { inverted, output })
    }

    fn item(&mut self, item: Item) -> Result<(), Error> {
        match item {
            Item::Document(document) => self.document(document),
            Item::Bad(record) => self.bad(record),
            // Counted by its source.
            Item::Skipped(_) => Ok(()),
        }
    }

    fn bad(&mut self, record: BadRecord) -> Result<(), Error> {
        match self.options.on_bad {
            OnBad::Stop => Err(Error::BadRecord(Box::new(record))),
            OnBad::Skip => {
                self.output.bad.push(record);
                Ok(())
            }
        }
    }

    fn document(&mut self, document: Document) -> Result<(), Error> {
        let Document { id, source, number, offset, fields } = document;
        let stored = self.convert(fields, &source, number);
        let added = match self.options.store_documents {
            true => self.stored.add(&stored),
            false => self.stored.add(&StoredDocument::default()),
        };
        if let Err(store::Error::TooLarge { .. }) = &added {
            let reason = added.expect_err("it was just matched").to_string();
            let excerpt = String::new();
            self.columns.abandon_document();
            return self.bad(BadRecord { source, number, offset, reason, excerpt });
        }
        added?;
        let text = |place: &Option<usize>| match &stored.fields[(*place)?].1 {
            StoredValue::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let texts = || self.places.iter().map(|place| text(place).unwrap_or_default());
        self.output.languages.insert(self.inverter.begin_document(said_language(&stored), texts()));
        for text in texts() {
            self.output.text_bytes += text.len() as u64;
            self.inverter.text(text);
        }
        self.columns.end_document();
        self.inverter.end_document().map_err(|error| error.of(&source, number))?;
        self.output.made_ids += u64::from(id.is_none());
        self.output.ids.push_str(&id.unwrap_or_else(|| format!("{source}#{number}")));
        self.output.id_ends.push(self.output.ids.len());
        if self.options.on_duplicate == OnDuplicate::Error {
            self.output.origins.push((source, number));
        }
        self.output.documents += 1;
        Ok(())
    }

    /// The document as it is stored, its columns filled; `places` says where its text fields stand.
    fn convert(
        &mut self,
        fields: Vec<(FieldName, sources::Value)>,
        source: &Arc<str>,
        number: u64,
    ) -> StoredDocument {
        self.places.fill(None);
        let mut stored = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let role = self.plan.role(&name).unwrap_or_else(|| {
                if self.late.insert(name.clone()) {
                    self.output.late_fields.push(name.clone());
                }
                Role::Stored
            });
            let value = match role {
                Role::Skip => continue,
                Role::Stored => stored_value(value),
                Role::Column(column) => {
                    self.columns.push(column, &value, source, number);
                    stored_value(value)
                }
                Role::Text(field) => {
                    self.places[field] = Some(stored.len());
                    Some(StoredValue::Text(text_of(value)))
                }
            };
            stored.extend(value.map(|value| (name.to_string(), value)));
        }
        StoredDocument { fields: stored }
    }
}

/// The language that a document says it is in.
fn said_language(document: &StoredDocument) -> Option<&str> {
    document.fields.iter().find_map(|(name, value)| match value {
        StoredValue::Text(text) if LANGUAGE_FIELDS.contains(&name.as_str()) => Some(text.as_str()),
        _ => None,
    })
}
