"""From zeep's schema types to the plan that is compiled; what has no plan stays with zeep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zeep.xsd import ComplexType, Element, Sequence
from zeep.xsd.types import builtins

from tellerline.adapters.soap.plan import Facets, Field, Kind, Leaf, Message, Record

_KINDS = (
    (builtins.Boolean, Kind.BOOLEAN),
    (builtins.DateTime, Kind.INSTANT),
    (builtins.Date, Kind.DATE),
    (builtins.Integer, Kind.INTEGER),
    (builtins.Decimal, Kind.DECIMAL),
    (builtins.String, Kind.TEXT),
)


class NotCompilableError(Exception):
    """The type uses something that only zeep reads: attributes, choices, wildcards, nil, recursion."""


def kind_of(simple: Any) -> Kind | None:
    """The compiled kind of a zeep simple type, or None. Types that collapse white space are zeep's alone."""
    if isinstance(simple, builtins.NormalizedString):
        return None
    return next((kind for zeep_type, kind in _KINDS if isinstance(simple, zeep_type)), None)


def plan_message(element: Any, facets: Mapping[str, Facets]) -> Message:
    """Raises ``NotCompilableError``."""
    if not isinstance(element.type, ComplexType):
        raise NotCompilableError(element.qname.text)
    return Message(tag=element.qname.text, record=_Planner(facets).record(element.type))


class _Planner:
    def __init__(self, facets: Mapping[str, Facets]) -> None:
        self._facets = facets
        self._open: set[int] = set()
        self._done: dict[int, Record] = {}

    def record(self, complex_type: Any) -> Record:
        """Equal types give the same record, so that each is compiled once."""
        key = id(complex_type)
        if key in self._done:
            return self._done[key]
        sequence = complex_type._element
        plain = type(sequence) is Sequence and sequence.min_occurs == 1 and sequence.max_occurs == 1
        if key in self._open or not plain or complex_type.attributes:
            raise NotCompilableError(str(complex_type.qname or complex_type.name))
        self._open.add(key)
        self._done[key] = Record(fields=tuple(self._field(name, item) for name, item in sequence.elements_nested))
        return self._done[key]

    def _field(self, name: str | None, element: Any) -> Field:
        if type(element) is not Element or name is None or element.nillable or element.max_occurs == 0:
            raise NotCompilableError(str(name))
        return Field(
            name=name,
            tag=element.qname.text,
            type=self._type(element.type),
            optional=element.min_occurs == 0,
            repeated=element.accepts_multiple,
        )

    def _type(self, zeep_type: Any) -> Leaf | Record:
        if isinstance(zeep_type, ComplexType):
            return self.record(zeep_type)
        kind = kind_of(zeep_type)
        if kind is None:
            raise NotCompilableError(repr(zeep_type))
        name = zeep_type.qname.text if zeep_type.qname is not None else ""
        return Leaf(kind=kind, facets=self._facets.get(name, Facets()))
