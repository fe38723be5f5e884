"""The recorded bank at the hosts, and the judge that reads their ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from berka_sample import FIRST, sample_bank, transfer

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.cli.replay import faults
from tellerline.cli.replay.berka_files import BerkaBank, BerkaFileError, BerkaMovement
from tellerline.cli.replay.consistency import check_files
from tellerline.cli.replay.days import narrative, work_days
from tellerline.cli.replay.holders import holders_of
from tellerline.cli.replay.loading import load_bank, post_day
from tellerline.cli.replay.verification import check_transfers
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.ledger import Leg, Transaction

_ORDERED = transfer("11", 10_000, 0)


@pytest.fixture
def bank() -> SimulatedBank:
    """With the sample filed, at noon of its first day."""
    bank = SimulatedBank(VirtualClock(datetime(1993, 1, 4, 11, tzinfo=UTC)), SeededRandomness(1))
    recorded = sample_bank()
    load_bank(bank, recorded, holders_of(recorded), overdrafts={"7": 5_000}, loan_payments={"7": 10_000})
    return bank


def test_everybody_and_everything_is_filed(bank: SimulatedBank) -> None:
    register, holder = bank.core.host.register, holders_of(sample_bank())["7"]
    account = register.account(holder.number)
    assert (account.owner, account.disponents, account.pin) == ("00000001", ("00000002",), holder.pin)
    assert register.owner("00000001").name == "Jana Vzorová 1"
    assert register.owner("00000001").identity_document == "TEST-701213-00000001"
    assert [(card.holder, card.product) for card in register.cards.values()] == [("00000002", "classic")]
    assert bank.ledger.account(holder.number).available == 5_000
    assert bank.ledger.account("LN00000005").balance == -110_000


def test_a_day_is_posted_on_its_own_date(bank: SimulatedBank) -> None:
    post_day(bank, work_days(sample_bank().movements)[0])
    (entry,) = bank.ledger.account("0000000007").entries
    assert (entry.amount, entry.booking_date, entry.transaction.kind) == (50_000, "1993-01-04", "CASH_DEPOSIT")
    assert bank.ledger.trial_balance() == {"CZK": 0}


def _book(bank: SimulatedBank, row: BerkaMovement, serial: str = "G1", **changes: str) -> Transaction:
    other = f"{row.other_bank}/{row.other_account}"
    said = {"booking_date": row.day.isoformat(), "narrative": narrative(row), "kind": "TRANSFER", **changes}
    nostro = bank.ledger.internal("NOSTRO-CZK", "CZK").number
    legs = (Leg("0000000007", row.movement, other), Leg(nostro, -row.movement, "0000000007"))
    return bank.ledger.post(legs, serial=serial, booked_at="", reference=serial, forced=True, **said)


def test_done_once_is_done(bank: SimulatedBank) -> None:
    _book(bank, _ORDERED)
    check = check_transfers(bank, [_ORDERED], {"11": "G1"})
    assert (check.done, check.total, check.wrong) == (1, 10_000, ())


def test_a_reversed_booking_and_a_second_one_are_one(bank: SimulatedBank) -> None:
    first = _book(bank, _ORDERED, "G0")
    bank.ledger.reverse(first, serial="R", booking_date=FIRST.isoformat(), booked_at="")
    _book(bank, _ORDERED)
    assert check_transfers(bank, [_ORDERED], {"11": "G1"}).done == 1


@pytest.mark.parametrize(
    "happened",
    [
        lambda bank: None,
        lambda bank: (_book(bank, _ORDERED), _book(bank, _ORDERED, "G2")),
        lambda bank: _book(bank, _ORDERED, "G2"),
        lambda bank: _book(bank, replace(_ORDERED, movement=-9_999)),
        lambda bank: _book(bank, replace(_ORDERED, other_account="1")),
        lambda bank: _book(bank, _ORDERED, booking_date="1993-01-05"),
        lambda bank: _book(bank, _ORDERED, kind="OUTGOING"),
    ],
    ids=["never", "twice", "another serial", "another amount", "another payee", "another day", "not by a customer"],
)
def test_anything_else_is_wrong(bank: SimulatedBank, happened: Callable[[SimulatedBank], object]) -> None:
    happened(bank)
    check = check_transfers(bank, [_ORDERED], {"11": "G1"})
    assert (check.done, check.total, check.wrong) == (0, 0, ("11",))


def test_a_transfer_that_nobody_ordered_is_wrong(bank: SimulatedBank) -> None:
    _book(bank, _ORDERED)
    assert check_transfers(bank, [], {}).wrong == ("not in the file: 11",)


def _without_owner(bank: BerkaBank) -> BerkaBank:
    return replace(bank, dispositions=bank.dispositions[1:])


def _of_nobody(bank: BerkaBank) -> BerkaBank:
    return replace(bank, clients=bank.clients[:1])


def _of_no_account(bank: BerkaBank) -> BerkaBank:
    return replace(bank, movements=(replace(bank.movements[0], account="8"),))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(_without_owner, "account 7 has 0 owners"), (_of_nobody, "disposition 2"), (_of_no_account, "movement 11")],
)
def test_files_that_contradict_each_other(spoil: Callable[[BerkaBank], BerkaBank], said: str) -> None:
    check_files(sample_bank())
    with pytest.raises(BerkaFileError, match=said):
        check_files(spoil(sample_bank()))


def test_faults_of_every_kind_at_both_hosts_with_dice_of_the_seed(bank: SimulatedBank) -> None:
    faults.bring_up(bank, 7)
    for engine, operation in ((bank.core.faults, "Transfer"), (bank.credit.faults, "GetLoan")):
        assert {active.rule.kind for active in engine.listed() if operation in active.rule.operations} == set(FaultKind)
    seeds = [active.rule.seed for engine in (bank.core.faults, bank.credit.faults) for active in engine.listed()]
    assert len(set(seeds)) == len(seeds)
    assert faults.struck(bank)["core"]["lose-reply"] == 0
