"""The client against a real gRPC server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.type.money_pb2 import Money
from grpc import StatusCode

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.operations.v1 import operations_pb2
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc import FrontSettings, GrpcioFront, StatusWriter
from tellerline.gateway.channels.service import Service
from tellerline.gateway.client import CanonicalError, Client, Contract, UnknownMethodError, open_channel
from tellerline.gateway.errors import describe
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.gateway.services.methods import server_streaming, unary
from tellerline.routing.model.codes import Code

BALANCE = "accounts.v1.AccountService/GetBalance"
WATCH = "operations.v1.OperationsService/WatchTransaction"


async def get_balance(request: accounts_pb2.GetBalanceRequest, call: CallContext) -> accounts_pb2.Balance:
    if request.name == "lost":
        violation = FieldViolation("name", "not_a_name")
        raise RefusalError(Code.HOST_BUSY, metadata={"host": "core"}, violations=(violation,))
    if request.name == "broken":
        raise ZeroDivisionError
    return accounts_pb2.Balance(name=request.name, ledger_amount=Money(currency_code="CNY", units=5))


async def watch_transaction(
    request: operations_pb2.WatchTransactionRequest, call: CallContext
) -> AsyncIterator[operations_pb2.WatchTransactionResponse]:
    for token in ("1", "2"):
        yield operations_pb2.WatchTransactionResponse(resume_token=token)
    raise RefusalError(Code.DEADLINE_EXCEEDED)


def services() -> tuple[Service, ...]:
    balance = unary("GetBalance", accounts_pb2.GetBalanceRequest, accounts_pb2.Balance, get_balance)
    watch = server_streaming(
        "WatchTransaction",
        operations_pb2.WatchTransactionRequest,
        operations_pb2.WatchTransactionResponse,
        watch_transaction,
    )
    return (
        Service(full_name="tellerline.api.accounts.v1.AccountService", methods=(balance,)),
        Service(full_name="tellerline.api.operations.v1.OperationsService", methods=(watch,)),
    )


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    statuses = StatusWriter(SeededRandomness(1), make_log(SystemClock(), LogWriter(2)))
    front = GrpcioFront(services(), FrontSettings(), clock=SystemClock(), statuses=statuses)
    port = await front.start()
    channel = open_channel(f"127.0.0.1:{port}")
    yield Client(channel, language="en")
    await channel.close(None)
    await front.drain(0)


async def test_json_goes_in_and_comes_out(client: Client) -> None:
    reply = await client.call(BALANCE, {"name": "customers/1/accounts/1/balance"})
    assert reply["name"] == "customers/1/accounts/1/balance"
    assert reply["ledger_amount"] == {"currency_code": "CNY", "units": "5", "nanos": 0}


async def test_a_refusal_is_decoded(client: Client) -> None:
    with pytest.raises(CanonicalError) as caught:
        await client.call(BALANCE, {"name": "lost"})
    error = caught.value
    assert (error.code, error.status, error.retryable, error.definite) == (
        "HOST_BUSY",
        StatusCode.UNAVAILABLE,
        True,
        True,
    )
    assert (error.locale, error.text) == ("en", describe(Code.HOST_BUSY).en)
    assert error.metadata["host"] == "core"
    assert error.violations == {"name": "not_a_name"}


async def test_a_defect_is_not_definite_and_tells_nothing(client: Client) -> None:
    with pytest.raises(CanonicalError) as caught:
        await client.call(BALANCE, {"name": "broken"})
    assert (caught.value.code, caught.value.definite) == ("INTERNAL", False)
    assert "ZeroDivision" not in str(caught.value)


async def test_a_stream_ends_with_its_error(client: Client) -> None:
    stream = client.stream(WATCH, {"name": "transactions/G1"})
    assert [(await anext(stream))["resume_token"] for _ in range(2)] == ["1", "2"]
    with pytest.raises(CanonicalError) as caught:
        await anext(stream)
    assert (caught.value.code, caught.value.definite) == ("DEADLINE_EXCEEDED", False)


async def test_nobody_there_is_not_definite() -> None:
    channel = open_channel("127.0.0.1:1")
    with pytest.raises(CanonicalError) as caught:
        await Client(channel, timeout=60).call(BALANCE, {})
    await channel.close(None)
    assert (caught.value.code, caught.value.definite) == ("", False)


@pytest.mark.parametrize(
    ("method", "request_", "error"),
    [
        (BALANCE, {"nme": "x"}, json_format.ParseError),
        (BALANCE, {"context": {"channel": "PIGEON"}}, json_format.ParseError),
        ("accounts.v1.AccountService/GetNothing", {}, UnknownMethodError),
        (WATCH, {}, TypeError),
    ],
)
async def test_a_call_that_makes_no_sense(client: Client, method: str, request_: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        await client.call(method, request_)


def test_a_method_is_found_by_any_of_its_names() -> None:
    contract = Contract()
    names = (BALANCE, "tellerline.api." + BALANCE, "/tellerline.api." + BALANCE, BALANCE.replace("/", "."))
    assert {contract.method(name).path for name in names} == {"/tellerline.api." + BALANCE}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", ["service tellerline.api.transfers.v1.TransferService", "Oral loss report 口头挂失"]),
        ("accounts.v1.AccountService", ["rpc ReportLoss(ReportLossRequest) returns (ReportLossResponse)"]),
        (BALANCE, ["Balance 余额", "string name", "google.type.Money ledger_amount"]),
        ("operations.v1.Transaction", ["repeated tellerline.api.operations.v1.TransactionEvent events"]),
        ("common.v1.Channel", ["CHANNEL_COUNTER", "柜面"]),
        ("credit.v1.Loan.State", ["STATE_OVERDUE", "逾期"]),
    ],
)
def test_the_contract_describes_itself(name: str, words: list[str]) -> None:
    text = Contract().describe(name)
    assert [word for word in words if word not in text] == []


def test_everything_in_the_contract_has_a_comment() -> None:
    contract = Contract()
    text = contract.describe()
    for method in contract.methods:
        assert contract.comments.of(method.path[1:].replace("/", "."))
        text += contract.describe(method.name)
    assert "pin" in text


def test_the_bundled_contract_is_installed_beside_the_stubs() -> None:
    assert (Path(accounts_pb2.__file__).parents[2] / "contract.binpb").is_file()
