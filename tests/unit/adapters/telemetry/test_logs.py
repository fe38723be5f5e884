"""The log: one JSON object a line, in order, all of it there after a clean stop."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st
from mq_worlds import eventually

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.adapters.telemetry.masking import mask_event

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ACCOUNT = "6217000012345678"
keys = st.one_of(
    st.sampled_from(["instance", "at", "level", "exception", "pin", "account", "error"]), st.text("abc", min_size=1)
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(-(2**53), 2**53), st.text("1 -ab", max_size=20)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(keys, inner), st.just(ValueError(ACCOUNT))),
    max_leaves=5,
)


class Kept(LogWriter):
    """Keeps lines, to look at."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.kept: list[bytes] = []

    def write(self, line: bytes) -> None:
        self.kept.append(line)


class Printed:
    """structlog's end of the chain of the plain way."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    def msg(self, line: bytes) -> None:
        self.kept.append(line + b"\n")

    debug = info = warning = error = msg


def plain_log(clock: VirtualClock, printed: Printed, **fields: str) -> Any:
    """The same log as a chain of structlog's processors."""

    def stamp(_logger: Any, method: str, event: Any) -> Any:
        return event | {"at": clock.now().isoformat(), "level": method}

    def mask(_logger: Any, _method: str, event: Any) -> Any:
        return mask_event(event)

    def render(_logger: Any, _method: str, event: Any) -> bytes:
        return orjson.dumps(event, default=str)

    return structlog.wrap_logger(
        printed,
        processors=[stamp, structlog.processors.format_exc_info, mask, render],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
    ).bind(**fields)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def writer(file: Path) -> Iterator[LogWriter]:
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY)
    yield LogWriter(descriptor)
    os.close(descriptor)


def lines(file: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in file.read_bytes().splitlines()]


async def test_nothing_is_lost_and_the_order_kept(writer: LogWriter, file: Path) -> None:
    log = make_log(VirtualClock(START), writer, instance="g1")
    for number in range(20_000):
        log.info("counted", number=number, filler="x" * 50)
        if number % 1000 == 0:
            await asyncio.sleep(0.001)
    writer.close()
    written = lines(file)
    assert [line["number"] for line in written] == list(range(20_000))
    assert written[0]["at"] == "2026-03-02T04:00:00+00:00"
    assert written[0]["instance"] == "g1"


async def test_lines_reach_the_file_by_themselves(writer: LogWriter, file: Path) -> None:
    make_log(VirtualClock(START), writer).warning("seen")
    await eventually(lambda: file.read_bytes().endswith(b"\n"))
    assert lines(file)[0]["level"] == "warning"


def test_without_a_loop_lines_are_written_at_once(writer: LogWriter, file: Path) -> None:
    make_log(VirtualClock(START), writer).error("seen")
    assert lines(file)[0]["event"] == "seen"


async def test_what_is_below_the_level_is_not_made(writer: LogWriter, file: Path) -> None:
    log = make_log(VirtualClock(START), writer, level="warning")
    log.info("hidden")
    log.error("shown")
    writer.close()
    assert [line["event"] for line in lines(file)] == ["shown"]


def raised() -> Any:
    try:
        raise ValueError(f"card {ACCOUNT}")
    except ValueError as error:
        return error, sys.exc_info(), True, None, (None, None, None)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.dictionaries(keys, values),
    st.sampled_from(["debug", "info", "warning", "error"]),
)
@example(START, {}, "info")
@example(START.replace(microsecond=120_000), {"pin": "480273", "account": ACCOUNT}, "error")
def test_lines_are_those_of_the_plain_chain(at: datetime, told: dict[str, Any], level: str) -> None:
    clock, kept, printed = VirtualClock(at), Kept(), Printed()
    getattr(make_log(clock, kept, instance="g1"), level)("seen", **told)
    getattr(plain_log(clock, printed, instance="g1"), level)("seen", **told)
    assert kept.kept == printed.kept


@pytest.mark.parametrize("which", range(5))
def test_exceptions_are_told_in_words_and_masked(which: int) -> None:
    clock, kept, printed = VirtualClock(START), Kept(), Printed()
    exc_info = raised()[which]
    make_log(clock, kept, instance="g1").error("failed", exc_info=exc_info, step="x")
    plain_log(clock, printed, instance="g1").error("failed", exc_info=exc_info, step="x")
    assert kept.kept == printed.kept
    assert ACCOUNT.encode() not in kept.kept[0]


def test_what_is_bound_is_masked_and_may_be_told_anew() -> None:
    kept = Kept()
    log: Any = make_log(VirtualClock(START), kept, instance=ACCOUNT, pin="480273")
    log.info("seen")
    log.bind(account=ACCOUNT).info("seen", instance="other")
    first, second = map(orjson.loads, kept.kept)
    assert (first["instance"], first["pin"]) == ("621700******5678", "***")
    assert (second["instance"], second["pin"], second["account"]) == ("other", "***", "621700******5678")
    assert list(second) == ["instance", "pin", "account", "event", "at", "level"]
