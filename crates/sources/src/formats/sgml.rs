//! The loose SGML of old text collections.
//!
//! Comes in: text with tags that may lack attributes' quotes, closing tags or a document type. Goes out: elements and
//! their text, references resolved, tags gone. Never fails; each function is linear.

use memchr::memchr;

/// An element found in the text.
pub(super) struct Element<'a> {
    /// Its name in lower case.
    pub(super) name: String,
    /// What stands between its tags.
    pub(super) content: &'a str,
}

/// The elements that stand side by side in `text`, in order. One without a closing tag ends where the next opens.
pub(super) fn elements(text: &str) -> Vec<Element<'_>> {
    let mut elements = Vec::new();
    let mut unclosed: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some((start, end, name)) = next_tag(text, at) {
        at = end;
        if text[start..].starts_with("</") {
            continue;
        }
        let known = MAX_UNCLOSED <= unclosed.len() || unclosed.contains(&name);
        let closing = if known { None } else { find_closing(&text[end..], &name) };
        let (content, after) = match closing {
            Some((content, after)) => (content, after),
            None => {
                if !known {
                    unclosed.push(name.clone());
                }
                let next = next_tag(text, end).map_or(text.len(), |(start, ..)| start);
                (next - end, next - end)
            }
        };
        elements.push(Element { name, content: &text[end..end + content] });
        at = end + after;
    }
    elements
}

/// The content of the first element `name` (lower case) in `text`.
pub(super) fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut at = 0;
    while let Some((start, end, found)) = next_tag(text, at) {
        if found == name && !text[start..].starts_with("</") {
            let content =
                find_closing(&text[end..], name).map_or(text.len() - end, |(content, _)| content);
            return Some(&text[end..end + content]);
        }
        at = end;
    }
    None
}

/// The next tag at or after `from`: where it begins and ends, and its name in lower case.
fn next_tag(text: &str, from: usize) -> Option<(usize, usize, String)> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let start = at + memchr(b'<', &bytes[at..])?;
        let name_start = start + 1 + usize::from(bytes.get(start + 1) == Some(&b'/'));
        let length = bytes[name_start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            .count();
        let name = &text[name_start..name_start + length];
        let rest = &bytes[name_start + length..];
        let window = &rest[..rest.len().min(MAX_TAG_BYTES)];
        if name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && let Some(close) = memchr(b'>', window)
        {
            let end = name_start + length + close + 1;
            return Some((start, end, name.to_ascii_lowercase()));
        }
        at = start + 1;
    }
}

/// After so many names without a closing tag none is looked for any more.
const MAX_UNCLOSED: usize = 64;
/// How long a tag may be.
const MAX_TAG_BYTES: usize = 2000;

/// How long the content before `</name>` is, and how long with the tag.
fn find_closing(text: &str, name: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    for at in memchr::memmem::find_iter(bytes, b"</") {
        let rest = &bytes[at + 2..];
        let Some((found, rest)) = rest.split_at_checked(name.len()) else { continue };
        if found.eq_ignore_ascii_case(name.as_bytes()) {
            let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if rest.get(blanks) == Some(&b'>') {
                return Some((at, at + 2 + name.len() + blanks + 1));
            }
        }
    }
    None
}

/// The text of `content`: tags gone (those of paragraphs begin a line), references resolved, control characters dropped,
/// blank lines at both ends dropped.
pub(super) fn text(content: &str) -> String {
    let mut plain = String::with_capacity(content.len());
    let mut at = 0;
    while let Some((start, end, name)) = next_tag(content, at) {
        plain.push_str(&content[at..start]);
        plain.push(if matches!(name.as_str(), "p" | "br" | "tr" | "li" | "h3" | "ti") {
            '\n'
        } else {
            ' '
        });
        at = end;
    }
    plain.push_str(&content[at..]);
    let plain = resolved(&plain);
    let mut lines = String::with_capacity(plain.len());
    for line in plain.lines() {
        lines.extend(
            line.trim_end().chars().filter(|letter| !letter.is_control() || *letter == '\t'),
        );
        lines.push('\n');
    }
    lines.trim_matches('\n').trim_end().to_owned()
}

/// `text` with references resolved, those of the TREC collections among them.
pub(super) fn resolved(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = match crate::wikitext::entity(rest) {
            Some((character, length)) => (character.into_owned(), length),
            None => trec_entity(rest).unwrap_or_else(|| ("&".to_owned(), 1)),
        };
        plain.push_str(&character);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

/// References that only the TREC collections have.
fn trec_entity(text: &str) -> Option<(String, usize)> {
    let window = &text.as_bytes()[..text.len().min(12)];
    let end = memchr(b';', window)?;
    let character = match text[1..end].to_ascii_lowercase().as_str() {
        "hyph" => "-",
        "blank" => " ",
        "sect" => "§",
        "para" => "¶",
        "bull" => "•",
        "lsquo" | "rsquo" => "'",
        "ampersand" => "&",
        _ => return None,
    };
    Some((character.to_owned(), end + 1))
}

/// The attribute `name` of the tag `text` begins with.
pub(super) fn attribute<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let tag = &text[..memchr(b'>', text.as_bytes())?];
    let mut rest = tag;
    loop {
        let at = rest.find(name)?;
        let before = rest[..at].chars().next_back();
        let after = &rest[at + name.len()..];
        if before.is_some_and(char::is_whitespace) && after.starts_with('=') {
            let value = after[1..].trim_start_matches('"');
            return value.split(['"', ' ']).next();
        }
        rest = after;
    }
}
