"""What stores promise about customers beside ``port.Registry``: their history, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from tellerline.gateway.journal.customer_records import (
    Classified,
    Contact,
    CustomerSearch,
    Happening,
    HappeningSearch,
    Interaction,
    PinReset,
    Representative,
    RepresentativeChange,
    ResetState,
)
from tellerline.gateway.journal.records import Customer, Limits, RegisteredAccount

TellCustomer = Callable[[Customer, Customer], Interaction | None]
TellAccount = Callable[[RegisteredAccount], Interaction | None]
TellLimits = Callable[[Limits, Limits], Interaction | None]
TellContact = Callable[[Contact | None, Contact], Interaction | None]
TellRepresentative = Callable[[Representative | None, Representative], Interaction | None]
TellClassified = Callable[[Classified], Interaction | None]


class Interactions(Protocol):
    """What happened between customers and the bank, over every channel."""

    async def tell(self, interaction: Interaction) -> Interaction:
        """Durable before it returns; the stored one, which is the first where ``key`` was told before."""

    async def page(self, search: HappeningSearch) -> Sequence[Happening]:
        """Transactions and interactions together, newest first, of one moment; a company's with all its
        representatives'.

        Proofs by PIN come as interactions alone, not as the enquiries that they are too. Enquiries that are still in
        memory are written before.
        """


class Dossiers(Protocol):
    """Search, contact details, representatives, PIN resets, segments. Who ``tell``s gives what is kept beside a change,
    in the same durable write; None keeps nothing.
    """

    async def find(self, search: CustomerSearch) -> Sequence[Customer]: ...

    async def contacts(self, customer: str) -> Sequence[Contact]:
        """Those that there are, by kind."""

    async def set_contact(self, contact: Contact, tell: TellContact) -> Contact | None:
        """Not verified from then on, unless the value is the same: then it stays as it is. An empty value takes it off.

        None when there is no such customer. ``MOBILE`` is also the registered customer's mobile number.
        """

    async def verify_contact(
        self, customer: str, kind: str, at: datetime, method: str, tell: TellContact
    ) -> Contact | None:
        """None when there is none. A verified one stays as it is."""

    async def add_representative(
        self, representative: Representative, tell: TellRepresentative
    ) -> Representative | None:
        """As he is from then on; None, and nothing written, when the number is taken.

        Of the accounts, those that the company still has registered.
        """

    async def update_representative(
        self, company: str, number: str, change: RepresentativeChange, tell: TellRepresentative
    ) -> Representative | None:
        """As he is from then on, whoever else changes another part of him at the same time; None when he is not there.

        Of the accounts, those that the company still has registered.
        """

    async def representative(self, company: str, number: str) -> Representative | None: ...

    async def representatives(self, company: str, *, after: str = "", limit: int = 50) -> Sequence[Representative]:
        """By number."""

    async def add_pin_reset(self, reset: PinReset, told: Interaction) -> None:
        """Those of the account that are not completed are void from then on."""

    async def pin_reset(self, name: str) -> PinReset | None: ...

    async def move_pin_reset(
        self, moved: PinReset, expected: ResetState, *, pin_to_change: bool, told: Interaction | None
    ) -> bool:
        """Replaces state, approver and serial if the state is still ``expected``, else False.

        ``pin_to_change``: the account's PIN must be changed at its next use from then on. Where ``COMPLETED`` is
        ``expected``, whether it must be goes by the changes that the journal knows of, and not by this reset alone.
        """

    async def pins_to_change(self, customer: str) -> Sequence[int]:
        """Sequence numbers of the accounts whose PIN must be changed at its next use."""

    async def classify(
        self, customer: str, segment: str, day: str, version: str, tell: TellClassified
    ) -> Classified | None:
        """None for who is not registered; a figure of an earlier day than the stored one's changes nothing."""
