//! The distributions of an index, for people.
//!
//! Comes in: a lexicon and the sizes of sections. Goes out: tables. Computes no more than ratios.

use std::fmt::Write as _;

use evaluation::lexicon::Lexicon;
use pressmark::Stats;

use crate::output::figures::{bytes, number, share};

/// All of it.
pub(crate) fn text(lexicon: &Lexicon, stats: &Stats) -> String {
    let mut text = String::from("\n");
    words(lexicon, stats, &mut text);
    ranks(lexicon, &mut text);
    lengths(lexicon, &mut text);
    classes(lexicon, &mut text);
    growth(lexicon, &mut text);
    text
}

fn words(lexicon: &Lexicon, stats: &Stats, text: &mut String) {
    let section = |name: &str| {
        stats
            .sections
            .iter()
            .find(|section| section.name == name)
            .map_or(0, |section| section.bytes)
    };
    let bits = |bytes: u64, things: u64| bytes as f64 * 8.0 / things.max(1) as f64;
    let (postings, positions) = (section("postings"), section("positions"));
    let _ = writeln!(
        text,
        "postings   {}, {:.2} bits each",
        number(lexicon.postings),
        bits(postings, lexicon.postings)
    );
    let _ = writeln!(
        text,
        "positions  {}, {:.2} bits each; with postings {:.2} bits a token, the whole file {:.2}",
        number(lexicon.occurrences),
        bits(positions, lexicon.occurrences),
        bits(postings + positions, lexicon.occurrences),
        bits(stats.bytes, lexicon.occurrences)
    );
    let _ = writeln!(
        text,
        "rare       {} of the terms in one article alone, {} only once",
        share(lexicon.in_one_document, lexicon.terms),
        share(lexicon.once, lexicon.terms)
    );
    let _ = writeln!(
        text,
        "laws       frequency ~ rank^-{:.2} (Zipf), terms ~ tokens^{:.2} (Heaps)\n",
        lexicon.zipf, lexicon.heaps
    );
}

/// The decades of the ranks.
fn ranks(lexicon: &Lexicon, text: &mut String) {
    let _ =
        writeln!(text, "{:>12} {:>13} {:>13}   terms by rank", "rank", "occurrences", "articles");
    let last = lexicon.ranks.last().map(|point| point.rank);
    let is_shown = |rank: u64| Some(rank) == last || 10u64.pow(rank.ilog10()) == rank;
    for point in lexicon.ranks.iter().filter(|point| is_shown(point.rank)) {
        let (rank, occurrences) = (number(point.rank), number(point.occurrences));
        let _ = writeln!(text, "{rank:>12} {occurrences:>13} {:>13}", number(point.documents));
    }
    text.push('\n');
}

fn lengths(lexicon: &Lexicon, text: &mut String) {
    let _ = writeln!(
        text,
        "{:>12} {:>13} {:>8} {:>13} {:>8} {:>10}   terms by their articles",
        "articles", "terms", "", "postings", "", "bits each"
    );
    for group in &lexicon.lengths {
        let _ = writeln!(
            text,
            "{:>12} {:>13} {:>8} {:>13} {:>8} {:>10.2}",
            format!("{}+", number(group.from)),
            number(group.terms),
            share(group.terms, lexicon.terms),
            number(group.postings),
            share(group.postings, lexicon.postings),
            group.bytes as f64 * 8.0 / group.postings.max(1) as f64
        );
    }
    text.push('\n');
}

fn classes(lexicon: &Lexicon, text: &mut String) {
    let _ = writeln!(
        text,
        "{:>12} {:>13} {:>13} {:>8} {:>10} {:>10} {:>10}   lists by class",
        "class", "lists", "postings", "", "bytes", "bits each", "positions"
    );
    for class in &lexicon.classes {
        let _ = writeln!(
            text,
            "{:>12} {:>13} {:>13} {:>8} {:>10} {:>10.2} {:>10}",
            class.class,
            number(class.lists),
            number(class.postings),
            share(class.postings, lexicon.postings),
            bytes(class.bytes),
            class.bytes as f64 * 8.0 / class.postings.max(1) as f64,
            bytes(class.position_bytes)
        );
    }
    text.push_str("(positions of tiny lists lie among their postings)\n\n");
}

fn growth(lexicon: &Lexicon, text: &mut String) {
    let _ = writeln!(
        text,
        "{:>12} {:>13} {:>13}   growth of the vocabulary",
        "articles", "tokens", "terms"
    );
    let last = lexicon.growth.last().map(|point| point.documents);
    let is_shown = |count: u64| Some(count) == last || 10u64.pow(count.ilog10()) == count;
    for point in lexicon.growth.iter().filter(|point| is_shown(point.documents)) {
        let (documents, tokens) = (number(point.documents), number(point.tokens));
        let _ = writeln!(text, "{documents:>12} {tokens:>13} {:>13}", number(point.terms));
    }
}
