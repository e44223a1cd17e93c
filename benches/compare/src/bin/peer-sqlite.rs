//! SQLite FTS5 as a runner: builds an index of the prepared corpus, answers the game's protocol.
//!
//! `peer-sqlite build CORPUS DIR` writes a contentless FTS5 table with positions and merges it to one segment;
//! `peer-sqlite serve DIR` answers on standard output. FTS5 has no optional clause beside a required one, so that
//! `+a b` is unsupported. Its `bm25()` floors the weight of frequent words, so that scores differ.

use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail};
use compare::game::{Answer, Clause, Command, Role, serve};
use rusqlite::{Connection, OpenFlags, params};

const FILE: &str = "index.sqlite";

/// Finds, ranks and cuts, but hands nothing over: as the other engines do for `TOP_N`.
const TOP: &str = "SELECT rowid, rank FROM articles WHERE articles MATCH ?1 ORDER BY rank LIMIT ?2";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["build", corpus, folder] => build(Path::new(corpus), Path::new(folder)),
        ["serve", folder] => answer_all(Path::new(folder)),
        ["version"] => {
            println!("SQLite FTS5 {}", rusqlite::version());
            Ok(())
        }
        _ => bail!("expected `build CORPUS DIR`, `serve DIR` or `version`"),
    }
}

fn build(corpus: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut connection = Connection::open(folder.join(FILE))?;
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;
         CREATE VIRTUAL TABLE articles USING fts5(body, content='', detail=full, tokenize='ascii');",
    )?;
    let transaction = connection.transaction()?;
    {
        let mut insert =
            transaction.prepare("INSERT INTO articles(rowid, body) VALUES (?1, ?2)")?;
        let input =
            std::fs::File::open(corpus).with_context(|| format!("cannot open {corpus:?}"))?;
        for (number, line) in BufReader::with_capacity(1 << 20, input).lines().enumerate() {
            let article: serde_json::Value = serde_json::from_str(&line?)?;
            let body = article["body"].as_str().unwrap_or_default();
            insert.execute(params![number as i64, body])?;
        }
    }
    transaction.commit()?;
    connection.execute_batch("INSERT INTO articles(articles) VALUES ('optimize'); VACUUM;")?;
    Ok(())
}

fn answer_all(folder: &Path) -> Result<()> {
    let connection =
        Connection::open_with_flags(folder.join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("PRAGMA mmap_size = 8000000000; PRAGMA cache_size = -500000;")?;
    serve(|command, clauses| answer(&connection, command, clauses))
}

/// The query in FTS5's syntax; `None` where it has none.
fn expression(clauses: &[Clause]) -> Option<String> {
    let of = |role: Role| -> Vec<String> {
        let chosen = clauses.iter().filter(|clause| clause.role == role);
        chosen.map(|clause| format!("\"{}\"", clause.words.join(" "))).collect()
    };
    let (must, should, not) = (of(Role::Must), of(Role::Should), of(Role::Not));
    let positive = match (must.is_empty(), should.is_empty()) {
        (false, true) => must.join(" AND "),
        (true, false) => should.join(" OR "),
        _ => return None,
    };
    match not.is_empty() {
        true => Some(positive),
        false => Some(format!("({positive}) NOT ({})", not.join(" OR "))),
    }
}

fn answer(connection: &Connection, command: Command, clauses: &[Clause]) -> Result<Answer> {
    let Some(expression) = expression(clauses) else { return Ok(Answer::Unsupported) };
    Ok(match command {
        Command::Count => Answer::Count(count(connection, &expression)?),
        Command::Top(k) => {
            top(connection, &expression, k)?;
            Answer::Found
        }
        Command::TopCount(k) => {
            top(connection, &expression, k)?;
            Answer::Count(count(connection, &expression)?)
        }
        Command::TopDocs(k) => Answer::Documents(top(connection, &expression, k)?),
    })
}

fn count(connection: &Connection, expression: &str) -> Result<u64> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM articles WHERE articles MATCH ?1")?;
    let count: i64 = statement.query_row([expression], |row| row.get(0))?;
    Ok(count as u64)
}

fn top(connection: &Connection, expression: &str, limit: usize) -> Result<Vec<(u64, f64)>> {
    let mut statement = connection.prepare_cached(TOP)?;
    let rows = statement.query_map(params![expression, limit as i64], |row| {
        // `rank` is the better the more negative.
        Ok((row.get::<_, i64>(0)? as u64, -row.get::<_, f64>(1)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
