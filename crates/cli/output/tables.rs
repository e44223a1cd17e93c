//! Hits and terms as tables for programs: tab-separated, TREC runs, lists of ids.
//!
//! Comes in: answers. Goes out: lines without their ends. Characters that would break a table are replaced, and the
//! caller learns of it where that changes an id.

use std::borrow::Cow;

use pressmark::{Hit, TermCount, Token};

/// The tag of a run.
pub(crate) const RUN_TAG: &str = "pressmark";

/// rank, id, score, title.
pub(crate) fn tsv(hit: &Hit) -> String {
    let title = hit.title.as_deref().unwrap_or_default();
    format!("{}\t{}\t{}\t{}", hit.rank, cell(&hit.id), hit.score, cell(title))
}

/// A line of a TREC run: `1 Q0 ID RANK SCORE pressmark`. Blanks in an id become `_`, for they separate columns.
pub(crate) fn trec(hit: &Hit) -> String {
    let id = trec_id(&hit.id);
    format!("1 Q0 {id} {} {} {RUN_TAG}", hit.rank, hit.score)
}

/// An id as a TREC run can hold it.
pub(crate) fn trec_id(id: &str) -> Cow<'_, str> {
    if id.contains(char::is_whitespace) {
        Cow::Owned(id.replace(char::is_whitespace, "_"))
    } else {
        Cow::Borrowed(id)
    }
}

/// term, documents, occurrences.
pub(crate) fn term(term: &TermCount) -> String {
    format!("{}\t{}\t{}", cell(&term.term), term.documents, term.occurrences)
}

/// position, term, start, end, text; `-` as the position of a token that is not indexed.
pub(crate) fn token(token: &Token) -> String {
    let position = token.position.map_or_else(|| "-".to_owned(), |position| position.to_string());
    let text = cell(&token.text);
    format!("{position}\t{}\t{}\t{}\t{text}", cell(&token.term), token.start, token.end)
}

/// A value that stays in its cell: tabs and line ends become blanks.
pub(crate) fn cell(value: &str) -> Cow<'_, str> {
    if value.contains(['\t', '\n', '\r']) {
        Cow::Owned(value.replace(['\t', '\n', '\r'], " "))
    } else {
        Cow::Borrowed(value)
    }
}

#[cfg(test)]
mod tests {
    use pressmark::Hit;

    use super::{trec, tsv};

    #[test]
    fn a_hit_stays_in_its_line_and_cells() {
        let hit = Hit {
            rank: 2,
            id: "a b\tc".to_owned(),
            score: 1.25,
            title: Some("Two\nlines".to_owned()),
            ..Hit::default()
        };
        assert_eq!(tsv(&hit), "2\ta b c\t1.25\tTwo lines");
        assert_eq!(trec(&hit), "1 Q0 a_b_c 2 1.25 pressmark");
    }
}
