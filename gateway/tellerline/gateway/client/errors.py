"""Errors of the contract, decoded from ``google.rpc.Status``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

from tellerline.gateway.errors import DOMAIN

_DETAILS = "grpc-status-details-bin"
_STATUSES = {status.value[0]: status for status in StatusCode}


class CanonicalError(Exception):
    """A call or a transaction that ended with an error.

    ``code`` is the canonical code; empty when the error did not come from the gateway's own words (a broken
    connection, a proxy). ``definite``: nothing was done and nothing will be. ``retryable``: may succeed later.
    ``text`` is for people, in ``locale``; ``message`` for developers. ``violations`` maps bad fields to what is wrong.
    """

    def __init__(self, status: StatusCode, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = ""
        self.text = ""
        self.locale = ""
        self.definite = False
        self.retryable = False
        self.metadata: Mapping[str, str] = {}
        self.violations: Mapping[str, str] = {}

    def __str__(self) -> str:
        return f"{self.code or self.status.name}: {self.message}"

    @classmethod
    def from_status(cls, status: Status) -> CanonicalError:
        """Details of another domain than ours are not looked at."""
        error = cls(_STATUSES.get(status.code, StatusCode.UNKNOWN), status.message)
        for detail in status.details:
            error._read(detail)
        return error

    @classmethod
    def from_rpc(cls, failure: grpc.aio.AioRpcError) -> CanonicalError:
        """Without the gateway's details nothing is definite."""
        trailing: Iterable[tuple[str, str | bytes]] = failure.trailing_metadata() or ()  # type: ignore[assignment]
        for key, value in trailing:
            if key == _DETAILS and isinstance(value, bytes):
                return cls.from_status(Status.FromString(value))
        return cls(failure.code(), failure.details() or "")

    def _read(self, detail: AnyMessage) -> None:
        info, localized, bad = ErrorInfo(), LocalizedMessage(), BadRequest()
        if detail.Unpack(info) and info.domain == DOMAIN:
            self.code = info.reason
            self.metadata = dict(info.metadata)
            self.definite = info.metadata.get("definite") == "true"
        elif detail.Unpack(localized):
            self.text, self.locale = localized.message, localized.locale
        elif detail.Unpack(bad):
            self.violations = {violation.field: violation.description for violation in bad.field_violations}
        elif detail.Is(RetryInfo.DESCRIPTOR):
            self.retryable = True
