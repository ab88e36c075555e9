"""Who said what about which jurisdiction: quotations, speakers and places in news text, as a table.

>>> import onrecord
>>> rows = onrecord.extract("articles/")                 # files, a DataFrame, an Arrow table, a list of texts   # doctest: +SKIP
>>> rows.to_pandas()                                     # or to_polars(), or hand it to DuckDB as it is         # doctest: +SKIP
>>> pipeline = onrecord.Pipeline()                       # for one text after another                            # doctest: +SKIP
>>> pipeline("“We will,” said Mayor Ana Ruiz.").speakers                                                          # doctest: +SKIP

`onrecord.spark` runs it on Spark, `onrecord.spacy` in a spaCy pipeline.
"""

from __future__ import annotations

from ._onrecord import __version__
from .display import COLORS, displacy
from .document import Attribution, Cue, Document, Entity, Jurisdiction, Person, Place, Span, Speaker
from .errors import InputError, OnrecordError, OptionError, RejectWarning
from .pipeline import Pipeline, extract
from .table import Attributions, Reject

__all__ = [
    "COLORS",
    "Attribution",
    "Attributions",
    "Cue",
    "Document",
    "Entity",
    "InputError",
    "Jurisdiction",
    "OnrecordError",
    "OptionError",
    "Person",
    "Pipeline",
    "Place",
    "Reject",
    "RejectWarning",
    "Span",
    "Speaker",
    "__version__",
    "displacy",
    "extract",
]
