//! `pressmark postings`: the list of one word, as the index holds it.

use anyhow::bail;
use pressmark::{ListFigures, Posting};

use crate::arguments::{PostingsArguments, Setting, TsvOrJson};
use crate::commands::{opened, say};
use crate::exit::Exit;
use crate::output::{Out, figures, tables};

pub(crate) fn run(arguments: PostingsArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let index = opened::index(&arguments.index, setting)?;
    let words = index.analyze(&arguments.word);
    let terms: Vec<&str> =
        words.iter().map(|word| word.term.as_str()).filter(|term| !term.is_empty()).collect();
    let [term] = terms[..] else {
        bail!(
            "`{}` is {} to this index; postings are those of one",
            arguments.word,
            figures::count(terms.len() as u64, "word")
        );
    };
    let mut postings = index.postings(term)?;
    let count = &postings.count;
    say(
        setting,
        &format!(
            "{term}: {}, {}, idf {:.4}",
            figures::count(count.documents, "article"),
            figures::count(count.occurrences, "occurrence"),
            pressmark::Model::Bm25.idf(index.documents(), count.documents)
        ),
    );
    for list in &postings.lists {
        say(setting, &shown(list, count.occurrences));
    }
    let mut out = Out::new();
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let mut found = false;
    while 0 < left
        && let Some(mut posting) = postings.next_posting()?
    {
        (left, found) = (left - 1, true);
        if !arguments.positions {
            posting.positions.clear();
        }
        match arguments.format {
            TsvOrJson::Json => out.json(&posting)?,
            TsvOrJson::Tsv => out.line(&line(&posting))?,
        }
    }
    out.finish()?;
    Ok(Exit::found(found))
}

/// A list's bytes.
fn shown(list: &ListFigures, occurrences: u64) -> String {
    let bits = |bytes: u64, things: u64| bytes as f64 * 8.0 / things.max(1) as f64;
    let mut text = format!(
        "a {} list: {} for {}, {:.2} bits each",
        list.class,
        figures::bytes(list.posting_bytes),
        figures::count(list.postings, "posting"),
        bits(list.posting_bytes, list.postings)
    );
    if 0 < list.position_bytes {
        let each = bits(list.position_bytes, occurrences);
        text.push_str(&format!(
            "; positions {}, {each:.2} bits each",
            figures::bytes(list.position_bytes)
        ));
    }
    text
}

fn line(posting: &Posting) -> String {
    let mut line = format!(
        "{}\t{}\t{}\t{}",
        posting.document,
        tables::cell(&posting.id),
        posting.frequency,
        posting.length
    );
    if !posting.positions.is_empty() {
        let positions: Vec<String> = posting.positions.iter().map(u32::to_string).collect();
        line.push('\t');
        line.push_str(&positions.join(" "));
    }
    line
}
