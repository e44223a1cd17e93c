//! Hits and documents for people.
//!
//! Comes in: hits, documents and the setting. Goes out: lines for a terminal or a pager: what matched stands out in
//! colour and bold, or in `**` where there is no colour; nothing in a text can move the cursor.

use std::ops::Range;

use pressmark::{Document, Fragment, Hit, Piece, Value};

use crate::arguments::Setting;
use crate::terminal::{ASIDE, Run, TITLE, harmless, lines, styled};

/// A hit: its place and title, where to find it, and the text around the matches.
///
/// ```text
///  1. Protest in Daraa
///     n01, 2011-03-02, score 1.2935
///     Police stopped the march in Daraa. The **big bad wolf** of the market was not there.
/// ```
pub(crate) fn hit(hit: &Hit, setting: &Setting) -> String {
    let rank = format!("{:>2}. ", hit.rank);
    let indent = " ".repeat(rank.len());
    let title = match &hit.title {
        Some(title) if title.contains(|c: char| !c.is_whitespace()) => {
            title_runs(title, &hit.title_marks)
        }
        _ => vec![Run { text: harmless(&hit.id).into_owned(), marked: false }],
    };
    let color = setting.color_out;
    let title = lines(&title, setting.width, &indent, color);
    let title = title.trim_start();
    // Marked words of the title end their own colour, and bold with it: bold only a title without any.
    let bold =
        if hit.title_marks.is_empty() { styled(title, TITLE, color) } else { title.to_owned() };
    let mut text = format!("{rank}{bold}\n{indent}{}", styled(&aside(hit), ASIDE, color));
    for found in &hit.fragments {
        text.push('\n');
        text.push_str(&lines(&runs(&found.fragment), setting.width, &indent, color));
    }
    text
}

/// Id, date and score.
fn aside(hit: &Hit) -> String {
    let mut aside = harmless(&hit.id).into_owned();
    if let Some(date) = hit.field("date") {
        aside.push_str(", ");
        aside.push_str(&harmless(&date.to_string()));
    }
    aside.push_str(&format!(", score {:.4}", hit.score));
    aside
}

fn title_runs(title: &str, marks: &[Range<usize>]) -> Vec<Run> {
    squeezed(Piece::cut(title, marks))
}

fn runs(fragment: &Fragment) -> Vec<Run> {
    let dots = |wanted: bool| wanted.then_some(Piece { text: "...", marked: false });
    let before = dots(fragment.cut_before).into_iter();
    squeezed(before.chain(fragment.pieces()).chain(dots(fragment.cut_after)))
}

/// Pieces made harmless, with every run of white space one blank.
fn squeezed<'t>(pieces: impl IntoIterator<Item = Piece<'t>>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut blank = true;
    for piece in pieces {
        let mut text = String::with_capacity(piece.text.len());
        for character in harmless(piece.text).chars() {
            if !character.is_whitespace() {
                text.push(character);
            } else if !blank {
                text.push(' ');
            }
            blank = character.is_whitespace();
        }
        runs.push(Run { text, marked: piece.marked });
    }
    runs
}

/// A whole document: its short fields line by line, then its long texts, each behind its name where there are several.
pub(crate) fn document(document: &Document, setting: &Setting) -> String {
    let is_long = |(name, value): &&(String, Value)| match value {
        Value::Text(text) => name == "body" || 200 < text.len() || text.contains('\n'),
        _ => false,
    };
    let short: Vec<&(String, Value)> =
        document.fields.iter().filter(|field| !is_long(field)).collect();
    let long: Vec<&(String, Value)> = document.fields.iter().filter(is_long).collect();
    let width = short.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(2);
    let line = |name: &str, value: &str| {
        let name = format!("{:width$}", harmless(name));
        format!("{}  {}\n", styled(&name, ASIDE, setting.color_out), harmless(value))
    };
    let mut text = line("id", &document.id);
    for (name, value) in short {
        text.push_str(&line(name, &value.to_string()));
    }
    for (name, value) in &long {
        text.push('\n');
        if 1 < long.len() {
            text.push_str(&format!("{}\n", styled(&harmless(name), TITLE, setting.color_out)));
        }
        for line in value.to_string().lines() {
            text.push_str(&harmless(line));
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use pressmark::{Document, FieldFragment, Fragment, Hit, Value};

    use super::{document, hit};
    use crate::arguments::Setting;

    #[expect(clippy::single_range_in_vec_init, reason = "one mark is a list of one range")]
    fn found() -> Hit {
        let fragment = Fragment {
            start: 36,
            text: "The big bad wolf\nof the\tmarket\u{1b}[2J".to_owned(),
            marks: vec![4..16],
            cut_before: false,
            cut_after: true,
            weight: 1.0,
        };
        Hit {
            rank: 1,
            id: "n01".to_owned(),
            score: 1.293_46,
            title: Some("Protest in Daraa".to_owned()),
            fields: vec![("date".to_owned(), Value::Text("2011-03-02".to_owned()))],
            fragments: vec![FieldFragment { field: "body".to_owned(), fragment }],
            ..Hit::default()
        }
    }

    #[test]
    fn a_hit_in_a_file_is_one_line_a_fragment_and_marks_by_stars() {
        assert_eq!(
            hit(&found(), &Setting::plain(None, false)),
            " 1. Protest in Daraa\n    n01, 2011-03-02, score 1.2935\n    The **big bad wolf** of the market\u{fffd}[2J..."
        );
    }

    #[test]
    fn a_hit_on_a_terminal_is_broken_into_lines_and_coloured() {
        assert_eq!(
            hit(&found(), &Setting::plain(Some(24), true)),
            " 1. \u{1b}[1mProtest in Daraa\u{1b}[0m\n    \u{1b}[2mn01, 2011-03-02, score 1.2935\u{1b}[0m\n    The \
             \u{1b}[1m\u{1b}[31mbig\u{1b}[0m \u{1b}[1m\u{1b}[31mbad\u{1b}[0m \u{1b}[1m\u{1b}[31mwolf\u{1b}[0m of\n    \
             the market\u{fffd}[2J..."
        );
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "one mark is a list of one range")]
    fn the_title_shows_its_matches_or_the_id_stands_for_it() {
        let marked = Hit { title_marks: vec![11..16], fragments: Vec::new(), ..found() };
        let shown = hit(&marked, &Setting::plain(None, false));
        assert!(shown.starts_with(" 1. Protest in **Daraa**\n"), "{shown}");
        let untitled = Hit { title: Some(" ".to_owned()), fragments: Vec::new(), ..found() };
        assert!(hit(&untitled, &Setting::plain(None, false)).starts_with(" 1. n01\n"));
    }

    #[test]
    fn a_document_shows_short_fields_first() {
        let text = |text: &str| Value::Text(text.to_owned());
        let shown = Document {
            id: "n01".to_owned(),
            fields: vec![
                ("body".to_owned(), text("One.\nTwo\u{7}.")),
                ("source".to_owned(), text("afp")),
                ("tags".to_owned(), Value::List(vec![text("a"), Value::Integer(2)])),
            ],
            ..Document::default()
        };
        assert_eq!(
            document(&shown, &Setting::plain(None, false)),
            "id      n01\nsource  afp\ntags    a; 2\n\nOne.\nTwo\u{fffd}.\n"
        );
    }
}
