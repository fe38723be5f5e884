"""A recorded transfer ordered by its customer: once, with patience, and again only after a definite no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tellerline.cli.replay.berka_files import CURRENCY, BerkaMovement
from tellerline.cli.replay.days import narrative
from tellerline.cli.replay.desk import COUNTER, PASSING, Desk
from tellerline.cli.replay.holders import Holder
from tellerline.gateway.client import CanonicalError

_CREATE, _GET = "transfers.v1.TransferService/CreateTransfer", "transfers.v1.TransferService/GetTransfer"
_VERIFY = "customers.v1.CustomerService/VerifyPin"
_AGAIN: Final = PASSING | {"REJECTED_BY_HOST", "REVERSED"}
"""Definite ends that say nothing against the order itself: a customer would order again."""
_ORDERS = 20
_ASKED = 400
_POLL = 0.5
_PAUSE = 3.0
_PIN_TRIES = 2
_PIN_PAUSE = 10.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What happened to the orders. ``serials`` has the global serial under which each transfer was done, by the number
    of its row; ``failed`` has the reason of each that was not."""

    sent: int = 0
    doubts: int = 0
    re_orders: int = 0
    at_counter: int = 0
    serials: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class OrderDesk:
    """Orders transfers for customers who prove who they are. Raises nothing for an order that fails: see ``Tally``."""

    def __init__(self, desk: Desk, names: Mapping[str, str]) -> None:
        self._desk = desk
        self._names = names
        self.tally = Tally()

    async def order(self, holder: Holder, transfers: Sequence[BerkaMovement]) -> None:
        """One customer's transfers of a day, one after another, under one grant."""
        who = await self._identify(holder)
        for transfer in transfers:
            self.tally.sent += 1
            try:
                self.tally.serials[transfer.number] = await self._until_done(who, transfer)
            except CanonicalError as error:
                self.tally.failed[transfer.number] = error.code or str(error)

    async def _identify(self, holder: Holder) -> Mapping[str, str]:
        """With the PIN, in online banking; whoever does not get through goes to the counter."""
        customer = f"customers/{holder.customer.number}"
        online = {"channel": "CHANNEL_ONLINE_BANKING", "customer": customer}
        for _ in range(_PIN_TRIES):
            try:
                grant = await self._desk.send(_VERIFY, online, customer=customer, pin=holder.pin)
                return {**online, "grant": grant.token}
            except CanonicalError as error:
                if error.code not in PASSING:
                    break
            await self._desk.clock.sleep(_PIN_PAUSE)
        self.tally.at_counter += 1
        return {**COUNTER, "customer": customer}

    async def _until_done(self, who: Mapping[str, str], transfer: BerkaMovement) -> str:
        """Returns the global serial under which it was done. Raises what stands against the order for good."""
        serial = f"berka-{transfer.number}"
        for attempt in range(1, _ORDERS):
            try:
                return await self._definite(who, serial, transfer)
            except CanonicalError as error:
                if error.code not in _AGAIN or not error.definite:
                    raise
            self.tally.re_orders += 1
            serial = f"berka-{transfer.number}-{attempt}"
            await self._desk.clock.sleep(_PAUSE)
        return await self._definite(who, serial, transfer)

    async def _definite(self, who: Mapping[str, str], serial: str, transfer: BerkaMovement) -> str:
        """Order under ``serial`` and wait for the definite end of it, however long the doubt."""
        reply = await self._answer(who, serial, transfer)
        info = reply.transaction
        if not info.definite:
            self.tally.doubts += 1
        asked = 0
        while not info.definite and asked < _ASKED:
            await self._desk.clock.sleep(_POLL)
            reply = await self._desk.enquire(_GET, who, original_channel_serial=serial)
            info = reply.transaction
            asked += 1
        if info.HasField("error") or not info.definite:
            raise CanonicalError.from_status(info.error)
        return str(info.ref.global_serial)

    async def _answer(self, who: Mapping[str, str], serial: str, transfer: BerkaMovement) -> Any:
        """An answer that says something: without one, the same order under the same serial is safe to repeat."""
        order = _order(self._names[transfer.account], transfer)
        for _ in range(_ORDERS):
            try:
                return await self._desk.send(_CREATE, who, serial, transfer=order)
            except CanonicalError as error:
                if error.definite or error.code not in PASSING:
                    raise
            await self._desk.clock.sleep(_PAUSE)
        return await self._desk.send(_CREATE, who, serial, transfer=order)


def _order(account: str, transfer: BerkaMovement) -> dict[str, Any]:
    units, hellers = divmod(-transfer.movement, 100)
    return {
        "debit_account": account,
        "other_bank_payee": {"bank_code": transfer.other_bank, "account_number": transfer.other_account},
        "amount": {"currency_code": CURRENCY, "units": units, "nanos": hellers * 10_000_000},
        "narrative": narrative(transfer),
    }
