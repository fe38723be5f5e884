"""``queues.v1`` over a live site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tellerline.api.queues.v1 import queues_pb2 as pb
from tellerline.callcenter.live.codec import fact_of
from tellerline.callcenter.live.feed import Feed
from tellerline.callcenter.live.records import Interest
from tellerline.callcenter.services.asking import Desk
from tellerline.callcenter.services.convert import identifier
from tellerline.callcenter.services.explaining import Story
from tellerline.callcenter.services.lines import Lines, explanation_to_proto
from tellerline.callcenter.services.refusals import SITE_UNAVAILABLE, RefusalError
from tellerline.callcenter.site.refusals import Why
from tellerline.callcenter.site.standings import Standings
from tellerline.callcenter.storage import StoreUnavailableError
from tellerline.routing.calls.model import RoutingPlan

SeenT = TypeVar("SeenT")

SERVICE = pb.DESCRIPTOR.services_by_name["QueueService"]


class QueueHandlers:
    """One method for each of ``QueueService``. They raise ``RefusalError``."""

    def __init__(self, desk: Desk, feed: Feed, plan: RoutingPlan) -> None:
        self._desk = desk
        self._feed = feed
        self._plan = plan

    async def list_queues(self, request: pb.ListQueuesRequest) -> pb.ListQueuesResponse:
        return await self._survey(
            request, lambda lines: pb.ListQueuesResponse(queues=map(lines.queue, sorted(self._plan.queues)))
        )

    async def get_queue(self, request: pb.GetQueueRequest) -> pb.Queue:
        queue = identifier(request.name, "queues", "name")
        self._desk.actor(request)
        if queue not in self._plan.queues:
            raise RefusalError(Why.NO_SUCH_QUEUE)
        return await self._survey(request, lambda lines: lines.queue(queue))

    async def explain_call(self, request: pb.ExplainCallRequest) -> pb.CallExplanation:
        self._desk.actor(request)
        call = identifier(request.call, "calls", "call")
        language = _language(request)
        try:
            facts = [fact_of(recorded.entry) for recorded in await self._feed.past(Interest(call=call))]
        except StoreUnavailableError as error:
            raise RefusalError(SITE_UNAVAILABLE) from error
        if not facts:
            raise RefusalError(Why.NO_SUCH_CALL)
        story = Story(self._plan, language, facts)
        return await self._survey(request, lambda lines: explanation_to_proto(call, story, lines))

    async def _survey(self, request: Any, read: Callable[[Lines], SeenT]) -> SeenT:
        self._desk.actor(request)
        language = _language(request)

        def seen(standings: Standings) -> SeenT:
            return read(Lines(standings, language))

        return await self._desk.survey(seen)


def _language(request: Any) -> str:
    return "en" if request.context.language_code.lower().startswith("en") else "zh-CN"
