//! Counts of rows, as CSV and as JSON.

use crate::summary::counts::Counted;
use crate::summary::dimension::Dimension;
use serde_json::{Map, Value, json};

/// Counts and how they were made.
pub struct Counting<'a> {
    /// What was counted by.
    pub by: &'a [Dimension],
    /// What came of it.
    pub counted: &'a Counted,
}

/// The columns: the dimensions, each that has ids with the ids behind it, then the counts.
fn columns(by: &[Dimension]) -> Vec<String> {
    let names = by.iter().flat_map(|dimension| {
        let id = dimension.has_id().then(|| format!("{}_id", dimension.name()));
        std::iter::once(dimension.name().to_owned()).chain(id)
    });
    names.chain(["statements".to_owned(), "documents".to_owned()]).collect()
}

/// The groups as CSV; an empty cell is a value that rows have not.
pub fn write_csv(counting: &Counting<'_>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns(counting.by)).expect("memory takes all");
    for group in &counting.counted.groups {
        let mut cells: Vec<&str> = Vec::new();
        for (dimension, value) in counting.by.iter().zip(&group.values) {
            let (id, label) = value.as_ref().map_or(("", ""), |(id, label)| (id, label));
            cells.push(label);
            cells.extend(dimension.has_id().then_some(id));
        }
        let counts = [group.count.statements.to_string(), group.count.documents.to_string()];
        cells.extend(counts.iter().map(String::as_str));
        writer.write_record(cells).expect("memory takes all, and every group has the same columns");
    }
    writer.into_inner().expect("memory takes all")
}

/// All as one JSON object: what was counted by, the totals, and the groups with the names of the CSV's columns.
pub fn write_json(counting: &Counting<'_>) -> Vec<u8> {
    let Counted { rows, statements, documents, scattered, all_groups, groups } = counting.counted;
    let groups: Vec<Value> = groups
        .iter()
        .map(|group| {
            let mut object = Map::new();
            for (dimension, value) in counting.by.iter().zip(&group.values) {
                let (id, label) = value.as_ref().map_or((None, None), |(id, label)| (Some(id), Some(label)));
                object.insert(dimension.name().to_owned(), json!(label));
                if dimension.has_id() {
                    object.insert(format!("{}_id", dimension.name()), json!(id));
                }
            }
            object.insert("statements".to_owned(), json!(group.count.statements));
            object.insert("documents".to_owned(), json!(group.count.documents));
            Value::Object(object)
        })
        .collect();
    let by: Vec<&str> = counting.by.iter().map(|dimension| dimension.name()).collect();
    let object = json!({
        "by": by, "rows": rows, "statements": statements, "documents": documents, "documents_scattered": scattered,
        "all_groups": all_groups, "groups": groups,
    });
    let mut out = serde_json::to_vec_pretty(&object).expect("counts are plain data");
    out.push(b'\n');
    out
}
