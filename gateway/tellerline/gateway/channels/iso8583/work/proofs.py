"""Whose a card is, and a card whose PIN was right with the grant that this won."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tellerline.gateway.journal.records import RegisteredAccount


class Cards(Protocol):
    """What the channel knows of accounts: those that are registered, by number."""

    async def find_account(self, account: str) -> RegisteredAccount | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Good for the same card with the same PIN on the same connection, until ``good_until``.

    ``fingerprint`` is a keyed hash of card and PIN, by which the next request's PIN is known to be the same one.
    """

    account: RegisteredAccount
    fingerprint: bytes = field(repr=False)
    token: str = field(repr=False)
    good_until: datetime
