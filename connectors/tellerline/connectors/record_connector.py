"""A connector for hosts that speak records whose header carries a verdict, told apart by their mapping alone.

The copybook has ``<NAME>-REQUEST`` and ``<NAME>-REPLY`` for each operation, beginning with ``REQUEST-HEADER`` and
``REPLY-HEADER``, and ``FAILURE-REPLY``, the header alone, for what the host cannot read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tellerline.adapters.copybook import CodecError, RecordCodec
from tellerline.adapters.exchange import WireRequest
from tellerline.connectors.connected import correlation_of
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.errors import HostCodes
from tellerline.connectors.record_values import flag, hundredths, iso_date
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo, Effect, HostCall, Inquire, Reverse
from tellerline.routing.model.outcome import Done, Found, HostState, NotFound, Rejected, Result, Reversal, Unknown

Values = Mapping[str, Any]

_DONE = "0000"
_VERSION = 1
_FAILURE = "FAILURE"


@dataclass(frozen=True, slots=True)
class Mapped:
    """One operation: its message type, the name of its records, its fields beside the header, its result.

    ``original`` reads the result from what an inquiry says of it; None for what leaves nothing to inquire about.
    """

    wire: str
    records: str
    request: Callable[[Any], dict[str, Any]]
    result: Callable[[Values], Result]
    original: Callable[[Values], Result] | None = None


class RecordConnector:
    """Implements ``Connector``. A verdict counts only for the reference that was asked.

    ``operations`` are the host's own; echo, inquiry and reversal are the same at every such host.
    """

    def __init__(self, operations: Mapping[str, Mapped], records: Mapping[str, RecordCodec], codes: HostCodes) -> None:
        self._operations = {**self._shared(), **operations}
        self._requests = {name: records[f"{mapped.records}_request"] for name, mapped in self._operations.items()}
        self._replies = {name: records[f"{mapped.records}_reply"] for name, mapped in self._operations.items()}
        self._failure = records["failure_reply"]
        self._codes = codes

    def build(self, command: Command, call: HostCall) -> WireRequest:
        mapped = self._operations.get(command.operation)
        if mapped is None:
            raise CannotBuildError("operation", f"{command.operation} is not offered by this host")
        header = {
            "message_type": mapped.wire,
            "message_version": _VERSION,
            "reference": call.reference,
            "channel": call.channel,
            "branch": call.branch,
            "operator": call.operator,
            "accepted_at": call.accepted_at,
            "attempt": call.attempt,
        }
        try:
            values = {"request_header": header, **mapped.request(command)}
            body = self._requests[command.operation].encode(values)
        except CodecError as error:
            raise CannotBuildError(error.field.rpartition(".")[2], error.why) from None
        return WireRequest(
            body=body,
            operation=mapped.wire,
            correlation=correlation_of(call),
            durable=command.effect is not Effect.ENQUIRY,
        )

    def parse(self, command: Command, call: HostCall, body: bytes) -> Done | Rejected | Unknown:
        try:
            short = len(body) == self._failure.length
            reply = (self._failure if short else self._replies[command.operation]).decode(body)
            header = reply["reply_header"]
            wire = _FAILURE if short else self._operations[command.operation].wire
            if header["message_type"] != wire or header["message_version"] != _VERSION:
                return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="off_contract", raw=body)
            if header["reference"] != call.reference:
                return Unknown(code=Code.OUTCOME_UNKNOWN, reason="other_reference", raw=body)
            return self._verdict(command, header, reply, body)
        except CodecError:
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="not_a_record", raw=body)
        except (ValueError, KeyError):
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="off_contract", raw=body)

    def _verdict(self, command: Command, header: Values, reply: Values, body: bytes) -> Done | Rejected | Unknown:
        status, host_code = header["reply_status"], header["host_code"]
        if status == "REJECTED" and host_code not in (_DONE, ""):
            return self._rejected(host_code, header["host_message"], header["host_serial"])
        if status != "OK" or host_code != _DONE or header["message_type"] == _FAILURE:
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="contradictory", raw=body)
        accounting_date = iso_date(header["accounting_date"])
        result = self._result(command, reply, accounting_date)
        return Done(result=result, host_serial=header["host_serial"], accounting_date=accounting_date)

    def _result(self, command: Command, reply: Values, accounting_date: str) -> Result:
        if isinstance(command, Inquire):
            return self._original(command, reply)
        result = self._operations[command.operation].result(reply)
        return replace(result, accounting_date=accounting_date) if isinstance(result, HostState) else result

    def _original(self, command: Inquire, reply: Values) -> Found | NotFound:
        if not flag(reply["found"]):
            return NotFound()
        mapped = self._operations[command.original_operation]
        if reply["original_message_type"] != mapped.wire:
            raise ValueError("the original is another operation")
        status, host_code = reply["original_status"], reply["original_host_code"]
        host_serial = reply["original_host_serial"]
        undone = flag(reply["reversed"])
        if status == "REJECTED" and host_code not in (_DONE, ""):
            rejected = self._rejected(host_code, reply["original_host_message"], host_serial)
            return Found(original=rejected, reversed=undone)
        if status != "OK" or host_code != _DONE or mapped.original is None:
            raise ValueError("an original that is neither done nor refused")
        accounting_date = iso_date(reply["original_accounting_date"])
        done = Done(result=mapped.original(reply), host_serial=host_serial, accounting_date=accounting_date)
        return Found(original=done, reversed=undone)

    def _rejected(self, host_code: str, message: str, host_serial: str) -> Rejected:
        return Rejected(
            code=self._codes.code(host_code), host_code=host_code, host_message=message, host_serial=host_serial
        )

    def _shared(self) -> dict[str, Mapped]:
        return {
            Echo.operation: Mapped("ECHO", "echo", lambda _: {}, _host_state),
            Inquire.operation: Mapped("INQUIRE", "inquire", self._about_original, lambda _: Result()),
            Reverse.operation: Mapped("REVERSE", "reverse", self._reverse, _reversal),
        }

    def _about_original(self, command: Inquire | Reverse) -> dict[str, Any]:
        mapped = self._operations.get(command.original_operation)
        if mapped is None:
            raise CannotBuildError("original_operation", f"{command.original_operation} is not offered by this host")
        return {
            "original_reference": command.original_reference,
            "original_message_type": mapped.wire,
            "original_account": command.original_account,
        }

    def _reverse(self, command: Reverse) -> dict[str, Any]:
        amount = command.amount
        return {
            **self._about_original(command),
            "amount_given": "N" if amount is None else "Y",
            "currency": "" if amount is None else amount.currency,
            "amount": 0 if amount is None else hundredths(amount),
        }


def _host_state(reply: Values) -> HostState:
    return HostState(accounting_date="", version=reply["host_version"])


def _reversal(reply: Values) -> Reversal:
    return Reversal(effective=flag(reply["effective"]))
