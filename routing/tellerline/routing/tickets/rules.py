"""What decides about one ticket."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.routing.tickets.flow import Flow
from tellerline.routing.tickets.working_time import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Rules:
    """The version of the flow that the ticket runs on, and the working calendar."""

    flow: Flow
    calendar: WorkingCalendar
