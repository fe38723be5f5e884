"""Who calls, on the agent's screen; and the grant, which nobody gets but the agent who serves the customer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from centre_world import World, centre_world
from google.protobuf.message import Message
from live_site import CALLER
from site_services import context

from tellerline.api.accounts.v1.accounts_pb2 import ACCOUNT_KIND_CARD
from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.common.v1.context_pb2 import CHANNEL_AGENT, CHANNEL_COUNTER, RequestContext
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE
from tellerline.api.customers.v1.counter_pb2 import VerifyIdentityDocumentRequest
from tellerline.api.customers.v1.counter_pb2_grpc import CounterServiceStub
from tellerline.api.customers.v1.customers_pb2 import Customer, UpdateCustomerRequest
from tellerline.api.customers.v1.customers_pb2_grpc import CustomerServiceStub
from tellerline.api.customers.v1.interactions_pb2 import Interaction, ListInteractionsRequest
from tellerline.api.customers.v1.interactions_pb2_grpc import InteractionServiceStub
from tellerline.api.operations.v1.operations_pb2 import SearchTransactionsRequest
from tellerline.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from tellerline.callcenter.live.records import EVERYTHING
from tellerline.gateway.client.errors import CanonicalError
from tellerline.routing.tickets.ticket import Ticket
from tellerline.simulators.softswitch.phones import OnRing

TIERS = (*(Customer.TIER_STANDARD,) * 3, Customer.TIER_GROUP, Customer.TIER_VIP)
SECRETS = {"customer", "accounts", "transactions", "open_tickets"}
MASKED_VIEW = {"name", "kind", "masked_display_name", "tier"}
MASKED_INTERACTION = {"name", "event_time", "kind", "channel"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with centre_world(tmp_path) as opened:
        yield opened


def proved_only(shown: calls.ScreenPop) -> set[str]:
    """The fields that none but a proof may open."""
    fields = filled(shown) & SECRETS | filled(shown.customer_view) - MASKED_VIEW
    return fields.union(*(filled(each) - MASKED_INTERACTION for each in shown.interactions))


def filled(message: Message) -> set[str]:
    return {field.name for field, _ in message.ListFields()}


async def refusal(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await call
    return CanonicalError.from_rpc(failure.value).code


async def listen(world: World, call: str, mode: calls.Supervision.ValueType) -> None:
    await world.sign_in("L1")
    request = calls.SuperviseRequest(context=context("L1"), call=f"calls/{call}", agent="agents/A1", supervision=mode)
    await world.ask(world.calls.Supervise(request))
    await world.pass_time(1)


async def test_a_number_alone_shows_no_more_than_a_number_proves(world: World) -> None:
    person = world.bank.person(0, accounts=2)
    world.number = f"0{person.mobile}"
    await world.sign_in("A1")
    call = await world.unproved()
    shown = await world.screen(call)
    assert (shown.customer_number, shown.category) == (world.number, calls.CALLER_CATEGORY_CUSTOMER)
    (hint,) = shown.customer_hints
    assert hint.masked_display_name == person.customer.name[0] + "*" * (len(person.customer.name) - 1)
    assert [each.number_ending for each in hint.accounts] == [each.number[-4:] for each in person.accounts]
    assert (hint.accounts[0].kind, hint.tier) == (ACCOUNT_KIND_CARD, TIERS[int(person.customer.number) % 5])
    assert proved_only(shown) == set()
    assert not shown.missing_parts
    assert person.customer.name not in str(shown)
    assert not (await world.grant(call)).token
    assert (shown.queue, shown.queue_display_name) == ("queues/personal", "个人业务")
    assert (shown.nodes[0], shown.topic) == ("main-menu/welcome", "main-menu")


async def test_the_pin_opens_name_accounts_and_transactions_to_whoever_serves(world: World) -> None:
    person = world.bank.person(0)
    call, token = await world.verified(person)
    shown = await world.screen(call)
    assert (shown.category, shown.customer.display_name) == (calls.CALLER_CATEGORY_VERIFIED, person.customer.name)
    assert shown.customer.masked_mobile_number == f"110****{person.mobile[-4:]}"
    (account,) = shown.accounts
    assert account.masked_number == f"{person.card[:6]}*********{person.card[-4:]}"
    done = {each.operation for each in shown.transactions if each.state == TRANSACTION_STATE_DONE}
    assert "accounts.GetBalance" in done
    assert shown.topic == "balance"
    assert not shown.missing_parts
    assert token not in str(shown)
    assert person.card not in str(shown)


async def test_a_pin_that_the_agent_asks_for_opens_the_screen_to_him(world: World) -> None:
    person = world.bank.person(0)
    await world.sign_in("A1")
    call = await world.unproved()
    assert not (await world.grant(call)).token
    await world.proves(call, person)
    given = await world.grant(call)
    assert given.customer == f"customers/{person.customer.number}"
    assert (await world.screen(call)).customer.display_name == person.customer.name
    answers = await world.answers(person, call, given.token)
    assert answers["GetBalance"] == "OK"
    away = calls.TransferToQueueRequest(context=context("A1"), call=f"calls/{call}", queue="queues/loss")
    await world.ask(world.calls.TransferToQueue(away))
    assert await refusal(world.grant(call)) == "NOT_IN_CALL"
    await world.pass_time(1)
    await world.sign_in("A2")
    await world.talk("A2")
    assert not (await world.grant(call, "A2")).token
    assert set((await world.answers(person, call, given.token, "A2")).values()) == {"GRANT_EXPIRED"}


async def test_agents_look_through_nobodys_transactions_but_the_customers(world: World) -> None:
    person = world.bank.person(0)
    call, token = await world.verified(person)
    stub = OperationsServiceStub(world.gateway)

    def search(customer: str, grant: str = token) -> Any:
        asker = RequestContext(
            channel=CHANNEL_AGENT, channel_serial="search-1", customer=customer, grant=grant, call=call, agent="A1"
        )
        request = SearchTransactionsRequest(context=asker, customer=customer)
        return world.ask(stub.SearchTransactions(request))

    own = f"customers/{person.customer.number}"
    assert {each.customer for each in (await search(own)).transactions} == {own}
    assert await refusal(search(own, grant="")) == "GRANT_MISSING"
    for others in ("", f"customers/{world.bank.person(1).customer.number}"):
        assert await refusal(search(others)) == "GRANT_NOT_SUFFICIENT"


async def test_a_leader_who_listens_gets_neither_the_grant_nor_what_it_opens(world: World) -> None:
    call, _ = await world.verified(world.bank.person(1))
    await listen(world, call, calls.SUPERVISION_SILENT)
    shown = await world.screen(call, "L1")
    assert shown.category == calls.CALLER_CATEGORY_VERIFIED
    assert proved_only(shown) == set()
    assert await refusal(world.grant(call, "L1")) == "NOT_IN_CALL"
    assert await refusal(world.grant(call, "A2")) == "NOT_IN_CALL"
    assert await refusal(world.screen(call, "A2")) == "NOT_IN_CALL"
    assert (await world.grant(call)).token


async def test_nobody_has_the_grant_after_an_intercept(world: World) -> None:
    person = world.bank.person(1)
    call, token = await world.verified(person)
    await listen(world, call, calls.SUPERVISION_INTERCEPT)
    assert await refusal(world.grant(call)) == "NOT_IN_CALL"
    assert not (await world.grant(call, "L1")).token
    assert not (await world.screen(call, "L1")).HasField("customer")
    assert set((await world.answers(person, call, token, "L1")).values()) == {"GRANT_EXPIRED"}


async def test_nobody_has_the_grant_after_a_transfer(world: World) -> None:
    call, _ = await world.verified(world.bank.person(2))
    await world.sign_in("A2")
    hand_over = calls.ConsultRequest(
        context=context("A1"), call=f"calls/{call}", colleague="agents/A2", purpose=calls.PURPOSE_TRANSFER
    )
    await world.ask(world.calls.Consult(hand_over))
    await world.talk("A2")
    assert await refusal(world.grant(call)) == "NOT_IN_CALL"
    assert not (await world.grant(call, "A2")).token
    assert (await world.screen(call, "A2")).category == calls.CALLER_CATEGORY_UNSIGNED


async def test_the_grant_does_not_outlive_the_call_of_who_is_called_back(world: World) -> None:
    person = world.bank.person(2)
    call = await world.waits_verified(person)
    proof = world.centre.proof_of(call)
    assert proof is not None
    await world.hears("wait-for-agent/for-callback")
    await world.press("11")
    await world.hears("wait-for-agent/we-will-call")
    world.caller.hang_up()
    await world.until(lambda: world.centre.proof_of(call) is None)
    world.caller.on_ring = OnRing.ANSWERS
    await world.sign_in("A1")
    assert (await world.talk("A1")).name == f"calls/{call}"
    assert not (await world.grant(call)).token
    assert proved_only(await world.screen(call)) == set()
    assert set((await world.answers_at_last(person, call, proof.token)).values()) == {"GRANT_EXPIRED"}


async def test_after_the_call_the_agent_writes_it_up_without_the_grant(world: World) -> None:
    call, _ = await world.verified(world.bank.person(3))
    world.caller.hang_up()
    await world.pass_time(1)
    assert await refusal(world.grant(call)) == "NOT_IN_CALL"
    shown = await world.screen(call)
    assert proved_only(shown) == set()
    await write_up(world, call, "about his daughter's card")
    assert await refusal(world.screen(call)) == "NOT_IN_CALL"
    again = await world.unproved()
    (earlier,) = (await world.screen(again)).earlier_calls
    assert (earlier.call, earlier.agent, dict(earlier.entries)) == (f"calls/{call}", "agents/A1", {})


async def write_up(world: World, call: str, topic: str) -> None:
    """A1 writes about the call that has ended, and is ready again."""
    written = calls.CompleteRecordRequest(context=context("A1"), call=f"calls/{call}", entries={"topic": topic})
    await world.ask(world.calls.CompleteRecord(written))
    await world.ask(world.agents.FinishWork(agents.FinishWorkRequest(context=context("A1"), agent="agents/A1")))


@pytest.mark.parametrize("others", [0, 1], ids=["his own number", "a number of several"])
async def test_what_was_written_of_a_number_is_shown_where_it_is_one_customer_s(world: World, others: int) -> None:
    person = world.bank.person(2)
    world.number = person.mobile
    for other in range(others):
        stranger = world.bank.person(other)
        change = Customer(name=f"customers/{stranger.customer.number}", mobile_number=person.mobile)
        asker = RequestContext(channel=CHANNEL_COUNTER, channel_serial=f"counter-{other}")
        request = UpdateCustomerRequest(context=asker, customer=change)
        await world.ask(CustomerServiceStub(world.gateway).UpdateCustomer(request))
    await world.sign_in("A1")
    before = await world.unproved()
    world.caller.hang_up()
    await world.pass_time(1)
    await write_up(world, before, "about a loan")
    await world.waits_verified(person)
    call = (await world.talk("A1")).name.removeprefix("calls/")
    (earlier,) = (await world.screen(call)).earlier_calls
    assert dict(earlier.entries) == ({} if others else {"topic": "about a loan"})


async def test_a_call_that_is_over_stands_in_the_history_of_who_proved_himself(world: World) -> None:
    person = world.bank.person(1)
    customer = f"customers/{person.customer.number}"
    call, _ = await world.verified(person)
    world.caller.hang_up()
    await world.pass_time(1)
    context_ = RequestContext(channel=CHANNEL_COUNTER, channel_serial="counter-1", agent="SUN")
    proof = VerifyIdentityDocumentRequest(
        context=context_, customer=customer, identity_document=person.customer.identity_document
    )
    grant = await world.ask(CounterServiceStub(world.gateway).VerifyIdentityDocument(proof))
    context_.grant = grant.token
    request = ListInteractionsRequest(context=context_, parent=customer, kinds=[Interaction.KIND_CALL])
    history = await world.ask(InteractionServiceStub(world.gateway).ListInteractions(request))
    assert [(each.event, each.reference) for each in history.interactions] == [("call_ended", call)]


async def test_a_screen_that_was_asked_for_before_a_transfer_opens_to_nobody_after_it(tmp_path: Path) -> None:
    worlds: list[World] = []

    async def transferred_meanwhile(customer: str) -> list[Ticket]:
        (world,) = worlds
        (call,) = await world.centre.loop.look(lambda state: list(state.calls))
        away = calls.TransferToQueueRequest(context=context("A1"), call=f"calls/{call}", queue="queues/loss")
        await world.calls.TransferToQueue(away)
        return []

    async with centre_world(tmp_path, open_tickets=transferred_meanwhile) as world:
        worlds.append(world)
        call, _ = await world.verified(world.bank.person(0))
        shown = await world.screen(call)
        assert proved_only(shown) == set()
        assert shown.category != calls.CALLER_CATEGORY_VERIFIED


async def test_no_grant_is_given_away_where_its_end_may_have_been_missed(world: World) -> None:
    """The site begins anew from its log, in which there is more than it has heard of."""
    call, _ = await world.verified(world.bank.person(0))
    world.centre.feed.begin(world.centre.feed.last)
    assert (await world.grant(call)).token
    world.centre.feed.begin(world.centre.feed.last + 1)
    assert not (await world.grant(call)).token


async def test_the_grant_stands_in_no_event_and_in_no_file(world: World, tmp_path: Path) -> None:
    call, token = await world.verified(world.bank.person(4))
    assert token
    for recorded in await world.centre.feed.past(EVERYTHING):
        assert token.encode() not in recorded.entry.body
    written = [file for file in tmp_path.rglob("*") if file.is_file()]  # noqa: ASYNC240 the end of the test
    assert {"sites.db", "journal.db", "gateway.log"} <= {file.name for file in written}
    assert [file for file in written if token.encode() in file.read_bytes()] == []
    request = calls.GetCallGrantRequest(context=context("A1"), name=f"calls/{call}")
    given = await world.ask(world.calls.GetCallGrant(request))
    assert calls.CallGrant.DESCRIPTOR.fields_by_name["token"].GetOptions().debug_redact
    assert given.token == token


async def test_a_bank_that_does_not_answer_leaves_the_rest_of_the_screen(world: World) -> None:
    await world.sign_in("A1")
    call = await world.unproved()
    await world.bank.system.stop()
    shown = await world.screen(call)
    assert (shown.customer_number, shown.category) == (CALLER, calls.CALLER_CATEGORY_UNKNOWN)
    assert list(shown.missing_parts) == ["customer_hints"]
    assert shown.queue == "queues/personal"
