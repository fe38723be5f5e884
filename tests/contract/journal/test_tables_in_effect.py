"""What two people put into effect: at once in its own gateway, within the sweep in the others, never before its day."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.information.tables import InformationTables
from tellerline.gateway.journal.port import Store
from tellerline.gateway.refusal import RefusalError
from tellerline.routing.information.offers import Fees
from tellerline.routing.information.rates import LoanRates
from tellerline.routing.information.versions import TableVersion, Verdict
from tellerline.routing.model.codes import Code

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Noon in Shanghai."""
SWEEP = 2.0
EMPTY = "# none\nfees = []\n"


@dataclass
class TwoGateways:
    clock: VirtualClock
    here: InformationTables
    there: InformationTables

    async def put(self, content: str = EMPTY, effective_date: str = "") -> TableVersion:
        """Proposed by one person here and approved by another."""
        proposed = await self.here.propose("fees", "u1", content, reason="新标准", effective_date=effective_date)
        return await self.here.decide("fees", proposed.number, "u2", approve=True, remark="")

    async def numbers(self) -> tuple[int, int]:
        """The version that each gateway tells of."""
        return (await self.here.held(Fees)).version.number, (await self.there.held(Fees)).version.number


def desk(store: Store, clock: VirtualClock, *, standard: bool = True) -> InformationTables:
    return InformationTables(
        versions=store.tables,
        standard=standard,
        zone=ZoneInfo("Asia/Shanghai"),
        sweep_seconds=SWEEP,
        clock=clock,
        log=make_log(clock, LogWriter(2), level="error"),
    )


@pytest.fixture
def gateways(store: Store, other: Store) -> TwoGateways:
    clock = VirtualClock(START)
    return TwoGateways(clock, desk(store, clock), desk(other, clock))


async def refusal(awaited: object) -> RefusalError:
    with pytest.raises(RefusalError) as caught:
        await awaited  # type: ignore[misc]
    return caught.value


async def test_the_standard_tables_hold_until_one_is_approved(gateways: TwoGateways) -> None:
    held = await gateways.here.held(Fees)
    assert (held.version.number, held.version.proposer, bool(held.table.fees)) == (0, "tellerline", True)
    await gateways.put()
    held = await gateways.here.held(Fees)
    assert (held.version.number, held.table.fees) == (1, ())


async def test_a_bank_without_standard_tables_says_nothing_until_it_has_its_own(store: Store) -> None:
    tables = desk(store, VirtualClock(START), standard=False)
    assert (await refusal(tables.held(Fees))).code is Code.TABLE_NOT_FOUND
    assert (await refusal(tables.version("fees", 0))).code is Code.TABLE_VERSION_NOT_FOUND
    assert list(await tables.page("fees", 0, 9)) == []
    proposed = await tables.propose("fees", "u1", EMPTY, reason="first", effective_date="")
    await tables.decide("fees", proposed.number, "u2", approve=True, remark="")
    assert (await tables.held(Fees)).version.number == 1


async def test_an_approval_holds_here_at_once_and_elsewhere_within_the_sweep(gateways: TwoGateways) -> None:
    assert await gateways.numbers() == (0, 0)
    await gateways.put()
    assert await gateways.numbers() == (1, 0 if gateways.here is not gateways.there else 1)
    await gateways.clock.advance(SWEEP)
    assert await gateways.numbers() == (1, 1)


async def test_a_version_takes_effect_at_the_beginning_of_its_day_in_every_gateway(gateways: TwoGateways) -> None:
    approved = await gateways.put(effective_date="2026-03-03")
    assert approved.effective_at == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    await gateways.clock.advance(12 * 3600 - 0.5)
    assert await gateways.numbers() == (0, 0)
    await gateways.clock.advance(0.5)
    assert await gateways.numbers() == (1, 1)


async def test_what_is_approved_after_its_day_holds_from_the_approval(gateways: TwoGateways) -> None:
    proposed = await gateways.here.propose("fees", "u1", EMPTY, reason="late", effective_date="2026-03-02")
    await gateways.clock.advance(3 * 24 * 3600)
    approved = await gateways.here.decide("fees", proposed.number, "u2", approve=True, remark="")
    assert approved.effective_at == START + timedelta(days=3)


async def test_the_later_of_two_approvals_holds_and_the_history_keeps_both(gateways: TwoGateways) -> None:
    await gateways.put(effective_date="2026-03-03")
    await gateways.put(EMPTY + "# 2\n")
    assert (await gateways.numbers())[0] == 2
    await gateways.clock.advance(24 * 3600)
    assert await gateways.numbers() == (1, 1)
    found = await gateways.there.page("fees", 0, 9)
    assert [(each.number, each.proposer, each.decider) for each in found] == [
        (2, "u1", "u2"),
        (1, "u1", "u2"),
        (0, "tellerline", ""),
    ]


async def test_the_store_is_asked_once_a_sweep(store: Store) -> None:
    clock = VirtualClock(START)
    tables = desk(store, clock)
    first = await tables.held(LoanRates)
    assert await tables.held(LoanRates) is first
    await clock.advance(SWEEP)
    again = await tables.held(LoanRates)
    assert again is not first
    assert again.table is first.table, "contents never change: they are read once"


@pytest.mark.parametrize("operator", ["u1", " U1 ", "Ｕ1"])
async def test_nobody_approves_what_he_proposed(gateways: TwoGateways, operator: str) -> None:
    proposed = await gateways.here.propose("fees", "u1", EMPTY, reason="x", effective_date="")
    refused = await refusal(gateways.there.decide("fees", proposed.number, operator, approve=True, remark=""))
    assert refused.code is Code.SECOND_PERSON_REQUIRED
    assert (await gateways.there.version("fees", proposed.number)).verdict is Verdict.PROPOSED


async def test_a_proposer_may_withdraw_and_the_next_may_be_proposed(gateways: TwoGateways) -> None:
    proposed = await gateways.here.propose("fees", "u1", EMPTY, reason="x", effective_date="")
    withdrawn = await gateways.here.decide("fees", proposed.number, "u1", approve=False, remark="错")
    assert (withdrawn.verdict, withdrawn.effective_at) == (Verdict.REJECTED, None)
    assert (await gateways.numbers())[0] == 0
    assert (await gateways.put()).number == 2


async def test_steps_may_be_repeated_by_who_took_them_and_by_nobody_else(gateways: TwoGateways) -> None:
    wish = {"reason": "x", "effective_date": ""}
    proposed = await gateways.here.propose("fees", "u1", EMPTY, **wish)
    assert await gateways.there.propose("fees", "U1", EMPTY, **wish) == proposed
    for person, content in (("u3", EMPTY), ("u1", EMPTY + "#")):
        refused = await refusal(gateways.here.propose("fees", person, content, **wish))
        assert (refused.code, refused.metadata["version"]) == (Code.TABLE_VERSION_PENDING, "1")
    approved = await gateways.here.decide("fees", 1, "u2", approve=True, remark="")
    assert await gateways.there.decide("fees", 1, "u2", approve=True, remark="again") == approved
    for person, approve in (("u3", True), ("u2", False)):
        refused = await refusal(gateways.there.decide("fees", 1, person, approve=approve, remark="x"))
        assert refused.code is Code.TABLE_VERSION_DECIDED


async def test_of_approvals_and_rejections_at_once_one_counts(gateways: TwoGateways) -> None:
    proposed = await gateways.here.propose("fees", "u1", EMPTY, reason="x", effective_date="")
    deciding = [
        each.decide("fees", proposed.number, f"u{person}", approve=bool(person % 2), remark="x")
        for person in range(2, 8)
        for each in (gateways.here, gateways.there)
    ]
    ends = await asyncio.gather(*deciding, return_exceptions=True)
    kept = await gateways.here.version("fees", proposed.number)
    for end in ends:
        if isinstance(end, TableVersion):
            assert (end.decider, end.verdict) == (kept.decider, kept.verdict)
        else:
            assert isinstance(end, RefusalError)
            assert end.code is Code.TABLE_VERSION_DECIDED


@pytest.mark.parametrize(
    ("table", "content", "day", "code"),
    [
        ("none", EMPTY, "", Code.TABLE_NOT_FOUND),
        ("fees", "fees = 1", "", Code.INVALID_REQUEST),
        ("fees", "[" * 5000, "", Code.INVALID_REQUEST),
        ("fees", EMPTY, "2026-03-01", Code.INVALID_REQUEST),
    ],
)
async def test_what_cannot_be_proposed(gateways: TwoGateways, table: str, content: str, day: str, code: Code) -> None:
    refused = await refusal(gateways.here.propose(table, "u1", content, reason="x", effective_date=day))
    assert refused.code is code
    assert ("mistake" in refused.metadata) is (code is Code.INVALID_REQUEST and not day)
