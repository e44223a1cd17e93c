//! From inputs to a committed index: the order of events.
//!
//! Comes in: inputs, options and a place to write to. Goes out: an index with one more segment, and a report. Everything
//! that costs time happens elsewhere: reading in `reading`, merging in `merge`.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use analysis::{Analyzer, AnalyzerOptions, NAME_KEY_VERSION};
use sources::{Inputs, SkipReason, SourceSummary};
use store::postings::ImpactModel;
use store::{
    AnalyzerRecord, IndexFile, IndexWriter, LengthsBuilder, NameClasses, OpenMode, SegmentFacts,
    SourceRecord, Storage, names, norms, order_section,
};
use tempfile::SpooledTempFile;

use crate::assembly::Assembly;
use crate::bad_file::BadFile;
use crate::fields::{FieldPlan, Sample};
use crate::merge::{MergeInput, Merged, merge};
use crate::options::{PAIRS_OPTION, REORDER_OPTION, shown_choice};
use crate::pairs::{MAX_PAIR_WORDS, pair_lists};
use crate::reading::{Bounds, Reading};
use crate::reordering::reorder;
use crate::resume::{self, Resumption};
use crate::runs::{Runs, folder_of};
use crate::slots::Dealer;
use crate::{BuildOptions, Error, FieldChoices, OnDuplicate, Phase, Progress, Report, replace};

/// The option of the manifest that names a language that documents of the index are in, or `none`.
pub(crate) const LANGUAGE_OPTION: &str = "language";

/// A thread is only started for so many bytes of memory; in tests few, so that small memory and threads go together.
const THREAD_MEMORY: u64 = if cfg!(test) { 100 } else { 16 << 20 };

/// Builds an index at `target`, or adds the documents to the index that is there.
///
/// One segment with all documents of the inputs is written and committed; until then readers see the old state, and after
/// an error nothing has changed and nothing is left behind. The same inputs and options give the same bytes, whatever the
/// threads and the memory. Peak memory is about `options.memory`, plus what no setting can make smaller: the ids,
/// lengths and columns of all documents, some hundred bytes a document where lists are reordered, and the largest record.
///
/// ```
/// use indexer::{BuildOptions, build};
/// use sources::{Input, Inputs, ReadOptions};
/// use store::{IndexFile, MemoryStorage};
///
/// let dump = Input::Bytes { name: "news.jsonl".into(), bytes: b"{\"id\":7,\"text\":\"Mortal coil.\"}\n".to_vec() };
/// let inputs = Inputs::open(vec![dump], ReadOptions::default())?;
/// let (storage, target) = (MemoryStorage::default(), "news.pmk".as_ref());
/// let report = build(target, &storage, inputs, &BuildOptions::default(), &())?;
/// assert_eq!((report.documents, report.tokens), (1, 2));
///
/// let index = IndexFile::from_bytes(storage.take(target).expect("the build put it there"))?;
/// assert_eq!(index.segments()[0].find_id("7")?, Some(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where inputs cannot be read, a record is bad and the caller wants to stop at that, the existing index has other fields
/// or another analyzer, or the file cannot be written.
pub fn build(
    target: &Path,
    storage: &dyn Storage,
    inputs: Inputs,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    in_setting((target, storage), options, progress, |work, writer, appended| {
        if options.on_duplicate == OnDuplicate::Replace {
            return replace::build(work, writer, appended, inputs);
        }
        let origin = if appended { Origin::Added } else { Origin::Fresh };
        let (writer, bad, report) = work.segment(writer, origin, inputs)?;
        work.commit(writer, bad, report)
    })
    .inspect(|_| resume::forget(target, storage))
}

/// Opens the writer, makes the threads, and calls `run` with all that a build needs.
fn in_setting<'s>(
    (target, storage): (&Path, &'s dyn Storage),
    options: &BuildOptions,
    progress: &dyn Progress,
    run: impl FnOnce(&Work<'_>, IndexWriter<'s>, bool) -> Result<Report, Error>,
) -> Result<Report, Error> {
    progress.phase(Phase::Reading);
    let (mut writer, appended) = open_writer(target, storage)?;
    let analyzer = &choose_analyzer(&mut writer, appended, options)?;
    if analyzer.stems() && !appended {
        writer.manifest_mut().options.push(("forms".to_owned(), "yes".to_owned()));
    }
    match options.pairs {
        Some(found) if MAX_PAIR_WORDS < found => return Err(Error::PairWords { found }),
        Some(1..) if analyzer.has_languages() => return Err(Error::PairsOfLanguages),
        _ => {}
    }
    note(&mut writer.manifest_mut().options, options.shaping().into_iter());
    let threads = threads(options);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = &pool.map_err(|cause| Error::Threads { threads, cause: cause.to_string() })?;
    let work = Work { target, storage, options, analyzer, pool, threads, progress };
    run(&work, writer, appended)
}

/// Adds options to those of the manifest: commits may differ in them; each is noted once.
pub(crate) fn note(
    noted: &mut Vec<(String, String)>,
    options: impl Iterator<Item = (String, String)>,
) {
    for option in options {
        if !noted.contains(&option) {
            noted.push(option);
        }
    }
}

/// An appending writer where there is an index, else one that creates it.
fn open_writer<'s>(
    target: &Path,
    storage: &'s dyn Storage,
) -> Result<(IndexWriter<'s>, bool), Error> {
    match IndexWriter::append(target, storage) {
        Ok(writer) => Ok((writer, true)),
        Err(store::Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok((IndexWriter::create(target, storage)?, false))
        }
        Err(error) => Err(error.into()),
    }
}

/// The analyzer asked for, or that of the existing index.
fn choose_analyzer(
    writer: &mut IndexWriter<'_>,
    appended: bool,
    options: &BuildOptions,
) -> Result<Analyzer, Error> {
    let known = &mut writer.manifest_mut().analyzer;
    let stem = options.stem.clone().or_else(|| known.stem.clone().filter(|_| appended));
    let analyzer = Analyzer::new(&AnalyzerOptions { stem: stem.clone() })?;
    let id = analyzer.id().clone();
    let record =
        AnalyzerRecord { name: id.name, version: id.version, fingerprint: id.fingerprint, stem };
    if !appended {
        *known = record;
    } else if *known != record {
        let shown = |record: &AnalyzerRecord| {
            format!("{} version {} ({:016x})", record.name, record.version, record.fingerprint)
        };
        return Err(Error::AnalyzerChanged { found: shown(known), asked: shown(&record) });
    }
    Ok(analyzer)
}

fn threads(options: &BuildOptions) -> usize {
    let wanted = match options.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    wanted.min((options.memory / THREAD_MEMORY) as usize).clamp(1, 1024)
}

fn source_record(summary: &SourceSummary) -> SourceRecord {
    SourceRecord {
        name: summary.name.clone(),
        bytes: summary.bytes,
        sha256: summary.sha256_hex(),
        format: summary.format.map_or_else(String::new, |format| format.name().to_owned()),
        documents: summary.documents,
        bad: summary.bad,
        skipped: summary
            .skipped
            .iter()
            .map(|(reason, count)| (reason.name().to_owned(), *count))
            .collect(),
    }
}

/// Takes the figures of the first pass into the report.
fn count(report: &mut Report, assembly: &Assembly<'_>, sources: &[SourceSummary]) {
    report.documents = u64::from(assembly.documents);
    report.tokens = assembly.field_tokens.iter().sum();
    report.dropped_tokens = assembly.dropped_tokens;
    report.text_bytes = assembly.text_bytes;
    report.made_ids = assembly.made_ids;
    report.unread = assembly.columns.unread();
    report.bad = assembly.bad.records();
    report.spills = assembly.runs.spills();
    let skipped = sources.iter().flat_map(|source| &source.skipped);
    for reason in SkipReason::ALL {
        let counts = skipped.clone().filter(|(known, _)| *known == reason);
        let sum: u64 = counts.map(|(_, count)| count).sum();
        if 0 < sum {
            report.skipped.push((reason, sum));
        }
    }
}

/// Where the documents of a segment come from, which decides what their fields are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The inputs of a new index.
    Fresh,
    /// Inputs added to an index.
    Added,
    /// A segment of the index.
    Again,
}

/// What all steps of a build share.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) target: &'a Path,
    pub(crate) storage: &'a dyn Storage,
    pub(crate) options: &'a BuildOptions,
    pub(crate) analyzer: &'a Analyzer,
    pub(crate) pool: &'a rayon::ThreadPool,
    pub(crate) threads: usize,
    pub(crate) progress: &'a dyn Progress,
}

impl<'a> Work<'a> {
    /// The same with other options; the threads stay.
    pub(crate) fn with<'b>(&self, options: &'b BuildOptions) -> Work<'b>
    where
        'a: 'b,
    {
        Work { options, ..*self }
    }

    /// Opens an index of this build's storage.
    pub(crate) fn open(&self, path: &Path) -> Result<IndexFile, Error> {
        if self.options.spill {
            return Ok(IndexFile::open(path, OpenMode::Map)?);
        }
        let failed = |source| store::Error::Io { action: "read", path: path.to_owned(), source };
        let mut file = self.storage.open(path).map_err(failed)?;
        let mut bytes = vec![0; file.length().map_err(failed)? as usize];
        file.read_at(0, &mut bytes).map_err(failed)?;
        Ok(IndexFile::from_bytes(bytes)?)
    }

    /// Indexes the inputs as one more segment of `writer`, or none where they have no documents.
    pub(crate) fn segment<'s>(
        &self,
        mut writer: IndexWriter<'s>,
        origin: Origin,
        inputs: Inputs,
    ) -> Result<(IndexWriter<'s>, BadFile, Report), Error> {
        let Work { options, threads, .. } = *self;
        let resumption = Resumption::prepare(self, origin, &inputs)?;
        let mut dealer = Dealer::new(inputs, threads, options.memory);
        let schema = &writer.manifest_mut().schema;
        let plan = match origin {
            Origin::Fresh => FieldPlan::create(&options.fields, &dealer.sample()?)?,
            Origin::Added => FieldPlan::append(schema, &options.fields, &dealer.sample()?)?,
            Origin::Again => {
                FieldPlan::append(schema, &FieldChoices::default(), &Sample::default())?
            }
        };
        let runs_memory = if options.spill { options.memory / 4 } else { u64::MAX / 2 };
        let runs = Runs::new(runs_memory);
        let mut assembly = Assembly::new(writer, self.target, &plan, runs, options)?;
        let resumed = match resumption {
            Some(resumption) => resumption.take_up(self, &plan, &mut dealer, &mut assembly)?,
            None => 0,
        };
        let bounds = Bounds { threads, runs_memory: runs_memory + runs_memory / 2 };
        let folder = folder_of(self.target);
        let shared = (self.analyzer, &plan, options);
        let reading = Reading::new(shared, self.progress, &folder, dealer, assembly, bounds);
        let (dealer, mut assembly) = reading.run(self.pool)?;

        let mut report = Report { appended: origin != Origin::Fresh, resumed, ..Report::default() };
        let inputs = dealer.into_inputs();
        inputs.count(&assembly.tally);
        let sources = inputs.summaries();
        count(&mut report, &assembly, &sources);
        let late = std::mem::take(&mut assembly.late_fields);
        if self.analyzer.has_languages() {
            let codes = assembly.languages.iter().map(|found| self.analyzer.language_code(*found));
            let named = |code: &str| if code.is_empty() { "none" } else { code }.to_owned();
            report.languages = codes.map(named).collect();
            let found = report.languages.iter();
            let found = found.map(|code| (LANGUAGE_OPTION.to_owned(), code.clone()));
            note(&mut assembly.writer.manifest_mut().options, found);
        }
        let (schema, fields, unlisted) = plan.finish(late)?;
        (report.fields, report.unlisted_fields) = (fields, unlisted);
        if origin != Origin::Again {
            let manifest = assembly.writer.manifest_mut();
            manifest.schema = schema;
            manifest.sources.extend(sources.iter().map(source_record));
        }
        report.sources = sources;
        self.progress.phase(Phase::Merging);
        let (writer, bad) = match assembly.documents {
            0 => (assembly.writer, assembly.bad),
            _ => self.finish_segment(assembly, &mut report)?,
        };
        Ok((writer, bad, report))
    }

    /// Makes everything count, and puts the bad records in their place.
    pub(crate) fn commit(
        &self,
        writer: IndexWriter<'_>,
        bad: BadFile,
        mut report: Report,
    ) -> Result<Report, Error> {
        self.progress.phase(Phase::Committing);
        let temporary = writer.temporary_path();
        let bad = bad.write(self.storage, &temporary, report.appended)?;
        let committed = writer.commit();
        if let Some(bad) = bad {
            if committed.is_err() {
                bad.abandon(self.storage);
            } else {
                report.bad_file = Some(bad.publish(self.storage)?);
            }
        }
        committed?;
        Ok(report)
    }

    /// Writes the segment's sections behind the stored documents.
    fn finish_segment<'s>(
        &self,
        assembly: Assembly<'s>,
        report: &mut Report,
    ) -> Result<(IndexWriter<'s>, BadFile), Error> {
        let Assembly { mut writer, runs, bases, bad, ids, lengths, columns, .. } = assembly;
        writer.end_section()?;
        writer.write_section(names::DOCUMENT_DIRECTORY, &assembly.directory.finish())?;
        let mut facts = self.facts(&mut writer, report, assembly.field_tokens);
        let runs = runs.finish();
        let renumbering = match self.reorders(&mut writer) {
            true => reorder(&runs, &bases, facts.documents, self.options.memory, self.pool)?,
            false => None,
        };
        let renumbering = renumbering.as_ref();
        let listed = |lengths: LengthsBuilder| match renumbering {
            Some(renumbering) => renumbering.arrange(&lengths),
            None => lengths,
        };
        let lengths = listed(lengths);
        let norms: Vec<u8> =
            lengths.as_slice().iter().map(|length| norms::norm_of(*length)).collect();
        let ranking = (facts.baked.k1, facts.baked.b);
        let average = facts.baked_average_length;
        let model = ImpactModel::new(lengths.as_slice(), &norms, ranking, average);
        let (pair_words, threads) = (self.pair_words(&mut writer), self.threads);
        let input =
            MergeInput { runs: &runs, bases: &bases, model, threads, pair_words, renumbering };
        let mut merged =
            merge(&input, &mut writer, self.target, self.options, self.pool, self.progress)?;
        let pairs = merged.frequent.take();
        let pairs = pairs
            .map(|frequent| pair_lists(&input, frequent, self.options.memory / 4))
            .transpose()?;
        drop(runs);
        facts.terms = merged.term_count;
        report.terms = merged.term_count;

        write_lists(&mut writer, merged)?;
        if let Some(pairs) = pairs {
            writer.write_section(names::PAIRS, &pairs.table)?;
            writer.write_section(names::PAIR_POSTINGS, &pairs.postings)?;
        }
        writer.write_section(names::LENGTHS, &lengths.finish())?;
        for (field, lengths) in assembly.field_lengths.into_iter().enumerate() {
            writer.write_section(&names::field_lengths(field), &listed(lengths).finish())?;
        }
        writer.write_section(names::NORMS, &norms)?;
        if let Some(renumbering) = renumbering {
            writer.write_section(names::ORDER, &order_section(renumbering.documents()))?;
        }
        let (ids, id_order) = ids.finish();
        writer.write_section(names::IDS, &ids)?;
        writer.write_section(names::ID_ORDER, &id_order)?;
        for column in columns.finish() {
            let (field, bytes) = column?;
            writer.write_section(&names::column(&field), &bytes)?;
        }
        writer.end_segment(facts)?;
        Ok((writer, bad))
    }

    /// Of how many words pairs are to have lists: as many as asked for, else as many as when the index was last built.
    fn pair_words(&self, writer: &mut IndexWriter<'_>) -> u32 {
        let earlier = last_noted(writer, PAIRS_OPTION).and_then(|words| words.parse().ok());
        self.options.pairs.or(earlier).unwrap_or(0)
    }

    /// Whether lists number the documents anew: as asked for, else as when the index was last built.
    fn reorders(&self, writer: &mut IndexWriter<'_>) -> bool {
        let earlier = last_noted(writer, REORDER_OPTION).map(|choice| choice == shown_choice(true));
        self.options.reorder.or(earlier).unwrap_or(false)
    }

    /// What the manifest needs to know of the segment; bounds are baked for the whole index as it will be.
    fn facts(
        &self,
        writer: &mut IndexWriter<'_>,
        report: &Report,
        field_tokens: Vec<u64>,
    ) -> SegmentFacts {
        let earlier = &writer.manifest_mut().segments;
        let documents = earlier.iter().map(|segment| u64::from(segment.documents)).sum::<u64>();
        let tokens = earlier.iter().map(|segment| segment.tokens).sum::<u64>() + report.tokens;
        let documents = documents + report.documents;
        SegmentFacts {
            documents: report.documents as u32,
            tokens: report.tokens,
            field_tokens,
            terms: 0,
            baked: self.options.ranking,
            baked_average_length: tokens as f64 / documents.max(1) as f64,
            dropped_tokens: report.dropped_tokens,
        }
    }
}

/// What an option was when the index was last built with it.
fn last_noted<'w>(writer: &'w mut IndexWriter<'_>, option: &str) -> Option<&'w str> {
    let noted = writer.manifest_mut().options.iter().rev();
    noted.filter(|(name, _)| name == option).map(|(_, value)| value.as_str()).next()
}

fn write_lists(writer: &mut IndexWriter<'_>, merged: Merged) -> Result<(), Error> {
    write_section(writer, names::POSTINGS, &[], merged.postings)?;
    write_section(writer, names::VOCABULARY, &[], merged.vocabulary)?;
    writer.write_section(names::TERMS, &merged.terms)?;
    let bounds = merged.endings.bounds();
    writer.begin_section(names::ENDINGS)?;
    writer.write(&bounds.to_bytes())?;
    each_piece(merged.tails, |tails| {
        let tails = tails.as_chunks().0.iter().map(|tail| u32::from_le_bytes(*tail));
        let classes: Vec<u8> =
            tails.map(|tail| bounds.class((tail != 0).then_some(tail))).collect();
        Ok(writer.write(&classes)?)
    })?;
    writer.end_section()?;
    let head = NameClasses::head(NAME_KEY_VERSION);
    write_section(writer, names::NAME_KEYS, &head, merged.name_classes)
}

fn write_section(
    writer: &mut IndexWriter<'_>,
    name: &str,
    head: &[u8],
    rest: SpooledTempFile,
) -> Result<(), Error> {
    writer.begin_section(name)?;
    writer.write(head)?;
    each_piece(rest, |piece| Ok(writer.write(piece)?))?;
    Ok(writer.end_section()?)
}

/// Reads a file from its start in pieces of a mebibyte, the last one smaller.
fn each_piece(
    mut file: SpooledTempFile,
    mut sink: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let failed = |cause| Error::Spill { action: "read", cause };
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut piece = Vec::new();
    loop {
        piece.clear();
        if file.by_ref().take(1 << 20).read_to_end(&mut piece).map_err(failed)? == 0 {
            return Ok(());
        }
        sink(&piece)?;
    }
}

#[cfg(test)]
mod tests;
