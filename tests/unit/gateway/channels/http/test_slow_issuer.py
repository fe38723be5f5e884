"""An issuer that answers slowly, or never: it costs those who need it one wait an attempt, and everybody else none."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
import pytest_asyncio
from dripping_http import dripping
from joserfc import jwt
from joserfc.jwk import ECKey

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.http.channel import HttpChannel
from tellerline.gateway.channels.http.key_documents import KeyUrl
from tellerline.gateway.channels.http.keys import IssuerKeys, PublicKey
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.http.tokens import Claims, TokenVerifier
from tellerline.gateway.journal.sqlite import SqliteStore

ISSUER = "http://127.0.0.1:9/issuer"
START = datetime(2026, 3, 2, tzinfo=UTC)
PAUSE, AGE, PATIENCE = 30, 600, 5
KEY = ECKey.generate_key("P-256", auto_kid=True)
KID = str(KEY.kid)


@dataclass
class Issuer:
    """Answers while ``answering`` is set; a reading that has begun waits until it is, or is lost by ``lose``."""

    keys: list[ECKey] = field(default_factory=lambda: [KEY])
    reads: int = 0
    together: int = 0
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False

    async def read(self) -> bytes:
        self.reads += 1
        self.together += 1
        assert self.together == 1
        try:
            await self.answering.wait()
        finally:
            self.together -= 1
        if self.lost:
            raise OSError("lost")
        return orjson.dumps({"keys": [key.as_dict(private=False) for key in self.keys]})

    def hang(self) -> None:
        self.answering.clear()

    def lose(self) -> None:
        self.lost = True
        self.answering.set()


class Bench:
    """Keys, and how long each caller waited for one."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.issuer = Issuer()
        self.issuer.answering.set()
        self._pipe = os.pipe()
        self._writer = LogWriter(self._pipe[1])
        log = make_log(self.clock, self._writer)
        self.keys = IssuerKeys(self.issuer, clock=self.clock, log=log, pause=PAUSE, age=AGE)

    def ask(self, kid: str = KID) -> asyncio.Task[tuple[PublicKey | None, float]]:
        async def asking() -> tuple[PublicKey | None, float]:
            began = self.clock.monotonic()
            async with asyncio.timeout(60):
                return await self.keys.key(kid), self.clock.monotonic() - began

        return asyncio.create_task(asking())

    def complaints(self) -> list[str]:
        self._writer.close()
        lines = [json.loads(line) for line in os.read(self._pipe[0], 65_536).splitlines()]
        return [line["reason"] for line in lines if line["event"] == "issuer_keys_unavailable"]

    def close(self) -> None:
        self._writer.close()
        for descriptor in self._pipe:
            os.close(descriptor)


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.keys.close()
    bench.close()


async def known(bench: Bench) -> None:
    assert (await bench.ask())[0] is not None
    bench.issuer.hang()
    await bench.clock.advance(AGE)


async def test_those_who_need_an_attempt_wait_for_it_once_and_together(bench: Bench) -> None:
    await known(bench)
    first = bench.ask()
    await bench.clock.advance(PATIENCE - 2)
    second, stranger = bench.ask(), bench.ask("made-up")
    await bench.clock.advance(1)
    assert not any(asking.done() for asking in (first, second, stranger))
    await bench.clock.advance(1)
    key, waited = await first
    assert (key is not None, waited) == (True, PATIENCE)
    assert await second == (key, 2)
    assert await stranger == (None, 2)
    for _ in range(3):
        assert await bench.ask() == (key, 0)
        assert await bench.ask("made-up") == (None, 0)
    assert bench.issuer.reads == 2


async def test_nobody_waits_again_for_an_attempt_that_goes_on(bench: Bench) -> None:
    await known(bench)
    bench.ask()
    await bench.clock.advance(PATIENCE)
    for seconds in (PAUSE, PAUSE, 2 * AGE):
        await bench.clock.advance(seconds)
        assert (await bench.ask())[1] == 0
        assert await bench.ask("made-up") == (None, 0)
    assert bench.issuer.reads == 2


async def test_the_next_attempt_is_due_a_pause_after_the_last_has_ended(bench: Bench) -> None:
    await known(bench)
    bench.ask()
    await bench.clock.advance(PATIENCE + 10)
    bench.issuer.lose()
    await bench.clock.advance(0)
    bench.issuer.hang()
    await bench.clock.advance(PAUSE - 1)
    assert not bench.keys.due
    assert await bench.ask("made-up") == (None, 0)
    await bench.clock.advance(1)
    assert bench.keys.due
    again = bench.ask("made-up")
    await bench.clock.advance(PATIENCE)
    assert await again == (None, PATIENCE)
    assert (await bench.ask())[1] == 0
    assert bench.issuer.reads == 3
    assert bench.complaints() == ["no answer within 5 s", "lost", "no answer within 5 s"]


async def test_what_comes_late_is_taken(bench: Bench) -> None:
    bench.issuer.hang()
    first = bench.ask()
    await bench.clock.advance(PATIENCE)
    assert await first == (None, PATIENCE)
    assert await bench.ask() == (None, 0)
    bench.issuer.answering.set()
    await bench.clock.advance(0)
    key, waited = await bench.ask()
    assert (key is not None, waited) == (True, 0)
    await bench.clock.advance(AGE - 1)
    assert not bench.keys.due
    assert bench.issuer.reads == 1


async def test_remembered_tokens_wait_once_an_attempt_too(bench: Bench) -> None:
    now = int(START.timestamp())
    settings = HttpSettings(mode="development", issuer=ISSUER, jwks="keys.json")
    verifier = TokenVerifier(settings, bench.keys, bench.clock)
    claims = {"iss": ISSUER, "aud": "tellerline", "sub": "C1", "sid": "s", "scope": "banking", "exp": now + 86_400}
    token = f"Bearer {jwt.encode({'alg': 'ES256', 'typ': 'at+jwt', 'kid': KID}, claims, KEY)}"
    said = await verifier.claims(token)
    bench.issuer.hang()
    await bench.clock.advance(2 * AGE)
    waiting: asyncio.Task[Claims] = asyncio.create_task(verifier.claims(token))
    await bench.clock.advance(PATIENCE)
    assert waiting.done()
    for seconds in (0, PAUSE - 1, 1, AGE):
        await bench.clock.advance(seconds)
        assert verifier.known(token, bench.clock.now().timestamp()) == said


async def test_closing_ends_the_attempt_and_all_waiting_for_it(bench: Bench) -> None:
    await known(bench)
    waiting, stranger = bench.ask(), bench.ask("made-up")
    await bench.clock.advance(1)
    await bench.keys.close()
    assert bench.issuer.together == 0
    key, waited = await waiting
    assert (key is not None, waited) == (True, 1)
    assert await stranger == (None, 1)
    await bench.clock.advance(2 * AGE)
    assert not bench.keys.due
    assert await bench.ask() == (key, 0)
    assert await bench.ask("made-up") == (None, 0)
    assert not bench.keys.fresh()
    await bench.keys.close()
    assert bench.issuer.reads == 2


async def test_keys_that_are_closed_before_their_first_use_are_never_read(bench: Bench) -> None:
    await bench.keys.close()
    assert await bench.ask() == (None, 0)
    assert bench.issuer.reads == 0


async def test_the_whole_of_a_set_has_one_limit(bench: Bench) -> None:
    async with asyncio.timeout(60), dripping() as issuer:
        reading = asyncio.create_task(KeyUrl(issuer.url, bench.clock).read())
        await issuer.asked.wait()
        for part in (b"H", b"T", b"T"):
            issuer.drip(part)
            await bench.clock.advance(4.9)
        assert not reading.done()
        await bench.clock.advance(0.3)
        with pytest.raises(TimeoutError, match="15 s"):
            await reading
        await issuer.left.wait()


@pytest_asyncio.fixture
async def store(tmp_path: Path, bench: Bench) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "journal.db", bench.clock)
    await opened.start()
    yield opened
    await opened.close()


async def test_a_front_that_has_drained_has_left_its_issuer(bench: Bench, store: SqliteStore) -> None:
    async with asyncio.timeout(60), dripping() as issuer:
        channel = HttpChannel(
            (),
            HttpSettings(mode="development", issuer=ISSUER, jwks=issuer.url),
            grants=store.grants,
            registry=store.registry,
            clock=bench.clock,
            randomness=SeededRandomness("slow"),
            log=make_log(bench.clock, LogWriter(os.open(os.devnull, os.O_WRONLY))),
            grant_seconds=900,
        )
        port = await channel.start()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        token = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": KID}, {"iss": ISSUER}, KEY)
        writer.write(
            "POST /v1/session:end HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        await issuer.asked.wait()
        issuer.drip(b"H")
        await channel.drain(0.1)
        await issuer.left.wait()
        writer.close()
