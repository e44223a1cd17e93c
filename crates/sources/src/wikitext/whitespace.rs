//! White space and empty brackets after everything else has gone.
//!
//! Comes in: text with the gaps that dropped markup leaves. Goes out: single spaces, at most one blank line in a
//! row, no blanks at line ends, no brackets around nothing.

/// Tidies `text` in one pass.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines() {
        let start = tidy.len();
        if is_tidy(line) {
            tidy.push_str(line);
        } else {
            push_words(&mut tidy, start, line);
        }
        let end = start + tidy[start..].trim_end().len();
        tidy.truncate(end);
        if start < end || (!tidy.is_empty() && !tidy.ends_with("\n\n")) {
            tidy.push('\n');
        }
    }
    let end = tidy.trim_end().len();
    tidy.truncate(end);
    let start = tidy.len() - tidy.trim_start_matches(['\n', ' ']).len();
    tidy.drain(..start);
    tidy
}

/// Whether `line` has no blank too many inside and no bracket that could be empty.
fn is_tidy(line: &str) -> bool {
    let mut before = b' ';
    for byte in line.bytes() {
        match byte {
            b' ' | b'\t' if matches!(before, b' ' | b'\t' | b'(') => return false,
            b';' | b',' if before == b'(' => return false,
            0xa0 if before == 0xc2 => return false,
            b')' if matches!(before, b' ' | b',' | b';' | b':' | b'/' | b'-' | b'(' | 0x80..) => {
                return false;
            }
            _ => {}
        }
        before = byte;
    }
    true
}

/// Appends the words of `line` with single blanks between them.
fn push_words(tidy: &mut String, start: usize, line: &str) {
    for word in line.split([' ', '\u{a0}']).filter(|word| !word.is_empty()) {
        let joins = tidy.ends_with(['\t', '(']) || word.starts_with('\t');
        if start < tidy.len() && !joins {
            tidy.push(' ');
        }
        // What stood before the punctuation has gone.
        let word = match word.strip_prefix('(') {
            Some(rest) if rest.starts_with([';', ',']) => {
                tidy.push('(');
                rest.trim_start_matches([';', ','])
            }
            _ => word,
        };
        push_word(tidy, start, word);
    }
}

/// Appends `word` to the line that begins at `start`, taking back brackets that hold no letter.
fn push_word(tidy: &mut String, start: usize, word: &str) {
    let mut rest = word;
    while let Some(close) = rest.find(')') {
        tidy.push_str(&rest[..close]);
        match empty_bracket(&tidy[start..]) {
            Some(open) => {
                tidy.truncate(start + open);
                let kept = start + tidy[start..].trim_end_matches(' ').len();
                if rest[close + 1..].starts_with([',', '.', ';', ':', ')'])
                    || rest.len() == close + 1
                {
                    tidy.truncate(kept);
                }
            }
            None => tidy.push(')'),
        }
        rest = &rest[close + 1..];
    }
    tidy.push_str(rest);
}

/// Where the line's last opening bracket stands, if only punctuation follows it.
fn empty_bracket(line: &str) -> Option<usize> {
    for (at, letter) in line.char_indices().rev().take(24) {
        match letter {
            '(' => return Some(at),
            ' ' | ',' | ';' | ':' | '/' | '-' | '–' | '•' => {}
            _ => return None,
        }
    }
    None
}
