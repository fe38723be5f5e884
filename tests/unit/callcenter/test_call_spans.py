"""Spans of a call: under the same identifiers from whoever tells of them, each under what it is part of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from live_site import LiveSite, live_site
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tellerline.adapters.clock import SeededRandomness
from tellerline.adapters.telemetry import LogWriter, PastSpan, Tracing, TracingRules, make_log
from tellerline.callcenter.call_spans import CallSpans
from tellerline.callcenter.call_trace import CallTracing, span_of, trace_of
from tellerline.callcenter.live.codec import fact_of
from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.live.records import Interest
from tellerline.callcenter.live.telling import SpanTeller
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.words import Mode

CALL = "main-1"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[LiveSite]:
    async with live_site(lambda: sqlite_log(tmp_path / "sites.db")) as opened:
        yield opened


async def talk(site: LiveSite) -> None:
    """A caller with A1, held for a while, with L1 listening."""
    await site.sign_in("A1", "L1")
    site.caller.call("95588")
    await site.talking(site.caller, site.phones["A1"])
    await site.done(c.Hold(actor="A1", call=CALL))
    await site.pass_time(2)
    await site.done(c.Resume(actor="A1", call=CALL))
    await site.done(c.Supervise(actor="L1", call=CALL, agent="A1", mode=Mode.SILENT))
    await site.pass_time(1)


async def end(site: LiveSite) -> None:
    site.caller.hang_up()
    await site.pass_time(1)
    await site.done(c.FinishWork(actor="A1", agent="A1"))
    await site.pass_time(0.2)


async def facts_of(site: LiveSite) -> Sequence[f.Fact]:
    return [fact_of(recorded.entry) for recorded in await site.log.read(0, site.feed.last, Interest(call=CALL))]


def told(facts: Sequence[f.Fact]) -> list[PastSpan]:
    spans = CallSpans(CALL)
    return [span for fact in facts for span in spans.hear(fact)]


async def test_everything_hangs_from_the_call_and_is_told_alike_by_everybody(site: LiveSite) -> None:
    await talk(site)
    await end(site)
    facts = await facts_of(site)
    spans = told(facts)
    assert spans == told(facts)
    ids = [span.span_id for span in spans]
    assert len(set(ids)) == len(ids)
    assert {span.trace_id for span in spans} == {trace_of(CALL)}
    assert {span.parent_id for span in spans} <= {*ids, ""}
    [root] = [span for span in spans if not span.parent_id]
    assert (root.name, root.span_id, root.attributes["end"]) == ("call", span_of(CALL), "NORMAL")
    assert root.began == facts[0].at
    names = {span.name for span in spans}
    assert names == {"call", "ivr flow", "queue", "reservation", "talk", "hold", "supervision", "recording", "wrap-up"}
    [held] = [span for span in spans if span.name == "hold"]
    assert (held.ended - held.began).total_seconds() == pytest.approx(2, abs=0.2)
    reserved = next(span for span in spans if span.name == "reservation")
    queue = next(span for span in spans if span.name == "queue")
    assert (reserved.parent_id, reserved.failed) == (queue.span_id, False)


async def test_who_takes_over_goes_on_under_the_same_identifiers(site: LiveSite) -> None:
    exporter = InMemorySpanExporter()
    tracing = CallTracing(Tracing(TracingRules(), SeededRandomness(1), exporter), ratio=1.0)
    await talk(site)
    before = {span.span_id for span in told(await facts_of(site))}
    teller = SpanTeller(tracing, log=site.log, feed=site.feed, logger=make_log(site.clock, LogWriter(2)))
    teller.start()
    await end(site)
    await teller.close()
    exported = {f"{span.context.span_id:016x}" for span in exporter.get_finished_spans()}
    assert exported == {span.span_id for span in told(await facts_of(site))} - before
    assert span_of(CALL) in exported


async def test_calls_that_are_not_sampled_are_not_told_of(site: LiveSite) -> None:
    exporter = InMemorySpanExporter()
    tracing = CallTracing(Tracing(TracingRules(), SeededRandomness(1), exporter), ratio=0.0)
    teller = SpanTeller(tracing, log=site.log, feed=site.feed, logger=make_log(site.clock, LogWriter(2)))
    teller.start()
    await talk(site)
    await end(site)
    await teller.close()
    assert exporter.get_finished_spans() == ()
