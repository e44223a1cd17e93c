//! What a page says about itself.
//!
//! Comes in: a parsed page. Goes out: title, date, language, author, site: from `<meta>`, JSON-LD, `<time>`,
//! `<h1>` and `<title>`, the first that is there in the order of the lists below.

use scraper::{Html, Node};

/// A page's own words about itself.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) language: Option<String>,
    pub(super) author: Option<String>,
    pub(super) site: Option<String>,
}

const TITLES: [&str; 6] =
    ["og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title", "parsely-title"];
const DATES: [&str; 22] = [
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.issued",
    "dcterms.date",
    "citation_publication_date",
    "citation_date",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "published_at",
    "pub_date",
];
const AUTHORS: [&str; 5] =
    ["author", "article:author", "dc.creator", "parsely-author", "citation_author"];
const SITES: [&str; 3] = ["og:site_name", "application-name", "dc.publisher"];
const LANGUAGES: [&str; 4] = ["content-language", "language", "dc.language", "og:locale"];

/// How much JSON-LD is read.
const MAX_JSON_BYTES: usize = 1 << 20;

/// How many nodes inside a heading are looked at.
const MAX_NODES: usize = 1000;

/// The best value so far and its rank; a lower rank is better.
#[derive(Debug, Default)]
struct Best(Option<(usize, String)>);

impl Best {
    fn offer(&mut self, rank: usize, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !value.is_empty() && self.0.as_ref().is_none_or(|(best, _)| rank < *best) {
            self.0 = Some((rank, value));
        }
    }

    fn take(self) -> Option<String> {
        self.0.map(|(_, value)| value)
    }
}

#[derive(Debug, Default)]
struct Finds {
    title: Best,
    date: Best,
    language: Best,
    author: Best,
    site: Best,
}

impl Metadata {
    /// Reads a page's metadata.
    pub(super) fn of(page: &Html) -> Metadata {
        let mut finds = Finds::default();
        for node in page.tree.root().descendants() {
            let Node::Element(element) = node.value() else { continue };
            let text = || {
                let pieces = node
                    .descendants()
                    .take(MAX_NODES)
                    .filter_map(|node| node.value().as_text().map(|text| &**text));
                pieces.collect::<String>()
            };
            match element.name() {
                "html" => finds
                    .language
                    .offer(0, element.attr("lang").or(element.attr("xml:lang")).unwrap_or("")),
                "meta" => finds.meta(element),
                "title" => finds.title.offer(90, &text()),
                "h1" => finds.title.offer(80, &text()),
                "time" => {
                    let published = element.attr("itemprop") == Some("datePublished")
                        || element.attr("pubdate").is_some();
                    let date = element.attr("datetime").unwrap_or("");
                    finds.date.offer(if published { 30 } else { 60 }, date);
                }
                "script" if element.attr("type") == Some("application/ld+json") => {
                    finds.linked_data(&text())
                }
                _ => {}
            }
        }
        Metadata {
            title: finds.title.take(),
            date: finds.date.take(),
            language: finds.language.take().map(|language| language.replace('_', "-")),
            author: finds.author.take(),
            site: finds.site.take(),
        }
    }
}

impl Finds {
    fn meta(&mut self, element: &scraper::node::Element) {
        let names = ["name", "property", "http-equiv", "itemprop"];
        let Some(name) = names.iter().find_map(|name| element.attr(name)) else { return };
        let name = name.to_ascii_lowercase();
        let content = element.attr("content").unwrap_or("");
        let lists: [(&[&str], &mut Best); 5] = [
            (&TITLES, &mut self.title),
            (&DATES, &mut self.date),
            (&AUTHORS, &mut self.author),
            (&SITES, &mut self.site),
            (&LANGUAGES, &mut self.language),
        ];
        for (list, best) in lists {
            if let Some(rank) = list.iter().position(|known| *known == name) {
                best.offer(rank + 1, content);
            }
        }
    }

    /// schema.org's description of the article.
    fn linked_data(&mut self, json: &str) {
        if MAX_JSON_BYTES < json.len() {
            return;
        }
        let Ok(data) = serde_json::from_str::<serde_json::Value>(json) else { return };
        let mut nodes = vec![&data];
        while let Some(node) = nodes.pop() {
            match node {
                serde_json::Value::Array(list) => nodes.extend(list.iter().rev()),
                serde_json::Value::Object(object) => {
                    let text = |name: &str| {
                        object.get(name).and_then(|value| value.as_str()).unwrap_or("")
                    };
                    self.title.offer(40, text("headline"));
                    self.date.offer(20, text("datePublished"));
                    self.language.offer(5, text("inLanguage"));
                    let author = object.get("author");
                    let author = author.and_then(|author| {
                        author.as_array().map_or(Some(author), |list| list.first())
                    });
                    let author =
                        author.and_then(|author| author.get("name").unwrap_or(author).as_str());
                    self.author.offer(10, author.unwrap_or(""));
                    nodes.extend(object.get("@graph"));
                }
                _ => {}
            }
        }
    }
}
