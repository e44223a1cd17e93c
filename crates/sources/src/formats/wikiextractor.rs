//! WikiExtractor's files: `<doc id="12" url="..." title="Bridge">`, the article's text, `</doc>`.
//!
//! Comes in: such files (`AA/wiki_00`, ...), whose texts have references for `&`, `<` and `>` as a rule. Goes out: a document
//! for each `<doc>`: `id`, `url`, `title`, and as `body` what follows the first line where that repeats the title.

use std::sync::Arc;

use super::elements::Elements;
use super::sgml;
use crate::SkipReason;
use crate::batch::{Emitter, ReadRecord};

/// What a file begins with.
pub(super) const OPENING: &str = "<doc id=\"";

/// A cutter for these files.
pub(super) fn cutter() -> Elements {
    Elements::new(OPENING, "</doc>", Arc::new(Article))
}

struct Article;

impl ReadRecord for Article {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let text = emit.decoded(record);
        let Some((tag, rest)) = text.split_once(">\n") else {
            return emit.bad(format!("expected `{OPENING}...\">` and a line end, found neither"));
        };
        let title = value(tag, " title=\"", tag.len());
        let before_title = title.map_or(tag.len(), |(start, _)| start);
        for (name, mark) in [("id", " id=\""), ("url", " url=\"")] {
            if let Some((_, found)) = value(tag, mark, before_title) {
                emit.text(name, sgml::resolved(found));
            }
        }
        let title = title.map(|(_, title)| sgml::resolved(title)).unwrap_or_default();
        let body = sgml::resolved(rest.strip_suffix("</doc>").unwrap_or(rest));
        let body = body.trim();
        let body = match body.strip_prefix(title.as_str()) {
            Some(rest) if !title.is_empty() && (rest.is_empty() || rest.starts_with('\n')) => rest,
            _ => body,
        };
        if title.is_empty() && body.trim().is_empty() {
            return emit.skip(SkipReason::Empty);
        }
        emit.text("title", title);
        emit.text("body", body.trim());
        emit.document();
    }
}

/// Where the attribute behind `mark` begins and its value. The last one, the title, ends with the tag: it may hold quotes.
fn value<'a>(tag: &'a str, mark: &str, end: usize) -> Option<(usize, &'a str)> {
    let tag = &tag[..end];
    let start = tag.find(mark)?;
    let value = &tag[start + mark.len()..];
    let end = if mark == " title=\"" { value.rfind('"') } else { value.find('"') };
    Some((start, &value[..end?]))
}
