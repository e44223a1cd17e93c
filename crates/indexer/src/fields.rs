//! What each field of the documents is for.
//!
//! Comes in: the caller's choices, the first documents, the fields of an existing index. Goes out: a [`FieldPlan`] that
//! every worker asks, and at the end the schema. The rules stand on [`FieldChoices`](crate::FieldChoices). It converts no
//! values and stores nothing.

mod guess;

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use sources::FieldName;
use store::{ColumnKind, FieldKind, FieldSpec, Schema};

use crate::{Error, FieldChoice, FieldChoices, FieldOrigin, FieldReport};

pub(crate) use guess::Sample;

/// Text fields unless the caller says otherwise, in this order.
const DEFAULT_TEXTS: [&str; 2] = ["title", "body"];

/// The most fields a schema lists: dumps that use ids as field names have more.
const MAX_FIELDS: usize = 1000;

/// The longest name a schema lists, in bytes.
const MAX_NAME: usize = 256;

/// Fields that are not listed are counted up to here.
const MAX_UNLISTED: usize = 1 << 20;

/// What a worker does with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is the text field of this number.
    Text(usize),
    /// It is stored, and its values go into the column of this number.
    Column(usize),
    /// It is stored.
    Stored,
    /// It is left out.
    Skip,
}

/// What each field is for, decided before the first document is indexed.
pub(crate) struct FieldPlan {
    roles: HashMap<FieldName, Role, foldhash::fast::FixedState>,
    texts: Vec<String>,
    columns: Vec<(String, ColumnKind)>,
    fields: Vec<FieldReport>,
    unlisted: u64,
}

impl FieldPlan {
    /// The plan for a new index.
    pub(crate) fn create(choices: &FieldChoices, sample: &Sample) -> Result<FieldPlan, Error> {
        let mut plan = FieldPlan::empty();
        let origin = |name: &str| match choices.get(name) {
            Some(_) => FieldOrigin::Given,
            None if DEFAULT_TEXTS.contains(&name) => FieldOrigin::Default,
            None => FieldOrigin::Guessed,
        };
        let kind = |name: &str| match choices.get(name) {
            Some(FieldChoice::Kind(kind)) => Some(kind),
            Some(FieldChoice::Skip) => None,
            None if DEFAULT_TEXTS.contains(&name) => Some(FieldKind::Text),
            None => Some(sample.kind(name)),
        };
        let given_text =
            choices.iter().any(|(_, choice)| choice == FieldChoice::Kind(FieldKind::Text));
        let wants_prose = !given_text && !sample.has("body");
        let kind = |name: &str| match kind(name) {
            Some(_) if wants_prose && choices.get(name).is_none() && sample.is_prose(name) => {
                Some(FieldKind::Text)
            }
            kind => kind,
        };
        // What takes the place of the body leaves no empty one behind.
        let has_other = (choices.iter().map(|(name, _)| name).chain(sample.names()))
            .any(|name| !DEFAULT_TEXTS.contains(&name) && kind(name) == Some(FieldKind::Text));
        let has_body = sample.has("body") || choices.get("body").is_some() || !has_other;
        let defaults = DEFAULT_TEXTS.into_iter().filter(|name| *name != "body" || has_body);
        let named = defaults.chain(choices.iter().map(|(name, _)| name));
        let all: Vec<&str> = named.chain(sample.names()).collect();
        for text in [true, false] {
            for name in &all {
                let Some(kind) = kind(name) else {
                    plan.roles.insert((*name).into(), Role::Skip);
                    continue;
                };
                if (kind == FieldKind::Text) == text && !plan.roles.contains_key(*name) {
                    plan.add(name, kind, origin(name))?;
                }
            }
        }
        plan.check_text(sample)?;
        Ok(plan)
    }

    /// The plan for adding to an index with this schema.
    pub(crate) fn append(
        schema: &Schema,
        choices: &FieldChoices,
        sample: &Sample,
    ) -> Result<FieldPlan, Error> {
        let mut plan = FieldPlan::empty();
        for FieldSpec { name, kind } in &schema.fields {
            match choices.get(name) {
                Some(choice) if choice != FieldChoice::Kind(*kind) => {
                    let (found, asked) = (name_of(FieldChoice::Kind(*kind)), name_of(choice));
                    return Err(Error::FieldChanged { name: name.clone(), found, asked });
                }
                _ => plan.add(name, *kind, FieldOrigin::Index)?,
            }
        }
        for (name, choice) in choices.iter() {
            match choice {
                FieldChoice::Skip => drop(plan.roles.insert(name.into(), Role::Skip)),
                FieldChoice::Kind(FieldKind::Text) if !plan.roles.contains_key(name) => {
                    let (found, asked) = ("no text field", "text");
                    return Err(Error::FieldChanged { name: name.to_owned(), found, asked });
                }
                FieldChoice::Kind(kind) => plan.add_new(name, kind, FieldOrigin::Given)?,
            }
        }
        for name in sample.names() {
            plan.add_new(name, sample.kind(name), FieldOrigin::Guessed)?;
        }
        plan.check_text(sample)?;
        Ok(plan)
    }

    fn empty() -> FieldPlan {
        FieldPlan {
            roles: HashMap::default(),
            texts: Vec::new(),
            columns: Vec::new(),
            fields: Vec::new(),
            unlisted: 0,
        }
    }

    fn add_new(&mut self, name: &str, kind: FieldKind, origin: FieldOrigin) -> Result<(), Error> {
        if self.roles.contains_key(name) { Ok(()) } else { self.add(name, kind, origin) }
    }

    fn add(&mut self, name: &str, kind: FieldKind, origin: FieldOrigin) -> Result<(), Error> {
        let can_be_listed =
            self.fields.len() < MAX_FIELDS && !name.is_empty() && name.len() <= MAX_NAME;
        if !can_be_listed {
            if kind == FieldKind::Text {
                return Err(Error::FieldName { name: name.chars().take(80).collect() });
            }
            self.roles.insert(name.into(), Role::Stored);
            self.unlisted += 1;
            return Ok(());
        }
        let mut column = |kind| {
            self.columns.push((name.to_owned(), kind));
            Role::Column(self.columns.len() - 1)
        };
        let role = match kind {
            FieldKind::Text => {
                self.texts.push(name.to_owned());
                Role::Text(self.texts.len() - 1)
            }
            FieldKind::Date => column(ColumnKind::Date),
            FieldKind::Number => column(ColumnKind::Number),
            FieldKind::Keyword => column(ColumnKind::Keyword),
            FieldKind::Stored => Role::Stored,
        };
        self.roles.insert(name.into(), role);
        self.fields.push(FieldReport { name: name.to_owned(), kind, origin });
        Ok(())
    }

    /// Fails where there are documents but nothing of them would be searched.
    fn check_text(&self, sample: &Sample) -> Result<(), Error> {
        if sample.is_empty() || self.texts.iter().any(|name| sample.has(name)) {
            return Ok(());
        }
        let found: Vec<String> = sample.names().take(20).map(|name| format!("`{name}`")).collect();
        let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
        Err(Error::NoText { found })
    }

    /// What to do with a field; `None` for one that nobody has met before.
    pub(crate) fn role(&self, name: &str) -> Option<Role> {
        self.roles.get(name).copied()
    }

    /// The names of the text fields in their order.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Everything it decides, as text: equal plans say the same.
    pub(crate) fn shown(&self) -> String {
        let mut roles: Vec<_> = self.roles.iter().collect();
        roles.sort_unstable_by(|one, other| one.0.cmp(other.0));
        format!("{roles:?} {:?} {:?}", self.texts, self.columns)
    }

    /// The names and kinds of the columns, in the order of their numbers.
    pub(crate) fn columns(&self) -> &[(String, ColumnKind)] {
        &self.columns
    }

    /// The schema, what to report, and how many fields are not listed.
    pub(crate) fn finish(
        mut self,
        late: LateFields,
    ) -> Result<(Schema, Vec<FieldReport>, u64), Error> {
        for name in &late.names {
            self.add_new(name, FieldKind::Stored, FieldOrigin::Late)?;
        }
        let unlisted = self.unlisted + late.unlisted.len() as u64;
        let spec = |field: &FieldReport| FieldSpec { name: field.name.clone(), kind: field.kind };
        let schema = Schema { fields: self.fields.iter().map(spec).collect() };
        Ok((schema, self.fields, unlisted))
    }
}

/// Fields met in later documents, in order of appearance.
#[derive(Default)]
pub(crate) struct LateFields {
    names: Vec<FieldName>,
    listed: HashSet<FieldName, foldhash::fast::FixedState>,
    /// Hashes of those that cannot be listed, as far as anybody wants to know how many there are.
    unlisted: HashSet<u64, foldhash::fast::FixedState>,
}

impl LateFields {
    /// Takes note of fields the plan does not know.
    pub(crate) fn add(&mut self, names: Vec<FieldName>) {
        for name in names {
            if self.listed.contains(&name) {
                continue;
            }
            if self.names.len() < MAX_FIELDS && !name.is_empty() && name.len() <= MAX_NAME {
                self.listed.insert(name.clone());
                self.names.push(name);
            } else if self.unlisted.len() < MAX_UNLISTED {
                self.unlisted.insert(self.unlisted.hasher().hash_one(&*name));
            }
        }
    }
}

fn name_of(choice: FieldChoice) -> &'static str {
    let named = FieldChoice::NAMES.into_iter().find(|(_, known)| *known == choice);
    named.map_or("something else", |(name, _)| name)
}

#[cfg(test)]
mod tests;
