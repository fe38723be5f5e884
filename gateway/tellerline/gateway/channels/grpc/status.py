"""What a caller sees of an error: the canonical status, and nothing of any other exception."""

from __future__ import annotations

from typing import Final

from google.rpc.status_pb2 import Status
from grpc import StatusCode

from tellerline.adapters.clock import Randomness
from tellerline.adapters.telemetry import Log
from tellerline.gateway.errors import refusal_status
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code

_INCIDENT_BYTES: Final = 8


class PrescribedError(Exception):
    """Ends a call as a standard protocol prescribes, outside the bank's own codes; ``message`` goes to the caller."""

    def __init__(self, code: StatusCode, message: str) -> None:
        super().__init__(message)
        self.status = Status(code=code.value[0], message=message)


class StatusWriter:
    """Turns what a handler raised into what its caller may see.

    A ``RefusalError`` keeps its code, metadata and field violations. A store that is away is ``STORE_UNAVAILABLE``.
    Anything else becomes INTERNAL with an incident number, under which the error itself is logged; its text, type and
    place never leave.
    """

    def __init__(self, randomness: Randomness, log: Log) -> None:
        self._randomness = randomness
        self._log = log

    def of(self, error: BaseException, *, accept_language: str, method: str) -> Status:
        """The status of ``error`` in the language that the caller prefers."""
        english = prefers_english(accept_language)
        if isinstance(error, RefusalError):
            return refusal_status(error.code, metadata=error.metadata, violations=error.violations, english=english)
        if isinstance(error, PrescribedError):
            return error.status
        if isinstance(error, StoreUnavailableError):
            self._log.error("store_unavailable", step="call", method=method, reason=error.reason)
            return refusal_status(Code.STORE_UNAVAILABLE, english=english)
        incident = self._randomness.bytes(_INCIDENT_BYTES).hex()
        self._log.error("call_failed", incident=incident, method=method, exc_info=error)
        return refusal_status(Code.INTERNAL, metadata={"incident": incident}, english=english)


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
