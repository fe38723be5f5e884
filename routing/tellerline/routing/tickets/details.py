"""What is written on a ticket."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from tellerline.routing.tickets.kinds import CustomerCategory, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Fields that people fill in; empty where nobody has. Instants are aware.

    ``customer`` is a customer number and ``contact`` how to reach him; ``category`` and ``nature`` say what is
    complained about (类型, 性质); ``department`` receives the ticket; ``transaction`` is a global serial; ``person`` is
    who is praised or complained about; ``answer`` is what the customer is told.
    """

    subject: str = ""
    text: str = ""
    customer: str = ""
    customer_category: CustomerCategory = CustomerCategory.NONE
    contact: str = ""
    category: str = ""
    nature: str = ""
    urgency: Urgency = Urgency.NORMAL
    department: str = ""
    branch: str = ""
    person: str = ""
    event_at: datetime | None = None
    transaction: str = ""
    call: str = ""
    appointment_at: datetime | None = None
    notice_way: str = ""
    knowledge_entry: str = ""
    answer: str = ""


NAMES = frozenset(field.name for field in fields(Details))
INSTANTS = frozenset({"event_at", "appointment_at"})


def missing(details: Details, needs: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``needs`` (names of fields) that are empty."""
    return tuple(name for name in needs if not getattr(details, name))
