//! Whether the engines answer the same, before anything is timed.
//!
//! In come the running engines and the queries, out goes an [`Agreement`] of each engine with the first: for how many
//! queries the counts are equal, which differ, and how many of the best ten documents are the same.

use anyhow::Result;

use crate::child::Child;
use crate::engines::Engine;
use crate::queries::Query;

/// How an engine's answers compare with the first engine's.
#[derive(Clone, Debug)]
pub(crate) struct Agreement {
    pub(crate) engine: Engine,
    pub(crate) classes: Vec<ClassAgreement>,
    /// Query, its count, the first engine's count.
    pub(crate) differing: Vec<(String, String, String)>,
}

/// The same for one class of queries.
#[derive(Clone, Debug)]
pub(crate) struct ClassAgreement {
    pub(crate) class: String,
    /// Queries that both support.
    pub(crate) queries: usize,
    pub(crate) same_count: usize,
    /// The mean share of the best ten that both have.
    pub(crate) overlap: f64,
    /// Queries with the same best ten in the same order.
    pub(crate) same_top: usize,
}

/// What an engine answered to one query.
struct Answered {
    count: String,
    top: Vec<String>,
}

/// Compares every engine with the first.
pub(crate) fn agreement(children: &mut [Child], queries: &[Query]) -> Result<Vec<Agreement>> {
    let mut all = Vec::new();
    for child in children.iter_mut() {
        eprintln!("asking {} everything once", child.engine.name());
        all.push((child.engine, answers(child, queries)?));
    }
    let Some((_, first)) = all.first() else { return Ok(Vec::new()) };
    Ok(all[1..]
        .iter()
        .map(|(engine, answers)| compared(*engine, queries, first, answers))
        .collect())
}

fn answers(child: &mut Child, queries: &[Query]) -> Result<Vec<Answered>> {
    let mut answers = Vec::with_capacity(queries.len());
    for query in queries {
        let count = child.ask("COUNT", &query.text)?.to_owned();
        let top = child.ask("TOPDOCS_10", &query.text)?;
        let ids = top.split_whitespace().filter_map(|hit| Some(hit.split_once(':')?.0.to_owned()));
        answers.push(Answered { count, top: ids.collect() });
    }
    Ok(answers)
}

fn compared(
    engine: Engine,
    queries: &[Query],
    first: &[Answered],
    answers: &[Answered],
) -> Agreement {
    let mut agreement = Agreement { engine, classes: Vec::new(), differing: Vec::new() };
    for (query, (ours, theirs)) in queries.iter().zip(first.iter().zip(answers)) {
        if [&ours.count, &theirs.count].iter().any(|count| count.parse::<u64>().is_err()) {
            continue;
        }
        let known = agreement.classes.iter().position(|of| of.class == query.class);
        let place = known.unwrap_or_else(|| {
            agreement.classes.push(ClassAgreement {
                class: query.class.clone(),
                queries: 0,
                same_count: 0,
                overlap: 0.0,
                same_top: 0,
            });
            agreement.classes.len() - 1
        });
        let class = &mut agreement.classes[place];
        class.queries += 1;
        class.overlap += overlap(&ours.top, &theirs.top);
        class.same_top += usize::from(ours.top == theirs.top);
        if ours.count == theirs.count {
            class.same_count += 1;
        } else {
            let counts = (theirs.count.clone(), ours.count.clone());
            agreement.differing.push((query.text.clone(), counts.0, counts.1));
        }
    }
    for class in &mut agreement.classes {
        class.overlap /= class.queries as f64;
    }
    agreement
}

/// The share of the longer list that both have; two empty lists agree.
fn overlap(left: &[String], right: &[String]) -> f64 {
    let longer = left.len().max(right.len());
    if longer == 0 {
        return 1.0;
    }
    left.iter().filter(|id| right.contains(id)).count() as f64 / longer as f64
}
