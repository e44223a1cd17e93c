//! Values behind `field:`: ranges, sets and single values of columns, and what a text field holds.
//!
//! Comes in: the place behind the colon and the field's kind. Goes out: a node. Values stay as typed; only the plan
//! knows what a date is. A malformed value is an error, or with repairs the text it looks like.

use super::error::SyntaxError;
use super::grammar::{Built, Parser};
use super::lexer::{Expect, TokenKind, is_blank};
use super::suggest::nearest;
use super::words::{Unit, string, units};
use crate::syntax::{Bound, Node, NodeKind};
use std::ops::Range;
use store::FieldKind;

/// A column on the left of a colon.
struct Column {
    name: String,
    kind: FieldKind,
    /// Where `name:` begins.
    start: usize,
}

/// One value of a column.
enum Value {
    /// `2011`, `ap`, `"new york times"`.
    Single(String),
    /// `2011..2012`, `>=2011`.
    Range(Bound, Bound),
}

/// What went wrong in a value, where, and what to write.
struct Malformed {
    at: Range<usize>,
    message: &'static str,
    suggestion: String,
}

impl Parser<'_, '_> {
    /// `name:` and its value; the name and the colon are taken.
    pub(super) fn field(
        &mut self,
        at: Range<usize>,
        name: Range<usize>,
    ) -> Result<Built, SyntaxError> {
        let name = self.text[name].to_owned();
        match self.options.kind_of(&name) {
            Some(FieldKind::Text) => self.text_field(name, at),
            Some(FieldKind::Stored) => {
                let message = format!("stored-only field '{name}' cannot be searched");
                let suggestion = self.known_fields();
                self.problem(at.clone(), message, Some(suggestion), "read as text")?;
                self.as_text(at.start)
            }
            Some(kind) => {
                let start = at.start;
                self.column(Column { name, kind, start })
            }
            None => {
                let suggestion = match nearest(&name, self.options.names()) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("{}; quote it to look for the text", self.known_fields()),
                };
                let place = at.start..at.start + name.len();
                let message = format!("unknown field '{name}'");
                self.problem(place, message, Some(suggestion), "read as text")?;
                self.as_text(at.start)
            }
        }
    }

    fn known_fields(&self) -> String {
        let names: Vec<&str> = self.options.names().collect();
        format!("the fields are {}", names.join(", "))
    }

    /// The word at `start`, whatever it looks like.
    pub(super) fn as_text(&mut self, start: usize) -> Result<Built, SyntaxError> {
        let word = self.lexer.word(start);
        self.word_node(word.at).map(Built::from)
    }

    fn text_field(&mut self, name: String, at: Range<usize>) -> Result<Built, SyntaxError> {
        let start = self.lexer.at();
        if let Some((message, suggestion)) = self.misplaced_value(&name, start) {
            self.problem(at.start..start, message, Some(suggestion), "read as text")?;
            return self.as_text(at.start);
        }
        let Some(built) = self.field_value()? else { return self.as_text(at.start) };
        Ok(built.inside(|node| {
            let at = at.start..node.at.end.max(at.end);
            Node::new(NodeKind::Field { name, node: Box::new(node) }, at)
        }))
    }

    /// What only columns hold, behind the name of a text field.
    fn misplaced_value(&self, name: &str, start: usize) -> Option<(String, String)> {
        let rest = &self.text[start..];
        if rest.starts_with("IN[") || rest.starts_with("IN@") {
            let message = format!("set of values for the text field '{name}'");
            return Some((message, format!("write {name}:{{a b}}")));
        }
        let after = |mark: char| {
            let next = rest.strip_prefix(mark)?.chars().next()?;
            (next.is_alphanumeric() || matches!(next, '"' | '(')).then_some(mark)
        };
        if let Some(sign) = after('-').or_else(|| after('+')) {
            let message = format!("'{sign}' behind the field '{name}'");
            return Some((message, format!("put it in front: {sign}{name}:x")));
        }
        let bracket = rest.starts_with(['[', '{']);
        (bracket && self.lexer.is_loose_range(start + 1)).then(|| {
            let message = format!("range for the text field '{name}'");
            (message, "ranges are for dates, numbers and keywords".to_owned())
        })
    }

    /// The value of a date, number or keyword field.
    fn column(&mut self, column: Column) -> Result<Built, SyntaxError> {
        self.count_clause(&(column.start..self.lexer.at()))?;
        let start = self.lexer.at();
        let read = match self.lexer.char_at(start) {
            Some('[' | '{') => self.bracket_range(&column),
            Some('(') => return self.column_group(&column),
            Some('I') if self.begins_set(start) => return self.set(&column),
            _ => self.value(&column, true),
        };
        let kind = match read {
            Ok(value) => value.into_kind(&column),
            Err(Malformed { at, message, suggestion }) => {
                self.problem(at, message, Some(suggestion), "read as text")?;
                return self.as_text(column.start);
            }
        };
        self.finish_column(kind, column.start)
    }

    fn finish_column(&mut self, kind: NodeKind, start: usize) -> Result<Built, SyntaxError> {
        let node = Node::new(kind, start..self.lexer.at());
        self.finish(node)
    }

    /// `[a TO b}`.
    fn bracket_range(&mut self, column: &Column) -> Result<Value, Malformed> {
        let start = self.lexer.at();
        let excludes_low = self.lexer.char_at(start) == Some('{');
        self.lexer.go_to(start + 1);
        let mut ends = || -> Result<Value, &'static str> {
            let low = self.range_end(excludes_low)?.ok_or("range without a lower end")?;
            self.lexer.skip_blanks();
            let to = self.lexer.at();
            let behind = self.text[to..].strip_prefix("TO").and_then(|rest| rest.chars().next());
            if !behind.is_some_and(is_blank) {
                return Err("range without TO");
            }
            self.lexer.go_to(to + 2);
            let high = self.range_end(false)?.ok_or("range without an upper end")?;
            self.lexer.skip_blanks();
            match high {
                Bound::Including(value) if self.lexer.take('}') => {
                    Ok(Value::Range(low, Bound::Excluding(value)))
                }
                high if self.lexer.take(']') || self.lexer.take('}') => Ok(Value::Range(low, high)),
                _ => Err("unclosed range"),
            }
        };
        ends().map_err(|message| Malformed {
            at: start..self.lexer.at(),
            message,
            suggestion: format!("write {}:[2011 TO 2012], with * for an open end", column.name),
        })
    }

    /// A value between brackets; `*` is an open end. `None` where there is none.
    fn range_end(&mut self, excluding: bool) -> Result<Option<Bound>, &'static str> {
        self.lexer.skip_blanks();
        let value = match self.quoted_value()? {
            Some(value) => value,
            None => {
                let range = self.lexer.value(|c| c == ']' || c == '}');
                let units = units(self.text, range);
                match units.as_slice() {
                    [] => return Ok(None),
                    [only] if only.is('*') => return Ok(Some(Bound::Open)),
                    _ => string(&units),
                }
            }
        };
        Ok(Some(if excluding { Bound::Excluding(value) } else { Bound::Including(value) }))
    }

    /// `2011`, `2011..2012`, `>=2011`, `"new york times"`; with a boost behind it where `boosts` allows one.
    fn value(&mut self, column: &Column, boosts: bool) -> Result<Value, Malformed> {
        let start = self.lexer.at();
        let rest = &self.text[start..];
        let sign = [">=", "<=", ">", "<"].into_iter().find(|sign| rest.starts_with(sign));
        if let Some(sign) = sign {
            self.lexer.go_to(start + sign.len());
            self.lexer.skip_blanks();
        }
        let value = match self.quoted_value() {
            Ok(Some(value)) => Ok(compared(sign, value)),
            Ok(None) => {
                let units = self.bare_value(boosts);
                match sign {
                    Some(_) if units.is_empty() => Err("comparison without a value"),
                    Some(_) => Ok(compared(sign, string(&units))),
                    None => plain_value(&units, column.kind),
                }
            }
            Err(message) => Err(message),
        };
        let name = &column.name;
        value.map_err(|message| Malformed {
            at: start..self.lexer.at(),
            message,
            suggestion: match column.kind {
                FieldKind::Keyword => format!("write whole values: {name}:x or {name}:IN[x y]"),
                _ => format!("write {name}:2011..2012 or {name}:>=2011"),
            },
        })
    }

    /// A value without quotes, up to its boost and to a comma or semicolon at its end.
    fn bare_value(&mut self, boosts: bool) -> Vec<Unit> {
        let Range { start, end } = self.lexer.value(|_| false);
        let mut value = self.text[start..end].trim_end_matches([',', ';']);
        if let Some((before, digits)) = value.rsplit_once('^').filter(|_| boosts) {
            let numeric = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
            if !before.is_empty() && numeric && digits.starts_with(|c: char| c.is_ascii_digit()) {
                value = before;
            }
        }
        self.lexer.go_to(start + value.len());
        self.lexer.count(end - start);
        units(self.text, start..start + value.len())
    }

    /// `"..."` as a value; `None` where no quote begins.
    fn quoted_value(&mut self) -> Result<Option<String>, &'static str> {
        let Some((inside, closed)) = self.lexer.quotation() else { return Ok(None) };
        if !closed {
            return Err("unclosed quote opened");
        }
        self.lexer.count(inside.len());
        Ok(Some(string(&units(self.text, inside))))
    }

    /// `(ap OR afp)`: any of the values.
    fn column_group(&mut self, column: &Column) -> Result<Built, SyntaxError> {
        let open = self.lexer.at()..self.lexer.at() + 1;
        let mut kinds = Vec::new();
        let mut singles = Vec::new();
        // `()` is a word and opens nothing.
        if self.lexer.next(Expect::FIELD_VALUE).kind == TokenKind::OpenGroup {
            while let Some(value) = self.group_value(column)? {
                match value {
                    Value::Single(value) if column.kind == FieldKind::Keyword => {
                        singles.push(value)
                    }
                    value => kinds.push(value.into_kind(column)),
                }
            }
            self.close(&open, "'('")?;
        }
        if !singles.is_empty() {
            kinds.insert(0, NodeKind::OneOf { field: column.name.clone(), values: singles });
        }
        let at = column.start..self.lexer.at();
        let kind = match kinds.len() {
            0 => {
                let suggestion = Some(format!("write {}:(a b)", column.name));
                self.problem(open, "no value in brackets", suggestion, "left out")?;
                NodeKind::Text("()".to_owned())
            }
            1 => kinds.remove(0),
            _ => NodeKind::Or(kinds.into_iter().map(|kind| Node::new(kind, at.clone())).collect()),
        };
        Ok(self.finish_column(kind, column.start)?.in_brackets(1))
    }

    /// The next value in brackets; `None` before the closing one.
    fn group_value(&mut self, column: &Column) -> Result<Option<Value>, SyntaxError> {
        loop {
            self.lexer.skip_blanks();
            let start = self.lexer.at();
            let read = match self.lexer.char_at(start) {
                None | Some(')') => return Ok(None),
                Some(',' | ';') => {
                    self.lexer.go_to(start + 1);
                    continue;
                }
                Some('[' | '{') => self.bracket_range(column),
                Some(_) => self.value(column, false),
            };
            match (&self.text[start..self.lexer.at()], read) {
                ("OR", _) => {}
                (word @ ("AND" | "NOT"), _) => {
                    let message = format!("'{word}' between values of '{}'", column.name);
                    let suggestion = Some("give each value its field: f:a AND f:b".to_owned());
                    self.problem(start..start + word.len(), message, suggestion, "left out")?;
                }
                (_, Ok(value)) => return Ok(Some(value)),
                (_, Err(Malformed { at, message, suggestion })) => {
                    self.problem(at, message, Some(suggestion), "left out")?;
                    // A bracket that closes something further out.
                    if self.lexer.at() == start {
                        let width = self.lexer.char_at(start).map_or(0, char::len_utf8);
                        self.lexer.go_to(start + width);
                    }
                }
            }
        }
    }

    /// Whether `IN[`, `IN [` or `IN@` stands here.
    fn begins_set(&mut self, start: usize) -> bool {
        let Some(rest) = self.text[start..].strip_prefix("IN") else { return false };
        rest.starts_with('@') || {
            self.lexer.go_to(start + 2);
            self.lexer.skip_blanks();
            let found = self.lexer.char_at(self.lexer.at()) == Some('[');
            self.lexer.go_to(start);
            found
        }
    }

    /// `IN[ap afp "new york times"]`, `IN@file`.
    fn set(&mut self, column: &Column) -> Result<Built, SyntaxError> {
        let start = self.lexer.at();
        self.lexer.go_to(start + 2);
        let read = if self.lexer.take('@') {
            self.values_of_file()
        } else {
            self.lexer.skip_blanks();
            self.lexer.take('[');
            self.listed_values()
        };
        let read = match read {
            Ok(values) if values.is_empty() => Err("set without a value".to_owned()),
            other => other,
        };
        match read {
            Ok(values) => {
                let kind = NodeKind::OneOf { field: column.name.clone(), values };
                self.finish_column(kind, column.start)
            }
            Err(message) => {
                let at = start..self.lexer.at();
                let suggestion = Some(format!("write {}:IN[a b]", column.name));
                self.problem(at, message, suggestion, "read as text")?;
                self.as_text(column.start)
            }
        }
    }

    /// Values up to a `]`, with blanks or commas between them.
    fn listed_values(&mut self) -> Result<Vec<String>, String> {
        let mut values = Vec::new();
        loop {
            self.lexer.skip_blanks();
            if self.lexer.take(']') {
                return Ok(values);
            }
            if self.lexer.take(',') {
                continue;
            }
            if let Some(value) = self.quoted_value()? {
                values.push(value);
                continue;
            }
            let range = self.lexer.value(|c| c == ']' || c == ',');
            if range.is_empty() {
                return Err("unclosed set opened".to_owned());
            }
            values.push(string(&units(self.text, range)));
        }
    }

    /// The lines of a file.
    fn values_of_file(&mut self) -> Result<Vec<String>, String> {
        let path = match self.quoted_value()? {
            Some(path) => path,
            None => self.text[self.lexer.value(|_| false)].to_owned(),
        };
        let Some(read) = self.options.read_file else {
            return Err(format!("no values from '{path}' (files are not read here)"));
        };
        let content = read(&path).map_err(|error| format!("no values from '{path}' ({error})"))?;
        let lines = content.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
        Ok(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }
}

impl Value {
    fn into_kind(self, column: &Column) -> NodeKind {
        let field = column.name.clone();
        match self {
            Value::Single(value) if column.kind == FieldKind::Keyword => {
                NodeKind::OneOf { field, values: vec![value] }
            }
            Value::Single(value) => {
                let (low, high) = (Bound::Including(value.clone()), Bound::Including(value));
                NodeKind::Range { field, low, high }
            }
            Value::Range(low, high) => NodeKind::Range { field, low, high },
        }
    }
}

/// A value behind `>=` and the like, or alone.
fn compared(sign: Option<&str>, value: String) -> Value {
    match sign {
        Some(">=") => Value::Range(Bound::Including(value), Bound::Open),
        Some(">") => Value::Range(Bound::Excluding(value), Bound::Open),
        Some("<=") => Value::Range(Bound::Open, Bound::Including(value)),
        Some(_) => Value::Range(Bound::Open, Bound::Excluding(value)),
        None => Value::Single(value),
    }
}

/// A value without quotes and without a sign of comparison.
fn plain_value(units: &[Unit], kind: FieldKind) -> Result<Value, &'static str> {
    let dots = units.windows(2).position(|pair| pair[0].is('.') && pair[1].is('.'));
    if let Some(dots) = dots.filter(|_| kind != FieldKind::Keyword) {
        let end = |units: &[Unit]| match units {
            [] => Bound::Open,
            value => Bound::Including(string(value)),
        };
        let (low, high) = (end(&units[..dots]), end(&units[dots + 2..]));
        let empty = low == Bound::Open && high == Bound::Open;
        return if empty { Err("range without an end") } else { Ok(Value::Range(low, high)) };
    }
    let signed = |mark| {
        kind != FieldKind::Number
            && units.len() > 1
            && units[0].is(mark)
            && units[1].ch.is_alphanumeric()
    };
    match units {
        [] => Err("no value behind the field"),
        [only] if only.is('*') => Ok(Value::Range(Bound::Open, Bound::Open)),
        _ if units.iter().any(|unit| unit.is('*')) => Err("wildcard for a field of whole values"),
        _ if signed('-') || signed('+') => Err("sign behind a field instead of in front of it"),
        _ => Ok(Value::Single(string(units))),
    }
}
