//! Text made fit for a terminal: harmless, coloured where wanted, broken into lines.
//!
//! Comes in: text from documents and queries, which may hold anything. Goes out: text that moves no cursor and rings no
//! bell, in lines of a given width. Knows nothing of hits.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

/// What matched.
pub(crate) const MARK: Style = AnsiColor::Red.on_default().bold();
/// Titles.
pub(crate) const TITLE: Style = Style::new().bold();
/// What is there to be looked up, not read.
pub(crate) const ASIDE: Style = Style::new().dimmed();

/// `text` without what a terminal would obey or be confused by: control characters become U+FFFD (a tab or line end a
/// blank), and characters that turn the writing direction around from there on are left out.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if text.chars().all(|character| harm(character).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match harm(character) {
            None => clean.push(character),
            Some(instead) => clean.push_str(instead),
        }
    }
    Cow::Owned(clean)
}

/// What to print instead of a character that is not to be printed.
fn harm(character: char) -> Option<&'static str> {
    match character {
        '\t' | '\n' | '\r' | '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(" "),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(""),
        character if character.is_control() => Some("\u{fffd}"),
        _ => None,
    }
}

/// `text` in `style`, or as it is.
pub(crate) fn styled(text: &str, style: Style, color: bool) -> String {
    if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// A run of text and whether it is highlighted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Harmless, white space already squeezed.
    pub(crate) text: String,
    /// Whether it matched.
    pub(crate) marked: bool,
}

/// Runs as lines of at most `width` columns, each behind `indent`; one line where there is no width. Lines are broken
/// at blanks, and inside a word only where it is longer than a line. Marked text is coloured, or stands in `**`.
pub(crate) fn lines(runs: &[Run], width: Option<usize>, indent: &str, color: bool) -> String {
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(columns(indent)).max(8));
    let mut text = String::from(indent);
    let mut column = 0;
    for word in words(runs, color) {
        let length: usize = word.iter().map(|run| columns(&run.text)).sum();
        let fits = column + 1 + length <= room;
        if 0 < column && !fits && (length <= room || room <= column + 1) {
            text.push('\n');
            text.push_str(indent);
            column = 0;
        } else if 0 < column {
            text.push(' ');
            column += 1;
        }
        for run in &word {
            for piece in broken(&run.text, room, &mut column) {
                if piece.on_new_line {
                    text.push('\n');
                    text.push_str(indent);
                }
                text.push_str(&styled(
                    piece.text,
                    if run.marked { MARK } else { Style::new() },
                    color && run.marked,
                ));
            }
        }
    }
    text
}

/// Runs cut at blanks: each word is what stands between two of them.
fn words(runs: &[Run], color: bool) -> Vec<Vec<Run>> {
    let mut words: Vec<Vec<Run>> = vec![Vec::new()];
    for run in runs {
        let text =
            if run.marked && !color { format!("**{}**", run.text) } else { run.text.clone() };
        for (index, part) in text.split(' ').enumerate() {
            if 0 < index {
                words.push(Vec::new());
            }
            if let Some(word) = words.last_mut().filter(|_| !part.is_empty()) {
                word.push(Run { text: part.to_owned(), marked: run.marked });
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

struct Broken<'t> {
    text: &'t str,
    on_new_line: bool,
}

/// `text` in pieces that fit between `column` and `room`; `column` is moved along.
fn broken<'t>(text: &'t str, room: usize, column: &mut usize) -> Vec<Broken<'t>> {
    let mut pieces = Vec::new();
    let (mut start, mut on_new_line) = (0, false);
    for (at, character) in text.char_indices() {
        let length = character.width().unwrap_or(0);
        if room < *column + length {
            pieces.push(Broken { text: &text[start..at], on_new_line });
            (start, on_new_line) = (at, true);
            *column = 0;
        }
        *column += length;
    }
    pieces.push(Broken { text: &text[start..], on_new_line });
    pieces
}

/// How many columns a terminal gives `text`.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests;
