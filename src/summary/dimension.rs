//! What rows can be counted by.

use super::governments::Held;
use crate::collation::{JurisdictionInRow, Statement, date_key};
use crate::gazetteer::EntryId;
use std::borrow::Cow;

/// Something that rows can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// Who speaks: the key, if `speakers` gave the rows keys, else the name.
    Speaker,
    /// What the speaker is: person, organization, group, unknown.
    SpeakerType,
    /// Title or office.
    Role,
    /// The place that the row names.
    Jurisdiction,
    /// country, state, county, city and so on
    Level,
    /// The country that holds the place.
    Country,
    /// The first-level division that holds the place.
    State,
    /// The US county that holds the place.
    County,
    /// Whether the content names the place, or it follows from the context.
    Basis,
    /// The outlet.
    Source,
    /// The document.
    Document,
    /// The year of the document's date.
    Year,
    /// The month of the document's date.
    Month,
    /// The document's date.
    Day,
    /// direct, mixed or indirect
    Kind,
    /// The words that report.
    Cue,
    /// The rule that found the row.
    Rule,
}

/// A value of a dimension: what tells it from others, and what people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    /// What tells it from others.
    pub id: Cow<'a, str>,
    /// What people read.
    pub label: Cow<'a, str>,
}

impl<'a> Value<'a> {
    fn same(text: impl Into<Cow<'a, str>>) -> Value<'a> {
        let id = text.into();
        Value { label: id.clone(), id }
    }
}

impl Dimension {
    /// All of them.
    pub const ALL: [Dimension; 17] = [
        Dimension::Speaker,
        Dimension::SpeakerType,
        Dimension::Role,
        Dimension::Jurisdiction,
        Dimension::Level,
        Dimension::Country,
        Dimension::State,
        Dimension::County,
        Dimension::Basis,
        Dimension::Source,
        Dimension::Document,
        Dimension::Year,
        Dimension::Month,
        Dimension::Day,
        Dimension::Kind,
        Dimension::Cue,
        Dimension::Rule,
    ];

    /// Its name on the command line and in output.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::Speaker => "speaker",
            Dimension::SpeakerType => "type",
            Dimension::Role => "role",
            Dimension::Jurisdiction => "jurisdiction",
            Dimension::Level => "level",
            Dimension::Country => "country",
            Dimension::State => "state",
            Dimension::County => "county",
            Dimension::Basis => "basis",
            Dimension::Source => "source",
            Dimension::Document => "document",
            Dimension::Year => "year",
            Dimension::Month => "month",
            Dimension::Day => "day",
            Dimension::Kind => "kind",
            Dimension::Cue => "cue",
            Dimension::Rule => "rule",
        }
    }

    /// Whether its values are points in time.
    pub fn is_time(self) -> bool {
        matches!(self, Dimension::Year | Dimension::Month | Dimension::Day)
    }

    /// Whether it is told by a place of the row, of which there may be several.
    pub fn is_of_place(self) -> bool {
        use Dimension::{Basis, Country, County, Jurisdiction, Level, State};
        matches!(self, Jurisdiction | Level | Country | State | County | Basis)
    }

    /// Whether its values have an id beside the name that people read.
    pub fn has_id(self) -> bool {
        use Dimension::{Country, County, Jurisdiction, Speaker, State};
        matches!(self, Speaker | Jurisdiction | Country | State | County)
    }

    /// The value of a row, for a dimension of rows.
    pub(super) fn of_row<'r>(self, row: &'r Statement) -> Option<Value<'r>> {
        let speaker = row.speaker.as_ref();
        let text = |text: &'r str| (!text.is_empty()).then(|| Value::same(text));
        match self {
            Dimension::Speaker => speaker.map(|speaker| Value {
                id: speaker.key.as_deref().unwrap_or(&speaker.name).into(),
                label: speaker.name.as_str().into(),
            }),
            Dimension::SpeakerType => speaker.map(|speaker| Value::same(speaker.sort.name())),
            Dimension::Role => speaker.and_then(|speaker| text(speaker.role.as_deref()?)),
            Dimension::Source => text(row.source.as_deref()?),
            Dimension::Document => text(&row.document),
            Dimension::Year => date(row, 4).map(Value::same),
            Dimension::Month => date(row, 7).map(Value::same),
            Dimension::Day => date(row, 10).map(Value::same),
            Dimension::Kind => text(&row.kind),
            Dimension::Cue => row.cue.as_deref().map(|cue| Value::same(cue.to_lowercase())),
            Dimension::Rule => text(&row.rule),
            _ => None,
        }
    }

    /// The value of a place of a row, for a dimension of places.
    pub(super) fn of_place<'r>(self, jurisdiction: &'r JurisdictionInRow, held: &Held) -> Option<PlaceValue<'r>> {
        let entry = match self {
            Dimension::Jurisdiction => {
                return Some(held.place.map_or(PlaceValue::Own(jurisdiction), PlaceValue::Entry));
            }
            Dimension::Level => return text(&jurisdiction.level),
            Dimension::Basis => return text(&jurisdiction.basis),
            Dimension::Country => held.country,
            Dimension::State => held.state,
            Dimension::County => held.county,
            _ => None,
        };
        entry.map(PlaceValue::Entry)
    }
}

/// A value of a dimension of places.
pub(super) enum PlaceValue<'r> {
    /// A place of the gazetteer, which has one label.
    Entry(EntryId),
    /// A place that the gazetteer has not: what the row says of it.
    Own(&'r JurisdictionInRow),
    /// A word.
    Word(&'r str),
}

fn text(text: &str) -> Option<PlaceValue<'_>> {
    (!text.is_empty()).then_some(PlaceValue::Word(text))
}

/// The date of a row to so many characters (4: the year, 7: the month, 10: the day), if it is so exact.
pub(super) fn date(row: &Statement, length: usize) -> Option<String> {
    let mut key = row.date.as_deref().and_then(date_key)?;
    let exact =
        key.get(..length)?.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    exact.then(|| {
        key.truncate(length);
        key
    })
}
