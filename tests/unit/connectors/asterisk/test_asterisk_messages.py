"""Asterisk's events in the words of the connector."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tellerline.connectors.asterisk.messages import (
    Destroyed,
    Entered,
    HangingUp,
    Held,
    KeyPressed,
    Left,
    PlaybackOver,
    RecordingOver,
    StateChanged,
    instant,
    message,
)
from tellerline.connectors.telephony.events import Cause

LENGTH = timedelta(milliseconds=120)
CHANNEL = {"id": "leg-1", "state": "Up", "caller": {"number": "13800138000", "name": ""}}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "StasisStart", "args": ["trunk", "4001"]}, Entered("leg-1", ("trunk", "4001"), "13800138000")),
        ({"type": "StasisEnd"}, Left("leg-1")),
        ({"type": "ChannelStateChange"}, StateChanged("leg-1", "Up")),
        ({"type": "ChannelDtmfReceived", "digit": "7", "duration_ms": 120}, KeyPressed("leg-1", "7", LENGTH)),
        ({"type": "ChannelHold"}, Held("leg-1", True)),
        ({"type": "ChannelUnhold"}, Held("leg-1", False)),
        ({"type": "ChannelVarset", "variable": "X", "value": "1"}, None),
    ],
)
def test_events_of_channels(event: dict[str, object], expected: object) -> None:
    assert message({**event, "channel": CHANNEL}) == expected


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (16, Cause.NORMAL),
        (17, Cause.BUSY),
        (19, Cause.NO_ANSWER),
        (21, Cause.REJECTED),
        (1, Cause.UNREACHABLE),
        (44, Cause.MEDIA_LOST),
        (38, Cause.SWITCH_FAILURE),
        (0, Cause.NORMAL),
    ],
)
def test_causes_of_q850(code: int, cause: Cause) -> None:
    event = {"type": "ChannelDestroyed", "channel": CHANNEL, "cause": code}
    assert message(event) == Destroyed("leg-1", cause)


def test_a_request_of_asterisks_own_has_a_flag_for_a_cause() -> None:
    request = {"type": "ChannelHangupRequest", "channel": CHANNEL}
    assert message({**request, "cause": 1}) == HangingUp("leg-1", Cause.UNREACHABLE)
    assert message({**request, "cause": 1, "soft": True}) == HangingUp("leg-1", Cause.MEDIA_LOST)
    assert message({**request, "cause": 32, "soft": True}) == HangingUp("leg-1", Cause.NORMAL)
    assert message(request) == HangingUp("leg-1", Cause.NORMAL)


def test_playbacks_and_recordings() -> None:
    assert message({"type": "PlaybackFinished", "playback": {"id": "p", "state": "failed"}}) == PlaybackOver("p", True)
    assert message({"type": "PlaybackFinished", "playback": {"id": "p", "state": "done"}}) == PlaybackOver("p", False)
    assert message({"type": "RecordingFinished", "recording": {"name": "r"}}) == RecordingOver("r", False)
    assert message({"type": "RecordingFailed", "recording": {"name": "r"}}) == RecordingOver("r", True)


def test_instants_are_in_utc() -> None:
    told = {"timestamp": "2026-03-02T17:00:00.250+0800"}
    assert instant(told) == datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC)
    assert instant(told).tzinfo is UTC


def test_a_key_is_not_shown() -> None:
    assert "7" not in repr(KeyPressed("leg-1", "7", LENGTH))
