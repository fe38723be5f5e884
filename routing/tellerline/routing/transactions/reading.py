"""Rules as data: read, checked key by key, every mistake named with its place."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from tellerline.routing.transactions.rules import AccountRange, RoutingRules, Rule, ShadowRule
from tellerline.routing.transactions.table import RoutingError

_OPERATION = re.compile(r"[A-Za-z*?]+(\.[A-Za-z*?]+)?")
_NUMBER = re.compile(r"[0-9A-Za-z]{1,40}")
_RULE_KEYS = frozenset({"name", "operations", "host", "accounts", "branches", "percentage", "salt"})
_SHADOW_KEYS = _RULE_KEYS | {"volatile"}


def parse_rules(text: str, *, json_format: bool = False) -> RoutingRules:
    """Rules from TOML, or from JSON of the same shape. Raises ``RoutingError`` that names the place and the mistake."""
    try:
        document = json.loads(text) if json_format else tomllib.loads(text)
    except ValueError as error:
        raise RoutingError(f"not {'JSON' if json_format else 'TOML'}: {error}") from None
    return read_rules(document)


def read_rules(document: object) -> RoutingRules:
    """See ``parse_rules``."""
    table = _table(document, "the file", frozenset({"version", "rules", "shadows"}))
    rules = tuple(_rule(part, f"rules[{at}]") for at, part in enumerate(_list(table, "rules", "the file")))
    shadows = tuple(_shadow(part, f"shadows[{at}]") for at, part in enumerate(_list(table, "shadows", "the file")))
    seen: set[str] = set()
    for rule in (*rules, *shadows):
        if rule.name in seen:
            raise RoutingError(f"{rule.name}: two rules have this name")
        seen.add(rule.name)
    return RoutingRules(version=_text(table, "version", "the file"), rules=rules, shadows=shadows)


def _rule(part: object, place: str) -> Rule:
    return Rule(**_conditions(_table(part, place, _RULE_KEYS), place))


def _shadow(part: object, place: str) -> ShadowRule:
    table = _table(part, place, _SHADOW_KEYS)
    return ShadowRule(**_conditions(table, place), volatile=_texts(table, "volatile", place))


def _conditions(table: Mapping[str, Any], place: str) -> dict[str, Any]:
    name = _text(table, "name", place)
    place = f"{place} {name!r}"
    operations = _texts(table, "operations", place)
    if not operations:
        raise RoutingError(f"{place}: operations: name at least one, such as accounts.*")
    for operation in operations:
        if not _OPERATION.fullmatch(operation):
            raise RoutingError(f"{place}: operations: {operation!r} is no <area>.<Method> and no pattern of one")
    return {
        "name": name,
        "operations": operations,
        "host": _text(table, "host", place),
        "accounts": tuple(_range(text, f"{place}: accounts") for text in _texts(table, "accounts", place)),
        "branches": frozenset(_texts(table, "branches", place)),
        "points": _points(table, place),
        "salt": _text(table, "salt", place) if "salt" in table else "",
    }


def _range(text: str, place: str) -> AccountRange:
    """``first..last``, ``prefix*``, or one number."""
    first, dots, last = text.partition("..")
    prefix = not dots and first.endswith("*")
    first = first.removesuffix("*") if prefix else first
    last = last if dots else first
    if not _NUMBER.fullmatch(first) or not _NUMBER.fullmatch(last):
        raise RoutingError(f"{place}: {text!r} is no FIRST..LAST, no PREFIX* and no number")
    if len(first) != len(last):
        raise RoutingError(f"{place}: {text!r}: both ends must have the same length")
    if first > last:
        raise RoutingError(f"{place}: {text!r} ends before it begins")
    return AccountRange(first, last, prefix)


def _points(table: Mapping[str, Any], place: str) -> int:
    value = table.get("percentage", 100)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise RoutingError(f"{place}: percentage: must be a number from 0 to 100")
    points = round(value * 100)
    if abs(points - value * 100) > 1e-6:
        raise RoutingError(f"{place}: percentage: has more than two decimals")
    return points


def _table(value: object, place: str, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RoutingError(f"{place}: must be a table")
    for key in value:
        if key not in known:
            raise RoutingError(f"{place}: {key}: is not known; known are {', '.join(sorted(known))}")
    return value


def _list(table: Mapping[str, Any], key: str, place: str) -> Sequence[object]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise RoutingError(f"{place}: {key}: must be a list of tables")
    return value


def _text(table: Mapping[str, Any], key: str, place: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise RoutingError(f"{place}: {key}: must be a text that is not empty")
    return value


def _texts(table: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise RoutingError(f"{place}: {key}: must be a list of texts that are not empty")
    return tuple(value)
