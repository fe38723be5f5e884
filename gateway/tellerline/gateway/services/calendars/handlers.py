"""Handlers of ``CalendarService``."""

from __future__ import annotations

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.api.operations.v1 import calendars_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.service import Service
from tellerline.gateway.services.calendars import convert
from tellerline.gateway.services.methods import unary
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.refusals import checked_text
from tellerline.gateway.services.requests import request_from

_MOST = 64


class CalendarHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list_host_calendars(
        self, request: pb.ListHostCalendarsRequest, call: CallContext
    ) -> pb.ListHostCalendarsResponse:
        self._admit("ListHostCalendars", request.context, call)
        desk = self._parts.calendars
        return pb.ListHostCalendarsResponse(
            calendars=[
                convert.calendar_to_proto(facts, await desk.changes(facts.host) if facts.file else ())
                for facts in desk.calendars()
            ]
        )

    async def reload_host_calendars(
        self, request: pb.ReloadHostCalendarsRequest, call: CallContext
    ) -> pb.ReloadHostCalendarsResponse:
        asking = self._admit("ReloadHostCalendars", request.context, call)
        host = checked_text(request.host, "host", _MOST)
        operator = asking.agent or asking.terminal or asking.channel
        changes = await self._parts.calendars.reload(host, operator)
        return pb.ReloadHostCalendarsResponse(changes=[convert.change_to_proto(change) for change in changes])

    def _admit(self, method: str, context: RequestContext, call: CallContext) -> Request:
        request = request_from(context)
        self._parts.admission.admit_channel(f"calendars.{method}", request.channel, call)
        return request


def build(parts: Parts) -> Service:
    handlers = CalendarHandlers(parts)
    return Service(
        full_name=pb.DESCRIPTOR.services_by_name["CalendarService"].full_name,
        methods=(
            unary(
                "ListHostCalendars",
                pb.ListHostCalendarsRequest,
                pb.ListHostCalendarsResponse,
                handlers.list_host_calendars,
            ),
            unary(
                "ReloadHostCalendars",
                pb.ReloadHostCalendarsRequest,
                pb.ReloadHostCalendarsResponse,
                handlers.reload_host_calendars,
            ),
        ),
    )
