//! The engines: how each is built, started and weighed.
//!
//! In come the arguments and the corpus, out go [`Built`] indexes with what they cost. All else about an engine is its
//! runner's business (`src/bin`, `lucene/`, Pressmark itself).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::arguments::Arguments;
use crate::corpus::Corpus;
use crate::cost::{self, Cost};

/// An engine that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Pressmark,
    Tantivy,
    Lucene,
    Seekstorm,
    Sqlite,
}

/// An index that is there, and how to ask it.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) engine: Engine,
    pub(crate) facts: Facts,
    /// The command that answers the game's protocol.
    pub(crate) serve: Vec<String>,
}

/// What is known about a build; kept beside the index.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Facts {
    pub(crate) version: String,
    /// What made it, so that a new program makes it anew.
    made_by: String,
    pub(crate) cost: Cost,
    /// Bytes on disk.
    pub(crate) bytes: u64,
    /// Bytes on disk without ids and stored text, which no query of the game reads.
    pub(crate) bytes_to_search: u64,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Pressmark => "Pressmark",
            Engine::Tantivy => "Tantivy",
            Engine::Lucene => "Lucene",
            Engine::Seekstorm => "SeekStorm",
            Engine::Sqlite => "SQLite FTS5",
        }
    }

    /// Whether its queries take so much longer that it is measured less often.
    pub(crate) fn is_slow(self) -> bool {
        self == Engine::Sqlite
    }

    /// The program and what it is always started with.
    fn program(self, arguments: &Arguments) -> Result<Vec<String>> {
        let text = |path: PathBuf| path.display().to_string();
        let beside = |name: &str| -> Result<Vec<String>> {
            let path = std::env::current_exe()?.with_file_name(name);
            if !path.exists() {
                bail!(
                    "no runner {path:?}: build it with `cargo build --release --features seekstorm`"
                );
            }
            Ok(vec![text(path)])
        };
        match self {
            Engine::Pressmark => {
                let path = &arguments.pressmark;
                if !path.exists() {
                    bail!(
                        "no {path:?}: run `cargo build --release` in the repository's root first"
                    );
                }
                Ok(vec![text(path.canonicalize()?)])
            }
            Engine::Tantivy => beside("peer-tantivy"),
            Engine::Sqlite => beside("peer-sqlite"),
            Engine::Seekstorm => beside("peer-seekstorm"),
            Engine::Lucene => lucene(&arguments.lucene),
        }
    }

    fn build_command(
        self,
        program: &[String],
        arguments: &Arguments,
        corpus: &Corpus,
    ) -> Vec<String> {
        let input = corpus.file().display().to_string();
        let target = self.target(corpus).display().to_string();
        let mut command = program.to_vec();
        if self == Engine::Pressmark {
            let fixed = ["--quiet", "--threads", "1", "index", "--no-store", &target, &input];
            command.extend(fixed.map(str::to_owned));
            command.extend(arguments.pressmark_index_options.split_whitespace().map(str::to_owned));
        } else {
            command.extend(["build".to_owned(), input, target]);
        }
        command
    }

    fn serve_command(self, program: &[String], corpus: &Corpus) -> Vec<String> {
        let target = self.target(corpus).display().to_string();
        let mut command = program.to_vec();
        if self == Engine::Pressmark {
            command.extend(["bench", &target, "--protocol", "game"].map(str::to_owned));
        } else {
            command.extend(["serve".to_owned(), target]);
        }
        command
    }

    /// The folder that is this engine's alone.
    fn folder(self, corpus: &Corpus) -> PathBuf {
        corpus.folder.join(self.name().to_lowercase().replace(' ', "-"))
    }

    /// What it is told to write.
    fn target(self, corpus: &Corpus) -> PathBuf {
        match self {
            Engine::Pressmark => self.folder(corpus).join("index.pmk"),
            _ => self.folder(corpus).join("index"),
        }
    }
}

/// Java with Lucene's jars and the runner on its path.
fn lucene(folder: &Path) -> Result<Vec<String>> {
    let java = folder.join("jre/bin/java");
    let classes = folder.join("classes");
    if !java.exists() || !classes.exists() {
        bail!("no Lucene in {folder:?}: run `lucene/get.py` first (README.md)");
    }
    let path = format!("{}:{}/jars/*", classes.display(), folder.display());
    let flags = [
        "--add-modules",
        "jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+UseParallelGC",
        "-Xmx2g",
        "-cp",
        &path,
        "Runner",
    ];
    let mut command = vec![java.display().to_string()];
    command.extend(flags.map(str::to_owned));
    Ok(command)
}

/// All engines asked for with their indexes, built unless they were before.
pub(crate) fn built(arguments: &Arguments, corpus: &Corpus) -> Result<Vec<Built>> {
    arguments.engines.iter().map(|engine| one(*engine, arguments, corpus)).collect()
}

fn one(engine: Engine, arguments: &Arguments, corpus: &Corpus) -> Result<Built> {
    let program = engine.program(arguments)?;
    let folder = engine.folder(corpus);
    let record = folder.join("facts.json");
    let serve = engine.serve_command(&program, corpus);
    let made_by = fingerprint(engine, &program, arguments)?;
    let known = std::fs::read_to_string(&record).ok();
    let known = known.and_then(|text| serde_json::from_str::<Facts>(&text).ok());
    if let Some(facts) = known.filter(|facts| facts.made_by == made_by)
        && !arguments.rebuild.contains(&engine)
    {
        return Ok(Built { engine, facts, serve });
    }
    eprintln!("building {}", engine.name());
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let command = engine.build_command(&program, arguments, corpus);
    let cost = cost::of(&command, &corpus.folder.join("cost.json"))?;
    let version =
        output(&program, &[if engine == Engine::Pressmark { "--version" } else { "version" }])?;
    let bytes = size(&engine.target(corpus))?;
    let besides = besides(engine, &program, corpus)?;
    let facts = Facts { version, made_by, cost, bytes, bytes_to_search: bytes - besides };
    std::fs::write(record, serde_json::to_string_pretty(&facts)?)?;
    Ok(Built { engine, facts, serve })
}

/// What tells one build from another. The peers' programs change whenever the driver is compiled, their indexes do not.
fn fingerprint(engine: Engine, program: &[String], arguments: &Arguments) -> Result<String> {
    if engine != Engine::Pressmark {
        return Ok(String::new());
    }
    let metadata = std::fs::metadata(&program[0])?;
    let changed = metadata.modified()?.duration_since(std::time::UNIX_EPOCH)?.as_secs();
    Ok(format!("{changed} {} {}", metadata.len(), arguments.pressmark_index_options))
}

fn output(program: &[String], arguments: &[&str]) -> Result<String> {
    let output = Command::new(&program[0]).args(&program[1..]).args(arguments).output()?;
    if !output.status.success() {
        bail!("`{} {}` ended with {}", program.join(" "), arguments.join(" "), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Bytes of a file, or of all files below a folder.
fn size(path: &Path) -> Result<u64> {
    if !path.is_dir() {
        return Ok(std::fs::metadata(path)?.len());
    }
    let mut bytes = 0;
    for entry in std::fs::read_dir(path)? {
        bytes += size(&entry?.path())?;
    }
    Ok(bytes)
}

/// Bytes of ids and stored text: what the check needs or a reader would, but no query of the game reads.
fn besides(engine: Engine, program: &[String], corpus: &Corpus) -> Result<u64> {
    let target = engine.target(corpus);
    match engine {
        Engine::Pressmark => {
            let path = target.display().to_string();
            let stats = output(program, &["stats", &path, "--format", "json"])?;
            let stats: serde_json::Value = serde_json::from_str(&stats)?;
            let sections = stats["sections"].as_array().context("`stats` lists no sections")?;
            let is_beside = |name: &str| name.starts_with("id") || name.starts_with("document");
            let beside = sections
                .iter()
                .filter(|section| section["name"].as_str().is_some_and(is_beside))
                .filter_map(|section| section["bytes"].as_u64());
            Ok(beside.sum())
        }
        Engine::Tantivy => of_files(&target, &["fast", "store"]),
        Engine::Lucene => of_files(&target, &["fdt", "fdx", "fdm", "dvd", "dvm"]),
        Engine::Seekstorm | Engine::Sqlite => Ok(0),
    }
}

fn of_files(folder: &Path, extensions: &[&str]) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if extensions.contains(&extension.as_str()) {
            bytes += std::fs::metadata(&path)?.len();
        }
    }
    Ok(bytes)
}
