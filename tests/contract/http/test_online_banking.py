"""Online banking from the login to the end of the session, over real connections."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from web_bank import WebBank, open_web_bank

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.system.online_banking import GatewayProof
from tellerline.simulators.issuer import IssuerRules, IssuerServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
STREAMS = {"most": 3, "per_customer": 2, "heartbeat": 0.1}
BACK = "http://127.0.0.1:5/online-banking/"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WebBank]:
    async with open_web_bank(tmp_path_factory.mktemp("web"), streams=STREAMS) as opened:
        yield opened


def own_transfer(customer: str) -> dict[str, Any]:
    accounts = {"debitAccount": f"customers/{customer}/accounts/1", "ownAccount": f"customers/{customer}/accounts/2"}
    return {**accounts, "amount": {"currencyCode": "CNY", "units": "1"}}


class EndedBeforeItBeganError(Exception):
    """The token was not good when the stream was asked for."""


@asynccontextmanager
async def watching(
    bank: WebBank, customer: str, last: str = "", **claims: Any
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    headers = bank.headers(customer, **claims) | ({"last-event-id": last} if last else {})
    path = f"/v1/customers/{customer}/transactions:watch"
    for _ in range(200):
        async with bank.client.stream("GET", path, headers=headers) as answer:
            if answer.status_code == 503:  # who has just left may still hold his place
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 401:
                raise EndedBeforeItBeganError
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield events(answer)
            return
    raise AssertionError("no place became free")


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Each event with its id; signs of life under ``alive``."""
    event: dict[str, Any] = {}
    async for line in answer.aiter_lines():
        if line.startswith(":"):
            yield {"event": "alive"}
        elif not line and event:
            yield event
            event = {}
        elif line:
            name, _, value = line.partition(": ")
            event[name] = orjson.loads(value) if name == "data" else value


async def until(stream: AsyncIterator[dict[str, Any]], name: str, state: str = "") -> dict[str, Any]:
    async for event in stream:
        if event["event"] == name and (not state or event["data"]["transaction"]["state"].endswith(state)):
            return event
    raise AssertionError(f"the stream ended without {name}")


async def test_customers_log_in_at_the_issuer_with_number_and_pin(bank: WebBank, tmp_path: Path) -> None:
    proof = GatewayProof(SystemRandomness())
    proof.target = bank.system.node.target
    issuer = IssuerServer(IssuerRules(redirects=(BACK,)), proof, clock=SystemClock(), randomness=SystemRandomness())
    url = await issuer.start()
    try:
        async with open_web_bank(tmp_path, issuer=url, jwks=f"{url}/jwks") as other, httpx.AsyncClient() as browser:
            customer = other.people[0].customer.number
            token = await logged_in(browser, url, customer)
            path = f"/v1/customers/{customer}/accounts"
            headers = {"authorization": f"Bearer {token}"}
            assert (await other.client.get(path, headers=headers)).status_code == 200
            issuer.tokens.rotate()
            assert (await other.client.get(path, headers=headers)).status_code == 200
            assert (await other.client.post("/v1/session:end", headers=headers)).status_code == 204
            ended = await other.client.get(path, headers=headers)
            assert (ended.status_code, ended.json()["code"]) == (401, "TOKEN_INVALID")
    finally:
        await issuer.close()


async def logged_in(browser: httpx.AsyncClient, url: str, customer: str) -> str:
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": "online-banking",
        "redirect_uri": BACK,
        "scope": "openid banking",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "ui_locales": "en",
    }
    form = (await browser.get(f"{url}/authorize", params=asked)).text
    login = re.search(r'name="login" value="([^"]+)"', form)
    assert login is not None
    typed = {"login": login[1], "customer_number": customer}
    wrong = await browser.post(f"{url}/authorize", data=typed | {"pin": "111111"})
    assert wrong.status_code == 401
    assert "The PIN is not correct" in wrong.text
    assert "111111" not in wrong.text
    for pin in ("abcdef", "1234567", "abc"):
        answer = await browser.post(f"{url}/authorize", data=typed | {"pin": pin})
        assert "A PIN has 6 digits. Please check it." in answer.text
    for pin in ("111111", "1"):
        known, stranger = [
            (await browser.post(f"{url}/authorize", data=typed | {"customer_number": number, "pin": pin})).text
            for number in (customer, "9999999999")
        ]
        assert stranger.replace("9999999999", customer) == known, "the form tells nobody who is a customer"
    right = await browser.post(f"{url}/authorize", data=typed | {"pin": "246810"})
    code = re.search(r"[?&]code=([^&]+)", right.headers["location"])
    assert code is not None
    given = {"grant_type": "authorization_code", "client_id": "online-banking", "redirect_uri": BACK}
    answer = await browser.post(f"{url}/token", data=given | {"code": code[1], "code_verifier": verifier})
    return str(answer.json()["access_token"])


async def test_a_customer_hears_of_his_transactions_and_of_nobody_elses(bank: WebBank) -> None:
    mine, other = (person.customer.number for person in bank.people[:2])
    async with watching(bank, mine) as stream:
        begin = await until(stream, "begin")
        for customer in (other, mine):
            done = await bank.client.post("/v1/transfers", json=own_transfer(customer), headers=bank.keyed(customer))
            assert done.status_code == 200
        heard = await until(stream, "transaction", "DONE")
        assert heard["data"]["name"] == f"customers/{mine}/{done.json()['name'].replace('transfers', 'transactions')}"
        assert "*" in heard["data"]["maskedAccountNumber"]
        await until(stream, "alive")
    async with watching(bank, mine, begin["id"]) as again:
        assert (await until(again, "transaction", "DONE"))["data"] == heard["data"]
    async with watching(bank, mine, heard["id"]) as behind:
        await until(behind, "begin")
        assert (await anext(behind))["event"] == "alive"


async def test_streams_end_with_the_token_and_with_the_session(bank: WebBank) -> None:
    customer = bank.people[1].customer.number
    for seconds in (2, 10, 60):
        soon = int(SystemClock().now().timestamp()) + seconds
        with suppress(EndedBeforeItBeganError):  # the machine may take longer than the token lasts
            async with watching(bank, customer, exp=soon, sid="short") as stream:
                assert (await until(stream, "end"))["data"] == {"reason": "TOKEN_EXPIRED"}
            break
    else:
        pytest.fail("no token lasted until the stream began")
    async with watching(bank, customer, sid="left") as stream:
        await until(stream, "begin")
        await bank.client.post("/v1/session:end", headers=bank.headers(customer, sid="left"))
        assert (await until(stream, "end"))["data"] == {"reason": "SESSION_ENDED"}


async def test_a_stream_ends_when_the_bank_takes_the_customers_grants_away(bank: WebBank) -> None:
    customer = bank.people[3].customer.number
    async with watching(bank, customer, sid="taken") as stream:
        await until(stream, "begin")
        grants = bank.system.node.gateway.parts.grants
        assert await grants.revoke(customer=customer, who="agent", why="test") == 1
        assert (await until(stream, "end"))["data"] == {"reason": "SESSION_ENDED"}
    path = f"/v1/customers/{customer}/accounts"
    assert (await bank.client.get(path, headers=bank.headers(customer, sid="taken"))).status_code == 401
    assert (await bank.client.get(path, headers=bank.headers(customer, sid="another"))).status_code == 200


async def test_listeners_are_bounded_and_make_room_when_they_leave(bank: WebBank) -> None:
    customer = bank.people[2].customer.number
    path = f"/v1/customers/{customer}/transactions:watch"
    async with watching(bank, customer) as one, watching(bank, customer) as two:
        await until(one, "begin")
        await until(two, "begin")
        third = await bank.client.get(path, headers=bank.headers(customer))
        assert (third.status_code, third.json()["code"]) == (503, "OVERLOADED")
    async with watching(bank, customer) as later:
        await until(later, "begin")


@pytest.mark.parametrize("token", ["not-a-token!", "TWljZQ"])
async def test_a_place_that_was_never_given_is_refused_before_the_stream_begins(bank: WebBank, token: str) -> None:
    customer = bank.people[2].customer.number
    headers = bank.headers(customer) | {"last-event-id": token}
    for _ in range(200):
        answer = await bank.client.get(f"/v1/customers/{customer}/transactions:watch", headers=headers)
        if answer.status_code != 503:  # listeners who have just left may still hold their places
            break
        await asyncio.sleep(0.05)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PAGE_TOKEN")


async def test_answers_are_kept_by_nobody_and_framed_by_nobody(bank: WebBank) -> None:
    customer = bank.people[0].customer.number
    answer = await bank.client.get(f"/v1/customers/{customer}/accounts", headers=bank.headers(customer))
    page = await bank.client.get("/online-banking/")
    assert answer.headers["cache-control"] == "no-store"
    for headers in (answer.headers, page.headers):
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    asked = {"origin": "https://elsewhere.example", "access-control-request-method": "GET"}
    preflight = await bank.client.options(f"/v1/customers/{customer}/accounts", headers=asked)
    assert preflight.status_code == 405
    assert not [name for name in (*answer.headers, *preflight.headers) if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["/online-banking/../settings.py", "/online-banking/%2e%2e/channel.py", "/online-banking//etc/passwd"]
)
async def test_nothing_outside_the_page_is_served(bank: WebBank, path: str) -> None:
    host, port = bank.client.base_url.host, bank.client.base_url.port
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 40")


@pytest.mark.parametrize("name", ["%00", "a%0Ab", "a" * 300])
async def test_names_that_no_file_can_have_are_not_there(bank: WebBank, name: str) -> None:
    answer = await bank.client.get(f"/online-banking/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "OPERATION_NOT_OFFERED")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_bodies_beyond_the_limit_are_refused(bank: WebBank) -> None:
    customer = bank.people[0].customer.number
    headers = bank.keyed(customer) | {"content-type": "application/json"}
    announced = await bank.client.post("/v1/transfers", content=b" " * 70_000, headers=headers)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * 1000

    counted = await bank.client.post("/v1/transfers", content=pieces(), headers=headers)
    for answer in (announced, counted):
        assert (answer.status_code, answer.json()["code"]) == (413, "REQUEST_TOO_LARGE")


async def test_clients_who_dawdle_are_cut_and_harm_nobody(tmp_path: Path) -> None:
    head, body = b"GET /v1/fxRates HT", b"POST /v1/transfers HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"
    async with open_web_bank(tmp_path, slow_head=0.5, slow_body=0.5) as bank:
        host, port = bank.client.base_url.host, bank.client.base_url.port
        slow = [await asyncio.open_connection(host, port) for _ in range(40)]
        for (_, writer), begun in zip(slow, [head, body] * 20, strict=True):
            writer.write(begun)
        assert (await bank.client.get("/health")).status_code == 200
        for reader, writer in slow:
            await asyncio.wait_for(reader.read(), 30)
            writer.close()


async def test_rates_are_told_and_kept(tmp_path: Path) -> None:
    async with open_web_bank(tmp_path, rates={"per_address": 8, "per_customer": 3}) as bank:
        customer = bank.people[0].customer.number
        path, headers = f"/v1/customers/{customer}/accounts", bank.headers(customer)
        answers = [await bank.client.get(path, headers=headers) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[2].headers["ratelimit"].startswith('"customer";r=0;t=')
        assert int(answers[3].headers["retry-after"]) in range(1, 61)
        strangers = [await bank.client.get(path) for _ in range(5)]
        assert [answer.status_code for answer in strangers] == [401, 401, 401, 401, 429]
        assert strangers[4].json()["code"] == "RATE_LIMITED"
        assert (await bank.client.get("/openapi.json")).status_code == 429


async def test_the_files_of_the_page_are_counted_apart(tmp_path: Path) -> None:
    async with open_web_bank(tmp_path, rates={"per_address": 3, "per_customer": 3}) as bank:
        parts = [await bank.client.get("/online-banking/mark.svg") for _ in range(8)]
        assert {answer.status_code for answer in parts} == {200}
        assert (await bank.client.get("/openapi.json")).status_code == 200


async def test_the_end_of_the_server_is_told_and_waited_for(tmp_path: Path) -> None:
    async with open_web_bank(tmp_path) as bank:
        customer = bank.people[0].customer.number
        async with watching(bank, customer) as stream:
            await until(stream, "begin")
            assert bank.system.node.http is not None
            ending = asyncio.ensure_future(bank.system.node.http.drain(60))
            assert (await until(stream, "end"))["data"] == {"reason": "SERVER_ENDING"}
        await asyncio.wait_for(ending, 30)
        with pytest.raises(httpx.TransportError):
            await bank.client.get("/health")


async def test_over_tls_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    tls = {"certificate": certificate, "key": key}
    async with open_web_bank(tmp_path, tls=tls) as bank:
        assert bank.system.node.http_url.startswith("https://")
        trusting = ssl.create_default_context(cafile=str(certificate))
        async with httpx.AsyncClient(verify=trusting, base_url=bank.system.node.http_url) as client:
            answer = await client.get("/openapi")
        assert answer.headers["strict-transport-security"].startswith("max-age=")


def self_signed(folder: Path) -> tuple[Path, Path]:
    key, now = ec.generate_private_key(ec.SECP256R1()), SystemClock().now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "online banking")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*form))
    return paths
