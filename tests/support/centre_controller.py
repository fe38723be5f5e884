"""The call centre's controller in a process of its own, to be killed: ``centre_controller.py``, its orders on stdin.

Prints ``ready`` once it serves; ends in good order on SIGTERM.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc.aio
from pydantic import TypeAdapter

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.telemetry import LibraryLines, LogWriter, Tracing, TracingRules, make_log
from tellerline.callcenter.call_trace import CallTracing
from tellerline.callcenter.centre import CallCentre, CentreParts
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.services.roster import Listed
from tellerline.callcenter.settings import FrontSettings
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.connectors.asterisk import AsteriskSettings, AsteriskSwitch
from tellerline.routing.calls.model import AgentProfile
from tellerline.routing.calls.plan import load_plan

READY = "ready"
_DURATIONS = frozenset({"offer_timeout", "ring", "wrap_up", "callback_retry", "kept_records"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerOrders:
    """``settings`` are a site's, durations in seconds; ``staff`` says by name who leads; ``ari`` and ``app`` as in
    ``AsteriskSettings``. Every call is traced where ``traces`` is an OTLP/HTTP collector. The log is written at its
    finest."""

    ari: str
    app: str
    password: str
    gateway: str
    store: Path
    flows: Path
    staff: dict[str, bool]
    port: int
    log: Path
    settings: dict[str, Any] = field(default_factory=dict)
    traces: str = ""


ORDERS = TypeAdapter(ControllerOrders)


def _settings(given: Mapping[str, Any]) -> SiteSettings:
    values: dict[str, Any] = {
        name: timedelta(seconds=value) if name in _DURATIONS else value for name, value in given.items()
    }
    return SiteSettings(name="main", plan=load_plan(None), **values)


def _listed(name: str, leader: bool) -> Listed:
    return Listed(AgentProfile(id=name, skills={"cards": 8}, languages=frozenset({"zh", "en"})), leader)


def _tracing(endpoint: str) -> CallTracing:
    if not endpoint:
        return CallTracing()
    rules = TracingRules(ratio=1, endpoint=endpoint, service="callcenter")
    return CallTracing(Tracing(rules, SystemRandomness()), ratio=1)


async def run(orders: ControllerOrders) -> None:
    clock = SystemClock()
    descriptor = os.open(orders.log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    writer = LogWriter(descriptor)
    log = make_log(clock, writer, level="debug")
    libraries = LibraryLines(log)
    libraries.start()
    tracing = _tracing(orders.traces)
    ari = AsteriskSettings(url=orders.ari, app=orders.app, user=orders.app, password=orders.password)
    async with grpc.aio.insecure_channel(orders.gateway) as gateway:
        centre = CallCentre(
            CentreParts(
                settings=_settings(orders.settings),
                log=sqlite_log(orders.store),
                switch=AsteriskSwitch(ari, clock),
                gateway=gateway,
                flows=load_flows(orders.flows),
                roster={name: _listed(name, leader) for name, leader in orders.staff.items()},
                period=lambda at: "day",
                clock=clock,
                logger=log,
                front=FrontSettings(port=orders.port),
                tracing=tracing,
            )
        )
        await centre.start()
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        print(READY, flush=True)  # noqa: T201 its parent reads it
        await ended.wait()
        await centre.close()
        tracing.close()
    libraries.stop()
    writer.close()


if __name__ == "__main__":
    asyncio.run(run(ORDERS.validate_json(sys.stdin.read())))
