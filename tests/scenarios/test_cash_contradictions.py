"""Terminals that contradict themselves or the host: nothing moves by itself, and people see it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from cash_bench import OPENING, Terminal, make_bench, terminal
from google.protobuf.message import Message
from wired_host import WireFault

from tellerline.api.common.v1 import transaction_pb2 as tx
from tellerline.gateway.journal.records import CaseEnding, Doubt, DoubtStage, State
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall
from tellerline.simulators.core.register import AccountStatus
from tellerline.simulators.soap.messages import SoapRequest

DONE, REVERSED = tx.TRANSACTION_STATE_DONE, tx.TRANSACTION_STATE_REVERSED
MANUAL = tx.TRANSACTION_STATE_MANUAL


async def cases(at: Terminal) -> list[Doubt]:
    return [doubt for doubt in await at.world.store.journal.doubts() if doubt.stage is DoubtStage.MANUAL]


async def kinds(at: Terminal, serial: str) -> list[str]:
    history = await at.world.store.journal.history((await at.record(serial)).global_serial)
    return [event.kind for event in history]


def word(at: Terminal, said: str) -> Message:
    return {"all": at.confirmation("W1"), "a part": at.confirmation("W1", 300_00), "nothing": at.reversal("W1")}[said]


@pytest.mark.parametrize(
    ("first", "then", "moved"),
    [
        ("all", "nothing", 500_00),
        ("all", "a part", 500_00),
        ("a part", "all", 300_00),
        ("a part", "nothing", 300_00),
        ("nothing", "all", 0),
        ("nothing", "a part", 0),
    ],
)
async def test_the_first_word_counts_and_another_one_is_for_people(
    tmp_path: Path, first: str, then: str, moved: int
) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        before = await at.ask(word(at, first))
        for _ in range(3):
            assert await at.refused(word(at, then)) is Code.DISPENSE_CONTRADICTED
        await at.world.pass_time(5)
        assert (await at.look("W1")) == before
        assert (at.bench.balance(), at.bench.till()) == (OPENING - moved, moved)
        (case,) = await cases(at)
        assert (case.global_serial, case.reason) == (before.transaction.ref.global_serial, "dispense_contradicted")
        assert (await kinds(at, "W1")).count("contradicted") == 1
        assert "contradicted" in at.world.logged()
        assert await at.ask(word(at, first)) == before


async def test_a_repeated_contradiction_is_answered_as_before(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        await at.ask(at.confirmation("W1"))
        for _ in range(2):
            assert await at.refused(at.reversal("W1", serial="V1")) is Code.DISPENSE_CONTRADICTED
        row = await at.record("V1")
        assert (row.state, row.code) == (State.REJECTED, Code.DISPENSE_CONTRADICTED)


async def test_cash_that_came_out_without_an_approval_stops_the_reversal_for_people(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.bench.strike(lambda _command, _call: WireFault.LOST_REPLY)
        await at.ask(at.withdrawal("W1"))
        assert await at.refused(at.confirmation("W1")) is Code.DISPENSE_CONTRADICTED
        assert (await at.look("W1")).transaction.state == MANUAL
        at.bench.strike(lambda _command, _call: None)
        sent = len(at.bench.host.received)
        await at.world.pass_time(60)
        assert len(at.bench.host.received) == sent
        assert (await at.look("W1")).transaction.state == MANUAL


async def test_cash_that_came_out_of_a_refused_withdrawal_is_a_case(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        assert await at.refused(at.withdrawal("W1", 5000_01)) is Code.LIMIT_SINGLE_EXCEEDED
        assert await at.refused(at.confirmation("W1", 5000_01)) is Code.DISPENSE_CONTRADICTED
        (case,) = await cases(at)
        assert case.policy == "contradiction"
        assert (await at.record("W1")).state is State.REJECTED


async def test_people_end_a_contradiction(tmp_path: Path) -> None:
    """They have looked into the machine: the cash is still there, and the branch has given it back at the host."""
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        await at.ask(at.confirmation("W1"))
        await at.refused(at.reversal("W1"))
        desk, serial = at.world.gateway.parts.desk, (await at.record("W1")).global_serial
        proposed = await desk.propose(serial, "li.na", CaseEnding.UNDONE, reason="cash counted", evidence="")
        await desk.confirm(serial, proposed.number, "wang.wei", remark="")
        assert (await at.look("W1")).transaction.state == REVERSED
        assert await cases(at) == []


async def test_a_host_that_knows_nothing_of_what_it_booked_is_a_case(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        at.bench.books.reset()
        reply = await at.ask(at.reversal("W1"))
        assert reply.transaction.state == MANUAL
        (case,) = await cases(at)
        assert case.reason == "nothing_to_undo"


async def test_a_host_that_will_not_give_the_rest_back_is_a_case(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        at.bench.books.register.set_status("6222000000000001", AccountStatus.CLOSED)
        reply = await at.ask(at.confirmation("W1", 100_00))
        assert (reply.transaction.state, reply.return_transaction.state) == (DONE, MANUAL)
        (case,) = await cases(at)
        assert (case.operation, case.reason) == ("cash.ReturnCash", "advice_refused:ACCOUNT_CLOSED")


async def test_a_withdrawal_that_the_branch_has_reversed_needs_nothing_more(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        booked = await at.ask(at.withdrawal("W1"))
        fields = {"originalReference": booked.transaction.ref.global_serial, "originalOperation": "WithdrawCash"}
        at.bench.books.handle(SoapRequest(operation="ReverseTransaction", reference="BRANCH1", fields=fields))
        reply = await at.ask(at.reversal("W1"))
        assert (reply.transaction.state, at.bench.balance(), at.bench.counted()) == (REVERSED, OPENING, 0)


@pytest.mark.parametrize("operation", ["Reverse", "ReturnCash"])
async def test_what_the_host_never_acknowledges_ends_with_people_and_is_never_dropped(
    tmp_path: Path, operation: str
) -> None:
    def silent(command: Command, _call: HostCall) -> WireFault | None:
        return WireFault.NOT_SENT if command.operation.endswith(operation) else None

    bench = make_bench()
    doubts = {name: replace(terms, give_up_after=60.0) for name, terms in bench.policy.doubts.items()}
    bench.policy = replace(bench.policy, doubts=doubts)
    async with terminal(tmp_path, bench) as at:
        await at.ask(at.withdrawal("W1"))
        bench.strike(silent)
        await at.ask(at.reversal("W1") if operation == "Reverse" else at.confirmation("W1", 100_00))
        await at.world.pass_time(90, step=1.0)
        (case,) = await cases(at)
        assert (case.reason, "doubt_handed_over" in at.world.logged()) == ("exhausted", True)


async def test_the_history_says_what_each_terminal_said(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        await at.ask(at.confirmation("W1", serial="C1"))
        history = await at.world.store.journal.history((await at.record("W1")).global_serial)
        assert [(event.kind, orjson.loads(event.detail)) for event in history] == [
            ("dispensed", {"minor": 500_00, "terminal": "ATM00001", "channel_serial": "C1"})
        ]
