"""The component for spaCy."""

import json

import pytest

spacy = pytest.importorskip("spacy")

TEXTS = ["“We will rebuild,” said Mayor Ana Ruiz of Toledo, Ohio.", "It rained.", "“No,” said Joe Hill."]


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("onrecord", config={"engine": "rules"})
    return nlp


def test_attributions_are_set(nlp):
    doc = nlp(TEXTS[0])
    row = doc._.attributions[0]
    assert row["speaker"]["name"] == "Ana Ruiz"
    assert doc.text[row["start"] : row["end"]] == row["text"]
    assert [span.text for span in doc.spans["onrecord_content"]] == ["We will rebuild,"]
    assert doc.spans["onrecord_content"][0].id_ == row["id"]
    assert [span.text for span in doc.spans["onrecord_cue"]] == ["said"]


def test_pipe_is_as_one_by_one(nlp):
    many = list(nlp.pipe(TEXTS, batch_size=2))
    assert [doc._.attributions for doc in many] == [nlp(text)._.attributions for text in TEXTS]


def test_what_is_set_is_stored(nlp):
    from spacy.tokens import Doc, DocBin

    doc = nlp(TEXTS[0])
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert again._.attributions == doc._.attributions
    stored = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    stored = list(DocBin().from_bytes(stored).get_docs(nlp.vocab))[0]
    # A DocBin gives tuples for lists.
    assert json.loads(json.dumps(stored._.attributions)) == doc._.attributions


def test_a_pipeline_is_stored_with_its_options(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert again(TEXTS[0])._.attributions == nlp(TEXTS[0])._.attributions
    assert again.config["components"]["onrecord"]["engine"] == "rules"
