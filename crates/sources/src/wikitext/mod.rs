//! Wikitext to the text a reader would see.
//!
//! Comes in: the wikitext of one page. Goes out: its plain text, the values of its boxes, its categories. Renders
//! nothing, expands no template by its definition, and never fails: what it does not understand stays as
//! text. One pass over the text with a bounded stack of open constructs, so the time is linear.
//!
//! What becomes of each construct:
//!
//! | wikitext | text |
//! |---|---|
//! | `[[Target]]`, `[[Target\|label]]s` | `Target`, `labels` |
//! | `[[File:x.jpg\|thumb\|A caption]]` | `A caption` |
//! | `[[Category:Rivers]]` | nothing; a category |
//! | `[http://example.org label]` | `label` |
//! | `== Heading ==`, `* item`, `# item`, `; term : text` | the words, each on its line |
//! | `{\| ... \|}` | a line for each row, a tab between cells, attributes dropped |
//! | `{{convert\|1300\|mi\|km}}`, `{{formatnum:3}}`, `{{val\|5\|u=kg}}` | `1300 mi`, `3`, `5 kg` |
//! | `{{lang\|fr\|mot}}`, `{{nowrap\|a b}}`, ... | `mot`, `a b` |
//! | a template on lines of its own with three named values or more | nothing; its values go to the box |
//! | any other template within a line | its unnamed values |
//! | any other template on lines of its own | nothing, except values that are sentences |
//! | `<ref>...</ref>`, `<!-- -->`, `__NOTOC__` | nothing |
//! | `<math>`, `<code>`, `<pre>`, `<nowiki>` | what they hold |
//! | `'''bold'''`, other tags | what they hold |
//! | `&nbsp;`, `&#8211;` | the character |

use std::collections::HashSet;

mod links;
mod parser;
mod tags;
mod template_rules;
mod templates;
#[cfg(test)]
mod tests;
mod whitespace;

/// What a page's wikitext holds for readers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) text: String,
    /// A line `name: value` for each value of the page's boxes.
    pub(crate) infobox: String,
    pub(crate) categories: Vec<String>,
}

/// The words a wiki uses for two of its namespaces.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    files: HashSet<String>,
    categories: HashSet<String>,
}

impl Default for Site {
    fn default() -> Site {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Site { files: set(links::FILE_WORDS), categories: set(links::CATEGORY_WORDS) }
    }
}

impl Site {
    /// Adds the wiki's own word for the namespace numbered `key`.
    pub(crate) fn add(&mut self, key: i64, word: &str) {
        match key {
            -2 | 6 => drop(self.files.insert(word.to_lowercase())),
            14 => drop(self.categories.insert(word.to_lowercase())),
            _ => {}
        }
    }
}

pub(crate) use tags::entity;

/// The plain text, boxes and categories of `wikitext`.
pub(crate) fn plain(wikitext: &str, site: &Site) -> Page {
    let mut page = parser::Parser::new(wikitext, site).run();
    page.text = whitespace::tidy(&page.text);
    page.infobox = whitespace::tidy(&page.infobox);
    page
}
