"""Cases for people through ``OperationsService``."""

from __future__ import annotations

from typing import Any

import pytest

from tellerline.api.common.v1.transaction_pb2 import TRANSACTION_STATE_DONE, TRANSACTION_STATE_REVERSED
from tellerline.api.operations.v1 import operations_pb2 as pb
from tellerline.api.transfers.v1 import transfers_pb2
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import Doubt, DoubtStage, Settlement, State
from tellerline.routing.model.codes import Code
from tellerline.routing.model.outcome import Unknown
from tellerline.routing.model.transfers import CreateTransfer

SILENT = Unknown(code=Code.COMMUNICATION_TIMEOUT, reason="timeout")


async def case(platform: Any) -> str:
    """A transfer that waits for people; gives its global serial."""
    platform.host.answers[CreateTransfer] = SILENT
    transfer = transfers_pb2.Transfer(
        debit_account="customers/1001/accounts/1", own_account="customers/1001/accounts/2"
    )
    transfer.amount.currency_code, transfer.amount.units = "CNY", 1
    request = transfers_pb2.CreateTransferRequest(context=platform.context(), transfer=transfer)
    made = await platform.send("CreateTransfer", request, transfers_pb2.Transfer)
    serial, now = str(made.transaction.ref.global_serial), platform.clock.now()
    doubt = Doubt(
        global_serial=serial,
        host="core",
        operation="transfers.CreateTransfer",
        account="6222020200001234567",
        stage=DoubtStage.MANUAL,
        policy="t/1",
        attempts=2,
        opened_at=now,
        due_at=now,
        reason="exhausted",
    )
    manual = Settlement(global_serial=serial, state=State.MANUAL, at=now, doubt=doubt)
    await platform.store.journal.settle(manual, frozenset({State.IN_DOUBT}))
    return serial


def by(platform: Any, operator: str) -> Any:
    context = platform.counter()
    context.agent = operator
    return context


def proposal(platform: Any, serial: str, operator: str = "li.na", **changes: Any) -> pb.ProposeResolutionRequest:
    said = {"ending": pb.Resolution.ENDING_UNDONE, "reason": "not booked", "evidence": "page 7", **changes}
    resolution = pb.Resolution(**said)
    return pb.ProposeResolutionRequest(context=by(platform, operator), parent=f"doubts/{serial}", resolution=resolution)


async def propose(platform: Any, serial: str, operator: str = "li.na", **changes: Any) -> pb.Resolution:
    request = proposal(platform, serial, operator, **changes)
    made: pb.Resolution = await platform.send("ProposeResolution", request, pb.Resolution)
    return made


async def confirm(platform: Any, name: str, operator: str = "wang.wei") -> pb.Resolution:
    request = pb.ConfirmResolutionRequest(context=by(platform, operator), name=name, remark="seen")
    made: pb.Resolution = await platform.send("ConfirmResolution", request, pb.Resolution)
    return made


async def seen(platform: Any, serial: str) -> pb.Transaction:
    request = pb.GetTransactionRequest(context=platform.counter(), name=f"transactions/{serial}")
    found: pb.Transaction = await platform.send("GetTransaction", request, pb.Transaction)
    return found


async def test_a_proposal_is_seen_by_who_is_to_confirm_it(platform: Any) -> None:
    serial = await case(platform)
    made = await propose(platform, serial)
    assert made.name == f"doubts/{serial}/resolutions/1"
    assert (made.proposer, made.state, made.decider) == ("li.na", pb.Resolution.STATE_OPEN, "")
    listed = await platform.send("ListDoubts", pb.ListDoubtsRequest(context=platform.counter()), pb.ListDoubtsResponse)
    assert [doubt.resolution for doubt in listed.doubts] == [made]
    assert list((await seen(platform, serial)).resolutions) == [made]


async def test_another_persons_word_ends_the_case(platform: Any) -> None:
    serial = await case(platform)
    made = await propose(platform, serial)
    await platform.clock.advance(60)
    ended = await confirm(platform, made.name)
    assert (ended.state, ended.decider, ended.remark) == (pb.Resolution.STATE_CONFIRMED, "wang.wei", "seen")
    found = await seen(platform, serial)
    assert found.info.state == TRANSACTION_STATE_REVERSED
    kinds = [event.kind for event in found.events]
    assert kinds == ["accepted", "resolution_proposed", "resolution_confirmed", "settled"]
    assert dict(found.events[2].detail)["proposer"] == "li.na"
    assert dict(found.events[2].detail)["operator"] == "wang.wei"
    listed = await platform.send("ListDoubts", pb.ListDoubtsRequest(context=platform.counter()), pb.ListDoubtsResponse)
    assert not listed.doubts


async def test_a_case_ended_as_done_answers_without_the_hosts_figures(platform: Any) -> None:
    serial = await case(platform)
    made = await propose(platform, serial, ending=pb.Resolution.ENDING_DONE)
    await confirm(platform, made.name)
    assert (await seen(platform, serial)).info.state == TRANSACTION_STATE_DONE
    request = transfers_pb2.GetTransferRequest(context=platform.context(), name=f"transfers/{serial}")
    transfer = await platform.send("GetTransfer", request, transfers_pb2.Transfer)
    assert transfer.transaction.state == TRANSACTION_STATE_DONE
    assert not transfer.HasField("balance_after_amount")


async def test_what_is_repeated_is_answered_as_it_stands(platform: Any) -> None:
    serial = await case(platform)
    made = await propose(platform, serial)
    assert await propose(platform, serial) == made
    ended = await confirm(platform, made.name)
    await platform.clock.advance(60)
    assert await confirm(platform, made.name) == ended


async def test_refusals_have_codes_of_their_own(platform: Any, refused: Any) -> None:
    serial = await case(platform)
    made = await propose(platform, serial)
    await refused(Code.SECOND_PERSON_REQUIRED, confirm(platform, made.name, "LI.NA"))
    await refused(Code.RESOLUTION_PENDING, propose(platform, serial, "zhao.min"))
    await refused(Code.RESOLUTION_PENDING, propose(platform, serial, reason="booked after all"))
    await refused(Code.RESOLUTION_NOT_OPEN, confirm(platform, f"doubts/{serial}/resolutions/2"))
    await confirm(platform, made.name)
    await refused(Code.RESOLUTION_NOT_OPEN, confirm(platform, made.name, "zhao.min"))
    await refused(Code.CASE_NOT_OPEN, propose(platform, serial))
    await refused(Code.CASE_NOT_OPEN, propose(platform, "nowhere"))


async def test_a_rejected_proposal_stands_in_the_history(platform: Any, refused: Any) -> None:
    serial = await case(platform)
    made = await propose(platform, serial)
    reject = pb.RejectResolutionRequest(context=by(platform, "wang.wei"), name=made.name, remark="page 8 differs")
    rejected = await platform.send("RejectResolution", reject, pb.Resolution)
    assert (rejected.state, rejected.decider) == (pb.Resolution.STATE_REJECTED, "wang.wei")
    await refused(Code.RESOLUTION_NOT_OPEN, confirm(platform, made.name, "zhao.min"))
    found = await seen(platform, serial)
    assert [event.kind for event in found.events] == ["accepted", "resolution_proposed", "resolution_rejected"]
    assert (await propose(platform, serial)).name.endswith("/2")


async def test_what_people_write_is_masked(platform: Any) -> None:
    serial = await case(platform)
    made = await propose(platform, serial, evidence="card 6222020200001234567")
    assert made.evidence == "card 622202*********4567"
    assert "6222020200001234567" not in str(await seen(platform, serial))


@pytest.mark.parametrize(
    "changes", [{"ending": 0}, {"reason": ""}, {"reason": "x" * 201}, {"evidence": "x" * 501}, {"operator": " "}]
)
async def test_a_proposal_says_who_how_and_why(platform: Any, refused: Any, changes: dict[str, Any]) -> None:
    serial = await case(platform)
    await refused(Code.INVALID_REQUEST, propose(platform, serial, **changes))
    assert not (await seen(platform, serial)).resolutions


async def test_only_channels_of_operators_may_decide(platform: Any, refused: Any) -> None:
    serial = await case(platform)
    request = proposal(platform, serial)
    request.context.CopyFrom(platform.context(agent="li.na"))
    awaited = platform.methods["ProposeResolution"].unary(request, CallContext(deadline=10.0))
    await refused(Code.CHANNEL_NOT_ALLOWED, awaited)
