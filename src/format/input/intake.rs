//! The intake: what a reader hands its documents to. It knows where they come from and what was said of it.

use super::{Item, Options, Origin, Problem, fields};
use crate::document::Document;
use crate::format::origin::Extent;
use fields::Record;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Whether a reader goes on.
pub(super) type Flow = ControlFlow<()>;

/// Where something stands in a file or in the member of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Whole,
    Line(u64),
    Record(u64),
}

/// How many different notes are said of a file: what differs from line to line is said once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Once {
    Encoding,
    Unnamed,
    Guess,
}

/// Where the documents of a file go.
pub(super) struct Intake<'a> {
    pub(super) options: &'a Options,
    file: String,
    member: Option<String>,
    /// The archives around the member: the path of each, and the number of the member in it.
    around: Vec<(Option<String>, u64)>,
    /// What documents without an id are called, with their number behind it.
    pub(super) stem: String,
    /// Whether the file was found, not named.
    found: bool,
    said: BTreeSet<Once>,
    /// How many items there were: documents and problems.
    items: u64,
    take: &'a mut dyn FnMut(Item) -> bool,
}

impl<'a> Intake<'a> {
    /// The intake of a file.
    pub(super) fn new(
        options: &'a Options,
        file: String,
        stem: String,
        found: bool,
        take: &'a mut dyn FnMut(Item) -> bool,
    ) -> Intake<'a> {
        Intake { options, file, member: None, around: Vec::new(), stem, found, said: BTreeSet::new(), items: 0, take }
    }

    fn origin(&self, at: Position) -> Origin {
        let (line, record) = match at {
            Position::Whole => (None, None),
            Position::Line(number) => (Some(number), None),
            Position::Record(number) => (None, Some(number)),
        };
        Origin { file: self.file.clone(), member: self.member.clone(), line, record }
    }

    fn hand(&mut self, item: Item) -> Flow {
        if (self.take)(item) { Flow::Continue(()) } else { Flow::Break(()) }
    }

    /// Whether what stands somewhere is read at all.
    fn is_wanted(&self, origin: &Origin) -> bool {
        self.options.retry.as_ref().is_none_or(|rejects| rejects.want(origin, &self.around))
    }

    /// Takes a document.
    pub(super) fn document(&mut self, at: Position, document: Document) -> Flow {
        self.items += 1;
        let origin = self.origin(at);
        if self.is_wanted(&origin) { self.hand(Item::Document(document, origin)) } else { Flow::Continue(()) }
    }

    /// Takes the fields of a document, and says what was guessed; `id` is for a document that says none.
    pub(super) fn record(&mut self, at: Position, record: Record, id: impl FnOnce() -> String) -> Flow {
        let made = match fields::document(record, id, self.options) {
            Ok(made) => made,
            Err(reason) => return self.lost(at, reason),
        };
        if !made.named && at != Position::Whole {
            let reason = "no field `id` or `doc_id`: documents are named by file and line (choose a field with --id-field)";
            self.note_once(Once::Unnamed, at, || reason.into())?;
        }
        if let Some(field) = made.guessed {
            self.note_once(Once::Guess, at, || format!("the text is read from the field `{field}` (choose with --text-field)"))?;
        }
        self.document(at, made.document)
    }

    /// Takes a problem with one document.
    pub(super) fn lost(&mut self, at: Position, reason: impl Into<String>) -> Flow {
        self.problem(at, Extent::One, None, reason.into())
    }

    /// Takes a problem with all that is left of the file.
    pub(super) fn lost_rest(&mut self, at: Position, reason: impl Into<String>) -> Flow {
        self.problem(at, Extent::Rest, None, reason.into())
    }

    /// Takes a problem with all records from one to another.
    pub(super) fn lost_until(&mut self, at: Position, until: u64, reason: impl Into<String>) -> Flow {
        self.problem(at, Extent::Rest, Some(until), reason.into())
    }

    fn problem(&mut self, at: Position, lost: Extent, until: Option<u64>, reason: String) -> Flow {
        self.items += 1;
        let origin = self.origin(at);
        if self.is_wanted(&origin) {
            self.hand(Item::Problem(Problem { origin, lost, until, reason }))
        } else {
            Flow::Continue(())
        }
    }

    /// Takes something to know.
    pub(super) fn note(&mut self, at: Position, reason: impl Into<String>) -> Flow {
        let origin = self.origin(at);
        self.hand(Item::Note(Problem { origin, lost: Extent::One, until: None, reason: reason.into() }))
    }

    /// Takes something to know, if it was not said of this file.
    pub(super) fn note_once(&mut self, once: Once, at: Position, reason: impl FnOnce() -> String) -> Flow {
        if self.said.insert(once) { self.note(at, reason()) } else { Flow::Continue(()) }
    }

    /// The file holds no documents: a problem if it was named, and to know if it was only found.
    pub(super) fn nothing(&mut self, reason: impl Into<String>) -> Flow {
        let reason = reason.into();
        if self.found {
            self.items += 1;
            self.note(Position::Whole, format!("passed over: {reason}"))
        } else {
            self.lost(Position::Whole, reason)
        }
    }

    /// Whether the file was only found, so that one without documents is no problem.
    pub(super) fn is_found(&self) -> bool {
        self.found
    }

    /// Whether there was any item yet.
    pub(super) fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// The id of a document that says none.
    pub(super) fn numbered(&self, number: u64) -> String {
        format!("{}:{number}", self.stem)
    }

    /// The path of a member of the archive that is being read.
    pub(super) fn path_of(&self, member: &str) -> String {
        match &self.member {
            Some(archive) => format!("{archive}/{member}"),
            None => member.to_owned(),
        }
    }

    /// Reads the member with a number of the archive that is being read.
    pub(super) fn within(&mut self, number: u64, member: &str, stem: &str, read: impl FnOnce(&mut Intake<'_>) -> Flow) -> Flow {
        let mut around = self.around.clone();
        around.push((self.member.clone(), number));
        let mut inner = Intake {
            options: self.options,
            file: self.file.clone(),
            member: Some(self.path_of(member)),
            around,
            stem: format!("{}/{stem}", self.stem),
            found: true,
            said: BTreeSet::new(),
            items: 0,
            take: &mut *self.take,
        };
        let flow = read(&mut inner);
        self.items += inner.items;
        flow
    }
}
