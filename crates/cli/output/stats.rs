//! What an index says about itself, for people.
//!
//! Comes in: the figures of the library. Goes out: lines of a name and what there is to say.

use std::fmt::Write as _;

use pressmark::{SectionStats, SourceStats, Stats};

use crate::arguments::Setting;
use crate::output::figures::{bytes, count, number, share};
use crate::terminal::{ASIDE, harmless, styled};

/// All of it.
pub(crate) fn text(stats: &Stats, setting: &Setting) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let name = styled(&format!("{name:<10}"), ASIDE, setting.color_out);
        let _ = writeln!(text, "{name} {}", harmless(value));
    };
    let average = format!("{:.1} an article", stats.average_length);
    line("articles", &number(stats.documents));
    line("tokens", &format!("{}, {average}", number(stats.tokens)));
    if 0 < stats.dropped_tokens {
        line(
            "",
            &format!("{} dropped: nothing to search for in them", number(stats.dropped_tokens)),
        );
    }
    line("terms", &number(stats.terms));
    let segments = count(stats.segments, "segment");
    line("size", &format!("{} in {segments}, format {}", bytes(stats.bytes), stats.format));
    let analyzer = &stats.analyzer;
    line(
        "analyzer",
        &format!("{} version {}, {}", analyzer.name, analyzer.version, analyzer.fingerprint),
    );
    line("ranking", &format!("BM25 with k1 {}, b {}", stats.ranking.k1, stats.ranking.b));
    for (index, (name, value)) in stats.options.iter().enumerate() {
        line(if index == 0 { "options" } else { "" }, &format!("{name} {value}"));
    }
    if let Some(forms) = &stats.forms {
        let share = share(forms.bytes, stats.bytes);
        let (lists, words) = (count(forms.lists, "form"), number(forms.occurrences));
        line(
            "forms",
            &format!("{lists} as written, {words} times: {}, {share}", bytes(forms.bytes)),
        );
    }
    for (index, field) in stats.fields.iter().enumerate() {
        let tokens = field.tokens.map(|tokens| format!(", {}", count(tokens, "token")));
        let value = format!("{}: {}{}", field.name, field.kind, tokens.unwrap_or_default());
        line(if index == 0 { "fields" } else { "" }, &value);
    }
    for (index, source) in stats.sources.iter().enumerate() {
        line(if index == 0 { "sources" } else { "" }, &source_line(source));
        if !source.sha256.is_empty() {
            line("", &format!("  sha256 {}", source.sha256));
        }
    }
    for (index, section) in section_lines(&stats.sections, stats.bytes).iter().enumerate() {
        line(if index == 0 { "sections" } else { "" }, section);
    }
    text
}

fn source_line(source: &SourceStats) -> String {
    let format = match (source.format.as_str(), source.documents + source.bad) {
        ("", 0) => "nothing to read",
        ("", _) => "several formats",
        (format, _) => format,
    };
    let mut line = format!("{}: {format}, {}", source.name, count(source.documents, "article"));
    if 0 < source.bad {
        let _ = write!(line, ", {} bad", number(source.bad));
    }
    for (reason, skipped) in &source.skipped {
        let _ = write!(line, ", {} skipped ({reason})", number(*skipped));
    }
    let _ = write!(line, ", {}", bytes(source.bytes));
    line
}

/// Sections in columns, with their shares of the whole file.
fn section_lines(sections: &[SectionStats], whole: u64) -> Vec<String> {
    let width = sections.iter().map(|section| section.name.len()).max().unwrap_or(0);
    let lines = sections.iter().map(|section| {
        format!(
            "{:width$} {:>9} {:>7}",
            section.name,
            bytes(section.bytes),
            share(section.bytes, whole)
        )
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::section_lines;
    use pressmark::SectionStats;

    #[test]
    fn sections_stand_in_columns() {
        let section = |name: &str, bytes| SectionStats { name: name.to_owned(), bytes };
        assert_eq!(
            section_lines(&[section("positions", 1_500_000), section("ids", 25)], 2_000_000),
            ["positions    1.5 MB  75.0 %", "ids            25 B   0.0 %"]
        );
    }
}
