//! Tantivy as a runner: builds an index of the prepared corpus, answers the game's protocol.
//!
//! `peer-tantivy build CORPUS DIR` writes one merged segment: a text field with positions and exact-order ids as a
//! column, nothing stored. `peer-tantivy serve DIR` answers on standard output with one thread. Queries are built from
//! clauses without Tantivy's query parser, as its users with ready-made words would.
//!
//! `peer-tantivy forms DIR` answers a form a line: `slop N WORD...`, `fuzzy N WORD` or `regex PATTERN`, each by the ten best
//! documents; their number is the answer. `benches/language.py` asks it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use compare::game::{Answer, Clause, Command, Role, serve};
use tantivy::collector::{Count, TopDocs};
use tantivy::directory::MmapDirectory;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::query::{
    BooleanQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, RegexQuery, TermQuery,
};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{LowerCaser, SimpleTokenizer, TextAnalyzer};
use tantivy::{Index, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};

/// Bytes the writer may fill before it writes a segment.
const WRITER_MEMORY: usize = 1_000_000_000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["build", corpus, folder] => build(Path::new(corpus), Path::new(folder)),
        ["serve", folder] => answer_all(Path::new(folder)),
        ["forms", folder] => answer_forms(Path::new(folder)),
        ["version"] => {
            println!("Tantivy {}", tantivy::version_string().trim_start_matches("tantivy v"));
            Ok(())
        }
        _ => bail!("expected `build CORPUS DIR`, `serve DIR`, `forms DIR` or `version`"),
    }
}

fn register(index: &Index) {
    let analyzer = TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).build();
    index.tokenizers().register("words", analyzer);
}

fn schema() -> Schema {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("words")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    schema.add_text_field("body", TextOptions::default().set_indexing_options(indexing));
    schema.add_u64_field("id", FAST);
    schema.build()
}

fn build(corpus: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let schema = schema();
    let (body, id) = (schema.get_field("body")?, schema.get_field("id")?);
    let directory = MmapDirectory::open(folder)?;
    let index = Index::create(directory, schema, IndexSettings::default())?;
    register(&index);
    let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_MEMORY)?;
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let input = std::fs::File::open(corpus).with_context(|| format!("cannot open {corpus:?}"))?;
    for (number, line) in BufReader::with_capacity(1 << 20, input).lines().enumerate() {
        let article: serde_json::Value = serde_json::from_str(&line?)?;
        let mut document = TantivyDocument::new();
        let text = article["body"].as_str().or(article["text"].as_str());
        document.add_text(body, text.unwrap_or_default());
        document.add_u64(id, number as u64);
        writer.add_document(document)?;
    }
    writer.commit()?;
    let segments = index.searchable_segment_ids()?;
    if 1 < segments.len() {
        writer.merge(&segments).wait()?;
    }
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    Ok(())
}

fn open(folder: &Path) -> Result<(Searcher, Field)> {
    let index = Index::open_in_dir(folder)?;
    register(&index);
    let body = index.schema().get_field("body")?;
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok((reader.searcher(), body))
}

fn answer_all(folder: &Path) -> Result<()> {
    let (searcher, body) = open(folder)?;
    serve(|command, clauses| answer(&searcher, body, command, clauses))
}

fn answer_forms(folder: &Path) -> Result<()> {
    let (searcher, body) = open(folder)?;
    let mut out = std::io::stdout();
    for line in std::io::stdin().lines() {
        let query = form(body, &line?)?;
        let hits = searcher.search(&query, &TopDocs::with_limit(10).order_by_score())?;
        writeln!(out, "{}", hits.len())?;
        out.flush()?;
    }
    Ok(())
}

fn form(body: Field, line: &str) -> Result<Box<dyn Query>> {
    let parts: Vec<&str> = line.split(' ').collect();
    let term = |word: &str| Term::from_field_text(body, word);
    Ok(match parts[..] {
        ["slop", slop, ref words @ ..] => {
            let mut query = PhraseQuery::new(words.iter().map(|word| term(word)).collect());
            query.set_slop(slop.parse()?);
            Box::new(query)
        }
        ["fuzzy", distance, word] => {
            Box::new(FuzzyTermQuery::new(term(word), distance.parse()?, true))
        }
        ["regex", pattern] => Box::new(RegexQuery::from_pattern(pattern, body)?),
        _ => bail!("expected `slop N WORD...`, `fuzzy N WORD` or `regex PATTERN`, found `{line}`"),
    })
}

fn query(body: Field, clauses: &[Clause]) -> Box<dyn Query> {
    let leaf = |clause: &Clause| -> Box<dyn Query> {
        let mut terms: Vec<Term> =
            clause.words.iter().map(|word| Term::from_field_text(body, word)).collect();
        if terms.len() == 1 {
            Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::WithFreqs))
        } else {
            Box::new(PhraseQuery::new(terms))
        }
    };
    let occur = |role| match role {
        Role::Must => Occur::Must,
        Role::Should => Occur::Should,
        Role::Not => Occur::MustNot,
    };
    match clauses {
        [only] if only.role != Role::Not => leaf(only),
        _ => {
            let all = clauses.iter().map(|clause| (occur(clause.role), leaf(clause)));
            Box::new(BooleanQuery::new(all.collect()))
        }
    }
}

fn answer(
    searcher: &Searcher,
    body: Field,
    command: Command,
    clauses: &[Clause],
) -> Result<Answer> {
    let query = query(body, clauses);
    let top = || TopDocs::with_limit(command.limit()).order_by_score();
    Ok(match command {
        Command::Count => Answer::Count(query.count(searcher)? as u64),
        Command::Top(_) => {
            searcher.search(&query, &top())?;
            Answer::Found
        }
        Command::TopCount(_) => Answer::Count(searcher.search(&query, &(top(), Count))?.1 as u64),
        Command::TopDocs(_) => {
            let ids = searcher.segment_reader(0).fast_fields().u64("id")?;
            let hits = searcher.search(&query, &top())?;
            let number = |doc| ids.first(doc).unwrap_or_default();
            let hits = hits.into_iter().map(|(score, at)| (number(at.doc_id), f64::from(score)));
            Answer::Documents(hits.collect())
        }
    })
}
