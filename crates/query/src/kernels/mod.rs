//! Fast, exact evaluation of the common forms of a query.
//!
//! Comes in: a plan whose [`Shape`] is one of a few. Goes out: the best documents or their number, the same to the last
//! bit as the [`matcher`](crate::matcher) gives; `None` for every other plan. There is no virtual call and no allocation
//! per document.

mod allowed;
mod best;
mod bounds;
mod buffers;
mod champions;
mod count;
mod impacts;
mod parallel;
mod phrase;
mod ranked;
mod term;

use allowed::Allowed;
use best::Best;
use bounds::ImpactBounds;
use codec::simd;
use phrase::PhraseScan;
use ranked::{Conditions, Role, Work};
use store::IndexFile;

use crate::plan::{Filtered, Shape, TermLeaf};
use crate::{Error, Plan, TopDocs, TopK, Total};

/// The best documents from the first on, if a kernel takes the plan. An exact total is found on the way where that is cheaper
/// than counting afterwards.
///
/// On several threads where that pays and nothing is filtered; the total is counted then, since how much each thread skips
/// is chance.
pub(crate) fn top_docs(
    index: &IndexFile,
    plan: &Plan,
    request: &TopK,
) -> Result<Option<TopDocs>, Error> {
    let &TopK { k, threads, exact_total, .. } = request;
    if 1 < threads
        && 0 < k
        && let Some(top) = top_docs_by_many(index, plan, k, threads)?
    {
        return Ok(Some(top));
    }
    simd::widest(BestDocs { index, plan, k, exact_total })
}

/// The best `k` documents found by many threads, if that pays.
fn top_docs_by_many(
    index: &IndexFile,
    plan: &Plan,
    k: usize,
    threads: usize,
) -> Result<Option<TopDocs>, Error> {
    let Filtered { shape, documents: None, .. } = plan.filtered() else { return Ok(None) };
    let Some(terms) = roles(shape).filter(|terms| parallel::is_costly(terms, plan.documents))
    else {
        return Ok(None);
    };
    let floor = floor(index, plan, &terms, k)?;
    let (hits, work) = parallel::best_docs(index, &terms, (k, floor), plan.bm25(), threads)?;
    let Some(total) = count_documents(index, plan)? else { return Ok(None) };
    Ok(Some(TopDocs { hits, total: Total::Exact(total), blocks: work.blocks }))
}

struct BestDocs<'a> {
    index: &'a IndexFile,
    plan: &'a Plan,
    k: usize,
    exact_total: bool,
}

impl simd::Kernel for BestDocs<'_> {
    type Output = Result<Option<TopDocs>, Error>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        best_docs(self)
    }
}

#[inline(always)]
fn best_docs(wanted: BestDocs<'_>) -> Result<Option<TopDocs>, Error> {
    let BestDocs { index, plan, k, exact_total } = wanted;
    let mut best = Best::of(k, index.segments());
    let mut work = Work::default();
    let Filtered { shape, documents, optional } = plan.filtered();
    let bm25 = plan.bm25();
    let conditions = |number: usize| {
        let documents = documents.as_ref().map(|segments| segments[number].as_slice());
        Conditions { allowed: Allowed::new(documents), bm25, counts_all: exact_total }
    };
    match shape {
        Shape::Nothing => {}
        Shape::Phrase { weight, words } => {
            for (number, segment) in index.segments().iter().enumerate() {
                let conditions = conditions(number);
                if let Some(list) = phrase::pair(segment, number, &words)? {
                    if let (None, Some(kth)) = (&documents, stored_kth(k)) {
                        let bounds = ImpactBounds::new(segment.record(), bm25);
                        best.prime(weight * bounds.floor(list.kth_impacts()[kth]));
                    }
                    work.add(ranked::run_list(segment, list, weight, conditions, &mut best)?);
                } else if let Some(mut scan) =
                    PhraseScan::open(segment, number, &words, conditions.allowed)?
                {
                    work.add(scan.rank(weight, conditions, &mut best)?);
                    work.blocks.add(scan.blocks());
                }
            }
        }
        shape => {
            let Some(terms) = roles(shape) else { return Ok(None) };
            let is_plain = documents.is_none();
            if is_plain {
                best.prime(floor(index, plan, &terms, k)?);
            }
            for (number, segment) in index.segments().iter().enumerate() {
                let conditions = conditions(number);
                if let ([(_, term)], true) = (&terms[..], is_plain) {
                    if let Some(info) = term.infos.get(number).and_then(Option::as_ref) {
                        let list = segment.postings(info)?;
                        let weight = term.weight;
                        work.add(ranked::run_list(segment, list, weight, conditions, &mut best)?);
                    }
                } else {
                    work.add(ranked::run(segment, number, &terms, conditions, &mut best)?);
                }
            }
        }
    }
    let hits = best.into_hits();
    // Documents that match by the filters alone come behind those with scores.
    if optional && hits.len() < k {
        return Ok(None);
    }
    work.skipped |= optional;
    let total = if work.skipped { Total::AtLeast } else { Total::Exact };
    Ok(Some(TopDocs { hits, total: total(work.candidates), blocks: work.blocks }))
}

/// The number of matching documents, if a kernel takes the plan.
pub(crate) fn count_documents(index: &IndexFile, plan: &Plan) -> Result<Option<u64>, Error> {
    simd::widest(CountDocuments { index, plan })
}

struct CountDocuments<'a> {
    index: &'a IndexFile,
    plan: &'a Plan,
}

impl simd::Kernel for CountDocuments<'_> {
    type Output = Result<Option<u64>, Error>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        count(self.index, self.plan)
    }
}

#[inline(always)]
fn count(index: &IndexFile, plan: &Plan) -> Result<Option<u64>, Error> {
    let mut count = 0;
    let Filtered { shape, documents, optional } = plan.filtered();
    if optional {
        return Ok(None);
    }
    let allowed = |number: usize| {
        Allowed::new(documents.as_ref().map(|segments| segments[number].as_slice()))
    };
    match shape {
        Shape::Nothing => {}
        Shape::Phrase { words, .. } => {
            for (number, segment) in index.segments().iter().enumerate() {
                let allowed = allowed(number);
                if let Some(list) = phrase::pair(segment, number, &words)? {
                    count += count::run_list(segment, list, allowed)?;
                } else if let Some(mut scan) = PhraseScan::open(segment, number, &words, allowed)? {
                    count += scan.count()?;
                }
            }
        }
        Shape::Union(terms) if terms.len() == 1 && documents.is_none() => {
            count = terms[0].doc_freq;
        }
        shape => {
            let Some(terms) = roles(shape) else { return Ok(None) };
            for (number, segment) in index.segments().iter().enumerate() {
                count += count::run(segment, number, &terms, allowed(number))?;
            }
        }
    }
    Ok(Some(count))
}

/// The terms of a shape in canonical order, each with its role.
fn roles(shape: Shape<'_>) -> Option<Vec<(Role, TermLeaf<'_>)>> {
    let with = |role: Role| move |term| (role, term);
    let mut terms: Vec<_> = match shape {
        Shape::Union(terms) => terms.into_iter().map(with(Role::Should)).collect(),
        Shape::Conjunction(terms) => terms.into_iter().map(with(Role::Must)).collect(),
        Shape::Mixed { must, should, must_not } => {
            let welcome = should.into_iter().map(with(Role::Should));
            let forbidden = must_not.into_iter().map(with(Role::MustNot));
            must.into_iter().map(with(Role::Must)).chain(welcome).chain(forbidden).collect()
        }
        Shape::Nothing | Shape::Phrase { .. } | Shape::General => return None,
    };
    terms.sort_by_key(|(_, term)| term.order);
    Some(terms)
}

/// A score that at least `k` documents reach: the best of the stored k-th impacts of terms that are enough to match.
fn floor(
    index: &IndexFile,
    plan: &Plan,
    terms: &[(Role, TermLeaf<'_>)],
    k: usize,
) -> Result<f64, Error> {
    let Some(kth) = stored_kth(k) else { return Ok(0.0) };
    let count = |wanted: Role| terms.iter().filter(|(role, _)| *role == wanted).count();
    let enough = match (count(Role::Must), count(Role::MustNot)) {
        (0, 0) => Role::Should,
        (1, 0) => Role::Must,
        _ => return Ok(0.0),
    };
    let mut floor = 0.0f64;
    for (number, segment) in index.segments().iter().enumerate() {
        let bounds = ImpactBounds::new(segment.record(), plan.bm25());
        for (_, term) in terms.iter().filter(|(role, _)| *role == enough) {
            if let Some(info) = term.infos.get(number).and_then(Option::as_ref) {
                let list = segment.postings(info)?;
                floor = floor.max(term.weight * bounds.floor(list.kth_impacts()[kth]));
            }
        }
    }
    Ok(floor)
}

/// Which of a list's stored k-th impacts says what `k` documents of it reach.
fn stored_kth(k: usize) -> Option<usize> {
    [10, 100, 1000].iter().position(|&stored| k <= stored)
}

#[cfg(test)]
mod tests;
