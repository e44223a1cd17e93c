//! Lines of a concordance.
//!
//! Comes in: a match with the text around it. Goes out: a line whose matches stand below each other, or the cells of a
//! table. Blanks, line ends among them, are one blank each.

use pressmark::KwicLine;

use super::tables::cell;
use crate::arguments::Setting;
use crate::terminal::{ASIDE, MARK, columns, harmless, styled};

/// Columns before and behind a match where there is no terminal to say how many there are.
const SIDE: usize = 50;
/// Columns of an id.
const ID: usize = 12;

/// `n01           The big bad **wolf** of the market`, the match always in the same column.
pub(crate) fn text(line: &KwicLine, setting: &Setting) -> String {
    let found = squeezed(&line.found);
    let id = squeezed(&line.id);
    let id = format!("{}{}", id, " ".repeat(ID.saturating_sub(columns(&id))));
    let marks = if setting.color_out { 0 } else { 4 };
    let taken = columns(&id) + 1 + columns(&found) + marks;
    let room = setting.width.map_or(SIDE, |width| width.saturating_sub(taken) / 2);
    let (left, right) = (squeezed(&line.left), squeezed(&line.right));
    let left: String = tail(left.trim_start(), room).to_owned();
    let right = head(right.trim_end(), room);
    let found = match setting.color_out {
        true => styled(&found, MARK, true),
        false => format!("**{found}**"),
    };
    let before = " ".repeat(room.saturating_sub(columns(&left)));
    format!("{} {before}{left}{found}{right}", styled(&id, ASIDE, setting.color_out))
}

/// id, field, start, end, left, match, right.
pub(crate) fn tsv(line: &KwicLine) -> String {
    let KwicLine { id, field, start, end, .. } = line;
    let texts = [&line.left, &line.found, &line.right].map(|text| squeezed(text));
    format!("{}\t{field}\t{start}\t{end}\t{}", cell(id), texts.join("\t"))
}

/// Harmless text with every run of white space one blank.
fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        match character.is_whitespace() {
            false => squeezed.push(character),
            true if squeezed.ends_with(' ') => {}
            true => squeezed.push(' '),
        }
    }
    squeezed
}

/// As much of the end of a text as has room.
fn tail(text: &str, room: usize) -> &str {
    let starts = text.char_indices().map(|(start, _)| &text[start..]);
    starts.into_iter().find(|tail| columns(tail) <= room).unwrap_or_default()
}

/// As much of the start of a text as has room.
fn head(text: &str, room: usize) -> &str {
    let ends = text.char_indices().map(|(end, _)| end).chain([text.len()]);
    let fitting = ends.take_while(|&end| columns(&text[..end]) <= room);
    &text[..fitting.last().unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use pressmark::KwicLine;

    use super::{text, tsv};
    use crate::arguments::Setting;

    #[test]
    fn matches_stand_below_each_other_and_lines_fit_the_terminal() {
        let line = |left: &str, right: &str| KwicLine {
            id: "n\t1".to_owned(),
            field: "body".to_owned(),
            start: 4,
            end: 8,
            left: left.to_owned(),
            found: "wolf".to_owned(),
            right: right.to_owned(),
            ..KwicLine::default()
        };
        let long = line("No, this is\n the big  bad ", " of the market was there");
        let short = line("", "");
        let shown = [&long, &short].map(|line| text(line, &Setting::plain(Some(40), false)));
        assert_eq!(
            shown,
            [
                format!("n 1{}big bad **wolf** of the m", " ".repeat(11)),
                format!("n 1{}**wolf**", " ".repeat(19))
            ]
        );
        let shown = text(&long, &Setting::plain(None, false));
        assert_eq!(shown.find("**"), text(&short, &Setting::plain(None, false)).find("**"));
        assert!(shown.ends_with("bad **wolf** of the market was there"), "{shown}");
        assert_eq!(
            tsv(&long),
            "n 1\tbody\t4\t8\tNo, this is the big bad \twolf\t of the market was there"
        );
    }
}
