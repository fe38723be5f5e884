"""One contract's codec: compiled where it can be, zeep where it must be, the same answers from both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from tellerline.adapters.soap import strict
from tellerline.adapters.soap.contract import SoapContract, SoapOperation
from tellerline.adapters.soap.decoder import Decode, compile_decoder
from tellerline.adapters.soap.encoder import Encode, compile_encoder
from tellerline.adapters.soap.envelope import FAULT, XSI, admit, content, parse, parse_lightly
from tellerline.adapters.soap.errors import UnreadableReplyError, UnrecognisedError
from tellerline.adapters.soap.schema import NotCompilableError, plan_message
from tellerline.adapters.soap.usual import UsualReplies, has_shapes

_XSI = XSI.encode()
_USES_XSI = re.compile(rb":(?:type|nil)\s*=").search


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapFault:
    """A SOAP 1.1 fault. ``code`` is the local part of ``faultcode``; ``detail`` is None if the contract has no such."""

    code: str
    message: str
    detail: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Reader:
    """How one element is read: its zeep declaration, its compiled decoder if it has one, its usual shapes if it has."""

    declared: Any
    compiled: Decode | None = None
    usual: UsualReplies | None = None


class SoapCodec:
    """Encodes requests and decodes replies of every operation of ``contract``.

    Values are plain mappings by element name; text, dates and instants are ``str`` (ISO 8601), amounts ``Decimal``,
    repeated elements lists. Compiling takes about a millisecond an operation and happens here, once.
    """

    def __init__(self, contract: SoapContract) -> None:
        self._contract = contract
        self._encoders = {name: self._encoder(operation) for name, operation in contract.operations.items()}
        self._replies = {name: self._reader(operation.output) for name, operation in contract.operations.items()}
        self._faults = {
            name: {tag: self._reader(element) for tag, element in operation.faults.items()}
            for name, operation in contract.operations.items()
        }
        self._tags = {name: operation.output.qname.text for name, operation in contract.operations.items()}

    @property
    def operations(self) -> frozenset[str]:
        return frozenset(self._encoders)

    def action(self, operation: str) -> str:
        """The SOAPAction of ``operation``."""
        return self._contract.operations[operation].action

    def encode(self, operation: str, values: Mapping[str, Any]) -> bytes:
        """A whole envelope; raises ``CannotEncodeError`` naming the field that does not fit."""
        return self._encoders[operation](values)

    def decode(self, operation: str, body: bytes) -> dict[str, Any] | SoapFault:
        """The reply of ``operation``, or the fault that came instead.

        Raises ``UnreadableReplyError`` for everything else: forbidden or malformed XML, another operation's reply, a
        value off the contract.
        """
        usual = self._replies[operation].usual
        if usual is not None:
            values = usual.read(body)
            if values is not None:
                return values
        body = admit(body)
        compiled = None if _XSI in body and _USES_XSI(body) else self._replies[operation].compiled
        if compiled is not None:
            values = self._try(compiled, operation, parse_lightly(body))
            if values is not None:
                if usual is not None:
                    usual.learn(body)
                return values
        element = content(parse(body))
        if element.tag == self._tags[operation]:
            return self._read(self._replies[operation], element)
        if element.tag == FAULT:
            return self._fault(self._faults[operation], element)
        raise UnreadableReplyError("other_reply", str(element.tag))

    def _try(self, compiled: Decode | None, operation: str, root: Any) -> dict[str, Any] | None:
        """The reply if it is exactly what was compiled, else None: then the strict way judges the same bytes."""
        if compiled is None or root is None:
            return None
        element = content(root)
        if element.tag != self._tags[operation]:
            return None
        try:
            return compiled(element)
        except UnrecognisedError:
            return None

    def _encoder(self, operation: SoapOperation) -> Encode:
        try:
            return compile_encoder(plan_message(operation.input, self._contract.facets))
        except NotCompilableError:
            return lambda values: strict.encode(operation, values)

    def _reader(self, declared: Any) -> _Reader:
        try:
            record = plan_message(declared, self._contract.facets).record
        except NotCompilableError:
            return _Reader(declared)
        return _Reader(declared, compile_decoder(record), UsualReplies(record) if has_shapes(record) else None)

    def _read(self, reader: _Reader, element: etree._Element) -> dict[str, Any]:
        return strict.decode(self._contract, reader.declared, element)

    def _fault(self, readers: Mapping[str, _Reader], element: etree._Element) -> SoapFault:
        code = (element.findtext("faultcode") or "").strip()
        if not code:
            raise UnreadableReplyError("off_contract", "fault without a code")
        detail = element.find("detail")
        values = None
        if detail is not None and len(detail) == 1 and detail[0].tag in readers:
            values = self._read(readers[str(detail[0].tag)], detail[0])
        return SoapFault(code=code.rpartition(":")[2], message=element.findtext("faultstring") or "", detail=values)
