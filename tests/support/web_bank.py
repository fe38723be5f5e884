"""A whole bank with online banking on a port of its own, and an issuer's keys in the test's hands."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tellerline.adapters.clock import SeededRandomness, SystemClock, SystemRandomness
from tellerline.cli.system.chatter import chatter_to
from tellerline.cli.system.embedded import Books, EmbeddedSystem, start_embedded
from tellerline.gateway.settings import GatewaySettings
from tellerline.simulators.population import Person

ISSUER = "http://127.0.0.1:9/issuer"
AUDIENCE = "tellerline"
PLENTY = {"per_address": 1_000_000, "per_customer": 1_000_000}


@dataclass
class Keys:
    """What the issuer signs with; ``write`` publishes the public half of those that are given."""

    file: Path
    es256: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True))
    rs256: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True))

    def write(self, *keys: ECKey | RSAKey) -> None:
        published = [key.as_dict(private=False) for key in keys or (self.es256, self.rs256)]
        self.file.write_bytes(orjson.dumps({"keys": published}))

    def token(self, customer: str, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good access token, but for what ``claims`` and ``header`` say; None takes a claim away."""
        now = int(SystemClock().now().timestamp())
        content = {"iss": ISSUER, "aud": AUDIENCE, "sub": customer, "sid": f"login-{customer}", "iat": now}
        content |= {"exp": now + 600, "client_id": "online-banking", "scope": "openid banking", **claims}
        head = {"alg": "ES256", "typ": "at+jwt", "kid": self.es256.kid} | (header or {})
        key = self.rs256 if head["alg"].startswith(("RS", "PS")) else self.es256
        said = {name: value for name, value in content.items() if value is not None}
        return jwt.encode(head, said, key, algorithms=[head["alg"]])


@dataclass
class WebBank:
    """``client`` speaks to online banking; ``people`` are the simulated bank's customers."""

    system: EmbeddedSystem
    keys: Keys
    client: httpx.AsyncClient
    serials: SeededRandomness = field(default_factory=lambda: SeededRandomness("keys"))

    @property
    def people(self) -> list[Person]:
        assert self.system.population is not None
        return [person for person in self.system.population.people if len(person.accounts) > 1]

    def headers(self, customer: str, **claims: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.keys.token(customer, **claims)}", "accept-language": "en"}

    def keyed(self, customer: str, key: str = "") -> dict[str, str]:
        """With an idempotency key, a new one unless it is given."""
        return self.headers(customer) | {"idempotency-key": key or self.serials.bytes(12).hex()}


@asynccontextmanager
async def open_web_bank(folder: Path, *, customers: int = 8, **http: Any) -> AsyncIterator[WebBank]:
    """Started; ``http`` are settings of online banking besides those of the issuer. No limit of rate unless given."""
    keys = Keys(folder / "jwks.json")
    keys.write()
    given = {"mode": "development", "issuer": ISSUER, "jwks": str(keys.file), "rates": PLENTY} | http
    settings = GatewaySettings.model_validate({"store": {"path": folder / "journal.db"}, "http": given})
    log = os.open(folder / "gateway.log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    with chatter_to(log):
        system = await start_embedded(
            settings,
            Books(customers=customers),
            clock=SystemClock(),
            randomness=SystemRandomness(),
            log_descriptor=log,
        )
    try:
        async with httpx.AsyncClient(base_url=system.node.http_url, timeout=30, verify=False) as client:
            yield WebBank(system, keys, client)
    finally:
        await system.stop()
        os.close(log)
