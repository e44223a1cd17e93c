//! A progress bar for builds that take a while, on a terminal and nowhere else.
//!
//! Comes in: what the indexer tells, from many threads. Goes out: a line on standard error that is redrawn and in the end
//! taken away. Nothing is drawn in the first moments: most builds are over by then.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar as Bar, ProgressDrawTarget, ProgressStyle};
use pressmark::{Phase, Progress};

use crate::arguments::Setting;
use crate::output::figures;

/// How long a build may take without a bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// Where the size of the inputs is known.
const WITH_LENGTH: &str = "{prefix} {bar:24.} {percent:>3} %  {msg}  {eta} left";
/// Where it is not: standard input.
const WITHOUT_LENGTH: &str = "{spinner} {prefix} {msg}  {elapsed}";

/// The bar of one build.
pub(crate) struct ProgressBar {
    bar: Bar,
    start: Instant,
    /// Whether the style has a length.
    sized: AtomicBool,
}

impl ProgressBar {
    /// A bar that shows itself only where a person looks.
    pub(crate) fn new(setting: &Setting) -> ProgressBar {
        let shown = setting.talks_to_person && !setting.quiet;
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = Bar::with_draw_target(None, target).with_style(style(WITHOUT_LENGTH));
        bar.set_prefix("reading");
        ProgressBar { bar, start: Instant::now(), sized: AtomicBool::new(false) }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn is_early(&self) -> bool {
        self.bar.is_hidden() || self.start.elapsed() < PATIENCE
    }

    fn size(&self, length: u64) {
        if !self.sized.swap(true, Ordering::Relaxed) {
            self.bar.set_style(style(WITH_LENGTH));
        }
        self.bar.set_length(length);
    }
}

/// A bar for work that is counted in steps.
pub(crate) struct CountBar(Bar);

impl CountBar {
    /// A bar that shows itself only where a person looks.
    pub(crate) fn new(what: &'static str, setting: &Setting) -> CountBar {
        let shown = setting.talks_to_person && !setting.quiet;
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = Bar::with_draw_target(None, target).with_style(style(WITH_LENGTH));
        bar.set_prefix(what);
        CountBar(bar)
    }

    /// So many steps of so many are done.
    pub(crate) fn at(&self, done: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(done);
        self.0.set_message(format!("{done}/{all}"));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for ProgressBar {
    fn phase(&self, phase: Phase) {
        self.bar.set_prefix(match phase {
            Phase::Reading => "reading",
            Phase::Merging => "merging",
            Phase::Committing => "writing",
        });
        if phase != Phase::Reading {
            self.bar.set_message("");
            self.bar.reset_eta();
        }
    }

    fn read(&self, documents: u64, bytes: u64, total: Option<u64>) {
        if self.is_early() {
            return;
        }
        if let Some(total) = total {
            self.size(total);
        }
        let rate = figures::rate(bytes, self.start.elapsed());
        self.bar.set_message(format!("{}  {rate}", figures::count(documents, "article")));
        self.bar.set_position(bytes);
    }

    fn merged(&self, done: u64, total: u64) {
        if !self.is_early() {
            self.size(total);
            self.bar.set_position(done);
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates of this file are valid, a test tries them")
        .progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::{WITH_LENGTH, WITHOUT_LENGTH, style};

    #[test]
    fn templates_are_valid() {
        style(WITH_LENGTH);
        style(WITHOUT_LENGTH);
    }
}
