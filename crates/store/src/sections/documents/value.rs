//! Stored documents as plain data.

/// A stored document: its fields in stored order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredDocument {
    /// Field name and value. Text fields appear exactly as given, so that byte offsets of spans fit.
    pub fields: Vec<(String, StoredValue)>,
}

/// A stored value.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredValue {
    /// Text, exact bytes.
    Text(String),
    /// An integer.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Several values.
    List(Vec<StoredValue>),
}

impl StoredDocument {
    /// The value of a field; the first where several have that name.
    pub fn get(&self, field: &str) -> Option<&StoredValue> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// The text of a field, if it is text.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.get(field)? {
            StoredValue::Text(text) => Some(text),
            _ => None,
        }
    }
}
