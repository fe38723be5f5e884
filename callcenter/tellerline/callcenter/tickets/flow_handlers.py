"""``TicketFlowService`` over the register of flows."""

from __future__ import annotations

from collections.abc import Sequence

from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets import convert
from tellerline.callcenter.tickets.answering import answering
from tellerline.callcenter.tickets.flows import FlowRegister
from tellerline.callcenter.tickets.refusals import OF_FLOWS, Code, RefusalError
from tellerline.callcenter.tickets.requests import actor_of
from tellerline.callcenter.tickets.staff import Staff
from tellerline.callcenter.tickets.values import checked_text, segments
from tellerline.routing.tickets.approval import FlowVersion, NotTaken, in_effect
from tellerline.routing.tickets.commands import Actor
from tellerline.routing.tickets.kinds import Role

_MAY_PROPOSE = frozenset({Role.LEADER, Role.SUPERVISOR, Role.MANAGER})
_MAY_DECIDE = frozenset({Role.SUPERVISOR, Role.MANAGER})
_CONTENT, _WORDS = 100_000, 500


class FlowHandlers:
    """Leaders, supervisors and managers propose; supervisors and managers decide."""

    def __init__(self, flows: FlowRegister, staff: Staff) -> None:
        self._flows = flows
        self._staff = staff

    @answering
    async def list_flow_versions(self, request: pb.ListFlowVersionsRequest) -> pb.ListFlowVersionsResponse:
        await actor_of(request.context, self._staff)
        versions = await self._versions(segments(request.parent, "ticketFlows/*", "parent")[0])
        current = in_effect(versions)
        return pb.ListFlowVersionsResponse(versions=[convert.flow_to_proto(each, current) for each in versions])

    @answering
    async def propose_flow_version(self, request: pb.ProposeFlowVersionRequest) -> pb.FlowVersion:
        actor = await actor_of(request.context, self._staff)
        _permit(actor, _MAY_PROPOSE)
        flow = segments(request.parent, "ticketFlows/*", "parent")[0]
        content = checked_text(request.content, "content", _CONTENT, lines=True)
        reason = checked_text(request.reason, "reason", _WORDS, lines=True)
        proposed = await self._flows.propose(flow, content, actor.id, reason)
        return await self._answer(flow, proposed)

    @answering
    async def approve_flow_version(self, request: pb.ApproveFlowVersionRequest) -> pb.FlowVersion:
        actor = await actor_of(request.context, self._staff)
        _permit(actor, _MAY_DECIDE)
        return await self._settle(request.name, actor, request.remark, approve=True)

    @answering
    async def reject_flow_version(self, request: pb.RejectFlowVersionRequest) -> pb.FlowVersion:
        actor = await actor_of(request.context, self._staff)
        _permit(actor, _MAY_PROPOSE)
        return await self._settle(request.name, actor, request.remark, approve=False)

    async def _settle(self, name: str, actor: Actor, remark: str, *, approve: bool) -> pb.FlowVersion:
        flow, number = segments(name, "ticketFlows/*/versions/*", "name")
        found = [version for version in await self._versions(flow) if str(version.version) == number]
        if not found:
            raise RefusalError(Code.FLOW_NOT_FOUND, metadata={"flow": flow, "version": number})
        (version,) = found
        if not approve and actor.id != version.proposer:
            _permit(actor, _MAY_DECIDE)
        text = checked_text(remark, "remark", _WORDS, lines=True)
        return await self._answer(flow, await self._flows.settle(version, actor.id, approve=approve, remark=text))

    async def _answer(self, flow: str, result: FlowVersion | NotTaken) -> pb.FlowVersion:
        if isinstance(result, NotTaken):
            code, evidence = OF_FLOWS[result.why]
            raise RefusalError(code, metadata={evidence: result.text})
        return convert.flow_to_proto(result, in_effect(await self._flows.versions(flow)))

    async def _versions(self, flow: str) -> Sequence[FlowVersion]:
        versions = await self._flows.versions(flow)
        if not versions:
            raise RefusalError(Code.FLOW_NOT_FOUND, metadata={"flow": flow})
        return versions


def _permit(actor: Actor, roles: frozenset[Role]) -> None:
    if not actor.roles & roles:
        raise RefusalError(Code.ACTION_NOT_ALLOWED, metadata={"names": ",".join(sorted(roles))})
