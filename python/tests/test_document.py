"""One document: its objects, offsets, and how it is shown."""

import dataclasses
import html
import json
import pickle
import re

import pytest

import onrecord
from onrecord.document import Cue

QUOTE = "“We will rebuild,” said Mayor Ana Ruiz of Toledo, Ohio. “It’s 🏗️ time,” she added. Nobody from Columbus came."


@pytest.fixture(scope="module")
def pipeline():
    return onrecord.Pipeline("rules")


@pytest.fixture(scope="module")
def document(pipeline):
    return pipeline(QUOTE, id="toledo", date="2020-05-01", source="The Sun")


def test_a_document_has_the_layers(document):
    assert [s.name for s in document.speakers] == ["Ana Ruiz"]
    assert [q.text for q in document.quotations] == ["We will rebuild,", "It’s 🏗️ time,"]
    assert [p.text for p in document.places][:1] == ["Toledo, Ohio"] or document.places[0].name == "Toledo"
    first, second = document.attributions
    assert (first.id, first.doc_id, first.date, first.source) == ("toledo#0", "toledo", "2020-05-01", "The Sun")
    assert first.speaker.role == "Mayor" and second.speaker.text == "she"
    assert first.cue == Cue("said", first.cue.start, first.cue.end, "speech")
    assert document.said_by("Ana Ruiz") == [first, second]
    assert document.sentences[second.sentence].text.startswith("“It’s")
    assert document.people[0].name == "Ana Ruiz"


def spans(value, path="document"):
    """Everything within an object that has start, end and text."""
    if dataclasses.is_dataclass(value):
        if hasattr(value, "start"):
            yield path, value
        for field in dataclasses.fields(value):
            yield from spans(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            yield from spans(item, f"{path}[{number}]")


def test_offsets_index_the_string(document, pipeline, articles):
    documents = [document, *(pipeline(text, id=name) for name, text in articles)]
    seen = 0
    for one in documents:
        for path, span in spans(one):
            if span.start is None:
                assert span.text is None, path
            else:
                assert one.text[span.start : span.end] == span.text, path
                seen += 1
        for row in one.attributions:
            assert " ".join(part.text for part in row.parts) == row.content
    assert seen > 2000


def test_a_byte_order_mark_is_a_character(pipeline):
    document = pipeline("\ufeff" + QUOTE)
    assert document.quotations[0].start == 2
    assert document.text[2:18] == "We will rebuild,"


def test_a_document_has_the_rows_of_the_command(pipeline, articles, rows_of, corpus):
    wanted = rows_of(*(corpus / f"{name}.txt" for name, _ in articles), "--engine", "rules")
    got = [row for name, text in articles for row in pipeline(text, id=name).annotation["attributions"]]
    assert got == wanted


def test_objects_have_the_fields_of_rows():
    pa = pytest.importorskip("pyarrow")
    schema = pa.schema(onrecord.extract([QUOTE], engine="rules", progress=False))

    def names(kind):
        return [field.name.rstrip("_") for field in dataclasses.fields(kind)]

    def under(name):
        of = schema.field(name).type
        return [field.name for field in (of.value_type if pa.types.is_list(of) else of)]

    assert names(onrecord.Attribution) == schema.names
    assert names(onrecord.Cue) == under("cue")
    assert names(onrecord.Speaker) == under("speaker")
    assert names(onrecord.Jurisdiction) == under("jurisdictions")
    assert names(onrecord.Entity) == under("entities")


def test_empty_texts_are_documents(pipeline):
    for text in ("", " ", "\n\n", "“"):
        document = pipeline(text)
        assert document.text == text and document.attributions == ()
        assert "onrecord" in document._repr_html_()


def test_many_documents_are_as_one_by_one(pipeline, articles):
    texts = [text for _, text in articles[:8]]
    many = pipeline.documents(texts, threads=2)
    assert [d.text for d in many] == texts
    for document, text in zip(many, texts):
        assert document.attributions[0].content == pipeline(text).attributions[0].content


def test_a_pipeline_can_be_pickled(pipeline):
    again = pickle.loads(pickle.dumps(pipeline))
    assert repr(again) == repr(pipeline) == "onrecord.Pipeline(engine='rules')"
    assert again(QUOTE) == pipeline(QUOTE)


def test_html_shows_the_text_and_nothing_else_of_it(pipeline):
    text = '“<script>alert(1)</script> & more,” said Mayor Ana Ruiz of <b>Toledo</b>, Ohio.\n\nThe <i>"end"</i>.'
    document = pipeline(text, id="<x>")
    page = document._repr_html_()
    assert "<script" not in page and "<b>" not in page and "<i>" not in page and "<x>" not in page
    body = re.search(r'pre-wrap[^>]*>(.*?)</div>', page, re.S).group(1)
    assert html.unescape(re.sub("<[^>]*>", "", body)) == text
    assert page.count("<mark") > 2


def test_displacy_pieces_do_not_overlap(document):
    data = onrecord.displacy(document)
    ends = [0]
    for ent in data["ents"]:
        assert ends[-1] <= ent["start"] < ent["end"] <= len(document.text)
        ends.append(ent["end"])
    shown = {(ent["label"], document.text[ent["start"] : ent["end"]]) for ent in data["ents"]}
    assert {("CONTENT", "We will rebuild,"), ("CUE", "said"), ("SOURCE", "she")} <= shown
    assert {ent["label"] for ent in data["ents"]} <= set(onrecord.COLORS)
    json.dumps(data)
    with pytest.raises(onrecord.OptionError):
        onrecord.displacy(document, style="dep")


def test_displacy_spans_lie_on_tokens(document):
    data = onrecord.displacy(document, style="span")
    assert "".join(data["tokens"]) == re.sub(r"\s", "", document.text)
    words = {" ".join(data["tokens"][s["start_token"] : s["end_token"]]) for s in data["spans"]}
    assert {"We will rebuild,", "said", "she"} <= words


def test_displacy_renders(document):
    displacy = pytest.importorskip("spacy").displacy
    for style in ("ent", "span"):
        page = displacy.render(onrecord.displacy(document, style), style=style, manual=True, jupyter=False)
        assert "CONTENT" in page


def test_help_answers():
    for thing in (onrecord, onrecord.extract, onrecord.Pipeline, onrecord.Pipeline.__call__, onrecord.Document, onrecord.Attributions):
        assert len(thing.__doc__) > 60
    for name in onrecord.__all__:
        assert getattr(onrecord, name) is not None
