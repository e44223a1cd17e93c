//! `pressmark terms`: the vocabulary with its figures, streamed, or its most frequent terms.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use pressmark::{TermCount, TermList};

use crate::arguments::{Setting, TermOrder, TermsArguments, TsvOrJson};
use crate::commands::opened;
use crate::exit::Exit;
use crate::output::{Out, tables};

pub(crate) fn run(arguments: TermsArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let index = opened::index(&arguments.index, setting)?;
    let mut terms = index.terms(arguments.pattern.as_deref())?;
    let mut out = Out::new();
    let mut found = false;
    let mut print = |term: &TermCount| -> anyhow::Result<()> {
        found = true;
        match arguments.format {
            TsvOrJson::Json => out.json(term)?,
            TsvOrJson::Tsv => out.line(&tables::term(term))?,
        }
        Ok(())
    };
    match arguments.top {
        Some(top) => top_terms(terms, top, arguments.by)?.iter().try_for_each(&mut print)?,
        None => {
            while let Some(term) = terms.next_term()? {
                print(&term)?;
            }
        }
    }
    out.finish()?;
    Ok(Exit::found(found))
}

/// The most frequent terms, the first the most frequent, equal ones in byte order. Holds no more than these.
fn top_terms(mut terms: TermList<'_>, top: usize, by: TermOrder) -> anyhow::Result<Vec<TermCount>> {
    let mut best = BinaryHeap::new();
    while let Some(term) = terms.next_term()? {
        let TermCount { term, documents, occurrences } = term;
        let key = match by {
            TermOrder::Documents => (documents, occurrences),
            TermOrder::Occurrences => (occurrences, documents),
        };
        best.push(Reverse((key, Reverse(term))));
        if top < best.len() {
            best.pop();
        }
    }
    let terms = best.into_sorted_vec().into_iter().map(|Reverse((key, Reverse(term)))| {
        let (documents, occurrences) = match by {
            TermOrder::Documents => key,
            TermOrder::Occurrences => (key.1, key.0),
        };
        TermCount { term, documents, occurrences }
    });
    Ok(terms.collect())
}
