"""Rows as a table that pandas, polars, DuckDB and pyarrow take as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .errors import place

__all__ = ["Attributions", "Reject"]


@dataclass(frozen=True)
class Reject:
    """A document, or the rest of a file, that could not be read."""

    #: The file, or ``<table>`` or ``<texts>``.
    file: str
    #: The path inside an archive.
    member: Optional[str]
    #: The line, from 1.
    line: Optional[int]
    #: The row of a table, or the record of an archive, from 1.
    record: Optional[int]
    reason: str

    def __str__(self) -> str:
        return place(self.file, self.member, self.line, self.record) + self.reason


class Attributions:
    """A table of attributions: one row for each thing that somebody is reported to have said.

    It hands on its columns through the Arrow C stream without copying, so whatever reads that takes it as it is::

        pl.DataFrame(rows)                   # polars
        duckdb.sql("SELECT * FROM rows")     # DuckDB finds the variable
        pa.table(rows)                       # pyarrow
        rows.to_pandas()                     # pandas

    Columns are those of the command's Parquet files: ``doc_id id kind text content`` (string), ``start end`` (int64, characters of
    the document), ``parts`` (list of [start, end]), ``cue``, ``speaker`` (struct or null), ``jurisdictions``, ``entities`` (list of
    struct), ``sentence paragraph`` (int64, from 0), ``confidence`` (double, 0 to 1), ``rule date source title url`` (string), and
    ``metadata`` (map of strings) and ``duplicate_of`` if they were asked for.

    Attributes
    ----------
    rejects : list of Reject
        What could not be read.
    notes : list of str
        What was guessed while reading.
    documents : int
        How many documents were read.
    nbytes_read : int
        Bytes of their text, in UTF-8.
    """

    def __init__(
        self,
        rows: Any,
        rejects: Tuple[Dict[str, Any], ...] = (),
        notes: Tuple[str, ...] = (),
        summary: Optional[Dict[str, int]] = None,
    ) -> None:
        self._rows = rows
        self.rejects: List[Reject] = [Reject(**reject) for reject in rejects]
        self.notes: List[str] = list(notes)
        self.documents: int = (summary or {}).get("documents", 0)
        self.nbytes_read: int = (summary or {}).get("bytes", 0)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._rows.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> Any:
        return self._rows.__arrow_c_schema__()

    def __len__(self) -> int:
        return len(self._rows)

    def __bool__(self) -> bool:
        return len(self) > 0

    @property
    def column_names(self) -> List[str]:
        """The names of the columns, in order."""
        return self._rows.column_names

    @property
    def nbytes(self) -> int:
        """Bytes that the columns take in memory."""
        return self._rows.nbytes

    def __getitem__(self, rows: slice) -> "Attributions":
        """Some rows of it, without a copy: ``rows[:100]``."""
        if not isinstance(rows, slice):
            raise TypeError("rows are taken by slices: rows[:100]; by name, use to_pandas() or to_polars()")
        start, end, step = rows.indices(len(self))
        if step != 1:
            raise ValueError("slices of rows have no steps")
        return Attributions(self._rows.slice(start, end))

    def __iter__(self) -> Iterator[Dict[str, Any]]:
        """Each row as a dictionary, as JSON has it."""
        import json

        step = 4096
        for start in range(0, len(self), step):
            for line in self._rows.slice(start, start + step).json_lines().splitlines():
                yield json.loads(line)

    def to_pyarrow(self) -> Any:
        """The rows as a ``pyarrow.Table``, without a copy."""
        return _library("pyarrow", "pandas").table(self)

    def to_pandas(self, **options: Any) -> Any:
        """The rows as a ``pandas.DataFrame``; structures become dictionaries. Options are those of ``pyarrow.Table.to_pandas``."""
        _library("pandas", "pandas")
        return self.to_pyarrow().to_pandas(**options)

    def to_polars(self) -> Any:
        """The rows as a ``polars.DataFrame``, without a copy where its types allow that."""
        return _library("polars", "polars").DataFrame(self)

    def __repr__(self) -> str:
        lost = f", {len(self.rejects):,} rejected" if self.rejects else ""
        of = f" of {self.documents:,} documents" if self.documents else ""
        return f"<onrecord.Attributions: {len(self):,} rows{of}{lost}>"

    def _repr_html_(self) -> str:
        from html import escape

        from .display import cells, table

        rows = (
            (
                row["doc_id"],
                *cells((row["speaker"] or {}).get("name"), row["content"], (j["name"] for j in row["jurisdictions"])),
                f'{row["confidence"]:.2f}',
            )
            for row in self[:10]
        )
        return f'{table(("doc_id", "speaker", "content", "about", "confidence"), rows)}<p>{escape(repr(self))}</p>'


def _library(name: str, extra: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(f"this needs {name}: pip install 'onrecord[{extra}]', or pip install {name}") from error
