"""Problems: a status that fits, the caller's language, and nothing of a defect but its number."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.http.problems import NO_BODY, Body, ProblemWriter, problem_of, status_of
from tellerline.gateway.channels.http.refusals import HttpRefusalError, bad_body
from tellerline.gateway.errors import describe
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.routing.model.codes import Code

STATUSES = {
    Code.INVALID_REQUEST: 400,
    Code.GRANT_EXPIRED: 401,
    Code.GRANT_NOT_SUFFICIENT: 403,
    Code.ACCOUNT_NOT_FOUND: 404,
    Code.STILL_RUNNING: 409,
    Code.LOSS_ALREADY_REPORTED: 409,
    Code.REQUEST_TOO_LARGE: 413,
    Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD: 422,
    Code.LIMIT_DAILY_EXCEEDED: 422,
    Code.INSUFFICIENT_FUNDS: 422,
    Code.RATE_LIMITED: 429,
    Code.INTERNAL: 500,
    Code.OPERATION_NOT_OFFERED: 501,
    Code.STORE_UNAVAILABLE: 503,
    Code.ISSUER_UNAVAILABLE: 503,
    Code.COMMUNICATION_TIMEOUT: 504,
}


@pytest.mark.parametrize(("code", "status"), STATUSES.items())
def test_codes_have_the_status_that_says_what_to_do(code: Code, status: int) -> None:
    assert status_of(code) == status


@pytest.mark.parametrize("code", Code)
def test_every_code_is_a_whole_problem_in_both_languages(code: Code) -> None:
    for english in (False, True):
        problem = problem_of(RefusalError(code), english=english, request_id="r1")
        text = describe(code)
        assert 400 <= problem.status < 600
        assert problem.document["detail"] == (text.en if english else text.zh)
        assert problem.headers["content-language"] == ("en" if english else "zh-CN")
        assert problem.document["definite"] is text.definite
        assert problem.document["code"] == code.value


@pytest.mark.parametrize(
    ("body", "field", "pointer"),
    [
        (Body("transfer"), "transfer.other_bank_payee.display_name", "/otherBankPayee/displayName"),
        (Body("transfer"), "transfer", ""),
        (Body("transfer"), "context.grant", None),
        (Body("*"), "lines[2].account_number", "/lines/2/accountNumber"),
        (Body("*", frozenset({"account"})), "account", None),
        (NO_BODY, "page_size", None),
    ],
)
def test_violations_of_the_message_point_into_the_body(body: Body, field: str, pointer: str | None) -> None:
    refusal = RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation(field, "bad"),))
    (shown,) = problem_of(refusal, english=True, request_id="r", body=body).document["violations"]
    assert shown.get("pointer") == pointer
    assert shown["field"] == field


def test_violations_of_the_json_keep_their_pointer() -> None:
    (shown,) = problem_of(bad_body("/a~1b", "null"), english=True, request_id="r").document["violations"]
    assert (shown["pointer"], shown["reason"]) == ("/a~1b", "null")


def test_http_has_its_own_status_and_headers() -> None:
    refusal = HttpRefusalError(Code.OPERATION_NOT_OFFERED, 405, headers={"allow": "GET"})
    problem = problem_of(refusal, english=True, request_id="r")
    assert (problem.status, problem.document["status"], problem.headers["allow"]) == (405, 405, "GET")


def test_what_may_be_tried_again_says_when() -> None:
    assert problem_of(RefusalError(Code.STILL_RUNNING), english=True, request_id="r").headers["retry-after"] == "1"
    assert "retry-after" not in problem_of(RefusalError(Code.INTERNAL), english=True, request_id="r").headers


def test_of_a_defect_only_its_number_leaves(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "log", os.O_CREAT | os.O_WRONLY)
    writer = LogWriter(descriptor)
    problems = ProblemWriter(SeededRandomness(1), make_log(SystemClock(), writer))
    problem = problems.of(KeyError("secret table"), english=True, request_id="r", operation="accounts.GetBalance")
    away = problems.of(StoreUnavailableError("disk at /dev/x"), english=True, request_id="r", operation="a")
    writer.close()
    assert (problem.status, away.status) == (500, 503)
    assert "secret" not in json.dumps(problem.document)
    assert "/dev" not in json.dumps(away.document)
    logged = (tmp_path / "log").read_text()
    assert problem.document["metadata"]["incident"] in logged
    assert "accounts.GetBalance" in logged
