"""A refusal as ``google.rpc.Status`` (AIP-193)."""

from __future__ import annotations

from collections.abc import Mapping

from google.rpc.status_pb2 import Status

from tellerline.adapters.rpc.status import DOMAIN, Refusal
from tellerline.gateway.errors.catalogue import describe
from tellerline.gateway.refusal import FieldViolation
from tellerline.routing.model.codes import Code

__all__ = ["DOMAIN", "refusal_status"]


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
    facts = metadata or {}
    back_at = facts.get("back_at", "")
    return Refusal(
        number=text.grpc_status.value[0],
        code=code.value,
        zh=text.said(back_at, english=False),
        en=text.said(back_at, english=True),
        definite=text.definite,
        soon=text.retryable and not back_at,
        metadata=facts,
        violations=[(violation.field, violation.why) for violation in violations],
    ).status(english=english)
