"""Versions of flows: proposed by one person, in effect when another approves; running tickets finish on their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tellerline.routing.tickets.flow import FlowError
from tellerline.routing.tickets.reading import read_flow


class Verdict(StrEnum):
    """What became of a version."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowVersion:
    """One version of the flow ``flow``, as TOML; a rejected one keeps its number."""

    flow: str
    version: int
    text: str
    proposer: str
    proposed_at: datetime
    reason: str = ""
    verdict: Verdict = Verdict.PROPOSED
    decider: str = ""
    decided_at: datetime | None = None
    remark: str = ""


class WhyNot(StrEnum):
    """Why a version is not taken."""

    BROKEN = "broken"
    OTHER_FLOW = "other_flow"
    NOT_THE_NEXT_VERSION = "not_the_next_version"
    ANOTHER_WAITS = "another_waits"
    NOT_WAITING = "not_waiting"
    SECOND_PERSON_REQUIRED = "second_person_required"
    REASON_MISSING = "reason_missing"


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Nothing changed. ``text`` says the mistake in a broken one, or which version would be the next."""

    why: WhyNot
    text: str = ""


def propose(
    versions: Sequence[FlowVersion], text: str, proposer: str, at: datetime, *, flow: str, reason: str
) -> FlowVersion | NotTaken:
    """The next version of ``flow``; ``versions`` are all that there have been, in order."""
    try:
        proposed = read_flow(text)
    except FlowError as error:
        return NotTaken(WhyNot.BROKEN, str(error))
    if proposed.name != flow:
        return NotTaken(WhyNot.OTHER_FLOW, proposed.name)
    if any(version.verdict is Verdict.PROPOSED for version in versions):
        return NotTaken(WhyNot.ANOTHER_WAITS, str(versions[-1].version))
    following = versions[-1].version + 1 if versions else 1
    if proposed.version != following:
        return NotTaken(WhyNot.NOT_THE_NEXT_VERSION, str(following))
    if not reason.strip():
        return NotTaken(WhyNot.REASON_MISSING)
    return FlowVersion(flow=flow, version=proposed.version, text=text, proposer=proposer, proposed_at=at, reason=reason)


def settle(
    version: FlowVersion, decider: str, at: datetime, *, approve: bool, remark: str = ""
) -> FlowVersion | NotTaken:
    """A second person's verdict. The proposer may reject, which withdraws it, and never approve."""
    if version.verdict is not Verdict.PROPOSED:
        return NotTaken(WhyNot.NOT_WAITING, version.verdict)
    if approve and decider == version.proposer:
        return NotTaken(WhyNot.SECOND_PERSON_REQUIRED)
    verdict = Verdict.APPROVED if approve else Verdict.REJECTED
    return replace(version, verdict=verdict, decider=decider, decided_at=at, remark=remark)


def in_effect(versions: Sequence[FlowVersion]) -> FlowVersion | None:
    """The version that a new ticket begins on; None when none has been approved."""
    approved = (version for version in versions if version.verdict is Verdict.APPROVED)
    return max(approved, key=lambda version: version.version, default=None)
