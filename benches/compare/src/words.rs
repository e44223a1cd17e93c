//! A text as words that every engine cuts alike: runs of ASCII letters and digits, lower-cased.
//!
//! In comes any text, out go its words with one space between them. Accents are taken off (`Zürich` becomes `zurich`);
//! all else that is not ASCII separates words. The Search Benchmark Game prepares its corpus in the same spirit: engines
//! differ in what a word is, and a benchmark that leaves them to it compares tokenizers.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Appends the words of `text` to `out`, a space before each but the first of an empty `out`. Returns how many.
///
/// ```
/// let mut out = String::new();
/// assert_eq!(compare::words::append("In Zürich, 1.3 million don't.", &mut out), 7);
/// assert_eq!(out, "in zurich 1 3 million don t");
/// ```
pub fn append(text: &str, out: &mut String) -> usize {
    let mut count = 0;
    let mut inside = false;
    let mut push = |c: char| {
        if c.is_ascii_alphanumeric() {
            if !inside {
                count += 1;
                if !out.is_empty() {
                    out.push(' ');
                }
            }
            out.push(c.to_ascii_lowercase());
            inside = true;
        } else if !is_combining_mark(c) {
            inside = false;
        }
    };
    for piece in text.split_inclusive(char::is_whitespace) {
        if piece.is_ascii() {
            piece.chars().for_each(&mut push);
        } else {
            piece.nfkd().for_each(&mut push);
        }
    }
    count
}
