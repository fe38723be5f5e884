"""Which calls of a running call centre are sampled, and whether anybody is told."""

from __future__ import annotations

from tellerline.adapters.clock import SeededRandomness
from tellerline.adapters.telemetry import TracingRules
from tellerline.cli.system.call_centre import call_tracing


def test_without_a_collector_nothing_is_exported_and_the_decision_is_sent_all_the_same() -> None:
    tracing = call_tracing(TracingRules(ratio=1.0), SeededRandomness(1))
    assert tracing.tracing is None
    assert tracing.traceparent("main-1").endswith("-01")


def test_a_collector_is_told() -> None:
    tracing = call_tracing(TracingRules(ratio=0.0, endpoint="http://127.0.0.1:9/v1/traces"), SeededRandomness(1))
    assert tracing.tracing is not None
    assert tracing.traceparent("main-1").endswith("-00")
    tracing.close()
