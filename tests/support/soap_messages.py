"""Arbitrary messages of a SOAP contract, as values and as bytes."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from typing import Any

from hypothesis import strategies as st
from lxml import etree

from tellerline.adapters.soap.contract import SoapContract, load_contract
from tellerline.adapters.soap.envelope import SOAP_ENVELOPE
from tellerline.adapters.soap.plan import Facets, Field, Kind, Leaf, Record

CORE = "tellerline.simulators.core"

_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=24
)
_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: _TEXT,
    Kind.BOOLEAN: st.booleans(),
    Kind.INTEGER: st.integers(-(10**12), 10**12),
    Kind.DECIMAL: st.decimals(-(10**12), 10**12, places=2),
    Kind.DATE: st.dates().map(lambda day: day.isoformat()),
    Kind.INSTANT: st.datetimes(timezones=st.timezones()).map(
        lambda when: when.replace(microsecond=0, tzinfo=None).isoformat() + "+08:00"
    ),
}


def core_contract() -> SoapContract:
    return load_contract("core.wsdl", lambda name: files(CORE).joinpath(name).read_bytes())


def values_of(record: Record, *, within_facets: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Values of every field; optional ones are sometimes None."""
    return st.fixed_dictionaries({field.name: _field(field, within_facets) for field in record.fields})


def _field(field: Field, within_facets: bool) -> st.SearchStrategy[Any]:
    value = _value(field.type, within_facets)
    if field.repeated:
        return st.lists(value, min_size=0 if field.optional else 1, max_size=3)
    if not field.optional:
        return value
    if isinstance(field.type, Leaf) and field.type.kind is Kind.TEXT:
        value = value.filter(bool)
    return st.none() | value


def _value(kind: Leaf | Record, within_facets: bool) -> st.SearchStrategy[Any]:
    if isinstance(kind, Record):
        return values_of(kind, within_facets=within_facets)
    if within_facets and kind.facets != Facets():
        return _restricted(kind)
    return _VALUES[kind.kind]


def _restricted(leaf: Leaf) -> st.SearchStrategy[Any]:
    facets = leaf.facets
    if facets.choices:
        return st.sampled_from(sorted(facets.choices))
    if facets.pattern is not None:
        return st.from_regex(facets.pattern, fullmatch=True)
    if leaf.kind is Kind.TEXT:
        return _TEXT.map(lambda text: text[: facets.max_length]).filter(lambda text: len(text) >= facets.min_length)
    if leaf.kind is Kind.INTEGER:
        return st.integers(facets.minimum, facets.maximum)
    return _VALUES[leaf.kind]


def written(declared: Any, values: dict[str, Any]) -> bytes:
    """The values as zeep writes them, in an envelope."""
    envelope = etree.Element(f"{{{SOAP_ENVELOPE}}}Envelope")
    body = etree.SubElement(envelope, f"{{{SOAP_ENVELOPE}}}Body")
    declared.render(body, declared(**values))
    return etree.tostring(envelope)


def same_tree(left: etree._Element, right: etree._Element) -> bool:
    """Whether two elements carry the same names, texts and children in the same order."""
    return (
        left.tag == right.tag
        and (left.text or "") == (right.text or "")
        and len(left) == len(right)
        and all(same_tree(one, other) for one, other in zip(left, right, strict=True))
    )


def amount(value: str, currency: str = "CNY") -> dict[str, Any]:
    return {"currency": currency, "value": Decimal(value)}
