"""The call centre at a gateway that knows nobody but by certificate, with the keys and the settings of ``tellerline
keys``: a call from ring to hang-up; another centre, and an agent whom the centre may not name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from system_process import SystemProcess

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.gateway_errors import GatewayError
from tellerline.gateway.client import CanonicalError, Client, ClientTls, open_channel
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.population import PIN, Person
from tests.docs.terminal import terminal_environment

CUSTOMERS = 30
PATIENCE = "within 60"
CENTRE, OTHER_CENTRE, STRANGER = "call-centre", "other-centre", "stranger"
NAMED, UNNAMED = "A1001", "A1003"
"""Agents: for one the centre's certificate may speak, for the other it may not."""
TELEPHONES = {NAMED: "1001", UNNAMED: "1003"}
OF_THE_BANK = ["customer", "accounts", "transactions", "customer_view", "interactions"]
FOR_ANYBODY = "g3, spiffe://tellerline/program/call-centre, *"
FILE = """
{keys}
[access]
policy = "{folder}/own.csv"

[store]
path = "{folder}/journal.db"

[call_centre]
period = "day"
wrap_up_seconds = 0
"""


@dataclass
class Bank:
    """A running system, and who asks it by which certificate of ``keys``."""

    system: SystemProcess
    shell: CommandLine
    keys: Path
    person: Person
    serials: int = 0

    @property
    def customer(self) -> str:
        return f"customers/{self.person.customer.number}"

    def tls(self, name: str) -> ClientTls:
        folder = self.keys if name != STRANGER else self.keys.with_name("other-keys")
        certificate = CENTRE if name == STRANGER else name
        return ClientTls(
            authority=self.keys / "ca.pem", certificate=folder / f"{certificate}.pem", key=folder / f"{certificate}.key"
        )

    @asynccontextmanager
    async def client(self, server: str, name: str) -> AsyncIterator[Client]:
        """Of the ``gateway`` or the ``call_centre``, by the certificate of that name; without a name, by none."""
        tls = self.tls(name) if name else ClientTls(authority=self.keys / "ca.pem")
        async with open_channel(self.system.said[server], tls) as channel:
            yield Client(channel, timeout=30)

    async def at_centre(self, agent: str, method: str, /, **fields: Any) -> dict[str, Any]:
        """As this agent's program; whom it speaks for is in its certificate."""
        asking = {"context": {"channel": "CHANNEL_AGENT"}} | fields
        async with self.client("call_centre", f"agent-{agent}") as client:
            return await client.call(method, asking)

    async def balance(self, certificate: str, *, agent: str = "", **context: str) -> str:
        """What the gateway answers to who wants to see the customer's, as an agent: ``OK``, or a code."""
        self.serials += 1
        asking = {"channel": "CHANNEL_AGENT", "channel_serial": f"agent-{self.serials}", "customer": self.customer}
        fields = {"name": f"{self.customer}/accounts/1/balance", "context": asking | context | {"agent": agent}}
        async with self.client("gateway", certificate) as client:
            return await answer(client.call("accounts.v1.AccountService/GetBalance", fields))


async def answer(asked: Awaitable[Any]) -> str:
    try:
        await asked
    except CanonicalError as refused:
        return refused.code or refused.status.name
    except GatewayError as refused:
        return refused.code
    return "OK"


@asynccontextmanager
async def bank(folder: Path) -> AsyncIterator[Bank]:
    environment = terminal_environment(folder / "home")
    shell, keys = CommandLine(environment), folder / "keys"
    settings = (await shell.json("keys", "init", str(keys)))["settings"]
    await shell.json("keys", "init", str(folder / "other-keys"))
    for name, role in ((NAMED, "agent"), (UNNAMED, "agent"), (OTHER_CENTRE, "program")):
        await shell.json("keys", "client", str(keys), name, "--role", role)
    standard = (files("tellerline.gateway.access") / "standard.csv").read_text("utf-8")
    assert FOR_ANYBODY in standard
    (folder / "own.csv").write_text(standard.replace(FOR_ANYBODY, FOR_ANYBODY.replace("*", NAMED)), "utf-8")
    file = folder / "tellerline.toml"
    file.write_text(FILE.format(keys=settings, folder=folder), "utf-8")
    options = ("--config", str(file), "--customers", str(CUSTOMERS))
    people = SimulatedBank(SystemClock(), SeededRandomness(1)).load_population(1, CUSTOMERS).people
    person = next(each for each in reversed(people) if len(each.accounts) == 1)
    system = await SystemProcess.start(environment, folder, *options)
    try:
        yield Bank(system, shell, keys, person)
    finally:
        assert await system.stop() == 0


async def signs_in(bank: Bank, agent: str) -> None:
    await bank.at_centre(agent, "agents.v1.AgentService/SignIn", telephone=TELEPHONES[agent])
    await bank.at_centre(agent, "agents.v1.AgentService/BecomeReady", agent=f"agents/{agent}")


async def is_served(bank: Bank, agent: str) -> str:
    """The customer calls, types his PIN, hears his balance and asks for a person; the call's name."""
    steps = (
        *("hear prompt:sound:main-menu/choose-language/0", "press 2"),
        *("hear prompt:sound:main-menu/for-balance/0", "press 1"),
        *("hear prompt:sound:verify-pin/type-number/0", f"press {bank.person.customer.number}#"),
        *("hear prompt:sound:verify-pin/type-pin/0", f"press {PIN}"),
        *("hear prompt:sound:balance/balance/0", "press *"),
        *("hear prompt:sound:main-menu/for-balance/0", "press 0"),
        f"hear {TELEPHONES[agent]}",
    )
    ran = await bank.shell.run(
        "telephone",
        bank.person.mobile,
        "call 95588",
        *(f"{step} {PATIENCE}" if step.startswith("hear") else step for step in steps),
    )
    assert ran.code == 0, ran
    (call,) = (await bank.at_centre(agent, "calls.v1.CallService/ListCalls"))["calls"]
    return str(call["name"])


async def hangs_up(bank: Bank, agent: str, call: str, token: str) -> None:
    """Until the gateway has heard of it."""
    assert (await bank.shell.run("telephone", bank.person.mobile, "hang up")).code == 0
    asking = {"call": call.removeprefix("calls/"), "grant": token}
    async with asyncio.timeout(120):
        while await bank.balance(f"agent-{agent}", **asking) != "GRANT_EXPIRED":  # noqa: ASYNC110 another process ends it
            await asyncio.sleep(0.05)
    assert await answer(bank.at_centre(agent, "calls.v1.CallService/GetCallGrant", name=call)) == "NOT_IN_CALL"


async def is_refused_to_others(bank: Bank, proof: Mapping[str, str]) -> None:
    """With the customer's own live grant, and the call that it is for."""
    assert await bank.balance("agent-" + NAMED, agent=UNNAMED, **proof) == "IDENTITY_MISMATCH"
    assert await bank.balance(CENTRE, agent=UNNAMED, **proof) == "IDENTITY_MISMATCH"
    assert await bank.balance(CENTRE, **proof) == "IDENTITY_MISMATCH"
    assert await bank.balance(OTHER_CENTRE, agent=NAMED, **proof) == "CHANNEL_NOT_ALLOWED"
    assert await bank.balance(STRANGER, agent=NAMED, **proof) == "UNAVAILABLE"
    assert await bank.balance("", agent=NAMED, **proof) == "UNAVAILABLE"


async def is_refused_to_another_centre(bank: Bank, proof: Mapping[str, str]) -> None:
    """Whatever a call centre asks, and the end of this one's grants too."""
    async with open_channel(bank.system.said["gateway"], bank.tls(OTHER_CENTRE)) as channel:
        gateway = GatewayClient(channel)
        asker = Asker(call=proof["call"], step="1", customer=bank.customer, grant=proof["grant"])
        unproved = Asker(call=proof["call"], step="2", customer=bank.customer)
        for asked in (
            gateway.pin_key(unproved),
            gateway.callers(unproved, bank.person.mobile),
            gateway.customer_view(unproved),
            gateway.interactions(unproved, 1),
            gateway.verify_pin(unproved, bank.customer, "block"),
            gateway.customer_view(asker),
            gateway.accounts(asker),
            gateway.revoke_grants(unproved),
        ):
            assert await answer(asked) == "CHANNEL_NOT_ALLOWED"


@pytest.mark.timeout(900)
async def test_a_call_from_ring_to_hang_up_by_the_centres_certificate(tmp_path: Path) -> None:
    async with bank(tmp_path) as at:
        await signs_in(at, NAMED)
        call = await is_served(at, NAMED)
        shown = await at.at_centre(NAMED, "calls.v1.CallService/GetScreenPop", name=call)
        assert (shown["category"], shown["missing_parts"]) == ("CALLER_CATEGORY_VERIFIED", [])
        assert shown["customer_view"]["display_name"] == at.person.customer.name
        assert {each["channel"] for each in shown["interactions"]} == {"CHANNEL_IVR"}
        given = await at.at_centre(NAMED, "calls.v1.CallService/GetCallGrant", name=call)
        proof = {"call": call.removeprefix("calls/"), "grant": given["token"]}
        assert await at.balance("agent-" + NAMED, **proof) == "OK"
        assert await at.balance(CENTRE, agent=NAMED, **proof) == "OK"
        await is_refused_to_others(at, proof)
        await is_refused_to_another_centre(at, proof)
        assert await at.balance("agent-" + NAMED, **proof) == "OK"
        await hangs_up(at, NAMED, call, given["token"])

        await at.at_centre(NAMED, "agents.v1.AgentService/SignOut", agent=f"agents/{NAMED}")
        await signs_in(at, UNNAMED)
        call = await is_served(at, UNNAMED)
        shown = await at.at_centre(UNNAMED, "calls.v1.CallService/GetScreenPop", name=call)
        assert (shown["category"], shown["missing_parts"]) == ("CALLER_CATEGORY_VERIFIED", OF_THE_BANK)
        assert len(shown["customer_hints"]) == 1
        assert at.person.customer.name not in str(shown)
