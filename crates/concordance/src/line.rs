//! A match as the line of a concordance: the keyword in its context.
//!
//! In come the words of a text and the positions of a match, out go the bytes before it, of it and behind it. Nothing is
//! cut off or cleaned up: whoever prints lines does that.

use std::ops::Range;

use crate::Words;

/// The bytes of a match and of the words on both sides of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From the first word before the match to its first byte; with what stands between them.
    pub left: Range<usize>,
    /// The match, from its first word to the end of its last.
    pub found: Range<usize>,
    /// From the match to the end of the last word behind it.
    pub right: Range<usize>,
}

/// The line of the match at `positions`, with at most `context` words on each side; `None` where the text does not have
/// these positions.
///
/// ```
/// use concordance::{Words, line};
///
/// let analyzer = analysis::Analyzer::new(&Default::default())?;
/// let text = "No, the big bad wolf was not there.";
/// let line = line(&Words::of(&analyzer, text), 2..5, 2).expect("it has eight words");
/// assert_eq!([&text[line.left], &text[line.found], &text[line.right]], ["No, the ", "big bad wolf", " was not"]);
/// # Ok::<(), analysis::Error>(())
/// ```
pub fn line(words: &Words, positions: Range<u32>, context: usize) -> Option<Line> {
    let found = words.bytes(positions.clone())?;
    let context = u32::try_from(context).unwrap_or(u32::MAX);
    let left = words.bytes(positions.start.saturating_sub(context)..positions.start);
    let count = u32::try_from(words.len()).unwrap_or(u32::MAX);
    let last = positions.end.saturating_add(context).min(count);
    let right = words.bytes(positions.end..last);
    Some(Line {
        left: left.map_or(found.start, |left| left.start)..found.start,
        right: found.end..right.map_or(found.end, |right| right.end),
        found,
    })
}
