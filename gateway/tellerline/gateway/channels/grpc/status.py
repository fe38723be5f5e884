"""Errors as ``google.rpc.Status``: the canonical code with its texts, and nothing of any other exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import structlog
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

from tellerline.adapters.clock import Randomness
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

DOMAIN: Final = "tellerline"
_RETRY_AFTER: Final = Duration(seconds=1)
_INCIDENT_BYTES: Final = 8

_log = structlog.get_logger("tellerline.gateway.front")


class ErrorText(Protocol):
    """What the catalogue says of a code: its gRPC status, whether to retry, whether the outcome is known, its texts."""

    @property
    def grpc_status(self) -> StatusCode: ...
    @property
    def retryable(self) -> bool: ...
    @property
    def definite(self) -> bool: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


Describe = Callable[[Code], ErrorText]


class StatusWriter:
    """Turns what a handler raised into what its caller may see.

    A ``RefusalError`` keeps its code, metadata and field violations. Anything else becomes INTERNAL with an incident
    number, under which the error itself is logged; its text, type and place never leave.
    """

    def __init__(self, describe: Describe, randomness: Randomness) -> None:
        self._describe = describe
        self._randomness = randomness

    def of(self, error: BaseException, *, accept_language: str, method: str) -> Status:
        """The status of ``error``; its ``message`` is English for developers, the localized detail is for people."""
        if isinstance(error, RefusalError):
            return self._refused(error, accept_language)
        incident = self._randomness.bytes(_INCIDENT_BYTES).hex()
        _log.error("call_failed", incident=incident, method=method, exc_info=error)
        return self._refused(RefusalError(Code.INTERNAL, metadata={"incident": incident}), accept_language)

    def _refused(self, refusal: RefusalError, accept_language: str) -> Status:
        text = self._describe(refusal.code)
        metadata = {"definite": "true" if text.definite else "false", **refusal.metadata}
        english = prefers_english(accept_language)
        status = Status(code=text.grpc_status.value[0], message=text.en)
        status.details.add().Pack(ErrorInfo(reason=refusal.code.value, domain=DOMAIN, metadata=metadata))
        locale, message = ("en", text.en) if english else ("zh-CN", text.zh)
        status.details.add().Pack(LocalizedMessage(locale=locale, message=message))
        if refusal.violations:
            violations = [BadRequest.FieldViolation(field=v.field, description=v.why) for v in refusal.violations]
            status.details.add().Pack(BadRequest(field_violations=violations))
        if text.retryable:
            status.details.add().Pack(RetryInfo(retry_delay=_RETRY_AFTER))
        return status


def prefers_english(accept_language: str) -> bool:
    """Whether an ``accept-language`` value ranks English above Chinese; Chinese when it says nothing of either."""
    weights = {"zh": 0.0, "en": 0.0}
    for choice in accept_language.split(","):
        tag, _, parameters = choice.partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _quality(parameters))
    return weights["en"] > weights["zh"]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
