"""Channels that never stop asking, and the audit that holds what they were told against journal and ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from google.protobuf.message import Message
from live_bank import LiveBank
from live_client import CHANNEL, LiveClient, repayment_request, transfer_request

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TransactionInfo
from tellerline.gateway.client import CanonicalError, Client
from tellerline.gateway.journal.port import Store
from tellerline.gateway.journal.records import Record, State

_PAUSE = 0.1
_OPERATIONS = "operations.v1.OperationsService"


@dataclass
class Load:
    """Workers that each send one request after the other, and the same again until it is answered for good.

    ``answers`` holds the last answer of each channel serial: a reply, or a definite refusal; None for none yet.
    ``unsure`` counts the answers that settled nothing, ``doubted`` the replies that said so themselves. One request in
    ``repayment_in`` repays a loan, if the credit host listens; the others are transfers.
    """

    live: LiveBank
    clients: Sequence[LiveClient]
    answers: dict[str, Message | CanonicalError | None] = field(default_factory=dict)
    repayment_in: int = 5
    unsure: Counter[str] = field(default_factory=Counter)
    doubted: int = 0
    stopped: bool = False

    @asynccontextmanager
    async def running(self, workers: int, seed: int = 1) -> AsyncIterator[None]:
        """At the end, every request that was begun is asked for until it is answered."""
        tasks = [asyncio.create_task(self._work(number, seed)) for number in range(workers)]
        try:
            yield
            self.stopped = True
            await asyncio.wait_for(asyncio.gather(*tasks), 180)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, worker: int, seed: int) -> None:
        chance = SeededRandomness(f"{seed}/{worker}")
        count = 0
        while not self.stopped:
            count += 1
            serial = f"W{worker:02}-{count:05}"
            await self._until_answered(serial, self._request(serial, chance), worker)

    def _request(self, serial: str, chance: SeededRandomness) -> Message:
        cards, loans = self.live.cards, self.live.loans
        minor = 1 + chance.below(1_000)
        if self.live.has_credit and chance.below(self.repayment_in) == 0:
            return repayment_request(serial, loans[chance.below(len(loans))], minor)
        debit, payee = chance.below(len(cards)), chance.below(len(cards) - 1)
        return transfer_request(serial, cards[debit][0], cards[payee if payee < debit else payee + 1][1], minor)

    async def _until_answered(self, serial: str, request: Message, turn: int) -> None:
        """Each try goes to the next gateway: whichever answers has to say the same."""
        self.answers[serial] = None
        while True:
            answer = await self.clients[turn % len(self.clients)].outcome(request)
            if not isinstance(answer, CanonicalError) or answer.definite:
                self.answers[serial] = answer
                self.doubted += not isinstance(answer, CanonicalError) and not _told(answer).definite
                return
            turn += 1
            self.unsure[answer.code or answer.status.name] += 1
            await asyncio.sleep(_PAUSE)


async def resolved(client: LiveClient, seconds: float) -> None:
    """Wait until nothing is open but what people must decide; fails after ``seconds``."""
    platform = Client(client.channel)
    clock = SystemClock()
    until = clock.monotonic() + seconds
    context = {"channel": "CHANNEL_COUNTER", "channel_serial": "open"}
    pending = {"context": context, "states": ["TRANSACTION_STATE_PENDING"]}
    while True:
        doubts = (await platform.call(f"{_OPERATIONS}/ListDoubts", {"context": context}))["doubts"]
        waiting = (await platform.call(f"{_OPERATIONS}/SearchTransactions", pending))["transactions"]
        open_ones = [*(doubt for doubt in doubts if doubt["stage"] != "STAGE_MANUAL"), *waiting]
        if not open_ones:
            return
        assert clock.monotonic() < until, open_ones
        await asyncio.sleep(_PAUSE)


def _told(answer: Message) -> TransactionInfo:
    told: TransactionInfo = answer.transaction  # type: ignore[attr-defined]
    return told


@dataclass(frozen=True)
class Audit:
    """What the journal says of every serial that was sent, beside the ledger's effects by global serial."""

    records: dict[str, Record]
    manual: set[str]
    wrong: list[str]

    def in_state(self, state: State) -> int:
        return sum(record.state is state for record in self.records.values())


async def audit(load: Load, store: Store) -> Audit:
    """Every disagreement between channel, journal and ledger stands in ``wrong``."""
    effects = load.live.effects()
    manual = {doubt.global_serial for doubt in await store.journal.doubts(limit=1_000) if doubt.stage == "MANUAL"}
    records: dict[str, Record] = {}
    wrong: list[str] = []
    for serial, answer in load.answers.items():
        record = await store.journal.find(CHANNEL, serial)
        if record is not None:
            records[serial] = record
            booked = effects.pop(record.global_serial, 0)
            wrong.extend(f"{serial}: {fault}" for fault in _faults(record, booked, manual))
        wrong.extend(f"{serial}: {fault}" for fault in _lies(answer, record))
    wrong.extend(f"{reference}: booked {booked} times, and in no journal" for reference, booked in effects.items())
    if load.live.trial_balance() != {0}:
        wrong.append(f"the ledger does not sum to zero: {load.live.bank.ledger.trial_balance()}")
    return Audit(records, manual, wrong)


def _faults(record: Record, booked: int, manual: set[str]) -> list[str]:
    """The journal against the ledger."""
    if record.state is State.MANUAL:
        return [] if record.global_serial in manual else ["MANUAL, and in no list"]
    if record.state not in (State.DONE, State.REJECTED, State.NOT_SENT, State.REVERSED):
        return [f"left {record.state}"]
    expected = 1 if record.state is State.DONE else 0
    return [] if booked == expected else [f"{record.state}, and booked {booked} times"]


def _lies(answer: Message | CanonicalError | None, record: Record | None) -> list[str]:
    """What the channel was told against the journal."""
    if answer is None:
        return ["never answered"]
    if isinstance(answer, CanonicalError):
        ended = record is None or record.state in (State.REJECTED, State.NOT_SENT, State.REVERSED)
        return [] if ended else [f"refused with {answer.code}, and {record and record.state}"]
    if record is None:
        return ["accepted, and in no journal"]
    told = _told(answer)
    if told.ref.global_serial != record.global_serial:
        return [f"told of {told.ref.global_serial}, and it is {record.global_serial}"]
    if told.state == TRANSACTION_STATE_DONE and record.state is not State.DONE:
        return [f"told DONE, and {record.state}"]
    return []


async def interrupted(found: Audit, store: Store) -> int:
    """How many transactions a restarted gateway found under way."""
    count = 0
    for record in found.records.values():
        events = await store.journal.history(record.global_serial)
        count += any(event.kind == "doubt_opened" and b'"restarted"' in event.detail for event in events)
    return count
