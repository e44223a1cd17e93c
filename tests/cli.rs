//! What the command prints, and how it ends.
//!
//! In come command lines on the sample dumps, out go snapshots of standard output, standard error and the exit code.
//! Times and temporary paths are replaced by words. Each runs without a terminal, with standard input closed.

use insta::assert_snapshot;
use regex::Regex;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The command in `seeds/`, with nothing of the surroundings that could change what it prints.
fn pressmark(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pressmark"));
    command.args(arguments).current_dir(seeds()).stdin(Stdio::null());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
        command.env_remove(variable);
    }
    command
}

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

/// Runs the command and shows all that came of it.
fn run(arguments: &[&str]) -> String {
    shown(arguments, &pressmark(arguments).output().unwrap())
}

fn shown(arguments: &[&str], output: &Output) -> String {
    let quoted = |argument: &&str| match argument
        .contains(|c: char| c.is_whitespace() || "\"*?()|".contains(c))
    {
        true => format!("'{argument}'"),
        false => argument.to_string(),
    };
    let line: Vec<String> = arguments.iter().map(quoted).collect();
    let mut text = format!("$ pressmark {}\n", line.join(" "));
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let printed = std::str::from_utf8(bytes).expect("output is UTF-8");
        if !printed.is_empty() {
            text.push_str(&format!("--- {name}\n{printed}"));
        }
    }
    let code = output.status.code().expect("not ended by a signal");
    steady(&format!("{text}--- exit {code}\n"))
}

/// Without what differs from run to run.
fn steady(text: &str) -> String {
    let time = Regex::new(r"\b\d+(\.\d+)? (ns|\u{b5}s|us|ms|s)\b").unwrap();
    let rate = Regex::new(r"\b\d+(\.\d+)? [kMG]?B/s\b").unwrap();
    let folder = Regex::new(r"(/[\w.-]+)+/\.tmp\w+").unwrap();
    let text = time.replace_all(text, "TIME");
    let text = rate.replace_all(&text, "RATE");
    folder.replace_all(&text, "TEMP").replace(".exe", "")
}

/// A folder with an index of the news in it.
struct News {
    folder: tempfile::TempDir,
}

impl News {
    fn new() -> News {
        let news = News { folder: tempfile::tempdir().unwrap() };
        let output = pressmark(&["index", &news.index(), "news.jsonl"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        news
    }

    fn index(&self) -> String {
        self.path("news.pmk")
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// `VERB news.pmk ARGUMENTS`.
    fn run(&self, verb: &str, arguments: &[&str]) -> String {
        let index = self.index();
        run(&[&[verb, &index], arguments].concat())
    }
}

#[test]
fn help_teaches() {
    assert_snapshot!("help", run(&["--help"]));
    assert_snapshot!("help_short", run(&["-h"]));
    assert_snapshot!("help_nothing_typed", run(&[]));
    for verb in [
        "index", "search", "count", "kwic", "explain", "get", "terms", "stats", "verify",
        "analyze", "parse", "run", "eval", "tune", "postings", "bench",
    ] {
        assert_snapshot!(format!("help_{verb}"), run(&[verb, "--help"]));
    }
}

#[test]
fn search_shows_hits() {
    let news = News::new();
    assert_snapshot!("search_text", news.run("search", &["\"big bad wolf\""]));
    assert_snapshot!("search_folder", run(&["search", "articles", "owls"]));
    assert_snapshot!("search_dump", run(&["search", "wiki.xml.bz2", "goat"]));
    assert_snapshot!("search_few", news.run("search", &["ferry fog", "-k", "2", "--offset", "1"]));
    assert_snapshot!("search_all", news.run("search", &["--all", "rope", "gull"]));
    assert_snapshot!(
        "search_minus",
        news.run("search", &["wolf", "-Anton", "-k", "3", "--format", "ids"])
    );
    assert_snapshot!(
        "search_context",
        news.run("search", &["\"this mortal coil\"", "-C", "3", "--fragments", "2"])
    );
    assert_snapshot!(
        "search_scripts",
        news.run("search", &["елка 東京 قديرة cafe", "--format", "ids"])
    );
    assert_snapshot!("search_nothing", news.run("search", &["zebra"]));
    assert_snapshot!("search_title", news.run("search", &["title:wolf", "--format", "tsv"]));
    assert_snapshot!(
        "search_ranking",
        news.run("search", &["wolf", "--k1", "0", "--b", "0", "-k", "5", "--format", "tsv"])
    );
    let ties = ["wolf", "--k1", "0", "--ties", "id", "-k", "5", "--format", "tsv"];
    assert_snapshot!("search_ties", news.run("search", &ties));
}

#[test]
fn search_filters_and_sorts() {
    let news = News::new();
    let dump = news.path("dates.jsonl");
    let lines = [
        r#"{"id":"a","title":"A","body":"wolf","date":"2011-03-02","words":7,"source":"ap"}"#,
        r#"{"id":"b","title":"B","body":"wolf wolf","date":"Thu, 03 Mar 2011 10:00:00 GMT","words":3,"source":"afp"}"#,
        r#"{"id":"c","title":"C","body":"wolf","date":"soon","source":"dpa"}"#,
        r#"{"id":"d","title":"D","body":"wolf sheep","date":"1 May 2010","words":"many","source":"ap"}"#,
    ];
    std::fs::write(&dump, lines.join("\n")).unwrap();
    let index = news.path("dates.pmk");
    let fields = "date:date,words:number,source:keyword";
    assert_snapshot!("index_columns", run(&["index", &index, &dump, "--fields", fields]));
    let ids = |arguments: &[&str]| {
        run(&[&["search", &index], arguments, &["--format", "ids", "--quiet"]].concat())
    };
    assert_snapshot!("sort_oldest", ids(&["wolf", "--sort", "date"]));
    assert_snapshot!("sort_newest", ids(&["wolf", "--sort", "-date", "-k", "2"]));
    assert_snapshot!("sort_number", ids(&["wolf", "--sort=-words", "--offset", "1"]));
    assert_snapshot!("sort_keyword", ids(&["+wolf", "+date:2011", "--sort", "source"]));
    assert_snapshot!("sort_text", ids(&["wolf", "--sort", "body"]));
    assert_snapshot!("sort_unknown", ids(&["wolf", "--sort", "dat"]));
    assert_snapshot!("sort_ties", ids(&["wolf", "--sort", "date", "--ties", "id"]));
    let json = ["wolf AND date:>=2011", "--sort", "-date", "--format", "json", "--fields", "date"];
    assert_snapshot!("sort_json", run(&[&["search", &index], &json[..]].concat()));
    assert_snapshot!("filter_no_date", ids(&["date:yesterday"]));
}

#[test]
fn search_has_formats() {
    let news = News::new();
    for format in ["json", "tsv", "trec", "ids"] {
        let arguments = ["\"old bridge\"", "-k", "3", "--format", format];
        assert_snapshot!(format!("search_format_{format}"), news.run("search", &arguments));
    }
    let arguments = ["\"old bridge\"", "-k", "1", "--format", "json", "--fields", "title,date"];
    assert_snapshot!("search_format_json_fields", news.run("search", &arguments));
}

#[test]
fn count_counts() {
    let news = News::new();
    assert_snapshot!("count_text", news.run("count", &["\"old bridge\""]));
    assert_snapshot!("count_json", news.run("count", &["wolf", "--format", "json"]));
    assert_snapshot!("count_tsv", news.run("count", &["wolf", "--format", "tsv"]));
    assert_snapshot!("count_nothing", news.run("count", &["zebra"]));
    assert_snapshot!("count_dump", run(&["count", "news.jsonl", "NOT the"]));
}

#[test]
fn kwic_lines_matches_up() {
    let news = News::new();
    assert_snapshot!("kwic_text", news.run("kwic", &["wolf", "-C", "4"]));
    assert_snapshot!(
        "kwic_json",
        news.run("kwic", &["\"old bridge\"", "-C", "3", "--format", "json"])
    );
    let sorted = ["bridge", "-C", "3", "--sort", "right", "--format", "tsv"];
    assert_snapshot!("kwic_right", news.run("kwic", &sorted));
    let dated = ["bridge", "-C", "3", "--sort", "date", "--sample", "3", "--seed", "1"];
    assert_snapshot!("kwic_date", news.run("kwic", &dated));
    assert_snapshot!("kwic_nothing", news.run("kwic", &["zebra"]));
    assert_snapshot!("kwic_dump", run(&["kwic", "articles", "owls", "-C", "2"]));
}

#[test]
fn documents_terms_and_words_are_listed() {
    let news = News::new();
    assert_snapshot!("get_text", news.run("get", &["final-04"]));
    assert_snapshot!("get_json", news.run("get", &["final-04", "comet-02", "--format", "json"]));
    assert_snapshot!("get_unknown", news.run("get", &["nobody"]));
    assert_snapshot!("terms_pattern", news.run("terms", &["*arran*"]));
    assert_snapshot!("terms_json", news.run("terms", &["colo?r*", "--format", "json"]));
    assert_snapshot!("terms_nothing", news.run("terms", &["zebra*"]));
    assert_snapshot!("analyze", run(&["analyze", "Café de Zürich, COVID-19, don’t: 東京都 10:30"]));
    assert_snapshot!("analyze_stem", run(&["analyze", "--stem", "en", "running runners ran"]));
    assert_snapshot!("analyze_json", run(&["analyze", "--format", "json", "Straße"]));
}

#[test]
fn queries_are_explained() {
    let news = News::new();
    let query = "big OR rope AND NOT (title:wolf \"old bridge\"^2)";
    assert_snapshot!("parse_text", news.run("parse", &[query]));
    assert_snapshot!("parse_json", news.run("parse", &[query, "--format", "json"]));
    assert_snapshot!("parse_lenient", news.run("parse", &["\"unclosed quote", "--lenient"]));
}

#[test]
fn scores_and_misses_are_explained() {
    let news = News::new();
    let dump = news.path("gaps.jsonl");
    let lines = [
        r#"{"id":"near","title":"Near","body":"The wolf of the old stone bridge saw a sheep."}"#,
        r#"{"id":"far","body":"A bridge. And then, much later in the evening, a wolf."}"#,
        r#"{"id":"none","body":"Only the sheep were there.","date":"2011-03-02"}"#,
    ];
    std::fs::write(&dump, lines.join("\n")).unwrap();
    let index = news.path("gaps.pmk");
    let built = run(&["index", &index, &dump, "--fields", "date:date"]);
    assert!(built.ends_with("exit 0\n"), "{built}");
    let explain = |query: &str, id: &str| run(&["explain", &index, query, id]);
    assert_snapshot!("explain_score", explain("wolf^2 \"old stone\" sheep", "near"));
    assert_snapshot!("explain_window", explain("wolf NEAR/2 bridge", "near"));
    assert_snapshot!("explain_order", explain("wolf BEFORE/8 bridge", "far"));
    assert_snapshot!("explain_phrase", explain("\"stone wolf\"", "near"));
    assert_snapshot!("explain_missing", explain("+wolf +sheep -bridge zebra", "none"));
    assert_snapshot!("explain_filter", explain("+sheep +date:2012", "none"));
    assert_snapshot!("explain_unknown_id", explain("wolf", "nobody"));
    assert_snapshot!(
        "explain_plan",
        news.run("explain", &["+wolf market -\"old bridge\" title:t*"])
    );
    let json = ["wolf NEAR/2 bridge", "near", "--format", "json"];
    assert_snapshot!("explain_json", run(&[&["explain", &index], &json[..]].concat()));
}

#[test]
fn an_index_says_what_it_is() {
    let news = News::new();
    let output = pressmark(&["stats", &news.index(), "--format", "json"]).output().unwrap();
    let stats: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((stats["documents"].as_u64(), stats["segments"].as_u64()), (Some(45), Some(1)));
    for name in ["tokens", "terms", "fields", "sections", "sources"] {
        assert!(!stats[name].is_null(), "stats has no `{name}`: {stats}");
    }
    assert!(pressmark(&["stats", &news.index()]).output().unwrap().status.success());
    let verified = pressmark(&["verify", &news.index()]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
    let output = pressmark(&["index", &news.index(), "articles"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_snapshot!("index_added", news.run("count", &["owls"]));
}

#[test]
fn errors_say_what_and_where_and_what_to_do() {
    let news = News::new();
    let queries = [
        ("unknown_field", "tilte:wolf"),
        ("unclosed_quote", "\"big bad"),
        ("unclosed_bracket", "(big"),
        ("no_right_side", "big AND"),
        ("no_left_side", "OR big"),
        ("empty", ""),
        ("column", "東京 ёлка tilte:wolf"),
    ];
    for (name, query) in queries {
        assert_snapshot!(format!("error_{name}"), news.run("search", &[query]));
    }
    assert_snapshot!("error_no_file", run(&["search", "nowhere.pmk", "wolf"]));
    assert_snapshot!("error_no_dump", run(&["index", &news.path("x.pmk"), "nowhere.jsonl"]));
    assert_snapshot!("error_no_index", run(&["stats", "README.md"]));
    assert_snapshot!("error_verb", run(&["serach", "news.jsonl", "wolf"]));
    assert_snapshot!("error_option", run(&["search", "news.jsonl", "wolf", "--fromat", "json"]));
    assert_snapshot!("error_format", run(&["search", "news.jsonl", "wolf", "--format", "xml"]));
    assert_snapshot!("error_k1", news.run("search", &["wolf", "--k1", "-1"]));
    assert_snapshot!("error_no_query", news.run("search", &[]));
    assert_snapshot!("error_k", news.run("search", &["wolf", "-k", "many"]));
}

#[cfg(unix)]
#[test]
fn a_full_standard_output_is_named() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full");
        return;
    };
    let output = pressmark(&["analyze", "wolf"]).stdout(full).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.starts_with("error: cannot write to standard output: "), "{error}");
}

/// Another process truncates the index while it is mapped: reading on would end by a bare SIGBUS.
#[cfg(unix)]
#[test]
fn an_index_cut_while_it_is_open_is_named() {
    let news = News::new();
    let mut command = pressmark(&["bench", &news.index(), "--protocol", "game"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut queries = child.stdin.take().unwrap();
    queries.write_all(b"COUNT\twolf\n").unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    answers.read_line(&mut String::new()).unwrap();
    std::fs::File::options().write(true).open(news.index()).unwrap().set_len(4096).unwrap();
    queries.write_all(b"TOP_10\t\"old bridge\" sheep\n").unwrap();
    drop(queries);
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{:?}: {error}", output.status);
    assert!(error.starts_with("error: a file was cut while it was being read"), "{error}");
}

/// Bytes that a build has no room for: what was there stays, and nothing new is left lying about.
#[cfg(unix)]
#[test]
fn a_disk_without_room_leaves_the_old_index() {
    let news = News::new();
    let before = std::fs::read(news.index()).unwrap();
    let dump = news.path("many.jsonl");
    let line =
        |number: usize| format!("{{\"id\":\"d{number}\",\"body\":\"wolf {number} x{number}\"}}\n");
    std::fs::write(&dump, (0..20_000).map(line).collect::<String>()).unwrap();
    // Units of 512 bytes: room for the old index and a little of the new segment.
    let script = "ulimit -f 300 && exec \"$@\"";
    for index in [news.index(), news.path("new.pmk")] {
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_pressmark"), "index", &index, &dump]);
        let output = command.output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{:?}: {error}", output.status);
        assert!(error.contains("raise the limit on file sizes"), "{error}");
    }
    assert!(before == std::fs::read(news.index()).unwrap(), "the old index has changed");
    assert!(pressmark(&["verify", &news.index()]).output().unwrap().status.success());
    let mut left: Vec<_> = std::fs::read_dir(news.folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["many.jsonl", "news.pmk"]);
}

#[test]
fn a_build_that_is_killed_leaves_the_old_index() {
    let news = News::new();
    let dump = news.path("many.jsonl");
    let line =
        |number: usize| format!("{{\"id\":\"d{number}\",\"body\":\"wolf {number} x{number}\"}}\n");
    std::fs::write(&dump, (0..30_000).map(line).collect::<String>()).unwrap();
    let documents = || {
        let output = pressmark(&["stats", &news.index(), "--format", "json"]).output().unwrap();
        let stats: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        stats["documents"].as_u64().unwrap()
    };
    for wait in [1, 10, 40, 100, 250] {
        let before = documents();
        let mut child = pressmark(&["index", &news.index(), &dump]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().unwrap();
        let after = documents();
        assert!(after == before || after == before + 30_000, "{before} articles became {after}");
        let verified = pressmark(&["verify", &news.index()]).output().unwrap();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    }
}

#[test]
fn a_damaged_index_is_named() {
    let news = News::new();
    let mut bytes = std::fs::read(news.index()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(news.index(), &bytes).unwrap();
    let output = pressmark(&["verify", &news.index()]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: ") && error.lines().count() == 1, "{error}");
    std::fs::write(news.index(), &bytes[..middle]).unwrap();
    let cut = pressmark(&["search", &news.index(), "wolf"]).output().unwrap();
    assert_eq!(cut.status.code(), Some(2), "{}", String::from_utf8_lossy(&cut.stderr));
}

#[test]
fn bad_records_stop_the_build_or_are_set_aside() {
    let news = News::new();
    let dump = news.path("bad.jsonl");
    std::fs::write(&dump, b"{\"id\":\"a\",\"body\":\"wolf\"}\n{\"id\":\"b\",\"bo\n{\"id\":\"c\",\"body\":\"caf\xe9\"}\n").unwrap();
    let index = news.path("bad.pmk");
    assert_snapshot!("bad_stop", run(&["index", &index, &dump]));
    assert!(!Path::new(&index).exists(), "nothing is written");
    assert_snapshot!("bad_skip", run(&["index", &index, &dump, "--on-bad", "skip"]));
    let set_aside = std::fs::read_to_string(format!("{index}.bad.jsonl")).unwrap();
    assert_snapshot!("bad_set_aside", steady(&set_aside));
}

#[test]
fn what_was_read_is_told_record_by_record() {
    let news = News::new();
    let folder = news.path("mix");
    std::fs::create_dir(&folder).unwrap();
    let lines = "{\"id\":\"a\",\"body\":\"wolf\"}\n{\"id\":\"b\",\"bo\n";
    for (name, text) in [
        ("a.txt", "A wolf came."),
        ("b.jsonl", lines),
        ("c.md", "# Rain\n\nIt rained."),
        ("d.txt", ""),
        (".e.txt", "no"),
    ] {
        std::fs::write(Path::new(&folder).join(name), text).unwrap();
    }
    let index = news.path("mix.pmk");
    assert_snapshot!("index_folder", run(&["index", &index, &folder, "--on-bad", "skip"]));
    let stats = run(&["stats", &index]);
    let source = stats.lines().find(|line| line.contains("mix: ")).unwrap();
    assert!(source.contains("mix: several formats, 3 articles, 1 bad, 1 skipped"), "{source}");
}

#[test]
fn exit_codes_are_those_of_grep() {
    let news = News::new();
    let index = news.index();
    let code = |arguments: &[&str]| pressmark(arguments).output().unwrap().status.code();
    assert_eq!(code(&["search", &index, "wolf"]), Some(0));
    assert_eq!(code(&["search", &index, "zebra"]), Some(1));
    assert_eq!(code(&["search", &index, "(wolf"]), Some(2));
    assert_eq!(code(&["count", &index, "zebra"]), Some(1));
    assert_eq!(code(&["get", &index, "nobody"]), Some(1));
    assert_eq!(code(&["terms", &index, "zebra*"]), Some(1));
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&["nonsense"]), Some(2));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let news = News::new();
    let dump = news.path("many.jsonl");
    let line = |number: usize| format!("{{\"id\":\"d{number}\",\"body\":\"wolf {number}\"}}\n");
    std::fs::write(&dump, (0..20_000).map(line).collect::<String>()).unwrap();
    let index = news.path("many.pmk");
    assert!(pressmark(&["index", &index, &dump]).output().unwrap().status.success());
    let verbs: [&[&str]; 3] = [
        &["search", &index, "wolf", "-k", "20000", "--format", "json"],
        &["search", &index, "wolf", "-k", "20000"],
        &["terms", &index],
    ];
    for arguments in verbs {
        let mut child =
            pressmark(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        let code = output.status.code();
        assert!(code == Some(0) || code == Some(141), "{arguments:?}: {:?}", output.status);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert!(!first.is_empty());
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let news = News::new();
    let index = news.index();
    let escapes = |arguments: &[&str], no_color: bool| {
        let mut command = pressmark(&[&["search", &index, "wolf"], arguments].concat());
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!escapes(&[], false), "a pipe is no terminal");
    assert!(!escapes(&[], true));
    assert!(!escapes(&["--color", "never"], false));
    assert!(escapes(&["--color", "always"], false));
    assert!(!escapes(&["--color", "auto"], true));
}

#[test]
fn nothing_waits_for_standard_input() {
    let news = News::new();
    let index = news.index();
    let lines: [&[&str]; 6] = [
        &["search", "-", "wolf"],
        &["search", &index, "--file", "-"],
        &["analyze", "-"],
        &["count", "-", "wolf"],
        &["bench", &index, "--protocol", "game"],
        &["index", &news.path("empty.pmk"), "-"],
    ];
    for arguments in lines {
        let output = pressmark(arguments).output().unwrap();
        assert!(
            output.status.code().is_some_and(|code| code <= 2),
            "{arguments:?}: {:?}",
            output.status
        );
    }
}

/// Runs the command with something on its standard input.
fn run_with(arguments: &[&str], input: &str) -> String {
    let mut command = pressmark(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    shown(arguments, &child.wait_with_output().unwrap())
}

#[test]
fn standard_input_is_a_dump_a_query_or_a_driver() {
    let news = News::new();
    let index = news.index();
    let dump = "{\"id\":\"a\",\"body\":\"a wolf\"}\n{\"id\":\"b\",\"body\":\"a sheep\"}\n";
    assert_snapshot!("stdin_dump", run_with(&["search", "-", "wolf"], dump));
    assert_snapshot!(
        "stdin_query",
        run_with(&["search", &index, "--file", "-", "--format", "ids"], "\"old bridge\"\n")
    );
    let game = "COUNT\twolf\nCOUNT\t+wolf +sheep\nTOP_10\twolf\nTOP_10_COUNT\twolf sheep\nCOUNT\t\"old bridge\"\n\
        TOPDOCS_3\twolf -anton\nNONSENSE\twolf\nCOUNT\t(\n";
    assert_snapshot!("stdin_game", run_with(&["bench", &index, "--protocol", "game"], game));
}

#[test]
fn shells_and_man_are_served() {
    for shell in ["bash", "zsh", "fish"] {
        let output = pressmark(&["completions", shell]).output().unwrap();
        assert!(output.status.success() && output.stdout.len() > 1000, "{shell}");
    }
    let page = pressmark(&["man"]).output().unwrap();
    assert!(page.status.success() && page.stdout.starts_with(b".ie"), "{:?}", page.status);
}

#[test]
fn every_sample_query_is_read_or_refused_with_a_reason() {
    let news = News::new();
    let queries = std::fs::read_to_string(seeds().join("queries.txt")).unwrap();
    let queries = queries.lines().filter(|line| !line.starts_with('#'));
    let mut counts = String::new();
    for query in queries {
        let output =
            pressmark(&["count", &news.index(), "--query", query, "--format", "tsv", "--quiet"])
                .output()
                .unwrap();
        let text = [output.stdout, output.stderr].concat();
        counts.push_str(&format!("{query}\t{}\n", String::from_utf8_lossy(&text).trim_end()));
    }
    assert_snapshot!("sample_queries", counts);
}

/// A little experiment over the news: topics, judgements, two runs.
#[test]
fn runs_are_made_and_judged() {
    let news = News::new();
    let write = |name: &str, text: &str| {
        let path = news.path(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let topics = write("topics.tsv", "7\tbig bad wolf?\n8\t\"old bridge (AND\n9\tzebra\n");
    let qrels = write(
        "qrels.txt",
        "7 0 wolf-01 1\n7 0 final-04 1\n8 0 qadira-01 2\n8 0 qadira-02 1\n10 0 final-04 1\n",
    );
    let made = |name: &str, options: &[&str]| {
        let index = news.index();
        let output = pressmark(&[&["run", &index, &topics, "--depth", "20"], options].concat())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        write(name, std::str::from_utf8(&output.stdout).unwrap())
    };
    assert_snapshot!(
        "run",
        news.run("run", &[&topics, "--depth", "2", "--tag", "bm25", "--ties", "id"])
    );
    assert_snapshot!("run_model", news.run("run", &[&topics, "--depth", "2", "--model", "dph"]));
    assert_snapshot!("run_model_wrong", news.run("run", &[&topics, "--model", "dph", "--k1", "2"]));
    assert_snapshot!("run_query", news.run("run", &[&topics, "--query-syntax"]));
    let (first, second) = (made("bm25.run", &[]), made("rm3.run", &["--rm3", "--proximity"]));
    assert_snapshot!("eval_text", run(&["eval", &qrels, &first]));
    let usual = ["--measures", "nDCG@10,map,num_rel_ret"];
    assert_snapshot!(
        "eval_two",
        run(&[&["eval", &qrels, &first, &second, "--by-topic"], &usual[..]].concat())
    );
    assert_snapshot!("eval_json", run(&["eval", &qrels, &first, "--format", "json"]));
    assert_snapshot!(
        "eval_trec",
        run(&[&["eval", &qrels, &first, "-c", "--format", "trec", "--by-topic"], &usual[..]]
            .concat())
    );
    assert_snapshot!("eval_unknown", run(&["eval", &qrels, &first, "-m", "precision"]));
}

#[test]
fn an_index_can_be_studied() {
    let news = News::new();
    assert_snapshot!("postings", news.run("postings", &["Wolves", "--limit", "3"]));
    assert_snapshot!(
        "postings_positions",
        news.run("postings", &["wolf", "--positions", "--format", "json", "-n", "2"])
    );
    assert_snapshot!("postings_two_words", news.run("postings", &["big wolf"]));
    assert_snapshot!("terms_top", news.run("terms", &["--top", "5"]));
    assert_snapshot!(
        "terms_top_documents",
        news.run("terms", &["w*", "--top", "3", "--by", "documents"])
    );
    let (zipf, growth) = (news.path("zipf.svg"), news.path("growth.svg"));
    let drawn = ["--distributions", "--plot", &zipf, "--plot-growth", &growth];
    assert_snapshot!("stats_distributions", news.run("stats", &drawn));
    for path in [zipf, growth] {
        assert!(std::fs::read_to_string(path).unwrap().starts_with("<svg"));
    }
}

#[test]
fn parameters_are_chosen_on_training_topics() {
    let news = News::new();
    let write = |name: &str, text: &str| {
        let path = news.path(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let topics = write("topics.tsv", "1\twolf\n2\told bridge\n3\tcomet\n4\tferry\n");
    let qrels =
        write("qrels.txt", "1 0 wolf-01 1\n2 0 qadira-01 1\n3 0 comet-02 1\n4 0 ferry-01 1\n");
    let plot = news.path("surface.svg");
    let grid = ["--grid-k1", "0.5..1.5/0.5", "--grid-b", "0,0.75", "--plot", &plot];
    assert_snapshot!("tune", news.run("tune", &[&[topics.as_str(), &qrels], &grid[..]].concat()));
    assert!(std::fs::read_to_string(plot).unwrap().contains("0.75"));
}

/// The times differ from run to run; what must hold of them is looked at in the JSON.
#[test]
fn queries_are_timed() {
    let news = News::new();
    let queries = news.path("queries.txt");
    std::fs::write(
        &queries,
        "# comment\nwolf\nbig bad\nnamed\t\"big bad wolf\"\n(unclosed\n\n+big +wolf\n",
    )
    .unwrap();
    let index = news.index();
    let (first, plot) = (news.path("first.json"), news.path("latency.svg"));
    let timed = |options: &[&str]| {
        let output = pressmark(&[&["bench", &index, &queries, "--runs", "3"], options].concat())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, err) = timed(&["--output", &first, "--plot", &plot]);
    assert_eq!(code, Some(0), "{err}");
    for expected in [
        "term",
        "union",
        "phrase",
        "intersection",
        "all",
        "p99.9",
        "blocks read",
        "throughput",
        "yardstick",
        "results",
    ] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    assert!(
        err.contains("line 5: (unclosed: ") && err.contains("1 line could not be answered"),
        "{err}"
    );
    assert!(std::fs::read_to_string(plot).unwrap().starts_with("<svg"));
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&first).unwrap()).unwrap();
    assert_eq!(report["queries"].as_array().unwrap().len(), 4);
    assert_eq!(report["queries"][2]["name"], "named");
    assert_eq!(report["bad"][0]["line"], 5);
    assert_eq!(report["unsteady"].as_array().unwrap().len(), 0);
    for query in report["queries"].as_array().unwrap() {
        let timings = |name: &str| query[name].as_array().unwrap().len();
        assert_eq!((timings("nanos"), timings("paces")), (3, 3));
        assert!(0 < query["blocks"][0].as_u64().unwrap(), "{query}");
    }
    for class in report["classes"].as_array().unwrap() {
        let figure = |name: &str| class[name].as_f64().unwrap();
        assert!(
            0.0 < figure("p50")
                && figure("p50") <= figure("p99")
                && figure("p99") <= figure("max") * 1.001,
            "{class}"
        );
    }
    let (code, out, _) = timed(&["--rate", "2000/s", "--threads", "2", "--compare", &first]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("the answers are the same")
            && out.contains("note: option load was closed loop"),
        "{out}"
    );
    let (_, out, _) = timed(&["--task", "count", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert!(0 < report["queries"][0]["hits"].as_u64().unwrap());
    for (options, expected) in [
        (["--rate", "fast"], "cannot read the rate 'fast'"),
        (["--rate", "1e-300"], "cannot read the rate '1e-300'"),
        (["--min-time", "1e300"], "expected 86400 seconds or less"),
    ] {
        let (code, _, err) = timed(&options);
        assert!(code == Some(2) && err.contains(expected), "{err}");
    }
}

#[test]
fn slips_of_the_finger_in_a_benchmark_are_told() {
    let news = News::new();
    let (index, queries) = (news.index(), news.path("queries.txt"));
    let told = |bytes: &[u8], options: &[&str], expected: &str| {
        std::fs::write(&queries, bytes).unwrap();
        let output = pressmark(&[&["bench", &index, &queries], options].concat()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(expected), "{error}");
    };
    told(b"", &[], "has no query that this index can answer");
    told(b"caf\xe9\n", &[], "is not UTF-8: convert it");
    told(b"wolf\n", &["--runs", "99999999999999"], "expected 100000000 or less");
    told(b"wolf\n", &["--runs", "0"], "--runs is 0");
    // Not measured for the 5 seconds that a report takes if nothing is said, but long enough for more rounds than ten.
    std::fs::write(&queries, "wolf\n").unwrap();
    let options = ["--min-time", "0.05", "--format", "json"];
    let arguments = [&["bench", &index, &queries], &options[..]].concat();
    let output = pressmark(&arguments).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(10 < report["queries"][0]["nanos"].as_array().unwrap().len());
}
