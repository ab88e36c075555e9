//! What a row is made of: the shape of its fields, taken from the declaration of [`Row`](super::rows::Row) itself.
//!
//! JSON follows the declaration by itself; the other tables (CSV, Parquet) ask [`Typed::TYPE`], which the same declaration makes. So
//! a field that is added to a row is in all of them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The shape of a value.
#[derive(Debug, PartialEq, Eq)]
pub enum Type {
    /// Words.
    Text,
    /// A whole number from 0.
    Whole,
    /// A number with a fraction.
    Number,
    /// Words by name.
    Words,
    /// Any number of values of a shape.
    List(&'static Type),
    /// Named values.
    Record(&'static [Field]),
    /// A value, or null.
    Optional(&'static Type),
}

/// A named value of a record.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its shape.
    pub of: &'static Type,
    /// Whether only some tables have it: see [`Extra`].
    pub extra: bool,
}

/// What has a shape.
pub trait Typed {
    /// The shape.
    const TYPE: &'static Type;
    /// Whether it is an [`Extra`].
    const EXTRA: bool = false;
}

impl Typed for str {
    const TYPE: &'static Type = &Type::Text;
}

impl Typed for u32 {
    const TYPE: &'static Type = &Type::Whole;
}

impl Typed for f64 {
    const TYPE: &'static Type = &Type::Number;
}

impl Typed for BTreeMap<String, String> {
    const TYPE: &'static Type = &Type::Words;
}

impl<T: Typed + ToOwned + ?Sized> Typed for Cow<'_, T> {
    const TYPE: &'static Type = T::TYPE;
}

impl<T: Typed> Typed for Option<T> {
    const TYPE: &'static Type = &Type::Optional(T::TYPE);
}

impl<T: Typed> Typed for Vec<T> {
    const TYPE: &'static Type = &Type::List(T::TYPE);
}

impl<T: Typed> Typed for [T; 2] {
    const TYPE: &'static Type = &Type::List(T::TYPE);
}

impl<T: Typed> Typed for Extra<T> {
    const TYPE: &'static Type = T::TYPE;
    const EXTRA: bool = true;
}

/// A field that all rows of a table have or none, as it was asked for: an absent one is something else than null.
#[derive(Clone, Debug, PartialEq)]
pub struct Extra<T>(pub Option<T>);

impl<T> Default for Extra<T> {
    fn default() -> Self {
        Extra(None)
    }
}

impl<T> Extra<T> {
    /// Whether the row has no such field.
    pub fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

impl<T: Serialize> Serialize for Extra<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Extra<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Extra(Some(value)))
    }
}

/// Declares a record: a structure that goes to JSON and back, and its shape.
macro_rules! record {
    ($(#[$about:meta])* pub struct $record:ident<'a> {
        $($(#[$what:meta])* pub $field:ident $(as $name:literal)?: $of:ty,)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $record<'a> {
            $($(#[$what])* $(#[serde(rename = $name)])? pub $field: $of,)*
        }

        impl<'a> $crate::format::schema::Typed for $record<'a> {
            const TYPE: &'static $crate::format::schema::Type = &$crate::format::schema::Type::Record(&[
                $($crate::format::schema::Field {
                    name: $crate::format::schema::record!(@name $field $($name)?),
                    of: <$of as $crate::format::schema::Typed>::TYPE,
                    extra: <$of as $crate::format::schema::Typed>::EXTRA,
                },)*
            ]);
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
}
pub(crate) use record;

impl Type {
    /// The fields of a record, of what may be one, or of each in a list; none of anything else.
    pub fn fields(&self) -> &'static [Field] {
        match self {
            Type::Record(fields) => fields,
            Type::Optional(of) | Type::List(of) => of.fields(),
            _ => &[],
        }
    }
}

/// Which extra fields the rows of a table have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout(BTreeSet<&'static str>);

impl Layout {
    /// The layout of a table that has such a row.
    pub fn of(row: &Value, shape: &Type) -> Layout {
        let mut layout = Layout::default();
        layout.add(row, shape);
        layout
    }

    /// Adds the extra fields that a row has.
    pub fn add(&mut self, row: &Value, shape: &Type) {
        match row {
            Value::Object(members) => {
                for field in shape.fields() {
                    let Some(value) = members.get(field.name) else { continue };
                    if field.extra {
                        self.0.insert(field.name);
                    }
                    self.add(value, field.of);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.add(value, shape)),
            _ => {}
        }
    }

    /// Adds an extra field.
    pub fn with(mut self, name: &'static str) -> Layout {
        self.0.insert(name);
        self
    }

    /// Whether the rows have a field.
    pub fn has(&self, field: &Field) -> bool {
        !field.extra || self.has_extra(field.name)
    }

    /// Whether the rows have an extra field of this name.
    pub fn has_extra(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The members of a row that no table but JSON has a place for, with their paths.
pub fn unknown(row: &Value, shape: &Type) -> Vec<String> {
    let mut found = Vec::new();
    search(row, shape, "", &mut found);
    found
}

fn search(value: &Value, shape: &Type, path: &str, found: &mut Vec<String>) {
    let fields = shape.fields();
    match value {
        Value::Object(members) if !fields.is_empty() => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match fields.iter().find(|field| field.name == name) {
                    Some(field) => search(value, field.of, &path, found),
                    None => found.push(path),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| search(value, shape, path, found)),
        _ => {}
    }
}

/// Appends a row as JSON, its fields in the order of the declaration, those that are unknown behind them.
pub fn write_json(row: &Value, shape: &Type, out: &mut Vec<u8>) {
    match row {
        Value::Object(members) if !shape.fields().is_empty() => {
            out.push(b'{');
            let fields = shape.fields();
            let known = fields.iter().filter_map(|field| Some((field.name, members.get(field.name)?, Some(field.of))));
            let others = members.iter().filter(|(name, _)| fields.iter().all(|field| field.name != name.as_str()));
            let others = others.map(|(name, value)| (name.as_str(), value, None));
            for (number, (name, value, of)) in known.chain(others).enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                plain(name, out);
                out.push(b':');
                match of {
                    Some(of) => write_json(value, of, out),
                    None => plain(value, out),
                }
            }
            out.push(b'}');
        }
        Value::Array(values) => {
            out.push(b'[');
            for (number, value) in values.iter().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                write_json(value, shape, out);
            }
            out.push(b']');
        }
        // A table may hold 1 where the row says 1.0.
        Value::Number(number) if *inner(shape) == Type::Number => plain(number.as_f64().unwrap_or_default(), out),
        other => plain(other, out),
    }
}

/// The shape without what is optional or a list about it.
fn inner(shape: &Type) -> &Type {
    match shape {
        Type::Optional(of) | Type::List(of) => inner(of),
        of => of,
    }
}

/// Appends a value as JSON.
fn plain(value: impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, &value).expect("plain data, and memory takes all");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::rows::Row;
    use serde_json::json;

    #[test]
    fn the_shape_of_a_row_is_that_of_its_json() {
        let names: Vec<&str> = Row::TYPE.fields().iter().map(|field| field.name).collect();
        assert_eq!(names[..6], ["doc_id", "id", "kind", "text", "content", "start"]);
        let speaker = Row::TYPE.fields().iter().find(|field| field.name == "speaker").unwrap();
        let names: Vec<&str> = speaker.of.fields().iter().map(|field| field.name).collect();
        let all = ["name", "type", "role", "text", "start", "end", "confidence", "rule", "key", "people_id"];
        assert_eq!(names, all);
    }

    #[test]
    fn extra_and_unknown_fields_are_seen() {
        let row =
            json!({"doc_id": "a", "colour": 1, "speaker": {"name": "b", "key": null, "hat": 2}, "jurisdictions": [{"x": 1}]});
        assert!(Layout::of(&row, Row::TYPE).has_extra("key"));
        assert!(!Layout::of(&row, Row::TYPE).has_extra("metadata"));
        assert_eq!(unknown(&row, Row::TYPE), ["colour", "jurisdictions.x", "speaker.hat"]);
    }

    #[test]
    fn json_stands_in_the_order_of_the_declaration() {
        let row = json!({"confidence": 1, "a": 2, "id": "x", "doc_id": "y", "parts": [[1, 2]], "speaker": {"rule": "r", "confidence": 0.5}});
        let mut out = Vec::new();
        write_json(&row, Row::TYPE, &mut out);
        let json = r#"{"doc_id":"y","id":"x","parts":[[1,2]],"speaker":{"confidence":0.5,"rule":"r"},"confidence":1.0,"a":2}"#;
        assert_eq!(String::from_utf8(out).unwrap(), json);
    }
}
