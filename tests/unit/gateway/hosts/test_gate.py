"""The gate to a host: what it counts, what it lets the breaker know, what operators see."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from gateway_world import ACCOUNT, START, open_world
from ledger_host import Fault, LedgerHost

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, Metrics, Tracing, TracingRules, make_log
from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.discovery import discover
from tellerline.connectors.host import Answer
from tellerline.gateway.hosts.gate import HostGate
from tellerline.gateway.hosts.policy import HostBinding, HostPolicy
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.resilience.breaker import BreakerRules, BreakerState
from tellerline.routing.model.accounts import GetBalance
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Effect, HostCall
from tellerline.routing.model.outcome import Fate, NotSent, Unknown

CALL = HostCall(reference="R1", channel="IVR", accepted_at=START.isoformat())
BALANCE = GetBalance(account=ACCOUNT)
POLICY = HostPolicy(breaker=BreakerRules(window=4, minimum=2))


@dataclass
class Broken(LedgerHost):
    """A connector with a defect, or with a format that a command does not fit."""

    error: Exception = field(default_factory=lambda: RuntimeError("defect"))

    async def execute(self, command: Command, call: HostCall, deadline: float) -> Answer:
        raise self.error


@pytest.fixture
async def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
async def log_writer(tmp_path: Path) -> AsyncIterator[LogWriter]:
    descriptor = os.open(tmp_path / "log", os.O_CREAT | os.O_WRONLY)
    writer = LogWriter(descriptor)
    yield writer
    writer.close()
    os.close(descriptor)


def gate_to(host: LedgerHost, clock: VirtualClock, writer: LogWriter) -> HostGate:
    tracing = Tracing(TracingRules(ratio=0.0), SeededRandomness(1))
    binding = HostBinding(host, POLICY)
    return HostGate(binding, clock=clock, metrics=Metrics(), log=make_log(clock, writer), tracing=tracing)


async def exchange(gate: HostGate, clock: VirtualClock, seconds: float) -> Answer:
    assert await gate.enter(clock.monotonic() + seconds) is None
    work = asyncio.ensure_future(gate.exchange(BALANCE, CALL, clock.monotonic() + seconds))
    await clock.advance(seconds)
    return await work


async def test_a_hurried_callers_silence_does_not_open_the_breaker(clock: VirtualClock, log_writer: LogWriter) -> None:
    host = LedgerHost(clock, fault_of=lambda _command, _call: Fault.LOSE_REPLY)
    gate = gate_to(host, clock, log_writer)
    for _ in range(5):
        await exchange(gate, clock, 0.1)
    assert gate.breaker.state is BreakerState.CLOSED
    for _ in range(2):
        await exchange(gate, clock, 1.0)
    assert gate.breaker.state.value == "open"
    assert gate.bulkhead.in_flight == 0
    closed = await gate.enter(clock.monotonic() + 1)
    assert isinstance(closed, NotSent)
    assert gate.last_failure == "no_reply"


async def test_a_place_is_taken_at_once_unless_the_host_is_doubted(clock: VirtualClock, log_writer: LogWriter) -> None:
    host = LedgerHost(clock, fault_of=lambda _command, _call: Fault.LOSE_REPLY)
    gate = gate_to(host, clock, log_writer)
    assert gate.enter_now()
    assert gate.bulkhead.in_flight == 1
    gate.opening.hold()
    assert not gate.enter_now()
    gate.opening.release(gate.opening.looking())
    gate.leave_unused()
    for _ in range(2):
        await exchange(gate, clock, 1.0)
    assert not gate.enter_now()
    assert gate.bulkhead.in_flight == 0


async def test_a_defect_of_a_connector_is_a_doubt_not_a_crash(clock: VirtualClock, log_writer: LogWriter) -> None:
    answer = await exchange(gate_to(Broken(clock), clock, log_writer), clock, 1.0)
    assert answer.fate is Fate.SENT_NO_REPLY
    assert isinstance(answer.outcome, Unknown)


async def test_what_does_not_fit_is_definite_and_names_the_field(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    host = Broken(clock, error=CannotBuildError("narrative", "too long"))
    async with open_world(tmp_path, host=host, clock=clock) as world:
        with pytest.raises(RefusalError) as refused:
            await world.ask(world.transfer())
        assert refused.value.code is Code.INVALID_REQUEST
        assert [violation.field for violation in refused.value.violations] == ["narrative"]


async def test_operators_see_the_host_as_it_is(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.ask(world.transfer())
        world.host.fault_of = lambda _command, _call: Fault.LOSE_REQUEST
        await world.ask(world.transfer())
        [facts] = await world.gateway.parts.hosts.facts()
        assert (facts.name, facts.breaker, facts.open_doubts, facts.last_failure) == ("core", "closed", 1, "no_reply")
        assert facts.last_success_at is not None


def test_every_hosts_manifest_makes_a_policy() -> None:
    for folder in discover():
        policy = HostPolicy.of(folder.manifest)
        for operation, terms in folder.manifest.doubt.items():
            assert policy.doubt_of(operation, Effect.MONEY).version == terms.version
            assert policy.timeout_of(operation) == folder.manifest.operations[operation]
