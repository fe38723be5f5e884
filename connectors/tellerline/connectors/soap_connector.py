"""A connector for SOAP hosts whose replies carry a verdict in their header, told apart by their mapping alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tellerline.adapters.exchange import WireRequest
from tellerline.adapters.soap.codec import SoapCodec, SoapFault
from tellerline.adapters.soap.errors import CannotEncodeError, UnreadableReplyError
from tellerline.connectors.connected import correlation_of
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.errors import HostCodes
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Effect, HostCall, Inquire
from tellerline.routing.model.money import Money, exponent
from tellerline.routing.model.outcome import Done, Found, HostState, NotFound, Rejected, Result, Unknown

Values = Mapping[str, Any]
_DONE = "0000"


@dataclass(frozen=True, slots=True)
class Mapped:
    """One operation: its name on the wire, its request's fields beside the header, its reply's result.

    ``result`` reads the same from a reply and from what an inquiry says of the original.
    """

    wire: str
    request: Callable[[Any], dict[str, Any]]
    result: Callable[[Values], Result]


def money(values: Values) -> Money:
    """An exact amount; raises ``ValueError`` for more decimal places than the currency has."""
    currency: str = values["currency"]
    scaled = values["value"].scaleb(exponent(currency))
    minor = int(scaled)
    if minor != scaled:
        raise ValueError("amount has more decimal places than its currency")
    return Money(minor, currency)


def amount(value: Money) -> dict[str, Any]:
    return {"currency": value.currency, "value": value.decimal}


class SoapConnector:
    """Implements ``Connector``. A verdict counts only for the reference that was asked."""

    def __init__(self, codec: SoapCodec, codes: HostCodes, operations: Mapping[str, Mapped]) -> None:
        self._codec = codec
        self._codes = codes
        self._operations = operations
        self._by_wire = {mapped.wire: mapped for mapped in operations.values()}

    def build(self, command: Command, call: HostCall) -> WireRequest:
        mapped = self._operations.get(command.operation)
        if mapped is None:
            raise CannotBuildError("operation", f"{command.operation} is not offered by this host")
        header = {
            "reference": call.reference,
            "channel": call.channel,
            "branch": call.branch or None,
            "operator": call.operator or None,
            "acceptedAt": call.accepted_at,
            "attempt": call.attempt,
        }
        try:
            body = self._codec.encode(mapped.wire, {"header": header, **mapped.request(command)})
        except CannotEncodeError as error:
            raise CannotBuildError(error.field, error.why) from None
        return WireRequest(
            body=body,
            operation=self._codec.action(mapped.wire),
            correlation=correlation_of(call),
            durable=command.effect is not Effect.ENQUIRY,
        )

    def parse(self, command: Command, call: HostCall, body: bytes) -> Done | Rejected | Unknown:
        mapped = self._operations[command.operation]
        try:
            reply = self._codec.decode(mapped.wire, body)
            if isinstance(reply, SoapFault):
                return self._fault(reply, call, body)
            header = reply["header"]
            if header["reference"] != call.reference:
                return Unknown(code=Code.OUTCOME_UNKNOWN, reason="other_reference", raw=body)
            return self._verdict(header, reply["result"], command, body)
        except UnreadableReplyError as error:
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason=error.reason, raw=body)
        except (ValueError, KeyError, TypeError, ArithmeticError):
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="off_contract", raw=body)

    def _verdict(
        self, header: Values, result: Values | None, command: Command, body: bytes
    ) -> Done | Rejected | Unknown:
        done = header["status"] == "OK"
        if done != (header["hostCode"] == _DONE) or done == (result is None):
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="contradictory", raw=body)
        if result is None:
            return self._rejected(header)
        return _done(header, self._result(command, header, result))

    def _result(self, command: Command, header: Values, values: Values) -> Result:
        if isinstance(command, Inquire):
            return self._original(values)
        result = self._operations[command.operation].result(values)
        if isinstance(result, HostState):
            return replace(result, accounting_date=header["accountingDate"])
        return result

    def _original(self, values: Values) -> Found | NotFound:
        original = values["original"]
        if not values["found"]:
            return NotFound()
        if original["status"] != "OK":
            return Found(original=self._rejected(original), reversed=original["reversed"])
        evidence = self._by_wire[original["operation"]].result(original)
        return Found(original=_done(original, evidence), reversed=original["reversed"])

    def _rejected(self, verdict: Values) -> Rejected:
        if verdict["status"] != "REJECTED":
            raise ValueError("a verdict that is neither done nor rejected")
        return Rejected(
            code=self._codes.code(verdict["hostCode"]),
            host_code=verdict["hostCode"],
            host_message=verdict["message"],
            host_serial=verdict["hostSerial"] or "",
        )

    def _fault(self, fault: SoapFault, call: HostCall, body: bytes) -> Rejected | Unknown:
        """A fault of this host's own says that nothing was done; any other fault says nothing."""
        detail: dict[str, Any] | None = fault.detail
        if detail is None:
            return Unknown(code=Code.OUTCOME_UNKNOWN, reason="fault_without_code", raw=body)
        if detail["reference"] not in (None, call.reference):
            return Unknown(code=Code.OUTCOME_UNKNOWN, reason="other_reference", raw=body)
        code = self._codes.code(detail["hostCode"])
        return Rejected(code=code, host_code=detail["hostCode"], host_message=detail["message"])


def _done(verdict: Values, result: Result) -> Done:
    return Done(result=result, host_serial=verdict["hostSerial"] or "", accounting_date=verdict["accountingDate"])
