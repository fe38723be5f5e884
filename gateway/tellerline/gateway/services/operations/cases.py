"""The handlers of ``OperationsService`` for cases that two people decide."""

from __future__ import annotations

import re

from tellerline.adapters.telemetry import mask_text
from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.operations.v1 import operations_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import CaseEnding, Resolution, Verdict
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.refusals import checked_words, invalid
from tellerline.gateway.services.requests import request_from
from tellerline.gateway.services.values import instant_to_proto

ENDINGS = EnumPair(pb.Resolution.Ending.DESCRIPTOR, "ENDING_", CaseEnding)
VERDICTS = EnumPair(pb.Resolution.State.DESCRIPTOR, "STATE_", Verdict)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_REASON, _EVIDENCE = 200, 500


class CaseHandlers:
    """Who acts is ``context.agent``, as the channel that may speak here names him."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def propose_resolution(self, request: pb.ProposeResolutionRequest, call: CallContext) -> pb.Resolution:
        operator = self._operator("ProposeResolution", request.context, call)
        [serial] = segments(request.parent, "doubts/*", "parent")
        resolution = request.resolution
        proposed = await self._parts.desk.propose(
            serial,
            operator,
            ENDINGS.from_proto(resolution.ending, "resolution.ending"),
            reason=checked_words(resolution.reason, "resolution.reason", _REASON, required=True),
            evidence=checked_words(resolution.evidence, "resolution.evidence", _EVIDENCE),
        )
        return resolution_to_proto(proposed)

    async def confirm_resolution(self, request: pb.ConfirmResolutionRequest, call: CallContext) -> pb.Resolution:
        operator = self._operator("ConfirmResolution", request.context, call)
        serial, number = _parts_of(request.name)
        remark = checked_words(request.remark, "remark", _REASON)
        return resolution_to_proto(await self._parts.desk.confirm(serial, number, operator, remark=remark))

    async def reject_resolution(self, request: pb.RejectResolutionRequest, call: CallContext) -> pb.Resolution:
        operator = self._operator("RejectResolution", request.context, call)
        serial, number = _parts_of(request.name)
        remark = checked_words(request.remark, "remark", _REASON, required=True)
        return resolution_to_proto(await self._parts.desk.reject(serial, number, operator, remark=remark))

    def _operator(self, method: str, context: RequestContext, call: CallContext) -> str:
        """Let in, and named."""
        request = request_from(context)
        self._parts.admission.admit_channel(f"operations.{method}", request.channel, call)
        operator = request.agent.strip()
        if not operator:
            raise invalid("context.agent", "missing")
        return operator


def _parts_of(name: str) -> tuple[str, int]:
    serial, number = segments(name, "doubts/*/resolutions/*", "name")
    if not _NUMBER.fullmatch(number):
        raise invalid("name", "not_a_name")
    return serial, int(number)


def resolution_to_proto(resolution: Resolution) -> pb.Resolution:
    """What people wrote is masked like a host's words: they may quote a whole number."""
    return pb.Resolution(
        name=f"doubts/{resolution.global_serial}/resolutions/{resolution.number}",
        ending=ENDINGS.to_proto(resolution.ending),
        reason=mask_text(resolution.reason),
        evidence=mask_text(resolution.evidence),
        proposer=resolution.proposer,
        propose_time=instant_to_proto(resolution.proposed_at),
        state=VERDICTS.to_proto(resolution.verdict),
        decider=resolution.decider,
        decide_time=instant_to_proto(resolution.decided_at),
        remark=mask_text(resolution.remark),
    )
