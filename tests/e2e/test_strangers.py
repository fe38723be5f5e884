"""A stranger with nothing but gRPC and the published contract, at a system of ``tellerline up``."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

from tellerline.api.accounts.v1.accounts_pb2 import GetBalanceRequest
from tellerline.api.accounts.v1.accounts_pb2_grpc import AccountServiceStub
from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, CHANNEL_ONLINE_BANKING, Channel, RequestContext
from tests.docs.terminal import system_up, terminal_environment

ACCOUNT = "tellerline.api.accounts.v1.AccountService"


@pytest.fixture(scope="module", params=["connect", "grpcio"])
def channel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[grpc.Channel]:
    environment = terminal_environment(tmp_path_factory.mktemp("home"))
    with (
        system_up(environment, "--customers", "20", "--front", request.param) as addresses,
        grpc.insecure_channel(addresses["gateway"]) as opened,
    ):
        yield opened


def test_health_answers(channel: grpc.Channel) -> None:
    for service in ("", ACCOUNT):
        assert HealthStub(channel).Check(HealthCheckRequest(service=service)).status == HealthCheckResponse.SERVING


def test_reflection_shows_the_contract_in_development(channel: grpc.Channel) -> None:
    questions = [
        ServerReflectionRequest(list_services=""),
        ServerReflectionRequest(file_containing_symbol=ACCOUNT),
    ]
    listed, file = ServerReflectionStub(channel).ServerReflectionInfo(iter(questions))
    assert ACCOUNT in [service.name for service in listed.list_services_response.service]
    described = FileDescriptorProto.FromString(file.file_descriptor_response.file_descriptor_proto[0])
    assert "GetBalance" in [method.name for method in described.service[0].method]


def test_a_plain_client_reads_a_balance(channel: grpc.Channel) -> None:
    balance = AccountServiceStub(channel).GetBalance(_request(CHANNEL_COUNTER), timeout=60)
    assert balance.ledger_amount.currency_code == "CNY"
    assert Decimal(balance.ledger_amount.units) >= 0


def test_a_plain_client_is_told_why_not(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        AccountServiceStub(channel).GetBalance(_request(CHANNEL_ONLINE_BANKING), timeout=60)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    (packed,) = [item.value for item in refused.value.trailing_metadata() if item.key == "grpc-status-details-bin"]
    details = Status.FromString(packed).details
    info = ErrorInfo()
    assert any(detail.Unpack(info) for detail in details)
    assert (info.reason, info.metadata["definite"]) == ("GRANT_MISSING", "true")


def _request(channel: Channel.ValueType) -> GetBalanceRequest:
    context = RequestContext(channel=channel, channel_serial="S1", customer="customers/8000000001")
    return GetBalanceRequest(context=context, name="customers/8000000001/accounts/1/balance")
