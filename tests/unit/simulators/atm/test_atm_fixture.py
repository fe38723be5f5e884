"""The cash machine that the pytest plugin gives to bank developers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from acquirer_host import AES_MASTER, CARD, PIN, Acquirer

from tellerline.adapters.clock import VirtualClock
from tellerline.simulators.atm.machine import CashMachine
from tellerline.simulators.atm.receipts import Verdict


async def test_a_machine_on_the_banks_clock(
    acquirer: Acquirer, cash_machine: Callable[..., Awaitable[CashMachine]], bank_clock: VirtualClock
) -> None:
    address = f"127.0.0.1:{acquirer.port}"
    machine = await cash_machine(address, "ATM00001", AES_MASTER.hex())
    machine.insert(CARD)
    machine.enter_pin(PIN)
    assert (await machine.withdraw(100_00)).verdict is Verdict.DONE
    await machine.settled()
    acquirer.silent = 1
    asking = asyncio.create_task(machine.withdraw(100_00))
    while acquirer.types() != ["0200", "0220", "0200"]:  # noqa: ASYNC110 the bank's clock stands still
        await asyncio.sleep(0)
    await bank_clock.advance(20)
    assert (await asking).verdict is Verdict.REVERSED
    again = await cash_machine(address, "ATM00001", AES_MASTER.hex())
    await again.settled()
    assert len(again.journal.transactions) == 2
    assert acquirer.books[CARD] == 9_900_00
