//! From named values to a document: which field is the text, which the id, and what is kept of the rest.

use super::{Keep, Options};
use crate::document::{Document, Metadata};
use std::collections::BTreeMap;

/// Where texts are looked for if no field is named.
pub(super) const TEXTS: [&str; 4] = ["text", "body", "content", "maintext"];

/// The longest document: offsets are 32 bits wide.
const LONGEST: usize = u32::MAX as usize - 1;

/// The names of the fields that hold what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The text; `None` for the first of `text`, `body`, `content`, `maintext`.
    pub text: Option<String>,
    /// The identifier; `None` for `id`, else `doc_id`.
    pub id: Option<String>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words.
    Text(String),
    /// A number or a truth value, as the input writes it.
    Scalar(String),
    /// Nothing.
    Null,
    /// A list or an object.
    Nested,
}

/// Fields in the order of the input.
pub(super) type Record = Vec<(String, Value)>;

/// A document from a record.
pub(super) struct Made {
    pub(super) document: Document,
    /// Whether the record says its id.
    pub(super) named: bool,
    /// The field that holds the text, if it was guessed and is not `text`.
    pub(super) guessed: Option<&'static str>,
}

/// Where the text stands among names; names may differ in case if none is the same.
pub(super) fn text_among<'n>(names: impl Iterator<Item = &'n str> + Clone, fields: &Fields) -> Option<usize> {
    match &fields.text {
        Some(name) => among(names, name),
        None => TEXTS.iter().find_map(|name| among(names.clone(), name)),
    }
}

/// Where a name stands among others, else one that differs in case alone.
pub(super) fn among<'n>(mut names: impl Iterator<Item = &'n str> + Clone, name: &str) -> Option<usize> {
    names.clone().position(|n| n == name).or_else(|| names.position(|n| n.trim().eq_ignore_ascii_case(name)))
}

/// Fields of the program's own rows, of all their tables.
const OF_ROWS: [&str; 5] = ["doc_id", "kind", "content", "sentence", "rule"];

/// What is said of rows that are read as documents.
pub(super) const ROWS: &str = "these are rows of onrecord, not documents (--text-field reads a field of them all the same)";

/// Whether names are those of the program's own rows, and no field is chosen for the text.
pub(super) fn are_rows<'n>(names: impl Iterator<Item = &'n str> + Clone, fields: &Fields) -> bool {
    fields.text.is_none() && OF_ROWS.iter().all(|field| names.clone().any(|name| name == *field))
}

/// What is said where the text is not.
pub(super) fn no_text(fields: &Fields) -> String {
    match &fields.text {
        Some(name) => format!("no field `{name}`"),
        None => "no field `text`, `body`, `content` or `maintext`".into(),
    }
}

/// Whether a record has a field for the text, even an empty one.
pub(super) fn has_text(record: &Record, fields: &Fields) -> bool {
    record.iter().any(|(name, _)| match &fields.text {
        Some(text) => text == name,
        None => TEXTS.contains(&name.as_str()),
    })
}

fn text_field(record: &Record, fields: &Fields) -> Option<(usize, Option<&'static str>)> {
    let there = |name: &str| record.iter().position(|(n, v)| n == name && *v != Value::Null);
    match &fields.text {
        Some(name) => there(name).map(|at| (at, None)),
        None => {
            let guess = TEXTS.iter().find_map(|name| there(name).map(|at| (at, *name)))?;
            Some((guess.0, (guess.1 != TEXTS[0]).then_some(guess.1)))
        }
    }
}

/// The document that a record is; `id` for one that says none.
pub(super) fn document(mut record: Record, id: impl FnOnce() -> String, options: &Options) -> Result<Made, String> {
    let Some((at, guessed)) = text_field(&record, &options.fields) else {
        let long = |v: &Value| matches!(v, Value::Text(words) if words.len() > 200);
        let others: Vec<&str> = record.iter().filter(|(_, v)| long(v)).map(|(n, _)| n.as_str()).collect();
        let hint = if others.is_empty() {
            String::new()
        } else {
            format!(" (long text stands in: {}; choose with --text-field)", others.join(", "))
        };
        return Err(format!("{}{hint}", no_text(&options.fields)));
    };
    let text = match record.remove(at) {
        (_, Value::Text(text)) => text,
        (name, _) => return Err(format!("the field `{name}` is no text")),
    };
    let (document, named) = assemble(text, record, id, options, true)?;
    Ok(Made { document, named, guessed })
}

/// The document that a text and what is known about it are, and whether it says its id; with `strict`, it must have the field of
/// that name.
pub(super) fn assemble(
    text: String,
    mut record: Record,
    id: impl FnOnce() -> String,
    options: &Options,
    strict: bool,
) -> Result<(Document, bool), String> {
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    if text.len() > LONGEST {
        return Err("the document is longer than 4 GB".into());
    }
    let mut kept = BTreeMap::new();
    if let Keep::Names(names) = &options.keep {
        for name in names {
            if let Some(value) = record.iter().find(|(n, _)| n == name).and_then(|(_, v)| words(v)) {
                kept.insert(name.clone(), value);
            }
        }
    }
    let mut scalar = |name: &str| {
        let at = record.iter().position(|(n, v)| n == name && words(v).is_some())?;
        words(&record.swap_remove(at).1)
    };
    let own = match &options.fields.id {
        Some(field) if strict => Some(scalar(field).ok_or_else(|| format!("no field `{field}`"))?),
        Some(field) => scalar(field),
        None => scalar("id").or_else(|| scalar("doc_id")),
    };
    let mut metadata = Metadata {
        date: scalar("date"),
        source: scalar("source"),
        title: scalar("title"),
        url: scalar("url"),
        ..Metadata::default()
    };
    if text.trim().is_empty() {
        return Err("the document is empty".into());
    }
    if options.keep == Keep::All {
        kept.extend(record.into_iter().filter_map(|(name, value)| words(&value).map(|value| (name, value))));
    }
    metadata.kept = (options.keep != Keep::Nothing).then_some(kept);
    let named = own.is_some();
    Ok((Document { id: own.unwrap_or_else(id), text, metadata }, named))
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::Text(words) | Value::Scalar(words) => Some(words.clone()),
        Value::Null | Value::Nested => None,
    }
}
