"""Looks for secret digits in everything that was written: texts, stores, sound.

Digits are looked for in each way in which they may stand in a file: side by side, one by one (as in a JSON array, or
with anything but letters between), in UTF-16, in hexadecimal and in Base64. What is random by itself, such as
times and ids, is left out of the first of these alone: six digits come up there by chance.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import sqlite3
import string
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from dtmf_ear import keys_in
from telephones import wav_samples

_DIGITS = re.compile(rb"[0-9]{6,}")
_ONE_BY_ONE = re.compile(rb"(?<![0-9])(?=([0-9](?:[^0-9A-Za-z]{1,4}[0-9](?![0-9])){5}))")
_HEXADECIMAL = re.compile(rb"(?:3[0-9]){6,}")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e]{6,}")
_TOLD_KEY = re.compile(rb"(?i)(?:dtmf|digit|\bkeys?\b|pressed)[^\n]{0,40}?(?<![0-9A-Za-z])[\"'][0-9][\"']")
_RECORD = re.compile(rb'(?=\{")')
_NOISE = re.compile(
    rb"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}(?:[.,][0-9]+)?)"
    rb"|(?P<id>(?<![0-9a-f])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9a-f]))"
    rb"|(?P<serial>(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z]))"
    rb"|(?P<line>C-[0-9a-f]{8})"
    rb"|(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)
_EPOCH = re.compile(rb"(?<![0-9])[0-9]{10}(?:[0-9]{3}|[0-9]{6}|[0-9]{9})?(?:\.[0-9]+)?(?![0-9])")
"""Seconds, or thousandths, millionths or billionths of them."""
KEY_BY_KEY = "key by key"
"""A text tells of one key: six such lines are a PIN, whatever stands between them."""
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Found:
    """``how`` the digits stand there."""

    place: str
    how: str
    digits: str


class PinSearch:
    """For six digits each, four of them different. ``times`` are the epoch seconds that the run may have written;
    without them epoch times are looked at too."""

    def __init__(self, pins: Collection[str], times: range = range(0)) -> None:
        self._pins = frozenset(pins)
        self._times = times
        self._coded = {code: pin for pin in self._pins for code in _base64(pin)}

    def folder(self, folder: Path) -> list[Found]:
        """In every file below it, in each as what it is."""
        return [found for path in _files(folder) for found in self.file(path, str(path.relative_to(folder)))]

    def file(self, path: Path, place: str = "") -> list[Found]:
        place = place or path.name
        if path.suffix == ".wav":
            return self.sound(path, place)
        found = self.data(path.read_bytes(), place)
        if _is_store(path):
            found += self.data(_dump(path), f"{place}, read")
        return found

    def sound(self, wav: Path, place: str) -> list[Found]:
        """Tones of keys, in band."""
        return [Found(place, "tones", pin) for pin in _windows(keys_in(wav_samples(wav))) if pin in self._pins]

    def data(self, data: bytes, place: str) -> list[Found]:
        texts = _texts(data)
        ways = {**self._in_texts(texts), "UTF-16": _wide(data)}
        found = [Found(place, how, pin) for how, seen in ways.items() for pin in sorted(self._pins.intersection(seen))]
        return found + [Found(place, KEY_BY_KEY, told.decode()) for told in sorted(set(_TOLD_KEY.findall(texts)))]

    def side_by_side(self, texts: bytes) -> set[str]:
        """All six digits in a row, but for what is random by itself."""
        quiet = _EPOCH.sub(self._without_time, _NOISE.sub(b" ", texts))
        return {pin for run in _DIGITS.findall(quiet) for pin in _windows(run.decode())}

    def _without_time(self, number: re.Match[bytes]) -> bytes:
        return b" " if int(number[0][:10]) in self._times else number[0]

    def everything(self, folder: Path) -> set[str]:
        """``side_by_side`` in all files below it, but in sound."""
        texts = [_texts(path.read_bytes()) for path in _files(folder) if path.suffix != ".wav"]
        texts += [_texts(_dump(path)) for path in _files(folder) if _is_store(path)]
        return {pin for text in texts for pin in self.side_by_side(text)}

    def _in_texts(self, texts: bytes) -> dict[str, set[str]]:
        coded = (code for pattern in _BASE64 for code in pattern.findall(texts))
        hexadecimal = (bytes.fromhex(run.decode()).decode() for run in _HEXADECIMAL.findall(texts))
        return {
            "side by side": self.side_by_side(texts),
            "one by one": {re.sub("[^0-9]", "", spread.decode()) for spread in _ONE_BY_ONE.findall(texts)},
            "hexadecimal": {pin for run in hexadecimal for pin in _windows(run)},
            "Base64": {self._coded.get(code, "") for code in coded},
        }


def _texts(data: bytes) -> bytes:
    """What can be read in it, each piece once: a store's log of changes has the same page again and again."""
    return b"\n".join(dict.fromkeys(piece for text in _TEXT.findall(data) for piece in _RECORD.split(text)))


def _wide(data: bytes) -> set[str]:
    """In UTF-16, of either order."""
    codes = np.frombuffer(data, np.uint8)
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    wide = digit[:-1] & (codes[1:] == 0) if len(codes) else digit
    last = len(wide) - 10
    if last <= 0:
        return set()
    begins = np.logical_and.reduce([wide[at : last + at] for at in range(0, 11, 2)])
    return {data[at : at + 12 : 2].decode() for at in np.flatnonzero(begins)}


def _windows(run: str) -> Iterator[str]:
    return (run[at : at + 6] for at in range(len(run) - 5))


def _base64(digits: str) -> list[bytes]:
    """What does not depend on the neighbours, for each place in a group of three."""
    coded = [base64.b64encode(b"\x00" * before + digits.encode()) for before in range(3)]
    return [coded[0][:8], coded[1][2:9], coded[2][3:10]]


def _base64_of_any() -> Iterator[re.Pattern[bytes]]:
    """What six digits may look like, for each place in a group of three."""
    samples = [_base64((one + other) * 3) for one in string.digits for other in string.digits]
    for codes in zip(*samples, strict=True):
        places = ("".join(sorted(set(place))) for place in zip(*(code.decode() for code in codes), strict=True))
        yield re.compile(b"(?=(" + "".join(f"[{place}]" for place in places).encode() + b"))")


_BASE64 = tuple(_base64_of_any())


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in sorted(names) if (Path(place) / name).is_file())


def _is_store(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _dump(path: Path) -> bytes:
    """Every value in a store, a line each, with what its log of changes has beside it; it is left as it is."""
    with TemporaryDirectory() as place:
        for each in path.parent.glob(f"{path.name}*"):
            shutil.copy(each, place)
        connection = sqlite3.connect(Path(place) / path.name)
        connection.text_factory = bytes
        try:
            return b"\n".join(_values(connection))
        finally:
            connection.close()


def _values(connection: sqlite3.Connection) -> Iterator[bytes]:
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in connection.execute(f'SELECT * FROM "{table.decode()}"'):
            yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)
