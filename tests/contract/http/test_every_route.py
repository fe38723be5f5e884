"""Every route of the committed OpenAPI description, asked by somebody who may not: a new one cannot be forgotten."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx
import orjson
import pytest
import pytest_asyncio
from web_bank import WebBank, open_web_bank

from tellerline.gateway.channels.http.endpoints import endpoints_of
from tellerline.gateway.channels.http.openapi import DOCUMENT
from tellerline.gateway.channels.http.openapi.document import public_path

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODYS: Final = frozenset(
    {
        "billing.GetBill",
        "billing.ListBills",
        "fx.GetRate",
        "fx.ListRates",
        "securities.GetQuote",
        "securities.ListQuotes",
        "session.end",
    }
)
"""What is no customer's: bills are found by whoever knows the number on the bill; rates and quotes are published."""


SAMPLES: Final = {
    "currencyCode": "CNY",
    "date-time": "2027-01-01T00:00:00Z",
    "int64": "1",
    "newPin": "135792",
    "oldPin": "246810",
}


@dataclass(frozen=True)
class Operation:
    """One operation of the description."""

    name: str
    method: str
    path: str
    public: bool
    keyed: bool
    body: dict[str, Any] | None

    def filled(self, names: dict[str, str]) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], "1"), self.path)


def operations() -> Iterator[Operation]:
    document = orjson.loads(DOCUMENT.read_bytes())
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            yield Operation(
                name=operation["operationId"],
                method=method.upper(),
                path=path,
                public=not operation["security"],
                keyed={"$ref": "#/components/parameters/key"} in operation["parameters"],
                body=None if content is None else sample(document, content["schema"]),
            )


def sample(document: dict[str, Any], schema: dict[str, Any], name: str = "") -> Any:
    """A body with what is required, accounts being the victim's (``@customer``), and one of each oneof."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("required", []) + [n for n in schema.get("properties", {}) if "ccount" in n]
        clash = {n for each in schema.get("allOf", ()) for n in each["not"]["required"][1:]}
        properties = schema.get("properties", {})
        return {each: sample(document, properties[each], each) for each in wanted if each not in clash}
    if kind == "array":
        return [sample(document, schema["items"], name)]
    if "enum" in schema:
        return schema["enum"][-1]
    if "ccount" in name:
        return "customers/@customer/accounts/1" if "umber" not in name else "@number"
    known = SAMPLES.get(name) or SAMPLES.get(str(schema.get("format")))
    return known if known is not None else {"boolean": False, "integer": 0}.get(str(kind), "x")


OPERATIONS: Final = tuple(operations())
PRIVATE: Final = tuple(operation for operation in OPERATIONS if not operation.public)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WebBank]:
    async with open_web_bank(tmp_path_factory.mktemp("web")) as opened:
        yield opened


@dataclass(frozen=True)
class Victim:
    """Somebody with a transfer and a loan of his own; ``ids`` fill paths with what is his."""

    customer: str
    number: str
    ids: dict[str, str]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def victim(bank: WebBank) -> Victim:
    person = bank.people[0]
    customer = person.customer.number
    body = {
        "debitAccount": f"customers/{customer}/accounts/1",
        "ownAccount": f"customers/{customer}/accounts/2",
        "amount": {"currencyCode": "CNY", "units": "3"},
    }
    made = await bank.client.post("/v1/transfers", json=body, headers=bank.keyed(customer))
    assert made.status_code == 200, made.text
    transfer = made.json()["name"].removeprefix("transfers/")
    ids = {"customer": customer, "account": "1", "transfer": transfer, "remittance": transfer, "biller": "electricity"}
    return Victim(customer, person.accounts[0].number, ids)


def body_of(operation: Operation, victim: Victim) -> Any:
    if operation.body is None:
        return None
    text = orjson.dumps(operation.body).decode()
    return orjson.loads(text.replace("@customer", victim.customer).replace("@number", victim.number))


async def asked(bank: WebBank, operation: Operation, victim: Victim, headers: dict[str, str]) -> httpx.Response:
    query = {"originalChannelSerial": f"{victim.customer}:k"} if operation.path.endswith(":lookUp") else {}
    return await bank.client.request(
        operation.method,
        operation.filled(victim.ids),
        params=query,
        json=body_of(operation, victim),
        headers=headers,
    )


def ids(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", PRIVATE, ids=ids)
async def test_no_route_answers_without_a_token(bank: WebBank, victim: Victim, operation: Operation) -> None:
    answer = await asked(bank, operation, victim, {"idempotency-key": "none"})
    assert (answer.status_code, answer.json()["code"]) == (401, "GRANT_MISSING")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("operation", [each for each in PRIVATE if each.name not in NOBODYS], ids=ids)
async def test_no_route_tells_or_moves_anything_of_somebody_else(
    bank: WebBank, victim: Victim, operation: Operation
) -> None:
    thief = bank.people[1].customer.number
    answer = await asked(bank, operation, victim, bank.keyed(thief))
    code = answer.json()["code"]
    assert answer.status_code == 404, (answer.status_code, answer.text)
    assert code.endswith("_NOT_FOUND"), code
    assert victim.customer not in answer.text


async def test_nothing_of_the_victims_was_touched(bank: WebBank, victim: Victim) -> None:
    """Runs after those above: his one transfer is all that he ever did, and nobody had a grant for him but he."""
    seen = await bank.client.get(f"/v1/customers/{victim.customer}/transactions", headers=bank.headers(victim.customer))
    assert len(seen.json()["transactions"]) == 1


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.keyed], ids=ids)
async def test_every_changing_route_needs_a_key(bank: WebBank, victim: Victim, operation: Operation) -> None:
    answer = await asked(bank, operation, victim, bank.headers(victim.customer))
    assert answer.status_code == 400, answer.text
    assert {"field": "idempotency-key", "reason": "missing"}.items() <= answer.json()["violations"][0].items()


async def test_the_key_is_asked_for_wherever_something_changes() -> None:
    for operation in OPERATIONS:
        needs = operation.method != "GET" and not operation.public and operation.name != "session.end"
        assert operation.keyed == needs, operation.name


async def test_public_routes_are_those_of_public_information_alone() -> None:
    public = {operation.name.partition(".")[0] for operation in OPERATIONS if operation.public}
    assert public == {"information"}


async def test_the_description_is_of_the_routes_that_are_served(bank: WebBank) -> None:
    served = {
        (endpoint.route.method, public_path(endpoint.route))
        for endpoint in endpoints_of(bank.system.node.gateway.services)
    }
    described = {(each.method, each.path) for each in OPERATIONS if each.name != "session.end"}
    assert served == described
    answer = await bank.client.get("/openapi.json")
    assert answer.content == DOCUMENT.read_bytes()


@pytest.mark.parametrize("operation", PRIVATE[:1] + PRIVATE[-1:], ids=ids)
async def test_other_methods_are_told_which_there_are(bank: WebBank, victim: Victim, operation: Operation) -> None:
    answer = await asked(bank, replace(operation, method="DELETE"), victim, {})
    assert answer.status_code == 405
    assert operation.method in answer.headers["allow"]
