"""``calls.v1`` over a live site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tellerline.api.calls.v1 import calls_pb2 as pb
from tellerline.callcenter.call_trace import CallTracing
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.call_events import CallEvents
from tellerline.callcenter.services.convert import (
    call_to_proto,
    identifier,
    mode_of,
    purpose_of,
    record_to_proto,
    texts,
)
from tellerline.callcenter.services.discretion import has_part, unheard, without_numbers
from tellerline.callcenter.services.messages import Messages
from tellerline.callcenter.services.recordings import Recordings
from tellerline.callcenter.services.refusals import RefusalError, invalid
from tellerline.callcenter.services.screen_pop import ScreenPops
from tellerline.callcenter.site import commands
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Call, SiteState

SERVICE = pb.DESCRIPTOR.services_by_name["CallService"]


class CallHandlers:
    """One method for each of ``CallService``. They raise ``RefusalError``."""

    def __init__(
        self,
        desk: Desk,
        events: CallEvents,
        screen_pops: ScreenPops,
        *,
        recordings: Recordings,
        messages: Messages,
        tracing: CallTracing | None = None,
    ) -> None:
        self._desk = desk
        self.list_call_events = events.page
        self.get_screen_pop = screen_pops.pop
        self.get_call_grant = screen_pops.grant
        self.list_recordings = recordings.page
        self.get_recording = recordings.one
        self.download_recording = recordings.download
        self.list_messages = messages.page
        self.handle_message = messages.handle
        self.reopen_message = messages.reopen
        self._tracing = tracing or CallTracing()

    async def call_out(self, request: pb.CallOutRequest) -> pb.Call:
        fields, call = self._fields(request)
        command = commands.CallOut(**fields, call=call, number=_number(request.number, "number"))
        try:
            return await self._done(command)
        except RefusalError as refusal:
            if refusal.code != Why.CALL_EXISTS or not await self._is_own(command):
                raise
            return await self._desk.call(call, self._shown(request))

    async def release(self, request: pb.ReleaseRequest) -> pb.Call:
        fields, call = self._fields(request)
        return await self._done(commands.Release(**fields, call=call))

    async def hold(self, request: pb.HoldRequest) -> pb.Call:
        fields, call = self._fields(request)
        return await self._done(commands.Hold(**fields, call=call))

    async def resume(self, request: pb.ResumeRequest) -> pb.Call:
        fields, call = self._fields(request)
        return await self._done(commands.Resume(**fields, call=call))

    async def consult(self, request: pb.ConsultRequest) -> pb.Call:
        fields, call = self._fields(request)
        if bool(request.colleague) == bool(request.number):
            raise invalid("colleague", "either_this_or_number")
        to: commands.Party
        if request.colleague:
            to = commands.ToAgent(identifier(request.colleague, "agents", "colleague"))
        else:
            to = commands.ToOutside(_number(request.number, "number"))
        return await self._done(commands.Consult(**fields, call=call, to=to, purpose=purpose_of(request.purpose)))

    async def end_consult(self, request: pb.EndConsultRequest) -> pb.Call:
        fields, call = self._fields(request)
        return await self._done(commands.EndConsult(**fields, call=call))

    async def confer(self, request: pb.ConferRequest) -> pb.Call:
        fields, call = self._fields(request)
        return await self._done(commands.Confer(**fields, call=call))

    async def complete_transfer(self, request: pb.CompleteTransferRequest) -> pb.Call:
        fields, call = self._fields(request)
        return await self._done(commands.CompleteTransfer(**fields, call=call))

    async def transfer_to_queue(self, request: pb.TransferToQueueRequest) -> pb.Call:
        fields, call = self._fields(request)
        queue = identifier(request.queue, "queues", "queue")
        return await self._done(commands.TransferToQueue(**fields, call=call, queue=queue))

    async def transfer_to_ivr(self, request: pb.TransferToIvrRequest) -> pb.Call:
        fields, call = self._fields(request)
        flow, node = _word(request.flow, "flow"), request.node and _word(request.node, "node")
        command = commands.TransferToIvr(**fields, call=call, flow=flow, node=node, returns=request.returns)
        return await self._done(command)

    async def supervise(self, request: pb.SuperviseRequest) -> pb.Call:
        fields, call = self._fields(request)
        agent, mode = identifier(request.agent, "agents", "agent"), mode_of(request.supervision)
        return await self._done(commands.Supervise(**fields, call=call, agent=agent, mode=mode))

    async def stop_supervising(self, request: pb.StopSupervisingRequest) -> pb.Call:
        fields, call = self._fields(request)
        return await self._done(commands.StopSupervising(**fields, call=call))

    async def complete_record(self, request: pb.CompleteRecordRequest) -> pb.Call:
        fields, call = self._fields(request)
        entries = texts(request.entries.items(), "entries")
        return await self._done(commands.CompleteRecord(**fields, call=call, entries=entries))

    async def correct_record(self, request: pb.CorrectRecordRequest) -> pb.Call:
        fields, call = self._fields(request)
        entries = texts(request.entries.items(), "entries")
        return await self._done(commands.CorrectRecord(**fields, call=call, entries=entries))

    async def get_call(self, request: pb.GetCallRequest) -> pb.Call:
        return await self._desk.call(identifier(request.name, "calls", "name"), self._shown(request))

    async def list_calls(self, request: pb.ListCallsRequest) -> pb.ListCallsResponse:
        show = self._shown(request)
        return await self._desk.look(
            lambda state: pb.ListCallsResponse(
                calls=[show(call) for call in sorted(state.calls.values(), key=lambda call: call.began)]
            )
        )

    async def get_call_record(self, request: pb.GetCallRecordRequest) -> pb.CallRecord:
        actor = self._desk.actor(request)

        def written(call: Call) -> pb.CallRecord:
            if not (self._desk.leads(actor) or has_part(call, actor)):
                raise RefusalError(Why.NOT_IN_CALL)
            return record_to_proto(call)

        return await self._desk.call(identifier(request.name, "calls", "name"), written)

    def _fields(self, request: Any) -> tuple[dict[str, Any], str]:
        return self._desk.common(request), identifier(request.call, "calls", "call")

    def _shown(self, request: Any) -> Callable[[Call], pb.Call]:
        """As the one who asks may see a call."""
        return self._as_seen_by(self._desk.actor(request))

    def _as_seen_by(self, actor: str) -> Callable[[Call], pb.Call]:
        leads = self._desk.leads(actor)

        def shown(call: Call) -> pb.Call:
            made = call_to_proto(call, () if leads else unheard(call))
            made.traceparent = self._tracing.traceparent(call.id)
            return made if leads or has_part(call, actor) else without_numbers(made, outbound=bool(call.origin))

        return shown

    async def _done(self, command: commands.CallCommand) -> pb.Call:
        await self._desk.order(command)
        return await self._desk.call(command.call, self._as_seen_by(command.actor))

    async def _is_own(self, command: commands.CallOut) -> bool:
        """Whether the call that is there already is the one that this very command has begun."""

        def begun_so(state: SiteState) -> bool:
            call = state.call(command.call)
            return call is not None and (call.origin, call.called) == (command.actor, command.number)

        return await self._desk.look(begun_so)


def _number(text: str, field: str) -> str:
    if not text or len(text) > 32 or not text.removeprefix("+").isdigit() or not text.isascii():
        raise invalid(field, "malformed" if text else "missing")
    return text


def _word(text: str, field: str) -> str:
    plain = text.replace("-", "").replace("_", "").replace(".", "")
    if len(text) > 64 or not plain.isascii() or not plain.isalnum():
        raise invalid(field, "malformed" if text else "missing")
    return text
