"""What a shadow may get a copy of."""

from __future__ import annotations

import pytest

from tellerline.gateway.pipeline.plan import copied_operations


@pytest.mark.parametrize(
    "operation", ["fx.CreateQuote", "customers.VerifyPin", "corporate.VerifyRepresentative", "transfers.CreateTransfer"]
)
def test_what_leaves_something_at_the_host_is_never_copied(operation: str) -> None:
    assert operation not in copied_operations()


def test_what_only_looks_is() -> None:
    assert {"fx.GetRate", "accounts.GetBalance", "securities.ListHoldings"} <= copied_operations()
