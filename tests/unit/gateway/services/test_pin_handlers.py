"""``ChangePin`` on the small platform."""

from __future__ import annotations

from typing import Any

import pytest

from tellerline.api.common.v1.context_pb2 import CHANNEL_COUNTER, CHANNEL_IVR, Channel
from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TRANSACTION_STATE_IN_DOUBT
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.routing.model.codes import Code
from tellerline.routing.model.customers import ChangePin, PinChanged, VerifyPin
from tellerline.routing.model.outcome import Done, Rejected, Unknown

OLD, NEW = "135790", "864213"
CHANGED = Done(result=PinChanged(changed_at="2026-01-05T09:00:00+08:00"), host_serial="H7")


def asking(platform: Any, old: str = "", new: str = NEW, **context: Any) -> pb.ChangePinRequest:
    return pb.ChangePinRequest(
        context=platform.context(**context), name="customers/1001/accounts/1", old_pin=old, new_pin=new
    )


async def change(platform: Any, request: pb.ChangePinRequest) -> pb.PinChange:
    made: pb.PinChange = await platform.send("ChangePin", request, pb.PinChange)
    return made


async def test_a_grant_is_proof_enough(platform: Any) -> None:
    platform.host.answers[ChangePin] = CHANGED
    made = await change(platform, asking(platform))
    assert made.transaction.state == TRANSACTION_STATE_DONE
    assert made.change_time.seconds
    [asked] = platform.host.asked
    assert (asked.command.old_pin, asked.command.new_pin) == ("", NEW)


async def test_the_old_pin_is_proof_too_and_compared_first(platform: Any) -> None:
    platform.host.answers[ChangePin] = CHANGED
    made = await change(platform, asking(platform, OLD, grant=""))
    assert made.transaction.state == TRANSACTION_STATE_DONE
    assert [type(each.command) for each in platform.host.asked] == [VerifyPin, ChangePin]
    assert platform.host.asked[1].command.old_pin == OLD


async def test_without_proof_nothing_is_asked(platform: Any, refused: Any) -> None:
    await refused(Code.GRANT_MISSING, change(platform, asking(platform, grant="")))
    await refused(Code.PIN_INVALID, change(platform, asking(platform, "111112", grant="")))
    assert [type(each.command) for each in platform.host.asked] == [VerifyPin]


async def test_guesses_at_the_old_pin_lock_like_any_others(platform: Any, refused: Any) -> None:
    for _ in range(3):
        await refused(Code.PIN_INVALID, change(platform, asking(platform, "111112", grant="")))
    await refused(Code.PIN_LOCKED, change(platform, asking(platform, OLD, grant="")))
    assert len(platform.host.asked) == 3


async def test_the_same_serial_again_is_answered_though_the_old_pin_is_not_right_any_more(platform: Any) -> None:
    platform.host.answers[ChangePin] = CHANGED
    request = asking(platform, OLD, grant="")
    made = await change(platform, request)
    platform.host.answers[VerifyPin] = Rejected(code=Code.PIN_INVALID)
    assert (await change(platform, request)).transaction.ref == made.transaction.ref
    assert len(platform.host.asked) == 2


async def test_silence_is_an_answer_and_the_serials_refusal_stays(platform: Any, refused: Any) -> None:
    platform.host.answers[ChangePin] = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout")
    made = await change(platform, asking(platform))
    assert made.transaction.state == TRANSACTION_STATE_IN_DOUBT
    platform.host.answers[ChangePin] = Rejected(code=Code.ACCOUNT_CLOSED)
    request = asking(platform, OLD, grant="")
    await refused(Code.ACCOUNT_CLOSED, change(platform, request))
    await refused(Code.ACCOUNT_CLOSED, change(platform, request))


@pytest.mark.parametrize("new", ["", "12345", "1234567", "12345a", "１２３４５７", OLD, "111111", "123456", "654321"])
async def test_a_new_pin_is_six_other_digits_that_nobody_guesses(platform: Any, refused: Any, new: str) -> None:
    await refused(Code.INVALID_REQUEST, change(platform, asking(platform, OLD, new, grant="")))
    assert platform.host.asked == []


async def test_what_the_old_pin_has_opened_ends_and_the_grant_of_the_change_goes_on(
    platform: Any, refused: Any
) -> None:
    platform.host.answers[ChangePin] = CHANGED
    own = platform.grant
    [other, third] = [await verified(platform) for _ in range(2)]
    await change(platform, asking(platform, grant=other))
    await look(platform, other)
    for ended in (own, third):
        await refused(Code.GRANT_EXPIRED, look(platform, ended))


@pytest.mark.parametrize(("channel", "old"), [(CHANNEL_IVR, OLD), (CHANNEL_COUNTER, "")])
async def test_where_no_grant_was_the_proof_all_of_them_end(
    platform: Any, refused: Any, channel: Channel, old: str
) -> None:
    platform.host.answers[ChangePin] = CHANGED
    other = await verified(platform)
    await change(platform, asking(platform, old, grant="", channel=channel))
    for ended in (platform.grant, other):
        await refused(Code.GRANT_EXPIRED, look(platform, ended))


async def test_an_unknown_outcome_ends_the_others_and_a_refusal_none(platform: Any, refused: Any) -> None:
    other = await verified(platform)
    platform.host.answers[ChangePin] = Rejected(code=Code.ACCOUNT_CLOSED)
    await refused(Code.ACCOUNT_CLOSED, change(platform, asking(platform, grant=other)))
    await look(platform, platform.grant)
    platform.host.answers[ChangePin] = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout")
    await change(platform, asking(platform, grant=other))
    await look(platform, other)
    await refused(Code.GRANT_EXPIRED, look(platform, platform.grant))


async def test_a_locked_pin_ends_no_grant_that_the_right_one_has_won(platform: Any, refused: Any) -> None:
    for _ in range(3):
        await refused(Code.PIN_INVALID, verified(platform, "111112"))
    await refused(Code.PIN_LOCKED, verified(platform))
    await look(platform, platform.grant)


async def verified(platform: Any, pin: str = OLD) -> str:
    request = pb.VerifyPinRequest(context=platform.context(grant=""), customer="customers/1001", pin=pin)
    return str((await platform.send("VerifyPin", request, pb.Grant)).token)


async def look(platform: Any, grant: str) -> pb.Customer:
    request = pb.GetCustomerRequest(context=platform.context(grant=grant), name="customers/1001")
    found: pb.Customer = await platform.send("GetCustomer", request, pb.Customer)
    return found


async def test_no_pin_is_kept(platform: Any, tmp_path: Any) -> None:
    platform.host.answers[ChangePin] = CHANGED
    made = await change(platform, asking(platform, OLD, grant=""))
    record = await platform.store.journal.get(made.transaction.ref.global_serial)
    assert record is not None
    assert record.command == b'{"fields":{"account":"6222020200001234567"},"operation":"customers.ChangePin"}'
    await platform.store.journal.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert OLD.encode() not in kept
    assert NEW.encode() not in kept
    assert OLD not in repr(platform.host.asked[1].command)
