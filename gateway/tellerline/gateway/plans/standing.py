"""What a caller is told of a plan that is not over."""

from __future__ import annotations

from tellerline.gateway.journal.records import Acceptance, State
from tellerline.gateway.pipeline.answers import Ending, Standing, ending_of
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Unknown


def in_doubt(acceptance: Acceptance, reason: str) -> Ending:
    return ending_of(
        Standing(
            global_serial=acceptance.global_serial,
            channel_serial=acceptance.channel_serial,
            host=acceptance.host,
            state=State.IN_DOUBT,
            outcome=Unknown(code=Code.OUTCOME_UNKNOWN, reason=reason),
            accepted_at=acceptance.accepted_at,
        )
    )
