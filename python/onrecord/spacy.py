"""A component for spaCy: ``nlp.add_pipe("onrecord")`` sets ``doc._.attributions``.

Needs nothing of the pipeline before it; spaCy's tokens are used for ``doc.spans`` alone.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from .document import Document, layers
from .pipeline import Pipeline

__all__ = ["Component", "make"]

#: The groups of spans that are set, by layer.
GROUPS = {"content": "onrecord_content", "source": "onrecord_source", "cue": "onrecord_cue", "place": "onrecord_place"}


class Component:
    """Sets ``doc._.attributions`` and groups of spans.

    ``doc._.attributions`` is a list of rows as the command writes them, dictionaries with offsets in characters of ``doc.text``. The
    groups ``onrecord_content``, ``onrecord_source``, ``onrecord_cue`` and ``onrecord_place`` of ``doc.spans`` hold the tokens in
    which they lie; a content's ``id`` is its row's.
    """

    def __init__(self, pipeline: Pipeline, threads: int = 0) -> None:
        self.pipeline = pipeline
        self.threads = threads
        if not Doc.has_extension("attributions"):
            Doc.set_extension("attributions", default=None)

    def __call__(self, doc: Doc) -> Doc:
        return _set(doc, self.pipeline(doc.text))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotates documents in batches, each on all cores (or ``threads``)."""
        for docs in minibatch(stream, size=batch_size):
            found = self.pipeline.documents([doc.text for doc in docs], threads=self.threads)
            for doc, document in zip(docs, found):
                yield _set(doc, document)


def _set(doc: Doc, document: Document) -> Doc:
    doc._.attributions = document.annotation["attributions"]
    spans: Dict[str, List[Any]] = {name: [] for name in GROUPS}
    for layer, start, end, of in layers(document):
        span = doc.char_span(start, end, label=layer, span_id=of.id, alignment_mode="expand")
        if span is not None:
            spans[layer.lower()].append(span)
    for layer, group in GROUPS.items():
        doc.spans[group] = spans[layer]
    return doc


@Language.factory(
    "onrecord",
    default_config={
        "engine": "fast",
        "cues": "speech",
        "effort": None,
        "home": None,
        "weights": None,
        "gazetteer": [],
        "threads": 0,
    },
    assigns=["doc._.attributions", "doc.spans"],
)
def make(
    nlp: Language,
    name: str,
    engine: str,
    cues: str,
    effort: Optional[str],
    home: Optional[str],
    weights: Optional[str],
    gazetteer: Sequence[str],
    threads: int,
) -> Component:
    """The component of a pipeline; its options are those of :class:`onrecord.Pipeline`."""
    options: Dict[str, Any] = {"cues": cues, "effort": effort, "home": home, "weights": weights, "gazetteer": list(gazetteer)}
    return Component(Pipeline(engine, **options), threads)
