"""Doors judge by the time at which they have let wait, not by that at which they were asked."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.access.grants import GrantIssuer
from tellerline.gateway.channels.http.doors import PARTS_PER_REQUEST, Doors, Visitor
from tellerline.gateway.channels.http.exchange import Exchange
from tellerline.gateway.channels.http.keys import IssuerKeys
from tellerline.gateway.channels.http.refusals import HttpRefusalError
from tellerline.gateway.channels.http.sessions import SessionBook
from tellerline.gateway.channels.http.settings import HttpSettings, RateSettings
from tellerline.gateway.channels.http.tokens import TokenVerifier
from tellerline.gateway.journal.records import Customer
from tellerline.gateway.journal.sqlite import SqliteStore

ISSUER = "http://127.0.0.1:9/issuer"
START = datetime(2026, 3, 2, tzinfo=UTC)
SECONDS, PAUSE = 40, 30
ANSWER_S = 4
PER_ADDRESS = 3


class SlowIssuer:
    """A key set that is given after ``ANSWER_S`` seconds; each key signs for as long as nobody asks for the next."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    async def read(self) -> bytes:
        await self._clock.sleep(ANSWER_S)
        return orjson.dumps({"keys": [self.key.as_dict(private=False)]})

    def turn(self) -> None:
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    def token(self, seconds: int) -> str:
        claims = {"iss": ISSUER, "aud": "tellerline", "sub": "C1", "sid": "s", "scope": "banking"}
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}
        ends = int(self._clock.now().timestamp()) + seconds
        return f"Bearer {jwt.encode(header, claims | {'exp': ends}, self.key)}"


async def nowhere(message: Any) -> None:
    raise AssertionError(message)


class House:
    """The doors before a store with one customer."""

    def __init__(self, store: SqliteStore, clock: VirtualClock) -> None:
        self.clock = clock
        self.issuer = SlowIssuer(clock)
        log = make_log(clock, LogWriter(os.open(os.devnull, os.O_WRONLY)))
        rates = RateSettings(per_address=PER_ADDRESS)
        settings = HttpSettings(mode="development", issuer=ISSUER, jwks="keys.json", rates=rates)
        keys = IssuerKeys(self.issuer, clock=clock, log=log, pause=PAUSE, age=600)
        sessions = SessionBook(
            grants=store.grants,
            issuer=GrantIssuer(store.grants, clock, SeededRandomness("doors")),
            registry=store.registry,
            clock=clock,
            log=log,
            seconds=SECONDS,
            most=10,
        )
        self.doors = Doors(TokenVerifier(settings, keys, clock), sessions, rates, clock)

    def ask(self, token: str) -> asyncio.Task[Visitor]:
        return asyncio.create_task(self._visit(token))

    async def _visit(self, token: str) -> Visitor:
        headers: Sequence[tuple[bytes, bytes]] = [(b"authorization", token.encode())]
        visitor = Visitor("192.0.2.1")
        await self.doors.customer(visitor, Exchange({"headers": headers}, nowhere, "1", []))
        return visitor

    async def settled(self, asking: asyncio.Task[Visitor]) -> Visitor:
        """Time passes while keys are fetched; the store's threads take a moment that no clock counts."""
        await self.clock.advance(ANSWER_S)
        return await asyncio.wait_for(asking, 60)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = VirtualClock(START)
    store = SqliteStore(tmp_path / "journal.db", clock)
    await store.start()
    await store.registry.add_customer(
        Customer(number="C1", name="张三", identity_document="C1", tier="STANDARD", registered_at=START)
    )
    yield House(store, clock)
    await store.close()


async def test_a_grant_that_ends_while_keys_are_fetched_is_renewed(house: House) -> None:
    first = (await house.settled(house.ask(house.issuer.token(600)))).session
    assert first is not None
    house.issuer.turn()
    await house.clock.advance(SECONDS - 2)
    second = (await house.settled(house.ask(house.issuer.token(600)))).session
    assert second is not None
    assert first.until <= house.clock.now().timestamp() < second.until
    assert first.grant != second.grant


async def test_a_token_that_ends_while_keys_are_fetched_is_not_taken(house: House) -> None:
    with pytest.raises(HttpRefusalError) as refused:
        await house.settled(house.ask(house.issuer.token(ANSWER_S - 1)))
    assert 'error_description="expired"' in refused.value.headers["www-authenticate"]


async def test_a_remembered_token_keeps_its_grant(house: House) -> None:
    token = house.issuer.token(600)
    first = await house.settled(house.ask(token))
    again = await house.ask(token)
    assert again.session is first.session
    assert again.claims is first.claims


async def test_the_files_of_the_page_are_counted_apart(house: House) -> None:
    scope = {"client": ("192.0.2.1", 5), "headers": []}
    exchange = Exchange(scope, nowhere, "1", [])
    for _ in range(PER_ADDRESS * PARTS_PER_REQUEST):
        house.doors.part_of_the_page(scope)
    with pytest.raises(HttpRefusalError, match="RATE_LIMITED"):
        house.doors.part_of_the_page(scope)
    for _ in range(PER_ADDRESS):
        house.doors.anybody(scope, exchange)
    with pytest.raises(HttpRefusalError, match="RATE_LIMITED"):
        house.doors.anybody(scope, exchange)
