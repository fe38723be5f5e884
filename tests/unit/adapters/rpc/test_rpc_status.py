"""A refusal as every server of the house words it."""

from __future__ import annotations

from google.protobuf.message import Message
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, LocalizedMessage, RetryInfo
from google.rpc.status_pb2 import Status

from tellerline.adapters.rpc.status import Refusal

REFUSED = Refusal(number=code_pb2.ABORTED, code="STALE", zh="请刷新。", en="Look again.", metadata={"version": "3"})


def detail(status: Status, message: Message) -> Message | None:
    return message if any(each.Unpack(message) for each in status.details) else None


def test_programs_read_a_code_and_people_a_sentence() -> None:
    status, info, said = REFUSED.status(), ErrorInfo(), LocalizedMessage()
    assert (status.code, status.message) == (code_pb2.ABORTED, "Look again.")
    assert detail(status, info)
    assert (info.reason, info.domain, dict(info.metadata)) == (
        "STALE",
        "tellerline",
        {"definite": "true", "version": "3"},
    )
    assert detail(status, said)
    assert (said.locale, said.message) == ("zh-CN", "请刷新。")
    detail(REFUSED.status(english=True), said)
    assert (said.locale, said.message) == ("en", "Look again.")
    assert detail(status, BadRequest()) is detail(status, RetryInfo()) is None


def test_doubt_bad_fields_and_a_second_try_are_told() -> None:
    violations = (("agent", "missing"), ("agent", "malformed"))
    status = Refusal(
        number=3, code="BAD", zh="错。", en="Bad.", definite=False, soon=True, violations=violations
    ).status()
    info, bad, again = ErrorInfo(), BadRequest(), RetryInfo()
    assert detail(status, info)
    assert info.metadata["definite"] == "false"
    assert detail(status, bad)
    assert [(each.field, each.description) for each in bad.field_violations] == list(violations)
    assert detail(status, again)
    assert again.retry_delay.seconds == 1
