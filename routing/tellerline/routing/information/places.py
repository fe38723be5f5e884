"""Branches and cash machines: where they are, when they are open, how far away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from tellerline.routing.calculators.credit import Words

_EARTH_METERS = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""
_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class PlaceKind(StrEnum):
    BRANCH = "BRANCH"
    ATM = "ATM"


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float

    def meters_to(self, other: Point) -> float:
        """As the crow flies, on a sphere (haversine)."""
        south, north = radians(self.latitude), radians(other.latitude)
        across = sin(radians(other.longitude - self.longitude) / 2) ** 2
        chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * across
        return 2 * _EARTH_METERS * asin(sqrt(min(chord, 1.0)))


@dataclass(frozen=True, slots=True)
class Opening:
    """On the weekdays from ``first`` to ``last`` (Monday is 0), from ``opens`` up to ``closes``; a ``closes`` of
    midnight is the day's end."""

    first: int
    last: int
    opens: time
    closes: time

    def holds(self, moment: datetime) -> bool:
        clock = moment.time()
        return (
            self.first <= moment.weekday() <= self.last
            and self.opens <= clock
            and (clock < self.closes or self.closes == time())
        )

    def said(self, *, english: bool) -> str:
        hours = f"{self.opens:%H:%M}–{self.closes:%H:%M}" if self.closes != time() else f"{self.opens:%H:%M}–24:00"
        if english:
            days = _DAYS_EN[self.first]
            return f"{days if self.first == self.last else f'{days}–{_DAYS_EN[self.last]}'} {hours}"
        days = f"周{_DAYS_ZH[self.first]}"
        return f"{days if self.first == self.last else f'{days}至周{_DAYS_ZH[self.last]}'} {hours}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A branch, or a cash machine."""

    code: str
    kind: PlaceKind
    name: Words
    district: Words
    address: Words
    point: Point
    hours: tuple[Opening, ...]
    telephone: str = ""
    services: frozenset[str] = frozenset()

    def is_open(self, moment: datetime) -> bool:
        """``moment`` is in the bank's time zone."""
        return any(each.holds(moment) for each in self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Filters that are left out let everything through; ``open_at`` is in the bank's time zone."""

    query: str = ""
    district: str = ""
    kind: PlaceKind | None = None
    service: str = ""
    open_at: datetime | None = None
    near: Point | None = None
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """``meters`` from the point that was asked for; 0 without one."""

    place: Place
    meters: float = field(default=0.0)


@dataclass(frozen=True, slots=True)
class Places:
    """By code."""

    places: tuple[Place, ...]

    def get(self, code: str) -> Place | None:
        return next((each for each in self.places if each.code == code), None)

    def find(self, search: Search) -> tuple[Found, ...]:
        """The nearest first, places at the same distance by code; without a point by code."""
        found = [Found(each, _distance(each, search)) for each in self.places if _matches(each, search)]
        if search.near is not None:
            found.sort(key=lambda each: (each.meters, each.place.code))
        return tuple(each for each in found if not search.radius or each.meters <= search.radius)


def _distance(place: Place, search: Search) -> float:
    return 0.0 if search.near is None else search.near.meters_to(place.point)


def _matches(place: Place, search: Search) -> bool:
    return (
        (search.kind is None or place.kind is search.kind)
        and (not search.service or search.service in place.services)
        and (search.open_at is None or place.is_open(search.open_at))
        and _named(search.query, (place.name, place.address))
        and _named(search.district, (place.district,))
    )


def _named(wanted: str, texts: tuple[Words, ...]) -> bool:
    folded = wanted.strip().casefold()
    return not folded or any(folded in part.casefold() for text in texts for part in (text.zh, text.en))
