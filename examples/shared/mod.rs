//! What the examples share.

use onrecord::Document;
use onrecord::format::input::{Container, Item, Options, Source, read};
use std::path::Path;

/// The documents of a file of JSON Lines.
///
/// # Errors
/// The first line that cannot be read.
pub fn documents(path: &Path) -> Result<Vec<Document>, String> {
    let (mut documents, mut failure) = (Vec::new(), None);
    read(&Source::File(path.to_owned(), Container::JsonLines), &Options::default(), &mut |item| {
        match item {
            Item::Document(document, _) => documents.push(document),
            Item::Problem(problem) => failure = Some(problem.to_string()),
            Item::Note(_) => {}
        }
        failure.is_none()
    });
    failure.map_or(Ok(documents), Err)
}
