//! Which files paths, folders, patterns and lists name.

use super::{Container, ENDINGS, Problem, Source};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What paths name.
#[derive(Debug, Default)]
pub struct Named {
    /// The sources, in order.
    pub sources: Vec<Source>,
    /// What is wrong with the paths.
    pub problems: Vec<Problem>,
    /// How many files of folders were passed over, by their endings.
    pub passed: BTreeMap<String, u64>,
}

impl Named {
    /// What is to be known of files that were passed over: `3 files passed over, for what their names end with (1 .md, 2 .pdf)`.
    pub fn note(&self) -> Option<String> {
        let count: u64 = self.passed.values().sum();
        let each = self.passed.iter().map(|(ending, count)| format!("{count} {ending}")).collect::<Vec<_>>().join(", ");
        let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        (count > 0).then(|| format!("{files} passed over, for what their names end with ({each})"))
    }
}

/// What paths name: files as they are, folders walked, patterns filled in, `-` for standard input.
pub fn sources(paths: &[PathBuf], stdin: Container) -> Named {
    let mut found = Named::default();
    for path in paths {
        if path.as_os_str() == "-" {
            found.sources.push(Source::Stdin(stdin));
        } else if path.exists() {
            named(path, &mut found);
        } else {
            match path.to_str().filter(|pattern| pattern.contains(['*', '?', '['])) {
                Some(pattern) => matching(pattern, &mut found),
                None => found.problems.push(problem(path, "no such file or folder")),
            }
        }
    }
    found
}

/// The paths of a list: one a line, or separated by NULs.
///
/// # Errors
/// If the list cannot be read or is no text.
pub fn listed(mut list: impl Read) -> io::Result<Vec<PathBuf>> {
    let mut names = String::new();
    list.read_to_string(&mut names)?;
    let names = names.strip_prefix('\u{feff}').unwrap_or(&names);
    let by = if names.contains('\0') { '\0' } else { '\n' };
    Ok(names.split(by).map(|name| name.trim_end_matches('\r')).filter(|name| !name.is_empty()).map(PathBuf::from).collect())
}

/// A path that is there.
fn named(path: &Path, found: &mut Named) {
    if path.is_dir() {
        let before = found.sources.len();
        walk(path, found);
        if found.sources.len() == before {
            found.problems.push(problem(path, format!("no documents in this folder (looked for {})", endings())));
        }
    } else {
        let container = path.file_name().and_then(|name| Container::by_name(&name.to_string_lossy()));
        // What is read of a pipe is gone: it shows what it holds when it is read.
        let shown = || if path.is_file() { shown(path) } else { Some(Container::Unknown) };
        match container.or_else(shown) {
            Some(container) => found.sources.push(Source::File(path.to_owned(), container)),
            None => found.problems.push(problem(path, format!("unknown kind of file (known: {})", endings()))),
        }
    }
}

/// The files that a pattern stands for, in sorted order.
fn matching(pattern: &str, found: &mut Named) {
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::default() };
    let paths = match glob::glob_with(pattern, options) {
        Ok(paths) => paths,
        Err(error) => return found.problems.push(problem(Path::new(pattern), format!("no pattern: {error}"))),
    };
    let before = (found.sources.len(), found.problems.len());
    for path in paths {
        match path {
            Ok(path) if path.is_dir() => walk(&path, found),
            Ok(path) => found.sources.extend(by_name(&path)),
            Err(error) => found.problems.push(problem(error.path(), error.error().to_string())),
        }
    }
    if (found.sources.len(), found.problems.len()) == before {
        found.problems.push(problem(Path::new(pattern), "no document has a name like this"));
    }
}

fn problem(path: &Path, reason: impl Into<String>) -> Problem {
    Problem::new(path.display().to_string(), reason)
}

/// The endings that are known, for messages.
fn endings() -> String {
    let names: Vec<String> = ENDINGS.iter().map(|(ending, _)| format!(".{ending}")).collect();
    format!("{}, each also .gz, .zst, .bz2 or .xz", names.join(", "))
}

/// The container that the content of a file shows; a file that cannot be opened shows nothing, and says so when it is read.
fn shown(path: &Path) -> Option<Container> {
    let mut head = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(super::HEAD as u64).read_to_end(&mut head).ok()?;
    let packed = super::Compression::of(&head).map(|_| Container::Unknown);
    packed.or_else(|| Container::by_content(&head))
}

/// Whether a file holds gold annotations, not documents.
pub fn is_gold(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.ends_with(".gold.jsonl") || n.ends_with(".gold.json"))
}

/// Whether a file or folder is none of the reader's business.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

fn by_name(path: &Path) -> Option<Source> {
    let container = Container::by_name(&path.file_name()?.to_string_lossy())?;
    (!is_gold(path)).then(|| Source::Found(path.to_owned(), container))
}

fn walk(folder: &Path, found: &mut Named) {
    let mut paths = Vec::new();
    match std::fs::read_dir(folder) {
        Ok(items) => {
            for item in items {
                match item {
                    Ok(item) => paths.push(item.path()),
                    Err(error) => found.problems.push(problem(folder, error.to_string())),
                }
            }
        }
        Err(error) => return found.problems.push(problem(folder, error.to_string())),
    }
    paths.sort();
    for path in paths {
        if path.file_name().and_then(|n| n.to_str()).is_some_and(is_hidden) {
            continue;
        }
        // A link to a folder could lead in a circle.
        let is_link = path.symlink_metadata().is_ok_and(|m| m.is_symlink());
        if path.is_dir() {
            if !is_link {
                walk(&path, found);
            }
        } else if path.is_file() {
            // A pipe would be waited for without end.
            match by_name(&path) {
                Some(source) => found.sources.push(source),
                None if is_gold(&path) => {}
                None => {
                    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
                    *found.passed.entry(ending.unwrap_or_else(|| "without an ending".into())).or_default() += 1;
                }
            }
        } else if is_link {
            *found.passed.entry("link to nowhere".into()).or_default() += 1;
        }
    }
}
