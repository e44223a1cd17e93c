//! SeekStorm as a runner: builds an index of the prepared corpus, answers the game's protocol.
//!
//! `peer-seekstorm build CORPUS DIR` writes an index of one shard without n-grams (with them its index is larger than
//! the text) and without stored fields; `peer-seekstorm serve DIR` answers on standard output. Queries go through its own
//! parser, the only door it has. It has no optional clause beside a required one.

use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use compare::game::{Answer, Clause, Command, Role, serve};
use seekstorm::commit::Commit;
use seekstorm::index::{
    AccessType, Close, Clustering, Document, DocumentCompression, FileType, FrequentwordType,
    IndexArc, IndexDocument, IndexMetaObject, LexicalSimilarity, NgramSet, StemmerType,
    StopwordType, TokenizerType, create_index, open_index,
};
use seekstorm::search::{QueryRewriting, QueryType, ResultObject, ResultType, Search, SearchMode};
use seekstorm::vector::Inference;

const SCHEMA: &str =
    r#"[{"field":"body","field_type":"Text","store":false,"index_lexical":true,"longest":true}]"#;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["build", corpus, folder] => runtime.block_on(build(Path::new(corpus), Path::new(folder))),
        ["serve", folder] => {
            let opened = runtime.block_on(open_index(Path::new(folder)));
            let index = opened.map_err(|error| anyhow!(error))?;
            serve(|command, clauses| Ok(runtime.block_on(answer(&index, command, clauses))))
        }
        ["version"] => {
            println!("SeekStorm 4.0.1");
            Ok(())
        }
        _ => bail!("expected `build CORPUS DIR`, `serve DIR` or `version`"),
    }
}

async fn build(corpus: &Path, folder: &Path) -> Result<()> {
    let meta = IndexMetaObject {
        id: 0,
        name: "compare".into(),
        lexical_similarity: LexicalSimilarity::Bm25f,
        tokenizer: TokenizerType::WhitespaceLowercase,
        stemmer: StemmerType::None,
        stop_words: StopwordType::None,
        frequent_words: FrequentwordType::None,
        ngram_indexing: NgramSet::SingleTerm as u8,
        document_compression: DocumentCompression::Snappy,
        access_type: AccessType::Mmap,
        spelling_correction: None,
        query_completion: None,
        clustering: Clustering::None,
        inference: Inference::None,
        segment_number_bits: 11,
    };
    let schema = serde_json::from_str(SCHEMA)?;
    let created = create_index(folder, meta, &schema, &Vec::new(), true, Some(1)).await;
    let index = created.map_err(|error| anyhow!(error))?;
    let input = std::fs::File::open(corpus).with_context(|| format!("cannot open {corpus:?}"))?;
    for line in BufReader::with_capacity(1 << 20, input).lines() {
        let article: serde_json::Value = serde_json::from_str(&line?)?;
        let document = Document::from([("body".to_owned(), article["body"].clone())]);
        index.index_document(document, FileType::None).await;
    }
    index.commit().await;
    index.close().await;
    Ok(())
}

/// The query in SeekStorm's syntax; `None` where it has none.
fn expression(clauses: &[Clause]) -> Option<(String, QueryType)> {
    let any = |role: Role| clauses.iter().any(|clause| clause.role == role);
    let kind = match (any(Role::Must), any(Role::Should)) {
        (true, true) => return None,
        (true, false) => QueryType::Intersection,
        _ => QueryType::Union,
    };
    // It panics on one word beside forbidden ones (single.rs of 4.0.1, on an empty list of blocks).
    let is_lone = clauses.iter().filter(|clause| clause.role != Role::Not).count() == 1;
    if is_lone && any(Role::Not) {
        return None;
    }
    let text = |clause: &Clause| {
        let words = clause.words.join(" ");
        let quoted = if clause.words.len() == 1 { words } else { format!("\"{words}\"") };
        if clause.role == Role::Not { format!("-{quoted}") } else { quoted }
    };
    let parts: Vec<String> = clauses.iter().map(text).collect();
    Some((parts.join(" "), kind))
}

async fn answer(index: &IndexArc, command: Command, clauses: &[Clause]) -> Answer {
    let Some((text, kind)) = expression(clauses) else { return Answer::Unsupported };
    let result_type = match command {
        Command::Count => ResultType::Count,
        Command::Top(_) | Command::TopDocs(_) => ResultType::Topk,
        Command::TopCount(_) => ResultType::TopkCount,
    };
    let found = search(index, text, kind, command.limit(), result_type).await;
    match command {
        Command::Count | Command::TopCount(_) => Answer::Count(found.result_count_total as u64),
        Command::Top(_) => Answer::Found,
        Command::TopDocs(_) => {
            let hits = found.results.iter();
            Answer::Documents(hits.map(|hit| (hit.doc_id as u64, f64::from(hit.score))).collect())
        }
    }
}

async fn search(
    index: &IndexArc,
    text: String,
    kind: QueryType,
    limit: usize,
    result_type: ResultType,
) -> ResultObject {
    let search = index.search(
        text,
        None,
        kind,
        SearchMode::Lexical,
        false,
        0,
        limit,
        result_type,
        false,
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        QueryRewriting::SearchOnly,
    );
    search.await
}
