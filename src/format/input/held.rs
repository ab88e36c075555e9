//! Records that the program holds: a table in memory, handed in by who uses the library. A document is a record, from 0.

use super::fields::Value;
use super::intake::{Flow, Intake, Position};
use super::limit::too_long;
use super::table;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What holds records.
pub trait Records: Send + Sync {
    /// The names of the fields.
    fn names(&self) -> Vec<String>;

    /// Hands on the values of some fields, by their numbers, of each record in order, until there are no more or `take` returns `false`.
    fn each(&self, fields: &[usize], take: &mut dyn FnMut(Vec<Value>) -> bool);

    /// Bytes of text in it, if that is known.
    fn size(&self) -> Option<u64> {
        None
    }
}

/// Records with a name for messages. Two are the same if they are one.
#[derive(Clone)]
pub struct Held {
    name: String,
    records: Arc<dyn Records>,
}

impl Held {
    /// Records by a name.
    pub fn new(name: impl Into<String>, records: Arc<dyn Records>) -> Held {
        Held { name: name.into(), records }
    }

    /// The name for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of text, if that is known.
    pub(super) fn size(&self) -> Option<u64> {
        self.records.size()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Held").field(&self.name).finish()
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        Arc::ptr_eq(&self.records, &other.records)
    }
}

impl Eq for Held {}

/// Reads all records; one that says no id is called by its number from 0, as who holds a table counts its rows.
pub(super) fn read(held: &Held, intake: &mut Intake<'_>) -> Flow {
    let names = match table::renamed(held.records.names(), intake) {
        Ok(names) => names,
        Err(reason) => return intake.lost_rest(Position::Whole, reason),
    };
    table::note_guess(&names, intake)?;
    let wanted: Vec<usize> = (0..names.len()).filter(|&at| table::is_wanted(&names[at], intake)).collect();
    let names: Vec<String> = wanted.iter().map(|&at| names[at].clone()).collect();
    let ids: &[&str] = if intake.options.fields.id.is_some() { &[] } else { &["id", "doc_id"] };
    let limit = intake.options.limits.document;
    let mut number = 0u64;
    let mut flow = ControlFlow::Continue(());
    held.records.each(&wanted, &mut |values| {
        let long = values.iter().any(|value| matches!(value, Value::Text(words) if words.len() as u64 > limit));
        let mut record: Vec<(String, Value)> = names.iter().cloned().zip(values).collect();
        let is_named = ids.is_empty() || record.iter().any(|(name, v)| ids.contains(&name.as_str()) && *v != Value::Null);
        if !is_named {
            record.push(("id".into(), Value::Text(number.to_string())));
        }
        number += 1;
        let at = Position::Record(number);
        flow = if long { intake.lost(at, too_long(limit)) } else { intake.record(at, record, String::new) };
        flow.is_continue()
    });
    flow
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::input::{Item, Limits, Options, Source, read};

    struct Rows(Vec<&'static str>, Vec<Vec<Option<&'static str>>>);

    impl Records for Rows {
        fn names(&self) -> Vec<String> {
            self.0.iter().map(|&name| name.into()).collect()
        }

        fn each(&self, fields: &[usize], take: &mut dyn FnMut(Vec<Value>) -> bool) {
            let value = |cell: Option<&str>| cell.map_or(Value::Null, |words| Value::Text(words.into()));
            let _ = self.1.iter().all(|row| take(fields.iter().map(|&at| value(row[at])).collect()));
        }
    }

    fn items(rows: Rows, options: &Options, most: usize) -> Vec<String> {
        let source = Source::Held(Held::new("<table>", Arc::new(rows)));
        let mut items = Vec::new();
        read(&source, options, &mut |item| {
            items.push(match item {
                Item::Document(document, _) => format!("{}={}", document.id, document.text),
                Item::Problem(problem) | Item::Note(problem) => problem.to_string(),
            });
            items.len() < most
        });
        items
    }

    #[test]
    fn records_are_documents_and_problems() {
        let rows = vec![
            vec![Some("a"), None, Some("1")],
            vec![Some("b"), Some("x"), None],
            vec![Some(" "), None, None],
            vec![Some("long"), None, None],
            vec![None, Some("y"), None],
        ];
        let limits = Limits { document: 3, ..Limits::default() };
        let items = items(Rows(vec!["Body", "id", "other"], rows), &Options { limits, ..Options::default() }, 9);
        let guess = "<table>: the text is read from the column `body` (choose with --text-field)";
        let guess_again = "<table>, record 1: the text is read from the field `body` (choose with --text-field)";
        let empty = "<table>, record 3: the document is empty";
        let long = "<table>, record 4: longer than 3 bytes (--max-document allows more)";
        let none = "<table>, record 5: no field `text`, `body`, `content` or `maintext`";
        assert_eq!(
            items.iter().filter(|item| *item != guess_again).collect::<Vec<_>>(),
            [guess, "0=a", "x=b", empty, long, none]
        );
    }

    #[test]
    fn a_field_that_is_named_holds_the_id() {
        let fields = crate::format::input::Fields { text: Some("words".into()), id: Some("key".into()) };
        let options = Options { fields, ..Options::default() };
        let rows = vec![vec![Some("a"), Some("k")], vec![Some("b"), None]];
        assert_eq!(items(Rows(vec!["words", "key"], rows), &options, 9), ["k=a", "<table>, record 2: no field `key`"]);
        let none = items(Rows(vec!["letters"], vec![vec![Some("a")]]), &options, 9);
        assert_eq!(none, ["<table>: no column `words` (the columns are `letters`; choose with --text-field)"]);
    }

    #[test]
    fn who_has_enough_stops_it() {
        assert_eq!(items(Rows(vec!["text"], vec![vec![Some("a")]; 3]), &Options::default(), 2).len(), 2);
        assert!(items(Rows(vec!["text"], Vec::new()), &Options::default(), 9).is_empty());
    }
}
