"""A refusal as ``google.rpc.Status`` (AIP-193)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RetryInfo
from google.rpc.status_pb2 import Status

DOMAIN: Final = "tellerline"
_RETRY_AFTER: Final = Duration(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """``number`` is gRPC's of the status, ``code`` the stable word for programs, ``zh`` and ``en`` what people read.

    ``definite``: nothing was done. ``soon``: the same wish may succeed in a second. ``metadata`` and ``violations``
    (fields with what is wrong with them) are safe to show.
    """

    number: int
    code: str
    zh: str
    en: str
    definite: bool = True
    soon: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: Sequence[tuple[str, str]] = ()

    def status(self, *, english: bool = False) -> Status:
        """``message`` is English for developers, the localized detail is for people."""
        status = Status(code=self.number, message=self.en)
        facts = {"definite": "true" if self.definite else "false", **self.metadata}
        status.details.add().Pack(ErrorInfo(reason=self.code, domain=DOMAIN, metadata=facts))
        said = LocalizedMessage(locale="en" if english else "zh-CN", message=self.en if english else self.zh)
        status.details.add().Pack(said)
        if self.violations:
            bad = [BadRequest.FieldViolation(field=name, description=why) for name, why in self.violations]
            status.details.add().Pack(BadRequest(field_violations=bad))
        if self.soon:
            status.details.add().Pack(RetryInfo(retry_delay=_RETRY_AFTER))
        return status
