"""Callers serve themselves: the shipped flows against a whole bank, from the key pressed to the host's books."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from ivr_bank import IvrBank, ivr_bank

from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.population import PIN

pytestmark = pytest.mark.asyncio(loop_scope="module")
WRONG = "975310"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[IvrBank]:
    folder: Path = tmp_path_factory.mktemp("bank")
    async with ivr_bank(folder) as bank:
        yield bank


async def test_balance_from_the_main_menu(bank: IvrBank) -> None:
    rehearsal = await bank.play(
        f"""
        flow main-menu
        language en
        hear welcome
        wait 4s
        press 1
        hear "six-digit PIN"
        secret {PIN}
        hear "The available balance of your account ending in"
        press star
        hear for-balance
        """,
        bank.person(0),
    )
    assert PIN not in rehearsal.state.to_json()


async def test_wrong_pins_lock(bank: IvrBank) -> None:
    person = bank.person(1)
    await bank.play(
        f"""
        flow verify-pin
        secret {WRONG}
        hear "还有两次机会"
        secret {WRONG}
        hear "还有一次机会"
        secret {WRONG}
        hear locked
        expect "end locked"
        """,
        person,
    )
    await bank.play(f"flow verify-pin\nsecret {PIN}\nhear locked", person)


async def test_a_loss_is_reported_after_the_balance(bank: IvrBank) -> None:
    person = bank.person(2)
    ending = person.card[-4:]
    await bank.play(
        f"""
        flow loss-report
        secret {PIN}
        press 1
        hear balance
        hear "您要挂失的是尾号{ending}的账户"
        press 1
        hear "尾号{ending}已挂失，即时生效，挂失编号是"
        """,
        person,
    )
    await bank.play(f"flow balance\nsecret {PIN}\nhear reported-lost", person)
    await bank.play(f"flow loss-report\nsecret {PIN}\npress 2\npress 1\nhear already", person)


async def test_an_unsigned_caller_reports_by_number_and_pin(bank: IvrBank) -> None:
    person = bank.person(3)
    await bank.play(
        f"""
        flow loss-report
        language en
        tier unknown
        press 2
        press 1
        press {person.card} hash
        hear "number ending in {person.card[-4:]}"
        press 1
        secret {WRONG}
        hear wrong-pin
        secret {PIN}
        hear "is reported lost, with immediate effect"
        """,
        person,
    )


async def test_transfers_and_their_limits(bank: IvrBank) -> None:
    person, payee = bank.person(4), bank.person(5)
    before = bank.booked(payee)
    await bank.play(
        f"""
        flow transfer
        secret {PIN}
        press 2
        press {payee.card} hash
        press 20000*01 hash
        press 1
        hear "您单笔最多可转20000元"
        press 1000*5 hash
        hear "转出1000元5角"
        press 1
        hear "转账成功，转出1000元5角，账户余额是"
        """.replace("*", " star "),
        person,
    )
    assert bank.booked(payee) == before + 1_000_50


async def test_an_unknown_outcome_is_told_as_unknown(bank: IvrBank) -> None:
    person, payee = bank.person(6), bank.person(7)
    lost = FaultRule(kind=FaultKind.LOSE_REPLY, operations=frozenset({"Transfer"}), count=1)
    bank.system.bank.add_fault(lost, host="core")
    rehearsal = await bank.play(
        f"""
        flow transfer
        secret {PIN}
        press 2
        press {payee.card} hash
        press 100 hash
        press 1
        hear "转账结果暂时未知"
        expect "end failed"
        """,
        person,
    )
    assert [note.what for note in rehearsal.notes if note.node.endswith("-transfer")] == [
        "entered",
        "called",
        "unknown",
    ]


async def test_a_host_that_is_down_sends_to_the_branch(bank: IvrBank) -> None:
    down = FaultRule(kind=FaultKind.LOSE_REQUEST, operations=frozenset({"GetBalance"}))
    bank.system.bank.add_fault(down, host="core")
    await bank.play(f"flow balance\nsecret {PIN}\nhear upgrading", bank.person(8))
    bank.system.bank.clear_faults()
