"""A card whose PIN was right, and the grant that this won."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tellerline.gateway.journal.records import RegisteredAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Good for the same card with the same PIN on the same connection, until ``expires_at``.

    ``fingerprint`` is a keyed hash of card and PIN, by which the next request's PIN is known to be the same one.
    """

    account: RegisteredAccount
    fingerprint: bytes = field(repr=False)
    token: str = field(repr=False)
    expires_at: datetime
