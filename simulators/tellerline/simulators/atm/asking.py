"""A customer's wish put to the acquirer, and heard or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tellerline.simulators.atm.codes import UNDECIDED
from tellerline.simulators.atm.journal import Journal, Transaction
from tellerline.simulators.atm.keys import SessionKeys
from tellerline.simulators.atm.message import Message
from tellerline.simulators.atm.requests import Kind, Order, repeated, with_blocks
from tellerline.simulators.atm.session import NoLineError, Place, Session
from tellerline.simulators.atm.traffic import masked

_REPEATS = 2
_ENQUIRIES = frozenset({Kind.BALANCE, Kind.STATEMENT})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Wish:
    """``amount`` in minor units; ``payee`` is the account that a transfer credits."""

    kind: Kind
    card: str
    pin: str
    amount: int = 0
    payee: str = ""
    new_pin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Asked:
    """``transaction`` is as the journal has it; that of an enquiry is in no journal."""

    wish: Wish
    session: Session
    request: Message
    transaction: Transaction


class Asking:
    """``line`` gives the session of the moment or raises ``NoLineError``."""

    def __init__(self, place: Place, journal: Journal, line: Callable[[], Awaitable[Session]]) -> None:
        self._place = place
        self._journal = journal
        self._line = line

    async def prepare(self, wish: Wish) -> Asked | None:
        """The request, written down and not sent yet; nothing if there is no line to send it on."""
        try:
            session = await self._line()
            order = self._order(wish, session.keys)
        except NoLineError as error:
            self._place.traffic.remark(str(error))
            return None
        composer = self._place.composer
        request = composer.order(self._journal.next_stan(), order)
        transaction = Transaction(
            reference=composer.reference(request),
            kind=wish.kind,
            card=masked(wish.card),
            amount=wish.amount,
            at=self._place.clock.now().isoformat(),
            original=composer.original(request),
            sealed=self._place.master.seal(wish.card, self._place.randomness),
        )
        if wish.kind not in _ENQUIRIES:
            self._journal.keep(transaction)
        return Asked(wish=wish, session=session, request=request, transaction=transaction)

    async def hear(self, asked: Asked) -> Message | None:
        """The answer; nothing when none came that decides anything: the request may have been heard all the same."""
        return await self._decided(asked.session, asked.request)

    async def insist(self, asked: Asked) -> Message | None:
        """As ``hear``, but asked again, on a new session if need be, by repeats that the acquirer answers with what has
        become of the first."""
        answer = await self.hear(asked)
        for _ in range(_REPEATS):
            if answer is not None:
                break
            answer = await self._repeat(asked)
        return answer

    async def _repeat(self, asked: Asked) -> Message | None:
        try:
            session = await self._line()
            order = self._order(asked.wish, session.keys)
        except NoLineError as error:
            self._place.traffic.remark(str(error))
            return None
        return await self._decided(session, with_blocks(repeated(asked.request), order))

    async def _decided(self, session: Session, request: Message) -> Message | None:
        try:
            answer = await session.ask(request)
        except NoLineError:
            return None
        return None if answer is None or answer.text(39) in UNDECIDED else answer

    def _order(self, wish: Wish, keys: SessionKeys) -> Order:
        def block(pin: str) -> bytes:
            return keys.pin_block(pin, wish.card, self._place.randomness)

        return Order(
            kind=wish.kind,
            card=wish.card,
            amount=wish.amount,
            payee=wish.payee,
            pin_block=block(wish.pin),
            new_pin_block=block(wish.new_pin) if wish.new_pin else b"",
        )
