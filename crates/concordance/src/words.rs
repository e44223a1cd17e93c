//! The words of a stored text by position: the bridge from the index's numbers back to bytes.
//!
//! In comes a text and the analyzer its index was made with; out goes the byte range of each word position. Knows no
//! query and no field: positions count from the start of the one text given.

use std::ops::Range;

use analysis::Analyzer;

/// Where each word of a text stands, by its position.
///
/// Positions are numbered as the index numbers them: every word counts one, except a word of which nothing searchable
/// is left, which counts none.
///
/// ```
/// let analyzer = analysis::Analyzer::new(&Default::default())?;
/// let text = "The caf\u{e9} isn\u{2019}t open.";
/// let words = concordance::Words::of(&analyzer, text);
/// assert_eq!(words.len(), 4);
/// assert_eq!(&text[words.bytes(1..3).expect("positions 1 and 2 exist")], "caf\u{e9} isn\u{2019}t");
/// # Ok::<(), analysis::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    ranges: Vec<Range<usize>>,
}

impl Words {
    /// Cuts `text` anew. Costs what indexing the text cost.
    pub fn of(analyzer: &Analyzer, text: &str) -> Words {
        let mut ranges = Vec::with_capacity(text.len() / 6);
        let mut term = String::new();
        analyzer.words(text, |word, range| {
            if has_term(analyzer, word, &mut term) {
                ranges.push(range);
            }
        });
        Words { ranges }
    }

    /// How many positions the text has.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether the text has no word at all.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The bytes of the word at `position`; `None` past the last word.
    pub fn word(&self, position: u32) -> Option<Range<usize>> {
        self.ranges.get(position as usize).cloned()
    }

    /// The bytes from the first word of `positions` to the end of its last; `None` where the range is empty or
    /// reaches past the last word, which means that text and index do not belong together.
    pub fn bytes(&self, positions: Range<u32>) -> Option<Range<usize>> {
        let last = positions.end.checked_sub(1).filter(|last| positions.start <= *last)?;
        Some(self.word(positions.start)?.start..self.word(last)?.end)
    }
}

/// Whether the index gave `word` a position. ASCII letters and digits always leave a term, which spares folding most
/// words.
fn has_term(analyzer: &Analyzer, word: &str, term: &mut String) -> bool {
    if word.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return true;
    }
    analyzer.term(word, term);
    !term.is_empty()
}

#[cfg(test)]
mod tests;
