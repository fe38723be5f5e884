"""Callers serve themselves: the shipped flows against a whole bank, from the key pressed to the host's books."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import grpc.aio
import pytest
import pytest_asyncio
from google.type.money_pb2 import Money
from ivr_bank import IvrBank, ivr_bank
from running_clock import passing
from severing_proxy import SeveringProxy

from tellerline.callcenter.call_trace import trace_of
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.gateway_errors import GatewayError
from tellerline.callcenter.ivr.actions import Call
from tellerline.callcenter.ivr.inputs import Done, Refused, Unknown
from tellerline.callcenter.ivr.self_service import SelfService
from tellerline.callcenter.pin_seal import PinSeals
from tellerline.gateway.access.pin_block import PinBlocks
from tellerline.simulators.faults import FaultKind, FaultRule
from tellerline.simulators.population import PIN

pytestmark = pytest.mark.asyncio(loop_scope="module")
WRONG = "975310"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[IvrBank]:
    folder: Path = tmp_path_factory.mktemp("bank")
    async with ivr_bank(folder) as bank:
        yield bank


async def test_balance_from_the_main_menu(bank: IvrBank) -> None:
    rehearsal = await bank.play(
        f"""
        flow main-menu
        language en
        hear welcome
        wait 4s
        press 1
        hear "six-digit PIN"
        secret {PIN}
        hear "The available balance of your account ending in"
        press star
        hear for-balance
        """,
        bank.person(0),
    )
    assert PIN not in rehearsal.state.to_json()


async def test_wrong_pins_lock(bank: IvrBank) -> None:
    person = bank.person(1)
    await bank.play(
        f"""
        flow verify-pin
        secret {WRONG}
        hear "还有两次机会"
        secret {WRONG}
        hear "还有一次机会"
        secret {WRONG}
        hear locked
        expect "end locked"
        """,
        person,
    )
    await bank.play(f"flow verify-pin\nsecret {PIN}\nhear locked", person)


async def test_a_loss_is_reported_after_the_balance(bank: IvrBank) -> None:
    person = bank.person(2)
    ending = person.card[-4:]
    await bank.play(
        f"""
        flow loss-report
        secret {PIN}
        press 1
        hear balance
        hear "您要挂失的是尾号{ending}的账户"
        press 1
        hear "尾号{ending}已挂失，即时生效，挂失编号是"
        """,
        person,
    )
    await bank.play(f"flow balance\nsecret {PIN}\nhear reported-lost", person)
    await bank.play(f"flow loss-report\nsecret {PIN}\npress 2\npress 1\nhear already", person)


async def test_an_unsigned_caller_reports_by_number_and_pin(bank: IvrBank) -> None:
    person = bank.person(3)
    await bank.play(
        f"""
        flow loss-report
        language en
        tier unknown
        press 2
        press 1
        press {person.card} hash
        hear "number ending in {person.card[-4:]}"
        press 1
        secret {WRONG}
        hear wrong-pin
        secret {PIN}
        hear "is reported lost, with immediate effect"
        """,
        person,
    )


async def test_transfers_and_their_limits(bank: IvrBank) -> None:
    person, payee = bank.person(4), bank.person(5)
    before = bank.booked(payee)
    await bank.play(
        f"""
        flow transfer
        secret {PIN}
        press 2
        press {payee.card} hash
        press 20000*01 hash
        press 1
        hear "您单笔最多可转20000元"
        press 1000*5 hash
        hear "转出1000元5角"
        press 1
        hear "转账成功，转出1000元5角，账户余额是"
        """.replace("*", " star "),
        person,
    )
    assert bank.booked(payee) == before + 1_000_50


async def test_an_account_does_not_pay_itself(bank: IvrBank) -> None:
    person = bank.person(16)
    await bank.play(
        f"""
        flow transfer
        secret {PIN}
        press 1
        press 1 hash
        press 100 hash
        press 1
        hear "转账没有办理"
        hear not-possible
        """,
        person,
    )


async def test_an_unknown_outcome_is_told_as_unknown(bank: IvrBank) -> None:
    person, payee = bank.person(6), bank.person(7)
    lost = FaultRule(kind=FaultKind.LOSE_REPLY, operations=frozenset({"Transfer"}), count=1)
    fault = bank.system.bank.core.faults.add(lost)
    rehearsal = await bank.play(
        f"""
        flow transfer
        secret {PIN}
        press 2
        press {payee.card} hash
        press 100 hash
        press 1
        hear "转账结果暂时未知"
        expect "end failed"
        """,
        person,
        fault,
    )
    assert [note.what for note in rehearsal.notes if note.node.endswith("-transfer")] == [
        "entered",
        "called",
        "unknown",
    ]


async def test_a_host_that_is_down_sends_to_the_branch(bank: IvrBank) -> None:
    down = FaultRule(kind=FaultKind.LOSE_REQUEST, operations=frozenset({"GetBalance"}))
    fault = bank.system.bank.core.faults.add(down)
    await bank.play(f"flow balance\nsecret {PIN}\nhear upgrading", bank.person(8), fault)
    bank.system.bank.clear_faults()


async def test_a_step_carried_out_again_is_the_same_transfer(bank: IvrBank) -> None:
    person, payee = bank.person(9), bank.person(10)
    service = SelfService(bank.gateway, "call-again")
    sealed = (await bank.seals.seal("call-again"))(PIN)
    verify = Call(1, "verify_pin", {"customer": person.customer.number}, sealed)
    assert isinstance(await service.perform(verify), Done)
    before = bank.booked(payee)
    transfer = Call(2, "create_transfer", {"account": "1", "payee_number": payee.card, "amount": "CNY 10.00"})
    assert await service.perform(transfer) == await service.perform(transfer)
    assert bank.booked(payee) == before + 10_00


async def test_a_lost_reply_of_the_gateway_moves_the_money_once(bank: IvrBank) -> None:
    """The connection breaks behind a transfer that went through; the client asks again under the same serial."""
    person, payee = bank.person(11), bank.person(12)
    host, _, port = bank.system.node.target.partition(":")
    before = bank.booked(payee)
    async with SeveringProxy(host, int(port)) as proxy, grpc.aio.insecure_channel(f"127.0.0.1:{proxy.port}") as channel:
        service = SelfService(GatewayClient(channel, seconds=120), "call-severed")
        sealed = (await bank.seals.seal("call-severed"))(PIN)
        await service.perform(Call(1, "verify_pin", {"customer": person.customer.number}, sealed))
        proxy.mute()
        transfer = Call(2, "create_transfer", {"account": "1", "payee_number": payee.card, "amount": "CNY 10.00"})
        asking = asyncio.ensure_future(passing(bank.clock, service.perform(transfer)))
        while bank.booked(payee) == before:  # noqa: ASYNC110 - the host's books tell nobody
            await asyncio.sleep(0.01)
        proxy.sever()
        outcome = await asking
    assert isinstance(outcome, Done)
    assert bank.booked(payee) == before + 10_00


async def test_a_gateway_that_is_not_there_leaves_everything_unknown(bank: IvrBank) -> None:
    host, _, port = bank.system.node.target.partition(":")
    async with SeveringProxy(host, int(port)) as proxy, grpc.aio.insecure_channel(f"127.0.0.1:{proxy.port}") as channel:
        proxy.refuse()
        service = SelfService(GatewayClient(channel, seconds=2), "call-dark")
        unsigned = {"account_number": bank.person(13).card, "kind": "CARD"}
        for call in (
            Call(1, "verify_pin", {"customer": "8000000001"}, b"sealed"),
            Call(2, "report_loss_unsigned", unsigned, b"sealed"),
        ):
            assert await service.perform(call) == Unknown()


async def test_a_grant_ends_with_the_call(bank: IvrBank) -> None:
    person = bank.person(13)
    service = SelfService(bank.gateway, "call-over")
    assert await service.perform(Call(1, "list_accounts", {})) == Refused("GRANT_MISSING")
    sealed = (await bank.seals.seal("call-over"))(PIN)
    await service.perform(Call(2, "verify_pin", {"customer": person.customer.number}, sealed))
    assert service.proof is not None
    asker = Asker(call="call-over", step="3", customer=service.proof.customer, grant=service.proof.token)
    assert len(await bank.gateway.accounts(asker)) == 1
    assert len(await bank.gateway.accounts(replace(asker, agent="8001"))) == 1
    await service.hung_up()
    with pytest.raises(GatewayError) as refused:
        await bank.gateway.accounts(replace(asker, step="4"))
    assert refused.value.definite


async def test_a_grant_that_comes_after_its_end_is_given_to_nobody(bank: IvrBank) -> None:
    person = bank.person(13)
    service = SelfService(bank.gateway, "call-late")
    sealed = (await bank.seals.seal("call-late"))(PIN)
    verifying = asyncio.ensure_future(
        service.perform(Call(1, "verify_pin", {"customer": person.customer.number}, sealed))
    )
    await asyncio.sleep(0)
    service.forget_proof()
    assert await verifying == Refused("GRANT_EXPIRED")
    assert service.proof is None
    assert await bank.gateway.revoke_grants(Asker(call="call-late", step="none-left")) == 0


async def test_a_block_of_another_call_is_refused(bank: IvrBank) -> None:
    person = bank.person(13)
    sealed = (await bank.seals.seal("call-one"))(PIN)
    service = SelfService(bank.gateway, "call-other")
    outcome = await service.perform(Call(1, "verify_pin", {"customer": person.customer.number}, sealed))
    assert outcome == Refused("INVALID_REQUEST")


async def test_a_block_for_a_key_of_yesterday_makes_the_key_be_fetched_anew(bank: IvrBank) -> None:
    keys = [PinBlocks().public_key, await bank.gateway.pin_key(Asker(call="line", step="key"))]

    async def fetch() -> str:
        return keys.pop(0)

    seals = PinSeals(fetch)
    service = SelfService(bank.gateway, "call-stale", seals=seals)
    fields = {"customer": bank.person(13).customer.number}
    sealed = (await seals.seal("call-stale"))(PIN)
    assert await service.perform(Call(1, "verify_pin", fields, sealed)) == Refused("INVALID_REQUEST")
    sealed = (await seals.seal("call-stale"))(PIN)
    assert isinstance(await service.perform(Call(2, "verify_pin", fields, sealed)), Done)


async def test_a_transfer_can_be_followed_by_its_serial(bank: IvrBank) -> None:
    person, payee = bank.person(14), bank.person(15)
    asker = Asker(call="call-trace", step="1")
    sealed = (await bank.seals.seal("call-trace"))(PIN).decode()
    customer = f"customers/{person.customer.number}"
    grant = await bank.gateway.verify_pin(asker, customer, sealed)
    asker = replace(asker, step="2", customer=customer, grant=grant.token)
    amount = Money(currency_code="CNY", units=1)
    made = await bank.gateway.transfer_to_payee(asker, f"{customer}/accounts/1", payee.card, amount)
    found = await bank.gateway.transaction(asker, made.transaction.ref.global_serial)
    assert found.info.ref.channel_serial == asker.serial
    assert (found.call, found.trace) == ("call-trace", trace_of("call-trace"))
