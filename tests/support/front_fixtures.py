"""Binds a test to each front."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from front_client import ProbeClient
from front_probe import Probe, build_front

from tellerline.adapters.clock import Clock, SystemClock
from tellerline.gateway.channels.grpc import Front, FrontSettings


@dataclass
class Running:
    """A front at work, its probe and a client."""

    front: Any
    probe: Probe
    port: int
    client: ProbeClient


Serve = Callable[..., Awaitable[Running]]


@pytest.fixture(params=["grpcio", "connect"])
def front_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def eventually(true: Callable[[], bool], within: float = 15.0) -> None:
    """Return as soon as ``true()``; fails before the deadline of a client that was given none would end its call."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not true():
        assert loop.time() < end, "it did not happen"
        await asyncio.sleep(0.01)


@pytest.fixture
async def serve_front() -> AsyncIterator[Serve]:
    """Starts fronts with the given clock and settings; after the test lets their handlers go and stops them."""
    running: list[Running] = []

    async def serve(name: str, clock: Clock | None = None, **settings: Any) -> Running:
        probe = Probe(clock or SystemClock())
        front: Front = build_front(name, probe, FrontSettings(**settings))
        port = await front.start()
        running.append(Running(front, probe, port, ProbeClient(port)))
        return running[-1]

    yield serve
    for one in running:
        one.probe.released.set()
        await one.client.close()
        await one.front.drain(0.2)


@pytest.fixture
async def served(front_name: str, serve_front: Serve) -> Running:
    return await serve_front(front_name)
