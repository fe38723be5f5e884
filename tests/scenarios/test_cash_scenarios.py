"""Withdrawals of cash: booked, confirmed, partly given back, taken back, and never honoured late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from cash_bench import OPENING, TERMINAL, Terminal, fen, make_bench, terminal
from gateway_world import settings_for
from intercepted import Intercepted
from wired_host import WireFault

from tellerline.api.cash.v1 import cash_pb2 as pb
from tellerline.api.common.v1 import transaction_pb2 as tx
from tellerline.gateway.journal.records import State
from tellerline.gateway.journal.sqlite import SqliteStore
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, HostCall

DONE, REVERSED = tx.TRANSACTION_STATE_DONE, tx.TRANSACTION_STATE_REVERSED
IN_DOUBT = tx.TRANSACTION_STATE_IN_DOUBT


class Faults:
    """What happens to the first exchanges of each operation; None lets one pass."""

    def __init__(self, **first: Sequence[WireFault | None]) -> None:
        self._left = {name: list(faults) for name, faults in first.items()}

    def __call__(self, command: Command, _call: HostCall) -> WireFault | None:
        left = self._left.get(command.operation.rpartition(".")[2])
        return left.pop(0) if left else None


async def test_a_withdrawal_is_booked_and_confirmed(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        reply = await at.ask(at.withdrawal("W1"))
        assert (reply.transaction.state, fen(reply.balance_after_amount)) == (DONE, OPENING - 500_00)
        assert not reply.HasField("dispensed_amount")
        confirmed = await at.ask(at.confirmation("W1"))
        assert (confirmed.name, fen(confirmed.dispensed_amount)) == (reply.name, 500_00)
        assert (confirmed.account, fen(confirmed.amount)) == (reply.account, 500_00)
        assert (await at.look("W1")) == confirmed
        assert (at.bench.balance(), at.bench.till(), at.bench.counted()) == (OPENING - 500_00, 500_00, 500_00)
        assert at.bench.asked() == ["cash.WithdrawCash"]


async def test_the_rest_goes_back_once_when_a_part_came_out(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        reply = await at.ask(at.confirmation("W1", 300_00))
        assert (fen(reply.dispensed_amount), reply.return_transaction.state) == (300_00, DONE)
        assert reply.transaction.state == DONE
        again = await at.ask(at.confirmation("W1", 300_00))
        reversed_rest = await at.ask(at.reversal("W1", 200_00))
        assert again == reversed_rest == reply
        assert (at.bench.balance(), at.bench.till(), at.bench.counted()) == (OPENING - 300_00, 300_00, 300_00)
        assert at.bench.asked() == ["cash.WithdrawCash", "cash.ReturnCash"]
        (back,) = [call for command, call in at.bench.host.received if command.operation == "cash.ReturnCash"]
        assert (back.reference, back.attempt) == (reply.return_transaction.ref.global_serial, 1)


async def test_nothing_of_it_remains_when_nothing_came_out(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        booked = await at.ask(at.withdrawal("W1"))
        reply = await at.ask(at.reversal("W1", serial="V1"))
        assert (reply.name, reply.transaction.state, fen(reply.dispensed_amount)) == (booked.name, REVERSED, 0)
        assert reply.transaction.ref.host_serial == booked.transaction.ref.host_serial
        assert (at.bench.balance(), at.bench.till(), at.bench.counted()) == (OPENING, 0, 0)
        assert await at.refused(at.withdrawal("W1")) is Code.REVERSED
        assert at.bench.asked() == ["cash.WithdrawCash", "host.Reverse"]
        word = await at.record("V1")
        assert (word.operation, word.state, word.host) == ("cash.ReverseWithdrawal", State.DONE, "")
        history = await at.world.store.journal.history(reply.transaction.ref.global_serial)
        assert [event.kind for event in history] == ["dispensed", "reversed"]


async def test_a_slow_disk_takes_nothing_of_the_moment_that_a_reversal_waits(tmp_path: Path) -> None:
    async def slow(_name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        await asyncio.sleep(0.05)
        return await call()

    bench = make_bench()
    disk: Any = Intercepted(SqliteStore(tmp_path / "slow.db", bench.clock), slow, parts=("follow_ups",))
    async with terminal(tmp_path, bench, database=disk, settings=settings_for(sweep_seconds=7_200.0)) as at:
        await at.ask(at.withdrawal("W1"))
        assert (await at.ask(at.reversal("W1"))).transaction.state == REVERSED


async def test_a_withdrawal_whose_reply_is_lost_is_reversed_at_once_and_never_inquired(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        for place, fault in enumerate((WireFault.LOST_REPLY, WireFault.LOST_REQUEST, WireFault.CRASH_AFTER_COMMIT)):
            at.bench.strike(Faults(WithdrawCash=[fault]))
            reply = await at.ask(at.withdrawal(f"W{place}"))
            assert (reply.transaction.state, reply.transaction.definite) == (IN_DOUBT, False)
            await at.world.pass_time(5)
            assert (await at.look(f"W{place}")).transaction.state == REVERSED
        assert (at.bench.balance(), at.bench.till(), at.bench.counted()) == (OPENING, 0, 0)
        assert set(at.bench.asked()) == {"cash.WithdrawCash", "host.Reverse"}


async def test_an_approval_that_comes_late_is_never_honoured(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.bench.strike(Faults(WithdrawCash=[WireFault.LATE_REPLY], Reverse=[WireFault.LOST_REQUEST] * 2))
        await at.ask(at.withdrawal("W1"))
        await at.world.pass_time(3)
        serial = (await at.look("W1")).transaction.ref.global_serial
        kinds = [event.kind for event in await at.world.store.journal.history(serial)]
        assert "late_reply" in kinds
        assert (await at.look("W1")).transaction.state == IN_DOUBT
        await at.world.pass_time(40)
        assert (await at.look("W1")).transaction.state == REVERSED
        assert (at.bench.balance(), at.bench.till()) == (OPENING, 0)


async def test_a_reversal_while_the_host_still_works_leaves_nothing_of_it(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        arrived = asyncio.Event()

        def losing(command: Command, _call: HostCall) -> WireFault | None:
            arrived.set()
            return WireFault.LOST_REPLY if command.operation == "cash.WithdrawCash" else None

        at.bench.strike(losing)

        async def reversed_meanwhile() -> pb.Withdrawal:
            await arrived.wait()
            return await at.send(at.reversal("W1"))

        async def both() -> tuple[pb.Withdrawal | Code, pb.Withdrawal]:
            return await asyncio.gather(at.end(at.withdrawal("W1")), reversed_meanwhile())

        booked, undone = await at.world.run(both())
        assert (booked, undone.transaction.state) == (Code.REVERSED, REVERSED)
        await at.world.pass_time(5)
        assert (await at.look("W1")).transaction.state == REVERSED
        assert (at.bench.balance(), at.bench.till(), at.bench.counted()) == (OPENING, 0, 0)


async def test_a_reversal_is_repeated_until_the_host_acknowledges_it(tmp_path: Path) -> None:
    lost = [WireFault.NOT_SENT, WireFault.LOST_REQUEST, WireFault.BUSY, WireFault.LOST_REPLY]
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        at.bench.strike(Faults(Reverse=list(lost)))
        reply = await at.ask(at.reversal("W1"))
        assert reply.transaction.state == IN_DOUBT
        await at.world.pass_time(90)
        assert (await at.look("W1")).transaction.state == REVERSED
        sent = [(call.reference, call.attempt) for _, call in at.bench.host.received[1:]]
        assert sent == [(sent[0][0], attempt) for attempt in range(1, len(lost) + 2)]
        assert (at.bench.balance(), at.bench.counted()) == (OPENING, 0)


async def test_what_is_to_be_given_back_is_repeated_until_the_host_acknowledges_it(tmp_path: Path) -> None:
    lost = [WireFault.NOT_SENT, WireFault.LOST_REPLY, WireFault.BUSY, WireFault.LOST_REQUEST]
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        at.bench.strike(Faults(ReturnCash=lost))
        reply = await at.ask(at.confirmation("W1", 100_00))
        assert reply.return_transaction.state == IN_DOUBT
        await at.world.pass_time(90)
        assert (await at.look("W1")).return_transaction.state == DONE
        assert at.bench.asked() == ["cash.WithdrawCash", *["cash.ReturnCash"] * 5]
        assert (at.bench.balance(), at.bench.till(), at.bench.counted()) == (OPENING - 100_00, 100_00, 100_00)


async def test_one_accounts_reversal_does_not_hold_up_anothers(tmp_path: Path) -> None:
    async with terminal(tmp_path, make_bench(2)) as at:
        await at.ask(at.withdrawal("W1"))
        await at.ask(at.withdrawal("W2", place=2))
        stuck = (await at.look("W1")).transaction.ref.global_serial

        def silent(_command: Command, call: HostCall) -> WireFault | None:
            return WireFault.LOST_REQUEST if call.reference == f"{stuck}R" else None

        at.bench.strike(silent)
        await at.ends(at.reversal("W1"), at.reversal("W2"))
        await at.world.pass_time(2)
        assert (await at.look("W2")).transaction.state == REVERSED
        assert (await at.look("W1")).transaction.state == IN_DOUBT
        at.bench.strike(Faults())
        await at.world.pass_time(30)
        assert (await at.look("W1")).transaction.state == REVERSED


async def test_a_closed_day_keeps_its_own_figure_when_cash_comes_back_later(tmp_path: Path) -> None:
    async with terminal(tmp_path, settings=settings_for(sweep_seconds=7_200.0)) as at:
        await at.ask(at.withdrawal("W1", 5000_00))
        await at.ask(at.withdrawal("W2", 1000_00))
        today = at.bench.books.calendar.accounting_date()
        await at.world.pass_time(86_400, step=3_600)
        await at.ask(at.withdrawal("W3", 700_00))
        await at.ask(at.reversal("W1"))
        await at.ask(at.confirmation("W2", 400_00))
        await at.world.pass_time(5)
        assert at.bench.books.cash.withdrawn("6222000000000001", today) == 400_00
        assert at.bench.counted() == 700_00


async def test_the_hosts_figures_for_cash_are_their_own(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        assert await at.refused(at.withdrawal("W0", 5000_01)) is Code.LIMIT_SINGLE_EXCEEDED
        for place in range(1, 5):
            await at.ask(at.withdrawal(f"W{place}", 5000_00))
        assert await at.refused(at.withdrawal("W5", 1)) is Code.LIMIT_DAILY_EXCEEDED
        await at.ask(at.reversal("W4"))
        await at.ask(at.confirmation("W3", 4000_00))
        assert (await at.ask(at.withdrawal("W6", 5000_00))).transaction.state == DONE
        assert (await at.ask(at.withdrawal("W7", 1000_00))).transaction.state == DONE
        assert await at.refused(at.withdrawal("W8", 1)) is Code.LIMIT_DAILY_EXCEEDED
        assert (await at.world.store.journal.limit_usage("6222000000000001", "2026-03-02")).total == 0


async def test_a_serial_stands_for_one_word_only(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        for serial in ("W1", "W2"):
            await at.ask(at.withdrawal(serial))
        assert await at.refused(at.withdrawal("W1", 100_00)) is Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD
        await at.ask(at.confirmation("W1", serial="C1"))
        assert await at.refused(at.confirmation("W2", serial="C1")) is Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD
        assert await at.refused(at.reversal("W2", serial="C1")) is Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD
        assert await at.refused(at.reversal("W2", serial="W1")) is Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD
        assert not (await at.look("W2")).HasField("dispensed_amount")
        assert at.bench.till() == 1000_00


async def test_only_the_terminal_that_gave_it_out_speaks_of_a_withdrawal(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        await at.ask(at.withdrawal("W1"))
        other = Terminal(at.bench, at.world, "ATM00002")
        for request in (other.reversal("W1"), other.confirmation("W1")):
            assert await other.refused(request) is Code.TRANSACTION_NOT_FOUND
        look = pb.GetWithdrawalRequest(context=other.context(), original_channel_serial="W1")
        assert await other.refused(look) is Code.TRANSACTION_NOT_FOUND
        assert at.bench.till(TERMINAL) == 500_00
