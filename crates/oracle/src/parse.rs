//! Query text to tree, for well-formed text.
//!
//! In comes a query in Pressmark's syntax, out goes a [`Query`] or a short reason. It is written apart from the engine's
//! parser, so that the two can be compared; it repairs nothing, explains nothing and knows no limits.
//!
//! ```text
//! clauses := (('+' | '-')? or)+                 or     := and ('OR' and)*
//! and     := not ('AND' not)*                   not    := 'NOT' not | window
//! window  := item (('NEAR' | 'BEFORE') '/' number item)*         (to the left)
//! item    := primary ('@' number)? ('^' number)?
//! primary := '(' clauses ')' | '{' item+ '}' | '"' item* '"' ('~' number)? | name ':' item | word
//!          | 'fn:' ('ordered' | 'unordered' | 'or') '(' item+ ')'
//!          | 'fn:atleast(' number item+ ')' | 'fn:maxgaps(' number item ')'
//! word    := '=' text | '~' text | '/' text '/' | text with '*', or with '?' before its end | text '~' number? | text
//! ```
//!
//! A word with joints and a wildcard is a phrase (`al-j*lani`). A list of one clause without a sign is that clause; among
//! clauses, `NOT x` is `-x`. What a text is: up to a blank, a bracket or a quote.

use crate::query::{Occur, Query};

/// Parts of a query that the caller must give a meaning to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// `/re/`.
    Regex,
    /// `~name`.
    Variants,
    /// `name:value`, before it is taken for a text field; leave it by answering `None`.
    Column,
}

/// Gives the meaning of a special part, or `None` where it has none.
type Meaning<'m> = &'m dyn Fn(Special, &str) -> Option<Query>;

/// Reads a query. `meaning` is asked for regular expressions, name variants and columns, with their text as typed.
pub fn parse(text: &str, meaning: Meaning<'_>) -> Result<Query, String> {
    let mut reader = Reader { rest: text, meaning };
    let query = reader.clauses()?;
    reader.skip_blanks();
    if reader.rest.is_empty() { Ok(query) } else { Err(format!("`{}` is left over", reader.rest)) }
}

struct Reader<'t> {
    rest: &'t str,
    meaning: Meaning<'t>,
}

impl<'t> Reader<'t> {
    fn clauses(&mut self) -> Result<Query, String> {
        let mut clauses = Vec::new();
        loop {
            self.skip_blanks();
            if self.rest.is_empty() || self.rest.starts_with(')') {
                break;
            }
            let occur = self.sign();
            let negated = occur == Occur::Should && self.keyword_ahead("NOT");
            clauses.push(match self.or()? {
                Query::Not(node) if negated => (Occur::MustNot, *node),
                node => (occur, node),
            });
        }
        match (clauses.len(), clauses.pop()) {
            (_, None) => Err("an empty query".to_owned()),
            (1, Some((Occur::Should, only))) => Ok(only),
            (_, Some(last)) => {
                clauses.push(last);
                Ok(Query::Clauses(clauses))
            }
        }
    }

    /// A sign stands right before what it is for; by itself it is text.
    fn sign(&mut self) -> Occur {
        let occur = match self.rest.as_bytes() {
            [b'+', next, ..] if !next.is_ascii_whitespace() => Occur::Must,
            [b'-', next, ..] if !next.is_ascii_whitespace() => Occur::MustNot,
            _ => return Occur::Should,
        };
        self.rest = &self.rest[1..];
        occur
    }

    fn or(&mut self) -> Result<Query, String> {
        self.chain("OR", Reader::and, Query::Or)
    }

    fn and(&mut self) -> Result<Query, String> {
        self.chain("AND", Reader::not, Query::And)
    }

    fn chain(
        &mut self,
        operator: &str,
        part: fn(&mut Self) -> Result<Query, String>,
        join: fn(Vec<Query>) -> Query,
    ) -> Result<Query, String> {
        let mut items = vec![part(self)?];
        while self.keyword(operator) {
            items.push(part(self)?);
        }
        Ok(if items.len() == 1 { items.remove(0) } else { join(items) })
    }

    fn not(&mut self) -> Result<Query, String> {
        if self.keyword("NOT") { Ok(Query::Not(Box::new(self.not()?))) } else { self.window() }
    }

    fn window(&mut self) -> Result<Query, String> {
        let mut left = self.item()?;
        loop {
            self.skip_blanks();
            let (ordered, rest) =
                match (self.rest.strip_prefix("NEAR/"), self.rest.strip_prefix("BEFORE/")) {
                    (Some(rest), _) => (false, rest),
                    (_, Some(rest)) => (true, rest),
                    _ => return Ok(left),
                };
            self.rest = rest;
            let distance = Some(self.number()? as u32);
            let operands = vec![left, self.item()?];
            left = Query::Window { operands, distance, ordered };
        }
    }

    fn item(&mut self) -> Result<Query, String> {
        self.skip_blanks();
        let mut node = self.primary()?;
        if self.take("@") {
            let items = match node {
                Query::Clauses(clauses) => clauses.into_iter().map(|(_, item)| item).collect(),
                Query::Or(items) => items,
                single => vec![single],
            };
            node = Query::AtLeast { count: self.number()? as usize, items };
        }
        if self.take("^") {
            node = Query::Boost { factor: self.number()?, node: Box::new(node) };
        }
        Ok(node)
    }

    fn primary(&mut self) -> Result<Query, String> {
        if self.take("(") {
            let inner = self.clauses()?;
            return if self.take(")") { Ok(inner) } else { Err("`(` without `)`".to_owned()) };
        }
        if self.take("{") {
            return Ok(Query::Joint(self.items_until("}")?));
        }
        if self.take("\"") {
            let slots = self.items_until("\"")?;
            let slop = if self.take("~") { self.number()? as u32 } else { 0 };
            return Ok(Query::Phrase { slots, slop });
        }
        if self.rest.starts_with('/') {
            return self.regex();
        }
        if self.take("fn:") {
            return self.function();
        }
        match self.field() {
            Some(name) => self.in_field(name),
            None => self.word(),
        }
    }

    /// Lucene's functions; a window without `maxgaps` has any distance.
    fn function(&mut self) -> Result<Query, String> {
        let (name, rest) = self.rest.split_once('(').ok_or("`fn:` without `(`")?;
        self.rest = rest;
        self.skip_blanks();
        let number = if matches!(name, "maxgaps" | "atleast") { self.number()? } else { 0.0 };
        let mut items = self.items_until(")")?;
        let window = |operands, ordered| Query::Window { operands, distance: None, ordered };
        Ok(match (name, items.len()) {
            ("ordered", _) => window(items, true),
            ("unordered", _) => window(items, false),
            ("or", _) => Query::Or(items),
            ("atleast", _) => Query::AtLeast { count: number as usize, items },
            ("maxgaps", 1) => match items.remove(0) {
                Query::Window { operands, ordered, .. } => {
                    Query::Window { operands, distance: Some(number as u32), ordered }
                }
                other => return Err(format!("`fn:maxgaps` is of a window, not of {other:?}")),
            },
            _ => return Err(format!("`fn:{name}` is unknown")),
        })
    }

    fn items_until(&mut self, end: &str) -> Result<Vec<Query>, String> {
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            if self.take(end) {
                return Ok(items);
            }
            if self.rest.is_empty() {
                return Err(format!("`{end}` is missing"));
            }
            items.push(self.item()?);
        }
    }

    fn regex(&mut self) -> Result<Query, String> {
        let end = self.rest[1..].find('/').ok_or("`/` without a second one")? + 2;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        (self.meaning)(Special::Regex, text).ok_or(format!("no meaning for `{text}`"))
    }

    /// The name before a colon, where it could be a field's.
    fn field(&self) -> Option<&'t str> {
        let (name, after) = self.rest.split_once(':')?;
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let has_value = !after.starts_with("//") && after.starts_with(|c: char| !c.is_whitespace());
        (is_name && has_value).then_some(name)
    }

    fn in_field(&mut self, name: &str) -> Result<Query, String> {
        let column_end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
        let closed = self.rest.find([']', '}']).map_or(column_end, |at| at + 1);
        let end = if self.rest.contains(":IN[") || self.rest.contains(":[") {
            closed
        } else {
            column_end
        };
        if let Some(node) = (self.meaning)(Special::Column, &self.rest[..end]) {
            self.rest = &self.rest[end..];
            return Ok(node);
        }
        self.rest = &self.rest[name.len() + 1..];
        Ok(Query::Field { name: name.to_owned(), node: Box::new(self.primary()?) })
    }

    fn word(&mut self) -> Result<Query, String> {
        let name = self.take("~");
        let is_end = |c: char| c.is_whitespace() || "(){}\"^~".contains(c);
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        if text.is_empty() {
            return Err(format!("no word at `{}`", self.rest));
        }
        self.rest = rest;
        let text = text.to_owned();
        if name {
            let text = format!("~{text}");
            return (self.meaning)(Special::Variants, &text)
                .ok_or(format!("no meaning for `{text}`"));
        }
        if self.take("~") {
            let given = self.rest.starts_with(|c: char| c.is_ascii_digit());
            let distance = if given { self.number()? as usize } else { 2 };
            return Ok(Query::Fuzzy { word: text, distance });
        }
        if let Some(surface) = text.strip_prefix('=') {
            return Ok(Query::Surface(surface.to_owned()));
        }
        Ok(pieces(&text))
    }

    fn number(&mut self) -> Result<f64, String> {
        let end =
            self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        number.parse().map_err(|_| format!("`{number}` is no number"))
    }

    fn keyword(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let found = self.keyword_ahead(word);
        if found {
            self.rest = &self.rest[word.len()..];
        }
        found
    }

    fn keyword_ahead(&self, word: &str) -> bool {
        let ends = |rest: &str| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '(')
        };
        self.rest.strip_prefix(word).is_some_and(ends)
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

/// A word as it stands; one with joints and a wildcard is the phrase of its pieces, an address is text.
fn pieces(text: &str) -> Query {
    let is_joint = |c: char| !c.is_alphanumeric() && !"*?'\\".contains(c);
    let words: Vec<&str> = text.split(is_joint).filter(|word| !word.is_empty()).collect();
    let piece = |word: &str| {
        let text = word.to_owned();
        if is_pattern(word) { Query::Wildcard(text) } else { Query::Text(text) }
    };
    match words.as_slice() {
        _ if text.contains('/') || !words.iter().any(|word| is_pattern(word)) => {
            Query::Text(text.to_owned())
        }
        [word] => piece(word),
        _ => Query::Phrase { slots: words.into_iter().map(piece).collect(), slop: 0 },
    }
}

/// Whether a piece has `*`, or `?` before its end, and is not of marks alone.
fn is_pattern(piece: &str) -> bool {
    let inside = piece.strip_suffix('?').unwrap_or(piece);
    inside.contains(['*', '?']) && piece.contains(char::is_alphanumeric)
}
