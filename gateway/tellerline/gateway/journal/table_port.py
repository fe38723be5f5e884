"""The part of the journal's contract that keeps the tables of public information."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tellerline.routing.information.versions import TableVersion


class TableVersions(Protocol):
    """Every version of every table. Contents are read with ``get`` alone. Errors as of the ``port``."""

    async def propose(self, version: TableVersion) -> TableVersion | None:
        """Store it with the table's next number, from 1 (``version.number`` is ignored).

        None, and nothing written, while another one waits.
        """

    async def decide(self, decided: TableVersion) -> bool:
        """Store verdict, decider, remark and when it takes effect. False, and nothing written, unless it waited."""

    async def get(self, table: str, number: int) -> TableVersion | None: ...

    async def proposed(self, table: str) -> TableVersion | None:
        """The one that waits."""

    async def in_effect(self, table: str, at: datetime) -> TableVersion | None:
        """The approved one that took effect last until ``at``; of two at the same moment the one of higher number."""

    async def upcoming(self, table: str, after: datetime) -> TableVersion | None:
        """The approved one that takes effect next behind ``after``."""

    async def page(self, table: str, below: int, limit: int) -> Sequence[TableVersion]:
        """Those of numbers below ``below``, the newest first."""
