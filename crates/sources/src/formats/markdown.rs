//! Markdown files: notes, blogs, handbooks.
//!
//! Comes in: a file, with front matter (`---` YAML or `+++` TOML, the simple part of it) or without. Goes out: one document:
//! the front matter's values as fields, `title` from it or else the first heading of the first level, `body` the
//! text without its markup. The id is the file's name in its input unless the front matter has an `id`.

use std::sync::Arc;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html;
use super::text::Whole;
use crate::Value;
use crate::batch::{Emitter, ReadRecord};

/// A cutter for files of Markdown.
pub(super) fn cutter() -> Whole {
    Whole::new(Arc::new(Markdown))
}

struct Markdown;

impl ReadRecord for Markdown {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let text = emit.decoded(record);
        let (matter, rest) = front_matter(&text);
        for (name, value) in matter {
            emit.fields().put(&name, value);
        }
        let (heading, body) = plain(rest);
        let titled = emit.fields().get("title").is_some();
        match heading {
            Some(heading) if !titled => emit.text("title", heading),
            Some(heading) => {
                emit.text(
                    "body",
                    if heading.is_empty() { body } else { format!("{heading}\n\n{body}") },
                );
                return emit.file();
            }
            None => {}
        }
        emit.text("body", body);
        emit.file();
    }
}

/// Whether `head` begins with front matter.
pub(super) fn has_front_matter(head: &str) -> bool {
    let (matter, rest) = front_matter(head);
    !matter.is_empty() && rest.len() < head.len()
}

/// Splits off the front matter's names and values.
fn front_matter(text: &str) -> (Vec<(String, Value)>, &str) {
    for (fence, sign) in [("---", ':'), ("+++", '=')] {
        let Some(after) = text.strip_prefix(fence) else { continue };
        let Some(after) = after.strip_prefix("\r\n").or(after.strip_prefix('\n')) else { continue };
        let close = format!("\n{fence}");
        let Some(end) = after.find(&close) else { continue };
        let rest = &after[end + close.len()..];
        let rest = rest.trim_start_matches(['-', '+', ' ', '\t', '\r']);
        return (pairs(&after[..end], sign), rest);
    }
    (Vec::new(), text)
}

/// `name: value` lines, with lists in brackets or on lines of their own.
fn pairs(matter: &str, sign: char) -> Vec<(String, Value)> {
    let mut pairs: Vec<(String, Value)> = Vec::new();
    for line in matter.lines() {
        if let Some(element) = line.trim_start().strip_prefix("- ") {
            if let Some((_, Value::List(list))) = pairs.last_mut() {
                list.push(scalar(element));
            }
            continue;
        }
        let Some((name, value)) = line.split_once(sign) else { continue };
        if name.is_empty() || name.starts_with([' ', '\t', '#']) {
            continue;
        }
        let value = value.trim();
        let list = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
        let value = match list {
            Some(list) => Value::List(list.split(',').map(scalar).collect()),
            None if value.is_empty() => Value::List(Vec::new()),
            None => scalar(value),
        };
        pairs.push((name.trim().to_owned(), value));
    }
    pairs.retain(|(_, value)| *value != Value::List(Vec::new()));
    pairs
}

fn scalar(text: &str) -> Value {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return Value::Text(inside.to_owned());
        }
    }
    match text {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ => match text.parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Text(text.to_owned()),
        },
    }
}

/// The first heading of the first level if it opens the text, and the rest as plain text.
fn plain(markdown: &str) -> (Option<String>, String) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut heading = None;
    let mut text = String::with_capacity(markdown.len());
    let mut raw_html = String::new();
    for event in Parser::new_ext(markdown, options) {
        if let Event::Html(html) | Event::InlineHtml(html) = &event {
            raw_html.push_str(html);
            continue;
        }
        if !raw_html.is_empty() {
            text.push_str(&html::plain_text(&raw_html));
            raw_html.clear();
        }
        match event {
            Event::Text(piece)
            | Event::Code(piece)
            | Event::InlineMath(piece)
            | Event::DisplayMath(piece) => {
                text.push_str(&piece);
            }
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            Event::Start(Tag::Item | Tag::TableRow | Tag::TableHead) => line(&mut text, 1),
            Event::End(TagEnd::TableCell) => text.push('\t'),
            Event::Start(
                Tag::Heading { .. }
                | Tag::Paragraph
                | Tag::CodeBlock(_)
                | Tag::BlockQuote(_)
                | Tag::Table(_),
            ) => {
                let tight = text.ends_with('\n') || text.is_empty();
                line(&mut text, if tight { 1 } else { 2 });
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1))
                if heading.is_none() && !text.trim().contains('\n') =>
            {
                heading = Some(std::mem::take(&mut text).trim().to_owned());
            }
            Event::End(
                TagEnd::Heading(_)
                | TagEnd::Paragraph
                | TagEnd::CodeBlock
                | TagEnd::Table
                | TagEnd::List(_),
            ) => {
                line(&mut text, 2);
            }
            _ => {}
        }
    }
    text.push_str(&html::plain_text(&raw_html));
    (heading, text.trim().to_owned())
}

/// Makes `text` end with so many line ends, unless it is empty.
fn line(text: &mut String, ends: usize) {
    let end = text.trim_end_matches([' ', '\t']).len();
    text.truncate(end);
    if text.is_empty() {
        return;
    }
    let present = text.bytes().rev().take(ends).take_while(|byte| *byte == b'\n').count();
    for _ in present..ends {
        text.push('\n');
    }
}
