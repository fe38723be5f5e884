"""The versions of flows: the one that new tickets begin on, and those on which tickets still run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tellerline.adapters.clock import Clock
from tellerline.callcenter.tickets.store import TicketStore
from tellerline.routing.tickets.approval import FlowVersion, NotTaken, Verdict, WhyNot, in_effect, propose, settle
from tellerline.routing.tickets.flow import Flow
from tellerline.routing.tickets.reading import read_flow

SHIPPED = "shipped"
"""Who proposed and approved the version that came with the product."""


class FlowRegister:
    """Flows as the store has them. A version never changes once it is written: it is read once."""

    def __init__(self, store: TicketStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._flows: dict[tuple[str, int], Flow] = {}

    async def install(self, shipped: Mapping[str, str]) -> None:
        """Put the flows that come with the product in effect where the store has none of that name."""
        now = self._clock.now()
        for name, text in shipped.items():
            if not await self._store.flows(name):
                await self._store.add_flow(_first(name, text, now))

    async def versions(self, flow: str) -> Sequence[FlowVersion]:
        """By number; empty for a flow that there is not."""
        return await self._store.flows(flow)

    async def current(self, flow: str) -> Flow | None:
        """The version in effect, in any process from the moment of its approval."""
        version = in_effect(await self._store.flows(flow))
        return None if version is None else self._read(version)

    async def version(self, flow: str, number: int) -> Flow:
        """A version on which a ticket runs. Raises ``LookupError`` when the store does not have it."""
        kept = self._flows.get((flow, number))
        if kept is not None:
            return kept
        for version in await self._store.flows(flow):
            if version.version == number:
                return self._read(version)
        raise LookupError(f"version {number} of the flow {flow}")

    async def propose(self, flow: str, text: str, proposer: str, reason: str) -> FlowVersion | NotTaken:
        """The same proposal by the same person again is answered as it stands."""
        versions = await self._store.flows(flow)
        for version in versions:
            if (version.text, version.proposer) == (text, proposer) and version.verdict is Verdict.PROPOSED:
                return version
        proposed = propose(versions, text, proposer, self._clock.now(), flow=flow, reason=reason)
        if isinstance(proposed, FlowVersion) and (absent := await self._absent(read_flow(text))):
            return NotTaken(WhyNot.BROKEN, f"{flow}: opens: {absent!r} is no flow")
        if isinstance(proposed, FlowVersion) and not await self._store.add_flow(proposed):
            return NotTaken(WhyNot.ANOTHER_WAITS, str(proposed.version))
        return proposed

    async def settle(self, version: FlowVersion, decider: str, *, approve: bool, remark: str) -> FlowVersion | NotTaken:
        """One's own verdict again is answered as it stands."""
        verdict = Verdict.APPROVED if approve else Verdict.REJECTED
        if (version.verdict, version.decider) == (verdict, decider):
            return version
        settled = settle(version, decider, self._clock.now(), approve=approve, remark=remark)
        if isinstance(settled, FlowVersion) and not await self._store.settle_flow(settled):
            return NotTaken(WhyNot.NOT_WAITING)
        return settled

    async def _absent(self, flow: Flow) -> str:
        """A flow that ``flow`` opens and that has no version in effect; empty if there is none."""
        opened = {action.opens for step in flow.steps for action in step.actions} - {"", flow.name}
        for name in sorted(opened):
            if in_effect(await self._store.flows(name)) is None:
                return name
        return ""

    def _read(self, version: FlowVersion) -> Flow:
        key = version.flow, version.version
        if key not in self._flows:
            self._flows[key] = read_flow(version.text)
        return self._flows[key]


def _first(name: str, text: str, now: datetime) -> FlowVersion:
    return FlowVersion(
        flow=name,
        version=read_flow(text).version,
        text=text,
        proposer=SHIPPED,
        proposed_at=now,
        verdict=Verdict.APPROVED,
        decider=SHIPPED,
        decided_at=now,
    )
