"""The development issuer: PKCE, codes good once, ways back that are known, and no production."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.simulators.issuer import IssuerError, IssuerRules, IssuerServer
from tellerline.simulators.issuer.logins import fits

BACK = "http://127.0.0.1:5/online-banking/"
VERIFIER = "a" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
WISH = {
    "response_type": "code",
    "client_id": "online-banking",
    "redirect_uri": BACK,
    "scope": "openid banking",
    "state": "s&1",
    "nonce": "n1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@dataclass
class Asker:
    """Knows one PIN, and counts."""

    tries: list[tuple[str, bool]] = field(default_factory=list)

    async def __call__(self, customer: str, pin: str, *, english: bool) -> str:
        self.tries.append((customer, english))
        return "" if pin == "246810" else "no <b>way</b>"


@dataclass
class Bench:
    clock: VirtualClock
    asker: Asker
    server: IssuerServer
    browser: httpx.AsyncClient

    async def form(self, **changes: str) -> str:
        answer = await self.browser.get("/authorize", params=WISH | changes)
        found = re.search(r'name="login" value="([^"]+)"', answer.text)
        assert found, answer.text
        return found[1]

    async def typed(self, login: str, pin: str = "246810", customer: str = "C1") -> httpx.Response:
        return await self.browser.post("/authorize", data={"login": login, "customer_number": customer, "pin": pin})

    async def code(self, **changes: str) -> str:
        answer = await self.typed(await self.form(**changes))
        assert answer.status_code == 303
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def token(self, code: str, **changes: str) -> httpx.Response:
        asked = {"grant_type": "authorization_code", "client_id": "online-banking", "redirect_uri": BACK}
        data = asked | {"code": code, "code_verifier": VERIFIER} | changes
        return await self.browser.post("/token", data=data, headers={"origin": "http://127.0.0.1:5"})


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    clock, asker = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)), Asker()
    server = IssuerServer(IssuerRules(redirects=(BACK,)), asker, clock=clock, randomness=SeededRandomness(1))
    url = await server.start()
    async with httpx.AsyncClient(base_url=url) as browser:
        yield Bench(clock, asker, server, browser)
    await server.close()


def test_a_bank_has_an_issuer_of_its_own() -> None:
    with pytest.raises(IssuerError, match="production"):
        IssuerRules(redirects=(BACK,), production=True)


async def test_tokens_say_who_for_whom_until_when(bench: Bench) -> None:
    answer = await bench.token(await bench.code())
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "http://127.0.0.1:5"
    keys = KeySet.import_key_set((await bench.browser.get("/jwks")).json())
    access = jwt.decode(answer.json()["access_token"], keys, algorithms=["ES256"])
    identity = jwt.decode(answer.json()["id_token"], keys, algorithms=["ES256"])
    now = int(bench.clock.now().timestamp())
    assert access.header["typ"] == "at+jwt"
    said: dict[str, Any] = access.claims
    assert (said["iss"], said["sub"], said["aud"]) == (bench.server.url, "C1", "tellerline")
    assert (said["iat"], said["exp"]) == (now, now + 900)
    assert (identity.claims["aud"], identity.claims["nonce"]) == ("online-banking", "n1")
    assert said["sid"] == identity.claims["sid"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [("openid banking", "openid banking"), ("openid", "openid"), ("banking root openid admin", "openid banking")],
)
async def test_tokens_are_for_what_was_asked_for_and_is_there_to_be_given(bench: Bench, asked: str, given: str) -> None:
    answer = (await bench.token(await bench.code(scope=asked))).json()
    keys = KeySet.import_key_set((await bench.browser.get("/jwks")).json())
    access = jwt.decode(answer["access_token"], keys, algorithms=["ES256"]).claims
    assert (answer["scope"], access["scope"], access["client_id"]) == (given, given, "online-banking")
    assert "scope" not in jwt.decode(answer["id_token"], keys, algorithms=["ES256"]).claims


async def test_a_way_back_says_state_and_issuer(bench: Bench) -> None:
    answer = await bench.typed(await bench.form())
    where = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith(BACK)
    assert parse_qs(where.query)["state"] == ["s&1"]
    assert parse_qs(where.query)["iss"] == [bench.server.url]


@pytest.mark.parametrize(
    "changes", [{"redirect_uri": f"{BACK}x"}, {"redirect_uri": "https://elsewhere.example/"}, {"client_id": "other"}]
)
async def test_nobody_is_led_to_an_unknown_place(bench: Bench, changes: dict[str, str]) -> None:
    answer = await bench.browser.get("/authorize", params=WISH | changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "banking"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
    ],
)
async def test_clients_are_told_what_they_did_wrong(bench: Bench, changes: dict[str, str], error: str) -> None:
    answer = await bench.browser.get("/authorize", params=WISH | changes)
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]


async def test_a_mistake_is_said_and_the_form_stays(bench: Bench) -> None:
    login = await bench.form(ui_locales="en")
    wrong = await bench.typed(login, pin="111111")
    assert wrong.status_code == 401
    assert 'role="alert">no &lt;b&gt;way' in wrong.text
    assert "111111" not in wrong.text
    for customer in ("../x", "张三"):
        malformed = await bench.typed(login, customer=customer)
        assert (malformed.status_code, "A customer number has only letters" in malformed.text) == (401, True)
    nothing = await bench.typed(login, pin="")
    assert (nothing.status_code, "Please enter customer number and PIN." in nothing.text) == (401, True)
    assert bench.asker.tries == [("C1", True)]
    assert (await bench.typed(login, customer=" Ｃ 1")).status_code == 303
    assert bench.asker.tries[1:] == [("C1", True)]


async def test_forms_and_codes_are_good_once_and_for_a_while(bench: Bench) -> None:
    login = await bench.form()
    assert (await bench.typed(login)).status_code == 303
    assert (await bench.typed(login)).status_code == 400
    code = await bench.code()
    assert (await bench.token(code)).status_code == 200
    assert (await bench.token(code)).json() == {"error": "invalid_grant"}
    late = await bench.code()
    await bench.clock.advance(60)
    assert (await bench.token(late)).status_code == 400
    forgotten = await bench.form()
    await bench.clock.advance(600)
    assert (await bench.typed(forgotten)).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "b" * 43},
        {"code_verifier": ""},
        {"client_id": "other"},
        {"redirect_uri": "http://localhost/"},
        {"grant_type": "password"},
    ],
)
async def test_a_code_is_for_who_asked_for_it(bench: Bench, changes: dict[str, str]) -> None:
    assert (await bench.token(await bench.code(), **changes)).status_code == 400


async def test_logging_out_leads_back_where_it_may(bench: Bench) -> None:
    hint = (await bench.token(await bench.code())).json()["id_token"]
    back = await bench.browser.get("/logout", params={"id_token_hint": hint, "post_logout_redirect_uri": BACK})
    assert back.headers["location"] == BACK
    away = {"id_token_hint": hint, "post_logout_redirect_uri": "https://elsewhere.example/"}
    assert (await bench.browser.get("/logout", params=away)).status_code == 200
    assert (await bench.browser.get("/logout", params={"post_logout_redirect_uri": BACK})).status_code == 200


async def test_other_origins_read_nothing_and_nobody_frames_the_form(bench: Bench) -> None:
    keys = await bench.browser.get("/jwks", headers={"origin": "https://elsewhere.example"})
    form = await bench.browser.get("/authorize", params=WISH)
    assert "access-control-allow-origin" not in keys.headers
    policy = form.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:5;" in policy
    assert "<script" not in form.text


def test_verifiers_have_the_form_of_the_standard() -> None:
    assert fits(VERIFIER, CHALLENGE)
    for wrong in ("a" * 42, "a" * 129, "ä" * 43, f"{VERIFIER}a"):
        assert not fits(wrong, CHALLENGE)
