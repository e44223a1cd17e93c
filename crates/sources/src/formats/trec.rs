//! TREC's document files: `<DOC><DOCNO>...</DOCNO>...</DOC>`.
//!
//! Comes in: the SGML of the TREC disks, of their many imitators, and of the web collections (`<DOCHDR>`, then HTML). Goes
//! out: a document for each `<DOC>`: `docno` (the id), `title` from the headline's element, `date`, `body`
//! from `<TEXT>` and lead paragraphs, other elements as fields under their names in lower case. A document
//! without any of the known text elements has all its text as its body.

use std::sync::Arc;

use memchr::memmem;

use super::elements::Elements;
use super::{html, sgml};
use crate::batch::{Emitter, ReadRecord};

/// A cutter for a file that begins with `head`: its documents stand between `<DOC>` and `</DOC>` or, where the head has none
/// of these, between `<doc>` and `</doc>`.
pub(super) fn cutter(head: &[u8]) -> Elements {
    let has = |mark: &str| memmem::find(head, mark.as_bytes()).is_some();
    match has("<doc>") && !has("<DOC>") {
        true => Elements::new("<doc>", "</doc>", Arc::new(Trec)),
        false => Elements::new("<DOC>", "</DOC>", Arc::new(Trec)),
    }
}

struct Trec;

impl ReadRecord for Trec {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let text = emit.decoded(record);
        let opened = ["<DOC>", "<doc>"].iter().find_map(|mark| text.strip_prefix(mark));
        let inside = opened.unwrap_or(&text);
        let closed = ["</DOC>", "</doc>"].iter().find_map(|mark| inside.strip_suffix(mark));
        let inside = closed.unwrap_or(inside);
        if let Some(header) = sgml::element(inside, "dochdr") {
            return read_web(inside, header, emit);
        }
        let mut body = String::new();
        let mut rest = String::new();
        let mut titled = false;
        for sgml::Element { name, content } in sgml::elements(inside) {
            let text = sgml::text(content);
            match name.as_str() {
                "docno" => emit.text("docno", text.trim()),
                "headline" | "title" | "head" | "hl" | "ttl" | "ti"
                    if !titled && !text.is_empty() =>
                {
                    emit.text("title", one_line(&text));
                    titled = true;
                }
                "text" | "lp" | "leadpara" | "hl" | "head" | "abstract" => add(&mut body, &text),
                "date" | "date1" | "pubdate" | "date_time" => emit.text("date", one_line(&text)),
                _ => {
                    add(&mut rest, &text);
                    emit.text(&name, text);
                }
            }
        }
        emit.text("body", if body.is_empty() { rest } else { body });
        emit.document();
    }
}

/// A document of a web collection: the first line of its header is its address, the rest a page.
fn read_web(inside: &str, header: &str, emit: &mut Emitter<'_>) {
    if let Some(docno) = sgml::element(inside, "docno") {
        emit.text("docno", docno.trim());
    }
    let address = header.split_whitespace().next().unwrap_or("");
    emit.text("url", address);
    let ends = ["</DOCHDR>", "</dochdr>"];
    let page = ends.iter().find_map(|end| inside.split_once(end)).map_or("", |(_, page)| page);
    html::read_page(page, emit);
    emit.document();
}

fn add(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
