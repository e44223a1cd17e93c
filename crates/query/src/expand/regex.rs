//! Words that a regular expression matches as a whole.
//!
//! Comes in: an expression in Rust's regex syntax. Goes out: all words of the vocabulary that it matches from end to end.
//! Terms are folded, so the expression ignores case, and its accented letters stand for their folded forms.

use analysis::Analyzer;
use fst::automaton::Automaton;
use regex_automata::Anchored;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use store::IndexFile;

use super::{Expanded, Limits, search};
use crate::Error;

/// Bytes the finished automaton may have. An expression that needs more is refused within some 20 ms.
const DFA_LIMIT: usize = 256 << 10;

/// Bytes that may be used while making it.
const WORK_LIMIT: usize = 1 << 20;

/// All words that an expression matches.
pub(crate) fn regex(
    index: &IndexFile,
    analyzer: &Analyzer,
    pattern: &str,
    limits: &Limits,
) -> Result<Expanded, Error> {
    let whole = build(&fold_letters(analyzer, pattern)).map_err(|reason| Error::Pattern {
        pattern: format!("/{pattern}/"),
        reason,
        at: limits.at.clone(),
    })?;
    search(index, limits, &whole)
}

/// The automaton of an expression, or why there is none.
fn build(pattern: &str) -> Result<Whole, String> {
    let dfa = dense::Builder::new()
        .configure(
            dense::Config::new()
                .start_kind(StartKind::Anchored)
                .dfa_size_limit(Some(DFA_LIMIT))
                .determinize_size_limit(Some(WORK_LIMIT)),
        )
        .syntax(syntax::Config::new().case_insensitive(true).nest_limit(50))
        .thompson(thompson::Config::new().nfa_size_limit(Some(WORK_LIMIT)))
        .build(&format!("^(?:{pattern})$"))
        .map_err(|error| explain(&error))?;
    let start = start::Config::new().anchored(Anchored::Yes);
    let start = dfa.start_state(&start).map_err(|error| error.to_string())?;
    Ok(Whole { dfa, start })
}

/// The last line of an error's chain: the parser's own words without its drawing.
fn explain(error: &dense::BuildError) -> String {
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        message = error.to_string();
        cause = error.source();
    }
    let last = message.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("malformed");
    last.trim().trim_start_matches("error: ").to_owned()
}

/// The expression with letters beyond ASCII in their folded form.
fn fold_letters(analyzer: &Analyzer, pattern: &str) -> String {
    let mut folded = String::with_capacity(pattern.len());
    let mut letter = String::new();
    for character in pattern.chars() {
        if character.is_ascii() {
            folded.push(character);
        } else {
            analyzer.folded(character.encode_utf8(&mut [0; 4]), &mut letter);
            folded.push_str(&letter);
        }
    }
    folded
}

/// An anchored automaton as `fst` wants it.
struct Whole {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
}

impl Automaton for Whole {
    type State = StateID;

    fn start(&self) -> StateID {
        self.start
    }

    fn is_match(&self, state: &StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(*state))
    }

    fn can_match(&self, state: &StateID) -> bool {
        !self.dfa.is_dead_state(*state)
    }

    fn accept(&self, state: &StateID, byte: u8) -> StateID {
        self.dfa.next_state(*state, byte)
    }
}
