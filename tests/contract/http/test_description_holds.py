"""The committed OpenAPI description against the real application, with made-up requests of every operation.

``TELLERLINE_HTTP_EXAMPLES`` asks for more of them (8 for each operation by default).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS
from web_bank import WebBank
from web_bank_thread import web_bank_in_a_thread

from tellerline.gateway.channels.http.openapi import DOCUMENT

EXAMPLES = int(os.environ.get("TELLERLINE_HTTP_EXAMPLES", "8"))
EXCLUDED = ("positive_data_acceptance",)
"""A schema cannot say which accounts there are, nor what the bank refuses: good form is no promise of success."""

schema = schemathesis.openapi.from_path(str(DOCUMENT))


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebBank]:
    with web_bank_in_a_thread(tmp_path_factory.mktemp("web")) as opened:
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
def test_every_operation_keeps_to_its_description(bank: WebBank, case: schemathesis.Case) -> None:
    customer = bank.people[0].customer.number
    if "customer" in (case.path_parameters or {}) and case.meta is not None and case.meta.generation.mode.is_positive:
        case.path_parameters["customer"] = customer
    with httpx.Client(base_url=bank.system.node.http_url, timeout=30) as client:
        answer = case.call(
            base_url=bank.system.node.http_url, headers={"authorization": bank.headers(customer)["authorization"]}
        )
        del client
    checks: list[Any] = [check for check in CHECKS.get_all() if check.__name__ not in EXCLUDED]
    case.validate_response(answer, checks=checks)
