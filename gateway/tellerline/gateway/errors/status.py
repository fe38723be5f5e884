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
    fields were bad, ``RetryInfo`` where the same wish may succeed later.
    """
    text = describe(code)
    facts = {"definite": "true" if text.definite else "false", **(metadata or {})}
    status = Status(code=text.grpc_status.value[0], message=text.en)
    status.details.add().Pack(ErrorInfo(reason=code.value, domain=DOMAIN, metadata=facts))
    locale, message = ("en", text.en) if english else ("zh-CN", text.zh)
    status.details.add().Pack(LocalizedMessage(locale=locale, message=message))
    if violations:
        bad = [BadRequest.FieldViolation(field=violation.field, description=violation.why) for violation in violations]
        status.details.add().Pack(BadRequest(field_violations=bad))
    if text.retryable:
        status.details.add().Pack(RetryInfo(retry_delay=_RETRY_AFTER))
    return status
