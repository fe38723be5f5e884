"""Tracing: the caller's decision first, the ratio else; nothing sensitive in attributes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tellerline.adapters.clock import SeededRandomness
from tellerline.adapters.telemetry import PastSpan, Tracing, TracingRules

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def tracing(ratio: float) -> tuple[Tracing, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    return Tracing(TracingRules(ratio=ratio), SeededRandomness(1), exporter), exporter


def test_a_sampled_parent_is_followed_whatever_the_ratio() -> None:
    traced, exporter = tracing(0.0)
    trace = traced.begin("accounts.GetBalance", f"00-{TRACE}-{SPAN}-01")
    assert trace.trace_id == TRACE
    assert trace.traceparent.startswith(f"00-{TRACE}-")
    traced.end(trace, failed=True, serial="01X", account="6217000012345678")
    traced.close()
    [span] = exporter.get_finished_spans()
    assert span.name == "accounts.GetBalance"
    assert span.parent is not None
    assert span.attributes is not None
    assert span.attributes["tellerline.account"] == "621700******5678"


def test_an_unsampled_parent_is_not_recorded_but_keeps_its_id() -> None:
    traced, exporter = tracing(1.0)
    trace = traced.begin("x", f"00-{TRACE}-{SPAN}-00")
    assert (trace.trace_id, trace.span, trace.traceparent) == (TRACE, None, "")
    traced.end(trace, failed=False)
    traced.close()
    assert exporter.get_finished_spans() == ()


def test_malformed_parents_count_as_none() -> None:
    traced, _ = tracing(0.0)
    for parent in ("", "x", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE}-{SPAN}"):
        trace = traced.begin("x", parent)
        assert trace.span is None
        assert len(trace.trace_id) == 32
        assert trace.trace_id != TRACE
    traced.close()


def test_the_ratio_samples_about_its_share() -> None:
    traced, exporter = tracing(0.1)
    for _ in range(1000):
        traced.end(traced.begin("x", ""), failed=False)
    traced.close()
    assert 60 < len(exporter.get_finished_spans()) < 140


def test_what_is_over_is_told_as_it_was() -> None:
    traced, exporter = tracing(0.0)
    began = datetime(2026, 3, 2, 1, 0, 0, 250_001, tzinfo=UTC)
    past = PastSpan(
        name="talk",
        trace_id=TRACE,
        span_id="00000000000000aa",
        parent_id=SPAN,
        began=began,
        ended=began + timedelta(seconds=90),
        attributes={"account": "6217000012345678"},
    )
    traced.record(past)
    traced.close()
    [span] = exporter.get_finished_spans()
    assert (span.context.trace_id, span.context.span_id) == (int(TRACE, 16), 0xAA)
    assert span.parent is not None
    assert span.parent.span_id == int(SPAN, 16)
    assert span.start_time == 1_772_413_200_250_001_000
    assert (span.end_time or 0) - span.start_time == 90 * 10**9
    assert dict(span.attributes or {}) == {"tellerline.account": "621700******5678"}
    assert '"service.name": "tellerline"' in span.to_json()
