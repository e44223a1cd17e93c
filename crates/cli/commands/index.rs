//! `pressmark index`: from dumps to one file.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pressmark::{
    BakedRanking, BuildOptions, BuildReport, BuildRequest, FieldKind, FieldOrigin, Index, Input,
    ReadOptions, SourceSummary,
};

use crate::arguments::{IndexArguments, OnBad, OnDuplicate, Setting, bytes};
use crate::commands::say;
use crate::exit::Exit;
use crate::output::figures;
use crate::progress::ProgressBar;

pub(crate) fn run(arguments: IndexArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let request = request(&arguments, setting)?;
    let start = Instant::now();
    let progress = ProgressBar::new(setting);
    let built = Index::build(&arguments.index, request, &progress);
    progress.finish();
    let report = built?;
    let size = std::fs::metadata(&arguments.index).map(|file| file.len()).unwrap_or(0);
    let time = start.elapsed();
    say(setting, &records(&report));
    say(setting, &summary(&report, time));
    if 0 < report.resumed {
        let articles = figures::count(report.resumed, "article");
        say(setting, &format!("resumed: {articles} had been indexed before"));
    }
    if 0 < report.replaced {
        let articles = figures::count(report.replaced, "article");
        say(setting, &format!("replaced {articles} with the same id"));
    }
    say(setting, &fields(&report));
    if !report.languages.is_empty() {
        say(setting, &format!("languages: {}", report.languages.join(", ")));
    }
    say_omissions(setting, &report);
    say(setting, &format!("{}: {}", arguments.index.display(), figures::bytes(size)));
    Ok(Exit::Found)
}

/// What the options ask of the library.
fn request(arguments: &IndexArguments, setting: &Setting) -> anyhow::Result<BuildRequest> {
    let mut read = ReadOptions::default();
    if let Some(format) = &arguments.input_format {
        read.format = if format == "auto" { None } else { Some(format.parse()?) };
    }
    if let Some(map) = &arguments.map {
        read.map = map.parse()?;
    }
    if let Some(field) = &arguments.id_field {
        read.map.insert("id", field)?;
    }
    if !arguments.namespaces.is_empty() {
        read.namespaces = arguments.namespaces.clone();
    }
    read.encoding = arguments.encoding.as_deref().map(str::parse).transpose()?;
    let baked = BakedRanking::default();
    let options = BuildOptions {
        threads: setting.threads.unwrap_or(0),
        memory: bytes(&arguments.memory)?,
        pairs: arguments.pairs,
        reorder: arguments.reorder.then_some(true),
        fields: arguments.fields.as_deref().unwrap_or_default().parse()?,
        stem: stems(arguments)?,
        on_bad: match arguments.on_bad {
            OnBad::Stop => pressmark::OnBad::Stop,
            OnBad::Skip => pressmark::OnBad::Skip,
        },
        on_duplicate: match arguments.on_duplicate {
            OnDuplicate::Keep => pressmark::OnDuplicate::Keep,
            OnDuplicate::Replace => pressmark::OnDuplicate::Replace,
            OnDuplicate::Error => pressmark::OnDuplicate::Error,
        },
        ranking: BakedRanking {
            k1: arguments.k1.unwrap_or(baked.k1),
            b: arguments.b.unwrap_or(baked.b),
        },
        store_documents: !arguments.no_store,
        resume: arguments.resume,
        ..BuildOptions::default()
    };
    let inputs = arguments.inputs.iter().cloned().map(input).collect();
    Ok(BuildRequest { inputs, read, options })
}

/// Which stems are asked for: of one language, or of each article's own.
fn stems(arguments: &IndexArguments) -> anyhow::Result<Option<String>> {
    let list = arguments.stem.as_deref().unwrap_or_default();
    let mut codes: Vec<&str> =
        list.split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
    codes.sort_unstable();
    match &arguments.lang {
        Some(_) if codes.is_empty() => Ok(Some("auto".to_owned())),
        Some(_) => Ok(Some(format!("auto:{}", codes.join(",")))),
        None if 1 < codes.len() => {
            anyhow::bail!(
                "stems of several languages `{list}` need `--lang auto`, which finds each article's own"
            )
        }
        None => Ok(arguments.stem.clone()),
    }
}

/// `-` is standard input.
pub(crate) fn input(path: PathBuf) -> Input {
    if path.as_os_str() == "-" { Input::Stdin } else { Input::Path(path) }
}

/// `read 21 records, 3.4 kB of input: 18 articles, 1 bad, 2 skipped`
fn records(report: &BuildReport) -> String {
    let sum = |part: fn(&SourceSummary) -> u64| report.sources.iter().map(part).sum::<u64>();
    let mut line = format!(
        "read {}, {} of input: {}",
        figures::count(sum(SourceSummary::records), "record"),
        figures::bytes(sum(|source| source.bytes)),
        figures::count(sum(|source| source.documents), "article"),
    );
    let skipped = sum(|source| source.skipped.iter().map(|(_, count)| count).sum());
    for (count, what) in [(report.bad, "bad"), (skipped, "skipped")] {
        if 0 < count {
            let _ = write!(line, ", {} {what}", figures::number(count));
        }
    }
    line
}

/// `indexed 18 articles: 215 tokens, 2.9 kB of text in 38 ms, 0.1 MB/s`
fn summary(report: &BuildReport, time: Duration) -> String {
    let verb = if report.appended { "added" } else { "indexed" };
    format!(
        "{verb} {}: {}, {} of text in {}, {}",
        figures::count(report.documents, "article"),
        figures::count(report.tokens, "token"),
        figures::bytes(report.text_bytes),
        figures::time(time),
        figures::rate(report.text_bytes, time),
    )
}

/// What each field is for; what was guessed says so.
fn fields(report: &BuildReport) -> String {
    let mut line = String::from("fields:");
    for field in &report.fields {
        let kind = match field.kind {
            FieldKind::Text => "text",
            FieldKind::Date => "date",
            FieldKind::Keyword => "keyword",
            FieldKind::Number => "number",
            FieldKind::Stored => "stored",
        };
        let guessed = match field.origin {
            FieldOrigin::Guessed => " (guessed)",
            FieldOrigin::Late => " (met late)",
            FieldOrigin::Given | FieldOrigin::Default | FieldOrigin::Index => "",
        };
        let _ = write!(line, " {}:{kind}{guessed},", field.name);
    }
    line.trim_end_matches([',', ':']).to_owned()
}

/// What is not in the index, or not as it stood in the input: nothing of it is silent.
pub(crate) fn say_omissions(setting: &Setting, report: &BuildReport) {
    for (reason, count) in &report.skipped {
        say(setting, &format!("skipped {}: {}", figures::count(*count, "record"), reason.name()));
    }
    if 0 < report.bad {
        let records = figures::count(report.bad, "bad record");
        let place =
            report.bad_file.as_ref().map(|path| format!(", set aside in {}", path.display()));
        say(setting, &format!("{records}{}", place.unwrap_or_else(|| ", left out".to_owned())));
    }
    for unread in &report.unread {
        let values = figures::count(unread.values, "value");
        let (field, expected, example) = (&unread.field, unread.expected, &unread.example);
        let place = format!("{}#{}", unread.source, unread.number);
        say(
            setting,
            &format!(
                "{values} of {field} cannot be read as a {expected}, the first `{example}` in {place}: stored, but not \
                 filtered or sorted by"
            ),
        );
    }
    let repaired: u64 = report.sources.iter().map(|source| source.repaired).sum();
    let notes = [
        (repaired, "article", "had bytes that are no text in its encoding, replaced by U+FFFD"),
        (report.dropped_tokens, "token", "left nothing to search for and was not indexed"),
        (report.made_ids, "article", "had no id and got SOURCE#NUMBER"),
        (report.unlisted_fields, "field", "beyond the limit: stored, but not listed"),
    ];
    for (count, noun, what) in notes.into_iter().filter(|(count, ..)| 0 < *count) {
        say(setting, &format!("{} {what}", figures::count(count, noun)));
    }
}
