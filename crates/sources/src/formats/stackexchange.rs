//! Stack Exchange's data dump: `<posts><row Id="1" .../>...</posts>` and its sister files.
//!
//! Comes in: a `<row .../>` for each post, comment or user. Goes out: a document for each: `id` (`Id`), `title` (`Title`),
//! `body` (the text of `Body`, `Text` or `AboutMe`, whose content is HTML), `date` (`CreationDate`), `tags` as a
//! list, the other attributes under their names in lower case, whole numbers as such.

use std::sync::Arc;

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use super::elements::Elements;
use super::html;
use crate::Value;
use crate::batch::{Emitter, ReadRecord};

/// A cutter for these files; `head` is their beginning.
pub(super) fn cutter(head: &[u8]) -> Elements {
    let rows = Elements::new("<row ", "/>", Arc::new(Row));
    let head = String::from_utf8_lossy(&head[..head.len().min(1024)]);
    match FILES.iter().find(|file| head.contains(&format!("<{file}>"))) {
        Some(file) => rows.ending_with(&format!("</{file}>")),
        None => rows,
    }
}

/// The files of the dump, by their outermost elements.
pub(super) const FILES: [&str; 8] =
    ["posts", "comments", "users", "tags", "votes", "badges", "posthistory", "postlinks"];

struct Row;

impl ReadRecord for Row {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let text = emit.decoded(record);
        let mut xml = Reader::from_str(&text);
        let row = match xml.read_event() {
            Ok(Event::Empty(row)) => row,
            Ok(_) => return emit.bad("expected `<row .../>`".to_owned()),
            Err(cause) => return emit.bad(format!("the row is not well-formed XML: {cause}")),
        };
        for attribute in row.attributes() {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(cause) => return emit.bad(format!("the row is not well-formed XML: {cause}")),
            };
            let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => value,
                Err(cause) => {
                    return emit.bad(format!("an attribute of the row cannot be read: {cause}"));
                }
            };
            put(attribute.key.as_ref(), &value, emit);
        }
        emit.document();
    }
}

fn put(name: &str, value: &str, emit: &mut Emitter<'_>) {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "body" | "text" | "aboutme" => emit.text("body", html::plain_text(value)),
        "creationdate" => emit.text("date", value),
        "title" => emit.text("title", value),
        "tags" => {
            let tags = value.split(['<', '>', '|']).filter(|tag| !tag.is_empty());
            let tags: Vec<Value> = tags.map(|tag| Value::Text(tag.to_owned())).collect();
            emit.fields().put("tags", Value::List(tags));
        }
        _ => match value.parse() {
            Ok(number) => emit.fields().put(&name, Value::Integer(number)),
            Err(_) => emit.text(&name, value),
        },
    }
}
