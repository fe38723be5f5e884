"""Replies and faults as SOAP 1.1 envelopes, written straight out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from tellerline.simulators.hosting.codes import REFUSED, RETRYABLE
from tellerline.simulators.ledger.money import major_units
from tellerline.simulators.soap.contract import SOAP
from tellerline.simulators.soap.messages import EchoResult, OriginalResult, Reply, ReversalResult

Render = Callable[[Any], str]

_OPEN = f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'
_CLOSE = "</soap:Body></soap:Envelope>"


class Envelopes:
    """Renders what one host answers. ``types`` is the namespace of its messages, ``texts`` its words for its codes.

    ``results`` renders each type of result; ``evidence`` those that an inquiry shows of what the original was answered.
    """

    def __init__(
        self,
        types: str,
        texts: Mapping[str, str],
        results: Mapping[type[object], Render],
        evidence: Mapping[type[object], Render],
    ) -> None:
        self._types = types
        self._texts = texts
        self._evidence = evidence
        self._results: dict[type[object], Render] = {
            EchoResult: lambda result: text("version", result.version),
            OriginalResult: self._original,
            ReversalResult: lambda result: f"<effective>{flag(result.effective)}</effective>",
            **results,
        }

    def reply(self, operation: str, reply: Reply[Any]) -> bytes:
        element = operation + "Reply"
        result = "" if reply.result is None else f"<result>{self._results[type(reply.result)](reply.result)}</result>"
        header = f"<header><reference>{escape(reply.reference)}</reference>{self._verdict(reply)}</header>"
        return f'{_OPEN}<{element} xmlns="{self._types}">{header}{result}</{element}>{_CLOSE}'.encode()

    def fault(self, code: str, why: str = "", reference: str = "") -> bytes:
        """A SOAP fault with the host's code in its detail: the request was not carried out."""
        side = "Server" if code in RETRYABLE else "Client"
        words = escape((f"{self._text(code)}: {why}" if why else self._text(code))[:200])
        return (
            f"{_OPEN}<soap:Fault><faultcode>soap:{side}</faultcode><faultstring>{words}</faultstring><detail>"
            f'<HostFault xmlns="{self._types}"><hostCode>{code}</hostCode><message>{words}</message>'
            f"<retryable>{flag(code in RETRYABLE)}</retryable>{given('reference', reference)}</HostFault></detail>"
            f"</soap:Fault>{_CLOSE}"
        ).encode()

    def _verdict(self, reply: Reply[Any]) -> str:
        status = "OK" if reply.done else "REJECTED"
        serial = f"<hostSerial>{reply.host_serial}</hostSerial>" if reply.host_serial else ""
        return (
            f"<status>{status}</status><hostCode>{reply.host_code}</hostCode>"
            f"<message>{self._text(reply.host_code)}</message>"
            f"{serial}<accountingDate>{reply.accounting_date}</accountingDate>"
        )

    def _original(self, result: OriginalResult) -> str:
        original = result.original
        if original is None:
            return "<found>false</found>"
        render = self._evidence.get(type(original.result))
        evidence = "" if render is None else render(original.result)
        return (
            f"<found>true</found><original>{text('operation', result.operation)}{self._verdict(original)}"
            f"<reversed>{flag(result.reversed)}</reversed>{evidence}</original>"
        )

    def _text(self, code: str) -> str:
        return self._texts.get(code, self._texts[REFUSED])


def is_fault(reply: bytes) -> bool:
    """Whether this is one of ``Envelopes.fault``, signed or not."""
    return b"<soap:Fault>" in reply


def amount(name: str, minor: int, currency: str) -> str:
    return f"<{name}><currency>{currency}</currency><value>{major_units(minor, currency)}</value></{name}>"


def text(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"


def given(name: str, value: str) -> str:
    """The element, or nothing for an empty value."""
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def flag(value: bool) -> str:
    return "true" if value else "false"
