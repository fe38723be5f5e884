"""``agents.v1`` over a live site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tellerline.api.agents.v1 import agents_pb2 as pb
from tellerline.callcenter.live.feed import Feed, PositionUnknownError
from tellerline.callcenter.live.records import Interest, Recorded
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.convert import (
    agent_to_proto,
    event_to_proto,
    figures_to_proto,
    identifier,
    target_of,
)
from tellerline.callcenter.services.discretion import Discretion, discreet
from tellerline.callcenter.services.refusals import RESUME_TOKEN_UNKNOWN, RefusalError, invalid
from tellerline.callcenter.site import commands
from tellerline.callcenter.site.facts import AgentSignedOut
from tellerline.callcenter.site.words import AgentState

SERVICE = pb.DESCRIPTOR.services_by_name["AgentService"]
BEGIN = "begin"
FORCED = "FORCED"


class AgentHandlers:
    """One method for each of ``AgentService``. They raise ``RefusalError``."""

    def __init__(self, desk: Desk, feed: Feed) -> None:
        self._desk = desk
        self._feed = feed

    async def sign_in(self, request: pb.SignInRequest) -> pb.Agent:
        fields = self._desk.common(request)
        listed = self._desk.roster[fields["actor"]]
        if not request.telephone or len(request.telephone) > 32 or not _is_word(request.telephone):
            raise invalid("telephone", "malformed" if request.telephone else "missing")
        command = commands.SignIn(**fields, profile=listed.profile, telephone=request.telephone, leader=listed.leader)
        return await self._done(command, fields["actor"])

    async def sign_out(self, request: pb.SignOutRequest) -> pb.SignOutResponse:
        fields, agent = self._fields(request)
        facts = await self._desk.order(commands.SignOut(**fields, agent=agent))
        figures = [figures_to_proto(fact.figures) for fact in facts if isinstance(fact, AgentSignedOut)]
        now = await self._desk.agent(agent, agent_to_proto)
        return pb.SignOutResponse(agent=now, day_figures=figures[0] if figures else None)

    async def become_ready(self, request: pb.BecomeReadyRequest) -> pb.Agent:
        fields, agent = self._fields(request)
        return await self._done(commands.BecomeReady(**fields, agent=agent), agent)

    async def become_not_ready(self, request: pb.BecomeNotReadyRequest) -> pb.Agent:
        fields, agent = self._fields(request)
        return await self._done(commands.BecomeNotReady(**fields, agent=agent, cause=_cause(request)), agent)

    async def finish_work(self, request: pb.FinishWorkRequest) -> pb.Agent:
        fields, agent = self._fields(request)
        return await self._done(commands.FinishWork(**fields, agent=agent), agent)

    async def force_agent(self, request: pb.ForceAgentRequest) -> pb.Agent:
        fields, agent = self._fields(request)
        cause = _cause(request) if request.cause else FORCED
        command = commands.Force(**fields, agent=agent, to=target_of(request.target), hard=request.hard, cause=cause)
        return await self._done(command, agent)

    async def accept_reservation(self, request: pb.AcceptReservationRequest) -> pb.Agent:
        fields, agent = self._fields(request)
        command = commands.AcceptReservation(**fields, agent=agent, reservation=_reservation(request))
        return await self._done(command, agent)

    async def reject_reservation(self, request: pb.RejectReservationRequest) -> pb.Agent:
        fields, agent = self._fields(request)
        command = commands.RejectReservation(**fields, agent=agent, reservation=_reservation(request))
        return await self._done(command, agent)

    async def get_agent(self, request: pb.GetAgentRequest) -> pb.Agent:
        self._desk.actor(request)
        return await self._desk.agent(identifier(request.name, "agents", "name"), agent_to_proto)

    async def list_agents(self, request: pb.ListAgentsRequest) -> pb.ListAgentsResponse:
        self._desk.actor(request)
        return await self._desk.look(
            lambda state: pb.ListAgentsResponse(
                agents=[
                    agent_to_proto(agent)
                    for _, agent in sorted(state.agents.items())
                    if agent.state is not AgentState.NULL
                ]
            )
        )

    async def watch_events(self, request: pb.WatchEventsRequest) -> AsyncIterator[pb.Event]:
        who = self._desk.actor(request)
        discretion = None if self._desk.leads(who) else Discretion(self._desk.leaders)
        names = {
            kind: identifier(getattr(request, kind), f"{kind}s", kind) if getattr(request, kind) else ""
            for kind in ("agent", "call", "queue")
        }
        try:
            async for recorded in self._feed.follow(self._position(request.resume_token), Interest(**names)):
                if discretion is None:
                    yield event_to_proto(recorded)
                elif not await self._hidden(discretion, recorded):
                    yield event_to_proto(discreet(recorded))
        except PositionUnknownError:
            raise RefusalError(RESUME_TOKEN_UNKNOWN) from None

    async def _hidden(self, discretion: Discretion, recorded: Recorded) -> bool:
        call = recorded.entry.call
        if not discretion.knows(recorded):
            past = await self._feed.past(Interest(call=call))
            discretion.learn(call, (each for each in past if each.position < recorded.position))
        return discretion.hides(recorded)

    def _position(self, token: str) -> int:
        if not token:
            return self._feed.last
        if token == BEGIN:
            return 0
        if not (token.isascii() and token.isdigit()) or len(token) > 18:
            raise RefusalError(RESUME_TOKEN_UNKNOWN)
        return int(token)

    def _fields(self, request: Any) -> tuple[dict[str, Any], str]:
        return self._desk.common(request), identifier(request.agent, "agents", "agent")

    async def _done(self, command: commands.Command, agent: str) -> pb.Agent:
        await self._desk.order(command)
        return await self._desk.agent(agent, agent_to_proto)


def _is_word(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _cause(request: Any) -> str:
    cause: str = request.cause
    if not cause or len(cause) > 32 or not cause.replace("_", "").isalnum():
        raise invalid("cause", "malformed" if cause else "missing")
    return cause


def _reservation(request: Any) -> str:
    reservation: str = request.reservation
    if not reservation or len(reservation) > 64 or not _is_word(reservation.replace("-", "").replace(".", "")):
        raise invalid("reservation", "malformed" if reservation else "missing")
    return reservation
