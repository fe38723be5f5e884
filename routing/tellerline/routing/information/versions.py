"""Versions of a table: proposed by one person, approved by another, in effect from a moment on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What became of a version."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableVersion:
    """One version of ``table``; a rejected one keeps its number. Number 0 comes with the product.

    ``content`` is TOML, and empty where only the facts about it were asked for. ``effective_date`` (ISO 8601) is what
    the proposer wished, empty for at once. ``effective_at`` is when an approved one takes effect, never before its
    approval.
    """

    table: str
    number: int
    content: str
    digest: str
    reason: str
    proposer: str
    proposed_at: datetime
    effective_date: str = ""
    verdict: Verdict = Verdict.PROPOSED
    decider: str = ""
    decided_at: datetime | None = None
    remark: str = ""
    effective_at: datetime | None = None
