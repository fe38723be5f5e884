"""A call's trace: the same for every controller, another for every call, sampled in whole."""

from __future__ import annotations

import re

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tellerline.adapters.clock import SeededRandomness
from tellerline.adapters.telemetry import Tracing, TracingRules
from tellerline.callcenter.call_trace import CallTracing, span_of, trace_of


def test_two_controllers_give_a_call_the_same_trace_and_two_calls_another() -> None:
    first, second = (CallTracing(ratio=0.3).traceparent("main-1") for _ in range(2))
    assert first == second
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", first)
    calls = [f"main-{number}" for number in range(1000)]
    assert len({trace_of(call) for call in calls}) == len({span_of(call) for call in calls}) == 1000
    assert span_of("main-1", "talk") != span_of("main-1")


def test_a_call_is_sampled_in_whole_and_so_many_are() -> None:
    some, none, every = (CallTracing(ratio=ratio) for ratio in (0.1, 0.0, 1.0))
    calls = [f"main-{number}" for number in range(1000)]
    assert 70 < sum(some.sampled(call) for call in calls) < 130
    assert not any(none.sampled(call) for call in calls)
    assert all(every.traceparent(call).endswith("-01") for call in calls)


def test_a_question_of_a_sampled_call_is_a_span_under_the_call() -> None:
    exporter = InMemorySpanExporter()
    tracing = CallTracing(Tracing(TracingRules(), SeededRandomness(1), exporter), ratio=1.0)
    asked = tracing.ask("GetBalance", "main-1")
    assert asked is not None
    assert asked.traceparent.startswith(f"00-{trace_of('main-1')}-")
    tracing.end(asked, failed=False, result="OK")
    tracing.close()
    [span] = exporter.get_finished_spans()
    assert span.parent is not None
    assert f"{span.context.trace_id:032x}-{span.parent.span_id:016x}" == f"{trace_of('main-1')}-{span_of('main-1')}"


def test_an_unsampled_call_has_a_trace_and_no_spans() -> None:
    tracing = CallTracing(Tracing(TracingRules(), SeededRandomness(1), InMemorySpanExporter()), ratio=0.0)
    assert tracing.ask("GetBalance", "main-1") is None
    assert tracing.traceparent("main-1").endswith("-00")
