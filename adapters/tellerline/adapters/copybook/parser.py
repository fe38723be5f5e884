"""Copybook text to laid-out records."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tellerline.adapters.copybook.clauses import Entry, read_entry
from tellerline.adapters.copybook.errors import CopybookError
from tellerline.adapters.copybook.layout import Condition, Field, Group, Node, Usage
from tellerline.adapters.copybook.national import WIDTH
from tellerline.adapters.copybook.source import sentences

_PICTURE = re.compile(r"([XNA9SV])(?:\((\d{1,5})\))?")
_MAX_DIGITS = 31


def parse_copybook(text: str) -> Mapping[str, Group]:
    """All records (level 01) of a copybook by name, in order.

    Names are in lower case with underscores, as keys of the values. Raises ``CopybookError`` with the line of
    the first entry that is wrong or not supported. ``VALUE`` of a data item is read and not used.
    """
    entries = [read_entry(sentence) for sentence in sentences(text)]
    if not entries:
        raise CopybookError(1, "there is no record")
    records: dict[str, Group] = {}
    at = 0
    while at < len(entries):
        first = entries[at]
        if first.level != 1:
            raise CopybookError(first.line, "a record begins with level 01")
        record, at = _node(entries, at, 0, {})
        if isinstance(record, Field) or first.filler or first.occurs:
            raise CopybookError(first.line, "a record is a named group that does not repeat")
        if record.name in records:
            raise CopybookError(first.line, f"record {first.name} is described twice")
        records[record.name] = record
    return records


def _node(entries: list[Entry], at: int, offset: int, counts: dict[str, Field]) -> tuple[Node, int]:
    """Lay out the entry at ``at`` with all below it; returns it and where the next entry stands.

    ``counts`` holds the whole-number fields seen so far on the same level: what a table may depend on.
    """
    entry = entries[at]
    following = entries[at + 1] if at + 1 < len(entries) else None
    if entry.level in (77, 88):
        raise CopybookError(entry.line, f"level {entry.level} does not stand here")
    if entry.depending_on and _key(entry.depending_on) not in counts:
        raise CopybookError(entry.line, f"{entry.depending_on} is no unsigned number before the table, on its level")
    if entry.picture:
        field, at = _field(entries, at, offset)
        if at < len(entries) and entries[at].level not in (1, 88) and entries[at].level > entry.level:
            raise CopybookError(entries[at].line, "an item with a picture has items below it")
        return field, at
    if following is None or following.level <= entry.level or following.level == 88:
        raise CopybookError(entry.line, "an item needs a picture or items below it")
    return _group(entries, at, offset)


def _group(entries: list[Entry], at: int, offset: int) -> tuple[Group, int]:
    entry = entries[at]
    if entry.filler or entry.packed or entry.national or entry.sign:
        raise CopybookError(entry.line, "a group has a name and no usage or sign of its own")
    at += 1
    level = entries[at].level
    children: list[Node] = []
    counts: dict[str, Field] = {}
    end = 0 if entry.occurs else offset
    start = end
    while at < len(entries) and entries[at].level > entry.level:
        if entries[at].level != level:
            raise CopybookError(entries[at].line, f"level {entries[at].level:02d} stands among levels {level:02d}")
        child, at = _node(entries, at, end, counts)
        if any(child.name == other.name for other in children if child.name):
            raise CopybookError(entries[at - 1].line, f"{child.name} is described twice in {entry.name}")
        if isinstance(child, Field) and child.name and child.usage is Usage.DIGITS and not (child.scale or child.table):
            counts[child.name] = child
        children.append(child)
        end += child.total
    group = Group(
        name=_key(entry.name),
        offset=offset,
        length=end - start,
        children=tuple(children),
        occurs=entry.occurs or 1,
        table=bool(entry.occurs),
        depending_on=_key(entry.depending_on),
    )
    return group, at


def _field(entries: list[Entry], at: int, offset: int) -> tuple[Field, int]:
    entry = entries[at]
    at += 1
    conditions: list[Condition] = []
    while at < len(entries) and entries[at].level == 88:
        conditions.append(Condition(name=_key(entries[at].name), values=entries[at].values))
        at += 1
    usage, digits, scale, characters = _read_picture(entry)
    lengths = {
        Usage.TEXT: characters,
        Usage.NATIONAL: characters * WIDTH,
        Usage.DIGITS: digits,
        Usage.PACKED: digits // 2 + 1,
    }
    field = Field(
        name=_key(entry.name),
        usage=usage,
        offset=offset,
        length=lengths.get(usage, digits + 1),
        digits=digits,
        scale=scale,
        signed="S" in entry.picture,
        filler=entry.filler,
        occurs=entry.occurs or 1,
        table=bool(entry.occurs),
        depending_on=_key(entry.depending_on),
        conditions=tuple(conditions),
    )
    return field, at


def _read_picture(entry: Entry) -> tuple[Usage, int, int, int]:
    """Usage, digits, digits behind the point, characters."""
    symbols = "".join(symbol * int(count or 1) for symbol, count in _PICTURE.findall(entry.picture))
    if _PICTURE.sub("", entry.picture) or not symbols:
        raise CopybookError(entry.line, f"picture {entry.picture} is not understood")
    if not symbols.strip("XA"):
        if entry.packed or entry.national or entry.sign:
            raise CopybookError(entry.line, "text has no usage or sign")
        return Usage.TEXT, 0, 0, len(symbols)
    if not symbols.strip("N"):
        if entry.packed or entry.sign:
            raise CopybookError(entry.line, "text has no usage or sign")
        return Usage.NATIONAL, 0, 0, len(symbols)
    number = re.fullmatch(r"(S?)(9*)(?:V(9*))?", symbols)
    if number is None or not number[2] + (number[3] or ""):
        raise CopybookError(entry.line, f"picture {entry.picture} is not understood")
    digits, scale = len(number[2]) + len(number[3] or ""), len(number[3] or "")
    if digits > _MAX_DIGITS:
        raise CopybookError(entry.line, f"more than {_MAX_DIGITS} digits")
    return _numeric_usage(entry, signed=bool(number[1])), digits, scale, 0


def _numeric_usage(entry: Entry, *, signed: bool) -> Usage:
    if entry.national:
        raise CopybookError(entry.line, "national digits are not supported")
    if entry.packed:
        return Usage.PACKED
    if not signed:
        if entry.sign:
            raise CopybookError(entry.line, "SIGN needs a picture with S")
        return Usage.DIGITS
    if not entry.separate:
        raise CopybookError(entry.line, "a sign inside a digit is not supported: write SIGN LEADING SEPARATE")
    return Usage.LEADING if entry.sign == "LEADING" else Usage.TRAILING


def _key(name: str) -> str:
    return name.lower().replace("-", "_")
