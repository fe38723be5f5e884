"""This host's connector: envelopes out, verdicts in. A verdict counts only for the reference that was asked."""

from __future__ import annotations

from pathlib import Path

from tellerline.adapters.clock import Clock
from tellerline.adapters.exchange import WireRequest
from tellerline.adapters.soap.codec import SoapCodec, SoapFault
from tellerline.adapters.soap.errors import CannotEncodeError, UnreadableReplyError
from tellerline.connectors._template.mapping import OPERATIONS
from tellerline.connectors.connected import correlation_of
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.errors import HostCodes
from tellerline.connectors.manifest import HostManifest
from tellerline.connectors.soap import load_codec
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Effect, HostCall
from tellerline.routing.model.outcome import Done, Rejected, Unknown

_DONE = "0000"


class SoapConnector:
    """Implements ``Connector``."""

    def __init__(self, codec: SoapCodec, codes: HostCodes) -> None:
        self._codec = codec
        self._codes = codes

    def build(self, command: Command, call: HostCall) -> WireRequest:
        mapped = OPERATIONS.get(command.operation)
        if mapped is None:
            raise CannotBuildError("operation", f"{command.operation} is not offered by this host")
        header = {"reference": call.reference, "channel": call.channel}
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
        mapped = OPERATIONS[command.operation]
        try:
            reply = self._codec.decode(mapped.wire, body)
            if isinstance(reply, SoapFault):
                return Unknown(code=Code.OUTCOME_UNKNOWN, reason="fault_without_code", raw=body)
            header = reply["header"]
            if header["reference"] != call.reference:
                return Unknown(code=Code.OUTCOME_UNKNOWN, reason="other_reference", raw=body)
            if header["hostCode"] == _DONE:
                return Done(result=mapped.result(reply), accounting_date=header["accountingDate"])
            code = self._codes.code(header["hostCode"])
            return Rejected(code=code, host_code=header["hostCode"], host_message=header["message"])
        except UnreadableReplyError as error:
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason=error.reason, raw=body)
        except (ValueError, KeyError, TypeError, ArithmeticError):
            return Unknown(code=Code.HOST_REPLY_UNREADABLE, reason="off_contract", raw=body)


def build_connector(manifest: HostManifest, clock: Clock) -> SoapConnector:
    """Called by discovery."""
    return SoapConnector(load_codec(manifest, clock), HostCodes.load(Path(__file__).parent / "errors.toml"))
