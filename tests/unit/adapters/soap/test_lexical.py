"""Leaf values: what is told by looking at the text agrees with what the library makes of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tellerline.adapters.soap.errors import UnrecognisedError
from tellerline.adapters.soap.lexical import read_instant

_DAYS = st.from_regex(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]", fullmatch=True)
_OFFSETS = st.from_regex(r"(\.([0-9]{1,6}|[0-9]{6}|000000))?(Z|[+-][0-2][0-9]:[0-9]{2})?", fullmatch=True)


@given(day=_DAYS, offset=_OFFSETS)
@example(day="2026-03-02T10:00:00", offset="+08:00")
@example(day="2026-03-02T10:00:00", offset="-00:00")
@example(day="2026-03-02T10:00:00", offset="+08:75")
@example(day="2026-03-02T10:00:00", offset=".12345")
@example(day="2026-03-02T10:00:00", offset=".123456+08:00")
@example(day="2026-03-02T10:00:00", offset=".000000+08:00")
@example(day="2026-03-02T10:00:00", offset=".123456-00:00")
@example(day="2026-03-02T10:00:00", offset=".123456+08:75")
@example(day="2026-03-02T10:00:00", offset=".1234+08:00")
@example(day="2026-03-02T24:00:00", offset="+08:00")
def test_an_instant_is_read_in_one_form(day: str, offset: str) -> None:
    try:
        expected = datetime.fromisoformat(day + offset).isoformat()
    except ValueError:
        with pytest.raises(UnrecognisedError):
            read_instant(day + offset)
    else:
        assert read_instant(day + offset) == expected


@pytest.mark.parametrize("text", [None, "", "2026-W10-1T10:00:00+08:00", "20260302T100000+08:00", "2026-03-02"])
def test_other_spellings_of_an_instant_are_not_xml_schemas(text: str | None) -> None:
    with pytest.raises(UnrecognisedError):
        read_instant(text)
