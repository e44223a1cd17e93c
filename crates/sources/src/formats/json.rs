//! A JSON object to the fields of a document.
//!
//! Comes in: the bytes of one object. Goes out: its members as fields, nested ones under their path: `{"a":{"b":1}}`
//! is `a.b`, and what stands under one path in a list of objects is a list. Strings are copied once.
//! Depth is bounded by serde_json's 128.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::Value;
use crate::mapping::FieldBuilder;

/// Puts the members of the object `bytes` into `fields`.
///
/// # Errors
/// What was found instead of an object, and where.
pub(super) fn read_object(bytes: &[u8], fields: &mut FieldBuilder) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|cause| {
        let at = cause.valid_up_to();
        format!("not valid UTF-8: byte 0x{:02x} at byte {at} of the record", bytes[at])
    })?;
    let mut json = serde_json::Deserializer::from_str(text);
    let mut path = String::new();
    Object { fields, path: &mut path, listed: false }
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|cause| describe(&cause, bytes))
}

/// serde_json's message with the place counted in bytes of the record.
pub(super) fn describe(cause: &serde_json::Error, bytes: &[u8]) -> String {
    let message = cause.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    let line_start = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(cause.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    let at = line_start + cause.column();
    if cause.is_eof() {
        return format!("the JSON ends too early: {message} at byte {at} of the record");
    }
    format!("not a JSON object: {message} at byte {at} of the record")
}

/// Reads an object's members into fields.
struct Object<'a> {
    fields: &'a mut FieldBuilder,
    path: &'a mut String,
    /// Inside a list: values under the same path come again.
    listed: bool,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Object { fields, path, listed } = self;
        let parent = path.len();
        while members.next_key_seed(Key(path))?.is_some() {
            let value = members.next_value_seed(Member { fields, path, listed })?;
            match value {
                Some(Value::Null) | None => {}
                Some(value) if listed => fields.append(path, value),
                Some(value) => fields.put(path, value),
            }
            path.truncate(parent);
        }
        Ok(())
    }
}

/// Adds a member's name to the path.
struct Key<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        self.0.push_str(name);
        Ok(())
    }
}

/// Reads one value; `None` where its parts have become fields themselves.
struct Member<'a> {
    fields: &'a mut FieldBuilder,
    path: &'a mut String,
    listed: bool,
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<Value>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Value>, E> {
        Ok(Some(Value::Text(text.to_owned())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<Value>, E> {
        Ok(Some(Value::Integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<Value>, E> {
        Ok(Some(match i64::try_from(number) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Text(number.to_string()),
        }))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<Value>, E> {
        Ok(Some(Value::Number(number)))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Option<Value>, E> {
        Ok(Some(Value::Boolean(truth)))
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Option<Value>, A::Error> {
        let Member { fields, path, .. } = self;
        let mut list = Vec::new();
        let mut spread = false;
        while let Some(element) =
            elements.next_element_seed(Member { fields, path, listed: true })?
        {
            match element {
                Some(_) if MAX_VALUES <= list.len() => {
                    return Err(A::Error::custom(format_args!(
                        "a list has more than {MAX_VALUES} values"
                    )));
                }
                Some(value) => list.push(value),
                None => spread = true,
            }
        }
        Ok((!list.is_empty() || !spread).then_some(Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Option<Value>, A::Error> {
        let Member { fields, path, listed } = self;
        if MAX_PATH_BYTES < path.len() {
            return Err(A::Error::custom("names of nested members are too long together"));
        }
        Object { fields, path, listed }.visit_map(members)?;
        Ok(None)
    }
}

/// How many values a list may have: one takes many times its length of memory.
const MAX_VALUES: usize = 1 << 21;

/// How long the path of a nested member may be.
const MAX_PATH_BYTES: usize = 4096;
