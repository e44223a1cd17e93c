//! Web pages: the article without what stands around it.
//!
//! Comes in: HTML. Goes out: `title`, `date`, `language`, `author`, `site` from the page's metadata where it has
//! them, and `body`: the main text, a line for each paragraph. Menus, boxes of links, forms, comments and
//! their like are left out by what the page says of them (elements, roles, class names) and by how much of a block is
//! links. A page of which nothing would be left, or with more than a million tags, gives all its text. Scripts are never run.
//!
//! The rule, in the order in which it is applied to the blocks of text in a page:
//!
//! 1. Text inside scripts, styles, forms, navigation, `<aside>`, `<footer>`, hidden elements, or elements whose class
//!    or id has a word such as `menu`, `share`, `related`, `check-also`, `comments` is boilerplate. A class
//!    name that covers more than half of the page's text means something else and is not believed.
//! 2. If an `<article>`, `<main>` or `itemprop="articleBody"` holds a quarter of the rest, only the largest counts.
//! 3. A block that is mostly links is boilerplate, as is a short one without a sentence's end among such.

use std::sync::Arc;

use scraper::node::Element;
use scraper::{Html, Node};

use super::sgml;
use super::text::Whole;
use crate::batch::{Emitter, ReadRecord};

mod metadata;

/// A cutter for files that are a page.
pub(super) fn cutter() -> Whole {
    Whole::new(Arc::new(Page))
}

struct Page;

impl ReadRecord for Page {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let page = emit.decoded_page(record);
        read_page(&page, emit);
        emit.file();
    }
}

/// Puts the article of a page into the fields.
pub(super) fn read_page(page: &str, emit: &mut Emitter<'_>) {
    if is_overgrown(page) {
        return emit.text("body", sgml::text(page));
    }
    let page = Html::parse_document(page);
    let about = metadata::Metadata::of(&page);
    let blocks = Blocks::of(&page);
    let title = about.title.unwrap_or_default();
    let body = blocks.article(&title);
    emit.text("title", title);
    emit.text("date", about.date.unwrap_or_default());
    emit.text("language", about.language.unwrap_or_default());
    emit.text("author", about.author.unwrap_or_default());
    emit.text("site", about.site.unwrap_or_default());
    emit.text("body", body);
}

/// The text of a piece of HTML, all of it, a line for each block.
pub(super) fn plain_text(piece: &str) -> String {
    if !piece.contains(['<', '&']) {
        return piece.trim().to_owned();
    }
    if is_overgrown(piece) {
        return sgml::text(piece);
    }
    Blocks::of(&Html::parse_fragment(piece)).everything()
}

/// Whether a page has more tags than a tree is grown of: each takes some 350 bytes. Such a page gives all its text.
fn is_overgrown(page: &str) -> bool {
    MAX_TAGS <= memchr::memchr_iter(b'<', page.as_bytes()).take(MAX_TAGS).count()
}

/// The largest pages there are have some hundred thousand.
const MAX_TAGS: usize = 1 << 20;

/// A run of text between the borders of block elements.
#[derive(Debug, Default)]
struct Block {
    text: String,
    /// How many of its bytes are the labels of links.
    linked: usize,
    heading: bool,
    /// Inside what the page's elements say is no text of its own.
    surely_not: bool,
    /// Inside an element whose name says so; the index in `Blocks::named`.
    named: Option<usize>,
    /// Inside this article element; the index in `Blocks::articles`.
    article: Option<usize>,
}

#[derive(Debug, Default)]
struct Blocks {
    blocks: Vec<Block>,
    /// Bytes of text in each element that its name calls boilerplate.
    named: Vec<usize>,
    /// Bytes of text in each element that is said to be the article.
    articles: Vec<usize>,
}

/// What the elements open at some place say.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    linked: bool,
    surely_not: bool,
    silent: bool,
    heading: bool,
    preformatted: bool,
    named: Option<usize>,
    article: Option<usize>,
}

impl Blocks {
    fn of(page: &Html) -> Blocks {
        let mut blocks = Blocks::default();
        let mut states: Vec<State> = vec![State::default()];
        let mut current = Block::default();
        for edge in page.tree.root().traverse() {
            match edge {
                ego_tree::iter::Edge::Open(node) => match node.value() {
                    Node::Text(text) => {
                        let state = states.last().copied().unwrap_or_default();
                        current.add(text, state);
                    }
                    Node::Element(element) => {
                        let parent = states.last().copied().unwrap_or_default();
                        states.push(blocks.enter(element, parent));
                        blocks.border(element, &mut current);
                    }
                    _ => {}
                },
                ego_tree::iter::Edge::Close(node) => {
                    if let Node::Element(element) = node.value() {
                        blocks.border(element, &mut current);
                        states.pop();
                    }
                }
            }
        }
        blocks.end(&mut current);
        blocks
    }

    /// What holds inside `element`.
    fn enter(&mut self, element: &Element, parent: State) -> State {
        let mut state = parent;
        match element.name() {
            "script" | "style" | "noscript" | "template" | "iframe" | "object" | "svg"
            | "canvas" | "video" | "audio" | "select" | "datalist" | "math" | "head" => {
                state.silent = true
            }
            "nav" | "aside" | "footer" | "form" | "button" | "menu" | "dialog" | "label"
            | "textarea" => {
                state.surely_not = true;
            }
            "a" => state.linked = true,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => state.heading = true,
            "pre" => state.preformatted = true,
            "article" | "main" => self.enter_article(&mut state),
            _ => {}
        }
        let role = element.attr("role").unwrap_or("");
        if matches!(
            role,
            "navigation"
                | "banner"
                | "contentinfo"
                | "complementary"
                | "search"
                | "dialog"
                | "menu"
                | "menubar"
        ) {
            state.surely_not = true;
        }
        if role == "main" || element.attr("itemprop") == Some("articleBody") {
            self.enter_article(&mut state);
        }
        let style = element.attr("style").unwrap_or("");
        if element.attr("hidden").is_some() || style.replace(' ', "").contains("display:none") {
            state.silent = true;
        }
        let content = matches!(element.name(), "html" | "body" | "article" | "main" | "p" | "h1");
        if !content && state.named.is_none() && is_named_boilerplate(element) {
            self.named.push(0);
            state.named = Some(self.named.len() - 1);
        }
        state
    }

    /// Counts an element that is said to be the article; of nested ones the inner counts as part of the outer.
    fn enter_article(&mut self, state: &mut State) {
        if state.article.is_none() {
            self.articles.push(0);
            state.article = Some(self.articles.len() - 1);
        }
    }

    /// Ends the current block where `element` is more than part of a line.
    fn border(&mut self, element: &Element, current: &mut Block) {
        match element.name() {
            "br" => current.text.push('\n'),
            "td" | "th" => current.text.push('\t'),
            "a" | "abbr" | "acronym" | "b" | "bdi" | "bdo" | "big" | "cite" | "code" | "data"
            | "del" | "dfn" | "em" | "font" | "i" | "img" | "ins" | "kbd" | "mark" | "q" | "rp"
            | "rt" | "ruby" | "s" | "samp" | "small" | "span" | "strike" | "strong" | "sub"
            | "sup" | "time" | "tt" | "u" | "var" | "wbr" | "label" => {}
            _ => self.end(current),
        }
    }

    fn end(&mut self, current: &mut Block) {
        let mut block = std::mem::take(current);
        block.text = tidy(&block.text);
        if block.text.is_empty() {
            return;
        }
        if let Some(named) = block.named {
            self.named[named] += block.text.len();
        }
        if let Some(article) = block.article.filter(|_| !block.surely_not) {
            self.articles[article] += block.text.len();
        }
        self.blocks.push(block);
    }

    /// All text.
    fn everything(&self) -> String {
        join(self.blocks.iter())
    }

    /// The main text of the page.
    fn article(&self, title: &str) -> String {
        let total: usize = self.blocks.iter().map(|block| block.text.len()).sum();
        let believed = |named: usize| self.named[named] * 2 <= total;
        let kept: Vec<&Block> = self
            .blocks
            .iter()
            .filter(|block| !block.surely_not && !block.named.is_some_and(believed))
            .collect();
        let length = |blocks: &[&Block]| blocks.iter().map(|block| block.text.len()).sum::<usize>();
        let largest =
            (0..self.articles.len()).max_by_key(|at| (self.articles[*at], usize::MAX - at));
        let inside: Vec<&Block> = kept
            .iter()
            .copied()
            .filter(|block| largest.is_some() && block.article == largest)
            .collect();
        let chosen =
            if length(&kept) <= length(&inside) * 4 && !inside.is_empty() { inside } else { kept };
        let text = join(dense(&chosen, title).into_iter());
        if text.is_empty() { self.everything() } else { text }
    }
}

impl Block {
    fn add(&mut self, text: &str, state: State) {
        if state.silent {
            return;
        }
        if !text.trim().is_empty() {
            self.heading |= state.heading;
            self.surely_not |= state.surely_not;
            self.named = self.named.or(state.named);
            self.article = self.article.or(state.article);
            if state.linked {
                self.linked += text.trim().len();
            }
        }
        if state.preformatted {
            self.text.push_str(text);
        } else {
            self.text.extend(text.chars().map(|letter| if letter == '\n' { ' ' } else { letter }));
        }
    }

    /// Whether most of it is links.
    fn is_links(&self) -> bool {
        self.text.len() < self.linked * 2
    }

    /// Whether it reads like a sentence or a line of a list, rather than like a label.
    fn is_prose(&self) -> bool {
        let words = self.text.split_whitespace().count();
        let wide = self.text.chars().filter(|letter| '\u{2e80}' <= *letter).count();
        let ends = self.text.ends_with([
            '.', '!', '?', ':', '”', '"', '…', '。', '！', '？', '؟', '۔', '।', '»', ')',
        ]);
        !self.is_links() && (8 <= words || 16 <= wide || (ends && 3 <= words))
    }
}

/// The blocks that are text, not lists of links or labels among them.
fn dense<'a>(blocks: &[&'a Block], title: &str) -> Vec<&'a Block> {
    let mut kept: Vec<&Block> = Vec::with_capacity(blocks.len());
    let prose: Vec<bool> = blocks.iter().map(|block| block.is_prose()).collect();
    let first = prose.iter().position(|prose| *prose).unwrap_or(0);
    let last = prose.iter().rposition(|prose| *prose).unwrap_or(blocks.len());
    for (at, block) in blocks.iter().enumerate() {
        let near = |distance: usize| {
            prose[at.saturating_sub(distance)..(at + distance + 1).min(prose.len())].contains(&true)
        };
        // The page's headline is its title already.
        let is_title = block.heading && block.text == title;
        let keep = if is_title {
            false
        } else if prose[at] {
            true
        } else if block.is_links() {
            false
        } else if block.heading {
            first <= at && at < last || near(1)
        } else {
            first <= at && at <= last && near(2)
        };
        if keep {
            kept.push(block);
        }
    }
    kept
}

fn join<'a>(blocks: impl Iterator<Item = &'a Block>) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&block.text);
    }
    text
}

/// Single blanks, no blanks at line ends, no empty lines.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines() {
        let start = tidy.len();
        for word in line.split_whitespace() {
            if start < tidy.len() {
                tidy.push(' ');
            } else if start != 0 {
                tidy.push('\n');
            }
            tidy.push_str(word);
        }
    }
    tidy
}

/// Words in class names and ids of what stands around an article.
const NAMES: [&str; 71] = [
    "nav",
    "navbar",
    "navigation",
    "menu",
    "menus",
    "submenu",
    "breadcrumb",
    "breadcrumbs",
    "sidebar",
    "widget",
    "widgets",
    "footer",
    "masthead",
    "topbar",
    "toolbar",
    "comment",
    "comments",
    "commentlist",
    "respond",
    "disqus",
    "reply",
    "related",
    "relatedposts",
    "recommended",
    "recommendations",
    "share",
    "sharing",
    "sharedaddy",
    "social",
    "addthis",
    "addtoany",
    "subscribe",
    "subscription",
    "newsletter",
    "signup",
    "login",
    "promo",
    "promotion",
    "advert",
    "advertisement",
    "ads",
    "adsbygoogle",
    "sponsor",
    "sponsored",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "popup",
    "modal",
    "overlay",
    "pagination",
    "pager",
    "tags",
    "tagcloud",
    "trending",
    "outbrain",
    "taboola",
    "printfriendly",
    "skip",
    "search",
    "searchform",
    "banner",
    "copyright",
    "donate",
    "paywall",
    "authorbox",
    "toc",
    "jp-relatedposts",
    "jumplink",
    "mostread",
];

/// The same, as neighbouring words.
const NAME_PAIRS: [(&str, &str); 22] = [
    ("check", "also"),
    ("also", "read"),
    ("read", "also"),
    ("read", "more"),
    ("read", "next"),
    ("see", "also"),
    ("most", "read"),
    ("most", "popular"),
    ("popular", "posts"),
    ("recent", "posts"),
    ("author", "box"),
    ("author", "bio"),
    ("about", "author"),
    ("post", "navigation"),
    ("prev", "next"),
    ("you", "may"),
    ("more", "stories"),
    ("more", "news"),
    ("more", "from"),
    ("latest", "news"),
    ("site", "header"),
    ("page", "header"),
];

/// Whether class or id call the element something that stands around an article.
fn is_named_boilerplate(element: &Element) -> bool {
    let called = [element.attr("class"), element.attr("id"), element.attr("data-component")];
    called.into_iter().flatten().any(|names| {
        names.split_ascii_whitespace().take(20).any(|name| {
            let name = name.to_ascii_lowercase();
            if NAMES.contains(&name.as_str()) {
                return true;
            }
            let words: Vec<&str> =
                name.split(['-', '_', ':', '.']).filter(|word| !word.is_empty()).collect();
            // `has-sidebar` and `no-comments` tell of a page's layout, not of the element.
            !matches!(words.first(), Some(&"has" | &"no" | &"with" | &"without" | &"is"))
                && (words.iter().any(|word| NAMES.contains(word))
                    || words.windows(2).any(|pair| NAME_PAIRS.contains(&(pair[0], pair[1]))))
        })
    })
}
