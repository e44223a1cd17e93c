//! What the caller decides about a build, and where he is told how it goes.
//!
//! Comes in: choices from the command line or a library user. Goes out: plain structs with defaults that suit a dump
//! nobody knows anything about. None of `threads`, `memory` and `spill` changes a byte of the index.

use std::str::FromStr;

use store::{BakedRanking, FieldKind};

use crate::Error;
pub use crate::pairs::MAX_PAIR_WORDS;

/// The option of the manifest that says of how many words pairs have lists.
pub(crate) const PAIRS_OPTION: &str = "pairs";

/// The option of the manifest that says that lists number the documents anew.
pub(crate) const REORDER_OPTION: &str = "reorder";

/// How an index is built.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildOptions {
    /// How many threads work; 0 takes all the machine has.
    pub threads: usize,
    /// How many bytes of memory the build aims at, everything included.
    pub memory: u64,
    /// Whether postings that do not fit into `memory` go to unnamed temporary files beside the target. Switch it off
    /// where there is no such place: for an index that itself lies in memory.
    pub spill: bool,
    /// What fields are for; those not named are guessed, see [`FieldChoices`].
    pub fields: FieldChoices,
    /// The language whose stems are indexed; `auto` for each document's own, `auto:de,en` for one of these. When adding to an
    /// index, `None` takes that index's.
    pub stem: Option<String>,
    /// What to do with a record that cannot be read.
    pub on_bad: OnBad,
    /// What to do with a document whose id an earlier one has.
    pub on_duplicate: OnDuplicate,
    /// Of how many of the most frequent words adjacent pairs get lists of their own (up to [`MAX_PAIR_WORDS`], 0 for none):
    /// phrases of them become as fast as words, for about a twentieth of the index's bytes at most. When adding to an
    /// index, `None` takes that index's.
    pub pairs: Option<u32>,
    /// Whether lists number the documents anew, so that like ones stand side by side: the index is smaller and most queries
    /// are faster, and the build takes longer. Documents keep their numbers and ties their order; that decides nothing but
    /// the bytes of lists. When adding to an index, `None` takes that index's.
    pub reorder: Option<bool>,
    /// The ranking for which bounds are stored; any other can be asked for in queries.
    pub ranking: BakedRanking,
    /// Options of the caller's own that decide what is in the index, by name: kept in the manifest, so that an index can be
    /// cited. Those of this struct are noted in any case.
    pub noted: Vec<(String, String)>,
    /// Whether what is done is written down beside the target, so that the same build goes on from there when it was
    /// interrupted: the bytes of the index are the same. Inputs must be files. The file is gone when the index is there.
    pub resume: bool,
    /// Whether documents are stored, to be shown in results; without, ids and matches are all there is.
    pub store_documents: bool,
}

impl BuildOptions {
    /// The options that decide what is in the index, where they are not the default; by the names of the command line.
    pub(crate) fn shaping(&self) -> Vec<(String, String)> {
        let fields: Vec<String> =
            self.fields.iter().map(|(name, choice)| choice.shown(name)).collect();
        let duplicates = match self.on_duplicate {
            OnDuplicate::Keep => "",
            OnDuplicate::Replace => "replace",
            OnDuplicate::Error => "error",
        };
        let own = [
            ("fields", fields.join(",")),
            ("on-bad", if self.on_bad == OnBad::Skip { "skip" } else { "" }.to_owned()),
            ("on-duplicate", duplicates.to_owned()),
            (PAIRS_OPTION, self.pairs.map_or(String::new(), |words| words.to_string())),
            (REORDER_OPTION, self.reorder.map_or("", shown_choice).to_owned()),
            ("stored", if self.store_documents { "" } else { "no" }.to_owned()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        self.noted.iter().cloned().chain(own).filter(|(_, value)| !value.is_empty()).collect()
    }
}

impl Default for BuildOptions {
    fn default() -> BuildOptions {
        BuildOptions {
            threads: 0,
            memory: 1 << 30,
            spill: true,
            fields: FieldChoices::default(),
            stem: None,
            on_bad: OnBad::Stop,
            on_duplicate: OnDuplicate::Keep,
            pairs: None,
            reorder: None,
            ranking: BakedRanking::default(),
            noted: Vec::new(),
            resume: false,
            store_documents: true,
        }
    }
}

/// A choice as the manifest notes it.
pub(crate) fn shown_choice(choice: bool) -> &'static str {
    if choice { "yes" } else { "no" }
}

/// What to do with a record that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnBad {
    /// End with an error that names it; nothing is written.
    #[default]
    Stop,
    /// Write it to `TARGET.bad.jsonl`, count it and go on.
    Skip,
}

/// What to do with a document whose id an earlier one has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// Keep both; the last one is found by its id.
    #[default]
    Keep,
    /// Let it take the place of all earlier ones: the index answers as if they had never been there. Segments that lose a
    /// document are built again from what they store.
    Replace,
    /// End with an error that names it; nothing is written.
    Error,
}

/// What one field is for, as the caller says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldChoice {
    /// This.
    Kind(FieldKind),
    /// Nothing: it is neither searched nor stored.
    Skip,
}

impl FieldChoice {
    /// The choice for the field `name` as it is typed: `body:text`.
    fn shown(self, name: &str) -> String {
        let kind = FieldChoice::NAMES.iter().find(|(_, choice)| *choice == self);
        format!("{name}:{}", kind.map_or("stored", |(kind, _)| *kind))
    }

    /// All choices with their names.
    pub const NAMES: [(&'static str, FieldChoice); 6] = [
        ("text", FieldChoice::Kind(FieldKind::Text)),
        ("keyword", FieldChoice::Kind(FieldKind::Keyword)),
        ("date", FieldChoice::Kind(FieldKind::Date)),
        ("number", FieldChoice::Kind(FieldKind::Number)),
        ("stored", FieldChoice::Kind(FieldKind::Stored)),
        ("skip", FieldChoice::Skip),
    ];
}

/// What fields are for: `body:text,title:stored,date:date`.
///
/// Fields not named here are guessed from the first documents, by the first rule that fits:
///
/// 1. `title` and `body` are text; where the first documents have no `body` and another field is text, there is none.
/// 2. Where none of these documents has a `body` and no field was named text, a field of prose is text: half its values or
///    more are texts of 40 bytes or more with a blank in them.
/// 3. A field whose name says so (`date`, `published_at`, `timestamp`) is a date where nine of ten values can be read as
///    one, Unix time and `20110301` too; those that cannot are counted. Any other field of numbers alone is a number, and
///    one of dates alone a date ([`analysis::date_span`]).
/// 4. A field of at least 8 texts of at most 64 bytes, at most half of them different, is a keyword. Values in lists count
///    each.
/// 5. Anything else is stored, and so is a field that only later documents have.
///
/// Text fields stand in this order: `title`, `body`, those named here in the order given, those guessed in order of
/// appearance. When adding to an index, its text fields stay as they are, and a new field of prose is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldChoices(Vec<(String, FieldChoice)>);

impl FieldChoices {
    /// Adds a field.
    ///
    /// # Errors
    /// When it is named already.
    pub fn insert(&mut self, name: &str, choice: FieldChoice) -> Result<(), Error> {
        if self.get(name).is_some() {
            return Err(Error::FieldTwice { name: name.to_owned() });
        }
        self.0.push((name.to_owned(), choice));
        Ok(())
    }

    /// What `name` is for, if the caller said so.
    pub fn get(&self, name: &str) -> Option<FieldChoice> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, choice)| *choice)
    }

    /// All fields named, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = (&str, FieldChoice)> {
        self.0.iter().map(|(name, choice)| (name.as_str(), *choice))
    }
}

impl FromStr for FieldChoices {
    type Err = Error;

    /// Reads `field:type` pairs separated by commas.
    fn from_str(text: &str) -> Result<FieldChoices, Error> {
        let mut choices = FieldChoices::default();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            // A field may have colons in its name, as those of XML have.
            let (name, kind) = pair
                .rsplit_once(':')
                .map(|(name, kind)| (name.trim(), kind.trim()))
                .filter(|(name, kind)| !name.is_empty() && !kind.is_empty())
                .ok_or_else(|| Error::BadFields { found: pair.to_owned() })?;
            let choice = FieldChoice::NAMES.iter().find(|(known, _)| *known == kind);
            let (_, choice) = choice.ok_or_else(|| Error::UnknownFieldType {
                name: name.to_owned(),
                found: kind.to_owned(),
            })?;
            choices.insert(name, *choice)?;
        }
        Ok(choices)
    }
}

/// What a build is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Inputs are read, documents are cut into words and stored.
    Reading,
    /// Postings are merged and written.
    Merging,
    /// The last sections are written and committed.
    Committing,
}

/// Where a build tells how it goes. Called from many threads; it must be quick.
pub trait Progress: Sync {
    /// A new phase begins.
    fn phase(&self, _phase: Phase) {}

    /// While reading: documents so far, and bytes of the inputs as they lie on the disk, of so many if known.
    fn read(&self, _documents: u64, _bytes: u64, _total_bytes: Option<u64>) {}

    /// While merging: how much of the postings has been written, and how much there is.
    fn merged(&self, _done: u64, _total: u64) {}
}

/// Nobody wants to know.
impl Progress for () {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_lists_are_read_and_refused_with_reasons() {
        let choices: FieldChoices = " body:text, dc:title:stored,,x:skip".parse().unwrap();
        let pairs: Vec<_> = choices.iter().collect();
        assert_eq!(
            pairs,
            [
                ("body", FieldChoice::Kind(FieldKind::Text)),
                ("dc:title", FieldChoice::Kind(FieldKind::Stored)),
                ("x", FieldChoice::Skip),
            ]
        );
        let message = |text: &str| text.parse::<FieldChoices>().unwrap_err().to_string();
        assert!(message("body").starts_with("cannot read the list of fields at `body`"));
        assert!(message(":text").starts_with("cannot read the list of fields at `:text`"));
        assert!(
            message("a:txt").starts_with("unknown type `txt` of field `a`: expected one of text")
        );
        assert!(message("a:text,a:date").starts_with("the field `a` is given two types"));
    }
}
