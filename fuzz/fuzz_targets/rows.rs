//! Any bytes as stored rows: JSON Lines, CSV, Parquet or SQLite by their first bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onrecord::format::output::table_row;
use onrecord::format::stored::{Item, read};
use std::io::Write;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("written");
    let mut items = 0;
    read(file.path(), &mut |item| {
        if let Item::Row(_, line) = item
            && let Ok(row) = table_row(line)
        {
            // What is a row of tables stays the same row.
            assert_eq!(table_row(&row.to_string()).expect("still a row"), row);
        }
        items += 1;
        items < 10_000
    });
});
