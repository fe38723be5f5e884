"""A host as the gateway sees it: commands in, fates and outcomes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tellerline.routing.model.command import Command, HostCall
from tellerline.routing.model.outcome import Done, Fate, Outcome, Rejected, Unknown

UNTRUSTED = frozenset({"unsigned", "bad_signature", "stale_timestamp", "replayed"})
"""Reasons of an ``Unknown`` that say: somebody may be standing between us and the host. An operator must be told."""


@dataclass(slots=True, kw_only=True)
class Answer:
    """How far the request got, and what that means. ``Done`` and ``Rejected`` come only with ``REPLIED``."""

    fate: Fate
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReply:
    """A reply to ``reference`` that came when nobody waited any more: evidence for the doubt resolver.

    ``raw`` is kept for the journal, masked before it is shown anywhere.
    """

    host: str
    reference: str
    outcome: Done | Rejected | Unknown
    raw: bytes = field(default=b"", repr=False)


class Host(Protocol):
    """One counterpart, connected. ``execute`` never raises for anything the host or the wire does."""

    @property
    def name(self) -> str: ...

    @property
    def operations(self) -> frozenset[str]:
        """The operations that this host's folder declares; anything else is not offered."""

    async def start(self, on_late_reply: Callable[[LateReply], None]) -> None: ...

    async def close(self) -> None: ...

    async def execute(self, command: Command, call: HostCall, deadline: float) -> Answer:
        """Send once and wait until ``deadline`` (the clock's ``monotonic``) at most. Never retries.

        Raises ``CannotBuildError`` when the command does not fit the host's format (nothing was sent).
        """
