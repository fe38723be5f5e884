"""Binds the enquiry part of the host contract suite to the host, on a broker in the process and on RabbitMQ."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from host_bench import EnquiryBench
from host_contract import EnquiryContract
from record_bench import captured, record_bench

from tellerline.adapters.clock import SystemClock
from tellerline.connectors.discovery import host_folder
from tellerline.routing.model.command import Command, Echo, HostCall
from tellerline.routing.model.outcome import Done, Fate, HostState, Result
from tellerline.simulators._template_mq.simulator import build
from tellerline.simulators.faults import FaultKind, FaultRule

FOLDER = host_folder("tellerline.connectors._template_mq")
EXAMPLES: dict[str, tuple[Command, type[Result]]] = {Echo.operation: (Echo(), HostState)}
CAPTURED = HostCall(reference="T00000001", channel="IVR", accepted_at="2026-03-02T10:00:00+08:00", attempt=1)


class TestTemplateMqHost(EnquiryContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[EnquiryBench]:
        async with record_bench(FOLDER, build, EXAMPLES) as bench:
            yield bench


class TestTemplateMqHostOnRabbitmq(EnquiryContract):
    @pytest.fixture
    async def bench(self, rabbitmq_url: str) -> AsyncIterator[EnquiryBench]:
        async with record_bench(FOLDER, build, EXAMPLES, rabbitmq_url) as bench:
            yield bench


@pytest.mark.parametrize("operation", EXAMPLES)
def test_what_was_captured_is_what_is_sent_and_understood(operation: str) -> None:
    command, expected = EXAMPLES[operation]
    request, reply = captured(FOLDER, operation)
    connector = FOLDER.build_connector(SystemClock())
    assert connector.build(command, CAPTURED).body == request
    outcome = connector.parse(command, CAPTURED, reply)
    assert isinstance(outcome, Done)
    assert type(outcome.result) is expected


@pytest.mark.parametrize(
    ("kind", "fate", "patience"),
    [(FaultKind.LOSE_REPLY, Fate.SENT_NO_REPLY, 0.3), (FaultKind.GARBLE, Fate.REPLIED_UNREADABLE, 60.0)],
)
async def test_no_readable_reply_is_no_answer(kind: FaultKind, fate: Fate, patience: float) -> None:
    async with record_bench(FOLDER, build, EXAMPLES) as bench:
        bench.simulator.faults.add(FaultRule(kind=kind))
        answer = await bench.ask(Echo(), patience=patience)
    assert answer.fate is fate
