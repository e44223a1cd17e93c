//! Opening what the verbs work on: an index file, or a dump that is indexed in memory first.
//!
//! Comes in: the path as typed. Goes out: an open index. Says on standard error what was indexed on the fly.

use std::path::Path;
use std::time::Instant;

use anyhow::bail;
use pressmark::{BuildOptions, BuildRequest, Index, Input, OnBad, OpenOptions};

use crate::arguments::Setting;
use crate::commands::index::{input, say_omissions};
use crate::commands::say;
use crate::output::figures;
use crate::progress::ProgressBar;

/// Opens an index file.
pub(crate) fn index(path: &Path, setting: &Setting) -> anyhow::Result<Index> {
    Ok(Index::open(path, &OpenOptions { map: setting.map })?)
}

/// Opens an index file, or indexes a dump, a folder or standard input in memory.
pub(crate) fn index_or_dump(path: &Path, setting: &Setting) -> anyhow::Result<Index> {
    if path.as_os_str() == "-" || path.is_dir() || Input::is_pattern(path) {
        return dump(path, setting);
    }
    match index(path, setting) {
        Err(error) if is_dump(path, &error) => dump(path, setting),
        opened => opened,
    }
}

/// Whether a file that did not open is to be read as a dump. What is named as an index and is none was damaged: it is
/// not to be taken for text.
fn is_dump(path: &Path, error: &anyhow::Error) -> bool {
    let named_as_index = path.extension().is_some_and(|extension| extension == "pmk");
    let error = error.downcast_ref::<pressmark::Error>();
    !named_as_index && error.is_some_and(pressmark::Error::is_not_an_index)
}

/// Indexes a dump in memory and says so. Bad records are left out and counted: this is for a first look.
fn dump(path: &Path, setting: &Setting) -> anyhow::Result<Index> {
    let start = Instant::now();
    let options = BuildOptions {
        threads: setting.threads.unwrap_or(0),
        on_bad: OnBad::Skip,
        ..BuildOptions::default()
    };
    let inputs = vec![input(path.to_owned())];
    let progress = ProgressBar::new(setting);
    let built =
        Index::in_memory(BuildRequest { inputs, options, ..BuildRequest::default() }, &progress);
    progress.finish();
    let (index, report) = built?;
    if report.documents == 0 {
        bail!("`{}` is no index, and no article was found in it", path.display());
    }
    let articles = figures::count(report.documents, "article");
    say(setting, &format!("indexed {articles} in {}", figures::time(start.elapsed())));
    say_omissions(setting, &report);
    Ok(index)
}
