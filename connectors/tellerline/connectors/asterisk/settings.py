"""Where an Asterisk is and how it is spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """``url`` ends with ``/ari``; ``app`` is the Stasis application that the dialplan hands callers to.

    Addresses that match ``internal`` wholly are PJSIP endpoints of that name; all others go out through the endpoint
    ``trunk``. Asterisk accepts few connections at once, so ``connections`` are kept open and shared.
    """

    url: str
    app: str
    user: str
    password: str = field(repr=False)
    trunk: str = "trunk"
    internal: str = r"\d{3,5}"
    connections: int = 16
    patience: timedelta = timedelta(seconds=10)
    """After which an order's outcome is ``UNKNOWN``."""
    heartbeat: timedelta = timedelta(seconds=10)
    """Between signs of life on the event stream; silence for half as long again is a lost link."""
