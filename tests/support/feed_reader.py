"""Somebody who follows a site's feed through its controller's deaths."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import grpc.aio
from site_services import context

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub

_BEGIN = "begin"
_PAUSE = 0.05


class FeedReader:
    """Goes on from the last token that it has, as soon as somebody serves the feed again. ``tokens`` and ``events``
    are all that came, in their order."""

    def __init__(self, channel: grpc.aio.Channel, leader: str) -> None:
        self._stub: Any = AgentServiceStub(channel)
        self._leader = leader
        self.events: list[agents.Event] = []
        self.begun = 0
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @property
    def tokens(self) -> list[int]:
        return [int(event.resume_token) for event in self.events]

    async def until(self, position: int, patience: float = 60.0) -> None:
        """Return when it has come so far."""
        async with asyncio.timeout(patience):
            while not self.events or self.tokens[-1] < position:
                assert not self._reading.done(), self._reading.exception()
                await asyncio.sleep(_PAUSE)

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            token = self.events[-1].resume_token if self.events else _BEGIN
            request = agents.WatchEventsRequest(context=context(self._leader), resume_token=token)
            self.begun += 1
            try:
                async for event in self._stub.WatchEvents(request, wait_for_ready=True):
                    self.events.append(event)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
            await asyncio.sleep(_PAUSE)
