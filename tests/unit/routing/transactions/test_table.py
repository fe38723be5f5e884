"""The routing table: made of what hosts declare, settled by overrides, honest about conflicts."""

from __future__ import annotations

import pytest

from tellerline.routing.transactions.table import RoutingError, RoutingTable

CORE = frozenset({"accounts.GetBalance", "host.Inquire"})


def test_each_operation_goes_to_the_host_that_declares_it() -> None:
    table = RoutingTable.build({"core": CORE, "credit": frozenset({"credit.GetLoan", "host.Inquire"})})
    assert table.host_of("accounts.GetBalance") == "core"
    assert table.host_of("credit.GetLoan") == "credit"
    assert table.host_of("host.Inquire") is None
    assert table.host_of("accounts.ReportLoss") is None


def test_two_claims_need_an_override() -> None:
    declared = {"core": CORE, "new-core": CORE}
    with pytest.raises(RoutingError, match="override"):
        RoutingTable.build(declared)
    assert (
        RoutingTable.build(declared, {"accounts.GetBalance": "new-core"}).host_of("accounts.GetBalance") == "new-core"
    )


@pytest.mark.parametrize("host", ["nobody", "credit"])
def test_an_override_must_name_a_host_that_can(host: str) -> None:
    with pytest.raises(RoutingError, match="does not declare"):
        RoutingTable.build({"core": CORE, "credit": frozenset()}, {"accounts.GetBalance": host})
