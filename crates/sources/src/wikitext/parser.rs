//! The pass over a page's wikitext.
//!
//! Comes in: wikitext. Goes out: the page, not yet tidied. Each open construct is a frame with a buffer of its own;
//! closing it turns its content into text for the frame below. A construct that never closes gives its
//! content back as text, so an unbalanced bracket loses nothing.

use memchr::memmem;

use super::links::{self, Target};
use super::tags::{self, Tag};
use super::templates::{self, Argument, Call};
use super::{Page, Site};

/// How deep constructs may lie in each other; deeper ones are read as text.
const MAX_DEPTH: usize = 40;

/// A construct that has been opened.
struct Frame {
    kind: Kind,
    text: String,
}

enum Kind {
    Root,
    /// `{{name|argument|name=argument`
    Template {
        arguments: Vec<Argument>,
        equals: Option<usize>,
        began_line: bool,
        lines: bool,
    },
    /// `{{{name|default`
    Parameter {
        named: bool,
    },
    /// `[[target|part`
    Link {
        parts: Vec<String>,
    },
    /// `[http://... label`
    External,
    /// `{|`
    Table {
        row: bool,
        cell: usize,
        linked: bool,
        split: bool,
        header: bool,
    },
    /// `-{`, a choice between writing variants
    Variant,
}

/// The state of the pass.
pub(super) struct Parser<'a> {
    source: &'a str,
    at: usize,
    frames: Vec<Frame>,
    /// Whether only what leaves no text stands before `at` in its line.
    line_start: bool,
    /// Where the closing signs of the heading being read begin and end.
    heading: Option<(usize, usize)>,
    /// Up to where lines are those of a gallery.
    gallery_end: usize,
    /// Tags whose closing tag does not come any more.
    unclosed: Vec<&'static str>,
    page: Page,
    site: &'a Site,
}

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a str, site: &'a Site) -> Parser<'a> {
        Parser {
            source,
            at: 0,
            frames: vec![Frame { kind: Kind::Root, text: String::with_capacity(source.len()) }],
            line_start: true,
            heading: None,
            gallery_end: 0,
            unclosed: Vec::new(),
            page: Page::default(),
            site,
        }
    }

    /// Reads to the end.
    pub(super) fn run(mut self) -> Page {
        while self.at < self.source.len() {
            if self.line_start && self.line_markup() {
                continue;
            }
            let rest = &self.source.as_bytes()[self.at..];
            let plain = rest.iter().position(|byte| SPECIAL[*byte as usize]).unwrap_or(rest.len());
            if 0 < plain {
                let text = &self.source[self.at..self.at + plain];
                self.line_start &= text.bytes().all(|byte| byte == b' ');
                self.push(text);
                self.at += plain;
            } else {
                self.special();
            }
        }
        while 1 < self.frames.len() {
            self.give_back();
        }
        self.page.text = self.frames.pop().map_or_else(String::new, |root| root.text);
        self.page
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the root frame is never popped while reading")
    }

    fn push(&mut self, text: &str) {
        self.top().text.push_str(text);
    }

    fn open(&mut self, kind: Kind, length: usize) {
        self.at += length;
        if self.frames.len() <= MAX_DEPTH {
            self.frames.push(Frame { kind, text: String::new() });
        }
    }

    /// Takes `length` bytes of the source as text.
    fn take(&mut self, length: usize) {
        let text = &self.source[self.at..self.at + length];
        self.line_start = false;
        self.push(text);
        self.at += length;
    }

    /// Turns the top frame, which did not close, back into text of the one below.
    fn give_back(&mut self) {
        let Some(Frame { kind, text }) = self.frames.pop() else { return };
        let below = self.top();
        match kind {
            Kind::Template { arguments, .. } => {
                for argument in arguments {
                    if let Some(name) = argument.name {
                        below.text.push_str(&name);
                        below.text.push('=');
                    }
                    below.text.push_str(&argument.value);
                    below.text.push('|');
                }
            }
            Kind::Link { parts } => {
                for part in parts {
                    below.text.push_str(&part);
                    below.text.push('|');
                }
            }
            _ => {}
        }
        below.text.push_str(&text);
    }

    /// One special byte or what begins with it.
    fn special(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        match (bytes[0], bytes.get(1).copied().unwrap_or(0)) {
            (b'\n', _) => self.line_end(),
            (b'{', _) => self.open_braces(),
            (b'}', b'-') if matches!(self.top().kind, Kind::Variant) => self.close_variant(),
            (b'}', _) => self.close_braces(),
            (b'[', b'[') => self.open(Kind::Link { parts: Vec::new() }, 2),
            (b'[', _) if links::is_address(&rest[1..]) => self.open(Kind::External, 1),
            (b']', b']') if matches!(self.top().kind, Kind::Link { .. }) => self.close_link(),
            (b']', _) if matches!(self.top().kind, Kind::External) => self.close_external(),
            (b'|', next) => self.pipe(next),
            (b'!', b'!') if matches!(self.top().kind, Kind::Table { header: true, .. }) => {
                self.cell(2, true);
            }
            (b'=', _) => self.equals(),
            (b'<', _) => self.tag(),
            (b'&', _) => self.entity(),
            (b'\'', b'\'') => self.quotes(),
            (b'_', b'_') => self.switch(),
            (b'-', b'{') if bytes.get(2) != Some(&b'{') => self.open(Kind::Variant, 2),
            _ => self.take(1),
        }
    }

    fn line_end(&mut self) {
        loop {
            let target = matches!(&self.top().kind, Kind::Link { parts } if parts.is_empty());
            if !target && !matches!(self.top().kind, Kind::External | Kind::Variant) {
                break;
            }
            self.give_back();
        }
        if let Kind::Template { lines, .. } = &mut self.top().kind {
            *lines = true;
        }
        self.push("\n");
        self.at += 1;
        self.line_start = true;
        self.heading = None;
    }

    /// What means something at the beginning of a line only; whether there was any.
    fn line_markup(&mut self) -> bool {
        let rest = self.rest();
        if self.at < self.gallery_end {
            return self.gallery_line();
        }
        let lead = rest.len() - rest.trim_start_matches([' ', '\t', ':', '*', '#', ';']).len();
        let after = &rest[lead..];
        let in_table = matches!(self.top().kind, Kind::Table { .. });
        if after.starts_with("{|") && !after.starts_with("{|}") {
            self.at += lead;
            return self.open_table();
        }
        if in_table && after.starts_with(['|', '!']) && rest[..lead].trim().is_empty() {
            self.at += lead;
            return self.table_line();
        }
        if rest.starts_with('=') {
            return self.open_heading();
        }
        if rest.starts_with("----") {
            self.at += rest.len() - rest.trim_start_matches('-').len();
            return true;
        }
        if 0 < lead && rest.starts_with([':', '*', '#', ';']) {
            self.at += lead;
            self.line_start = false;
            return true;
        }
        false
    }

    /// A line of a gallery: its caption is wikitext, what stands before is a file's name.
    fn gallery_line(&mut self) -> bool {
        let line = self.rest().split('\n').next().unwrap_or("");
        if line.trim_start().starts_with("</") {
            self.gallery_end = self.at;
            return false;
        }
        self.at += line.find('|').map_or(line.len(), |pipe| pipe + 1);
        self.line_start = false;
        true
    }

    fn open_heading(&mut self) -> bool {
        let rest = self.rest();
        // In a template one sign may be that of an unnamed value.
        if matches!(self.top().kind, Kind::Template { .. }) && !rest.starts_with("==") {
            return false;
        }
        let line = rest.split('\n').next().unwrap_or("");
        let words = match line.find("<!--") {
            Some(comment) if line.trim_end().ends_with("-->") => &line[..comment],
            _ => line,
        };
        let words = words.trim_end();
        let signs = |text: &str| text.len() - text.trim_start_matches('=').len();
        let before = signs(words);
        let after = words.len() - words.trim_end_matches('=').len();
        if words.len() <= before || after == 0 {
            return false;
        }
        self.heading = Some((self.at + words.len() - after, self.at + words.len()));
        self.at += before;
        self.push("\n");
        self.line_start = false;
        true
    }

    fn equals(&mut self) {
        if let Some((start, end)) = self.heading
            && self.at == start
        {
            self.at = end;
            self.heading = None;
            return;
        }
        if let Frame { kind: Kind::Template { arguments, equals, .. }, text } = self.top()
            && !arguments.is_empty()
            && equals.is_none()
        {
            *equals = Some(text.len());
        }
        self.take(1);
    }

    fn open_braces(&mut self) {
        // A longer run is taken in twos and threes.
        let braces = self.rest().bytes().take(4).take_while(|byte| *byte == b'{').count();
        match braces {
            1 => self.take(1),
            3 => self.open(Kind::Parameter { named: false }, 3),
            _ => {
                let began_line = self.line_start;
                let kind = Kind::Template {
                    arguments: Vec::new(),
                    equals: None,
                    began_line,
                    lines: false,
                };
                self.open(kind, 2);
                self.line_start = false;
            }
        }
    }

    fn close_braces(&mut self) {
        let braces = self.rest().bytes().take(3).take_while(|byte| *byte == b'}').count();
        let open = self.frames.iter().rposition(|frame| {
            matches!(frame.kind, Kind::Template { .. } | Kind::Parameter { .. })
        });
        let Some(open) = open.filter(|_| 2 <= braces) else { return self.take(1) };
        let parameter = matches!(self.frames[open].kind, Kind::Parameter { .. });
        while open + 1 < self.frames.len() {
            self.give_back();
        }
        if parameter && braces < 3 {
            self.give_back();
            return;
        }
        self.at += if parameter { 3 } else { 2 };
        let Some(Frame { kind, text }) = self.frames.pop() else { return };
        match kind {
            Kind::Template { arguments, equals, began_line, lines } => {
                self.close_template(arguments, argument(text, equals), began_line, lines);
            }
            Kind::Parameter { named: true } => self.push(&text),
            _ => {}
        }
    }

    fn close_template(
        &mut self,
        mut arguments: Vec<Argument>,
        last: Argument,
        began_line: bool,
        lines: bool,
    ) {
        arguments.push(last);
        let after = self.rest().trim_start_matches([' ', '\t']);
        let ends_line = after.is_empty() || after.starts_with(['\n', '{', '<']);
        let outermost =
            !self.frames.iter().any(|frame| matches!(frame.kind, Kind::Template { .. }));
        let call = Call { arguments, alone: began_line && ends_line, lines, outermost };
        let text = templates::expand(&call, &mut self.page.infobox);
        self.line_start = began_line && text.is_empty();
        self.push(&text);
    }

    fn close_link(&mut self) {
        self.at += 2;
        let Some(Frame { kind: Kind::Link { mut parts }, text }) = self.frames.pop() else {
            return;
        };
        parts.push(text);
        let began_line = self.line_start;
        match links::resolve(&parts, self.site) {
            Target::Text(text) => {
                if let Kind::Table { linked, .. } = &mut self.top().kind {
                    *linked = true;
                }
                self.line_start = false;
                self.push(&text);
            }
            Target::Caption(caption) => {
                self.push("\n");
                self.push(&caption);
                self.push("\n");
                self.line_start = began_line;
            }
            Target::Category(name) => self.page.categories.push(name),
            Target::Nothing => {}
        }
    }

    fn close_external(&mut self) {
        self.at += 1;
        let Some(Frame { text, .. }) = self.frames.pop() else { return };
        self.line_start = false;
        if let Some((_, label)) = text.split_once([' ', '\t', '\u{a0}']) {
            self.push(label);
        }
    }

    fn close_variant(&mut self) {
        self.at += 2;
        let Some(Frame { text, .. }) = self.frames.pop() else { return };
        self.line_start = false;
        let text = links::variants(&text);
        self.push(&text);
    }

    /// `|`: the next argument, part or cell, or just a sign.
    fn pipe(&mut self, next: u8) {
        let Frame { kind, text } = self.top();
        match kind {
            Kind::Template { arguments, equals, .. } => {
                let argument = argument(std::mem::take(text), equals.take());
                arguments.push(argument);
                self.at += 1;
                self.line_start = false;
            }
            Kind::Parameter { named } => {
                text.clear();
                *named = true;
                self.at += 1;
            }
            Kind::Link { parts } => {
                parts.push(std::mem::take(text));
                self.at += 1;
            }
            Kind::Table { header, .. } if next == b'|' => {
                let header = *header;
                self.cell(2, header);
            }
            Kind::Table { cell, linked: false, split: split @ false, .. } => {
                *split = true;
                text.truncate(*cell);
                self.at += 1;
            }
            _ => self.take(1),
        }
    }

    fn open_table(&mut self) -> bool {
        let line = self.rest().split('\n').next().unwrap_or("").len();
        let kind = Kind::Table { row: false, cell: 0, linked: false, split: true, header: false };
        self.open(kind, line);
        self.line_start = false;
        true
    }

    /// A line of a table that begins with `|` or `!`.
    fn table_line(&mut self) -> bool {
        let rest = self.rest();
        let line = rest.split('\n').next().unwrap_or("");
        let in_template =
            self.frames.iter().any(|frame| matches!(frame.kind, Kind::Template { .. }));
        if rest.starts_with("|}") && !(in_template && rest.starts_with("|}}")) {
            self.at += 2;
            let Some(Frame { text, .. }) = self.frames.pop() else { return true };
            self.push("\n");
            self.push(&text);
            self.push("\n");
            self.line_start = false;
        } else if rest.starts_with("|-") {
            // The row's mark goes with its line end.
            self.at += (line.len() + 1).min(rest.len());
            self.line_start = true;
            self.end_row();
        } else if rest.starts_with("|+") {
            self.end_row();
            self.cell(2, false);
            self.end_row();
        } else {
            self.cell(1, rest.starts_with('!'));
        }
        true
    }

    fn end_row(&mut self) {
        if let Kind::Table { row, .. } = &mut self.top().kind {
            *row = false;
        }
    }

    /// Begins a cell whose mark is `length` bytes long.
    fn cell(&mut self, length: usize, is_header: bool) {
        self.at += length;
        self.line_start = false;
        let Frame { kind, text } = self.top();
        if let Kind::Table { row, cell, linked, split, header } = kind {
            if *row {
                if text.ends_with('\n') {
                    text.pop();
                }
                if !text.ends_with('\n') {
                    text.push('\t');
                }
            }
            (*row, *cell, *linked, *split, *header) = (true, text.len(), false, false, is_header);
        }
    }

    fn tag(&mut self) {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            let end = memmem::find(rest.as_bytes(), b"-->").map_or(rest.len(), |end| end + 3);
            // A comment that has a line to itself takes the line with it.
            let alone = self.line_start && rest[end..].starts_with('\n');
            self.at += end + usize::from(alone);
            return;
        }
        let Some(tag) = tags::parse(rest) else { return self.take(1) };
        self.at += tag.length;
        let closed = if tag.opens { self.closing(&tag) } else { None };
        match (tags::meaning(tag.name), closed) {
            (tags::Meaning::Drop, Some((_, after))) => self.at += after,
            (tags::Meaning::Literal, Some((content, after))) => {
                let content = &self.source[self.at..self.at + content];
                self.line_start = false;
                let content = tags::unescape(content);
                self.push(&content);
                self.at += after;
            }
            (tags::Meaning::Gallery, Some((content, _))) => {
                self.gallery_end = self.at + content;
                self.push("\n");
            }
            (tags::Meaning::Line, _) => {
                self.push("\n");
                self.line_start |= tag.name == "br";
            }
            (tags::Meaning::Cell, _) => self.push("\t"),
            (tags::Meaning::Raised, _) if tag.opens && self.after_digit() => self.push("^"),
            _ => {}
        }
    }

    fn after_digit(&mut self) -> bool {
        self.top().text.ends_with(|letter: char| letter.is_ascii_digit())
    }

    /// How long the content of an element is, and how long with its closing tag.
    fn closing(&mut self, tag: &Tag) -> Option<(usize, usize)> {
        let name = tags::held(tag.name)?;
        if self.unclosed.contains(&name) || self.at < self.gallery_end {
            return None;
        }
        let found = tags::find_closing(self.rest(), name);
        if found.is_none() {
            self.unclosed.push(name);
        }
        found
    }

    fn entity(&mut self) {
        match tags::entity(self.rest()) {
            Some((text, length)) => {
                self.line_start = false;
                self.push(&text);
                self.at += length;
            }
            None => self.take(1),
        }
    }

    /// `''` and longer runs: italic, bold, both; what is over is apostrophes.
    fn quotes(&mut self) {
        let rest = self.rest();
        let quotes = rest.len() - rest.trim_start_matches('\'').len();
        let kept = match quotes {
            2 | 3 | 5 => 0,
            4 => 1,
            more => more - 5,
        };
        self.push(&"'".repeat(kept));
        self.line_start &= kept == 0;
        self.at += quotes;
    }

    /// `__NOTOC__` and its like.
    fn switch(&mut self) {
        let word = &self.rest()[2..];
        let length = word.find(|letter: char| !letter.is_alphabetic()).unwrap_or(word.len());
        if 0 < length
            && word[length..].starts_with("__")
            && word[..length].chars().all(|letter| !letter.is_lowercase())
        {
            self.at += length + 4;
        } else {
            self.take(2);
        }
    }
}

fn argument(text: String, equals: Option<usize>) -> Argument {
    match equals {
        Some(at) if at < text.len() => Argument {
            name: Some(text[..at].trim().to_owned()),
            value: text[at + 1..].trim().to_owned(),
        },
        _ => Argument { name: None, value: text.trim().to_owned() },
    }
}

/// Bytes at which something may begin.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let marks = b"\n{}[]|!=<&'_-";
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    table
};
