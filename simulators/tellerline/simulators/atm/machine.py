"""The machine: a customer's card and PIN, what he asks for, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tellerline.simulators.atm.advices import Advices, stored
from tellerline.simulators.atm.answers import balances_of, entries_of
from tellerline.simulators.atm.asking import Asking, Wish
from tellerline.simulators.atm.codes import KEEP_CARD
from tellerline.simulators.atm.dispenser import Dispenser, Jam
from tellerline.simulators.atm.faults import Fault, PowerCutError
from tellerline.simulators.atm.files import hold
from tellerline.simulators.atm.journal import Journal, Stage, Transaction
from tellerline.simulators.atm.message import Message
from tellerline.simulators.atm.receipts import Receipt, Verdict
from tellerline.simulators.atm.requests import Kind, Network, approved
from tellerline.simulators.atm.session import Place, Session
from tellerline.simulators.atm.traffic import masked


def _power_cut() -> None:
    raise PowerCutError


@dataclass(slots=True, repr=False)
class _Customer:
    card: str
    pin: str = ""


class NotReadyError(RuntimeError):
    """What was asked needs a card inside, or its PIN."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class CashMachine:
    """One machine with the files of ``home``. Methods are for one customer at a time.

    Cash is presented only after an approval that can be believed, and every other end of a withdrawal is undone at the
    acquirer, if need be after a loss of power. ``power_cut`` is what a loss of power does to this process.
    Raises ``InUseError`` while another machine runs on ``home``, ``DamagedFileError`` for files that nobody can read.
    """

    def __init__(self, place: Place, home: Path, power_cut: Callable[[], None] = _power_cut) -> None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._hold = hold(home / "lock")
        self.journal = Journal(home / "journal")
        self.dispenser = Dispenser(home / "cassettes")
        self.place = place
        self._power_cut = power_cut
        self._session: Session | None = None
        self._opening = asyncio.Lock()
        self._customer: _Customer | None = None
        self._advices = Advices(self.journal, self.place, self.line)
        self._asking = Asking(self.place, self.journal, self.line)

    async def start(self) -> None:
        """Clear up what a loss of power left, and begin to send what is owed. Needs no line yet."""
        for transaction in self.journal.open:
            self._clear_up(transaction)
        self._advices.start()

    async def stop(self) -> None:
        """End the line; what is owed stays in the journal."""
        await self._advices.close()
        if self._session is not None:
            await self._session.close()
        self.journal.close()
        self._hold.close()

    async def line(self) -> Session:
        """The session, made anew if it broke; raises ``NoLineError``."""
        async with self._opening:
            if self._session is None or not self._session.alive:
                if self._session is not None:
                    await self._session.close()
                    self._session = None
                self._session = await Session.open(self.place, self.journal.next_stan)
            return self._session

    async def network(self, what: Network) -> None:
        """Echo, exchange keys, sign on or off; raises ``NoLineError``. A session that is made for it is signed on."""
        before = self._session
        session = await self.line()
        if what is Network.KEYS:
            await session.exchange_keys()
        elif what is not Network.SIGN_ON or session is before:
            await session.network(what)

    async def settled(self) -> None:
        """Return when every confirmation and reversal has been answered."""
        await self._advices.settled()

    @property
    def card(self) -> str:
        """The number of the card inside, empty if there is none."""
        return self._customer.card if self._customer else ""

    def insert(self, card: str) -> None:
        self._customer = _Customer(card)

    def enter_pin(self, pin: str) -> None:
        """Four to twelve digits, kept in memory until the card is out. Raises ``NotReadyError``."""
        self._inside().pin = pin

    def eject(self) -> None:
        """Give the card back, and forget its PIN. Idempotent."""
        self._customer = None

    async def balance(self) -> Receipt:
        """All that follow raise ``NotReadyError`` without a card inside and its PIN."""
        return await self._ask(self._wish(Kind.BALANCE))

    async def statement(self) -> Receipt:
        return await self._ask(self._wish(Kind.STATEMENT))

    async def transfer(self, amount: int, payee: str) -> Receipt:
        """Move ``amount`` minor units to the account ``payee``; asked again when no answer comes."""
        return await self._ask(self._wish(Kind.TRANSFER, amount=amount, payee=payee))

    async def change_pin(self, new: str) -> Receipt:
        """Have ``new`` in the place of the PIN that was entered; asked again when no answer comes."""
        receipt = await self._ask(self._wish(Kind.PIN_CHANGE, new_pin=new))
        if receipt.verdict is Verdict.DONE:
            self.enter_pin(new)
        return receipt

    async def withdraw(self, amount: int) -> Receipt:
        """Cash for ``amount`` minor units; the receipt says what came out."""
        wish = self._wish(Kind.WITHDRAWAL, amount=amount)
        notes = self.dispenser.plan(amount)
        if notes is None:
            return self._receipt(wish, Verdict.NO_NOTES)
        asked = await self._asking.prepare(wish)
        if asked is None:
            return self._receipt(wish, Verdict.NOT_SENT)
        answer = await self._asking.hear(asked)
        if answer is None:
            return self._receipt(wish, Verdict.REVERSED, self._conclude(asked.transaction, 0))
        if not approved(answer):
            return self._receipt(wish, Verdict.DECLINED, self._close(asked.transaction, Stage.DECLINED, answer), answer)
        allowed = self.journal.keep(replace(asked.transaction, stage=Stage.APPROVED, code=answer.text(39)))
        if self.place.faults.strikes(Fault.POWER_BEFORE_DISPENSE):
            self._power_cut()
        presented = self.dispenser.dispense(allowed.reference, notes, self._jam())
        if self.place.faults.strikes(Fault.POWER_AFTER_DISPENSE):
            self._power_cut()
        verdict = Verdict.DONE if presented == amount else Verdict.REVERSED
        return self._receipt(wish, verdict, self._conclude(allowed, presented), answer)

    async def _ask(self, wish: Wish) -> Receipt:
        asked = await self._asking.prepare(wish)
        if asked is None:
            return self._receipt(wish, Verdict.NOT_SENT)
        enquiry = wish.kind in (Kind.BALANCE, Kind.STATEMENT)
        answer = await (self._asking.hear(asked) if enquiry else self._asking.insist(asked))
        stage, verdict = Stage.UNKNOWN, Verdict.UNKNOWN
        if answer is not None:
            stage, verdict = (Stage.DONE, Verdict.DONE) if approved(answer) else (Stage.DECLINED, Verdict.DECLINED)
        transaction = asked.transaction if enquiry else self._close(asked.transaction, stage, answer)
        return self._receipt(wish, verdict, transaction, answer)

    def _clear_up(self, transaction: Transaction) -> None:
        """What was open when power was lost: the dispenser knows what came out, and without approval nothing did."""
        if transaction.stage is Stage.ASKED and transaction.kind != Kind.WITHDRAWAL:
            self._close(transaction, Stage.UNKNOWN, None)
        elif transaction.stage is Stage.ASKED:
            self._conclude(transaction, 0)
        elif transaction.stage is Stage.APPROVED:
            self._conclude(transaction, self.dispenser.presented(transaction.reference))

    def _conclude(self, transaction: Transaction, presented: int) -> Transaction:
        """Write down what the acquirer has yet to hear of a withdrawal, and have it sent."""
        composer, stan = self.place.composer, self.journal.next_stan()
        if presented == transaction.amount:
            stage, advice = Stage.CONFIRMING, composer.confirmation(stan, transaction.original, presented)
        else:
            stage = Stage.REVERSING
            advice = composer.reversal(stan, transaction.original, transaction.amount, presented)
        kept = self.journal.keep(replace(transaction, stage=stage, dispensed=presented, advice=stored(advice)))
        self._advices.wake()
        return kept

    def _close(self, transaction: Transaction, stage: Stage, answer: Message | None) -> Transaction:
        code = answer.text(39) if answer else ""
        return self.journal.keep(replace(transaction, stage=stage, code=code, sealed=""))

    def _inside(self) -> _Customer:
        if self._customer is None:
            raise NotReadyError("no card is inside", "机内无卡")
        return self._customer

    def _wish(self, kind: Kind, **fields: Any) -> Wish:
        customer = self._inside()
        if not customer.pin:
            raise NotReadyError("no PIN was entered", "未输入密码")
        return Wish(kind=kind, card=customer.card, pin=customer.pin, **fields)

    def _jam(self) -> Jam | None:
        for fault, jam in ((Fault.JAM, Jam.WHOLE), (Fault.SHORT, Jam.PART)):
            if self.place.faults.strikes(fault):
                return jam
        return None

    def _receipt(
        self, wish: Wish, verdict: Verdict, transaction: Transaction | None = None, answer: Message | None = None
    ) -> Receipt:
        terminal = self.place.profile.terminal
        booked, available = balances_of(answer) if answer else (None, None)
        code = answer.text(39) if answer else ""
        if code in KEEP_CARD:
            self.eject()
        return Receipt(
            kind=wish.kind,
            verdict=verdict,
            terminal=terminal,
            at=self.place.clock.now().isoformat(),
            reference=f"{terminal}-{transaction.reference}" if transaction else "",
            card=masked(wish.card),
            payee=masked(wish.payee),
            amount=wish.amount,
            dispensed=transaction.dispensed if transaction else 0,
            code=code,
            card_kept=code in KEEP_CARD,
            retrieval=answer.text(37) if answer else "",
            balance=booked,
            available=available,
            entries=entries_of(answer) if answer else (),
        )
