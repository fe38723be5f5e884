"""What the journal knows of access: what became of grants, and refusals that must be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tellerline.gateway.journal.records import Grant

_SHOWN_BYTES = 6


class AccessKind(StrEnum):
    ISSUED = "ISSUED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    REFUSED = "REFUSED"
    """Asked for without the right to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvent:
    """``grant_id`` is a piece of the hash of the grant's token, from which nobody gets to the token; empty for a
    refusal. ``accounts`` and ``operations`` are what the grant is for (empty: all), or what was refused.

    ``who`` is the agent, terminal or channel that asked; ``why`` a stable word. ``number`` is 0 for one that is not
    written yet.
    """

    number: int = 0
    at: datetime
    kind: AccessKind
    grant_id: str = ""
    customer: str = ""
    channel: str
    call: str = ""
    agent: str = ""
    terminal: str = ""
    accounts: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    expires_at: datetime | None = None
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSearch:
    """Empty words find any. ``before`` is a number, 0 for the newest; newest first, ``limit`` at most."""

    customer: str = ""
    call: str = ""
    agent: str = ""
    before: int = 0
    limit: int = 50


def grant_id(token_hash: bytes) -> str:
    """How people call a grant."""
    return token_hash[:_SHOWN_BYTES].hex()


def of_grant(grant: Grant, kind: AccessKind, at: datetime, *, who: str, why: str) -> AccessEvent:
    return AccessEvent(
        at=at,
        kind=kind,
        grant_id=grant_id(grant.token_hash),
        customer=grant.customer,
        channel=grant.channel,
        call=grant.call,
        agent=grant.agent,
        terminal=grant.terminal,
        accounts=grant.accounts,
        operations=grant.operations,
        expires_at=grant.expires_at,
        who=who,
        why=why,
    )
