"""Runs on Spark: the same rows, from a DataFrame of articles to a DataFrame of attributions.

Needs pyspark 3.5 or later, and pyarrow and onrecord on the workers.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence

from . import _onrecord
from .errors import OptionError
from .pipeline import Pipeline

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame
    from pyspark.sql.types import DataType, StructType

__all__ = ["extract", "schema"]

#: Columns that pass through to the rows if the DataFrame has them.
METADATA = ("date", "source", "title", "url")


def schema(keep: bool = False) -> "StructType":
    """The columns of what :func:`extract` returns; with ``keep``, also ``metadata``.

    They are those of an attribution, all of which may be null, and a last one, ``rejects``: a structure of ``id`` and ``reason``.
    """
    import pyarrow
    from pyspark.sql import types

    fields = pyarrow.schema(_onrecord.Core.no_rows(keep))
    columns = [types.StructField(field.name, _spark_type(field.type), True) for field in fields]
    reject = types.StructType([types.StructField("id", types.StringType()), types.StructField("reason", types.StringType())])
    return types.StructType([*columns, types.StructField("rejects", reject, True)])


def _spark_type(of: "pyarrow.DataType") -> "DataType":
    from pyarrow import types as arrow
    from pyspark.sql import types

    if arrow.is_struct(of):
        return types.StructType([types.StructField(field.name, _spark_type(field.type), True) for field in of])
    if arrow.is_map(of):
        return types.MapType(_spark_type(of.key_type), _spark_type(of.item_type), True)
    if arrow.is_list(of):
        return types.ArrayType(_spark_type(of.value_type), True)
    if arrow.is_int64(of):
        return types.LongType()
    return types.DoubleType() if arrow.is_float64(of) else types.StringType()


def extract(
    df: "DataFrame",
    text: str = "text",
    id: str = "id",
    *,
    engine: str = "fast",
    cues: str = "speech",
    effort: Optional[str] = None,
    home: Optional[str] = None,
    weights: Optional[str] = None,
    gazetteer: Sequence[str] = (),
    keep: Optional[Sequence[str]] = None,
    max_document: Optional[int] = None,
    threads: int = 1,
) -> "DataFrame":
    """Who said what about which jurisdiction, in a DataFrame with an article a row.

    Each partition is annotated where it lies, by ``mapInArrow``; a worker makes its pipeline once. No row makes a stage fail: one that
    cannot be read (no text, an empty text, no id, a text that is too long) becomes a row whose ``rejects`` says which and why, and whose
    other columns are null. So::

        found = onrecord.spark.extract(articles)
        found.where("rejects IS NULL").drop("rejects")     # row for row what the command writes
        found.where("rejects IS NOT NULL").select("rejects.*")

    Parameters
    ----------
    df : DataFrame
        Of it only the columns of text and id, ``date``, ``source``, ``title`` and ``url`` (if there) and those of ``keep`` are read.
    text, id : str
        The names of the columns with the text and the id. The id must be unique for rows to be traceable.
    engine, cues, effort, home, weights, gazetteer
        Options of the pipeline; see :class:`onrecord.Pipeline`. Files must lie at the same path on every worker.
    keep : list of str, optional
        Columns that go into ``metadata`` of the rows.
    max_document : int, optional
        The longest text, in bytes; 64 MiB if not given.
    threads : int
        Threads a task; as many as ``spark.task.cpus``.

    Returns
    -------
    DataFrame
        With the columns of :func:`schema`; rows of one document stand together and in order.
    """
    options = {"engine": engine, "cues": cues, "effort": effort, "home": home, "weights": weights, "gazetteer": list(gazetteer)}
    # What makes no pipeline here would make none on a worker, and be repeated there.
    Pipeline(**options)
    missing = [name for name in (text, id, *(keep or ())) if name not in df.columns]
    if missing:
        raise OptionError(f"no column `{missing[0]}` (the columns are {', '.join(f'`{name}`' for name in df.columns)})")
    reading: Dict[str, Any] = {"text": text, "id": id, "keep": None if keep is None else list(keep), "max_document": max_document}
    columns = dict.fromkeys([text, id, *(name for name in METADATA if name in df.columns), *(keep or ())])
    packed = json.dumps(options)

    def annotated(batches: Iterator["pyarrow.RecordBatch"]) -> Iterator["pyarrow.RecordBatch"]:
        pipeline = _pipeline(packed)
        for batch in batches:
            if batch.num_rows > 0:
                yield from _annotated(pipeline, batch, reading, threads)

    quoted = [f"`{name}`" for name in columns]
    return df.select(*quoted).mapInArrow(annotated, schema(keep is not None))


@lru_cache(maxsize=4)
def _pipeline(options: str) -> Pipeline:
    """The pipeline of a worker: made once in its process, by its options."""
    return Pipeline(**json.loads(options))


def _annotated(
    pipeline: Pipeline, batch: "pyarrow.RecordBatch", reading: Dict[str, Any], threads: int
) -> Iterator["pyarrow.RecordBatch"]:
    import pyarrow

    rows, rejects, _, _ = pipeline._core.extract(
        _onrecord.Input.table(batch, reading), {"threads": threads, "strict": False, "dedupe": None, "progress": None}
    )
    found = pyarrow.table(rows)
    reject = pyarrow.struct([("id", pyarrow.string()), ("reason", pyarrow.string())])
    names = [*found.schema.names, "rejects"]
    for part in found.to_batches():
        yield pyarrow.RecordBatch.from_arrays([*part.columns, pyarrow.nulls(part.num_rows, reject)], names=names)
    if rejects:
        ids = batch.column(batch.schema.names.index(reading["id"]))
        told: List[Dict[str, Any]] = []
        for problem in rejects:
            record = problem["record"]
            value = None if record is None else ids[record - 1].as_py()
            told.append({"id": None if value is None else str(value), "reason": problem["reason"]})
        nulls = [pyarrow.nulls(len(told), field.type) for field in found.schema]
        yield pyarrow.RecordBatch.from_arrays([*nulls, pyarrow.array(told, reject)], names=names)
