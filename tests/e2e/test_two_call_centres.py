"""Two call centres on one site: the one that came last has it, and the other says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc.aio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from journal_stores import fresh_schema
from live_site import ROSTER, SETTINGS
from site_services import context

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.agents.v1.agents_pb2_grpc import AgentServiceStub
from tellerline.callcenter.centre import CallCentre, CentreParts
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.live.log import postgresql_log
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.gateway.client.errors import CanonicalError
from tellerline.simulators.softswitch.switch import SoftSwitch

CLOCK, CHANCE = SystemClock(), SystemRandomness()
SIGN_IN = agents.SignInRequest(context=context("A1"), telephone="1001")


@asynccontextmanager
async def centre(dsn: str, schema: str, soft: SoftSwitch) -> AsyncIterator[grpc.aio.Channel]:
    """One on the site ``main`` of this schema; its gateway is nowhere."""
    async with grpc.aio.insecure_channel("127.0.0.1:1") as nowhere:
        there = CallCentre(
            CentreParts(
                settings=SETTINGS,
                log=postgresql_log(dsn, CLOCK, schema=schema),
                switch=SoftswitchConnector(soft.connect, CLOCK, CHANCE),
                gateway=nowhere,
                flows=load_flows(),
                roster=ROSTER,
                period=lambda at: "day",
                clock=CLOCK,
                logger=make_log(CLOCK, LogWriter(2), level="error"),
            )
        )
        port = await there.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield channel
        finally:
            await there.close()


async def test_who_comes_last_has_the_site(postgresql_dsn: str) -> None:
    soft, schema = SoftSwitch(CLOCK, CHANCE), fresh_schema()
    async with centre(postgresql_dsn, schema, soft) as first:
        await AgentServiceStub(first).SignIn(SIGN_IN)
        health = HealthStub(first).Watch(HealthCheckRequest(service=""))
        assert (await health.read()).status == HealthCheckResponse.SERVING
        async with centre(postgresql_dsn, schema, soft) as second:
            assert (await health.read()).status == HealthCheckResponse.NOT_SERVING
            listed = await AgentServiceStub(second).ListAgents(agents.ListAgentsRequest(context=context("A1")))
            assert [agent.name for agent in listed.agents] == ["agents/A1"]
            assert (await HealthStub(second).Check(HealthCheckRequest())).status == HealthCheckResponse.SERVING
            try:
                await AgentServiceStub(first).SignIn(SIGN_IN)
            except grpc.aio.AioRpcError as ended:
                said = CanonicalError.from_rpc(ended)
            assert (said.code, said.definite) == ("SITE_UNAVAILABLE", True)
    soft.power_off()
