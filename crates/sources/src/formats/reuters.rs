//! Reuters-21578 and collections in its form: `<REUTERS ... NEWID="1">...</REUTERS>`.
//!
//! Comes in: its SGML. Goes out: a document for each `<REUTERS>`: `id` (the `NEWID`), `date` (as `1987-02-26T15:01:01.79`),
//! `title`, `dateline`, `body`, the lists `topics`, `places`, `people`, `orgs`, `exchanges`, `companies` where they are
//! not empty, and `lewissplit`. A brief article without `<BODY>` has the rest of its `<TEXT>` as its body.

use std::sync::Arc;

use super::elements::Elements;
use super::sgml;
use crate::Value;
use crate::batch::{Emitter, ReadRecord};

/// A cutter for these files.
pub(super) fn cutter() -> Elements {
    Elements::new("<REUTERS", "</REUTERS>", Arc::new(Reuters))
}

struct Reuters;

impl ReadRecord for Reuters {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let article = emit.decoded(record);
        if let Some(id) = sgml::attribute(&article, "NEWID") {
            emit.text("id", id.trim());
        }
        if let Some(date) = sgml::element(&article, "date") {
            let date = sgml::text(date);
            emit.text("date", iso(date.trim()).unwrap_or_else(|| date.trim().to_owned()));
        }
        let text = sgml::element(&article, "text").unwrap_or("");
        if let Some(title) = sgml::element(text, "title") {
            emit.text("title", sgml::text(title).split_whitespace().collect::<Vec<_>>().join(" "));
        }
        if let Some(dateline) = sgml::element(text, "dateline") {
            emit.text("dateline", sgml::text(dateline).trim());
        }
        match sgml::element(text, "body") {
            Some(body) => emit.text("body", sgml::text(body)),
            None => emit.text("body", without(text, &["title", "dateline", "author"])),
        }
        for name in ["topics", "places", "people", "orgs", "exchanges", "companies"] {
            let list = sgml::element(&article, name).map(sgml::elements).unwrap_or_default();
            let values: Vec<Value> =
                list.iter().map(|element| Value::Text(sgml::text(element.content))).collect();
            if !values.is_empty() {
                emit.fields().put(name, Value::List(values));
            }
        }
        if let Some(split) = sgml::attribute(&article, "LEWISSPLIT") {
            emit.text("lewissplit", split);
        }
        emit.document();
    }
}

/// The text of `content` without the elements `names`.
fn without(content: &str, names: &[&str]) -> String {
    let mut rest = content.to_owned();
    for element in sgml::elements(content) {
        if names.contains(&element.name.as_str()) {
            rest = rest.replacen(element.content, " ", 1);
        }
    }
    sgml::text(&rest).trim().to_owned()
}

/// `26-FEB-1987 15:01:01.79` as `1987-02-26T15:01:01.79`.
fn iso(date: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let (day, time) = date.split_once(' ')?;
    let mut parts = day.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let day: u32 = day.parse().ok()?;
    let year: u32 = year.parse().ok()?;
    let month = 1 + MONTHS.iter().position(|known| known.eq_ignore_ascii_case(month))?;
    Some(format!("{year:04}-{month:02}-{day:02}T{}", time.trim()))
}
