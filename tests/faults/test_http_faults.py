"""Cards 45 to 51: what online banking answers to what should never come."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from web_bank import AUDIENCE, ISSUER, WebBank, open_web_bank

from tellerline.adapters.clock import SystemClock
from tellerline.simulators.population import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WebBank]:
    async with open_web_bank(tmp_path_factory.mktemp("web"), jwks_pause=0.01) as opened:
        yield opened


def own_transfer(person: Person, units: str = "1", **more: Any) -> dict[str, Any]:
    customer = person.customer.number
    return {
        "debitAccount": f"customers/{customer}/accounts/1",
        "ownAccount": f"customers/{customer}/accounts/2",
        "amount": {"currencyCode": "CNY", "units": units},
        **more,
    }


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, whose form is checked."""
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["requestId"] == answer.headers["x-request-id"]
    assert document["type"] == f"urn:tellerline:error:{document['code']}"
    return answer.status_code, document["code"]


def same_but_for_the_number(answer: httpx.Response) -> dict[str, Any]:
    document: dict[str, Any] = answer.json()
    return {name: value for name, value in document.items() if name not in ("requestId", "instance")}


async def test_card_45_somebody_elses_account_is_as_if_it_were_not_there(bank: WebBank) -> None:
    mine, other = (person.customer.number for person in bank.people[:2])
    headers = bank.headers(mine)
    theirs = await bank.client.get(f"/v1/customers/{other}/accounts/1/balance", headers=headers)
    nobodys = await bank.client.get(f"/v1/customers/{mine}/accounts/77/balance", headers=headers)
    unknown = await bank.client.get("/v1/customers/9999999999/accounts/1/balance", headers=headers)
    assert told(theirs) == told(nobodys) == told(unknown) == (404, "ACCOUNT_NOT_FOUND")
    assert same_but_for_the_number(theirs) == same_but_for_the_number(nobodys) == same_but_for_the_number(unknown)
    debit = own_transfer(bank.people[1]) | {"ownAccount": f"customers/{other}/accounts/2"}
    moved = await bank.client.post("/v1/transfers", json=debit, headers=bank.keyed(mine))
    assert told(moved) == (404, "ACCOUNT_NOT_FOUND")


@pytest.mark.parametrize(
    ("change", "pointer", "why"),
    [
        ({"colour": "red"}, "/colour", "unknown_field"),
        ({"context": {"channel": "CHANNEL_COUNTER"}}, "/context", "unknown_field"),
        ({"name": "transfers/x"}, "/name", "output_only"),
        ({"debit_account": "customers/x"}, "/debit_account", "unknown_field"),
        ({"amount": {"currencyCode": "CNY", "unit": "1"}}, "/amount/unit", "unknown_field"),
        ({"a/b~c": 1}, "/a~1b~0c", "unknown_field"),
        ({"narrative": None}, "/narrative", "null"),
    ],
)
async def test_card_46_unknown_fields_are_pointed_at(
    bank: WebBank, change: dict[str, Any], pointer: str, why: str
) -> None:
    person = bank.people[0]
    body = own_transfer(person) | change
    answer = await bank.client.post("/v1/transfers", json=body, headers=bank.keyed(person.customer.number))
    assert told(answer) == (400, "INVALID_REQUEST")
    (violation,) = answer.json()["violations"]
    assert (violation["pointer"], violation["reason"]) == (pointer, why)


async def test_card_46_unknown_query_parameters_are_refused(bank: WebBank) -> None:
    mine = bank.people[0].customer.number
    answer = await bank.client.get(f"/v1/customers/{mine}/accounts?pagesize=2", headers=bank.headers(mine))
    assert told(answer) == (400, "INVALID_REQUEST")
    assert answer.json()["violations"] == [{"field": "pagesize", "reason": "unknown_parameter"}]


def bad_tokens(bank: WebBank) -> dict[str, str]:
    mine, now = bank.people[0].customer.number, int(SystemClock().now().timestamp())
    keys, stranger = bank.keys, ECKey.generate_key("P-256", auto_kid=True)
    good = keys.token(mine)
    head, payload, signature = good.split(".")
    none = orjson.dumps({"alg": "none", "typ": "at+jwt"}).hex()
    shared = OctKey.import_key(orjson.dumps(keys.es256.as_dict(private=False)))
    return {
        "none": f"{_b64(bytes.fromhex(none))}.{payload}.",
        "none with signature": f"{_b64(bytes.fromhex(none))}.{payload}.{signature}",
        "public key as secret": _signed({"alg": "HS256", "typ": "at+jwt", "kid": keys.es256.kid}, mine, shared),
        "other algorithm": keys.token(mine, header={"alg": "RS512", "kid": keys.rs256.kid}),
        "RS256 with the other key's id": keys.token(mine, header={"alg": "RS256"}),
        "unknown kid": keys.token(mine, header={"kid": "nobody"}),
        "somebody else's key": _signed({"alg": "ES256", "typ": "at+jwt", "kid": keys.es256.kid}, mine, stranger),
        "changed": f"{head}.{_b64(orjson.dumps({'iss': 'x'}))}.{signature}",
        "cut": good[:-10],
        "expired": keys.token(mine, exp=now - 1),
        "no end": keys.token(mine, exp=None),
        "not yet": keys.token(mine, nbf=now + 60),
        "from the future": keys.token(mine, iat=now + 60),
        "other audience": keys.token(mine, aud="online-banking"),
        "other issuer": keys.token(mine, iss="http://127.0.0.1:9/other"),
        "identity token": keys.token(mine, header={"typ": "JWT"}),
        "no session": keys.token(mine, sid=None),
        "no customer": keys.token("9999999999"),
        "strange subject": keys.token("../8000000001"),
        "not a token": "hello",
        "long": "a." * 3000,
    }


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signed(header: dict[str, Any], customer: str, key: Any) -> str:
    now = int(SystemClock().now().timestamp())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": customer, "sid": "s", "iat": now, "exp": now + 60}
    claims["scope"] = "banking"
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


async def test_card_47_tokens_that_are_not_good_are_refused_alike(bank: WebBank) -> None:
    mine = bank.people[0].customer.number
    path = f"/v1/customers/{mine}/accounts"
    for name, token in bad_tokens(bank).items():
        answer = await bank.client.get(path, headers={"authorization": f"Bearer {token}"})
        assert told(answer) == (401, "TOKEN_INVALID"), name
        assert 'error="invalid_token"' in answer.headers["www-authenticate"], name
    for missing in ({}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer"}):
        assert told(await bank.client.get(path, headers=missing)) == (401, "GRANT_MISSING")
    good = await bank.client.get(path, headers=bank.headers(mine, header={"alg": "RS256", "kid": bank.keys.rs256.kid}))
    assert good.status_code == 200


@pytest.mark.parametrize("scope", [None, "openid", "openid banking:read"])
async def test_card_47_a_token_for_something_else_moves_nothing(bank: WebBank, scope: str | None) -> None:
    person = bank.people[3]
    mine = person.customer.number
    given = bank.headers(mine, scope=scope)
    asked = [
        await bank.client.get(f"/v1/customers/{mine}/accounts/1/balance", headers=given),
        await bank.client.get(f"/v1/customers/{mine}/transactions:watch", headers=given),
        await bank.client.post("/v1/transfers", json=own_transfer(person), headers=given | {"idempotency-key": "k"}),
        await bank.client.post("/v1/session:end", headers=given),
    ]
    challenge = 'Bearer realm="tellerline", error="insufficient_scope", scope="banking"'
    for answer in asked:
        assert told(answer) == (403, "GRANT_NOT_SUFFICIENT")
        assert answer.headers["www-authenticate"] == challenge
        assert answer.json()["detail"] == "Your verification does not cover this service or this account."
    chinese = await bank.client.get(f"/v1/customers/{mine}/accounts", headers=given | {"accept-language": "zh-CN"})
    assert (told(chinese)[0], chinese.json()["detail"]) == (403, "本次身份验证不包含此项业务或此账户。")
    assert (await bank.client.get("/v1/exchangeRates", headers=given)).status_code == 200
    mine_alone = await bank.client.get(f"/v1/customers/{mine}/transactions", headers=bank.headers(mine))
    assert mine_alone.json()["transactions"] == []


async def test_card_47_another_clients_token_is_refused_where_clients_are_named(tmp_path: Path) -> None:
    async with open_web_bank(tmp_path, clients=["online-banking"]) as bank:
        mine = bank.people[0].customer.number
        path = f"/v1/customers/{mine}/accounts"
        assert (await bank.client.get(path, headers=bank.headers(mine))).status_code == 200
        for client in (None, "newsletter"):
            answer = await bank.client.get(path, headers=bank.headers(mine, client_id=client))
            assert told(answer) == (401, "TOKEN_INVALID")


async def test_card_47_without_the_issuers_keys_tokens_are_not_called_bad(tmp_path: Path) -> None:
    async with open_web_bank(tmp_path, jwks=str(tmp_path / "nothing.json")) as bank:
        mine = bank.people[0].customer.number
        assert (await bank.client.get("/health")).json() == {"status": "serving", "issuerKeys": "unread"}
        answer = await bank.client.get(f"/v1/customers/{mine}/accounts", headers=bank.headers(mine))
        assert told(answer) == (503, "ISSUER_UNAVAILABLE")
        assert (answer.json()["definite"], answer.json()["retryable"]) == (True, True)
        assert int(answer.headers["retry-after"]) in range(1, 31)
        assert "www-authenticate" not in answer.headers
        health = await bank.client.get("/health")
        assert (health.status_code, health.json()["issuerKeys"]) == (200, "unavailable")
        assert (await bank.client.get("/v1/exchangeRates")).status_code == 200


async def test_card_47_a_rotated_key_is_fetched_and_the_old_one_forgotten(bank: WebBank) -> None:
    mine, old = bank.people[0].customer.number, bank.keys.es256
    before = bank.headers(mine)
    bank.keys.es256 = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
    bank.keys.write(bank.keys.es256, bank.keys.rs256)
    await asyncio.sleep(0.02)
    path = f"/v1/customers/{mine}/accounts"
    assert (await bank.client.get(path, headers=bank.headers(mine))).status_code == 200
    assert told(await bank.client.get(path, headers=before)) == (401, "TOKEN_INVALID")
    assert old.kid != bank.keys.es256.kid


async def test_card_48_the_same_key_with_another_body_is_422(bank: WebBank) -> None:
    person = bank.people[0]
    headers = bank.keyed(person.customer.number)
    first = await bank.client.post("/v1/transfers", json=own_transfer(person, "1"), headers=headers)
    again = await bank.client.post("/v1/transfers", json=own_transfer(person, "1"), headers=headers)
    other = await bank.client.post("/v1/transfers", json=own_transfer(person, "2"), headers=headers)
    assert first.status_code == again.status_code == 200, first.text
    assert first.json() == again.json()
    assert told(other) == (422, "DUPLICATE_SERIAL_DIFFERENT_PAYLOAD")
    somebody = bank.people[1]
    same = bank.keyed(somebody.customer.number, headers["idempotency-key"])
    assert (await bank.client.post("/v1/transfers", json=own_transfer(somebody), headers=same)).status_code == 200


async def test_card_48_nobody_looks_up_the_answer_to_somebody_elses_key(bank: WebBank) -> None:
    person, thief = bank.people[0], bank.people[1].customer.number
    mine, key = person.customer.number, "wish-1"
    made = await bank.client.post("/v1/transfers", json=own_transfer(person), headers=bank.keyed(mine, key))
    assert made.status_code == 200, made.text

    async def look_up(customer: str, serial: str) -> httpx.Response:
        asked = {"originalChannelSerial": serial}
        return await bank.client.get("/v1/transfers:lookUp", params=asked, headers=bank.headers(customer))

    for serial in (key, f"{mine}:{key}"):
        assert (await look_up(mine, serial)).json()["name"] == made.json()["name"]
        assert told(await look_up(thief, serial)) == (404, "TRANSACTION_NOT_FOUND")
    assert told(await look_up(mine, f"{mine}:{mine}:{key}")) == (404, "TRANSACTION_NOT_FOUND")


async def test_card_48_a_key_that_looks_like_a_serial_of_ones_own_is_refused(bank: WebBank) -> None:
    person = bank.people[0]
    mine = person.customer.number
    answer = await bank.client.post("/v1/transfers", json=own_transfer(person), headers=bank.keyed(mine, f"{mine}:x"))
    assert told(answer) == (400, "INVALID_REQUEST")
    assert answer.json()["violations"] == [{"field": "idempotency-key", "reason": "reserved"}]


@pytest.mark.parametrize("key", ["", "x" * 32, "with space", "ünicode"])
async def test_card_48_a_key_is_needed(bank: WebBank, key: str) -> None:
    person = bank.people[0]
    headers = bank.headers(person.customer.number) | ({"idempotency-key": key} if key else {})
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = await bank.client.post("/v1/transfers", json=own_transfer(person), headers=raw)
    assert told(answer) == (400, "INVALID_REQUEST")
    assert answer.json()["violations"][0]["field"] == "idempotency-key"


async def test_card_49_the_same_key_while_the_first_is_in_flight_is_409(bank: WebBank) -> None:
    person = bank.people[2]
    for _ in range(5):  # how many come in time is the machine's affair
        headers = bank.keyed(person.customer.number)
        calls = [bank.client.post("/v1/transfers", json=own_transfer(person), headers=headers) for _ in range(20)]
        answers = await asyncio.gather(*calls)
        done = [answer for answer in answers if answer.status_code == 200]
        busy = [answer for answer in answers if answer.status_code != 200]
        assert done
        if busy:
            break
    assert busy, "none came while the first was in flight"
    assert {told(answer) for answer in busy} == {(409, "STILL_RUNNING")}
    assert all(answer.headers["retry-after"] == "1" and not answer.json()["definite"] for answer in busy)
    assert len({answer.json()["name"] for answer in done}) == 1


@pytest.mark.parametrize(
    ("body", "pointer", "why"),
    [
        (b'{"amount":{"units":"1","units":"1000"}}', "/units", "duplicate_key"),
        (b'{"narrative":"a","narrative":"b"}', "/narrative", "duplicate_key"),
        (b'{"amount":{"currencyCode":"CNY","units":1.5}}', "/amount/units", "fraction"),
        (b'{"amount":{"currencyCode":"CNY","units":1e2}}', "/amount/units", "fraction"),
        (b'{"amount":{"currencyCode":"CNY","units":"1.5"}}', "/amount/units", "not_a_whole_number"),
        (b'{"amount":{"currencyCode":"CNY","nanos":0.1}}', "/amount/nanos", "fraction"),
        (b'{"amount":{"currencyCode":"CNY","units":true}}', "/amount/units", "not_a_whole_number"),
        (b'{"amount":{"currencyCode":"CNY","units":9223372036854775808}}', "/amount/units", "out_of_range"),
        (b'{"amount":{"units":NaN}}', "", "not_json"),
        (b'{"amount":' + b"[" * 20_000, "", "too_deep"),
        (b'{"\\ud800":1}', "/?", "unknown_field"),
        (b'{"amount":12.34}', "/amount", "not_an_object"),
        (b"[]", "", "not_an_object"),
        (b"", "", "not_json"),
        (b"{} {}", "", "not_json"),
    ],
)
async def test_card_50_duplicate_keys_and_float_money_are_refused(
    bank: WebBank, body: bytes, pointer: str, why: str
) -> None:
    headers = bank.keyed(bank.people[0].customer.number) | {"content-type": "application/json"}
    answer = await bank.client.post("/v1/transfers", content=body, headers=headers)
    assert told(answer) == (400, "INVALID_REQUEST")
    (violation,) = answer.json()["violations"]
    assert (violation["pointer"], violation["reason"]) == (pointer, why)


@pytest.mark.parametrize("narrative", ["房租 𠮷野家", "rent 🏠👩‍👩‍👧", "שכר דירה", "إيجار", "Zoë’s"])
async def test_card_51_names_of_every_script_are_kept_or_refused(bank: WebBank, narrative: str) -> None:
    person = bank.people[1]
    customer = person.customer.number
    body = own_transfer(person, narrative=narrative)
    answer = await bank.client.post("/v1/transfers", json=body, headers=bank.keyed(customer))
    if answer.status_code == 400:
        assert told(answer) == (400, "INVALID_REQUEST")
        assert answer.json()["violations"][0]["pointer"] == "/narrative"
        return
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        kept = await bank.client.get(f"/v1/{answer.json()['name']}", headers=bank.headers(customer))
        assert kept.json()["narrative"] == narrative


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        ('{"narrative":"房租"}'.encode("gb18030"), "application/json", (400, "INVALID_REQUEST")),
        ('{"narrative":"房租"}'.encode("gb18030"), "application/json; charset=gb18030", (415, "INVALID_REQUEST")),
        (b'{"narrative":"\\ud83c"}', "application/json", (400, "INVALID_REQUEST")),
        ('{"narrative":"a\u202eb"}'.encode(), "application/json", (400, "INVALID_REQUEST")),
        (b"narrative=x", "application/x-www-form-urlencoded", (415, "INVALID_REQUEST")),
    ],
)
async def test_card_51_texts_in_other_encodings_are_refused(
    bank: WebBank, body: bytes, kind: str, expected: tuple[int, str]
) -> None:
    person = bank.people[0]
    if b"\\ud83c" in body or b"\xe2\x80\xae" in body:
        whole = orjson.dumps(own_transfer(person))
        body = whole[:-1] + b"," + body[1:]
    headers = bank.keyed(person.customer.number) | {"content-type": kind}
    assert told(await bank.client.post("/v1/transfers", content=body, headers=headers)) == expected
