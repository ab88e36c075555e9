"""What goes wrong, as exceptions; all of them are an :class:`OnrecordError`."""

from __future__ import annotations

from typing import Optional

__all__ = ["InputError", "OnrecordError", "OptionError", "RejectWarning"]


class OnrecordError(Exception):
    """Anything that this package raises by itself."""


class OptionError(OnrecordError, ValueError):
    """An option that makes no sense: an engine, a place or a column that does not exist."""


class InputError(OnrecordError, OSError, ValueError):
    """Something that cannot be read, and no run goes on without it.

    Attributes
    ----------
    reason : str
        What is the matter.
    file : str or None
        The file, or ``<table>`` or ``<texts>``.
    member : str or None
        The path inside an archive.
    line : int or None
        The line, from 1.
    record : int or None
        The row of a table or the record of an archive, from 1.
    """

    def __init__(
        self,
        reason: str,
        file: Optional[str] = None,
        member: Optional[str] = None,
        line: Optional[int] = None,
        record: Optional[int] = None,
    ) -> None:
        self.reason = reason
        self.file = file
        self.member = member
        self.line = line
        self.record = record
        # One argument alone: OSError takes two for a number and its words.
        super().__init__(place(file, member, line, record) + reason)
        self.filename = file

    def __str__(self) -> str:
        return place(self.file, self.member, self.line, self.record) + self.reason

    def __reduce__(self):
        return type(self), (self.reason, self.file, self.member, self.line, self.record)


class RejectWarning(UserWarning):
    """Some documents were not read; ``rejects`` of the result lists them."""


def place(
    file: Optional[str], member: Optional[str], line: Optional[int], record: Optional[int]
) -> str:
    """Where something stands, as messages begin: ``news.jsonl:17: ``."""
    if file is None:
        return ""
    words = file if member is None else f"{file}: {member}"
    words += "" if line is None else f":{line}"
    words += "" if record is None else f", record {record}"
    return words + ": "
