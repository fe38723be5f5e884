"""Branches and cash machines from TOML."""

from __future__ import annotations

import re
from datetime import time

from tellerline.routing.information import cells
from tellerline.routing.information.places import Opening, Place, PlaceKind, Places, Point
from tellerline.routing.tickets.tables import Table

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)", re.ASCII)


def read_places(table: Table) -> Places:
    """``[[places]]``."""
    places = table.tables("places", _place)
    cells.unique([place.code for place in places], table, "places")
    return Places(tuple(sorted(places, key=lambda each: each.code)))


def _place(table: Table) -> Place:
    return Place(
        code=cells.code(table),
        kind=table.word("kind", PlaceKind),
        name=cells.words(table, "name"),
        district=cells.words(table, "district"),
        address=cells.words(table, "address"),
        point=Point(
            float(cells.decimal(table, "latitude", least="-90", most="90")),
            float(cells.decimal(table, "longitude", least="-180", most="180")),
        ),
        hours=tuple(_opening(table, text) for text in table.texts("hours")),
        telephone=table.text("telephone", ""),
        services=frozenset(table.texts("services")),
    )


def _opening(table: Table, text: str) -> Opening:
    """``mon-fri 09:00-17:00``; 24:00 is the day's end."""
    found = _HOURS.fullmatch(text)
    if found is None or found["first"] not in _DAYS or (found["last"] or "mon") not in _DAYS:
        raise table.fail("hours", f"{text!r} is not like 'mon-fri 09:00-17:00'")
    first = _DAYS.index(found["first"])
    last = _DAYS.index(found["last"]) if found["last"] else first
    try:
        opens = time.fromisoformat(found["opens"])
        closes = time() if found["closes"] == "24:00" else time.fromisoformat(found["closes"])
    except ValueError:
        raise table.fail("hours", f"{text!r} has a time that no clock shows") from None
    if last < first or (closes <= opens and closes != time()):
        raise table.fail("hours", f"{text!r} ends before it begins")
    return Opening(first, last, opens, closes)
