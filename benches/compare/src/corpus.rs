//! The dump as every engine gets it: JSON lines of a number and plain words.
//!
//! In comes a dump of articles, out goes `DATA/NAME/corpus.jsonl` with `{"id":"0","body":"lower case words"}` a line, and
//! its [`Corpus`] facts beside it. Prepared once for a dump and a number of articles.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use compare::words;
use serde::{Deserialize, Serialize};

use crate::arguments::Arguments;

/// A prepared corpus.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Corpus {
    /// The dump's name and the number of articles taken.
    pub(crate) name: String,
    /// Where it lies, with the indexes.
    pub(crate) folder: PathBuf,
    pub(crate) documents: u64,
    pub(crate) words: u64,
    /// Bytes of the prepared text, without the JSON around it.
    pub(crate) text_bytes: u64,
}

impl Corpus {
    /// The lines that the engines read.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("corpus.jsonl")
    }
}

/// The corpus that the arguments ask for, prepared unless it was before.
pub(crate) fn prepared(arguments: &Arguments) -> Result<Corpus> {
    let dump = arguments.corpus.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = dump.split('.').next().unwrap_or_default();
    let name = match arguments.docs {
        Some(docs) => format!("{stem}-{docs}"),
        None => stem.to_owned(),
    };
    let folder = arguments.data.join(&name);
    let facts = folder.join("corpus.json");
    if let Ok(text) = std::fs::read_to_string(&facts) {
        return Ok(Corpus { folder, ..serde_json::from_str(&text)? });
    }
    eprintln!("preparing {}", folder.display());
    std::fs::create_dir_all(&folder)?;
    let mut corpus = Corpus { name, folder, documents: 0, words: 0, text_bytes: 0 };
    write(arguments, &mut corpus)?;
    std::fs::write(facts, serde_json::to_string_pretty(&corpus)?)?;
    Ok(corpus)
}

/// The lines of a dump, unpacked.
fn lines(path: &Path) -> Result<impl Iterator<Item = std::io::Result<String>>> {
    let file = File::open(path).with_context(|| format!("cannot open the corpus {path:?}"))?;
    let reader: Box<dyn Read> = if path.extension().is_some_and(|extension| extension == "zst") {
        let mut decoder = zstd::Decoder::new(file)?;
        decoder.window_log_max(27)?;
        Box::new(decoder)
    } else {
        Box::new(file)
    };
    Ok(BufReader::with_capacity(1 << 20, reader).lines())
}

fn write(arguments: &Arguments, corpus: &mut Corpus) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(corpus.file())?);
    let mut body = String::new();
    for line in lines(&arguments.corpus)?.take(arguments.docs.unwrap_or(usize::MAX)) {
        let article: serde_json::Value = serde_json::from_str(&line?)?;
        body.clear();
        let text = article[arguments.field.as_str()].as_str().unwrap_or_default();
        corpus.words += words::append(text, &mut body) as u64;
        corpus.text_bytes += body.len() as u64;
        // Nothing in the body needs escaping: it is letters, digits and spaces.
        writeln!(out, r#"{{"id":"{}","body":"{body}"}}"#, corpus.documents)?;
        corpus.documents += 1;
    }
    out.flush()?;
    Ok(())
}
