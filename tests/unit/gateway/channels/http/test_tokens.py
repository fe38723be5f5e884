"""Tokens and the keys under them: checked once, remembered, and asked of the issuer no oftener than it bears."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hostile_http import always, hostile, http
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tellerline.adapters.clock import VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.gateway.channels.http.key_documents import KeyUrl
from tellerline.gateway.channels.http.keys import IssuerKeys, key_set
from tellerline.gateway.channels.http.refusals import HttpRefusalError
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.http.tokens import Claims, TokenVerifier
from tellerline.routing.model.codes import Code

ISSUER = "http://127.0.0.1:9/issuer"
START = datetime(2026, 3, 2, tzinfo=UTC)
PAUSE, AGE = 30, 600


@dataclass
class Issuer:
    """A key set that counts how often it is read."""

    keys: list[ECKey | RSAKey] = field(default_factory=lambda: [ECKey.generate_key("P-256", auto_kid=True)])
    away: bool = False
    says: bytes | None = None
    reads: int = 0
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answering.set()

    async def read(self) -> bytes:
        self.reads += 1
        await self.answering.wait()
        if self.away:
            raise OSError("away")
        return (
            self.says
            if self.says is not None
            else orjson.dumps({"keys": [key.as_dict(private=False) for key in self.keys]})
        )

    def token(self, clock: VirtualClock, **changes: Any) -> str:
        now = int(clock.now().timestamp())
        claims = {"iss": ISSUER, "aud": ["x", "tellerline"], "sub": "C1", "sid": "s", "iat": now, "exp": now + 60}
        claims |= {"client_id": "online-banking", "scope": "openid banking"}
        key = self.keys[-1]
        algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
        header = {"alg": algorithm, "typ": changes.pop("typ", "at+jwt"), "kid": changes.pop("kid", key.kid)}
        said = {name: value for name, value in (claims | changes).items() if value is not None}
        return f"Bearer {jwt.encode(header, said, key)}"


@dataclass
class Bench:
    clock: VirtualClock
    issuer: Issuer
    keys: IssuerKeys
    verifier: TokenVerifier

    async def refusal(self, authorization: str) -> HttpRefusalError:
        with pytest.raises(HttpRefusalError) as refusal:
            await self.verifier.claims(authorization)
        return refusal.value

    async def refused(self, authorization: str) -> tuple[Code, str]:
        refusal = await self.refusal(authorization)
        assert refusal.status == 401
        return refusal.code, refusal.headers["www-authenticate"].rpartition("=")[2].strip('"')

    def standing(self) -> str:
        return self.keys.standing

    def verifier_of(self, **settings: Any) -> TokenVerifier:
        given = HttpSettings(mode="development", issuer=ISSUER, jwks="keys.json", **settings)
        return TokenVerifier(given, self.keys, self.clock)


@pytest.fixture
def bench() -> Bench:
    clock, issuer = VirtualClock(START), Issuer()
    writer = LogWriter(os.open(os.devnull, os.O_WRONLY))
    keys = IssuerKeys(issuer, clock=clock, log=make_log(clock, writer), pause=PAUSE, age=AGE)
    settings = HttpSettings(mode="development", issuer=ISSUER, jwks="keys.json")
    return Bench(clock, issuer, keys, TokenVerifier(settings, keys, clock))


@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt", "AT+JWT"])
async def test_the_type_is_written_as_the_standard_lets_it(bench: Bench, kind: str) -> None:
    await bench.verifier.claims(bench.issuer.token(bench.clock, typ=kind))


@pytest.mark.parametrize("kind", ["JWT", "application/jwt", "application/application/at+jwt", "logout+jwt"])
async def test_tokens_of_other_types_are_not_access_tokens(bench: Bench, kind: str) -> None:
    assert await bench.refused(bench.issuer.token(bench.clock, typ=kind)) == (Code.TOKEN_INVALID, "type")


@pytest.mark.parametrize("scope", [None, "", "openid", "Banking", "banking.read", "xbanking openid", "openid\tbanking"])
async def test_a_token_that_was_given_for_something_else_is_not_enough(bench: Bench, scope: str | None) -> None:
    token = bench.issuer.token(bench.clock, scope=scope)
    for _ in range(2):
        refusal = await bench.refusal(token)
        assert (refusal.status, refusal.code) == (403, Code.GRANT_NOT_SUFFICIENT)
        challenge = 'Bearer realm="tellerline", error="insufficient_scope", scope="banking"'
        assert refusal.headers == {"www-authenticate": challenge}
    assert bench.verifier.known(token, bench.clock.now().timestamp()) is None


async def test_every_scope_that_is_required_is_looked_for(bench: Bench) -> None:
    verifier = bench.verifier_of(scope="openid banking payments", scopes_required=("payments", "banking"))
    with pytest.raises(HttpRefusalError) as refusal:
        await verifier.claims(bench.issuer.token(bench.clock))
    assert refusal.value.headers["www-authenticate"].endswith('scope="payments banking"')
    await verifier.claims(bench.issuer.token(bench.clock, scope="a banking b payments"))
    await bench.verifier_of(scopes_required=()).claims(bench.issuer.token(bench.clock, scope=None))


async def test_a_bad_token_is_not_called_good_for_its_scope(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock, scope="openid", exp=int(START.timestamp()))
    assert await bench.refused(token) == (Code.TOKEN_INVALID, "expired")


@pytest.mark.parametrize("client", [None, "other", "", ["online-banking"]])
async def test_only_clients_that_are_named_have_tokens_taken(bench: Bench, client: Any) -> None:
    verifier = bench.verifier_of(clients=("online-banking", "app"))
    await verifier.claims(bench.issuer.token(bench.clock, client_id="app"))
    token = bench.issuer.token(bench.clock, client_id=client)
    with pytest.raises(HttpRefusalError) as refusal:
        await verifier.claims(token)
    assert (refusal.value.status, refusal.value.code) == (401, Code.TOKEN_INVALID)
    assert refusal.value.headers["www-authenticate"].endswith('error_description="client"')
    await bench.verifier.claims(token)


async def test_a_good_token_says_who_until_when(bench: Bench) -> None:
    claims = await bench.verifier.claims(bench.issuer.token(bench.clock))
    assert claims == Claims("C1", "s", START.timestamp() + 60)


async def test_a_remembered_token_ends_when_it_ends(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock)
    await bench.verifier.claims(token)
    await bench.clock.advance(59)
    await bench.verifier.claims(token)
    await bench.clock.advance(1)
    assert await bench.refused(token) == (Code.TOKEN_INVALID, "expired")


async def test_rsa_signatures_are_taken_too(bench: Bench) -> None:
    bench.issuer.keys = [RSAKey.generate_key(2048, auto_kid=True)]
    await bench.verifier.claims(bench.issuer.token(bench.clock))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "other"}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": None}, "audience"),
        ({"exp": "soon"}, "claims"),
        ({"exp": True}, "claims"),
        ({"nbf": START.timestamp() + 6}, "not_yet"),
        ({"sub": 5}, "subject"),
        ({"sub": "a/b"}, "subject"),
        ({"sid": ""}, "session"),
        ({"scope": ["banking"]}, "claims"),
        ({"kid": "other"}, "key"),
    ],
)
async def test_each_claim_is_looked_at(bench: Bench, changes: dict[str, Any], why: str) -> None:
    assert await bench.refused(bench.issuer.token(bench.clock, **changes)) == (Code.TOKEN_INVALID, why)


async def test_made_up_key_ids_do_not_reach_the_issuer(bench: Bench) -> None:
    await bench.verifier.claims(bench.issuer.token(bench.clock))
    for number in range(50):
        await bench.refused(bench.issuer.token(bench.clock, kid=f"made-up-{number}"))
    assert bench.issuer.reads == 1
    await bench.clock.advance(30)
    for number in range(50):
        await bench.refused(bench.issuer.token(bench.clock, kid=f"made-up-{number}"))
    assert bench.issuer.reads == 2


async def test_a_new_key_is_taken_and_the_old_ones_tokens_are_not(bench: Bench) -> None:
    old = bench.issuer.token(bench.clock, exp=START.timestamp() + 3600)
    await bench.verifier.claims(old)
    bench.issuer.keys = [ECKey.generate_key("P-256", auto_kid=True)]
    await bench.clock.advance(30)
    await bench.verifier.claims(bench.issuer.token(bench.clock))
    assert await bench.refused(old) == (Code.TOKEN_INVALID, "key")


async def test_while_the_issuer_is_away_known_keys_go_on(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock, exp=START.timestamp() + 7200)
    await bench.verifier.claims(token)
    bench.issuer.away = True
    await bench.clock.advance(3600)
    await bench.verifier.claims(bench.issuer.token(bench.clock))
    assert bench.issuer.reads == 2


async def test_an_issuer_that_never_told_its_keys_is_not_blamed_on_tokens(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock, exp=START.timestamp() + 7200)
    assert bench.standing() == "unread"
    bench.issuer.away = True
    for passed, left in ((0, PAUSE), (PAUSE - 0.5, 1), (0.5, PAUSE), (PAUSE + 1, PAUSE)):
        await bench.clock.advance(passed)
        refusal = await bench.refusal(token)
        assert (refusal.status, refusal.code) == (503, Code.ISSUER_UNAVAILABLE)
        assert refusal.headers == {"retry-after": str(left)}
        assert bench.standing() == "unavailable"
    assert bench.issuer.reads == 3
    assert await bench.refused(bench.issuer.token(bench.clock, typ="JWT")) == (Code.TOKEN_INVALID, "type")
    bench.issuer.away = False
    await bench.clock.advance(PAUSE)
    await bench.verifier.claims(token)
    assert bench.standing() == "read"


async def test_a_key_that_an_issuer_could_not_tell_is_not_blamed_on_tokens(bench: Bench) -> None:
    await bench.verifier.claims(bench.issuer.token(bench.clock))
    known = bench.issuer.keys[0]
    bench.issuer.keys, bench.issuer.away = [ECKey.generate_key("P-256", auto_kid=True)], True
    new = bench.issuer.token(bench.clock, exp=START.timestamp() + 7200)
    assert await bench.refused(new) == (Code.TOKEN_INVALID, "key")  # by what was read a moment ago
    for passed, left in ((PAUSE, PAUSE), (PAUSE - 1, 1)):
        await bench.clock.advance(passed)
        refusal = await bench.refusal(new)
        assert (refusal.status, refusal.code) == (503, Code.ISSUER_UNAVAILABLE)
        assert refusal.headers == {"retry-after": str(left)}
        assert bench.standing() == "stale"
    for number in range(50):
        assert (await bench.refusal(bench.issuer.token(bench.clock, kid=f"made-up-{number}"))).status == 503
    assert bench.issuer.reads == 2
    bench.issuer.keys.append(known)
    await bench.verifier.claims(bench.issuer.token(bench.clock))
    assert await bench.refused(bench.issuer.token(bench.clock, aud="other")) == (Code.TOKEN_INVALID, "audience")
    bench.issuer.away = False
    await bench.clock.advance(1)
    await bench.verifier.claims(new)
    assert await bench.refused(bench.issuer.token(bench.clock, kid="made-up")) == (Code.TOKEN_INVALID, "key")


@pytest.mark.parametrize("said", [b"", b"[]", b"<html>"])
async def test_what_is_no_key_set_tells_no_keys(bench: Bench, said: bytes) -> None:
    bench.issuer.says = said
    refusal = await bench.refusal(bench.issuer.token(bench.clock))
    assert (refusal.status, refusal.code) == (503, Code.ISSUER_UNAVAILABLE)


async def test_an_issuer_that_has_no_keys_has_told_so(bench: Bench) -> None:
    bench.issuer.says = b'{"keys": []}'
    assert await bench.refused(bench.issuer.token(bench.clock)) == (Code.TOKEN_INVALID, "key")


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_remembered_token_ends_when_its_key_is_withdrawn(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock, exp=START.timestamp() + 7200)
    await bench.verifier.claims(token)
    bench.issuer.keys = [ECKey.generate_key("P-256", auto_kid=True)]
    await bench.clock.advance(AGE - 1)
    await bench.verifier.claims(token)
    await settle()
    assert bench.issuer.reads == 1
    await bench.clock.advance(1)
    await bench.verifier.claims(token)
    await settle()
    assert await bench.refused(token) == (Code.TOKEN_INVALID, "key")
    assert bench.issuer.reads == 2


async def test_after_long_silence_remembered_tokens_wait_for_the_keys(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock, exp=START.timestamp() + 7200)
    await bench.verifier.claims(token)
    bench.issuer.keys = [ECKey.generate_key("P-256", auto_kid=True)]
    await bench.clock.advance(2 * AGE)
    assert await bench.refused(token) == (Code.TOKEN_INVALID, "key")
    assert bench.issuer.reads == 2


async def test_remembered_tokens_wait_for_no_reading_and_begin_one_at_a_time(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock, exp=START.timestamp() + 7200)
    said = await bench.verifier.claims(token)
    bench.issuer.answering.clear()
    await bench.clock.advance(AGE)
    for _ in range(20):
        assert bench.verifier.known(token, bench.clock.now().timestamp()) is said
        await settle()
    assert bench.issuer.reads == 2
    bench.issuer.answering.set()
    await settle()
    assert bench.verifier.known(token, bench.clock.now().timestamp()) is said
    await settle()
    assert bench.issuer.reads == 2


async def test_keys_that_were_read_for_another_token_are_not_due(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock, exp=START.timestamp() + 7200)
    await bench.verifier.claims(token)
    await bench.clock.advance(AGE - PAUSE)
    await bench.refused(bench.issuer.token(bench.clock, kid="made-up"))
    for reads in (2, 3):
        await bench.clock.advance(AGE - PAUSE)
        await bench.verifier.claims(token)
        await settle()
        assert bench.issuer.reads == reads
        await bench.clock.advance(PAUSE)


async def test_while_the_issuer_is_away_remembered_tokens_go_on(bench: Bench) -> None:
    token = bench.issuer.token(bench.clock, exp=START.timestamp() + 2 * 86_400)
    said = await bench.verifier.claims(token)
    bench.issuer.away = True
    for _ in range(2 * AGE // 10):
        await bench.clock.advance(10)
        assert await bench.verifier.claims(token) is said
        await settle()
    assert bench.issuer.reads == 1 + 1 + AGE // PAUSE
    bench.issuer.away, bench.issuer.keys = False, [ECKey.generate_key("P-256", auto_kid=True)]
    await bench.clock.advance(PAUSE)
    await bench.verifier.claims(token)
    await settle()
    assert await bench.refused(token) == (Code.TOKEN_INVALID, "key")


def test_only_keys_that_may_sign_are_taken() -> None:
    good = ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False)
    other = [
        RSAKey.generate_key(1024, auto_kid=True).as_dict(private=False),
        ECKey.generate_key("P-384", auto_kid=True).as_dict(private=False),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        good | {"kid": "for-sealing", "use": "enc"},
        good | {"kid": 5},
        {"kty": "EC", "crv": "P-256", "kid": "broken", "x": "AA", "y": "AA"},
        "no key",
    ]
    assert list(key_set(orjson.dumps({"keys": [*other, good]}))) == [good["kid"]]
    for wrong in (b"[]", b"{}", b"no json", b"[" * 60_000):
        with pytest.raises(ValueError, match=r"JWK|Expecting"):
            key_set(wrong)


async def test_keys_are_fetched_from_nowhere_else() -> None:
    elsewhere = always(http(b'{"keys": []}', content_type="application/json"))
    async with hostile(elsewhere) as other:
        away = always(http(b"", status="302 Found", head=f"Location: {other.url}\r\n"))
        async with hostile(away) as issuer:
            with pytest.raises(OSError, match="302"):
                await KeyUrl(issuer.url, VirtualClock(START)).read()
        assert other.connections == 0
        assert await KeyUrl(other.url, VirtualClock(START)).read() == b'{"keys": []}'


@pytest.mark.parametrize(
    "said", [b"220 mail.bank.example ESMTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"]
)
async def test_an_issuer_that_speaks_no_http_is_away(said: bytes) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    async with hostile(answer) as issuer:
        with pytest.raises(OSError, match="no HTTP"):
            await KeyUrl(issuer.url, VirtualClock(START)).read()


async def test_only_so_many_tokens_are_remembered_and_the_oldest_goes_first(bench: Bench) -> None:
    verifier = TokenVerifier(
        HttpSettings(mode="development", issuer=ISSUER, jwks="keys.json"), bench.keys, bench.clock, most=2
    )
    tokens = [bench.issuer.token(bench.clock, sub=f"C{number}") for number in range(3)]
    said = [await verifier.claims(token) for token in tokens]
    now = bench.clock.now().timestamp()
    assert [verifier.known(token, now) for token in tokens] == [None, *said[1:]]
    assert verifier.known(tokens[2], now + 60) is None
