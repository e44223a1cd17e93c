//! Which field of a record is the id, the title, the body, the date.
//!
//! Comes in: the `--map` of the caller and the fields of each record under their own names. Goes out:
//! the document's fields under the names the rest of the program knows. Knows no format.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use crate::{Error, FieldName, Value};

/// The rule that names a record's fields.
///
/// Four fields have a meaning: `id`, `title`, `body`, `date`. Without a word from the caller each is
/// taken from the first of these that the record has (not null, of a kind that fits, and not empty while
/// another candidate is not):
///
/// | field | taken from, in this order |
/// |---|---|
/// | `id` | `id`, `_id`, `docno`, `docid`, `doc_id`, `document_id`, `uuid`, `guid`, `url`, `link` |
/// | `title` | `title`, `headline`, `head`, `subject` |
/// | `body` | `body`, `text`, `content`, `contents`, `article`, `maintext`, `fulltext`, `full_text`, `raw_text` |
/// | `date` | `date`, `published`, `published_at`, `publish_date`, `date_published`, `publication_date`, `pubdate`, `date_publish`, `timestamp`, `created_at` |
///
/// An explicit map (`body=text,title=meta.headline`) replaces the rule for the fields it names and may
/// name any other field too. Names are compared exactly; a nested JSON value is reached by its path
/// `a.b.c`. The field taken gets the new name and keeps its place; the id leaves the fields. A field
/// that bears a name another one was mapped to is kept as `original.NAME`. A title or body that is a
/// list of texts is joined with line ends.
///
/// ```
/// let map: sources::FieldMap = "body=text,title=meta.headline,id=url".parse()?;
/// # Ok::<(), sources::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldMap {
    /// (target, source) pairs as given.
    explicit: Vec<(String, String)>,
}

const DEFAULTS: [(&str, &[&str]); 4] = [
    (
        "id",
        &["id", "_id", "docno", "docid", "doc_id", "document_id", "uuid", "guid", "url", "link"],
    ),
    ("title", &["title", "headline", "head", "subject"]),
    (
        "body",
        &[
            "body",
            "text",
            "content",
            "contents",
            "article",
            "maintext",
            "fulltext",
            "full_text",
            "raw_text",
        ],
    ),
    (
        "date",
        &[
            "date",
            "published",
            "published_at",
            "publish_date",
            "date_published",
            "publication_date",
            "pubdate",
            "date_publish",
            "timestamp",
            "created_at",
        ],
    ),
];

/// The place of the id among the targets.
const ID: usize = 0;
/// Targets below this are texts whose lists are joined: id, title, body.
const TEXTS: usize = 3;

impl FieldMap {
    /// The fields that have a meaning of their own.
    pub const MEANT: [&'static str; 4] = ["id", "title", "body", "date"];

    /// Adds `target=source` to the map.
    ///
    /// # Errors
    /// When `target` or `source` is named already.
    pub fn insert(&mut self, target: &str, source: &str) -> Result<(), Error> {
        for (known_target, known_source) in &self.explicit {
            for (known, name) in [(known_target, target), (known_source, source)] {
                if known == name {
                    return Err(Error::MapTwice { name: name.to_owned() });
                }
            }
        }
        self.explicit.push((target.to_owned(), source.to_owned()));
        Ok(())
    }

    /// The explicit pairs, in the order given: (field, source).
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.explicit.iter().map(|(target, source)| (target.as_str(), source.as_str()))
    }

    /// Targets by number: the four meant ones, then the caller's others.
    fn targets(&self) -> Vec<FieldName> {
        let mut names: Vec<FieldName> = DEFAULTS.iter().map(|(name, _)| Arc::from(*name)).collect();
        for (target, _) in &self.explicit {
            if !names.iter().any(|name| **name == **target) {
                names.push(Arc::from(target.as_str()));
            }
        }
        names
    }

    /// Which target the field `name` may become, and at which rank (0 is taken first).
    fn role(&self, targets: &[FieldName], name: &str) -> Option<Role> {
        if let Some((target, _)) = self.explicit.iter().find(|(_, source)| source == name) {
            let target = targets.iter().position(|known| **known == **target)?;
            return Some(Role { target, rank: 0 });
        }
        for (target, (field, candidates)) in DEFAULTS.iter().enumerate() {
            if self.explicit.iter().any(|(explicit, _)| explicit == field) {
                continue;
            }
            if let Some(rank) = candidates.iter().position(|candidate| *candidate == name) {
                return Some(Role { target, rank });
            }
        }
        None
    }
}

impl FromStr for FieldMap {
    type Err = Error;

    /// Reads `field=source` pairs separated by commas.
    fn from_str(text: &str) -> Result<FieldMap, Error> {
        let mut map = FieldMap::default();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (target, source) = pair
                .split_once('=')
                .map(|(target, source)| (target.trim(), source.trim()))
                .filter(|(target, source)| !target.is_empty() && !source.is_empty())
                .ok_or_else(|| Error::BadMap { found: pair.to_owned() })?;
            map.insert(target, source)?;
        }
        Ok(map)
    }
}

#[derive(Debug, Clone, Copy)]
struct Role {
    target: usize,
    rank: usize,
}

/// A field name seen in a batch.
#[derive(Debug)]
struct Slot {
    name: FieldName,
    role: Option<Role>,
    /// The record in which the name was last put, and where its value stands.
    seen: u64,
    position: usize,
}

/// Collects the fields of one record after another under their own names and hands them out mapped.
///
/// Law: after [`FieldBuilder::begin`] the builder is empty; `put`, `append` and `text` add values;
/// [`FieldBuilder::finish`] hands out the record's id and fields and leaves the builder empty. Names
/// are kept from record to record, so a dump with the same fields in each record allocates no names.
#[derive(Debug)]
pub(crate) struct FieldBuilder {
    map: Arc<FieldMap>,
    targets: Vec<FieldName>,
    by_name: HashMap<FieldName, usize, foldhash::fast::FixedState>,
    slots: Vec<Slot>,
    values: Vec<(usize, Value)>,
    record: u64,
    /// Whether the record has more fields than [`MAX_FIELDS`]; those beyond are not kept.
    is_full: bool,
}

/// How many fields a record may have.
pub(crate) const MAX_FIELDS: usize = 1 << 16;

/// What an empty text adds to its rank: more than any rule has candidates.
const EMPTY: usize = 1000;
/// How many names a builder remembers; beyond it forgets them all (dumps with ids as keys).
const MAX_NAMES: usize = 4096;

impl FieldBuilder {
    pub(crate) fn new(map: Arc<FieldMap>) -> FieldBuilder {
        FieldBuilder {
            targets: map.targets(),
            map,
            by_name: HashMap::default(),
            slots: Vec::new(),
            values: Vec::new(),
            record: 0,
            is_full: false,
        }
    }

    /// Starts a record; what an unfinished one left is forgotten.
    pub(crate) fn begin(&mut self) {
        self.record += 1;
        self.is_full = false;
        self.values.clear();
        if self.slots.len() > MAX_NAMES {
            self.slots.clear();
            self.by_name.clear();
        }
    }

    fn slot(&mut self, name: &str) -> usize {
        if let Some(slot) = self.by_name.get(name) {
            return *slot;
        }
        let shared: FieldName = Arc::from(name);
        let role = self.map.role(&self.targets, name);
        self.slots.push(Slot { name: Arc::clone(&shared), role, seen: 0, position: 0 });
        self.by_name.insert(shared, self.slots.len() - 1);
        self.slots.len() - 1
    }

    /// Sets the field `name`; of a name put twice the last value stays, in the first one's place.
    pub(crate) fn put(&mut self, name: &str, value: Value) {
        self.is_full |= MAX_FIELDS <= self.values.len();
        if self.is_full {
            return;
        }
        let index = self.slot(name);
        let slot = &mut self.slots[index];
        if slot.seen == self.record {
            self.values[slot.position].1 = value;
        } else {
            slot.seen = self.record;
            slot.position = self.values.len();
            self.values.push((index, value));
        }
    }

    /// Adds `value` to the list that the field `name` is.
    pub(crate) fn append(&mut self, name: &str, value: Value) {
        self.is_full |= MAX_FIELDS <= self.values.len();
        if self.is_full {
            return;
        }
        let index = self.slot(name);
        let slot = &mut self.slots[index];
        if slot.seen == self.record {
            let (_, present) = &mut self.values[slot.position];
            match present {
                Value::List(list) => list.push(value),
                single => {
                    let first = std::mem::replace(single, Value::Null);
                    *single = Value::List(vec![first, value]);
                }
            }
        } else {
            self.put(name, Value::List(vec![value]));
        }
    }

    /// The value of the field `name` in this record.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let slot = &self.slots[*self.by_name.get(name)?];
        (slot.seen == self.record).then(|| &self.values[slot.position].1)
    }

    /// Takes the field `name` out of this record.
    pub(crate) fn remove(&mut self, name: &str) {
        let Some(slot) = self.by_name.get(name).copied() else { return };
        if self.slots[slot].seen == self.record {
            // A null field is as if absent.
            self.values[self.slots[slot].position].1 = Value::Null;
        }
    }

    /// Whether the record has more fields than it may have: those kept are not all.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Whether nothing has been put since [`FieldBuilder::begin`].
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Hands out the id and the mapped fields.
    pub(crate) fn finish(&mut self) -> (Option<String>, Vec<(FieldName, Value)>) {
        let mut chosen = vec![None::<(usize, usize)>; self.targets.len()];
        for (position, (slot, value)) in self.values.iter().enumerate() {
            let Some(role) = self.slots[*slot].role else { continue };
            let Some(penalty) = penalty(role.target, value) else { continue };
            let rank = role.rank + penalty;
            if chosen[role.target].is_none_or(|(best, _)| rank < best) {
                chosen[role.target] = Some((rank, position));
            }
        }
        let mut id = None;
        let mut fields = Vec::with_capacity(self.values.len());
        for (position, (slot, value)) in self.values.drain(..).enumerate() {
            let Slot { name, role, .. } = &self.slots[slot];
            let role =
                role.filter(|role| chosen[role.target].is_some_and(|(_, at)| at == position));
            match role {
                Some(Role { target: ID, .. }) => id = Some(scalar_text(value)),
                Some(Role { target, .. }) => {
                    let value = if target < TEXTS { joined(value) } else { value };
                    fields.push((Arc::clone(&self.targets[target]), value));
                }
                None if value == Value::Null => {}
                None => {
                    let taken = self
                        .targets
                        .iter()
                        .zip(&chosen)
                        .any(|(target, chosen)| chosen.is_some() && **target == **name);
                    let mut name = Arc::clone(name);
                    if taken || *name == *self.targets[ID] {
                        let seen = |name: &str| {
                            self.by_name
                                .get(name)
                                .is_some_and(|slot| self.slots[*slot].seen == self.record)
                        };
                        name = Arc::from(format!("original.{name}"));
                        while seen(&name) {
                            name = Arc::from(format!("original.{name}"));
                        }
                    }
                    fields.push((name, value));
                }
            }
        }
        (id, fields)
    }
}

/// Whether `value` can stand for the target, and how far behind others: empty text comes last.
/// An id must be one non-empty text or a number.
fn penalty(target: usize, value: &Value) -> Option<usize> {
    match value {
        Value::Text(text) if !text.is_empty() => Some(0),
        Value::Text(_) => (target != ID).then_some(EMPTY),
        Value::Integer(_) | Value::Number(_) => Some(0),
        Value::Boolean(_) | Value::List(_) => (target != ID).then_some(0),
        Value::Null => None,
    }
}

fn scalar_text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(_) | Value::List(_) | Value::Null => String::new(),
    }
}

fn joined(value: Value) -> Value {
    match value {
        Value::List(list) if list.iter().all(|value| matches!(value, Value::Text(_))) => {
            let mut text = String::new();
            for value in list {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&scalar_text(value));
            }
            Value::Text(text)
        }
        other => other,
    }
}
