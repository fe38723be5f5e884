"""Routes as the contract's options say them."""

from __future__ import annotations

import pytest

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.activity.v1 import activity_pb2
from tellerline.api.cash.v1 import cash_pb2
from tellerline.api.customers.v1 import customers_pb2
from tellerline.api.information.v1 import information_pb2
from tellerline.api.operations.v1 import operations_pb2
from tellerline.api.transfers.v1 import transfers_pb2
from tellerline.gateway.channels.http.transcoding.routes import Route, field_at, routes_of


def routes(module: object, service: str) -> dict[str, Route]:
    found = routes_of([module.DESCRIPTOR.services_by_name[service]])  # type: ignore[attr-defined]
    return {f"{route.method} {route.path}": route for route in found}


def test_a_balance_names_its_customer_and_needs_no_key() -> None:
    route = routes(accounts_pb2, "AccountService")["GET /v1/{name=customers/*/accounts/*/balance}"]
    assert (route.operation, route.customer, route.account) == ("accounts.GetBalance", 2, True)
    assert (route.keyed, route.public, route.streams, route.body) == (False, False, False, "")


def test_a_whole_body_leaves_out_what_the_path_says() -> None:
    route = routes(accounts_pb2, "AccountService")["POST /v1/{account=customers/*/accounts/*}:reportLoss"]
    assert (route.body, set(route.closed), route.keyed) == ("*", {"account"}, True)


def test_further_bindings_are_routes_too() -> None:
    found = routes(transfers_pb2, "TransferService")
    look_up, one = found["GET /v1/transfers:lookUp"], found["GET /v1/{name=transfers/*}"]
    assert look_up.rpc is one.rpc
    assert look_up.serial
    assert "originalChannelSerial" in look_up.parameters


def test_streams_and_public_routes_are_known() -> None:
    watch = routes(activity_pb2, "ActivityService")["GET /v1/{parent=customers/*}/transactions:watch"]
    assert watch.streams
    assert all(route.public for route in routes(information_pb2, "InformationService").values())


@pytest.mark.parametrize(
    ("module", "service"),
    [(operations_pb2, "OperationsService"), (cash_pb2, "CashService")],
)
def test_what_is_for_others_has_no_route(module: object, service: str) -> None:
    assert routes(module, service) == {}


def test_fields_are_found_under_dotted_paths() -> None:
    request = customers_pb2.UpdateLimitsRequest.DESCRIPTOR
    assert field_at(request, "limits.name").full_name.endswith("Limits.name")
    for wrong in ("nothing", "limits.nothing", "limits.name.more"):
        with pytest.raises(ValueError, match="no field"):
            field_at(request, wrong)
