"""``OperationsService`` on the small platform."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from google.type.money_pb2 import Money as ProtoMoney

from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, CHANNEL_IVR
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TRANSACTION_STATE_IN_DOUBT
from tellerline.api.operations.v1 import operations_pb2 as pb
from tellerline.api.transfers.v1 import transfers_pb2
from tellerline.gateway.journal.records import Doubt, DoubtStage, Event, LaidLeg, Settlement, State
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Done, Unknown
from tellerline.routing.model.transfers import CreateTransfer, Transferred

DONE = Done(
    result=Transferred(balance_after=Money(900, "CNY"), booked_at="2026-01-05T09:00:00+08:00"),
    host_serial="H1",
    accounting_date="2026-01-05",
)


async def transfer(platform: Any, outcome: Any = DONE) -> str:
    """Make one through the IVR; gives its global serial."""
    platform.host.answers[CreateTransfer] = outcome
    request = transfers_pb2.CreateTransferRequest(
        context=platform.context(agent="A7", call="C7", terminal="T7", branch="B7"),
        transfer=transfers_pb2.Transfer(
            debit_account="customers/1001/accounts/1",
            own_account="customers/1001/accounts/2",
            amount=ProtoMoney(currency_code="CNY", units=1),
        ),
    )
    made = await platform.send("CreateTransfer", request, transfers_pb2.Transfer)
    return str(made.transaction.ref.global_serial)


def transaction(platform: Any, serial: str) -> pb.GetTransactionRequest:
    return pb.GetTransactionRequest(context=platform.counter(), name=f"transactions/{serial}")


async def open_doubt(platform: Any, serial: str) -> None:
    now = platform.clock.now()
    doubt = Doubt(
        global_serial=serial,
        host="core",
        operation="transfers.CreateTransfer",
        account="6222020200001234567",
        stage=DoubtStage.REVERSE,
        policy="default-1",
        attempts=2,
        opened_at=now,
        due_at=now + timedelta(seconds=4),
        reason="timeout",
    )
    event = Event(
        at=now, kind="inquired", detail=b'{"host_message": "card 6222020200001234567", "reference": "G00000001"}'
    )
    settlement = Settlement(global_serial=serial, state=State.IN_DOUBT, at=now, doubt=doubt, events=(event,))
    await platform.store.journal.settle(settlement, frozenset({State.IN_DOUBT}))


async def resolve(platform: Any, serial: str) -> None:
    settlement = Settlement(global_serial=serial, state=State.DONE, at=platform.clock.now(), host_serial="H9")
    await platform.store.journal.settle(settlement, frozenset({State.IN_DOUBT}))


async def test_a_transaction_shows_who_what_and_how_it_went(platform: Any) -> None:
    serial = await transfer(platform)
    seen = await platform.send("GetTransaction", transaction(platform, serial), pb.Transaction)
    assert (seen.agent, seen.call, seen.terminal, seen.branch) == ("A7", "C7", "T7", "B7")
    assert (seen.channel, seen.customer, seen.effect) == (CHANNEL_IVR, "customers/1001", pb.Transaction.EFFECT_MONEY)
    assert seen.masked_account_number == "622202*********4567"
    assert seen.info.state == TRANSACTION_STATE_DONE
    assert [event.kind for event in seen.events] == ["accepted", "settled"]
    assert dict(seen.events[1].detail) == {"state": "DONE", "host_serial": "H1", "accounting_date": "2026-01-05"}
    assert "6222020200001234567" not in str(seen)


async def test_a_transaction_of_many_shows_its_legs_in_order_and_a_leg_its_plan(platform: Any) -> None:
    plan, leg = await transfer(platform), await transfer(platform)
    laid = [(-1, 1, "U", "debit"), (1, 1, leg, "debit"), (2, 2, "B", "deposit"), (2, 1, "A", "deposit")]
    legs = [LaidLeg(number=row[0], attempt=row[1], global_serial=row[2], step=row[3]) for row in laid]
    await platform.store.legs.lay(plan, legs)
    shown = await platform.send("GetTransaction", transaction(platform, plan), pb.Transaction)
    assert [(each.number, each.attempt, each.step) for each in shown.legs] == [
        (1, 1, "debit"),
        (2, 1, "deposit"),
        (2, 2, "deposit"),
        (-1, 1, "debit"),
    ]
    assert shown.legs[0].transaction.info.state == TRANSACTION_STATE_DONE
    assert not shown.legs[1].HasField("transaction")
    assert shown.plan == ""
    own = await platform.send("GetTransaction", transaction(platform, leg), pb.Transaction)
    assert (own.plan, list(own.legs)) == (f"transactions/{plan}", [])


async def test_a_history_is_told_in_order_and_masked(platform: Any) -> None:
    serial = await transfer(platform, Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout"))
    await open_doubt(platform, serial)
    await platform.clock.advance(5)
    await resolve(platform, serial)
    await platform.clock.advance(5)
    late = Event(at=platform.clock.now(), kind="late_reply", detail=b"{}")
    await platform.store.journal.note(serial, late)
    seen = await platform.send("GetTransaction", transaction(platform, serial), pb.Transaction)
    assert [event.kind for event in seen.events] == ["accepted", "inquired", "settled", "late_reply"]
    assert dict(seen.events[1].detail) == {"host_message": "card 622202*********4567", "reference": "G00000001"}


async def test_a_transaction_that_is_not_there(platform: Any, refused: Any) -> None:
    await refused(
        Code.TRANSACTION_NOT_FOUND, platform.send("GetTransaction", transaction(platform, "G9"), pb.Transaction)
    )


async def test_channels_without_the_right_see_nothing(platform: Any, refused: Any) -> None:
    doubts = pb.ListDoubtsRequest(context=platform.context())
    await refused(Code.CHANNEL_NOT_ALLOWED, platform.send("ListDoubts", doubts, pb.ListDoubtsResponse))
    request = pb.GetTransactionRequest(context=platform.context(), name="transactions/G1")
    with pytest.raises(Exception, match="CHANNEL_NOT_ALLOWED"):
        await anext(platform.stream("WatchTransaction", request))


async def search(platform: Any, **fields: Any) -> pb.SearchTransactionsResponse:
    request = pb.SearchTransactionsRequest(context=platform.counter(), **fields)
    reply = await platform.send("SearchTransactions", request, pb.SearchTransactionsResponse)
    assert isinstance(reply, pb.SearchTransactionsResponse)
    return reply


async def test_a_search_pages_newest_first(platform: Any) -> None:
    serials = [await transfer(platform) for _ in range(3)]
    first = await search(platform, page_size=2)
    second = await search(platform, page_size=2, page_token=first.next_page_token)
    found = [entry.info.ref.global_serial for entry in (*first.transactions, *second.transactions)]
    assert found == serials[::-1]
    assert second.next_page_token == ""


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"account": "customers/1001/accounts/1"}, 1),
        ({"account": "customers/1001/accounts/2"}, 0),
        ({"customer": "customers/1001", "host": "hosts/core", "host_serial": "H1"}, 1),
        ({"channel": CHANNEL_COUNTER}, 0),
        ({"channel": CHANNEL_IVR, "operation": "transfers.CreateTransfer"}, 1),
        ({"call": "main-1"}, 0),
        ({"states": [TRANSACTION_STATE_IN_DOUBT]}, 0),
        ({"states": [TRANSACTION_STATE_IN_DOUBT, TRANSACTION_STATE_DONE]}, 1),
    ],
)
async def test_a_search_filters(platform: Any, fields: dict[str, Any], count: int) -> None:
    await transfer(platform)
    assert len((await search(platform, **fields)).transactions) == count


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"channel": 99}, Code.INVALID_REQUEST),
        ({"states": [0]}, Code.INVALID_REQUEST),
        ({"host": "core"}, Code.INVALID_REQUEST),
        ({"account": "customers/1001/accounts/9"}, Code.ACCOUNT_NOT_FOUND),
        ({"page_token": "bad"}, Code.INVALID_PAGE_TOKEN),
    ],
)
async def test_a_bad_filter_is_refused(platform: Any, refused: Any, fields: dict[str, Any], code: Code) -> None:
    await refused(code, search(platform, **fields))


async def test_open_doubts_are_listed_masked(platform: Any) -> None:
    serial = await transfer(platform, Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout"))
    await open_doubt(platform, serial)
    request = pb.ListDoubtsRequest(context=platform.counter(), host="hosts/core")
    doubt = (await platform.send("ListDoubts", request, pb.ListDoubtsResponse)).doubts[0]
    assert (doubt.name, doubt.transaction) == (f"doubts/{serial}", f"transactions/{serial}")
    assert (doubt.stage, doubt.attempt_count) == (pb.Doubt.STAGE_REVERSE, 2)
    assert doubt.masked_account_number == "622202*********4567"
    elsewhere = pb.ListDoubtsRequest(context=platform.counter(), host="hosts/credit")
    assert not (await platform.send("ListDoubts", elsewhere, pb.ListDoubtsResponse)).doubts


async def test_a_hosts_status(platform: Any, refused: Any) -> None:
    request = pb.GetHostStatusRequest(context=platform.counter(), name="hosts/core/status")
    status = await platform.send("GetHostStatus", request, pb.HostStatus)
    assert (status.state, status.in_flight_count, status.open_doubt_count) == (pb.HostStatus.STATE_AVAILABLE, 3, 2)
    everyone = pb.ListHostStatusesRequest(context=platform.counter())
    listed = await platform.send("ListHostStatuses", everyone, pb.ListHostStatusesResponse)
    assert list(listed.host_statuses) == [status]
    request.name = "hosts/nowhere/status"
    await refused(Code.INVALID_REQUEST, platform.send("GetHostStatus", request, pb.HostStatus))


def watch(platform: Any, serial: str, token: str = "") -> Any:
    request = pb.WatchTransactionRequest(context=platform.counter(), name=f"transactions/{serial}", resume_token=token)
    return platform.stream("WatchTransaction", request)


async def test_a_watch_follows_until_the_end(platform: Any) -> None:
    serial = await transfer(platform, Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout"))
    stream = watch(platform, serial)
    replies = [await anext(stream)]
    waiting = asyncio.ensure_future(anext(stream))
    await open_doubt(platform, serial)
    await platform.clock.advance(1)
    replies.append(await waiting)
    await resolve(platform, serial)
    waiting = asyncio.ensure_future(anext(stream))
    await platform.clock.advance(1)
    replies.append(await waiting)
    assert [reply.event.kind for reply in replies] == ["accepted", "inquired", "settled"]
    assert [reply.info.definite for reply in replies] == [False, False, True]
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_a_watch_resumes_without_loss_or_repetition(platform: Any) -> None:
    serial = await transfer(platform)
    whole = [reply async for reply in watch(platform, serial)]
    for place, reply in enumerate(whole):
        rest = [later.event.kind async for later in watch(platform, serial, reply.resume_token)]
        assert rest == [later.event.kind for later in whole[place + 1 :]]


async def test_a_watch_ends_with_the_calls_deadline(platform: Any) -> None:
    serial = await transfer(platform, Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout"))
    stream = watch(platform, serial)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await platform.clock.advance(11)
    with pytest.raises(Exception, match="DEADLINE_EXCEEDED"):
        await waiting


async def test_a_token_of_another_transaction_is_refused(platform: Any) -> None:
    first, second = await transfer(platform), await transfer(platform)
    token = (await anext(watch(platform, first))).resume_token
    with pytest.raises(Exception, match="INVALID_PAGE_TOKEN"):
        await anext(watch(platform, second, token))
