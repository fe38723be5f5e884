"""Methods that take a PIN take it sealed as well."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor
from pin_blocks import sealed

from tellerline.api.accounts.v1 import accounts_pb2
from tellerline.api.corporate.v1 import corporate_pb2
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import ChangePin, PinChanged, VerifyPin
from tellerline.routing.model.outcome import Done

PIN, NEW = "135790", "864213"


async def key(platform: Any) -> str:
    made: pb.PinKey = await platform.send("GetPinKey", pb.GetPinKeyRequest(context=platform.context()), pb.PinKey)
    return made.jwk


def proof(platform: Any, block: str, **context: Any) -> pb.VerifyPinRequest:
    context = {"grant": "", **context}
    return pb.VerifyPinRequest(context=platform.context(**context), customer="customers/1001", pin_block=block)


async def test_a_sealed_pin_buys_a_grant(platform: Any) -> None:
    block = sealed(await key(platform), PIN, "call-1")
    grant = await platform.send("VerifyPin", proof(platform, block, call="call-1"), pb.Grant)
    assert grant.token
    [asked] = platform.host.asked
    assert isinstance(asked.command, VerifyPin)
    assert asked.command.pin == PIN


async def test_a_block_of_another_call_costs_no_try(platform: Any, refused: Any) -> None:
    block = sealed(await key(platform), PIN, "call-1")
    for _ in range(5):
        stolen = proof(platform, block, call="call-2")
        await refused(Code.INVALID_REQUEST, platform.send("VerifyPin", stolen, pb.Grant))
    assert not platform.host.asked
    assert (await platform.send("VerifyPin", proof(platform, block, call="call-1"), pb.Grant)).token


async def test_both_pins_may_come_sealed(platform: Any) -> None:
    platform.host.answers[ChangePin] = Done(result=PinChanged(changed_at="2026-01-05T09:00:00+08:00"), host_serial="H7")
    jwk = await key(platform)
    request = pb.ChangePinRequest(
        context=platform.context(grant="", call="call-1"),
        name="customers/1001/accounts/1",
        old_pin_block=sealed(jwk, PIN, "call-1"),
        new_pin_block=sealed(jwk, NEW, "call-1"),
    )
    await platform.send("ChangePin", request, pb.PinChange)
    assert [type(each.command) for each in platform.host.asked] == [VerifyPin, ChangePin]
    changed = platform.host.asked[1].command
    assert (changed.old_pin, changed.new_pin) == (PIN, NEW)


@pytest.mark.parametrize("file", [accounts_pb2, corporate_pb2, pb], ids=lambda file: file.DESCRIPTOR.package)
def test_wherever_a_pin_is_typed_a_block_will_do(file: Any) -> None:
    messages: list[Descriptor] = list(file.DESCRIPTOR.message_types_by_name.values())
    typed = {(each.name, field.name) for each in messages for field in each.fields if field.name.endswith("pin")}
    sealed_ones = {(each.name, field.name) for each in messages for field in each.fields if "pin_block" in field.name}
    assert typed
    assert sealed_ones == {(message, f"{field}_block") for message, field in typed}
