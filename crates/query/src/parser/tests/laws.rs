//! Laws over random and hostile texts: nothing panics, repairs always lead to a tree, canonical text means the same,
//! ordinary text keeps its letters, work is linear, limits hold.

use super::super::grammar::Parser;
use super::super::{
    MAX_BOOST, MAX_CLAUSES, MAX_DEPTH, MAX_DISTANCE, MAX_LENGTH, ParseOptions, SyntaxError, parse,
};
use super::dump::dump;
use super::{fields, options};
use crate::syntax::{Node, NodeKind, classify};

/// Small, fast and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Everything that could mean something, and what stands next to it.
const FRAGMENTS: [&str; 96] = [
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\t",
    "a",
    "b",
    "wolf",
    "al-Jolani",
    "don't",
    "x1",
    "19",
    "é",
    "京都",
    "ภาษา",
    "😀",
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "BEFORE",
    "NEAR/5",
    "BEFORE/2",
    "NEAR/",
    "TO",
    "IN",
    "IN[",
    "IN@",
    "(",
    "(",
    ")",
    ")",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\"",
    "“",
    "”",
    "„",
    "«",
    "»",
    "'",
    "’",
    "*",
    "?",
    "~",
    "~1",
    "~2",
    "~3",
    "^2",
    "^0.5",
    "^",
    "@2",
    "@1",
    "+",
    "-",
    "-",
    "=",
    "/",
    "/",
    "\\",
    ":",
    "title:",
    "body:",
    "date:",
    "source:",
    "year:",
    "note:",
    "id:",
    "tilte:",
    "fn:",
    "fn:ordered(",
    "fn:or(",
    "fn:maxgaps(2 ",
    "fn:atleast(2 ",
    "..",
    "2011",
    ">=",
    "<",
    ",",
    ".",
    ";",
    "!",
    "&",
    "|",
    "#",
    "%",
    "http://",
    "www.",
    "\u{0}",
    "\u{301}",
    "\u{200b}",
    "\u{feff}",
];

fn random_text(random: &mut Random) -> String {
    let length = 1 + random.below(14);
    (0..length)
        .map(|_| match random.below(40) {
            0 => char::from_u32(random.below(0x11_0000) as u32).unwrap_or('\u{fffd}').to_string(),
            _ => random.pick(&FRAGMENTS).to_owned(),
        })
        .collect()
}

#[test]
fn any_text_gives_a_tree_or_a_mistake_and_with_repairs_always_a_tree() {
    let fields = fields();
    let mut random = Random(0x5eed);
    for _ in 0..100_000 {
        let text = random_text(&mut random);
        let all = random.below(4) == 0;
        let strict = ParseOptions { all, ..options(&fields) };
        let repaired = parse(&text, &ParseOptions { lenient: true, ..strict })
            .unwrap_or_else(|error| panic!("{text:?} could not be repaired: {error}"));
        check_places(&text, &repaired.root);
        assert!(!classify(&repaired.root).as_str().is_empty());
        match parse(&text, &strict) {
            Ok(parsed) => {
                assert_eq!(parsed, repaired, "{text:?}: nothing to repair, but read otherwise");
                check_canonical(&text, &parsed.root);
            }
            Err(error) => {
                assert!(!repaired.repairs.is_empty(), "{text:?}: {error}, but no repair");
                check_error(&text, &error);
            }
        }
    }
}

/// Every place lies in the text, on characters' borders.
fn check_places(text: &str, node: &Node) {
    assert!(text.get(node.at.clone()).is_some(), "{text:?}: {} at {:?}", dump(node), node.at);
    node.children().into_iter().for_each(|child| check_places(text, child));
}

fn check_canonical(text: &str, root: &Node) {
    let canonical = root.to_string();
    let fields = fields();
    let again = match parse(&canonical, &options(&fields)) {
        Ok(again) => again.root,
        // `NOT -x` takes one more bracket than was typed.
        Err(error) if error.message.contains("limit") => return,
        Err(error) => panic!("{text:?} -> {canonical:?}: {error}"),
    };
    assert_eq!(dump(root), dump(&again), "{text:?} -> {canonical:?}");
    assert_eq!(root.clone().without_places(), again.without_places());
}

fn check_error(text: &str, error: &SyntaxError) {
    assert!(text.get(error.at.clone()).is_some(), "{text:?}: {error} at {:?}", error.at);
    assert_eq!(error.column, text[..error.at.start].chars().count() + 1);
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
    let drawn = error.render(text);
    assert_eq!(drawn.lines().count(), 3, "{drawn}");
    assert!(drawn.ends_with('^'), "{drawn}");
}

#[test]
fn ordinary_text_keeps_every_letter() {
    let fields = fields();
    let words = [
        "wolf",
        "don't",
        "COVID-19",
        "U.S.",
        "10:30",
        "a/b",
        "C++",
        "e-mail@x.org",
        "5%",
        "l’été",
        "京都",
        "and",
        "near",
    ];
    let marks = [
        " ", " ", " ", ", ", ". ", "? ", "! ", "; ", " - ", " & ", "... ", ": ", " (", ") ", "” ",
        " “", "\n", " :-) ",
    ];
    let mut random = Random(0xabc);
    for _ in 0..20_000 {
        let length = 1 + random.below(12);
        let text: String = (0..length)
            .map(|_| format!("{}{}", random.pick(&words), random.pick(&marks)))
            .collect();
        let parsed = match parse(&text, &options(&fields)) {
            Ok(parsed) => parsed,
            Err(error) => {
                assert!(error.message.contains("unclosed '('"), "{text:?}: {error}");
                continue;
            }
        };
        assert_eq!(letters(&text), letters(&leaves(&parsed.root)), "{text:?} -> {}", parsed.root);
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn leaves(node: &Node) -> String {
    match &node.kind {
        NodeKind::Text(text) => format!("{text} "),
        _ => node.children().into_iter().map(leaves).collect(),
    }
}

/// Repeated for as long as it takes, these try to make the parser look again at what it has seen.
const HOSTILE: [&str; 40] = [
    "a",
    "a ",
    "(",
    "(a",
    "a(",
    "(a ",
    ")",
    "{",
    "{a ",
    "{{",
    "[",
    "[ ",
    "\"",
    "\"a ",
    "a\"",
    "“",
    "“a ",
    "„",
    "“”",
    "/",
    "/a",
    "/ ",
    "\\",
    "~(",
    "~(a ",
    "date:[",
    "date:[a ",
    "date:[\"",
    "source:(",
    "source:(a* ",
    "source:IN[",
    "source:IN[ ,",
    "source:\"",
    "-",
    "-(",
    "a:",
    "NEAR ",
    "www.a?",
    "a* ",
    "\"{a \"",
];

#[test]
fn work_is_linear_in_the_length() {
    let fields = fields();
    let options = ParseOptions { lenient: true, ..options(&fields) };
    let known = |name: &str| fields.iter().any(|field| field.name == name);
    for pattern in HOSTILE {
        let steps = [1024, 2048, 4096, 8192].map(|length| {
            let text = pattern.repeat(length / pattern.len());
            let mut parser = Parser::new(&text, &options, &known);
            parser.query().expect("repairs always lead to a tree");
            parser.lexer.steps()
        });
        for (at, pair) in steps.windows(2).enumerate() {
            assert!(pair[1] <= pair[0] * 2 + 64, "{pattern:?}: {steps:?} at {at}");
        }
        assert!(steps[3] <= 8192 * 16, "{pattern:?}: {steps:?}");
    }
}

#[test]
fn depth_is_limited_and_named() {
    let fields = fields();
    let bombs = [
        "(",
        "{",
        "NOT ",
        "-(",
        "fn:or(",
        "a NEAR/1 (",
        "title:(",
        "a (b AND NOT ",
        "(a NEAR b) NEAR (",
        "~(",
        "\"{",
    ];
    for bomb in bombs {
        for count in [10, 40, 300] {
            let text = format!("{}x", bomb.repeat(count));
            let lenient = ParseOptions { lenient: true, ..options(&fields) };
            let tree = parse(&text, &lenient).expect("repairs always lead to a tree").root;
            assert!(height(&tree) <= 6 * MAX_DEPTH, "{bomb:?} {count}: {}", height(&tree));
        }
    }
    let nested = |open: &str, close: &str, count: usize| {
        let text = format!("{}x{}", open.repeat(count), close.repeat(count));
        parse(&text, &options(&fields))
    };
    for (open, close) in
        [("(", ")"), ("(a ", ")"), ("NOT ", ""), ("{a ", "}"), ("fn:or(a ", ")"), ("-(a ", ")")]
    {
        assert!(nested(open, close, MAX_DEPTH).is_ok(), "{open}");
        let error = nested(open, close, MAX_DEPTH + 1).expect_err("one too deep");
        assert!(error.message.contains("limit of 32"), "{open}: {error}");
    }
    let chain = |count: usize| parse(&format!("a{}", " NEAR/1 b".repeat(count)), &options(&fields));
    assert!(chain(MAX_DEPTH).is_ok());
    assert!(chain(MAX_DEPTH + 1).expect_err("one too deep").message.contains("limit of 32"));
}

fn height(node: &Node) -> usize {
    1 + node.children().into_iter().map(height).max().unwrap_or(0)
}

#[test]
fn length_and_clauses_are_limited_and_named() {
    let fields = fields();
    let strict = options(&fields);
    let lenient = ParseOptions { lenient: true, ..strict };
    let long = "é".repeat(MAX_LENGTH / 2);
    assert!(parse(&long, &strict).is_ok());
    let error = parse(&format!("{long} tail"), &strict).expect_err("too long");
    assert!(error.message.contains("limit of 4096"), "{error}");
    assert_eq!(error.column, MAX_LENGTH / 2 + 1);
    let cut = parse(&format!("big wolf {long}"), &lenient).expect("repaired");
    assert_eq!(dump(&cut.root), "['big' 'wolf']");
    assert_eq!(cut.repairs.len(), 1);

    let words = |count: usize| "a ".repeat(count);
    assert!(parse(&words(MAX_CLAUSES), &strict).is_ok());
    for text in [
        words(MAX_CLAUSES + 1),
        format!("\"{}\"", words(MAX_CLAUSES + 1)),
        format!("({})", words(MAX_CLAUSES + 1)),
    ] {
        let error = parse(&text, &strict).expect_err("too many");
        assert!(error.message.contains("limit of 1024"), "{error}");
        let cut = parse(&text, &lenient).expect("repaired");
        assert_eq!(cut.repairs.len(), 1, "{:?}", cut.repairs);
        assert!(leaves(&cut.root).len() <= 2 * MAX_CLAUSES + 2);
    }
}

#[test]
fn other_limits_hold_exactly() {
    let fields = fields();
    for (at_limit, beyond) in [
        (format!("a NEAR/{MAX_DISTANCE} b"), format!("a NEAR/{} b", MAX_DISTANCE + 1)),
        (format!("\"a b\"~{MAX_DISTANCE}"), format!("\"a b\"~{}", MAX_DISTANCE + 1)),
        (format!("a^{MAX_BOOST}"), format!("a^{}", MAX_BOOST + 1.0)),
        ("abc~2".to_owned(), "abc~3".to_owned()),
    ] {
        assert!(parse(&at_limit, &options(&fields)).is_ok(), "{at_limit}");
        let error = parse(&beyond, &options(&fields)).expect_err("beyond the limit");
        assert!(error.message.contains("limit"), "{error}");
    }
}

#[test]
fn a_caret_stands_under_the_place() {
    let cases = [
        ("big tilte:x", "  big tilte:x\n      ^^^^^"),
        ("京都 tilte:x", "  京都 tilte:x\n  \u{3000}\u{3000} ^^^^^"),
        ("a\tAND", "  a AND\n    ^^^"),
        ("\"", ""),
    ];
    for (query, drawing) in cases {
        match parse(query, &options(&fields())) {
            Err(error) => {
                assert_eq!(error.render(query).split_once('\n').map(|parts| parts.1), Some(drawing))
            }
            Ok(_) => assert_eq!(drawing, ""),
        }
    }
    let query = format!("{} tilte:x {}", "a ".repeat(200), "b ".repeat(200));
    let drawn = parse(&query, &options(&fields())).expect_err("unknown field").render(&query);
    let lines: Vec<Vec<char>> = drawn.lines().map(|line| line.chars().collect()).collect();
    let caret = lines[2].iter().position(|&c| c == '^').expect("a caret");
    assert_eq!(lines[1][caret..caret + 5].iter().collect::<String>(), "tilte");
    assert!(lines[1].len() < 90);
}
