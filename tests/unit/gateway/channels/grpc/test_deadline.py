"""Timeouts on the wire and the time that a call gets."""

from __future__ import annotations

import pytest

from tellerline.gateway.channels.grpc.deadline import parse_milliseconds, parse_timeout, time_allowed
from tellerline.gateway.channels.grpc.front import FrontSettings
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.model.codes import Code


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1H", 3600),
        ("2M", 120),
        ("3S", 3),
        ("250m", 0.25),
        ("5u", 5e-6),
        ("7n", 7e-9),
        ("99999999S", 99999999),
        ("0m", 0),
    ],
)
def test_every_unit_of_a_grpc_timeout(text: str, seconds: float) -> None:
    assert parse_timeout(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "S", "5", "5s", "-1S", "+1S", "1.5S", "999999999S", "٣S", " 1S", "1 S"])
def test_what_is_no_grpc_timeout_is_refused(text: str) -> None:
    with pytest.raises(RefusalError) as caught:
        parse_timeout(text)
    assert caught.value.code is Code.INVALID_REQUEST


def test_milliseconds_of_connect() -> None:
    assert parse_milliseconds("1500") == 1.5
    for text in ("", "1.5", "-1", "12345678901", "soon"):
        with pytest.raises(RefusalError):
            parse_milliseconds(text)


@pytest.mark.parametrize(("wished", "allowed"), [(None, 2.0), (1.0, 1.0), (99.0, 5.0), (0.0, 0.0), (-3.0, 0.0)])
def test_the_time_a_call_gets(wished: float | None, allowed: float) -> None:
    settings = FrontSettings(default_deadline=2.0, maximum_deadline=5.0)
    assert time_allowed(wished, settings) == allowed


@pytest.mark.parametrize(
    "wrong", [{"default_deadline": 0.0}, {"default_deadline": 9.0, "maximum_deadline": 5.0}, {"message_limit": 0}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="front"):
        FrontSettings(**wrong)  # type: ignore[arg-type]
