"""What an error becomes before it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from grpc import StatusCode

from tellerline.adapters.clock import SeededRandomness
from tellerline.gateway.channels.grpc.status import PrescribedError, StatusWriter, prefers_english
from tellerline.gateway.errors import describe
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code


class Lines:
    """A log that keeps its errors."""

    def __init__(self) -> None:
        self.errors: list[dict[str, Any]] = []

    def debug(self, event: str, **values: Any) -> None: ...
    def info(self, event: str, **values: Any) -> None: ...
    def warning(self, event: str, **values: Any) -> None: ...
    def error(self, event: str, **values: Any) -> None:
        self.errors.append({"event": event, **values})


def written(error: BaseException, lines: Lines | None = None) -> Any:
    writer = StatusWriter(SeededRandomness(1), lines or Lines())
    return writer.of(error, accept_language="en", method="/a.B/C")


def info(status: Any) -> ErrorInfo:
    found = ErrorInfo()
    assert status.details[0].Unpack(found)
    return found


def test_a_refusal_keeps_its_code_and_evidence() -> None:
    lines = Lines()
    status = written(RefusalError(Code.INSUFFICIENT_FUNDS, metadata={"available": "1.00"}), lines)
    assert status.code == describe(Code.INSUFFICIENT_FUNDS).grpc_status.value[0]
    assert (info(status).reason, info(status).metadata["available"]) == ("INSUFFICIENT_FUNDS", "1.00")
    assert lines.errors == []


@pytest.mark.parametrize("error", [RuntimeError("secret"), TimeoutError("secret"), KeyError("secret")])
def test_anything_else_is_an_incident_and_its_text_stays(error: Exception) -> None:
    lines = Lines()
    status = written(error, lines)
    assert b"secret" not in status.SerializeToString()
    assert (status.code, info(status).reason) == (StatusCode.INTERNAL.value[0], "INTERNAL")
    (line,) = lines.errors
    assert line["incident"] == info(status).metadata["incident"]
    assert (line["exc_info"], line["method"]) == (error, "/a.B/C")


def test_a_store_that_is_away_is_said_so_and_is_no_incident() -> None:
    lines = Lines()
    status = written(StoreUnavailableError("connection lost"), lines)
    assert (status.code, info(status).reason) == (StatusCode.UNAVAILABLE.value[0], "STORE_UNAVAILABLE")
    assert lines.errors == [
        {"event": "store_unavailable", "step": "call", "method": "/a.B/C", "reason": "connection lost"}
    ]


def test_two_incidents_have_two_numbers() -> None:
    writer = StatusWriter(SeededRandomness(1), Lines())
    first, second = (writer.of(ValueError(), accept_language="", method="") for _ in range(2))
    assert info(first).metadata["incident"] != info(second).metadata["incident"]


def test_a_prescribed_status_goes_as_it_is() -> None:
    status = written(PrescribedError(StatusCode.NOT_FOUND, "unknown service"))
    assert (status.code, status.message, len(status.details)) == (5, "unknown service", 0)


@pytest.mark.parametrize(
    ("header", "english"),
    [
        ("", False),
        ("en", True),
        ("en-US,en;q=0.9", True),
        ("zh-CN,zh;q=0.9,en;q=0.8", False),
        ("zh;q=0.1, en;q=0.2", True),
        ("fr, *", False),
        ("en;q=much", False),
        ("EN-gb ; q=1", True),
        (";;,=,", False),
    ],
)
def test_the_language_that_the_caller_ranks_higher(header: str, english: bool) -> None:
    assert prefers_english(header) is english
