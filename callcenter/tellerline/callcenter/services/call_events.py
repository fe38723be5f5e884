"""What has happened in one call, for its trace: read from the site's facts, which outlive the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from tellerline.api.calls.v1 import calls_pb2 as pb
from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER
from tellerline.callcenter.call_trace import trace_of
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.ivr_desk import ANSWERED, ASKED
from tellerline.callcenter.live.log import FactLog
from tellerline.callcenter.live.records import Interest, Recorded
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.convert import event_to_proto, identifier
from tellerline.callcenter.services.discretion import Discretion, discreet, took_part
from tellerline.callcenter.services.paging import page_size, position
from tellerline.callcenter.services.refusals import SITE_UNAVAILABLE, RefusalError
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.storage import StoreUnavailableError

_LEFT_OUT = frozenset({"data", "version"})
SHOWN_DATA = frozenset({ASKED, ANSWERED})
"""What of a flow's data is no caller's: the operation that was asked for, and how it ended."""
SHOWN_WORDS = frozenset({"language", "tier", "period", "region"})
"""What a flow goes by, and who is calling does not show in it."""


class CallEvents:
    """``ListCallEvents``."""

    def __init__(self, desk: Desk, log: FactLog, feed: Feed) -> None:
        self._desk = desk
        self._log = log
        self._feed = feed

    async def page(self, request: pb.ListCallEventsRequest) -> pb.ListCallEventsResponse:
        call, size = identifier(request.parent, "calls", "parent"), page_size(request)
        after = position(request.page_token)
        viewer = self._viewer(request)
        page = await self._told_to(viewer, call, after) if viewer else await self._read(call, after, size + 1)
        if not page and not after:
            raise RefusalError(Why.NO_SUCH_CALL)
        more = len(page) > size
        return pb.ListCallEventsResponse(
            events=[event_to_proto(masked(recorded)) for recorded in page[:size]],
            next_page_token=str(page[size - 1].position) if more else "",
            trace=trace_of(call),
        )

    def _viewer(self, request: pb.ListCallEventsRequest) -> str:
        """The agent who asks; empty for somebody who may see everything."""
        if not request.context.agent and request.context.channel == CHANNEL_COUNTER:
            return ""
        who = self._desk.actor(request)
        return "" if self._desk.leads(who) else who

    async def _read(self, call: str, after: int, most: int) -> Sequence[Recorded]:
        try:
            return await self._log.read(after, self._feed.last, Interest(call=call), limit=most)
        except StoreUnavailableError as error:
            raise RefusalError(SITE_UNAVAILABLE) from error

    async def _told_to(self, agent: str, call: str, after: int) -> Sequence[Recorded]:
        """What an agent who had a part in the call may know of it; all of it is read to find out."""
        try:
            facts = await self._feed.past(Interest(call=call))
        except StoreUnavailableError as error:
            raise RefusalError(SITE_UNAVAILABLE) from error
        if facts and not took_part(facts, agent):
            raise RefusalError(Why.NOT_A_LEADER)
        discretion = Discretion(self._desk.leaders)
        told = [recorded for recorded in facts if not discretion.hides(recorded)]
        return [recorded for recorded in told if recorded.position > after]


def masked(recorded: Recorded) -> Recorded:
    """Without what was typed or written, and with telephone numbers masked."""
    known = discreet(recorded)
    body: dict[str, Any] = orjson.loads(known.entry.body)
    shown = {name: value for name, value in body.items() if name not in _LEFT_OUT}
    if "known" in shown:
        shown["known"] = {name: value for name, value in shown["known"].items() if name in SHOWN_WORDS}
    data = body.get("data")
    if isinstance(data, Mapping):
        shown |= {name: value for name, value in data.items() if name in SHOWN_DATA}
    return replace(known, entry=replace(known.entry, body=orjson.dumps(shown)))
