//! Query text to tokens, one at a time, each on demand.
//!
//! Comes in: the text and what may stand at the place ([`Expect`]). Goes out: a [`Token`]. The lexer never fails and
//! never goes back: what looks malformed comes out as a token that says so, and the parser decides. It knows which
//! brackets are open, because a `)` ends a word inside a group and is punctuation elsewhere. What a word means is not
//! its business (`words`).
//!
//! In tests every character that is looked at is counted; a test holds the count linear in the length.

use super::MAX_DISTANCE;
use super::words::is_wordlike;
use crate::syntax::Occur;
use std::ops::Range;

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) at: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A run without blanks, as typed.
    Word,
    /// `/.../`, with the pattern's place.
    Regex(Range<usize>),
    /// `"..."`, `="..."` or `~"..."`, or the same in curly quotes.
    Quoted {
        mark: Mark,
        inside: Range<usize>,
        closed: bool,
    },
    /// `~(...)`.
    Variants {
        inside: Range<usize>,
        closed: bool,
    },
    /// `(`, and its `)`.
    OpenGroup,
    CloseGroup,
    /// `{`, and its `}`.
    OpenJoint,
    CloseJoint,
    /// `fn:name(`, with the name's place.
    Function(Range<usize>),
    /// `name:` with something attached, with the name's place.
    Field(Range<usize>),
    /// `[1 TO` or `{1 TO` without a field.
    LooseRange,
    /// `+` or `-` attached to the next thing.
    Sign(Occur),
    And,
    Or,
    Not,
    /// `NEAR`, `BEFORE`, with or without `/n`.
    Window {
        ordered: bool,
        distance: Distance,
    },
    /// The end of the text.
    End,
}

/// The mark before a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Surface,
    Variants,
}

/// The number after `NEAR/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distance {
    /// No `/n` at all.
    Bare,
    Words(u32),
    TooLarge,
    Malformed,
}

/// What may stand at a place besides words, quotes and brackets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expect {
    signs: bool,
    fields: bool,
    operators: bool,
}

impl Expect {
    /// Anything.
    pub(super) const ANYTHING: Expect = Expect { signs: true, fields: true, operators: true };
    /// What a sign is attached to.
    pub(super) const AFTER_SIGN: Expect = Expect { signs: false, fields: true, operators: false };
    /// What `title:` is attached to.
    pub(super) const FIELD_VALUE: Expect = Expect { signs: false, fields: false, operators: false };
}

/// An open bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bracket {
    Group,
    Joint,
}

/// Quotes that open only where a closing one follows: they come from pasted text, where half a pair is punctuation.
const CURLY: [(char, &[char]); 5] = [
    ('\u{201c}', &['\u{201d}']),
    ('\u{201e}', &['\u{201c}', '\u{201d}']),
    ('\u{ab}', &['\u{bb}']),
    ('\u{bb}', &['\u{ab}']),
    ('\u{201d}', &['\u{201d}']),
];

/// Words of punctuation that end in a bracket: `:(`, `;-(`.
const FACES: [&str; 6] = [":", ";", "=", ":-", ";-", ":'"];

/// The lexer: a text and a place in it.
pub(super) struct Lexer<'q> {
    text: &'q str,
    at: usize,
    open: Vec<Bracket>,
    /// A `)` that closed nothing, outside of smileys.
    stray: Option<usize>,
    /// The `(` that are closed before the next blank or quote, in order.
    paired: Vec<usize>,
    /// The last place of each closing quote of `CURLY`.
    last_closing: [usize; CURLY.len()],
    /// The names that are fields although they do not look like names.
    known: &'q dyn Fn(&str) -> bool,
    #[cfg(test)]
    steps: std::cell::Cell<usize>,
}

impl<'q> Lexer<'q> {
    /// A lexer at the start of `text`. `known` says whether a name is a field of the index.
    pub(super) fn new(text: &'q str, known: &'q dyn Fn(&str) -> bool) -> Lexer<'q> {
        let mut lexer = Lexer {
            text,
            at: 0,
            open: Vec::new(),
            stray: None,
            paired: Vec::new(),
            last_closing: [0; CURLY.len()],
            known,
            #[cfg(test)]
            steps: std::cell::Cell::new(0),
        };
        lexer.survey();
        lexer
    }

    /// How many characters have been looked at so far.
    #[cfg(test)]
    pub(super) fn steps(&self) -> usize {
        self.steps.get()
    }

    /// Where the next token is looked for.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes on at `at`.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The place of a `)` too many.
    pub(super) fn stray(&self) -> Option<usize> {
        self.stray
    }

    /// Takes the bracket opened last for punctuation.
    pub(super) fn forget_bracket(&mut self) {
        self.open.pop();
    }

    /// Whether a `)` at this place would close a group.
    pub(super) fn in_group(&self) -> bool {
        self.open.last() == Some(&Bracket::Group)
    }

    /// The character at a place.
    pub(super) fn char_at(&self, at: usize) -> Option<char> {
        self.count(1);
        self.text[at..].chars().next()
    }

    /// Counts characters looked at elsewhere. Only tests read the count.
    pub(super) fn count(&self, characters: usize) {
        #[cfg(test)]
        self.steps.set(self.steps.get() + characters);
        #[cfg(not(test))]
        let _ = characters;
    }

    /// One pass that finds the brackets closed within a word and the last closing quotes.
    fn survey(&mut self) {
        if self.text.is_ascii() && !self.text.contains('(') {
            return;
        }
        let mut open = Vec::new();
        let mut escaped = false;
        for (at, c) in self.text.char_indices() {
            self.count(1);
            if std::mem::take(&mut escaped) {
                continue;
            }
            match c {
                '\\' => escaped = true,
                '(' => open.push(at),
                ')' => self.paired.extend(open.pop()),
                '"' => open.clear(),
                _ if is_blank(c) => open.clear(),
                _ => {}
            }
            if !c.is_ascii() {
                for (last, (_, closing)) in self.last_closing.iter_mut().zip(CURLY) {
                    if closing.contains(&c) {
                        *last = at;
                    }
                }
            }
        }
        self.paired.sort_unstable();
    }

    /// The next token.
    pub(super) fn next(&mut self, expect: Expect) -> Token {
        self.at = self.after_blanks(self.at);
        let start = self.at;
        let Some(c) = self.char_at(start) else {
            return Token { kind: TokenKind::End, at: start..start };
        };
        if let Some((kind, end)) = self.mark(c, start, expect) {
            self.at = end;
            return Token { kind, at: start..end };
        }
        if let Some((kind, end)) = self.name(start, expect) {
            self.at = end;
            return Token { kind, at: start..end };
        }
        let token = self.word(start);
        match operator(&self.text[token.at.clone()]) {
            Some(kind) if expect.operators && self.is_used(&kind) => Token { kind, at: token.at },
            _ => token,
        }
    }

    /// The run without blanks at `start`, whatever it looks like. Brackets and quotes end it where they would open or
    /// close something.
    pub(super) fn word(&mut self, start: usize) -> Token {
        let mut at = self.after_letters(start);
        let mut inner = 0usize;
        let mut stray = None;
        while let Some(c) = self.char_at(at) {
            let ends = match c {
                '\\' => {
                    let next = self.char_at(at + 1);
                    at += 1 + usize::from(next.is_some_and(|next| next.is_ascii_punctuation()));
                    continue;
                }
                '"' => !self.is_inch_mark(start, at),
                '(' if self.is_inside_word(start, at) => {
                    inner += 1;
                    false
                }
                '(' => !self.is_face(start, at),
                ')' if inner > 0 => {
                    inner -= 1;
                    false
                }
                ')' => {
                    stray = stray.or(Some(at));
                    self.in_group()
                }
                '}' => self.open.last() == Some(&Bracket::Joint),
                _ => is_blank(c) || at > start && is_half_of_pair(c) && self.is_paired_quote(c, at),
            };
            if ends && at > start {
                break;
            }
            at += c.len_utf8();
        }
        self.at = at;
        if self.stray.is_none() && !self.in_group() && !is_smiley(&self.text[start..at]) {
            self.stray = stray;
        }
        Token { kind: TokenKind::Word, at: start..at }
    }

    /// A run of letters of a value: up to a blank, to a `)` that closes a group, or to what `ends` says.
    pub(super) fn value(&mut self, ends: impl Fn(char) -> bool) -> Range<usize> {
        let start = self.at;
        let mut inner = 0usize;
        while let Some(c) = self.char_at(self.at) {
            match c {
                '\\' => {
                    let next = self.char_at(self.at + 1);
                    let escapes = next.is_some_and(|next| next.is_ascii_punctuation());
                    self.at += 1 + usize::from(escapes);
                    continue;
                }
                '(' => inner += 1,
                ')' if inner == 0 && self.in_group() => break,
                ')' => inner = inner.saturating_sub(1),
                _ if is_blank(c) || ends(c) => break,
                '}' if self.open.last() == Some(&Bracket::Joint) => break,
                _ => {}
            }
            self.at += c.len_utf8();
        }
        start..self.at
    }

    /// The quotation at the current place, if one begins there; `None` leaves the place.
    pub(super) fn quotation(&mut self) -> Option<(Range<usize>, bool)> {
        let c = self.char_at(self.at)?;
        if !self.opens_quote(c, self.at) {
            return None;
        }
        let (inside, closed, end) = self.quoted(c, self.at);
        self.at = end;
        Some((inside, closed))
    }

    /// The run of digits and points at the current place; may be empty.
    pub(super) fn number(&mut self) -> Range<usize> {
        let start = self.at;
        while self.char_at(self.at).is_some_and(|c| c.is_ascii_digit() || c == '.') {
            self.at += 1;
        }
        start..self.at
    }

    /// Moves over `c` if it stands here.
    pub(super) fn take(&mut self, c: char) -> bool {
        let found = self.char_at(self.at) == Some(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    /// Moves over blanks.
    pub(super) fn skip_blanks(&mut self) {
        self.at = self.after_blanks(self.at);
    }

    /// Moves over sentence punctuation that is attached to a closing quote or bracket and ends at a blank.
    pub(super) fn skip_punctuation(&mut self) {
        let mut at = self.at;
        loop {
            match self.char_at(at) {
                Some(c)
                    if matches!(c, ',' | '.' | ';' | ':' | '!' | '?' | '\'' | '\u{2019}' | '…') =>
                {
                    at += c.len_utf8();
                }
                Some(')') if self.in_group() => break,
                Some('}') if self.open.last() == Some(&Bracket::Joint) => break,
                Some(c) if !is_blank(c) => return,
                _ => break,
            }
        }
        self.at = at;
    }

    /// Where a run of ASCII letters and digits ends, which are nothing but parts of words.
    fn after_letters(&self, start: usize) -> usize {
        let rest = &self.text.as_bytes()[start..];
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        self.count(letters);
        start + letters
    }

    fn after_blanks(&self, mut at: usize) -> usize {
        while let Some(c) = self.char_at(at).filter(|&c| is_blank(c)) {
            at += c.len_utf8();
        }
        at
    }

    /// A token that begins with a mark.
    fn mark(&mut self, c: char, start: usize, expect: Expect) -> Option<(TokenKind, usize)> {
        let next = start + c.len_utf8();
        if self.opens_quote(c, start) {
            return Some(self.quotation_token(c, start, Mark::None));
        }
        match c {
            '(' => match self.char_at(self.after_blanks(next)) {
                Some(')') => Some((TokenKind::Word, self.after_blanks(next) + 1)),
                _ => {
                    self.open.push(Bracket::Group);
                    Some((TokenKind::OpenGroup, next))
                }
            },
            ')' if self.in_group() => {
                self.open.pop();
                Some((TokenKind::CloseGroup, next))
            }
            '[' | '{' if self.is_loose_range(next) => Some((TokenKind::LooseRange, next)),
            '{' if !matches!(self.char_at(next), Some('{' | '}')) => {
                self.open.push(Bracket::Joint);
                Some((TokenKind::OpenJoint, next))
            }
            '}' if self.open.last() == Some(&Bracket::Joint) => {
                self.open.pop();
                Some((TokenKind::CloseJoint, next))
            }
            '+' if expect.signs && self.is_sign(next) => Some((TokenKind::Sign(Occur::Must), next)),
            '-' if expect.signs && self.is_sign(next) => {
                Some((TokenKind::Sign(Occur::MustNot), next))
            }
            '~' | '=' => {
                let quote = self.char_at(next)?;
                if self.opens_quote(quote, next) {
                    let mark = if c == '~' { Mark::Variants } else { Mark::Surface };
                    return Some(self.quotation_token(quote, next, mark));
                }
                (c == '~' && quote == '(').then(|| self.variants(next + 1))
            }
            '/' => self.regex(start),
            _ => None,
        }
    }

    /// `name:`, `fn:name(`; not `10:30`, `http://`, `note: this`, `a::b`, `C:\Users`.
    fn name(&mut self, start: usize, expect: Expect) -> Option<(TokenKind, usize)> {
        let colon = self.name_end(start)?;
        let name = &self.text[start..colon];
        let after = colon + 1;
        let known = (self.known)(name);
        if name == "fn" && !known {
            let end = self.name_end_before(after, '(')?;
            self.open.push(Bracket::Group);
            return Some((TokenKind::Function(after..end), end + 1));
        }
        let drive = name.len() == 1 && matches!(self.char_at(after), Some('/' | '\\'));
        let field = expect.fields
            && (known || is_identifier(name) && !drive)
            && self.has_value(after, known);
        field.then_some((TokenKind::Field(start..colon), after))
    }

    /// Where the name before a colon ends.
    fn name_end(&self, start: usize) -> Option<usize> {
        self.name_end_before(start, ':')
    }

    fn name_end_before(&self, start: usize, mark: char) -> Option<usize> {
        let mut at = self.after_letters(start);
        loop {
            match self.char_at(at)? {
                c if c == mark => return (at > start).then_some(at),
                c if c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '$') => {
                    at += c.len_utf8();
                }
                _ => return None,
            }
        }
    }

    /// Whether what is attached to a colon can be the value of a field.
    fn has_value(&self, at: usize, known: bool) -> bool {
        let next = |n: usize| self.char_at(at + n);
        match next(0) {
            None | Some(':' | ')' | '}' | ']') => false,
            Some(c) if is_blank(c) => false,
            Some('/') if next(1) == Some('/') => false,
            Some('\\') if !known => next(1).is_some_and(|c| c.is_ascii_punctuation()),
            Some('(') if !known => next(1).is_some_and(|c| !is_blank(c)),
            Some('(' | '[' | '{') => true,
            Some('*' | '<' | '>') if known => true,
            Some(_) => self.begins_something(at),
        }
    }

    /// Whether something to look for begins here: a word with a letter or digit, a quotation, an expression.
    fn begins_something(&self, at: usize) -> bool {
        let quoted = |at: usize| self.char_at(at).is_some_and(|c| self.opens_quote(c, at));
        let begins = match self.char_at(at) {
            Some('~') => quoted(at + 1) || self.char_at(at + 1) == Some('('),
            Some('=') => quoted(at + 1),
            Some('/') => self.regex(at).is_some(),
            _ => quoted(at),
        };
        begins || self.has_letter_or_digit(at)
    }

    /// Whether a letter or digit follows before the next blank.
    fn has_letter_or_digit(&self, mut at: usize) -> bool {
        while let Some(c) = self.char_at(at).filter(|&c| !is_blank(c)) {
            if is_wordlike(c) {
                return true;
            }
            at += c.len_utf8();
        }
        false
    }

    /// Whether `+` or `-` before this place is a sign. Two marks in a row, an arrow or a lone mark are punctuation.
    fn is_sign(&self, at: usize) -> bool {
        match self.char_at(at) {
            None | Some('+' | '-' | '>' | ')') => false,
            Some('(') => self.char_at(self.after_blanks(at + 1)) != Some(')'),
            Some(c) => c == '{' || self.begins_something(at),
        }
    }

    fn opens_quote(&self, c: char, at: usize) -> bool {
        c == '"' || self.is_paired_quote(c, at)
    }

    /// Whether a curly quote at this place has a closing one after it.
    fn is_paired_quote(&self, c: char, at: usize) -> bool {
        let is_paired = |((open, _), last): (&(char, _), usize)| *open == c && last > at;
        !c.is_ascii() && CURLY.iter().zip(self.last_closing).any(is_paired)
    }

    fn quotation_token(&self, quote: char, at: usize, mark: Mark) -> (TokenKind, usize) {
        let (inside, closed, end) = self.quoted(quote, at);
        (TokenKind::Quoted { mark, inside, closed }, end)
    }

    /// What stands between a quote and its closing one, whether there is one, and where it goes on.
    fn quoted(&self, quote: char, at: usize) -> (Range<usize>, bool, usize) {
        let closing =
            CURLY.iter().find(|(open, _)| *open == quote).map_or(&['"'][..], |found| found.1);
        self.enclosed(at + quote.len_utf8(), closing)
    }

    fn variants(&self, start: usize) -> (TokenKind, usize) {
        let (inside, closed, end) = self.enclosed(start, &[')']);
        (TokenKind::Variants { inside, closed }, end)
    }

    /// From `start` to the first of `closing` without a backslash before it.
    fn enclosed(&self, start: usize, closing: &[char]) -> (Range<usize>, bool, usize) {
        let mut at = start;
        while let Some(c) = self.char_at(at) {
            if closing.contains(&c) {
                return (start..at, true, at + c.len_utf8());
            }
            at += c.len_utf8();
            if c == '\\' {
                at += self.char_at(at).map_or(0, char::len_utf8);
            }
        }
        (start..at, false, at)
    }

    /// A regular expression: from a `/` to the next `/` without a blank between, where nothing else of a word follows.
    /// So `/usr/bin/` is a path.
    fn regex(&self, start: usize) -> Option<(TokenKind, usize)> {
        let mut at = start + 1;
        loop {
            match self.char_at(at)? {
                '/' => break,
                '\\' => at += 1 + self.char_at(at + 1).filter(|&c| !is_blank(c))?.len_utf8(),
                c if is_blank(c) => return None,
                c => at += c.len_utf8(),
            }
        }
        let ends = match self.char_at(at + 1) {
            None => true,
            Some('^' | '~') => true,
            Some(')') => self.in_group(),
            Some('}') => self.open.last() == Some(&Bracket::Joint),
            Some(c) => is_blank(c),
        };
        (ends && at > start + 1).then(|| (TokenKind::Regex(start + 1..at), at + 1))
    }

    /// Whether a range stands behind a bracket: a value, a blank and `TO`.
    pub(super) fn is_loose_range(&self, start: usize) -> bool {
        let value = self.after_blanks(start);
        let mut at = value;
        while self.char_at(at).is_some_and(|c| !is_blank(c) && c != ']' && c != '}') {
            at += self.char_at(at).map_or(0, char::len_utf8);
        }
        let to = self.after_blanks(at);
        let rest = &self.text[to..];
        at > value
            && to > at
            && rest.starts_with("TO")
            && rest[2..].chars().next().is_none_or(|c| is_blank(c) || c == ']' || c == '}')
    }

    /// A bare `NEAR` or `BEFORE` is an operator only if something follows that it can join.
    fn is_used(&self, operator: &TokenKind) -> bool {
        if !matches!(operator, TokenKind::Window { distance: Distance::Bare, .. }) {
            return true;
        }
        let start = self.after_blanks(self.at);
        let mut at = start;
        while self.char_at(at).is_some_and(|c| c.is_ascii_uppercase() || c == '/') && at < start + 7
        {
            at += 1;
        }
        match self.char_at(start) {
            None | Some(')' | '}') => false,
            Some(_) => !matches!(&self.text[start..at], "AND" | "OR" | "NEAR" | "BEFORE"),
        }
    }

    /// A `"` after a digit and before the end of a word: `a 5" record`.
    fn is_inch_mark(&self, start: usize, at: usize) -> bool {
        let after_digit = at > start && self.text.as_bytes()[at - 1].is_ascii_digit();
        after_digit
            && self
                .char_at(at + 1)
                .is_none_or(|c| is_blank(c) || matches!(c, ',' | '.' | ';' | ')'))
    }

    /// `word(s)`: a bracket that closes before the next blank belongs to the word, but not to an operator.
    fn is_inside_word(&self, start: usize, at: usize) -> bool {
        at > start
            && operator(&self.text[start..at]).is_none()
            && self.paired.binary_search(&at).is_ok()
    }

    fn is_face(&self, start: usize, at: usize) -> bool {
        FACES.contains(&&self.text[start..at]) && self.char_at(at + 1).is_none_or(is_blank)
    }
}

/// A blank ends words. Control characters count as blanks.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn is_half_of_pair(c: char) -> bool {
    matches!(c, '\u{201c}' | '\u{201e}' | '\u{ab}')
}

fn is_smiley(word: &str) -> bool {
    word.starts_with([':', ';', '=']) && !word.contains(is_wordlike)
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(char::is_alphabetic)
        && name.ends_with(|c: char| c.is_alphanumeric() || c == '_')
        && !name.contains(['@', '$'])
}

/// The operator that a word is.
fn operator(word: &str) -> Option<TokenKind> {
    let (ordered, rest) = match word {
        "AND" => return Some(TokenKind::And),
        "OR" => return Some(TokenKind::Or),
        "NOT" => return Some(TokenKind::Not),
        _ => match (word.strip_prefix("NEAR"), word.strip_prefix("BEFORE")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return None,
        },
    };
    let distance = match rest.strip_prefix('/') {
        None if rest.is_empty() => Distance::Bare,
        None => return None,
        Some("" | "s" | "p") => Distance::Malformed,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => match digits.parse() {
            Ok(words) if words <= MAX_DISTANCE => Distance::Words(words),
            _ => Distance::TooLarge,
        },
        Some(_) => return None,
    };
    Some(TokenKind::Window { ordered, distance })
}
