"""The one view of a customer on the agent's screen: what he did at a machine and online, masked until verified."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from centre_world import World, centre_world
from google.protobuf.message import Message
from site_services import context

from tellerline.api.agents.v1 import agents_pb2 as agents
from tellerline.api.calls.v1 import calls_pb2 as calls
from tellerline.api.common.v1.context_pb2 import CHANNEL_ATM, CHANNEL_COUNTER, CHANNEL_IVR, CHANNEL_ONLINE_BANKING
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE
from tellerline.api.customers.v1.customers_pb2 import Customer
from tellerline.api.customers.v1.interactions_pb2 import Interaction
from tellerline.gateway.client import Client
from tellerline.simulators.population import PIN, Person

MASKED_VIEW = {"name", "kind", "masked_display_name", "tier"}
MASKED_INTERACTION = {"name", "event_time", "kind", "channel"}
WITHDRAWN = 500
OTHER_CHANNELS = {CHANNEL_ATM, CHANNEL_ONLINE_BANKING}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with centre_world(tmp_path) as opened:
        yield opened


@dataclass
class OtherChannels:
    """One customer's, at the gateway."""

    world: World
    person: Person
    serials: int = 0

    @property
    def customer(self) -> str:
        return f"customers/{self.person.customer.number}"

    async def ask(self, channel: str, method: str, **fields: Any) -> dict[str, Any]:
        self.serials += 1
        serial = f"{self.person.customer.number}-{self.serials}"
        asking = {"channel": f"CHANNEL_{channel}", "channel_serial": serial, "terminal": "ATM00001"}
        context_ = asking | fields.pop("context", {})
        asked = Client(self.world.gateway, timeout=30).call(method, fields | {"context": context_})
        reply: dict[str, Any] = await self.world.ask(asked)
        return reply

    async def are_used(self) -> str:
        """He withdraws cash and logs in online, and the bank puts him into segment A; the withdrawal's serial."""
        pin = {"customer": self.customer, "pin": PIN}
        grant = (await self.ask("ATM", "customers.v1.CustomerService/VerifyPin", **pin))["token"]
        withdrawn = await self.ask(
            "ATM",
            "cash.v1.CashService/WithdrawCash",
            name=f"{self.customer}/accounts/1",
            amount=cny(WITHDRAWN),
            context={"customer": self.customer, "grant": grant},
        )
        ref = withdrawn["transaction"]["ref"]
        said = {"original_channel_serial": ref["channel_serial"], "dispensed_amount": cny(WITHDRAWN)}
        await self.ask("ATM", "cash.v1.CashService/ConfirmWithdrawal", **said)
        await self.ask("ONLINE_BANKING", "customers.v1.CustomerService/VerifyPin", **pin)
        figures = {
            "customer": self.customer,
            "contribution_amount": cny(12_000),
            "turnover_amount": cny(450_000),
        }
        day = {"year": 2025, "month": 12, "day": 31}
        await self.ask("COUNTER", "customers.v1.CounterService/ClassifyCustomers", figures=[figures], figures_date=day)
        return str(ref["global_serial"])


def cny(units: int) -> dict[str, str]:
    return {"currency_code": "CNY", "units": str(units)}


def filled(message: Message) -> set[str]:
    return {field.name for field, _ in message.ListFields()}


def is_masked(shown: calls.ScreenPop, person: Person) -> bool:
    """Whether it shows that the customer is who he is, that something happened, and no more."""
    assert shown.customer_view.name == f"customers/{person.customer.number}/view"
    assert filled(shown.customer_view) == MASKED_VIEW
    assert all(filled(each) == MASKED_INTERACTION for each in shown.interactions)
    assert person.customer.name not in str(shown)
    assert not shown.missing_parts
    return not filled(shown) & {"customer", "accounts", "transactions", "open_tickets"}


async def test_what_he_did_elsewhere_is_masked_until_his_pin_was_right_and_again_for_the_next(world: World) -> None:
    person = world.bank.person(0)
    serial = await OtherChannels(world, person).are_used()
    world.number = person.mobile
    await world.sign_in("A1")
    call = await world.unproved()
    before = await world.screen(call)
    assert is_masked(before, person)
    assert {each.channel for each in before.interactions} >= OTHER_CHANNELS
    assert before.customer_view.tier == Customer.TIER_STANDARD
    assert serial not in str(before)

    await world.proves(call, person)
    shown = await world.screen(call)
    assert not shown.missing_parts
    view = shown.customer_view
    assert (view.verified, view.display_name) == (True, person.customer.name)
    assert (view.tier, view.segment) == (Customer.TIER_STANDARD, Customer.SEGMENT_A)
    assert [each.number_ending for each in view.accounts] == [person.card[-4:]]
    assert view.contacts[0].masked_value.endswith(person.mobile[-4:])
    (withdrawal,) = [each for each in shown.interactions if each.event == "cash.WithdrawCash"]
    assert (withdrawal.channel, withdrawal.state) == (CHANNEL_ATM, TRANSACTION_STATE_DONE)
    assert (withdrawal.reference, withdrawal.amount.units) == (serial, WITHDRAWN)
    verified = {each.channel for each in shown.interactions if each.event == "pin_verified"}
    assert verified == OTHER_CHANNELS | {CHANNEL_IVR}
    assert {each.kind for each in shown.interactions if each.channel == CHANNEL_COUNTER} == {Interaction.KIND_SEGMENT}

    await world.sign_in("A2")
    hand_over = calls.ConsultRequest(
        context=context("A1"), call=f"calls/{call}", colleague="agents/A2", purpose=calls.PURPOSE_TRANSFER
    )
    await world.ask(world.calls.Consult(hand_over))
    await world.talk("A2")
    assert is_masked(await world.screen(call, "A2"), person)


async def test_nothing_of_a_former_caller_is_on_the_screen_of_the_next(world: World) -> None:
    first, second = world.bank.person(1), world.bank.person(2)
    serial = await OtherChannels(world, first).are_used()
    world.number = first.mobile
    call, _ = await world.verified(first)
    assert serial in str(await world.screen(call))
    world.caller.hang_up()
    await world.pass_time(1)
    assert is_masked(await world.screen(call), first)
    await world.ask(world.agents.FinishWork(agents.FinishWorkRequest(context=context("A1"), agent="agents/A1")))
    world.number = second.mobile
    shown = await world.screen(await world.unproved())
    assert is_masked(shown, second)
    assert not shown.interactions
    for known in (first.customer.number, first.mobile, first.customer.name, serial):
        assert known not in str(shown)
