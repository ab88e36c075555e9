"""Documents to look at: coloured spans in notebooks, and data for displaCy."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple, Union

from .document import Attribution, Document, Place, layers

__all__ = ["COLORS", "displacy", "html"]

#: The layers and their colours; where two meet, the later one is shown.
COLORS = {"CONTENT": "#fff3bf", "PLACE": "#b2f2bb", "SOURCE": "#a5d8ff", "CUE": "#ffc9c9"}

_ORDER = {label: number for number, label in enumerate(COLORS)}


def _told(layer: str, of: Union[Attribution, Place]) -> str:
    """What is to be told of a span of a layer."""
    if isinstance(of, Place):
        told = ", ".join(part for part in (of.name, of.admin1, of.country) if part)
        return f"{told}: {of.level} ({of.confidence:.2f}, {of.rule})"
    speaker = of.speaker
    if layer == "SOURCE" and speaker is not None:
        role = f", {speaker.role}" if speaker.role else ""
        return f"{speaker.name}{role} ({speaker.confidence:.2f}, {speaker.rule})"
    about = ", ".join(j.name for j in of.jurisdictions)
    who = speaker.name if speaker is not None else "nobody named"
    return f"{who}: {of.kind}" + (f", about {about}" if about else "") + f" ({of.confidence:.2f}, {of.rule})"


def _spans(document: Document) -> List[Tuple[int, int, str, str]]:
    """Start, end, layer and what is to be told of each span, in text order."""
    return sorted({(start, end, layer, _told(layer, of)) for layer, start, end, of in layers(document)})


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as HTML; whatever stands in its cells is escaped."""

    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f'<{tag} style="text-align:left">{escape(cell)}</{tag}>' for cell in cells) + "</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', names)}</thead><tbody>{body}</tbody></table>"


def cells(speaker: Optional[str], content: str, about: Iterable[str]) -> Tuple[str, str, str]:
    """Who said what about where, as the cells of a table: a long content is cut."""
    return speaker or "–", content if len(content) <= 160 else content[:159] + "…", ", ".join(about) or "–"


def _pieces(document: Document) -> List[Tuple[int, int, str, str]]:
    """The spans cut so that none overlap: the later layer of COLORS stands over an earlier one."""
    spans = _spans(document)
    cuts = sorted({at for start, end, *_ in spans for at in (start, end)})
    position = {at: number for number, at in enumerate(cuts)}
    top: List[Any] = [None] * len(cuts)
    for span in sorted(spans, key=lambda span: _ORDER[span[2]]):
        for number in range(position[span[0]], position[span[1]]):
            top[number] = span
    pieces: List[Tuple[int, int, str, str]] = []
    for number, span in enumerate(top[:-1]):
        if span is None:
            continue
        start, end = cuts[number], cuts[number + 1]
        if pieces and pieces[-1][1] == start and pieces[-1][2:] == span[2:]:
            pieces[-1] = (pieces[-1][0], end, *span[2:])
        else:
            pieces.append((start, end, *span[2:]))
    return pieces


def html(document: Document) -> str:
    """The text of a document with its spans in colour, and a list of its attributions, as HTML.

    Whatever comes from the text is escaped.
    """
    text, out, at = document.text, [], 0
    for start, end, label, told in _pieces(document):
        out.append(escape(text[at:start]))
        style = f"background:{COLORS[label]};color:#212529;border-radius:3px;padding:0 1px"
        out.append(f'<mark style="{style}" title="{escape(told)}">{escape(text[start:end])}</mark>')
        at = end
    out.append(escape(text[at:]))
    legend = " ".join(
        f'<span style="background:{color};color:#212529;border-radius:3px;padding:0 4px">{label.lower()}</span>'
        for label, color in COLORS.items()
    )
    rows = (
        cells(row.speaker and row.speaker.name, row.content, (j.name for j in row.jurisdictions)) for row in document.attributions
    )
    return (
        f'<div class="onrecord"><div style="margin-bottom:.5em">{legend}</div>'
        f'<div style="white-space:pre-wrap;line-height:1.6">{"".join(out)}</div>'
        f"{table(('speaker', 'content', 'about'), rows)}</div>"
    )


def displacy(document: Document, style: str = "ent") -> Dict[str, Any]:
    """A document as data for spaCy's displaCy, to be rendered with ``manual=True``.

    Parameters
    ----------
    document : Document
        What a pipeline returned.
    style : {"ent", "span"}
        The style that it will be rendered in. ``"ent"`` shows at each place one layer alone (of CONTENT, PLACE, SOURCE and CUE the
        last); ``"span"`` shows all of them, which may overlap, on tokens that are cut at blanks and at the ends of spans.

    Returns
    -------
    dict
        ``text``, ``title`` and ``settings``; for ``"ent"`` also ``ents``, each with ``start``, ``end`` (characters) and ``label``;
        for ``"span"`` ``tokens`` and ``spans``, each with ``start_token``, ``end_token`` and ``label``.

    Examples
    --------
    >>> from spacy import displacy as spacy_displacy          # doctest: +SKIP
    >>> data = onrecord.displacy(pipeline(text))              # doctest: +SKIP
    >>> spacy_displacy.render(data, style="ent", manual=True, options={"colors": onrecord.COLORS})  # doctest: +SKIP
    """
    from .errors import OptionError

    data: Dict[str, Any] = {"text": document.text, "title": document.id, "settings": {}}
    if style == "ent":
        data["ents"] = [{"start": s, "end": e, "label": label} for s, e, label, _ in _pieces(document)]
        return data
    if style != "span":
        raise OptionError(f"style is 'ent' or 'span', not '{style}'")
    spans = _spans(document)
    cuts = {at for start, end, *_ in spans for at in (start, end)}
    starts, ends, tokens, at = {}, {}, [], None
    for position in range(len(document.text) + 1):
        is_end = position == len(document.text) or document.text[position].isspace() or position in cuts
        if at is not None and is_end:
            starts[at], ends[position] = len(tokens), len(tokens) + 1
            tokens.append(document.text[at:position])
            at = None
        if at is None and position < len(document.text) and not document.text[position].isspace():
            at = position
    data["tokens"] = tokens
    data["spans"] = [
        {"start_token": starts[start], "end_token": ends[end], "label": label}
        for start, end, label in sorted({span[:3] for span in spans})
        if start in starts and end in ends
    ]
    return data
