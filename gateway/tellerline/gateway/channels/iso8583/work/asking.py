"""One request of a signed-on terminal, and what it is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tellerline.api.common.v1.context_pb2 import CHANNEL_ATM, RequestContext
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.iso8583.answer_codes import BAD_AMOUNT, BAD_FORMAT, Answer
from tellerline.gateway.channels.iso8583.codec.message import Message
from tellerline.gateway.channels.iso8583.codec.tags import parse_tags
from tellerline.gateway.channels.iso8583.dialect import Dialect, amount_of
from tellerline.gateway.channels.iso8583.problems import AnsweredError
from tellerline.gateway.channels.iso8583.session import Session
from tellerline.gateway.channels.iso8583.terminals import Terminal
from tellerline.gateway.channels.iso8583.work.currencies import number_of
from tellerline.gateway.services.names import customer_name
from tellerline.routing.model.money import Money

ADVICE: Final = ".A"
PROOF: Final = ".P"


@dataclass(slots=True)
class Reply:
    """``fields`` beside those of the request that every answer repeats."""

    answer: Answer
    fields: Mapping[int, str] = field(default_factory=dict, repr=False)


@dataclass(slots=True, kw_only=True)
class Asking:
    """One request, admitted ``at``. Nothing of who asks comes from the message but what its MAC has proved."""

    message: Message
    dialect: Dialect
    terminal: Terminal
    session: Session
    call: CallContext
    at: datetime

    @property
    def serial(self) -> str:
        """The channel serial of the transaction that it asks for."""
        return f"{self.terminal.id}-{self.dialect.when(self.message, self.at)}-{self.message.get(11)}"

    @property
    def original_serial(self) -> str:
        """That of the transaction that it speaks of."""
        original = self.dialect.original(self.message, self.at)
        return f"{self.terminal.id}-{original.when}-{original.trace}"

    @property
    def pan(self) -> str:
        """The card's number, from field 2 or track 2. Raises ``AnsweredError``."""
        pan, track = self.message.get(2), self.message.get(35)
        if track:
            track = track.replace("D", "=").partition("=")[0]
            pan = pan or track
        if not pan.isdigit() or (track and track != pan):
            raise AnsweredError(BAD_FORMAT, "card")
        return pan

    @property
    def tags(self) -> Mapping[str, str]:
        """Of field 48. Raises ``AnsweredError``."""
        try:
            return parse_tags(self.message.get(48))
        except ValueError:
            raise AnsweredError(BAD_FORMAT, "tags") from None

    @property
    def payee(self) -> str:
        """The account that a transfer credits. Raises ``AnsweredError``."""
        payee = self.message.get(103).strip()
        if not payee:
            raise AnsweredError(BAD_FORMAT, "no_payee")
        return payee

    @property
    def amount(self) -> Money:
        """Field 4 in the terminal's currency. Raises ``AnsweredError``."""
        return self.money(amount_of(self.message))

    def money(self, minor: int) -> Money:
        """``minor`` units of field 49's currency, which is the terminal's. Raises ``AnsweredError``."""
        if self.message.get(49) != number_of(self.terminal.currency):
            raise AnsweredError(BAD_AMOUNT, "currency")
        return Money(minor, self.terminal.currency)

    def context(self, *, customer: str = "", grant: str = "", suffix: str = "") -> RequestContext:
        """Who asks, as the contract says it."""
        context = RequestContext()
        self.sign(context, customer=customer, grant=grant, suffix=suffix)
        return context

    def sign(self, context: RequestContext, *, customer: str = "", grant: str = "", suffix: str = "") -> None:
        """Say in ``context``, which says nothing yet, who asks: as ``context`` does, without a copy."""
        terminal = self.terminal
        context.channel = CHANNEL_ATM
        context.channel_serial = self.serial + suffix
        context.customer = customer_name(customer)
        context.grant = grant
        context.terminal = terminal.id
        context.branch = terminal.branch
        context.language_code = terminal.language
