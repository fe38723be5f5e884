"""The messages 留言 of callers: what waits to be handled, and who has handled what."""

from __future__ import annotations

from typing import Any

from tellerline.adapters.telemetry import mask_number
from tellerline.api.calls.v1 import calls_pb2 as pb
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.boxes import looks_after
from tellerline.callcenter.services.convert import duration, identifier, instant, is_text
from tellerline.callcenter.services.paging import page_size, position
from tellerline.callcenter.services.refusals import RefusalError, invalid
from tellerline.callcenter.site.commands import MarkMessage
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.state import Message, SiteState
from tellerline.routing.calls.model import RoutingPlan

_BOX = 64


class Messages:
    """``ListMessages``, ``HandleMessage`` and ``ReopenMessage``."""

    def __init__(self, desk: Desk, plan: RoutingPlan) -> None:
        self._desk = desk
        self._plan = plan

    async def page(self, request: pb.ListMessagesRequest) -> pb.ListMessagesResponse:
        who, size, after = self._desk.actor(request), page_size(request), position(request.page_token)
        if len(request.box) > _BOX or not is_text(request.box):
            raise invalid("box", "malformed")

        def wanted(message: Message) -> bool:
            return (
                message.order > after
                and request.box in ("", message.box)
                and (request.show_handled or not message.handled)
                and self._has(who, message.box)
            )

        def read(state: SiteState) -> pb.ListMessagesResponse:
            found = [message for message in state.messages.values() if wanted(message)]
            return pb.ListMessagesResponse(
                messages=[self._shown(message, who) for message in found[:size]],
                next_page_token=str(found[size - 1].order) if len(found) > size else "",
            )

        return await self._desk.look(read)

    async def handle(self, request: pb.HandleMessageRequest) -> pb.Message:
        return await self._mark(request, handled=True)

    async def reopen(self, request: pb.ReopenMessageRequest) -> pb.Message:
        return await self._mark(request, handled=False)

    async def _mark(self, request: Any, *, handled: bool) -> pb.Message:
        fields, name = self._desk.common(request), identifier(request.name, "messages", "name")
        who: str = fields["actor"]

        def permitted(state: SiteState) -> None:
            if not self._has(who, _found(state, name).box):
                raise RefusalError(Why.NOT_YOUR_BOX)

        await self._desk.look(permitted)
        await self._desk.order(MarkMessage(**fields, message=name, handled=handled))
        return await self._desk.look(lambda state: self._shown(_found(state, name), who))

    def _has(self, who: str, box: str) -> bool:
        listed = self._desk.roster[who]
        return listed.leader or looks_after(self._plan, box, listed.profile)

    def _shown(self, message: Message, who: str) -> pb.Message:
        """The whole number is for who leads, and for whoever has taken the message on."""
        whole = self._desk.leads(who) or (message.handled and message.marks[-1].by == who)
        return pb.Message(
            name=f"messages/{message.id}",
            box=message.box,
            call=f"calls/{message.call}",
            recording=f"calls/{message.call}/recordings/{message.id}",
            customer_number=message.number if whole else mask_number(message.number),
            begin_time=instant(message.began),
            duration=None if message.ended is None else duration(message.ended - message.began),
            handled=message.handled,
            marks=[
                pb.MessageMark(
                    mark_time=instant(mark.at), agent=f"agents/{mark.by}", handled=mark.handled, reason=mark.reason
                )
                for mark in message.marks
            ],
        )


def _found(state: SiteState, name: str) -> Message:
    message = state.messages.get(name)
    if message is None:
        raise RefusalError(Why.NO_SUCH_MESSAGE)
    return message
