//! What the XML formats share: references and attributes.
//!
//! Comes in: events of quick-xml. Goes out: their text. Only the references XML defines are resolved; any other
//! stays as it is written, and nothing is ever fetched or expanded.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart};

/// Appends the character `reference` means to `text`.
pub(super) fn push_reference(text: &mut String, reference: &BytesRef<'_>) {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        text.push(character);
    } else if let Some(characters) = resolve_xml_entity(reference) {
        text.push_str(characters);
    } else {
        text.push('&');
        text.push_str(reference);
        text.push(';');
    }
}

/// The value of the attribute `name`.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok().flatten()?;
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}
