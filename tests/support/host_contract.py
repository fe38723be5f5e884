"""The host contract suite: written once, bound to a host in a few lines (a ``bench`` fixture in a subclass)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import pytest
from host_bench import SHORTER_S, EnquiryBench, HostBench
from mq_worlds import eventually

from tellerline.connectors.connector import CannotBuildError
from tellerline.connectors.host import Answer
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command, Echo, Effect, Inquire, Reverse
from tellerline.routing.model.outcome import Done, Fate, Found, NotFound, NotSent, Rejected, Reversal, Unknown
from tellerline.simulators.faults import FaultKind, GarbleStyle

LONGER_S = SHORTER_S + 4
"""Of a fault that lasts longer than its caller is patient; what is left of it when he has given up is skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOffered(Command):
    operation: ClassVar[str] = "nowhere.DoNothing"
    effect: ClassVar[Effect] = Effect.ENQUIRY


class EnquiryContract:
    """What every host keeps, also one that changes nothing."""

    async def test_every_declared_operation_has_an_example_and_is_done(self, bench: EnquiryBench) -> None:
        assert set(bench.examples) == bench.host.operations - {Inquire.operation, Reverse.operation}
        for operation, (command, expected) in bench.examples.items():
            answer = await bench.ask(command)
            assert answer.fate is Fate.REPLIED, (operation, answer)
            assert isinstance(answer.outcome, Done), (operation, answer)
            assert type(answer.outcome.result) is expected, operation

    async def test_an_operation_that_is_not_declared_is_not_sent(self, bench: EnquiryBench) -> None:
        with pytest.raises(CannotBuildError):
            await bench.ask(NotOffered())

    async def test_a_deadline_that_is_over_is_no_doubt(self, bench: EnquiryBench) -> None:
        for command, _ in bench.examples.values():
            answer = await bench.ask(command, patience=-1.0)
            assert answer.fate is Fate.NOT_SENT
            assert isinstance(answer.outcome, NotSent)

    async def test_echo_tells_the_accounting_date(self, bench: EnquiryBench) -> None:
        answer = _done(await bench.ask(Echo()))
        assert len(answer.accounting_date) == 10


class HostContract(EnquiryContract):
    """What a host that moves money keeps under every fault."""

    async def test_a_refusal_is_definite_and_keeps_the_hosts_own_code(self, bench: HostBench) -> None:
        command, code = bench.refused
        answer = await bench.ask(command)
        assert answer.fate is Fate.REPLIED
        assert isinstance(answer.outcome, Rejected)
        assert answer.outcome.code is code
        assert answer.outcome.host_code
        assert answer.outcome.host_message

    async def test_a_refusal_code_that_nobody_knows_is_still_a_refusal(self, bench: HostBench) -> None:
        bench.strike(FaultKind.REFUSE, code="7777")
        call = bench.call()
        assert _rejected(await bench.ask(bench.change, call)) is Code.REJECTED_BY_HOST
        assert bench.effect(call.reference) == 0

    @pytest.mark.parametrize(
        ("host_code", "code"), [("9001", Code.HOST_BUSY), ("9002", Code.HOST_CLOSED_FOR_MAINTENANCE)]
    )
    async def test_not_now_is_a_refusal(self, bench: HostBench, host_code: str, code: Code) -> None:
        bench.strike(FaultKind.REFUSE, code=host_code)
        assert _rejected(await bench.ask(bench.change)) is code

    async def test_a_lost_request_is_unknown_and_inquiry_does_not_find_it(self, bench: HostBench) -> None:
        bench.strike(FaultKind.LOSE_REQUEST)
        call = bench.call()
        _assert_no_reply(await bench.give_up(call, FaultKind.LOSE_REQUEST))
        assert isinstance(_done(await bench.inquire(call.reference)).result, NotFound)
        assert bench.effect(call.reference) == 0

    async def test_a_lost_reply_is_unknown_and_inquiry_finds_what_was_done(self, bench: HostBench) -> None:
        bench.strike(FaultKind.LOSE_REPLY)
        call = bench.call()
        _assert_no_reply(await bench.give_up(call, FaultKind.LOSE_REPLY))
        found = _done(await bench.inquire(call.reference)).result
        assert isinstance(found, Found)
        assert not found.reversed
        assert found.original == _done(await bench.ask(bench.change, bench.call(call.reference, attempt=2)))
        assert bench.effect(call.reference) == 1

    async def test_a_delayed_request_is_found_only_when_it_was_done(self, bench: HostBench) -> None:
        bench.strike(FaultKind.DELAY, seconds=LONGER_S)
        call = bench.call()
        _assert_no_reply(await bench.give_up(call, FaultKind.DELAY))
        assert isinstance(_done(await bench.inquire(call.reference)).result, NotFound)
        bench.leaping.leap(LONGER_S - SHORTER_S)
        await eventually(lambda: bench.effect(call.reference) == 1)
        assert isinstance(_done(await bench.inquire(call.reference)).result, Found)
        assert bench.effect(call.reference) == 1

    async def test_a_late_reply_is_evidence_where_the_wire_can_bring_it(self, bench: HostBench) -> None:
        bench.strike(FaultKind.LATE_REPLY, seconds=LONGER_S)
        call = bench.call()
        _assert_no_reply(await bench.give_up(call, FaultKind.LATE_REPLY))
        bench.leaping.leap(LONGER_S - SHORTER_S)
        expected = [(call.reference, Done)] if bench.unsolicited else []
        await eventually(lambda: len(bench.late) >= len(expected))
        await asyncio.sleep(0.05)
        assert [(late.reference, type(late.outcome)) for late in bench.late] == expected

    @pytest.mark.parametrize("kind", [FaultKind.DUPLICATE_REPLY, FaultKind.CONTRADICTORY_REPLY])
    async def test_a_second_reply_never_answers_another_request(self, bench: HostBench, kind: FaultKind) -> None:
        bench.strike(kind)
        first = bench.call()
        done = _done(await bench.ask(bench.change, first))
        for _ in range(3):
            other = bench.call()
            assert _done(await bench.ask(bench.change, other)).host_serial != done.host_serial
            assert bench.effect(other.reference) == 1
        assert bench.effect(first.reference) == 1
        second = Done if kind is FaultKind.DUPLICATE_REPLY else Rejected
        expected = [(first.reference, second)] if bench.unsolicited else []
        await eventually(lambda: len(bench.late) >= len(expected))
        assert [(late.reference, type(late.outcome)) for late in bench.late] == expected

    @pytest.mark.parametrize("style", list(GarbleStyle))
    async def test_a_garbled_reply_is_unknown(self, bench: HostBench, style: GarbleStyle) -> None:
        bench.strike(FaultKind.GARBLE, style=style)
        call = bench.call()
        answer = await bench.ask(bench.change, call)
        assert answer.fate is Fate.REPLIED_UNREADABLE
        assert isinstance(answer.outcome, Unknown)
        assert answer.outcome.code is Code.HOST_REPLY_UNREADABLE
        assert bench.effect(call.reference) == 1

    async def test_a_crash_after_the_commit_is_unknown_and_found_afterwards(self, bench: HostBench) -> None:
        bench.strike(FaultKind.CRASH_AFTER_COMMIT, seconds=LONGER_S)
        call = bench.call()
        answer = await bench.give_up(call, FaultKind.CRASH_AFTER_COMMIT)
        assert answer.fate is Fate.SENT_NO_REPLY
        assert isinstance(answer.outcome, Unknown)
        bench.leaping.leap(LONGER_S - SHORTER_S)
        assert isinstance(_done(await _once_back(bench, call.reference)).result, Found)
        assert bench.effect(call.reference) == 1

    async def test_a_deadline_that_is_over_sends_nothing(self, bench: HostBench) -> None:
        call = bench.call()
        answer = await bench.ask(bench.change, call, -1.0)
        assert answer.fate is Fate.NOT_SENT
        assert isinstance(answer.outcome, NotSent)
        assert bench.effect(call.reference) == 0

    async def test_the_same_reference_again_has_one_effect_and_one_answer(self, bench: HostBench) -> None:
        call = bench.call()
        attempts = [bench.call(call.reference, attempt) for attempt in range(1, 6)]
        answers = [_done(await bench.ask(bench.change, attempt)) for attempt in attempts]
        assert answers == [answers[0]] * len(answers)
        assert bench.effect(call.reference) == 1

    async def test_a_reversal_undoes_once_however_often_it_comes(self, bench: HostBench) -> None:
        original = bench.call()
        _done(await bench.ask(bench.change, original))
        advice = bench.call()
        for attempt in range(1, 4):
            answer = await bench.ask(bench.reversal(original.reference), bench.call(advice.reference, attempt))
            assert _done(answer).result == Reversal(effective=True)
        assert bench.effect(original.reference) == 0
        found = _done(await bench.inquire(original.reference)).result
        assert isinstance(found, Found)
        assert found.reversed

    async def test_a_second_reversal_under_its_own_reference_is_refused(self, bench: HostBench) -> None:
        original = bench.call()
        _done(await bench.ask(bench.change, original))
        _done(await bench.ask(bench.reversal(original.reference)))
        assert _rejected(await bench.ask(bench.reversal(original.reference))) is Code.ALREADY_REVERSED
        assert bench.effect(original.reference) == 0

    async def test_a_reversal_before_its_original_leaves_a_tombstone(self, bench: HostBench) -> None:
        original = bench.call()
        assert _done(await bench.ask(bench.reversal(original.reference))).result == Reversal(effective=False)
        assert _rejected(await bench.ask(bench.change, original)) is Code.ALREADY_REVERSED
        assert bench.effect(original.reference) == 0

    async def test_many_at_once_each_get_their_own_answer(self, bench: HostBench) -> None:
        calls = [bench.call() for _ in range(40)]
        answers = await asyncio.gather(*(bench.ask(bench.change, call) for call in calls))
        assert len({_done(answer).host_serial for answer in answers}) == len(calls)
        assert [bench.effect(call.reference) for call in calls] == [1] * len(calls)

    async def test_a_reply_to_a_reference_is_never_taken_for_another(self, bench: HostBench) -> None:
        bench.strike(FaultKind.REORDER, seconds=0.1)
        calls = [bench.call() for _ in range(4)]
        answers = await asyncio.gather(*(bench.ask(bench.change, call) for call in calls))
        for call, answer in zip(calls, answers, strict=True):
            found = _done(await bench.inquire(call.reference)).result
            assert isinstance(found, Found)
            assert found.original == answer.outcome


async def _once_back(bench: HostBench, reference: str) -> Answer:
    """What an inquiry brings as soon as it can be sent."""
    async with asyncio.timeout(30):
        while (answer := await bench.inquire(reference)).fate is Fate.NOT_SENT:  # noqa: ASYNC110 the host is away
            await asyncio.sleep(0.02)
    return answer


def _done(answer: Answer) -> Done:
    assert isinstance(answer.outcome, Done), answer
    return answer.outcome


def _rejected(answer: Answer) -> Code:
    assert isinstance(answer.outcome, Rejected), answer
    assert answer.fate is Fate.REPLIED
    return answer.outcome.code


def _assert_no_reply(answer: Answer) -> None:
    assert answer.fate is Fate.SENT_NO_REPLY
    assert isinstance(answer.outcome, Unknown)
    assert answer.outcome.code is Code.COMMUNICATION_TIMEOUT
