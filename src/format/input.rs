//! Documents from files, folders, archives and standard input.
//!
//! A [`Source`] is a file or a stream, a [`Container`] the way in which documents lie in it, and [`read`] goes through it from
//! start to end and hands on one [`Item`] after another. Compression is taken off first, whatever the name says; each container
//! has its reader in a file of its own, and an archive calls the readers for its members. What cannot be read is an item too, with
//! its place, and the rest goes on. Nothing but one document (a row group of Parquet) is held whole.

mod archive;
mod compression;
mod export;
mod fields;
mod held;
mod html;
mod intake;
pub(super) mod json;
mod limit;
mod parquet;
mod rejects;
mod source;
mod table;
mod text;
mod warc;
mod xml;

pub use fields::{Fields, Value};
pub use held::{Held, Records};
pub use limit::Limits;
pub use rejects::Rejects;
pub use source::{Named, is_gold, listed, sources};

use super::{Origin, Problem};
use crate::document::Document;
use compression::{Compression, HEAD, Peeled, peel};
use encoding_rs_io::DecodeReaderBytesBuilder;
use intake::{Flow, Intake, Position};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// How documents are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The names of the fields.
    pub fields: Fields,
    /// Which other fields are kept.
    pub keep: Keep,
    /// Whether plain texts are exports of news databases.
    pub exports: Exports,
    /// What an input may cost.
    pub limits: Limits,
    /// What alone is read: what an earlier run rejected.
    pub retry: Option<Rejects>,
    /// Names, without endings, that several files share ([`shared_names`]): there the path is the id, not the name.
    pub shared: BTreeSet<String>,
}

/// Which fields of a document are kept beside those that every row has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// None.
    #[default]
    Nothing,
    /// These, where they hold a word, a number or a truth value.
    Names(Vec<String>),
    /// All that hold a word, a number or a truth value.
    All,
}

/// Whether plain texts are exports of news databases (Nexis, Factiva), which hold many documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exports {
    /// Where their structure shows it.
    #[default]
    Shown,
    /// All of them.
    Always,
    /// None of them.
    Never,
}

/// How a file holds documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// One document, plain text; or an export of a news database.
    Text,
    /// One JSON document a line.
    JsonLines,
    /// A JSON document, a list of them, or one behind the other.
    Json,
    /// A table with a line of names, separated by commas (or semicolons).
    Csv,
    /// A table with a line of names, separated by tabs.
    Tsv,
    /// A table in columns.
    Parquet,
    /// A web page.
    Html,
    /// News items: NITF, NewsML.
    Xml,
    /// A web archive.
    Warc,
    /// An archive, its members one behind the other.
    Tar,
    /// An archive with a directory at its end.
    Zip,
    /// What its content shows.
    Unknown,
}

/// All endings that are known, compressions apart.
const ENDINGS: [(&str, Container); 16] = [
    ("txt", Container::Text),
    ("jsonl", Container::JsonLines),
    ("ndjson", Container::JsonLines),
    ("json", Container::Json),
    ("csv", Container::Csv),
    ("tsv", Container::Tsv),
    ("parquet", Container::Parquet),
    ("html", Container::Html),
    ("htm", Container::Html),
    ("xhtml", Container::Html),
    ("xml", Container::Xml),
    ("nitf", Container::Xml),
    ("warc", Container::Warc),
    ("wet", Container::Warc),
    ("tar", Container::Tar),
    ("zip", Container::Zip),
];

impl Container {
    /// The container that a file's name shows, compressions taken off; `Unknown` for one that is compressed and shows no more.
    pub fn by_name(name: &str) -> Option<Container> {
        let mut name = name.to_owned();
        let mut packed = false;
        while let Some((_, inner)) = Compression::by_name(&name) {
            packed = true;
            name = inner;
        }
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let known = ending.and_then(|ending| ENDINGS.iter().find(|(e, _)| *e == ending).map(|(_, container)| *container));
        known.or(packed.then_some(Container::Unknown))
    }

    /// The container that first bytes show.
    fn by_content(head: &[u8]) -> Option<Container> {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let starts = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            Some(Container::Zip)
        } else if head.starts_with(b"PAR1") {
            Some(Container::Parquet)
        } else if head.get(257..262) == Some(b"ustar") {
            Some(Container::Tar)
        } else if head.starts_with(b"WARC/") {
            Some(Container::Warc)
        } else if starts("<!doctype html") || starts("<html") {
            Some(Container::Html)
        } else if starts("<?xml") || starts("<nitf") || starts("<newsitem") || starts("<newsmessage") {
            let html = memchr::memmem::find(head, b"<html").is_some();
            Some(if html { Container::Html } else { Container::Xml })
        } else if starts("{") || starts("[") {
            Some(Container::Json)
        } else {
            None
        }
    }
}

/// Something to read documents from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file that was named.
    File(PathBuf, Container),
    /// A file that was found in a folder or by a pattern: what holds no documents there is passed over, and said so.
    Found(PathBuf, Container),
    /// Standard input.
    Stdin(Container),
    /// Records that the program holds.
    Held(Held),
}

impl Source {
    /// The name for messages.
    pub fn name(&self) -> String {
        match self {
            Source::File(path, _) | Source::Found(path, _) => path.display().to_string(),
            Source::Stdin(_) => "<stdin>".into(),
            Source::Held(held) => held.name().into(),
        }
    }

    /// Whether it can be read from its start more than once.
    pub fn can_be_read_again(&self) -> bool {
        match self {
            Source::Stdin(_) => false,
            Source::File(path, _) => path.is_file(),
            Source::Found(..) | Source::Held(_) => true,
        }
    }

    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Source::File(path, _) | Source::Found(path, _) => Some(path),
            Source::Stdin(_) | Source::Held(_) => None,
        }
    }

    /// The file's name without its endings: the id of what it holds, or the start of that.
    pub fn stem(&self) -> Option<String> {
        match self {
            Source::File(path, container) | Source::Found(path, container) => file_name(path).map(|name| stem(&name, *container)),
            Source::Stdin(_) | Source::Held(_) => None,
        }
    }

    /// The number of bytes of text in it, where the file's own size says that.
    pub fn size(&self) -> Option<u64> {
        match self {
            Source::File(path, container) | Source::Found(path, container) => {
                let plain = matches!(container, Container::Text | Container::JsonLines | Container::Json);
                let packed = Compression::by_name(&path.to_string_lossy()).is_some();
                if plain && !packed { path.metadata().ok().filter(|m| m.is_file()).map(|m| m.len()) } else { None }
            }
            Source::Stdin(_) => None,
            Source::Held(held) => held.size(),
        }
    }
}

/// The names, without endings, that several files among some sources have.
pub fn shared_names(sources: &[Source]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    sources.iter().filter_map(Source::stem).filter(|stem| !seen.insert(stem.clone())).collect()
}

/// What a reader yields.
#[derive(Debug)]
pub enum Item {
    /// A document, and where it stands.
    Document(Document, Origin),
    /// Something that is lost.
    Problem(Problem),
    /// Something to know; nothing is lost.
    Note(Problem),
}

/// Reads a source from start to end; `take` returns `false` to stop.
pub fn read(source: &Source, options: &Options, take: &mut dyn FnMut(Item) -> bool) {
    let name = source.name();
    let total = Rc::default();
    let (input, container, file_name, found) = match source {
        Source::File(path, container) if !path.is_file() => {
            (File::open(path).map(|pipe| Input::Stream(Box::new(pipe))), *container, file_name(path), false)
        }
        Source::File(path, container) => (File::open(path).map(Input::File), *container, file_name(path), false),
        Source::Found(path, container) => (File::open(path).map(Input::File), *container, file_name(path), true),
        Source::Stdin(container) => (Ok(Input::Stream(Box::new(io::stdin()))), *container, None, false),
        Source::Held(held) => {
            let _ = held::read(held, &mut Intake::new(options, name, String::new(), false, take));
            return;
        }
    };
    let stem = source.stem().unwrap_or_else(|| "stdin".into());
    let stem = match source.path().filter(|_| options.shared.contains(&stem)) {
        Some(path) => path.to_string_lossy().into_owned(),
        None => stem,
    };
    let mut intake = Intake::new(options, name, stem, found, take);
    // Whoever takes the items has seen enough, or there are no more: nothing is left to do either way.
    let _ = match input {
        Ok(input) => contained(input, container, file_name.as_deref(), &total, 0, &mut intake),
        Err(error) => intake.lost_rest(Position::Whole, error.to_string()),
    };
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// A file's name without its endings.
fn stem(name: &str, container: Container) -> String {
    let mut name = name.to_owned();
    while let Some((_, inner)) = Compression::by_name(&name) {
        name = inner;
    }
    let ending = name.rsplit_once('.').filter(|(stem, ending)| {
        let known = ENDINGS.iter().any(|(e, c)| *e == ending.to_ascii_lowercase() && *c == container);
        !stem.is_empty() && (known || container == Container::Text)
    });
    let stem = ending.map_or(name.as_str(), |(stem, _)| stem);
    // `a.warc.wet` and `a.warc.gz` are both `a`.
    match stem.strip_suffix(".warc") {
        Some(stem) if container == Container::Warc && !stem.is_empty() => stem.to_owned(),
        _ => stem.to_owned(),
    }
}

/// What bytes come from: a file can be read at any place, a stream from start to end.
enum Input<'r> {
    File(File),
    Stream(Box<dyn Read + 'r>),
}

/// Reads what a file, a stream or the member of an archive holds.
fn contained(
    input: Input<'_>,
    container: Container,
    name: Option<&str>,
    total: &Rc<Cell<u64>>,
    depth: usize,
    intake: &mut Intake<'_>,
) -> Flow {
    // Zip and Parquet are read at any place of a file: a second handle to it is kept.
    let (stream, file): (Box<dyn Read>, Option<File>) = match input {
        Input::File(file) => match file.try_clone() {
            Ok(second) => (Box::new(file), Some(second)),
            Err(error) => return intake.lost_rest(Position::Whole, error.to_string()),
        },
        Input::Stream(stream) => (stream, None),
    };
    let Peeled { input, head, layers } = match peel(stream, &intake.options.limits, total) {
        Ok(peeled) => peeled,
        Err(error) => return intake.lost_rest(Position::Whole, limit::reason(&error)),
    };
    let (container, said) = match container {
        Container::Unknown if head.is_empty() => (Container::Text, None),
        Container::Unknown => match Container::by_content(&head) {
            Some(container) => (container, None),
            None => return intake.nothing("unknown kind of file: neither its name nor its first bytes say what it is"),
        },
        // A text may begin in any way; the other containers show what they are.
        Container::Zip | Container::Parquet | Container::Tar | Container::Warc => match Container::by_content(&head) {
            Some(other) if other != container && !matches!(other, Container::Json) => (other, Some(other)),
            _ => (container, None),
        },
        other => match Container::by_content(&head) {
            Some(shown @ (Container::Zip | Container::Parquet)) => (shown, Some(shown)),
            _ => (other, None),
        },
    };
    if let Some(other) = said {
        let reason = format!("read as {other:?}: its first bytes are not those of its name").to_lowercase();
        intake.note(Position::Whole, reason)?;
    }
    if let Some((named, _)) = name.and_then(Compression::by_name) {
        if layers.is_empty() && !head.is_empty() {
            let binary = head.contains(&0) && !matches!(container, Container::Zip | Container::Parquet | Container::Tar);
            if binary {
                let reason = format!("not {}: its first bytes are not those of its name", named.name());
                return intake.lost_rest(Position::Whole, reason);
            }
            intake.note(Position::Whole, format!("not compressed, whatever its name says ({})", named.name()))?;
        } else if layers.first().is_some_and(|first| *first != named) {
            let shown = layers[0].name();
            intake.note(Position::Whole, format!("compressed with {shown}, whatever its name says ({})", named.name()))?;
        }
    }
    match container {
        Container::Text | Container::Unknown => text::read(input, intake),
        Container::JsonLines => json::read_lines(input, intake),
        Container::Json => json::read(input, intake),
        Container::Csv => table::read(input, b',', intake),
        Container::Tsv => table::read(input, b'\t', intake),
        Container::Html => html::read(input, intake),
        Container::Xml => xml::read(input, &head, intake),
        Container::Warc => warc::read(input, intake),
        Container::Tar => archive::read_tar(input, total, depth, intake),
        Container::Parquet | Container::Zip => {
            let whole = match file.filter(|_| layers.is_empty()) {
                Some(mut file) => file.seek(SeekFrom::Start(0)).map(|_| file),
                None => spooled(input),
            };
            match whole {
                Err(error) => intake.lost_rest(Position::Whole, limit::reason(&error)),
                Ok(file) if container == Container::Parquet => parquet::read(file, intake),
                Ok(file) => archive::read_zip(file, total, depth, intake),
            }
        }
    }
}

/// An input without a byte order mark; UTF-16 becomes UTF-8.
fn unmarked<'r>(input: Box<dyn BufRead + 'r>) -> BufReader<Box<dyn Read + 'r>> {
    let mut decoder = DecodeReaderBytesBuilder::new();
    BufReader::with_capacity(1 << 16, Box::new(decoder.utf8_passthru(true).strip_bom(true).build(input)))
}

/// A stream as a file without a name, for what cannot be read from start to end.
fn spooled(mut input: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut input, &mut file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
