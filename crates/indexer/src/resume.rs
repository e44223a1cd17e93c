//! Building in parts that outlive the process, so that an interrupted build of many inputs can go on.
//!
//! Comes in: inputs in parts, and an index to add them to or nothing. Goes out: an index with one more segment for each part,
//! committed all at once; until then, beside the target, one file for each part that is done:
//!
//! ```text
//! TARGET.part-N             an index of part N alone: complete, or not there
//! TARGET.part-N.bad.jsonl   its bad records, if it has any
//! ```
//!
//! A part that is there is taken over if it was made of the same inputs (names, sizes, times of change), with the same
//! options, to be added to the same commit; else it is made again. So the same command gives the same bytes, however often
//! it was interrupted. Segments are not merged: where parts end is the price of not beginning anew.

use std::path::{Path, PathBuf};

use sources::Inputs;
use store::{FORMAT_VERSION, IndexFile, IndexWriter, Schema, SectionRecord};

use crate::build::{LANGUAGE_OPTION, Origin, Work, note};
use crate::replace::copy;
use crate::runs::folder_of;
use crate::{BuildOptions, Error, Report};

/// The name of the option in a part's manifest that says what it was made of.
const MADE_OF: &str = "part";

/// Builds part by part; `writer` appends where `appended`, else it creates.
pub(crate) fn build(
    work: &Work<'_>,
    mut writer: IndexWriter<'_>,
    appended: bool,
    parts: Vec<Inputs>,
) -> Result<Report, Error> {
    let mut report = Report { appended, ..Report::default() };
    let mut bad = work.bad_file();
    let base = writer.manifest_mut().superseded.last().cloned();
    let mut paths = Vec::new();
    for (number, inputs) in parts.into_iter().enumerate() {
        let path = beside(work.target, &format!(".part-{number}"));
        let schema = &writer.manifest_mut().schema;
        let made_of = made_of(work.options, &inputs, base.as_ref(), schema);
        let has_schema = appended || 0 < number;
        let index = match finished(work, &path, &made_of) {
            Some(index) => {
                report.resumed += 1;
                index
            }
            None => {
                let part = Part { path: &path, made_of, has_schema };
                part.build(work, &mut writer, inputs, &mut report)?
            }
        };
        take(&mut writer, &mut report, &index)?;
        let bad_records = beside(&path, ".bad.jsonl");
        bad.take_file(work.storage, &bad_records)?;
        paths.extend([path, bad_records]);
    }
    report.bad = bad.records();
    let report = work.commit(writer, bad, report)?;
    remove_parts(work);
    Ok(report)
}

/// A part to be made.
struct Part<'a> {
    path: &'a Path,
    made_of: String,
    /// Whether the index has fields already: of an earlier commit, or of the parts before.
    has_schema: bool,
}

impl Part<'_> {
    fn build(
        &self,
        work: &Work<'_>,
        writer: &mut IndexWriter<'_>,
        inputs: Inputs,
        report: &mut Report,
    ) -> Result<IndexFile, Error> {
        // One of other inputs, or one that was not finished.
        let _ = work.storage.remove(self.path);
        let _ = work.storage.remove(&beside(self.path, ".bad.jsonl"));
        let mut part = IndexWriter::create(self.path, work.storage)?;
        let (manifest, of_target) = (part.manifest_mut(), writer.manifest_mut());
        manifest.schema = of_target.schema.clone();
        manifest.analyzer = of_target.analyzer.clone();
        manifest.options.push((MADE_OF.to_owned(), self.made_of.clone()));
        let work = Work { target: self.path, ..*work };
        let origin = if self.has_schema { Origin::Added } else { Origin::Fresh };
        let (part, bad, made) = work.segment(part, origin, inputs)?;
        let made = work.commit(part, bad, made)?;
        report.add(made);
        work.open(self.path)
    }
}

/// A finished part, if it was made of the same.
fn finished(work: &Work<'_>, path: &Path, made_of: &str) -> Option<IndexFile> {
    let index = work.open(path).ok()?;
    let mut options = index.manifest().options.iter();
    let is_same = options.any(|(name, value)| name == MADE_OF && value == made_of);
    (is_same && index.verify().is_ok()).then_some(index)
}

/// Puts the segment of a part behind the others.
fn take(writer: &mut IndexWriter<'_>, report: &mut Report, part: &IndexFile) -> Result<(), Error> {
    let manifest = writer.manifest_mut();
    manifest.schema = part.manifest().schema.clone();
    let options = part.manifest().options.iter().cloned();
    note(&mut manifest.options, options.filter(|(name, _)| name == LANGUAGE_OPTION));
    manifest.sources.extend(part.manifest().sources.iter().cloned());
    report.add_sources(&part.manifest().sources);
    report.documents += part.manifest().statistics.documents;
    report.tokens += part.manifest().statistics.tokens;
    for segment in part.segments() {
        report.terms = report.terms.max(segment.record().terms);
        copy(writer, segment)?;
    }
    Ok(())
}

/// Everything that decides what is in a part.
fn made_of(
    options: &BuildOptions,
    inputs: &Inputs,
    base: Option<&SectionRecord>,
    schema: &Schema,
) -> String {
    let BuildOptions { fields, stem, on_bad, ranking, store_documents, pairs, .. } = options;
    let version = env!("CARGO_PKG_VERSION");
    let inputs = inputs.fingerprint();
    format!(
        "{version} {FORMAT_VERSION} {inputs} {fields:?} {stem:?} {on_bad:?} {ranking:?} {store_documents} {pairs:?} {base:?} {schema:?}"
    )
}

/// Removes the files of all parts: they are in the index now.
fn remove_parts(work: &Work<'_>) {
    let name = work.target.file_name().unwrap_or_default().to_string_lossy();
    for path in work.storage.list(&folder_of(work.target)).unwrap_or_default() {
        let found = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rest = found.strip_prefix(&*name).and_then(|rest| rest.strip_prefix(".part-"));
        let number = rest.map(|rest| rest.strip_suffix(".bad.jsonl").unwrap_or(rest));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if number.is_some_and(is_number) {
            let _ = work.storage.remove(&path);
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
