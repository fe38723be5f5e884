"""Tallies tell a scraper exactly what Prometheus's own counters and histograms would have told it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import choose_encoder, generate_latest
from prometheus_client.registry import DuplicateTimeseries

from tellerline.adapters.clock import Clock, SystemClock, VirtualClock
from tellerline.adapters.telemetry.metrics import Metrics
from tellerline.adapters.telemetry.tallies import Spreads, Tallies

BOUNDS = (0.001, 0.0025, 0.005, 0.25, 1.0, 2.5, 30.0)
LABELS = ("host", "operation")
CREATED = re.compile(rb"(?m)^(\w+_created(?:\{.*\})?) \S+$")
names = st.tuples(st.sampled_from(["core", 'a "quoted"\nname', ""]), st.sampled_from(["GetBalance", "Transfer"]))
CLOCK = SystemClock()
seconds = st.one_of(st.sampled_from(BOUNDS), st.floats(min_value=0, allow_nan=False))


class Fate(StrEnum):
    """A label's value that is not quite a text."""

    REPLIED = "replied"


def ours(clock: Clock = CLOCK) -> tuple[CollectorRegistry, Tallies, Spreads]:
    registry = CollectorRegistry()
    tallies = Tallies("requests", "Answered.", LABELS, clock)
    spreads = Spreads("seconds", "Time.", LABELS, BOUNDS, clock)
    registry.register(tallies)
    registry.register(spreads)
    return registry, tallies, spreads


def theirs() -> tuple[CollectorRegistry, Counter, Histogram]:
    registry = CollectorRegistry()
    counter = Counter("requests", "Answered.", LABELS, registry=registry)
    return registry, counter, Histogram("seconds", "Time.", LABELS, registry=registry, buckets=BOUNDS)


def told(registry: CollectorRegistry) -> list[bytes]:
    """Both formats, but for the instants of creation, which differ by moments."""
    formats = ("text/plain; version=0.0.4", "application/openmetrics-text; version=1.0.0")
    return [CREATED.sub(rb"\1 then", choose_encoder(accepted)[0](registry)) for accepted in formats]


@given(st.lists(st.tuples(names, st.one_of(st.none(), seconds))))
def test_a_scraper_sees_no_difference(counted: list[tuple[tuple[str, str], float | None]]) -> None:
    registry, tallies, spreads = ours()
    reference, counter, histogram = theirs()
    for labels, observed in counted:
        if observed is None:
            tallies.labels(*labels).inc()
            counter.labels(*labels).inc()
        else:
            spreads.labels(*labels).observe(observed)
            histogram.labels(*labels).observe(observed)
    assert told(registry) == told(reference)


async def test_creation_is_when_labels_first_came() -> None:
    clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
    registry, tallies, spreads = ours(clock)
    labels = {"host": "core", "operation": "GetBalance"}
    for _ in range(2):
        await clock.advance(7)
        tallies.labels(*labels.values()).inc()
        spreads.labels(*labels.values()).observe(1)
    for name in ("requests_created", "seconds_created"):
        assert registry.get_sample_value(name, labels) == datetime(2026, 3, 2, 0, 0, 7, tzinfo=UTC).timestamp()


def test_metrics_are_created_in_the_time_of_the_scraper() -> None:
    before, metrics, labels = CLOCK.now().timestamp(), Metrics(), {"channel": "ATM", "result": "ok"}
    metrics.pins(*labels.values()).inc()
    created = metrics.registry.get_sample_value("tellerline_pin_verifications_created", labels)
    assert created is not None
    assert before <= created <= CLOCK.now().timestamp()


def test_creation_is_not_told_where_the_library_would_not() -> None:
    program = (
        "from prometheus_client import CollectorRegistry, generate_latest as latest\n"
        "from tellerline.adapters.clock import SystemClock\n"
        "from tellerline.adapters.telemetry.tallies import Spreads, Tallies\n"
        "clock = SystemClock()\n"
        "registry = CollectorRegistry()\n"
        "for family in (Tallies('a', 'A.', ('x',), clock), Spreads('b', 'B.', ('x',), (1.0,), clock)):\n"
        "    registry.register(family)\n"
        "    family.labels('1')\n"
        "print(latest(registry).decode())\n"
    )
    environment = os.environ | {"PROMETHEUS_DISABLE_CREATED_SERIES": "true"}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert 'a_total{x="1"} 0.0' in run.stdout
    assert "_created" not in run.stdout


def test_values_of_labels_are_known_by_what_they_are_written_as() -> None:
    _, tallies, _ = ours()
    assert tallies.labels(Fate.REPLIED, "x") is tallies.labels("replied", "x")


def test_labels_are_wanted_in_full() -> None:
    _, tallies, _ = ours()
    with pytest.raises(ValueError, match="host, operation"):
        tallies.labels("core")


def test_a_name_is_taken_once() -> None:
    registry, _, _ = ours()
    with pytest.raises(DuplicateTimeseries):
        registry.register(Tallies("seconds_count", "Of another.", LABELS, CLOCK))
    with pytest.raises(DuplicateTimeseries):
        Counter("requests", "Another.", registry=registry)


def test_scrapers_of_other_threads_do_not_disturb_the_counting() -> None:
    registry, tallies, spreads = ours()
    done = threading.Event()

    def scrape() -> None:
        while not done.is_set():
            generate_latest(registry)

    scraper = threading.Thread(target=scrape)
    scraper.start()
    for number in range(3_000):
        tallies.labels("core", str(number)).inc()
        spreads.labels("core", "GetBalance").observe(0.01)
    done.set()
    scraper.join()
    assert len(next(iter(tallies.collect())).samples) == 2 * 3_000
    assert registry.get_sample_value("seconds_count", {"host": "core", "operation": "GetBalance"}) == 3_000
