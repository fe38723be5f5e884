"""Errors as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from grpc import StatusCode

from tellerline.adapters.clock import Randomness
from tellerline.adapters.telemetry import Log
from tellerline.gateway.channels.http.refusals import BodyViolation, HttpRefusalError
from tellerline.gateway.errors import describe
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

STATUSES: Final[Mapping[StatusCode, int]] = {
    StatusCode.INVALID_ARGUMENT: 400,
    StatusCode.OUT_OF_RANGE: 400,
    StatusCode.UNAUTHENTICATED: 401,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ABORTED: 409,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.FAILED_PRECONDITION: 422,
    StatusCode.RESOURCE_EXHAUSTED: 422,
    StatusCode.UNIMPLEMENTED: 501,
    StatusCode.UNAVAILABLE: 503,
    StatusCode.DEADLINE_EXCEEDED: 504,
}
_OWN: Final[Mapping[Code, int]] = {
    Code.REQUEST_TOO_LARGE: 413,
    Code.RATE_LIMITED: 429,
    Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD: 422,
    Code.OVERLOADED: 503,
}
"""Codes whose HTTP status says more than that of their gRPC status."""
_SOON: Final = "1"
_INCIDENT_BYTES: Final = 8


def status_of(code: Code) -> int:
    """The HTTP status of a canonical code."""
    return _OWN.get(code) or STATUSES.get(describe(code).grpc_status, 500)


@dataclass(frozen=True, slots=True)
class Body:
    """What of a request's message the JSON body is: one ``field`` of it, ``*`` for all but the JSON names ``closed``,
    empty for nothing.
    """

    field: str = ""
    closed: frozenset[str] = frozenset()

    def pointer(self, path: str) -> str | None:
        """A proto path (``transfer.payees[0].name``) as a JSON pointer into the body; None for what is not in it."""
        steps = [_camel(step) for step in path.replace("[", ".").replace("]", "").split(".")]
        if self.field == "*":
            return None if steps[0] in self.closed else "".join(f"/{step}" for step in steps)
        if not self.field or steps[0] != _camel(self.field):
            return None
        return "".join(f"/{step}" for step in steps[1:])


NO_BODY: Final = Body()


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as it is sent: status, headers of its own, members of the JSON document."""

    status: int
    headers: Mapping[str, str]
    document: dict[str, Any]


class ProblemWriter:
    """Turns what a handler raised into what its caller may see: refusals wholly, of anything else an incident's number,
    under which the error itself is logged.
    """

    def __init__(self, randomness: Randomness, log: Log) -> None:
        self._randomness = randomness
        self._log = log

    def of(
        self, error: BaseException, *, english: bool, request_id: str, operation: str, body: Body = NO_BODY
    ) -> Problem:
        """``operation`` is for the log."""
        if isinstance(error, StoreUnavailableError):
            self._log.error("store_unavailable", step="call", method=operation, reason=error.reason)
            error = RefusalError(Code.STORE_UNAVAILABLE)
        elif not isinstance(error, RefusalError):
            incident = self._randomness.bytes(_INCIDENT_BYTES).hex()
            self._log.error("call_failed", incident=incident, method=operation, exc_info=error)
            error = RefusalError(Code.INTERNAL, metadata={"incident": incident})
        return problem_of(error, english=english, request_id=request_id, body=body)


def problem_of(refusal: RefusalError, *, english: bool, request_id: str, body: Body = NO_BODY) -> Problem:
    """The problem that a refusal is."""
    code, text = refusal.code, describe(refusal.code)
    own = refusal if isinstance(refusal, HttpRefusalError) else None
    status = own.status if own else status_of(code)
    back_at = refusal.metadata.get("back_at", "")
    retryable = text.retryable and not back_at
    document: dict[str, Any] = {
        "type": f"urn:tellerline:error:{code.value}",
        "title": code.value,
        "status": status,
        "detail": text.said(back_at, english=english),
        "instance": f"urn:tellerline:request:{request_id}",
        "code": code.value,
        "definite": text.definite,
        "retryable": retryable,
        "requestId": request_id,
    }
    if refusal.metadata:
        document["metadata"] = dict(refusal.metadata)
    if refusal.violations:
        document["violations"] = list(_violations(refusal.violations, body))
    headers = {"content-language": "en" if english else "zh-CN"}
    if retryable and status in (409, 429, 503):
        headers["retry-after"] = _SOON
    return Problem(status, headers | dict(own.headers if own else {}), document)


def _violations(violations: tuple[FieldViolation, ...], body: Body) -> Iterator[dict[str, str]]:
    for violation in violations:
        shown = {"field": violation.field, "reason": violation.why}
        if isinstance(violation, BodyViolation):
            shown["pointer"] = violation.pointer
        elif (pointer := body.pointer(violation.field)) is not None:
            shown["pointer"] = pointer
        yield shown


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
