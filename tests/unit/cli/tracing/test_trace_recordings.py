"""Offsets in recordings: what was paused is not in the file, and nothing is before its beginning or behind its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tellerline.cli.tracing.happened import Happened
from tellerline.cli.tracing.recordings import recordings

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def event(seconds: float, kind: str, /, **details: str) -> Happened:
    return Happened(at=after(seconds), kind=kind, agent="", queue="", details=details)


def begun(seconds: float, recording: str = "R1", leg: str = "L1") -> Happened:
    return event(seconds, "RecordingStarted", recording=recording, leg=leg)


def over(seconds: float, recording: str = "R1", end: str = "DONE") -> Happened:
    return event(seconds, "RecordingEnded", recording=recording, leg="L1", end=end)


def secret(first: float, last: float, number: int = 1, leg: str = "L1") -> list[Happened]:
    collection = f"S{number}"
    return [
        event(first, "SecretAsked", collection=collection, leg=leg),
        event(last, "SecretTaken", collection=collection, leg=leg, end="COMPLETE"),
    ]


@pytest.mark.parametrize(
    ("at", "second"),
    [
        (9.9, None),
        (10, 0.0),
        (12, 2.0),
        (20, 10.0),
        (23, 10.0),
        (25, 10.0),
        (27, 12.0),
        (40, 20.0),
        (60, 35.0),
        (61, None),
    ],
)
def test_pauses_are_cut_out(at: float, second: float | None) -> None:
    [recording] = recordings([begun(10), *secret(20, 25), *secret(35, 45, 2), over(60)])
    assert recording.second(after(at)) == second
    assert recording.seconds == 35.0


def test_only_what_was_typed_on_the_same_leg_pauses_it() -> None:
    events = [begun(0), begun(0, "R2", "L2"), *secret(5, 8), over(10), over(10, "R2")]
    assert {recording.id: recording.seconds for recording in recordings(events)} == {"R1": 7.0, "R2": 10.0}


def test_a_secret_before_the_recording_takes_nothing_from_it() -> None:
    [recording] = recordings([*secret(1, 4), begun(10), over(20)])
    assert recording.seconds == 10.0


def test_a_recording_that_begins_while_a_secret_is_typed_begins_after_it() -> None:
    asked, taken = secret(5, 12)
    [recording] = recordings([asked, begun(10), taken, over(20)])
    assert (recording.second(after(11)), recording.seconds) == (0.0, 8.0)


def test_what_still_runs_has_no_length_and_its_pause_lasts() -> None:
    [recording] = recordings([begun(0), secret(5, 9)[0]])
    assert recording.seconds is None
    assert recording.second(after(300)) == 5.0


def test_two_recordings_of_one_leg_count_for_themselves() -> None:
    events = [begun(0), over(10), *secret(12, 15), begun(20, "R2"), over(30, "R2")]
    first, second = recordings(events)
    assert (first.second(after(5)), second.second(after(5))) == (5.0, None)
    assert (first.second(after(25)), second.second(after(25))) == (None, 5.0)


def test_one_that_failed_says_so() -> None:
    [recording] = recordings([begun(0), over(1, end="FAILED")])
    assert recording.failed
