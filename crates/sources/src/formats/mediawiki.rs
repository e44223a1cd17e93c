//! MediaWiki's XML export: Wikipedia dumps and those of any other wiki.
//!
//! Comes in: `<mediawiki>`, `<siteinfo>`, then `<page>` after `<page>`. Goes out: a document a page with the fields
//! `id`, `title`, `date` (of the revision), `body` (plain text), and where they are not empty `infobox` (lines
//! `name: value`) and `category` (a list). Redirects and other namespaces are skipped and counted. Of
//! a page with several revisions the last one counts. No DTD is processed.

use std::sync::Arc;

use memchr::memmem::{self, Finder};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::{between, xml};
use crate::batch::{Emitter, ReadRecord, Span};
use crate::stream::Cut;
use crate::wikitext::{self, Site};
use crate::{SkipReason, Value};

const OPEN: &[u8] = b"<page>";
const CLOSE: &[u8] = b"</page>";
const DUMP_CLOSE: &[u8] = b"</mediawiki>";

/// Cuts at `<page>` and `</page>`, which cannot stand inside a page's text unescaped.
pub(super) struct Pages {
    next: u64,
    /// Whether `<mediawiki` has been seen without its closing tag since.
    open: bool,
    /// Whether the head before the first page is still to come.
    head: bool,
    tag: Finder<'static>,
    /// Whether what is being passed over began with `<page>`.
    passing: Option<bool>,
    namespaces: Vec<i64>,
    reader: Arc<dyn ReadRecord>,
}

impl Pages {
    pub(super) fn new(namespaces: &[i64]) -> Pages {
        let namespaces = namespaces.to_vec();
        let reader = Arc::new(PageReader { site: Site::default(), namespaces: namespaces.clone() });
        Pages {
            next: 1,
            open: false,
            head: true,
            tag: Finder::new(b"page>"),
            passing: None,
            namespaces,
            reader,
        }
    }

    /// Looks at what stands outside of pages.
    fn outside(&mut self, between: &[u8]) {
        if let Some(start) = memmem::rfind(between, b"<mediawiki") {
            self.open = true;
            let site = site(&between[start..]);
            self.reader = Arc::new(PageReader { site, namespaces: self.namespaces.clone() });
        }
        let last = |mark| memmem::rfind(between, mark);
        if last(b"<mediawiki") < last(DUMP_CLOSE) {
            self.open = false;
        }
    }

    /// Where the next opening and closing tag of a page stands at or after `from`.
    fn next_tag(&self, window: &[u8], mut from: usize) -> Option<(usize, bool)> {
        loop {
            let at = from + self.tag.find(&window[from..])?;
            if window[..at].ends_with(b"</") {
                return Some((at - 2, true));
            }
            if window[..at].ends_with(b"<") {
                return Some((at - 1, false));
            }
            from = at + 1;
        }
    }

    /// Adds what stands in `window` from `start` on and is neither page nor the head of a dump.
    fn stray(&mut self, start: usize, window: &[u8], spans: &mut Vec<Span>) {
        let is_head = self.head || memmem::find(&window[start..], b"<mediawiki").is_some();
        if start < window.len() && !is_head {
            let fault = between::fault("<page>");
            spans.push(self.span(start, window.len(), Some(&fault)));
        }
    }

    fn span(&mut self, start: usize, end: usize, fault: Option<&str>) -> Span {
        let number = self.next;
        self.next += 1;
        Span { range: start..end, number, fault: fault.map(str::to_owned) }
    }
}

impl Cut for Pages {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        let mut done = 0;
        loop {
            let Some((start, closes)) = self.next_tag(window, done) else {
                if !end && self.head {
                    return 0;
                }
                let stray = done + between::empty_length(&window[done..]);
                if !end {
                    // What may be the beginning of a tag or of another dump's head stays.
                    self.outside(&window[done..stray]);
                    return stray;
                }
                self.outside(&window[done..]);
                // Of a source that is cut off the verdict tells.
                if !(self.open && between::is_cut_off(&window[stray..])) {
                    self.stray(stray, window, spans);
                }
                return window.len();
            };
            self.outside(&window[done..start]);
            let stray = done + between::empty_length(&window[done..start]);
            self.stray(stray, &window[..start], spans);
            self.head = false;
            if closes {
                done = start + CLOSE.len();
                continue;
            }
            match self.next_tag(window, start + OPEN.len()) {
                Some((close, true)) => {
                    done = close + CLOSE.len();
                    spans.push(self.span(start, done, None));
                }
                Some((next, false)) => {
                    let fault = "the page has no `</page>` before the next `<page>`: it is damaged";
                    spans.push(self.span(start, next, Some(fault)));
                    done = next;
                }
                None if end => {
                    let fault = "the dump ends inside this page: it is cut off";
                    spans.push(self.span(start, window.len(), Some(fault)));
                    self.open = false;
                    return window.len();
                }
                None => return start,
            }
        }
    }

    fn next_number(&self) -> u64 {
        self.next
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        let is_page = *self.passing.get_or_insert_with(|| window.starts_with(OPEN));
        let (mark, behind) = if is_page { (CLOSE, CLOSE.len()) } else { (OPEN, 0) };
        match memmem::find(window, mark) {
            Some(at) => {
                self.next += 1;
                self.passing = None;
                (at + behind, true)
            }
            None => (window.len().saturating_sub(CLOSE.len()), false),
        }
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        Arc::clone(&self.reader)
    }

    fn verdict(&self) -> Option<String> {
        let fault = "the dump ends without `</mediawiki>`: pages may be missing after this place";
        self.open.then(|| fault.to_owned())
    }
}

/// The words for namespaces from `<siteinfo>`.
fn site(head: &[u8]) -> Site {
    let mut site = Site::default();
    let head = String::from_utf8_lossy(head);
    let mut xml = Reader::from_str(&head);
    let mut key = None;
    let mut word = String::new();
    loop {
        match xml.read_event() {
            Ok(Event::Start(tag)) if tag.name().as_ref() == "namespace" => {
                key = xml::attribute(&tag, "key").and_then(|key| key.parse().ok());
                word.clear();
            }
            Ok(Event::Text(text)) => word.push_str(&text),
            Ok(Event::GeneralRef(reference)) => xml::push_reference(&mut word, &reference),
            Ok(Event::End(_)) => {
                if let Some(key) = key.take() {
                    site.add(key, &word);
                }
            }
            Ok(Event::Eof) | Err(_) => return site,
            Ok(_) => {}
        }
    }
}

/// Parses a page.
struct PageReader {
    site: Site,
    namespaces: Vec<i64>,
}

/// A page as the dump has it.
#[derive(Default)]
struct Page {
    id: String,
    title: String,
    namespace: String,
    redirect: bool,
    timestamp: String,
    model: String,
    text: String,
}

impl ReadRecord for PageReader {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let text = emit.decoded(record);
        let page = match Page::parse(&text) {
            Ok(page) => page,
            Err(reason) => return emit.bad(reason),
        };
        let namespace = match page.namespace.trim() {
            "" => 0,
            number => match number.parse() {
                Ok(number) => number,
                Err(_) => {
                    return emit.bad(format!("the page's namespace is `{number}`, not a number"));
                }
            },
        };
        if !self.namespaces.contains(&namespace) {
            return emit.skip(SkipReason::Namespace);
        }
        if page.redirect || is_redirect(&page.text) {
            return emit.skip(SkipReason::Redirect);
        }
        emit.text("id", page.id);
        emit.text("title", page.title);
        emit.text("date", page.timestamp);
        if !matches!(page.model.as_str(), "" | "wikitext") {
            emit.text("body", page.text);
            return emit.document();
        }
        let plain = wikitext::plain(&page.text, &self.site);
        emit.text("body", plain.text);
        emit.text("infobox", plain.infobox);
        if !plain.categories.is_empty() {
            let list = plain.categories.into_iter().map(Value::Text).collect();
            emit.fields().put("category", Value::List(list));
        }
        emit.document();
    }
}

impl Page {
    fn parse(text: &str) -> Result<Page, String> {
        let mut page = Page::default();
        let mut xml = Reader::from_str(text);
        xml.config_mut().allow_dangling_amp = true;
        // The names of the open elements; `contributor/id` is not the page's.
        let mut depth = 0usize;
        let mut in_revision = false;
        let mut field: Option<&mut String> = None;
        loop {
            match xml.read_event().map_err(|cause| fault(&xml, &cause))? {
                Event::Start(tag) => {
                    depth += 1;
                    if (depth, tag.name().as_ref()) == (2, "revision") {
                        in_revision = true;
                    }
                    field = page.field(depth, in_revision, tag.name().as_ref());
                    if let Some(field) = &mut field {
                        field.clear();
                    }
                }
                Event::Empty(tag) if (depth, tag.name().as_ref()) == (1, "redirect") => {
                    field = None;
                    page.redirect = true;
                }
                Event::Text(text) => {
                    if let Some(field) = &mut field {
                        field.push_str(&text);
                    }
                }
                Event::CData(text) => {
                    if let Some(field) = &mut field {
                        field.push_str(&text);
                    }
                }
                Event::GeneralRef(reference) => {
                    if let Some(field) = &mut field {
                        xml::push_reference(field, &reference);
                    }
                }
                Event::End(_) => {
                    field = None;
                    depth = depth.saturating_sub(1);
                    in_revision &= 1 < depth;
                }
                Event::Eof => return Ok(page),
                _ => {}
            }
        }
    }

    /// Where the text of the element `name` goes.
    fn field(&mut self, depth: usize, in_revision: bool, name: &str) -> Option<&mut String> {
        match (depth, in_revision, name) {
            (2, _, "title") => Some(&mut self.title),
            (2, _, "ns") => Some(&mut self.namespace),
            (2, _, "id") => Some(&mut self.id),
            (3, true, "timestamp") => Some(&mut self.timestamp),
            (3, true, "model") => Some(&mut self.model),
            (3, true, "text") => Some(&mut self.text),
            _ => None,
        }
    }
}

fn fault(xml: &Reader<&[u8]>, cause: &quick_xml::Error) -> String {
    format!("the page is not well-formed XML: {cause} at byte {} of the page", xml.error_position())
}

/// Dumps before 2012 have no `<redirect>`; then the text tells.
fn is_redirect(text: &str) -> bool {
    const WORDS: [&str; 24] = [
        "redirect",
        "weiterleitung",
        "redirection",
        "redirección",
        "redireccion",
        "redirecionamento",
        "rinvia",
        "rinvio",
        "doorverwijzing",
        "patrz",
        "przekieruj",
        "tam",
        "перенаправление",
        "перенаправлення",
        "пренасочване",
        "виж",
        "преусмери",
        "転送",
        "リダイレクト",
        "重定向",
        "تحويل",
        "تغییر_مسیر",
        "넘겨주기",
        "yönlendirme",
    ];
    let Some(word) = text.trim_start().strip_prefix('#') else { return false };
    let line = word.split('\n').next().unwrap_or("");
    let end = line.find([' ', ':', '[']).unwrap_or(line.len());
    line.contains("[[") && WORDS.contains(&line[..end].to_lowercase().as_str())
}
