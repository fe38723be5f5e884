"""The slow and strict way: zeep reads and writes what the compiled code does not recognise, and it decides.

zeep alone is too kind: it turns an amount that is no number into ``None`` and any odd boolean into ``False``. So every
leaf is checked before zeep sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.xsd import AnySimpleType, ComplexType, CompoundValue, Element

from tellerline.adapters.soap.contract import SoapContract, SoapOperation
from tellerline.adapters.soap.envelope import XSI
from tellerline.adapters.soap.errors import CannotEncodeError, UnreadableReplyError, UnrecognisedError
from tellerline.adapters.soap.lexical import READERS
from tellerline.adapters.soap.plan import Kind
from tellerline.adapters.soap.schema import kind_of

_NIL = f"{{{XSI}}}nil"
_LENIENT = frozenset({Kind.DATE, Kind.INSTANT, Kind.TEXT})
"""Kinds that have more spellings than the compiled reader knows; zeep's own reader judges them."""


def encode(operation: SoapOperation, values: Mapping[str, Any]) -> bytes:
    """An envelope by zeep; raises ``CannotEncodeError``."""
    try:
        return etree.tostring(operation.message.serialize(**values).content)
    except (ZeepError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise CannotEncodeError(operation.name, str(error)) from None


def decode(contract: SoapContract, declared: Any, element: etree._Element) -> dict[str, Any]:
    """Values of ``element`` as ``declared``; raises ``UnreadableReplyError`` (``off_contract``)."""
    _check(declared.type, element)
    try:
        value = declared.parse(element, contract.schema)
    except (ZeepError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise UnreadableReplyError("off_contract", str(error)) from None
    if not isinstance(value, CompoundValue):
        raise UnreadableReplyError("off_contract", "empty message")
    return _plain(value, declared.type)


def _check(zeep_type: Any, element: etree._Element) -> None:
    fields = {item.qname.localname: item for _, item in zeep_type.elements if isinstance(item, Element)}
    for child in element:
        field = fields.get(etree.QName(child).localname)
        if field is None:
            continue
        if child.get(_NIL) in ("true", "1"):
            if not field.nillable:
                raise UnreadableReplyError("off_contract", f"{field.name} is nil")
        elif isinstance(field.type, ComplexType):
            if not len(child) and any(item.min_occurs for _, item in field.type.elements):
                raise UnreadableReplyError("off_contract", f"{field.name} is empty")
            _check(field.type, child)
        elif isinstance(field.type, AnySimpleType):
            _check_leaf(field, child.text)


def _check_leaf(field: Any, text: str | None) -> None:
    kind = kind_of(field.type)
    try:
        if kind is not None and kind not in _LENIENT:
            READERS[kind]((text or "").strip(" \t\r\n"))
        elif text is None:
            if kind is not Kind.TEXT and kind is not None:
                raise UnreadableReplyError("off_contract", f"{field.name} is empty")
        else:
            field.type.pythonvalue(text)
    except (UnrecognisedError, ValueError, TypeError, ArithmeticError, AttributeError):
        raise UnreadableReplyError("off_contract", f"{field.name} is not of its type") from None


def _plain(value: CompoundValue, zeep_type: Any) -> dict[str, Any]:
    fields = dict(zeep_type.elements)
    return {name: _field(value[name], fields.get(name)) for name in value}


def _field(value: Any, field: Any) -> Any:
    if field is None or not isinstance(field, Element):
        return value
    if field.accepts_multiple:
        return [_item(item, field) for item in value or []]
    return _item(value, field)


def _item(value: Any, field: Any) -> Any:
    if isinstance(value, CompoundValue):
        return _plain(value, value._xsd_type)
    if isinstance(value, date):
        return value.isoformat()
    required_text = kind_of(field.type) is Kind.TEXT and (not field.is_optional or field.accepts_multiple)
    return "" if value is None and required_text else value
