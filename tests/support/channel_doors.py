"""The gateway's doors beside gRPC for tests: tokens of online banking, and cash machines that are signed on."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.gateway.channels.iso8583.development import DevelopmentTerminal, make_terminals
from tellerline.simulators.atm.keys import MasterKey
from tellerline.simulators.atm.message import Message
from tellerline.simulators.atm.profile import Profile
from tellerline.simulators.atm.requests import Order
from tellerline.simulators.atm.session import Place, Session

ISSUER = "http://127.0.0.1/issuer"
_PLENTY = 10**9
_LOGIN_SECONDS = 3600


@dataclass
class ChannelDoors:
    """Keys in ``directory``; ``tables`` go into a gateway's settings."""

    directory: Path
    machines: int = 8
    _key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))

    @property
    def terminals(self) -> list[str]:
        return [f"T{number:07}" for number in range(1, self.machines + 1)]

    def tables(self) -> dict[str, Any]:
        terminals = tuple(DevelopmentTerminal(name) for name in self.terminals)
        atm = make_terminals(self.directory / "machines", SystemRandomness(), terminals)
        public = self.directory / "jwks.json"
        public.write_bytes(orjson.dumps(KeySet([self._key]).as_dict(private=False)))
        rates = {"per_address": _PLENTY, "per_customer": _PLENTY}
        return {
            "atm": {"mode": "development", "terminals": atm.terminals, "hsm_key": atm.hsm_key},
            "http": {"mode": "development", "issuer": ISSUER, "jwks": str(public), "rates": rates},
        }

    def token(self, customer: str) -> str:
        """A login of the customer with that number."""
        now = int(SystemClock().now().timestamp())
        claims = {"iss": ISSUER, "aud": "tellerline", "sub": customer, "sid": f"login-{customer}"}
        claims |= {"client_id": "online-banking", "scope": "openid banking"}
        header = {"alg": "ES256", "typ": "at+jwt", "kid": self._key.kid}
        return jwt.encode(header, {**claims, "iat": now, "exp": now + _LOGIN_SECONDS}, self._key)

    @asynccontextmanager
    async def online(self, url: str) -> AsyncIterator[aiohttp.ClientSession]:
        """A browser at the gateway's page."""
        async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield session

    @asynccontextmanager
    async def signed_on(self, target: str) -> AsyncIterator[list[Machine]]:
        """Every machine, signed on at ``target``."""
        machines = await asyncio.gather(*(self._machine(target, name) for name in self.terminals))
        try:
            yield machines
        finally:
            await asyncio.gather(*(machine.session.close() for machine in machines))

    async def _machine(self, target: str, terminal: str) -> Machine:
        host, _, port = target.rpartition(":")
        numbers = itertools.count(1)
        place = Place(
            host=host,
            port=int(port),
            profile=Profile(terminal=terminal),
            master=MasterKey.from_hex((self.directory / "machines" / f"{terminal}.key").read_text("ascii")),
            clock=SystemClock(),
            randomness=SystemRandomness(),
        )

        def stan() -> str:
            return f"{next(numbers) % 1_000_000:06}"

        return Machine(place, await Session.open(place, stan), stan)


@dataclass
class Machine:
    """One cash machine's line; what is asked goes out as it is, and needs no dispenser."""

    place: Place
    session: Session
    stan: Any

    async def ask(self, order: Order, **fields: str) -> Message | None:
        """An order with ``fields`` besides, named ``f35`` and so on."""
        request = self.place.composer.order(self.stan(), order)
        more = {int(name[1:]): value for name, value in fields.items()}
        return await self.session.ask(request.with_fields(more))

    def block(self, pin: str, card: str) -> bytes:
        return self.session.keys.pin_block(pin, card, self.place.randomness)
