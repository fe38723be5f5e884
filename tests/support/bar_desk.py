"""Two agents, a leader, a caller and somebody outside, each with a telephone and a voice, and the telephony bar."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any

from asterisk_centre import STRAIGHT, AsteriskCentre, Staff, hear
from bar_keys import Bar
from baresip import BaresipError
from switch_bench import OnRing

from tellerline.api.agents.v1 import agents_pb2 as agents

STAFF = Staff(agents=2, leaders=1)
CALLER, OUTSIDE = "13800138000", "02161234567"
A1, A2, L1 = (STAFF.telephones[who] for who in ("A1", "A2", "L1"))
NOBODY: Collection[str] = ()

_OUT_THERE = {"caller": CALLER, "outside": OUTSIDE}


class Desk:
    """For one step, from ``begin`` to ``end``. Agents' telephones are only answered by the bar."""

    def __init__(self, centre: AsteriskCentre) -> None:
        self.centre = centre
        self.bar = Bar(centre.agents, centre.calls)
        self.call = ""

    async def begin(self) -> None:
        """Everybody is at his telephone, and signed in; nobody is ready."""
        for who in (*STAFF.telephones, CALLER, OUTSIDE):
            phone = await self.centre.phone(who)
            phone.on_ring = OnRing.RINGS if who in STAFF.telephones else OnRing.ANSWERS
        await self.end()
        await self.centre.sign_in(*STAFF.telephones, ready=False)

    async def end(self) -> None:
        """Nobody talks, and nobody is signed in."""
        for number in (CALLER, OUTSIDE):
            with suppress(BaresipError, AssertionError):
                await self.centre.phones[number].hang_up()
        await self.centre.until(self._silent)
        cleaning = Bar(self.centre.agents, self.centre.calls)
        gone = agents.TARGET_SIGN_OUT
        signed_in = {agent.name for agent in (await cleaning.press("ListAgents", "L1")).agents}
        for who in STAFF.telephones:
            if f"agents/{who}" in signed_in:
                await cleaning.press("ForceAgent", "L1", agent=f"agents/{who}", target=gone, hard=True)

    async def _silent(self) -> bool:
        return not await self.centre.listed()

    async def hears(self, **expected: Collection[str]) -> None:
        """Wait until these hear exactly this; ``caller`` and ``outside`` are the telephones out there."""
        await hear({self.centre.phones[_OUT_THERE.get(who, who)]: names for who, names in expected.items()})

    async def off_the_line(self, *who: str) -> None:
        """Wait until these telephones have no call."""

        async def gone() -> bool:
            return not any(self.centre.phones[_OUT_THERE.get(each, each)].connected for each in who)

        await self.centre.until(gone)

    async def press(self, key: str, who: str, **fields: Any) -> Any:
        """On the bar during the present call."""
        return await self.bar.press(key, who, call=self.call, **fields)

    async def own(self, key: str, who: str, **fields: Any) -> Any:
        """On the bar about oneself."""
        return await self.bar.press(key, who, agent=f"agents/{who}", **fields)

    async def offered(self, who: str) -> str:
        """The offer that this one gets."""
        offers: list[str] = []

        async def there() -> bool:
            offers[:] = [(await self.centre.agent(who)).reservation]
            return bool(offers[0])

        await self.centre.until(there)
        return offers[0]

    async def answer(self, who: str) -> None:
        await self.own("AcceptReservation", who, reservation=await self.offered(who))

    async def ring_up(self) -> None:
        """The caller calls, and is in the queue then."""
        await self.centre.phones[CALLER].call(STRAIGHT)

    async def ready(self, who: str) -> None:
        await self.own("BecomeReady", who)

    async def talk(self) -> None:
        """The caller and A1."""
        await self.ready("A1")
        await self.ring_up()
        await self.answer("A1")
        self.call = (await self.centre.call(CALLER, "A1")).name
        await self.hears(caller={A1}, A1={CALLER})

    async def consult(self, purpose: int) -> None:
        """A2 is ready, and asked by A1."""
        await self.ready("A2")
        await self.press("Consult", "A1", purpose=purpose, colleague="agents/A2")

    async def supervise(self, how: int) -> None:
        """L1 joins A1."""
        await self.press("Supervise", "L1", agent="agents/A1", supervision=how)
        await self.answer("L1")

    async def force(self, target: int, cause: str = "", *, hard: bool = False) -> None:
        """L1 puts A1 into another state."""
        await self.bar.press("ForceAgent", "L1", agent="agents/A1", target=target, cause=cause, hard=hard)

    async def in_state(self, who: str, state: int, cause: str = "") -> None:
        """Wait until an agent is in this state."""

        async def there() -> bool:
            found = await self.centre.agent(who)
            return (found.state, found.cause) == (state, cause)

        await self.centre.until(there)

    async def hangs_up(self) -> None:
        await self.centre.phones[CALLER].hang_up()


Step = Callable[[Desk], Awaitable[None]]
