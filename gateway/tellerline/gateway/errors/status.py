"""A refusal as ``google.rpc.Status`` (AIP-193)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RetryInfo
from google.rpc.status_pb2 import Status

from tellerline.gateway.errors.catalogue import describe
from tellerline.gateway.refusal import FieldViolation
from tellerline.routing.model.codes import Code

DOMAIN: Final = "tellerline"
_RETRY_AFTER: Final = Duration(seconds=1)


def refusal_status(
    code: Code,
    *,
    metadata: Mapping[str, str] | None = None,
    violations: tuple[FieldViolation, ...] = (),
    english: bool = False,
) -> Status:
    """The status of ``code``: ``message`` is English for developers, the localized detail is for people.

    Details: ``ErrorInfo`` (reason: the code; metadata with ``definite``), ``LocalizedMessage``, ``BadRequest`` where
    fields were bad, ``RetryInfo`` where the same wish may succeed soon (``back_at`` in the metadata says when instead).
    """
    text = describe(code)
    facts = {"definite": "true" if text.definite else "false", **(metadata or {})}
    back_at = facts.get("back_at", "")
    status = Status(code=text.grpc_status.value[0], message=text.said(back_at, english=True))
    status.details.add().Pack(ErrorInfo(reason=code.value, domain=DOMAIN, metadata=facts))
    said = LocalizedMessage(locale="en" if english else "zh-CN", message=text.said(back_at, english=english))
    status.details.add().Pack(said)
    if violations:
        bad = [BadRequest.FieldViolation(field=violation.field, description=violation.why) for violation in violations]
        status.details.add().Pack(BadRequest(field_violations=bad))
    if text.retryable and not back_at:
        status.details.add().Pack(RetryInfo(retry_delay=_RETRY_AFTER))
    return status
