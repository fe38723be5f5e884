"""What the gateway says when it does not do what it was asked: canonical errors out of ``google.rpc.Status``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import grpc.aio
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RetryInfo
from google.rpc.status_pb2 import Status

_DETAILS = "grpc-status-details-bin"
_DOMAIN = "tellerline"


@dataclass(kw_only=True, eq=False)
class GatewayError(Exception):
    """``code`` is the canonical code; empty when it was not the gateway that spoke, such as a broken connection.

    ``definite``: nothing was done and nothing will be. Without it nobody knows. ``retryable``: may succeed later, under
    another serial. ``text`` is for people; ``figures`` are the gateway's evidence, ``violations`` fields with what is
    wrong with them.
    """

    code: str = ""
    definite: bool = False
    retryable: bool = False
    text: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    violations: Mapping[str, str] = field(default_factory=dict)

    def doubted(self) -> GatewayError:
        """The same, but that nobody knows what was done."""
        return replace(self, definite=False, retryable=False)

    def __str__(self) -> str:
        return f"{self.code or 'no answer'}{'' if self.definite else ' (outcome unknown)'}"


def read_status(status: Status) -> GatewayError:
    """Details of another domain say nothing here."""
    read: dict[str, object] = {}
    for detail in status.details:
        info, localized, bad = ErrorInfo(), LocalizedMessage(), BadRequest()
        if detail.Unpack(info) and info.domain == _DOMAIN:
            read |= {"code": info.reason, "definite": info.metadata.get("definite") == "true"}
            read["figures"] = dict(info.metadata)
        elif detail.Unpack(localized):
            read["text"] = localized.message
        elif detail.Unpack(bad):
            read["violations"] = {violation.field: violation.description for violation in bad.field_violations}
        elif detail.Is(RetryInfo.DESCRIPTOR):
            read["retryable"] = True
    return GatewayError(**read)  # type: ignore[arg-type] # each by its own name


def read_failure(failure: grpc.aio.AioRpcError) -> GatewayError:
    """Of a call that ended without a reply."""
    trailing: Iterable[tuple[str, str | bytes]] = failure.trailing_metadata() or ()  # type: ignore[assignment]
    for key, value in trailing:
        if key == _DETAILS and isinstance(value, bytes):
            return read_status(Status.FromString(value))
    return GatewayError()
