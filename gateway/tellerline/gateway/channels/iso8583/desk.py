"""Every task with who does it, and every error with what it is answered with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from tellerline.gateway.channels.grpc.rules import CallRules
from tellerline.gateway.channels.iso8583.answer_codes import OUTCOME_UNKNOWN, Answer, answer_of_refusal, of_repeat
from tellerline.gateway.channels.iso8583.dialect import MOVING, NETWORK, Task
from tellerline.gateway.channels.iso8583.gatekeeper import Admitted
from tellerline.gateway.channels.iso8583.problems import AnsweredError
from tellerline.gateway.channels.iso8583.session import Session
from tellerline.gateway.channels.iso8583.work.account_work import AccountWork
from tellerline.gateway.channels.iso8583.work.asking import Asking, Reply
from tellerline.gateway.channels.iso8583.work.cards import CardDesk
from tellerline.gateway.channels.iso8583.work.cash import CashWork
from tellerline.gateway.channels.iso8583.work.enquiries import Enquiries
from tellerline.gateway.channels.iso8583.work.network import NetworkManagement
from tellerline.gateway.channels.iso8583.work.repeats import Repeats
from tellerline.gateway.refusal import RefusalError

PEER = "front:ATM"
"""Who calls, as the access policy knows it: this front has authenticated the terminal itself."""

Worker = Callable[[Asking], Awaitable[Reply]]


class Desk:
    """Does what a request asks. Never raises but what ends the process."""

    def __init__(
        self,
        *,
        network: NetworkManagement,
        cards: CardDesk,
        enquiries: Enquiries,
        cash: CashWork,
        accounts: AccountWork,
        repeats: Repeats,
        rules: CallRules,
    ) -> None:
        self._network = network
        self._cards = cards
        self._repeats = repeats
        self._rules = rules
        self._workers: Mapping[Task, Worker] = {
            Task.BALANCE: enquiries.balance,
            Task.STATEMENT: enquiries.statement,
            Task.WITHDRAWAL: cash.withdraw,
            Task.CONFIRMATION: cash.confirm,
            Task.REVERSAL: cash.reverse,
            Task.TRANSFER: accounts.transfer,
            Task.PIN_CHANGE: accounts.change_pin,
        }

    async def run(self, admitted: Admitted, session: Session) -> Reply:
        """The reply, also to what failed: a defect is an unknown outcome, logged under an incident number."""
        try:
            if admitted.task in NETWORK:
                return await self._manage(admitted, session)
            return await self._done(admitted, self._asking(admitted, session))
        except AnsweredError as error:
            return Reply(_told(error.answer, admitted))
        except RefusalError as refusal:
            serial = refusal.metadata.get("global_serial", "")
            of_the_change = serial and admitted.task is Task.PIN_CHANGE  # its old PIN is compared by the change itself
            answer = answer_of_refusal(refusal)
            return Reply(answer if of_the_change else _told(answer, admitted), {37: serial[-12:]} if serial else {})
        except Exception as error:
            self._rules.status(error, {}, f"iso8583/{admitted.task.value}")
            return Reply(OUTCOME_UNKNOWN)

    def tell_defect(self, error: Exception) -> None:
        """Log what should not be, under an incident number."""
        self._rules.status(error, {}, "iso8583")

    async def leave(self, session: Session) -> None:
        """A session has ended."""
        try:
            await self._cards.leave(session, self._rules.context({}, None, peer=PEER, address=session.address))
        except Exception as error:
            self._rules.status(error, {}, "iso8583/leave")

    async def _manage(self, admitted: Admitted, session: Session) -> Reply:
        reply = await self._network.run(admitted.task, session, admitted.terminal)
        if admitted.task is Task.SIGN_OFF:
            await self.leave(session)
        return reply

    async def _done(self, admitted: Admitted, asking: Asking) -> Reply:
        """A repeat is done only where nobody knows what has become of the first."""
        if admitted.repeats:
            known = await self._repeats.answered(asking, admitted.task)
            if known is not None or admitted.late:
                return known or Reply(OUTCOME_UNKNOWN)
        try:
            return await self._workers[admitted.task](asking)
        except (AnsweredError, RefusalError) as refused:
            if admitted.task in MOVING and not admitted.repeats:
                answer = refused.answer if isinstance(refused, AnsweredError) else answer_of_refusal(refused)
                self._repeats.refused(asking, answer)
            raise

    def _asking(self, admitted: Admitted, session: Session) -> Asking:
        return Asking(
            message=admitted.message,
            dialect=admitted.dialect,
            terminal=admitted.terminal,
            session=session,
            call=self._rules.context({}, None, peer=PEER, address=session.address),
            at=admitted.at,
        )


def _told(answer: Answer, admitted: Admitted) -> Answer:
    return of_repeat(answer) if admitted.repeats else answer
