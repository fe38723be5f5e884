"""The committed OpenAPI description against the real application, with made-up requests of every operation.

``TELLERLINE_HTTP_EXAMPLES`` asks for more of them (3 for each operation by default).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi_checks
from web_bank import WebBank
from web_bank_thread import web_bank_in_a_thread

from tellerline.gateway.channels.http.openapi import DOCUMENT

EXAMPLES = int(os.environ.get("TELLERLINE_HTTP_EXAMPLES", "3"))
CHECKS: list[Any] = [
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
    openapi_checks.missing_required_header,
    openapi_checks.unsupported_method,
    openapi_checks.allow_header_conformance,
    openapi_checks.ignored_auth,
]
"""All but those that take good form for a promise of success: a schema cannot say which accounts there are, nor what a
bank refuses."""

schema = schemathesis.openapi.from_path(str(DOCUMENT))


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebBank]:
    with web_bank_in_a_thread(tmp_path_factory.mktemp("web")) as opened:
        yield opened


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


@schema.exclude(path_regex=":watch$|:end$").parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_its_description(
    bank: WebBank, session: requests.Session, case: schemathesis.Case[Any]
) -> None:
    customer = bank.people[0].customer.number
    if case.meta is not None and case.meta.generation.mode.is_positive and "customer" in case.path_parameters:
        case.path_parameters["customer"] = customer
    token = bank.headers(customer)["authorization"]
    answer = case.call(base_url=bank.system.node.http_url, session=session, headers={"Authorization": token})
    case.validate_response(answer, checks=CHECKS, transport_kwargs={"session": session})
