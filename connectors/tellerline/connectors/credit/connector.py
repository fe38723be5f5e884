"""The credit host's connector: records out, verdicts in. A verdict counts only for the reference that was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.adapters.copybook import Charset, CodecError, RecordCodec
from tellerline.adapters.exchange import WireRequest
from tellerline.connectors.connected import correlation_of
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.credit.mapping import OPERATIONS, Values, flag, iso_date, loan_repaid
from tellerline.connectors.errors import HostCodes
from tellerline.connectors.manifest import HostManifest
from tellerline.connectors.records import load_records
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Effect, HostCall, Inquire
from tellerline.routing.model.credit import RepayLoan
from tellerline.routing.model.outcome import Done, Found, HostState, NotFound, Rejected, Result, Unknown

_DONE = "0000"
_VERSION = 1
_FAILURE = "FAILURE"


class CreditConnector:
    """Implements ``Connector``."""

    def __init__(self, records: Mapping[str, RecordCodec], codes: HostCodes) -> None:
        self._requests = {name: records[f"{mapped.records}_request"] for name, mapped in OPERATIONS.items()}
        self._replies = {name: records[f"{mapped.records}_reply"] for name, mapped in OPERATIONS.items()}
        self._failure = records["failure_reply"]
        self._codes = codes

    def build(self, command: Command, call: HostCall) -> WireRequest:
        mapped = OPERATIONS.get(command.operation)
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
            wire = _FAILURE if short else OPERATIONS[command.operation].wire
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
        result = OPERATIONS[command.operation].result(reply)
        return replace(result, accounting_date=accounting_date) if isinstance(result, HostState) else result

    def _original(self, command: Inquire, reply: Values) -> Found | NotFound:
        if not flag(reply["found"]):
            return NotFound()
        if reply["original_message_type"] != OPERATIONS[command.original_operation].wire:
            raise ValueError("the original is another operation")
        status, host_code = reply["original_status"], reply["original_host_code"]
        host_serial = reply["original_host_serial"]
        undone = flag(reply["reversed"])
        if status == "REJECTED" and host_code not in (_DONE, ""):
            rejected = self._rejected(host_code, reply["original_host_message"], host_serial)
            return Found(original=rejected, reversed=undone)
        if status != "OK" or host_code != _DONE or command.original_operation != RepayLoan.operation:
            raise ValueError("an original that is neither a repayment nor refused")
        accounting_date = iso_date(reply["original_accounting_date"])
        done = Done(result=loan_repaid(reply), host_serial=host_serial, accounting_date=accounting_date)
        return Found(original=done, reversed=undone)

    def _rejected(self, host_code: str, message: str, host_serial: str) -> Rejected:
        return Rejected(
            code=self._codes.code(host_code), host_code=host_code, host_message=message, host_serial=host_serial
        )


def build_connector(manifest: HostManifest, clock: Clock) -> CreditConnector:
    """Called by discovery."""
    codes = HostCodes.load(Path(__file__).parent / "errors.toml")
    return CreditConnector(load_records(manifest, Charset.GB18030), codes)
