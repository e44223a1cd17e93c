//! From inputs to a committed index: the order of events.
//!
//! Comes in: inputs, options and a place to write to. Goes out: an index with one more segment, and a report. Everything
//! that costs time happens elsewhere: reading in `reading`, merging in `merge`.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use analysis::{Analyzer, AnalyzerOptions};
use sources::{Inputs, SkipReason, SourceSummary};
use store::postings::ImpactModel;
use store::{AnalyzerRecord, IndexWriter, SegmentFacts, SourceRecord, Storage, names, norms};
use tempfile::SpooledTempFile;

use crate::assembly::Assembly;
use crate::fields::FieldPlan;
use crate::merge::{MergeInput, Merged, merge};
use crate::reading::{Bounds, Reading};
use crate::runs::{Runs, folder_of};
use crate::slots::Dealer;
use crate::{BuildOptions, Error, Phase, Progress, Report};

/// A thread is only started for so many bytes of memory; in tests few, so that small memory and threads go together.
const THREAD_MEMORY: u64 = if cfg!(test) { 100 } else { 16 << 20 };

/// Builds an index at `target`, or adds the documents to the index that is there.
///
/// One segment with all documents of the inputs is written and committed; until then readers see the old state, and after
/// an error nothing has changed and nothing is left behind. The same inputs and options give the same bytes, whatever the
/// threads and the memory. Peak memory is about `options.memory`, plus what no setting can make smaller: the ids,
/// lengths and columns of all documents, and the largest record.
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
    progress.phase(Phase::Reading);
    let (mut writer, appended) = open_writer(target, storage)?;
    let analyzer = choose_analyzer(&mut writer, appended, options)?;
    let threads = threads(options);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|cause| Error::Threads { threads, cause: cause.to_string() })?;

    let mut dealer = Dealer::new(inputs, threads, options.memory);
    let sample = dealer.sample()?;
    let plan = match appended {
        true => FieldPlan::append(&writer.manifest_mut().schema, &options.fields, &sample)?,
        false => FieldPlan::create(&options.fields, &sample)?,
    };
    drop(sample);

    let runs_memory = if options.spill { options.memory / 4 } else { u64::MAX / 2 };
    let runs = Runs::new(runs_memory);
    let assembly = Assembly::new(writer, target, &plan, runs, options)?;
    let bounds = Bounds { threads, runs_memory: runs_memory + runs_memory / 2 };
    let folder = folder_of(target);
    let shared = (&analyzer, &plan, options);
    let reading = Reading::new(shared, progress, &folder, dealer, assembly, bounds);
    let (dealer, mut assembly) = reading.run(&pool)?;

    let mut report = Report { appended, ..Report::default() };
    let sources = dealer.into_inputs().summaries();
    count(&mut report, &assembly, &sources);
    let late = std::mem::take(&mut assembly.late_fields);
    let (schema, fields, unlisted) = plan.finish(late)?;
    (report.fields, report.unlisted_fields) = (fields, unlisted);
    let manifest = assembly.writer.manifest_mut();
    manifest.schema = schema;
    manifest.sources.extend(sources.iter().map(source_record));
    if !options.store_documents && !appended {
        manifest.options.push(("stored".to_owned(), "no".to_owned()));
    }
    if analyzer.stems() && !appended {
        manifest.options.push(("forms".to_owned(), "yes".to_owned()));
    }
    report.sources = sources;

    progress.phase(Phase::Merging);
    let finishing = Finishing { target, storage, options, pool: &pool, threads, progress };
    finishing.run(assembly, report)
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

/// What is left to do when everything has been read.
struct Finishing<'a> {
    target: &'a Path,
    storage: &'a dyn Storage,
    options: &'a BuildOptions,
    pool: &'a rayon::ThreadPool,
    threads: usize,
    progress: &'a dyn Progress,
}

impl Finishing<'_> {
    /// Merges, writes the rest of the segment and commits.
    fn run(&self, assembly: Assembly<'_>, mut report: Report) -> Result<Report, Error> {
        let (writer, bad) = if assembly.documents == 0 {
            (assembly.writer, assembly.bad)
        } else {
            self.segment(assembly, &mut report)?
        };
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
    fn segment<'s>(
        &self,
        assembly: Assembly<'s>,
        report: &mut Report,
    ) -> Result<(IndexWriter<'s>, crate::bad_file::BadFile), Error> {
        let Assembly { mut writer, runs, bases, bad, ids, lengths, columns, .. } = assembly;
        writer.end_section()?;
        writer.write_section(names::DOCUMENT_DIRECTORY, &assembly.directory.finish())?;
        let norms: Vec<u8> =
            lengths.as_slice().iter().map(|length| norms::norm_of(*length)).collect();
        let mut facts = self.facts(&mut writer, report, assembly.field_tokens);
        let ranking = (facts.baked.k1, facts.baked.b);
        let average = facts.baked_average_length;
        let model = ImpactModel::new(lengths.as_slice(), &norms, ranking, average);
        let runs = runs.finish();
        let input = MergeInput { runs: &runs, bases: &bases, model, threads: self.threads };
        let merged =
            merge(&input, &mut writer, self.target, self.options, self.pool, self.progress)?;
        drop(runs);
        facts.terms = merged.term_count;
        report.terms = merged.term_count;

        write_lists(&mut writer, merged)?;
        writer.write_section(names::LENGTHS, &lengths.finish())?;
        for (field, lengths) in assembly.field_lengths.into_iter().enumerate() {
            writer.write_section(&names::field_lengths(field), &lengths.finish())?;
        }
        writer.write_section(names::NORMS, &norms)?;
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

    /// What the manifest needs to know of the segment; bounds are baked for the whole index as it will be.
    fn facts(
        &self,
        writer: &mut IndexWriter<'_>,
        report: &Report,
        field_tokens: Vec<u64>,
    ) -> SegmentFacts {
        let earlier = &writer.manifest_mut().statistics;
        let documents = earlier.documents + report.documents;
        let tokens = earlier.tokens + report.tokens;
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

fn write_lists(writer: &mut IndexWriter<'_>, merged: Merged) -> Result<(), Error> {
    copy_section(writer, names::POSTINGS, merged.postings)?;
    copy_section(writer, names::VOCABULARY, merged.vocabulary)?;
    writer.write_section(names::TERMS, &merged.terms)?;
    Ok(())
}

fn copy_section(
    writer: &mut IndexWriter<'_>,
    name: &str,
    mut from: SpooledTempFile,
) -> Result<(), Error> {
    let failed = |cause| Error::Spill { action: "read", cause };
    from.seek(SeekFrom::Start(0)).map_err(failed)?;
    writer.begin_section(name)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = from.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return Ok(writer.end_section()?);
        }
        writer.write(&buffer[..read])?;
    }
}

#[cfg(test)]
mod tests;
