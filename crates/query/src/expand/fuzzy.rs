//! Words within an edit distance: an insertion, deletion, replacement or swap of neighbours costs 1.
//!
//! Comes in: a term and a distance. Goes out: all words of the vocabulary at most that far away, found by walking the
//! vocabulary and a Levenshtein automaton together.

use std::sync::OnceLock;

use fst::automaton::Automaton;
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use store::IndexFile;

use super::{Expanded, Limits, search};
use crate::Error;

/// The greatest distance.
const MAX_DISTANCE: u8 = 2;

/// Tables for the distances 0, 1 and 2: half a millisecond each, made when first needed.
static TABLES: [OnceLock<LevenshteinAutomatonBuilder>; 3] =
    [OnceLock::new(), OnceLock::new(), OnceLock::new()];

/// All words within `distance` of a term.
pub(crate) fn fuzzy(
    index: &IndexFile,
    term: &str,
    distance: u8,
    limits: &Limits,
) -> Result<Expanded, Error> {
    if MAX_DISTANCE < distance {
        return Err(Error::Pattern {
            pattern: limits.pattern.clone(),
            reason: format!("edit distance {distance}, expected 0 to {MAX_DISTANCE}"),
            at: limits.at.clone(),
        });
    }
    let table = TABLES[usize::from(distance)]
        .get_or_init(|| LevenshteinAutomatonBuilder::new(distance, true));
    search(index, limits, &Within(table.build_dfa(term)))
}

/// The automaton as `fst` wants it.
struct Within(DFA);

impl Automaton for Within {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}
