"""What an attacker says on the wire: two requests in one, somebody else's token beside one's own, and no reading."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
import pytest_asyncio
from web_bank import WebBank, open_web_bank

pytestmark = pytest.mark.asyncio(loop_scope="module")
GUARD_S = 60
LAST = "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
SOCKET = (
    "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: "
    + "a" * 22
    + "==\r\n"
)


@dataclass
class Target:
    bank: WebBank
    log: Path

    @property
    def mine(self) -> str:
        return self.bank.people[0].customer.number

    @property
    def theirs(self) -> str:
        return self.bank.people[1].customer.number

    def bearer(self, customer: str) -> str:
        return f"authorization: Bearer {self.bank.keys.token(customer)}\r\n"

    async def answers(self, said: str) -> tuple[list[int], str]:
        """The status of every answer that comes before the server hangs up, and all of it."""
        reader, writer = await asyncio.open_connection(self.bank.client.base_url.host, self.bank.client.base_url.port)
        writer.write(said.encode())
        async with asyncio.timeout(GUARD_S):
            heard = (await reader.read()).decode()
        writer.close()
        return [int(status) for status in re.findall(r"HTTP/1\.1 (\d+)", heard)], heard

    async def complaints(self) -> list[str]:
        """Of everything until now: the log is written behind, so a request that stands in it is waited for."""
        key = self.bank.serials.bytes(12).hex()
        accounts = {f"{name}Account": f"customers/{self.mine}/accounts/{at}" for name, at in (("debit", 1), ("own", 2))}
        transfer = accounts | {"amount": {"currencyCode": "CNY", "units": "1"}}
        await self.bank.client.post("/v1/transfers", json=transfer, headers=self.bank.keyed(self.mine, key))
        for _ in range(20 * GUARD_S):
            if key in self.log.read_text("utf-8"):
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError(f"nothing of {key} in the log")
        lines = self.log.read_text("utf-8").splitlines()
        return [line for line in lines if not line.startswith("{") or orjson.loads(line)["level"] == "error"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def target(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    folder = tmp_path_factory.mktemp("web")
    async with open_web_bank(folder) as bank:
        yield Target(bank, folder / "gateway.log")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /v1/customers/{mine}/accounts", 200),
        ("POST /v1/transfers", 400),
        ("POST /v1/session:end", 401),
        ("POST /v1/nothing", 404),
        ("POST /online-banking/", 405),
    ],
)
async def test_what_is_in_a_body_is_no_request(target: Target, line: str, status: int) -> None:
    inner = f"GET /v1/customers/{target.theirs}/accounts HTTP/1.1\r\nhost: x\r\n{target.bearer(target.theirs)}\r\n"
    token = "" if "session" in line else target.bearer(target.mine)
    head = f"{line.format(mine=target.mine)} HTTP/1.1\r\nhost: x\r\n{token}content-length: {len(inner)}\r\n\r\n"
    statuses, heard = await target.answers(head + inner + LAST)
    assert statuses == [status, 200]
    assert f"customers/{target.theirs}" not in heard


@pytest.mark.parametrize(
    "lengths",
    [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
        "content-length: 5\r\ncontent-length: 0\r\n",
        "content-length: +5\r\n",
        "content-length: -1\r\n",
        "content-length: 0x5\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: chunked, gzip\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
        "transfer-encoding:\x0bchunked\r\n",
        "transfer-encoding : chunked\r\n",
        "x: a\r\n transfer-encoding: chunked\r\n",
        "x: a\rtransfer-encoding: chunked\r\n",
    ],
)
async def test_bodies_that_end_in_two_places_end_the_connection(target: Target, lengths: str) -> None:
    head = f"POST /v1/transfers HTTP/1.1\r\nhost: x\r\n{target.bearer(target.mine)}{lengths}\r\n"
    statuses, _ = await target.answers(f"{head}0\r\n\r\n{LAST}")
    assert statuses == [400]


async def test_an_answer_to_head_has_no_body_that_the_next_could_be_read_from(target: Target) -> None:
    for path in (f"/v1/customers/{target.mine}/accounts", "/online-banking/", "/v1/session:end"):
        statuses, heard = await target.answers(f"HEAD {path} HTTP/1.1\r\nhost: x\r\n\r\n{LAST}")
        assert statuses == [405, 200]
        assert "OPERATION_NOT_OFFERED" not in heard


@pytest.mark.parametrize(
    "head",
    ["", "cookie: access_token={token}\r\n", "x-authorization: Bearer {token}\r\n", "authorization: {token}\r\n"],
)
async def test_tokens_are_taken_from_one_place_alone(target: Target, head: str) -> None:
    token = target.bank.keys.token(target.mine)
    for query in ("", f"?access_token={token}"):
        said = f"GET /v1/customers/{target.mine}/accounts{query} HTTP/1.1\r\nhost: x\r\n{head.format(token=token)}\r\n"
        statuses, heard = await target.answers(said + LAST)
        assert statuses == [401, 200]
        assert "GRANT_MISSING" in heard


@pytest.mark.parametrize("line", ["GET /v1/customers/{mine}/accounts", "POST /v1/session:end"])
async def test_two_tokens_are_one_too_many(target: Target, line: str) -> None:
    tokens = target.bearer(target.theirs) + target.bearer(target.mine)
    said = f"{line.format(mine=target.mine)} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n{tokens}\r\n{LAST}"
    statuses, heard = await target.answers(said)
    assert statuses == [400, 200]
    assert '"reason":"given_twice"' in heard
    for customer in (target.mine, target.theirs):
        path = f"/v1/customers/{customer}/accounts"
        assert (await target.bank.client.get(path, headers=target.bank.headers(customer))).status_code == 200


@pytest.mark.parametrize("path", ["/v1/customers/{mine}/accounts", "/v1/session:end", "/health", "/online-banking/"])
async def test_there_are_no_web_sockets(target: Target, path: str) -> None:
    where = path.format(mine=target.mine)
    statuses, _ = await target.answers(f"GET {where} HTTP/1.1\r\nhost: x\r\n{target.bearer(target.mine)}{SOCKET}\r\n")
    assert statuses == [403]
    assert await target.complaints() == []


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system cannot do it")
async def test_who_takes_nothing_of_his_answer_is_cut(tmp_path: Path) -> None:
    def stall(port: int) -> None:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(GUARD_S)
            client.connect(("127.0.0.1", port))
            client.sendall(b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n" * 12)
            for _ in range(10 * GUARD_S):
                cut.wait(0.1)
                client.send(b"G")

    cut = threading.Event()  # never set: it waits
    async with open_web_bank(tmp_path, slow_reader=1) as bank:
        with pytest.raises(ConnectionError):
            await asyncio.to_thread(stall, int(str(bank.client.base_url.port)))
        assert (await bank.client.get("/health")).status_code == 200
