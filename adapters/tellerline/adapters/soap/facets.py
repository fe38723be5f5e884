"""Restrictions of named simple types, read from the schema text because zeep does not keep them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lxml import etree

from tellerline.adapters.soap.envelope import parse
from tellerline.adapters.soap.plan import Facets

_XSD = "{http://www.w3.org/2001/XMLSchema}"


def read_facets(documents: Iterable[bytes]) -> dict[str, Facets]:
    """Facets by the type's Clark name, inherited ones included; others than those below are left to the host."""
    restrictions: dict[str, etree._Element] = {}
    for document in documents:
        for schema in parse(document).iter(f"{_XSD}schema"):
            namespace = schema.get("targetNamespace", "")
            for simple in schema.findall(f"{_XSD}simpleType"):
                restriction = simple.find(f"{_XSD}restriction")
                if restriction is not None:
                    restrictions[f"{{{namespace}}}{simple.get('name')}"] = restriction
    return {name: _facets(name, restrictions) for name in restrictions}


def _facets(name: str, restrictions: dict[str, etree._Element]) -> Facets:
    restriction = restrictions.get(name)
    if restriction is None:
        return Facets()
    inherited = _facets(_base(restriction), restrictions)
    own: dict[str, Any] = {}
    choices: set[str] = set()
    for facet in restriction:
        kind, value = etree.QName(facet).localname, facet.get("value", "")
        if kind == "enumeration":
            choices.add(value)
        elif kind in _READ:
            own |= _READ[kind](value)
    if choices:
        own["choices"] = frozenset(choices)
    return replace(inherited, **own)


def _base(restriction: etree._Element) -> str:
    prefix, _, local = restriction.get("base", "").rpartition(":")
    return f"{{{restriction.nsmap.get(prefix or None, '')}}}{local}"


def _pattern(value: str) -> dict[str, Any]:
    """XML Schema's own escapes are not Python's; a pattern that does not compile is left to the host to check."""
    try:
        re.compile(value)
    except re.error:
        return {}
    return {"pattern": value}


def _bound(key: str) -> Callable[[str], dict[str, Any]]:
    def read(value: str) -> dict[str, Any]:
        return {key: int(value)} if value.lstrip("-").isdigit() else {}

    return read


_READ = {
    "minLength": lambda value: {"min_length": int(value)},
    "maxLength": lambda value: {"max_length": int(value)},
    "length": lambda value: {"min_length": int(value), "max_length": int(value)},
    "fractionDigits": lambda value: {"fraction_digits": int(value)},
    "pattern": _pattern,
    "minInclusive": _bound("minimum"),
    "maxInclusive": _bound("maximum"),
}
