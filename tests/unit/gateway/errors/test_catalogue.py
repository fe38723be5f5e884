"""Every code has its meaning, and texts that can be spoken to a customer."""

from __future__ import annotations

import re

import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RetryInfo
from grpc import StatusCode

from tellerline.gateway.errors import DOMAIN, describe, refusal_status
from tellerline.gateway.errors.decisions import DECISIONS
from tellerline.gateway.errors.refusals import REFUSALS
from tellerline.gateway.errors.troubles import TROUBLES
from tellerline.gateway.refusal import FieldViolation
from tellerline.routing.model.codes import Code

_CHINESE = re.compile(r"[\u4e00-\u9fff，。、]+")
_NOT_DEFINITE = {
    Code.STILL_RUNNING,
    Code.COMMUNICATION_TIMEOUT,
    Code.HOST_REPLY_UNREADABLE,
    Code.OUTCOME_UNKNOWN,
    Code.DEADLINE_EXCEEDED,
    Code.STORE_UNAVAILABLE,
    Code.INTERNAL,
}


@pytest.mark.parametrize("code", list(Code))
def test_every_code_is_described(code: Code) -> None:
    text = describe(code)
    assert text.grpc_status is not StatusCode.OK
    assert _CHINESE.fullmatch(text.zh)
    assert text.zh.endswith("。")
    assert re.fullmatch(r"[A-Z][A-Za-z ,.'-]+\.", text.en)


def test_no_code_is_described_twice() -> None:
    assert len(REFUSALS) + len(DECISIONS) + len(TROUBLES) == len(Code)


def test_only_what_may_have_happened_is_not_definite() -> None:
    assert {code for code in Code if not describe(code).definite} == _NOT_DEFINITE


def test_an_unknown_outcome_does_not_invite_a_second_try() -> None:
    assert not describe(Code.OUTCOME_UNKNOWN).retryable
    assert "请勿重复" in describe(Code.OUTCOME_UNKNOWN).zh


@pytest.mark.parametrize(("english", "locale"), [(True, "en"), (False, "zh-CN")])
def test_a_refusal_carries_its_details(english: bool, locale: str) -> None:
    violations = (FieldViolation("transfer.amount", "too_many_decimals"),)
    status = refusal_status(Code.INVALID_AMOUNT, metadata={"a": "b"}, violations=violations, english=english)
    info, words, bad = ErrorInfo(), LocalizedMessage(), BadRequest()
    assert [detail.Unpack(into) for detail, into in zip(status.details, (info, words, bad), strict=True)] == [True] * 3
    assert (info.reason, info.domain, dict(info.metadata)) == ("INVALID_AMOUNT", DOMAIN, {"definite": "true", "a": "b"})
    text = describe(Code.INVALID_AMOUNT)
    assert (words.locale, words.message) == (locale, text.en if english else text.zh)
    assert bad.field_violations[0].field == "transfer.amount"
    assert status.code == StatusCode.INVALID_ARGUMENT.value[0]


@pytest.mark.parametrize(
    ("english", "said"),
    [
        (True, "The service is closed for maintenance until 02:00 on 3 March. Please try again then."),
        (False, "系统正在例行维护，预计3月3日02:00恢复，请届时再办理。"),
    ],
)
def test_a_closed_host_says_when_it_is_back(english: bool, said: str) -> None:
    metadata = {"back_at": "2026-03-03T02:00:00+08:00"}
    status = refusal_status(Code.HOST_CLOSED_FOR_MAINTENANCE, metadata=metadata, english=english)
    words = LocalizedMessage()
    assert status.details[1].Unpack(words)
    assert words.message == said
    assert not any(detail.Is(RetryInfo.DESCRIPTOR) for detail in status.details)
    assert refusal_status(Code.HOST_CLOSED_FOR_MAINTENANCE).details[-1].Is(RetryInfo.DESCRIPTOR)


def test_what_may_succeed_later_says_so() -> None:
    status = refusal_status(Code.HOST_BUSY)
    assert status.details[-1].Is(RetryInfo.DESCRIPTOR)
