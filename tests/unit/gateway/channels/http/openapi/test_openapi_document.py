"""The committed description: complete, whole in its references, and readable without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.transfers.v1 import transfers_pb2
from tellerline.gateway.channels.http.openapi import DOCUMENT, PAGE_STYLE, page
from tellerline.gateway.channels.http.openapi.document import first_sentence, openapi, public_path
from tellerline.gateway.channels.http.transcoding.routes import routes_of
from tellerline.gateway.client.comments import Comments

SERVICES = [
    accounts_pb2.DESCRIPTOR.services_by_name["AccountService"],
    transfers_pb2.DESCRIPTOR.services_by_name["TransferService"],
]


def values(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        yield from part.items()
        for inner in part.values():
            yield from values(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from values(inner)


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(DOCUMENT.read_bytes())
    return document


def test_every_reference_leads_somewhere(committed: dict[str, Any]) -> None:
    for name, value in values(committed):
        if name == "$ref":
            found: Any = committed
            for step in value.removeprefix("#/").split("/"):
                found = found[step]
            assert found


def test_names_are_unique_and_everything_is_described(committed: dict[str, Any]) -> None:
    operations = [operation for methods in committed["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert operation["summary"], operation["operationId"]
        assert {"401", "404", "429"} <= set(operation["responses"])


def test_the_context_is_nowhere(committed: dict[str, Any]) -> None:
    assert "RequestContext" not in DOCUMENT.read_text("utf-8")
    assert not [name for name in committed["components"]["schemas"] if "Context" in name]


def test_requests_are_closed_and_say_what_they_need() -> None:
    made = openapi(routes_of(SERVICES), Comments([]))
    body = made["paths"]["/v1/transfers"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/transfers.TransferInput"}
    schema = made["components"]["schemas"]["transfers.TransferInput"]
    assert schema["additionalProperties"] is False
    assert {"debitAccount", "amount"} <= set(schema["required"])
    assert "name" not in schema["properties"]
    assert {"not": {"required": ["ownAccount", "registeredPayee"]}} in schema["allOf"]


def test_replies_say_what_is_always_there() -> None:
    schemas = openapi(routes_of(SERVICES), Comments([]))["components"]["schemas"]
    assert {"name", "lastKnown"} == set(schemas["accounts.Balance"]["required"])
    assert schemas["Money"]["properties"]["units"]["type"] == "string"


def test_paths_have_names_for_what_varies() -> None:
    paths = {public_path(route) for route in routes_of(SERVICES)}
    assert "/v1/customers/{customer}/accounts/{account}:reportLoss" in paths
    assert "/v1/transfers:lookUp" in paths


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("Lists a. Then b.", "Lists a."), ("余额。再来", "余额。再来"), ("One\nline", "One line"), ("", "")],
)
def test_the_first_sentence_is_the_summary(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


def test_the_page_shows_every_operation_and_loads_nothing_from_elsewhere(committed: dict[str, Any]) -> None:
    shown = page(committed)
    for path, methods in committed["paths"].items():
        assert path in shown
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in shown
    assert "<script" not in shown
    assert " style=" not in shown
    assert re.findall(r'(?:href|src)="([^"]+)"', shown) == ["openapi.css", "openapi.json"]
    assert "url(" not in PAGE_STYLE.read_text("utf-8")


def test_texts_are_escaped(committed: dict[str, Any]) -> None:
    evil = committed | {"info": {"title": "<b>", "description": "`<i>`", "version": "1"}}
    assert "<h1>&lt;b&gt;</h1>" in page(evil)
    assert "<code>&lt;i&gt;</code>" in page(evil)


def test_the_page_says_each_thing_once_and_breaks_names_at_their_dots(committed: dict[str, Any]) -> None:
    read = page(committed)
    once = "Debits one account and credits another, at once."
    assert once in committed["paths"]["/v1/transfers"]["post"]["description"]
    assert read.count(once) == 1
    limits = "The transfer limits 转账限额 of an account as they are in force"
    assert read.count(limits) == 1
    assert "<code>registeredPayee.<wbr>accountNumber</code>" in read
    assert "anywhere" not in PAGE_STYLE.read_text("utf-8").replace("summary code { overflow-wrap: anywhere; }", "")
