//! Any bytes through every reader: the first byte chooses the container, the rest is the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onrecord::format::input::{Container, Item, Limits, Options, Source, read};
use std::io::Write;

const CONTAINERS: [Container; 11] = [
    Container::Text,
    Container::JsonLines,
    Container::Json,
    Container::Csv,
    Container::Tsv,
    Container::Parquet,
    Container::Html,
    Container::Xml,
    Container::Warc,
    Container::Tar,
    Container::Zip,
];

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let container = CONTAINERS[usize::from(first) % CONTAINERS.len()];
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("written");
    let limits = Limits { document: 1 << 20, unpacked: 1 << 24, members: 100, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let mut items = 0;
    read(&Source::File(file.path().to_owned(), container), &options, &mut |item| {
        if let Item::Document(document, _) = &item {
            assert!(!document.text.trim().is_empty(), "an empty document");
        }
        items += 1;
        items < 10_000
    });
    assert!(items > 0, "a file that yields neither document nor problem");
});
