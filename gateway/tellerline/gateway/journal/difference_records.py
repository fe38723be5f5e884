"""What the journal and a host's day file say differently, as frozen values. All instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CaseState(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"


RECONCILIATION = "reconciliation"
"""Who closes a case whose difference is not found again, and may open it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceCase:
    """One difference, found once however often a day is compared. ``detail`` is JSON: what each side says.

    ``closed_by`` and ``reason`` are empty while it is open.
    """

    name: str
    host: str
    accounting_date: str
    reference: str
    kind: str
    opened_at: datetime
    detail: bytes = field(repr=False)
    state: CaseState = CaseState.OPEN
    closed_at: datetime | None = None
    closed_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSearch:
    """Empty fields do not filter; in the order of names, behind ``after``."""

    host: str = ""
    accounting_date: str = ""
    reference: str = ""
    state: CaseState | None = None
    after: str = ""
    limit: int = 50
