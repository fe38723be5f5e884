"""One trace over menu, reservation, agent, transactions, recordings: ``tellerline trace CALL`` beside a live centre."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pytest
import pytest_asyncio
from centre_world import World, centre_world
from live_site import CALLER
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from running_clock import passing
from site_services import context
from typer.testing import CliRunner
from wave_tones import tones_in

from tellerline.adapters.clock import SeededRandomness
from tellerline.adapters.telemetry import Tracing, TracingRules
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.callcenter.call_trace import CallTracing, trace_of
from tellerline.cli.exits import Exit
from tellerline.cli.main import build_app
from tellerline.simulators.population import PIN, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENGLISH = {"TELLERLINE_LANG": "en", "NO_COLOR": "1"}
IN_ORDER = """
CallArrived IvrEntered SecretAsked SecretTaken transaction transaction QueueEntered ReservationMade ReservationChanged
AgentJoined RecordingStarted transaction IvrEntered SecretAsked SecretTaken transaction IvrReturned CallHeld
RecordingEnded AgentLeft CallEnded
"""


@dataclass
class Traced:
    """A call with everything in it that a trace tells of; ``spoke`` is when the caller began to speak at the end."""

    world: World
    exporter: InMemorySpanExporter
    tracing: CallTracing
    person: Person
    call: str
    spoke: datetime

    async def trace(self, *words: str) -> tuple[int, str]:
        """The command's exit code and what it printed, with time passing meanwhile as it really does."""
        gateway = self.world.bank.system.node.target
        addresses = ["--gateway", gateway, "--call-centre", f"127.0.0.1:{self.world.port}"]

        def run() -> tuple[int, str]:
            ran = CliRunner().invoke(build_app(), ["trace", *words, *addresses], env=ENGLISH)
            return ran.exit_code, ran.output

        return await passing(self.world.bank.clock, asyncio.to_thread(run))

    async def document(self, *words: str) -> dict[str, Any]:
        code, told = await self.trace(*words, "--json")
        assert code == Exit.OK, told
        document: dict[str, Any] = orjson.loads(told)
        return document


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def traced(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Traced]:
    exporter = InMemorySpanExporter()
    tracing = CallTracing(Tracing(TracingRules(), SeededRandomness(7), exporter), ratio=1.0)
    async with centre_world(tmp_path_factory.mktemp("centre"), tracing=tracing) as world:
        person = world.bank.person(0)
        call, _ = await world.verified(person)
        await world.pass_time(2)
        await world.proves(call, person, thinks=4)
        world.caller.speak(on=False)
        await world.pass_time(3)
        await world.calls.Hold(calls.HoldRequest(context=context("A1"), call=f"calls/{call}"), timeout=60)
        world.caller.speak(on=True)
        spoke = world.bank.clock.now()
        await world.pass_time(1)
        world.caller.hang_up()
        await world.pass_time(8)
        yield Traced(world, exporter, tracing, person, call, spoke)


def kinds(document: dict[str, Any]) -> list[str]:
    return [moment["kind"] for moment in document["moments"]]


def in_order(wanted: list[str], found: list[str]) -> bool:
    """Whether all are found, one after the other, with whatever else between them."""
    rest = iter(found)
    return all(kind in rest for kind in wanted)


async def test_a_call_is_one_story_with_one_trace_id(traced: Traced) -> None:
    told = await traced.document(traced.call)
    assert in_order(IN_ORDER.split(), kinds(told))
    assert told["trace"] == trace_of(traced.call)
    assert {transaction["trace"] for transaction in told["transactions"]} == {told["trace"]}
    operations = [transaction["operation"] for transaction in told["transactions"]]
    assert operations == [
        "customers.VerifyPin",
        "accounts.GetBalance",
        "accounts.GetBalance",
        "accounts.ListStatementEntries",
        "accounts.GetLossReport",
        "accounts.ReportLoss",
        "customers.VerifyPin",
    ]
    [offer] = [moment["en"] for moment in told["moments"] if moment["kind"] == "ReservationMade"]
    assert "Agent A1 was free" in offer
    asked = [moment["en"] for moment in told["moments"] if moment["kind"] == "IvrNodeReached"]
    assert in_order(["asks the bank: verify_pin", "the bank answers verify_pin: done"], asked)


async def test_an_offset_is_where_it_is_heard_in_the_file(traced: Traced) -> None:
    """The caller began to speak as the agent pressed hold, long after the recording had been paused for his PIN."""
    told = await traced.document(traced.call)
    [held] = [moment for moment in told["moments"] if moment["kind"] == "CallHeld"]
    assert abs((datetime.fromisoformat(held["at"]) - traced.spoke).total_seconds()) < 0.1
    [own] = [recording["recording"] for recording in told["recordings"] if recording["whose"] == "the caller"]
    second = next(place["second"] for place in held["recordings"] if place["recording"] == own)
    wav = await traced.world.switch.fetch_recording(own)
    voice = {CALLER: traced.world.caller.tone}
    assert not tones_in(wav, second - 0.5, second - 0.1, voice)
    assert tones_in(wav, second + 0.1, second + 0.5, voice) == {CALLER}
    at_rest = [m for m in told["moments"] if m["kind"] in ("SecretAsked", "SecretTaken") and m["recordings"]]
    places = [next(r["second"] for r in m["recordings"] if r["recording"] == own) for m in at_rest]
    assert places[0] == places[1]


async def test_no_number_and_no_digit_stands_in_a_trace(traced: Traced) -> None:
    told = "".join([(await traced.trace(traced.call, *words))[1] for words in ((), ("--json",))])
    assert CALLER not in told
    assert PIN not in told
    assert traced.person.card not in told


async def test_a_trace_speaks_the_readers_language(traced: Traced) -> None:
    english, chinese = [(await traced.trace(f"calls/{traced.call}", *lang))[1] for lang in ((), ("--lang", "zh"))]
    assert "agent A1 has the caller" in english
    assert "座席 A1 接入通话" in chinese
    assert "#1" in english


async def test_a_serial_names_its_call_and_what_nobody_knows_is_said(traced: Traced) -> None:
    told = await traced.document(traced.call)
    serial = told["transactions"][0]["info"]["ref"]["global_serial"]
    code, shown = await traced.trace(serial)
    assert code == Exit.OK
    assert f"tellerline trace calls/{traced.call}" in shown
    for unknown in ("calls/main-99", "main-99"):
        code, shown = await traced.trace(unknown, "--json")
        assert code == Exit.REFUSED
        assert orjson.loads(shown)["error"]["code"] == "NO_SUCH_CALL"


async def test_an_agent_sees_his_own_calls_alone(traced: Traced) -> None:
    assert (await traced.trace(traced.call, "--agent", "A1"))[0] == Exit.OK
    code, shown = await traced.trace(traced.call, "--agent", "A2", "--json")
    assert (code, orjson.loads(shown)["error"]["code"]) == (Exit.REFUSED, "NOT_A_LEADER")


async def test_the_centres_spans_are_of_the_same_trace_and_hang_together(traced: Traced) -> None:
    await asyncio.to_thread(traced.tracing.close)
    spans = traced.exporter.get_finished_spans()
    assert {f"{span.context.trace_id:032x}" for span in spans} == {trace_of(traced.call)}
    own = {span.context.span_id for span in spans}
    assert len(own) == len(spans)
    assert [span.name for span in spans if span.parent is None or span.parent.span_id not in own] == ["call"]
    names = {span.name for span in spans}
    assert names >= {"ivr flow", "ivr step", "secret", "queue", "reservation", "talk", "hold", "recording", "VerifyPin"}
    [talk] = [span for span in spans if span.name == "talk"]
    assert attributes(talk) == {"agent": "A1", "call": traced.call, "helper": "false", "why": "CALLER_GONE"}
    told = "".join(span.to_json() for span in spans)
    for secret in (CALLER, PIN, traced.person.card, traced.person.customer.name, traced.person.customer.number):
        assert secret not in told


def attributes(span: ReadableSpan) -> dict[str, object]:
    return {name.removeprefix("tellerline."): value for name, value in (span.attributes or {}).items()}
