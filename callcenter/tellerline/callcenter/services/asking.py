"""What the services of a live site share: who asks, and how a command is put to the loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tellerline.callcenter.live.loop import Answer, SiteLoop, SiteUnavailableError
from tellerline.callcenter.services.convert import is_text
from tellerline.callcenter.services.discretion import has_part
from tellerline.callcenter.services.refusals import (
    OUTCOME_UNKNOWN,
    SITE_UNAVAILABLE,
    STAFF_UNKNOWN,
    RefusalError,
    invalid,
    of_site,
)
from tellerline.callcenter.services.roster import Listed
from tellerline.callcenter.site.commands import Command, CompleteRecord, CorrectRecord, Restore
from tellerline.callcenter.site.facts import Fact
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.standings import Standings
from tellerline.callcenter.site.state import Agent, Call, SiteState
from tellerline.callcenter.storage import StoreUnavailableError

SeenT = TypeVar("SeenT")

_REASON = 500
_OF_RECORDS = (CompleteRecord, CorrectRecord)


class Desk:
    """The live site as handlers see it. ``roster`` says who may act at all."""

    def __init__(self, loop: SiteLoop, roster: Mapping[str, Listed]) -> None:
        self._loop = loop
        self.roster = roster

    def actor(self, request: Any) -> str:
        """Of ``request.context``; ``STAFF_UNKNOWN`` for somebody who is not on the roster."""
        who: str = request.context.agent
        if not who:
            raise invalid("context.agent", "missing")
        if who not in self.roster:
            raise RefusalError(STAFF_UNKNOWN)
        return who

    def leads(self, who: str) -> bool:
        return self.roster[who].leader

    @property
    def leaders(self) -> frozenset[str]:
        return frozenset(who for who, listed in self.roster.items() if listed.leader)

    async def order(self, command: Command) -> Sequence[Fact]:
        """What came of it at once, durable. Raises the site's refusal."""
        answer = await self._ask(command)
        if isinstance(command, _OF_RECORDS) and answer.refused is not None and answer.refused.why is Why.NO_SUCH_CALL:
            archived = await self._archived(command.call)
            if archived is not None:
                if not (self.leads(command.actor) or has_part(archived, command.actor)):
                    raise RefusalError(Why.NOT_IN_CALL)
                await self._ask(Restore(call=archived))
                answer = await self._ask(command)
        if answer.refused is not None:
            raise of_site(answer.refused)
        return answer.facts

    async def _ask(self, asked: Command | Restore) -> Answer:
        try:
            return await self._loop.ask(asked)
        except SiteUnavailableError as error:
            raise RefusalError(OUTCOME_UNKNOWN if error.maybe_done else SITE_UNAVAILABLE) from error

    async def _archived(self, call: str) -> Call | None:
        try:
            return await self._loop.archived(call)
        except StoreUnavailableError as error:
            raise RefusalError(SITE_UNAVAILABLE) from error

    async def agent(self, agent: str, read: Callable[[Agent], SeenT]) -> SeenT:
        """What ``read`` makes of one who is or was signed in; else ``NO_SUCH_AGENT``."""

        def found(state: SiteState) -> SeenT:
            if agent not in state.agents:
                raise RefusalError(Why.NO_SUCH_AGENT)
            return read(state.agents[agent])

        return await self.look(found)

    async def call(self, call: str, read: Callable[[Call], SeenT]) -> SeenT:
        """What ``read`` makes of one that is up or has ended; else ``NO_SUCH_CALL``."""

        def found(state: SiteState) -> tuple[SeenT] | None:
            there = state.call(call)
            return None if there is None else (read(there),)

        seen = await self.look(found)
        if seen is not None:
            return seen[0]
        archived = await self._archived(call)
        if archived is None:
            raise RefusalError(Why.NO_SUCH_CALL)
        return read(archived)

    async def look(self, read: Callable[[SiteState], SeenT]) -> SeenT:
        try:
            return await self._loop.look(read)
        except SiteUnavailableError as error:
            raise RefusalError(SITE_UNAVAILABLE) from error

    async def survey(self, read: Callable[[Standings], SeenT]) -> SeenT:
        """What ``read`` makes of how calls stand with routing."""
        try:
            return await self._loop.survey(read)
        except SiteUnavailableError as error:
            raise RefusalError(SITE_UNAVAILABLE) from error

    def common(self, request: Any) -> dict[str, Any]:
        """The fields of every command, as far as the request has them."""
        fields: dict[str, Any] = {"actor": self.actor(request)}
        named = request.DESCRIPTOR.fields_by_name
        if "reason" in named:
            if len(request.reason) > _REASON or not is_text(request.reason, lines=True):
                raise invalid("reason", "malformed")
            fields["reason"] = request.reason
        if "expected_version" in named:
            if request.expected_version < 0:
                raise invalid("expected_version", "negative")
            fields["expected_version"] = request.expected_version or None
        return fields
