//! HTML and extension tags in wikitext, and character references.
//!
//! Comes in: text that begins with `<` or `&`. Goes out: what stands there and how long it is.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// A tag in the text.
pub(super) struct Tag {
    /// Its name if we know it, else empty.
    pub(super) name: &'static str,
    pub(super) length: usize,
    /// `<name>`, as opposed to `</name>` and `<name/>`.
    pub(super) opens: bool,
}

/// What becomes of an element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It goes with all it holds.
    Drop,
    /// What it holds is no wikitext and stays as it is.
    Literal,
    /// Its lines are files with captions.
    Gallery,
    /// It begins a line.
    Line,
    /// It begins a cell.
    Cell,
    /// An exponent.
    Raised,
    /// The tag goes, what it holds stays.
    Bare,
}

/// The tags that mean more than [`Meaning::Bare`].
const TAGS: [(&str, Meaning); 47] = [
    ("ref", Meaning::Drop),
    ("references", Meaning::Drop),
    ("timeline", Meaning::Drop),
    ("score", Meaning::Drop),
    ("graph", Meaning::Drop),
    ("mapframe", Meaning::Drop),
    ("maplink", Meaning::Drop),
    ("imagemap", Meaning::Drop),
    ("templatedata", Meaning::Drop),
    ("templatestyles", Meaning::Drop),
    ("includeonly", Meaning::Drop),
    ("inputbox", Meaning::Drop),
    ("section", Meaning::Drop),
    ("nowiki", Meaning::Literal),
    ("pre", Meaning::Literal),
    ("math", Meaning::Literal),
    ("chem", Meaning::Literal),
    ("code", Meaning::Bare),
    ("source", Meaning::Literal),
    ("syntaxhighlight", Meaning::Literal),
    ("hiero", Meaning::Drop),
    ("gallery", Meaning::Gallery),
    ("br", Meaning::Line),
    ("hr", Meaning::Line),
    ("p", Meaning::Line),
    ("div", Meaning::Line),
    ("blockquote", Meaning::Line),
    ("poem", Meaning::Line),
    ("center", Meaning::Line),
    ("table", Meaning::Line),
    ("tr", Meaning::Line),
    ("caption", Meaning::Line),
    ("ul", Meaning::Line),
    ("ol", Meaning::Line),
    ("li", Meaning::Line),
    ("dl", Meaning::Line),
    ("dt", Meaning::Line),
    ("dd", Meaning::Line),
    ("h1", Meaning::Line),
    ("h2", Meaning::Line),
    ("h3", Meaning::Line),
    ("h4", Meaning::Line),
    ("h5", Meaning::Line),
    ("h6", Meaning::Line),
    ("td", Meaning::Cell),
    ("th", Meaning::Cell),
    ("sup", Meaning::Raised),
];

/// How long a tag with all its attributes may be.
const MAX_TAG_BYTES: usize = 2000;

/// Reads the tag `text` begins with; `None` where the sign is just a sign.
pub(super) fn parse(text: &str) -> Option<Tag> {
    let bytes = text.as_bytes();
    let closes = bytes.get(1) == Some(&b'/');
    let start = 1 + usize::from(closes);
    let name_length = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = &text[start..start + name_length];
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return None;
    }
    let after = *bytes.get(start + name_length)?;
    if !matches!(after, b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r') {
        return None;
    }
    let window = &bytes[..bytes.len().min(MAX_TAG_BYTES)];
    let end = memchr(b'>', window)?;
    if memchr(b'<', &window[1..end]).is_some() {
        return None;
    }
    let known = TAGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let opens = !closes && bytes[end - 1] != b'/';
    Some(Tag { name: known.map_or("", |(known, _)| known), length: end + 1, opens })
}

/// What becomes of the element `name`.
pub(super) fn meaning(name: &str) -> Meaning {
    TAGS.iter().find(|(known, _)| *known == name).map_or(Meaning::Bare, |(_, meaning)| *meaning)
}

/// The name again if the element's content is to be found before it is read.
pub(super) fn held(name: &'static str) -> Option<&'static str> {
    matches!(meaning(name), Meaning::Drop | Meaning::Literal | Meaning::Gallery).then_some(name)
}

/// Where `</name>` begins in `text`, and where it ends.
pub(super) fn find_closing(text: &str, name: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    for at in memchr_iter(b'<', bytes) {
        let Some(rest) = bytes[at..].strip_prefix(b"</") else { continue };
        let (found, rest) = rest.split_at_checked(name.len())?;
        if !found.eq_ignore_ascii_case(name.as_bytes()) {
            continue;
        }
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if rest.get(blanks) == Some(&b'>') {
            return Some((at, at + 2 + name.len() + blanks + 1));
        }
    }
    None
}

/// The longest character reference, in bytes.
const MAX_ENTITY_BYTES: usize = 34;

/// The character reference `text` begins with, and its length.
pub(crate) fn entity(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let window = &text.as_bytes()[..text.len().min(MAX_ENTITY_BYTES)];
    let end = memchr(b';', window)?;
    let name = text.get(1..end)?;
    let character = match name.strip_prefix('#') {
        None => return Some((Cow::Borrowed(resolve(name)?), end + 1)),
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        },
    };
    let character = char::from_u32(character).filter(|character| *character != '\0')?;
    Some((Cow::Owned(character.to_string()), end + 1))
}

fn resolve(name: &str) -> Option<&'static str> {
    match name {
        "nbsp" | "ensp" | "emsp" | "thinsp" => Some(" "),
        "shy" | "lrm" | "rlm" => Some(""),
        _ => quick_xml::escape::resolve_html5_entity(name),
    }
}

/// `text` with its character references resolved.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match entity(rest) {
            Some((character, length)) => {
                plain.push_str(&character);
                length
            }
            None => {
                plain.push('&');
                1
            }
        };
        rest = &rest[length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
