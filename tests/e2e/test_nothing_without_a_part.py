"""Every method of the call centre's contract, tried by everybody who has no part in a call: nothing of its customer is
told, and nothing of the call is moved. The methods are those of the descriptors; one that is not of a call is on a
list, with its reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from centre_trials import ANSWERED, SERVICES, CentreTrials, classes, methods, short
from centre_world import World, centre_world
from google.protobuf import message_factory
from live_site import CALLER, EXTENSIONS
from ticket_office import office

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.common.v1.context_pb2 import Channel
from tellerline.api.tickets.v1 import tickets_pb2
from tellerline.callcenter.front import CallCentreFront
from tellerline.callcenter.settings import FrontSettings
from tellerline.callcenter.site.words import AgentState
from tellerline.callcenter.tickets.databases import sqlite_tickets
from tellerline.gateway.client.errors import CanonicalError
from tellerline.simulators.population import Person

CLASSES = classes()
OTHER_CALLER = "13700137000"
TOPIC = "balance"
NO_PART = frozenset({"NOT_IN_CALL", "NOT_A_LEADER", "NOT_YOURSELF"})
HIS_OWN = frozenset({ANSWERED, "WRONG_AGENT_STATE", "TELEPHONE_IN_USE", "SIGNED_IN_ALREADY"})
CHANNELS = tuple(Channel.keys())[1:]
SPOKEN = ("CHANNEL_AGENT", "CHANNEL_COUNTER", "CHANNEL_IVR")


class Floor:
    """A1 serves a customer who has proved who he is; A2 serves another caller; a ticket is open."""

    def __init__(self, trials: CentreTrials, person: Person, token: str, contact: str) -> None:
        self.trials = trials
        self.world = trials.world
        self.secrets = {CALLER, token, person.customer.number, person.customer.name, person.card, contact}
        self.token = token

    async def standing(self) -> str:
        """Of the call, and of the agent who serves it."""

        def read(state: Any) -> str:
            return f"{state.call(self.trials.call)!r} {state.agents['A1']!r}"

        return await self.world.centre.loop.look(read)

    def told(self, text: str) -> set[str]:
        return {secret for secret in self.secrets if secret in text}


async def other_call(world: World) -> None:
    """Of A2, with somebody else."""
    other = world.soft.outside(OTHER_CALLER)
    other.call("95588")
    for prompt, key in (("main-menu/choose-language", "1"), ("main-menu/for-agent", "0")):
        await world.until(lambda: any(f"sound:{prompt}/" in name for name in other.hears()))  # noqa: B023 awaited here
        other.press(key)
        await world.pass_time(0.3)
    await world.until(lambda: other.hears() == {EXTENSIONS["A2"]})


@asynccontextmanager
async def floor(folder: Path) -> AsyncIterator[Floor]:
    async with (
        office(sqlite_tickets(folder / "tickets.db")) as desk,
        centre_world(folder, beside=desk.service.services, open_tickets=desk.service.desk.open_of) as world,
        grpc.aio.insecure_channel(f"127.0.0.1:{world.port}") as channel,
    ):
        ticket: tickets_pb2.Ticket = await desk.opens()
        person = world.bank.person(0)
        call, token = await world.verified(person)
        await world.sign_in("A2")
        await other_call(world)
        yield Floor(CentreTrials(world, channel, call, ticket.name), person, token, ticket.details.contact)


async def through(floor: Floor, agent: str, *, over: bool = False, **context: Any) -> list[str]:
    """Every method that tells or does more for him than it may, of a call that is up or ``over``."""
    found = []
    refusals = NO_PART | {"NO_SUCH_CALL"} if over else NO_PART
    for method in methods():
        name = short(method)
        code, told = await floor.trials.ask(method, agent, **context)
        if floor.told(told):
            found.append(f"{name} as {agent}: {floor.told(told)}")
        match CLASSES.of(name):
            case "own":
                fits = code in NO_PART if "agent" in method.input_type.fields_by_name else code in HIS_OWN
            case "shown":
                fits = code == ANSWERED
            case "boxes":
                fits = code in {"NO_SUCH_MESSAGE", "NOT_YOUR_BOX"}
            case "staff":
                fits = code == "STAFF_UNKNOWN"
            case _:
                fits = code in refusals
        if not fits:
            found.append(f"{name} as {agent} {context.get('channel', '')}: {code}")
    return found


async def as_a_stranger(floor: Floor) -> list[str]:
    """As somebody who is on no list, and as nobody."""
    found = []
    for method in methods():
        name = short(method)
        for channel in SPOKEN:
            for agent, expected in (("A9", "STAFF_UNKNOWN"), ("", "INVALID_REQUEST")):
                code, told = await floor.trials.ask(method, agent, channel=channel)
                operators = name in CLASSES.operators and not agent and channel == "CHANNEL_COUNTER"
                if floor.told(told) or code != (ANSWERED if operators else expected):
                    found.append(f"{name} as {agent!r} on {channel}: {code} {floor.told(told)}")
    return found


async def after_hang_up(floor: Floor) -> list[str]:
    """Every method that the agent who served may use when the call is over, though no list says so."""
    found = []
    for method in methods():
        name = short(method)
        code, told = await floor.trials.ask(method, "A1")
        if floor.token in told:
            found.append(f"{name}: the token")
        if CLASSES.of(name) == "call" and name not in CLASSES.afterwards and code == ANSWERED:
            found.append(f"{name}: {code}")
    return found


def test_the_lists_are_of_methods_that_there_are() -> None:
    names = {short(method) for method in methods()}
    lists = (CLASSES.own, CLASSES.shown, CLASSES.boxes, CLASSES.operators, CLASSES.staff)
    listed = [name for each in lists for name in each]
    assert {*listed, *CLASSES.afterwards} <= names
    assert len(set(listed)) == len(listed)
    assert all(reason for each in (*lists, CLASSES.afterwards) for reason in each.values())


async def test_nothing_of_a_call_without_a_part_in_it(tmp_path: Path) -> None:
    async with floor(tmp_path) as opened:
        world, call = opened.world, opened.trials.call
        before = await opened.standing()
        for method in methods():
            if method.name == "GetCallGrant":
                assert opened.told((await opened.trials.ask(method, "A1"))[1])
        person = world.bank.person(0)
        claims: dict[str, Any] = {
            "grant": opened.token,
            "call": call,
            "customer": f"customers/{person.customer.number}",
        }
        found = await through(opened, "A2")
        found += await through(opened, "A2", **claims, channel="CHANNEL_IVR", terminal="A1")
        found += await through(opened, "A2", **claims, channel="CHANNEL_COUNTER")
        found += await as_a_stranger(opened)
        assert not found, "\n".join(found)
        assert await opened.standing() == before

        world.caller.hang_up()
        await world.until(lambda: not world.caller.hears())
        await world.pass_time(1)
        found = await through(opened, "A2", over=True, **claims)
        found += await after_hang_up(opened)
        assert not found, "\n".join(found)
        answers = await world.answers_at_last(person, call, opened.token)
        assert set(answers.values()) == {"GRANT_EXPIRED"}
        assert await world.centre.loop.look(lambda state: state.agents["A2"].state) is AgentState.BUSY


class _Deaf:
    """Handlers that nobody may reach."""

    def __getattr__(self, name: str) -> Any:
        return pytest.fail


async def test_where_identities_are_required_no_method_is_for_who_shows_none() -> None:
    logger = make_log(SystemClock(), LogWriter(2), level="error")
    front = CallCentreFront(
        [(service, _Deaf()) for service in SERVICES], logger, FrontSettings(identities_required=True)
    )
    port = await front.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        for method in methods():
            path = f"/{method.containing_service.full_name}/{method.name}"
            request: Any = message_factory.GetMessageClass(method.input_type)
            asked = channel.unary_stream if method.server_streaming else channel.unary_unary
            for spoken in CHANNELS:
                message = request(context={"channel": spoken, "agent": "A1", "call": "call-1", "grant": "token"})
                answer: Any = asked(path, request.SerializeToString, bytes)(message, timeout=30)
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await (anext(aiter(answer)) if method.server_streaming else answer)
                assert CanonicalError.from_rpc(refused.value).code == "IDENTITY_UNKNOWN", path
    await front.close(0)
