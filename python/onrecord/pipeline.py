"""The pipeline, and runs of it over many documents."""

from __future__ import annotations

import os
import sys
import time
import warnings
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, Union

from . import _onrecord
from .document import Document, document
from .errors import InputError, OptionError, RejectWarning
from .table import Attributions

__all__ = ["Pipeline", "extract"]

Progress = Union[bool, Callable[[int, int, int, Optional[int]], Any]]


class Pipeline:
    """Finds who said what about which jurisdiction. Made once, used for any number of texts, from any number of threads.

    Parameters
    ----------
    engine : {"fast", "rules", "accurate"}
        What finds the reports: the surest rules, then a small network; rules alone, the fastest; a larger network.
    cues : {"speech", "all"}
        What is reported as said, or thoughts, wishes and plans as well.
    effort : {"low", "normal", "high"}, optional
        How deep the accurate engine reads.
    home : str, optional
        Where the outlet is at home, a name or an id: a bare Springfield is the near one. ``"Dayton, Ohio"``. Without it
        the outlet's name tells (``source``, or the host of ``url``), if the article names places near by; ``"none"`` if it is not to.
    weights : path, optional
        Weights for the engine's network instead of its own.
    gazetteer : path or list of paths, optional
        Your own places, agencies and officials, as tables.

    Raises
    ------
    OptionError
        (a ValueError) if an option makes no sense.
    InputError
        (an OSError) if a file of weights cannot be read.

    Examples
    --------
    >>> pipeline = onrecord.Pipeline(engine="rules")
    >>> document = pipeline("“We will rebuild,” said Mayor Ana Ruiz of Toledo, Ohio.")
    >>> document.attributions[0].speaker.name
    'Ana Ruiz'
    """

    def __init__(
        self,
        engine: str = "fast",
        *,
        cues: str = "speech",
        effort: Optional[str] = None,
        home: Optional[str] = None,
        weights: Union[str, "os.PathLike[str]", None] = None,
        gazetteer: Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]]] = (),
    ) -> None:
        if weights is not None and engine == "rules":
            raise OptionError("weights= goes with engine='fast' or 'accurate'")
        if effort is not None and engine != "accurate":
            raise OptionError("effort= goes with engine='accurate'")
        if isinstance(gazetteer, (str, os.PathLike)):
            gazetteer = [gazetteer]
        paths = [os.fspath(path) for path in gazetteer]
        self._options: Dict[str, Any] = {"engine": engine, "cues": cues, "effort": effort, "home": home}
        self._options.update(weights=None if weights is None else os.fspath(weights), gazetteer=paths)
        self._homes: List[Tuple[str, str, int, float]] = []
        self._core = _onrecord.Core(engine, effort, cues, self._options["weights"], home, paths)

    def __reduce__(self) -> Any:
        if self._homes:
            raise TypeError("a pipeline that has learned homes cannot be pickled")
        return _made, (self._options,)

    def __repr__(self) -> str:
        usual = {"cues": "speech"}
        given = [f"{name}={value!r}" for name, value in self._options.items() if value and value != usual.get(name)]
        return f"onrecord.Pipeline({', '.join(given)})"

    def __call__(
        self,
        text: str,
        *,
        id: str = "text",
        date: Optional[str] = None,
        source: Optional[str] = None,
        title: Optional[str] = None,
        url: Optional[str] = None,
    ) -> Document:
        """Annotates one text.

        Parameters
        ----------
        text : str
            The article. Offsets of all that is returned index it.
        id : str
            The document's name in ``doc_id`` and in ids of rows.
        date, source, title, url : str, optional
            Passed on to the rows; by ``source``, or the host of ``url``, homes that were learned are found.

        Returns
        -------
        Document
        """
        metadata = {"date": date, "source": source, "title": title, "url": url}
        return document(text, self._core.annotate(text, id, metadata))

    def documents(self, texts: Iterable[str], *, threads: int = 0) -> List[Document]:
        """Annotates some texts on all cores, or ``threads`` of them; returns a Document each, in order, called as one text alone is."""
        texts = list(texts)
        return [document(text, line) for text, line in zip(texts, self._core.annotate_all(texts, threads))]

    def learn_homes(self, data: Any, **reading: Any) -> Dict[str, str]:
        """Learns from articles where each outlet is at home: its ``source``, or the host of its ``url``.

        Takes the same data, and names of fields, as :meth:`extract`. Returns the id of the place by outlet; later calls use what was
        learned.
        """
        learned = self._core.learn_homes(_input(data, reading))
        self._homes.extend(learned)
        return {outlet: place for outlet, place, _, _ in learned}

    def extract(
        self,
        data: Any,
        *,
        text: Optional[str] = None,
        id: Union[str, Sequence[Any], None] = None,
        keep: Union[str, Sequence[str], None] = None,
        dedupe: Optional[str] = None,
        threads: int = 0,
        strict: bool = False,
        progress: Progress = True,
        **reading: Any,
    ) -> Attributions:
        """Annotates many documents; see :func:`extract`, which takes the same."""
        if not isinstance(threads, int) or not 0 <= threads <= 256:
            raise OptionError(f"threads is a number from 0 (one a core) to 256, not {threads!r}")
        given = _input(data, dict(reading, text=text, id=id, keep=keep))
        bar = _bar(progress)
        run = {"threads": threads, "dedupe": dedupe, "strict": strict, "progress": bar}
        try:
            rows, rejects, notes, summary = self._core.extract(given, run)
        finally:
            if isinstance(bar, _Bar):
                bar.close()
        table = Attributions(rows, rejects, notes, summary)
        if table.rejects:
            more = f", and {len(table.rejects) - 1:,} more" if len(table.rejects) > 1 else ""
            warnings.warn(f"not read: {table.rejects[0]}{more} (rejects lists them)", RejectWarning, stacklevel=2)
        return table


def _made(options: Dict[str, Any]) -> Pipeline:
    return Pipeline(**options)


def extract(
    data: Any,
    *,
    text: Optional[str] = None,
    id: Union[str, Sequence[Any], None] = None,
    engine: str = "fast",
    cues: str = "speech",
    effort: Optional[str] = None,
    home: Optional[str] = None,
    learn_home: bool = False,
    weights: Union[str, "os.PathLike[str]", None] = None,
    gazetteer: Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]]] = (),
    keep: Union[str, Sequence[str], None] = None,
    dedupe: Optional[str] = None,
    threads: int = 0,
    strict: bool = False,
    progress: Progress = True,
    **reading: Any,
) -> Attributions:
    """Who said what about which jurisdiction, in many documents: a table with a row an attribution.

    The rows are those that ``onrecord extract`` writes. The work is done on all cores, outside of Python's lock; Ctrl-C stops it.

    Parameters
    ----------
    data : list of str, DataFrame, Arrow table, path or list of paths
        - a list (or pandas or polars Series, or any iterable) of texts;
        - a table of pandas, polars, pyarrow, DuckDB, or whatever hands on an Arrow C stream: a document a row;
        - a path (``pathlib.Path``, or a str that is the path of what exists, or a pattern like ``"news/*.jsonl.gz"``), or a list of
          ``Path``: files, folders and archives, in all formats that the command reads.
    text : str, optional
        The column or field with the text; else ``text``, ``body``, ``content`` or ``maintext``.
    id : str or sequence, optional
        The column or field with the id; else ``id`` or ``doc_id``, else the number of the row from 0 (of files: name and line). For a
        list of texts, a sequence of ids as long.
    engine, cues, effort, home, weights, gazetteer
        Options of the pipeline; see :class:`Pipeline`.
    learn_home : bool
        Learn where each outlet (``source``, or the host of ``url``) is at home in a first pass over its articles.
    keep : "all" or list of str, optional
        Columns that go into ``metadata`` of the rows.
    dedupe : {"exact", "near"}, optional
        Mark copies of earlier documents in ``duplicate_of``.
    threads : int
        Workers, at most 256; 0 for one a core. The rows are the same for any number.
    strict : bool
        Raise at the first document that cannot be read, instead of going on.
    progress : bool or callable
        Show a line on standard error if that is a terminal and the run takes more than a second; or a function that is called with the
        documents, rows and bytes that are done, and the bytes in all if that is known, about ten times a second.
    exports : {"shown", "always", "never"}
        Whether ``.txt`` files are exports of news databases.
    max_document, max_ratio, max_unpacked, max_members : int
        What an input may cost: bytes of a document (64 MiB), times that a file may unpack to its own size (200), bytes that it may
        unpack to (1 TiB), members of an archive.

    Returns
    -------
    Attributions
        A table of shape (rows, 20); ``rejects`` lists what could not be read, of which a RejectWarning tells.

    Raises
    ------
    InputError
        (an OSError and a ValueError, with ``file``, ``line``, ``record`` and ``reason``) if nothing can be read, or with ``strict``.
    OptionError
        (a ValueError) if an option makes no sense.

    Examples
    --------
    >>> rows = onrecord.extract(["“We will rebuild,” said Mayor Ana Ruiz of Toledo, Ohio."], engine="rules")
    >>> len(rows)
    1
    """
    if learn_home and home is not None:
        raise OptionError("home= or learn_home=, not both")
    pipeline = Pipeline(engine, cues=cues, effort=effort, home=home, weights=weights, gazetteer=gazetteer)
    if _is_iterator(data):
        data = list(data)
    if learn_home:
        pipeline.learn_homes(data, text=text, id=id, keep=keep, **reading)
    return pipeline.extract(
        data, text=text, id=id, keep=keep, dedupe=dedupe, threads=threads, strict=strict, progress=progress, **reading
    )


_READING = {"text", "id", "keep", "exports", "max_document", "max_ratio", "max_unpacked", "max_members"}


def _is_iterator(data: Any) -> bool:
    return hasattr(data, "__next__") and not hasattr(data, "__arrow_c_stream__")


def _is_path(item: Any) -> bool:
    return isinstance(item, os.PathLike)


def _input(data: Any, how: Dict[str, Any]) -> Any:
    """What is to be read, for the core."""
    unknown = set(how) - _READING
    if unknown:
        raise TypeError(f"extract() got an unexpected keyword argument {sorted(unknown)[0]!r}")
    ids = how.get("id")
    if ids is not None and not isinstance(ids, str):
        how = dict(how, id="id")
    else:
        ids = None
    if isinstance(data, (str, bytes, os.PathLike)):
        return _paths([data], how, ids)
    # A Series is a column, not a table, and a table of another library hands on a stream of structures.
    is_table = hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")
    if is_table and _has_columns(data):
        if ids is not None:
            raise OptionError("the id of a table is the name of a column")
        return _onrecord.Input.table(data, how)
    if hasattr(data, "fetch_arrow_table"):
        return _onrecord.Input.table(data.fetch_arrow_table(), how)
    items = list(data)
    if items and all(_is_path(item) for item in items):
        return _paths(items, how, ids)
    return _onrecord.Input.texts(items, ids, how)


def _has_columns(data: Any) -> bool:
    if any(hasattr(data, name) for name in ("columns", "column_names", "schema")):
        return True
    return not hasattr(data, "__len__") or hasattr(data, "__arrow_c_array__")


def _paths(paths: Sequence[Any], how: Dict[str, Any], ids: Any) -> Any:
    if ids is not None:
        raise OptionError("the id of files is the name of a field")
    paths = [os.fspath(path) for path in paths]
    for path in paths:
        if not os.path.exists(path) and not any(mark in os.fsdecode(path) for mark in "*?["):
            named = os.fsdecode(path)
            if len(named) > 200 or any(character.isspace() for character in named.strip()):
                raise OptionError("a str is a path; texts come in a list: extract([text])")
            raise InputError("no such file or folder", named)
    return _onrecord.Input.paths([os.fsdecode(path) for path in paths], how)


def _bar(progress: Progress) -> Any:
    if progress is True:
        return _Bar() if sys.stderr is not None and sys.stderr.isatty() else None
    if progress is False or progress is None:
        return None
    return progress


class _Bar:
    """A line on standard error that says how far a run is, once it has taken a second."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.shown = False

    def __call__(self, documents: int, rows: int, done: int, total: Optional[int]) -> None:
        seconds = time.monotonic() - self.started
        if seconds < 1:
            return
        self.shown = True
        of = f" of {total / 1e6:,.0f}" if total else ""
        words = f"{documents:,} documents, {rows:,} rows, {done / 1e6:,.1f}{of} MB, {done / 1e6 / seconds:,.1f} MB/s"
        sys.stderr.write(f"\r\x1b[2K{words}")
        sys.stderr.flush()

    def close(self) -> None:
        if self.shown:
            sys.stderr.write("\n")
