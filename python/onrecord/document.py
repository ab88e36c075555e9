"""A document with what was found in it, as plain objects.

All offsets are positions in the Python string: ``document.text[span.start:span.end] == span.text``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any, Dict, Iterator, List, Optional, Tuple, Union

__all__ = [
    "Attribution",
    "Cue",
    "Document",
    "Entity",
    "Jurisdiction",
    "Person",
    "Place",
    "Span",
    "Speaker",
]


@dataclass(frozen=True)
class Span:
    """A piece of the text, from ``start`` up to ``end``, counted in characters of the string."""

    start: int
    end: int
    text: str

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class Place:
    """A place that the text names, and which one it is."""

    start: int
    end: int
    text: str
    #: Open Civic Data division id where that scheme has one, else ``geonames:<id>``.
    id: str
    name: str
    #: country, state, county, city, neighborhood, supranational or other.
    level: str
    #: ISO 3166-1 alpha-2.
    country: Optional[str]
    #: First-level division, such as ``MD``.
    admin1: Optional[str]
    geonames_id: Optional[int]
    #: Degrees north.
    lat: Optional[float]
    #: Degrees east.
    lon: Optional[float]
    #: How likely it is that place, from 0 to 1.
    confidence: float
    rule: str


@dataclass(frozen=True)
class Person:
    """A person or body that the text names, with all mentions by name, noun or pronoun that are known to be it."""

    name: str
    #: person, organization, group or unknown.
    type: str
    role: Optional[str]
    mentions: Tuple[Span, ...]


@dataclass(frozen=True)
class Cue:
    """The words that report: "said"."""

    text: str
    start: int
    end: int
    #: speech (voiced or written) or other (believe, hope, plan).
    class_: str


@dataclass(frozen=True)
class Speaker:
    """Who speaks. ``text``, ``start`` and ``end`` are the words beside the cue, or None."""

    #: The fullest name in the document.
    name: str
    #: person, organization, group or unknown.
    type: str
    role: Optional[str]
    text: Optional[str]
    start: Optional[int]
    end: Optional[int]
    #: How likely the name is right, from 0 to 1.
    confidence: float
    rule: str


@dataclass(frozen=True)
class Jurisdiction:
    """A place with a government that a statement is about."""

    #: Open Civic Data division id where that scheme has one, else ``geonames:<id>``.
    id: str
    name: str
    level: str
    country: Optional[str]
    admin1: Optional[str]
    geonames_id: Optional[int]
    #: quote (the content names it) or context (the speaker's office, the place of the event).
    basis: str
    text: Optional[str]
    start: Optional[int]
    end: Optional[int]
    confidence: float
    rule: str


@dataclass(frozen=True)
class Entity:
    """A public body that a content names."""

    id: str
    type: str
    name: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Attribution:
    """One thing that somebody is reported to have said: a row, by the names of its columns."""

    doc_id: str
    #: ``<document>#<number>``
    id: str
    #: direct, mixed or indirect.
    kind: str
    #: The whole extent as it stands.
    text: str
    #: The reported words alone: the parts, joined by a blank.
    content: str
    start: int
    end: int
    parts: Tuple[Span, ...]
    cue: Optional[Cue]
    speaker: Optional[Speaker]
    jurisdictions: Tuple[Jurisdiction, ...]
    entities: Tuple[Entity, ...]
    #: The sentence in which the content starts: an index into ``document.sentences``.
    sentence: int
    paragraph: int
    #: How likely cue, source and content are right, from 0 to 1.
    confidence: float
    rule: str
    date: Optional[str]
    source: Optional[str]
    title: Optional[str]
    url: Optional[str]


@dataclass(frozen=True)
class Document:
    """A text and what was found in it.

    Attributes
    ----------
    id, text : str
        The text is the very string that was given; all offsets index it.
    paragraphs, sentences : tuple of Span
        In text order.
    quotations : tuple of Span
        The words between quotation marks, without the marks.
    speakers : tuple of Speaker
        Those who speak, each once, in the order of their first attribution.
    places : tuple of Place
        In text order.
    people : tuple of Person
        All persons and bodies that are mentioned.
    attributions : tuple of Attribution
        Who said what about which jurisdiction, in text order.
    """

    id: str
    text: str
    paragraphs: Tuple[Span, ...] = ()
    sentences: Tuple[Span, ...] = ()
    quotations: Tuple[Span, ...] = ()
    speakers: Tuple[Speaker, ...] = ()
    places: Tuple[Place, ...] = ()
    people: Tuple[Person, ...] = ()
    attributions: Tuple[Attribution, ...] = ()
    #: The annotation as JSON would have it: the line that ``onrecord extract --format annotations`` writes.
    annotation: Dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def said_by(self, name: str) -> List[Attribution]:
        """The attributions of the speaker of a name."""
        return [a for a in self.attributions if a.speaker is not None and a.speaker.name == name]

    def _repr_html_(self) -> str:
        from .display import html

        return html(self)


def layers(document: Document) -> Iterator[Tuple[str, int, int, Union[Attribution, Place]]]:
    """The spans of a document: layer (CONTENT, CUE, SOURCE or PLACE), start, end, and the attribution or the place that they are of."""
    for row in document.attributions:
        for part in row.parts:
            yield "CONTENT", part.start, part.end, row
        if row.cue is not None:
            yield "CUE", row.cue.start, row.cue.end, row
        if row.speaker is not None and row.speaker.start is not None and row.speaker.end is not None:
            yield "SOURCE", row.speaker.start, row.speaker.end, row
    for place in document.places:
        yield "PLACE", place.start, place.end, place


def _made(kind: type, values: Dict[str, Any]) -> Any:
    """An object of the fields that a kind has; others are for newer versions of it."""
    names = {f.name for f in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in names})


def attribution(row: Dict[str, Any], text: str) -> Attribution:
    """An attribution from a row as JSON has it, over the text that it is of."""
    values = dict(row)
    values["parts"] = tuple(Span(s, e, text[s:e]) for s, e in row["parts"])
    if row["cue"] is not None:
        cue = row["cue"]
        values["cue"] = Cue(cue["text"], cue["start"], cue["end"], cue["class"])
    if row["speaker"] is not None:
        values["speaker"] = _made(Speaker, row["speaker"])
    values["jurisdictions"] = tuple(_made(Jurisdiction, j) for j in row["jurisdictions"])
    values["entities"] = tuple(_made(Entity, e) for e in row["entities"])
    return _made(Attribution, values)


def document(text: str, line: str) -> Document:
    """A document from its text and its annotation, a line of JSON."""
    found = json.loads(line)

    def spans(pairs: List[List[int]]) -> Tuple[Span, ...]:
        return tuple(Span(start, end, text[start:end]) for start, end in pairs)

    attributions = tuple(attribution(row, text) for row in found["attributions"])
    speakers: Dict[Tuple[str, str], Speaker] = {}
    for row in attributions:
        if row.speaker is not None:
            speakers.setdefault((row.speaker.name, row.speaker.type), row.speaker)
    return Document(
        id=found["doc_id"],
        text=text,
        paragraphs=spans(found["paragraphs"]),
        sentences=spans(found["sentences"]),
        quotations=spans(found["quotations"]),
        speakers=tuple(speakers.values()),
        places=tuple(_made(Place, place) for place in found["places"]),
        people=tuple(
            Person(p["name"], p["type"], p["role"], spans(p["mentions"])) for p in found["people"]
        ),
        attributions=attributions,
        annotation=found,
    )
