"""A system of ``tellerline up --processes 2``: its gateways share their ports; a test can choose between them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
from iso_terminal import IsoTerminal
from journal_stores import fresh_schema

from tellerline.simulators.population import PIN
from tests.docs.terminal import system_up, terminal_environment

_VERIFIER = "v" * 50
_LOGIN = re.compile(r'name="login" value="([^"]+)"')
_CODE = re.compile(r"[?&]code=([^&]+)")


@dataclass
class SeveralProcesses:
    """``said`` is what it printed when it was ready, ``gateways`` are the process ids."""

    said: Mapping[str, str]
    gateways: tuple[int, ...]

    @property
    def home(self) -> str:
        """The address of online banking."""
        return self.said["online_banking"].removesuffix("/online-banking/")

    async def at_the_bank(self, method: str, path: str, document: Any = None) -> Any:
        """Over the simulated hosts' admin API."""
        async with httpx.AsyncClient(base_url=self.said["admin"].removesuffix("/v1"), timeout=30) as bank:
            answer = await bank.request(method, f"/v1/{path}", json=document)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def booked(self, account: str) -> int:
        """What the host has booked, in hundredths."""
        figure = (await self.at_the_bank("GET", f"accounts/{account}"))["ledger"]
        return int(figure.replace(".", ""))

    async def terminal(self, gateway: int, name: str = "T0000001") -> IsoTerminal:
        """Signed on at that gateway."""
        while True:
            terminal = await IsoTerminal.of(self.said["atm"], Path(self.said["atm_keys"]), name).ready()
            if self.serving(terminal.writer.get_extra_info("sockname")[1]) == gateway:
                return terminal
            await terminal.close()

    @asynccontextmanager
    async def customer(self, gateway: int, token: str) -> AsyncIterator[Customer]:
        """At that gateway, logged in."""
        customer = Customer(self, gateway, {"authorization": f"Bearer {token}", "accept-language": "en"})
        try:
            yield customer
        finally:
            await customer.web.aclose()

    async def log_in(self, customer: str) -> str:
        """An access token, by the way that the page takes."""
        back = self.said["online_banking"]
        async with httpx.AsyncClient(timeout=60) as browser:
            config = (await browser.get(f"{back}config.json")).json()
            assert config["issuer"] == self.said["issuer"]
            challenge = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest()).rstrip(b"=").decode()
            asked = {
                "response_type": "code",
                "client_id": config["clientId"],
                "redirect_uri": back,
                "scope": config["scope"],
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
            form = (await browser.get(f"{config['issuer']}/authorize", params=asked)).text
            typed = {"login": _found(_LOGIN, form), "customer_number": customer, "pin": PIN}
            proved = await browser.post(f"{config['issuer']}/authorize", data=typed)
            given = {"grant_type": "authorization_code", "client_id": config["clientId"], "redirect_uri": back}
            code = {"code": _found(_CODE, proved.headers.get("location", "")), "code_verifier": _VERIFIER}
            answer = await browser.post(f"{config['issuer']}/token", data=given | code)
        return str(answer.json()["access_token"])

    def serving(self, port: int) -> int:
        """Which gateway has the connection that comes from ``port``; 0 for none (yet)."""
        for gateway in self.gateways:
            peers = (connection.raddr for connection in psutil.Process(gateway).net_connections("tcp"))
            if any(peer and peer.port == port for peer in peers):
                return gateway
        return 0


@dataclass
class Customer:
    """Comes to one gateway whatever he asks, over as many connections as he needs for that."""

    system: SeveralProcesses
    gateway: int
    headers: dict[str, str]
    web: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.web = _web(self.system.home)

    async def ask(self, method: str, path: str, document: Any = None, *, key: str = "") -> httpx.Response:
        headers = self.headers | ({"idempotency-key": key} if key else {})
        port = await self._come()
        answer = await self.web.request(method, path, json=document, headers=headers)
        assert _port_of(answer) == port
        return answer

    @asynccontextmanager
    async def watching(self, customer: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The events of his transactions. Nothing else can be asked meanwhile."""
        path, port = f"/v1/customers/{customer}/transactions:watch", await self._come()
        async with self.web.stream("GET", path, headers=self.headers) as answer:
            assert (answer.status_code, _port_of(answer)) == (200, port)
            yield _events(answer)

    async def _come(self) -> int:
        """From where he is connected with his gateway now."""
        while self.system.serving(port := _port_of(await self.web.get("/health"))) != self.gateway:
            await self.web.aclose()
            self.web = _web(self.system.home)
        return port


def form_of(dsn: str, amqp: str, *, customers: int) -> tuple[str, ...]:
    """The options of the large form, on servers that run already."""
    store, queue = ("--store", "postgresql", "--dsn", dsn), ("--mq", "rabbitmq", "--amqp", amqp)
    return ("--processes", "2", *store, *queue, "--customers", str(customers), "--switch", "none")


@contextmanager
def several_processes(folder: Path, dsn: str, amqp: str, *, customers: int) -> Iterator[SeveralProcesses]:
    environment = terminal_environment(folder, TELLERLINE_STORE__DB_SCHEMA=fresh_schema())
    with system_up(environment, *form_of(dsn, amqp, customers=customers)) as said:
        (entry,) = folder.glob("running/*.json")
        children = psutil.Process(orjson.loads(entry.read_bytes())["pid"]).children()
        gateways = [
            child.pid for child in children if any(word.endswith("gateway_process") for word in child.cmdline())
        ]
        yield SeveralProcesses(said, tuple(gateways))


async def until(condition: Callable[[], Any], patience: float = 120) -> None:
    """Wait for what another process does at some time."""
    async with asyncio.timeout(patience):
        while not await condition():  # noqa: ASYNC110 nothing here to wait on
            await asyncio.sleep(0.05)


def _web(home: str) -> httpx.AsyncClient:
    """All that it asks goes over one connection."""
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None)
    return httpx.AsyncClient(base_url=home, timeout=60, limits=limits)


def _port_of(answer: httpx.Response) -> int:
    """Where the connection begins that it came over."""
    return int(answer.extensions["network_stream"].get_extra_info("client_addr")[1])


async def _events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Each with its data; signs of life are left out."""
    event: dict[str, Any] = {}
    async for line in answer.aiter_lines():
        if not line and event:
            yield event
            event = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = orjson.loads(value) if name == "data" else value


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found is not None, text
    return found[1]
