"""Keys that Asterisk tells of twice.

Asterisk keeps the ends of two keys apart: while it makes up the beginning and length of one whose beginning it did not
take, and for 45 ms after the end of each, it puts a key that ends off, and reads nothing more of that channel until it
has taken it up again. It tells of such a key both times, with the same length. Having taken it up it makes up its
length too, so that from the first two keys that lie, or are read, too close together on, each key of a caller who types
fast is told twice, until he pauses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

_GAP = timedelta(milliseconds=45)
_SHORTEST = timedelta(milliseconds=80)
"""What Asterisk lengthens shorter keys to, if told nothing else (``mindtmfduration``)."""
_LATE = timedelta(milliseconds=40)
"""A made-up key ends with a piece of sound, of 20 ms each; and threads come late."""


@dataclass(frozen=True, slots=True)
class Report:
    """Of the end of a key that was held for ``length``. Its representation does not show the key."""

    key: str
    length: timedelta
    at: datetime

    def __repr__(self) -> str:
        return f"Report(at={self.at!r})"


class PutOff(Enum):
    """Whether Asterisk has put off a key that it told of."""

    NO = auto()
    PERHAPS = auto()
    SURELY = auto()


@dataclass(frozen=True, slots=True)
class Heard:
    """The last report of a channel. ``again`` says that it told of the key of the one before; ``until`` is when it is
    told again itself at the latest, if it was put off perhaps."""

    report: Report
    again: bool = False
    put_off: PutOff = PutOff.NO
    until: datetime | None = None


def hear(last: Heard | None, report: Report) -> Heard:
    """What is to be kept of a channel after this report; see ``again`` of it.

    A report tells of a key again only if it is of the same key with the same length as the last one, if that one was
    put off, and was no repetition itself. It surely was if it came when Asterisk could not yet take a key; then however
    late the repetition comes. It perhaps was if it came while Asterisk may still have made up the length of the key
    before; then the repetition comes within some 45 ms, in which nobody presses a key again. Only where Asterisk stood
    still for longer than the caller paused, between two equal keys of just the same length, may one be lost.
    """
    if last is None:
        return Heard(report)
    if _again(last, report):
        return Heard(report, again=True)
    before, length = last.report, last.report.length
    if report.at < before.at + _GAP + (length if last.again else timedelta()):
        return Heard(report, put_off=PutOff.SURELY)
    over = before.at + max(length, _SHORTEST)
    if last.again or report.at < over + _GAP + _LATE:
        return Heard(report, put_off=PutOff.PERHAPS, until=max(over, report.at) + _GAP + _LATE)
    return Heard(report)


def _again(last: Heard, report: Report) -> bool:
    before = last.report
    if last.again or (report.key, report.length) != (before.key, before.length):
        return False
    return last.put_off is PutOff.SURELY or (last.until is not None and report.at < last.until)
