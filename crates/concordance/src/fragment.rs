//! A piece of a text with the matched words marked, as plain data.
//!
//! In comes what `snippet` cut out; out go pieces to print, or HTML. It knows no terminal and no colour.

use std::ops::Range;

/// A piece of a stored text, cut around matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Fragment {
    /// The byte of the stored text at which it begins.
    pub start: usize,
    /// The piece exactly as it is stored, line ends and all.
    pub text: String,
    /// The bytes of `text` (from its own start) to highlight: ascending, apart from each other, on character borders.
    pub marks: Vec<Range<usize>>,
    /// Whether it begins inside a sentence, so that something should show that more stands before it.
    pub cut_before: bool,
    /// Whether it ends inside a sentence.
    pub cut_after: bool,
    /// How much of the query it shows; larger is better. Only for choosing among fragments of one document.
    pub weight: f64,
}

/// A run of a fragment that is highlighted as a whole or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    /// The run as stored.
    pub text: &'t str,
    /// Whether to highlight it.
    pub marked: bool,
}

impl Fragment {
    /// The fragment from left to right in runs; empty runs are left out.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        pieces(&self.text, &self.marks)
    }

    /// The fragment as HTML: `<b>` around what matched, `&`, `<` and `>` escaped so that nothing in the text is taken
    /// for markup, runs of white space as one blank, and `...` where it was cut inside a sentence.
    ///
    /// ```
    /// let fragment = concordance::Fragment {
    ///     start: 0,
    ///     text: "AT&T met\nthe wolf".to_owned(),
    ///     marks: vec![13..17],
    ///     cut_before: true,
    ///     cut_after: false,
    ///     weight: 1.0,
    /// };
    /// assert_eq!(fragment.html(), "...AT&amp;T met the <b>wolf</b>");
    /// ```
    pub fn html(&self) -> String {
        let mut html = String::with_capacity(self.text.len() + 16);
        if self.cut_before {
            html.push_str("...");
        }
        for piece in self.pieces() {
            if piece.marked {
                html.push_str("<b>");
            }
            escape(piece.text, &mut html);
            if piece.marked {
                html.push_str("</b>");
            }
        }
        if self.cut_after {
            html.push_str("...");
        }
        html
    }
}

impl Piece<'_> {
    /// Cuts any text at `marks`, which must be as those of [`Fragment::marks`]; a mark that is not is passed over.
    pub fn cut<'t>(text: &'t str, marks: &[Range<usize>]) -> Vec<Piece<'t>> {
        pieces(text, marks)
    }
}

fn pieces<'t>(text: &'t str, marks: &[Range<usize>]) -> Vec<Piece<'t>> {
    let mut pieces = Vec::with_capacity(marks.len() * 2 + 1);
    let mut done = 0;
    for mark in marks {
        let (Some(before), Some(marked)) = (text.get(done..mark.start), text.get(mark.clone()))
        else {
            continue;
        };
        pieces.push(Piece { text: before, marked: false });
        pieces.push(Piece { text: marked, marked: true });
        done = mark.end;
    }
    pieces.push(Piece { text: &text[done..], marked: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// Appends `text` with white space squeezed and markup characters escaped.
fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            c if c.is_whitespace() => {
                if !html.ends_with(' ') {
                    html.push(' ');
                }
            }
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
