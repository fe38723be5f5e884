"""One line of time: sentences in order, transactions where they belong, kinds of other versions not lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tellerline.callcenter.site.facts import KINDS
from tellerline.cli.tracing import words
from tellerline.cli.tracing.happened import Happened, happened
from tellerline.cli.tracing.telling import Teller
from tellerline.cli.tracing.timeline import timeline

NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OF_NO_CALL = {"AgentSignedIn", "AgentSignedOut", "Converged", "LinkCameBack", "LinkWentDown"}
TOLD_BY_THE_TELLER = {"IvrNodeReached", "QueueStepReached"}


def event(seconds: float, kind: str, agent: str = "", /, **details: Any) -> Happened:
    return Happened(at=NINE + timedelta(seconds=seconds), kind=kind, agent=agent, queue="", details=details)


def english(*events: Happened) -> list[str]:
    teller = Teller()
    return [said[0] for each in events for said in teller.tell(each)]


def stamp(seconds: float) -> str:
    return (NINE + timedelta(seconds=seconds)).isoformat()


def transaction(seconds: float, serial: str, **changes: Any) -> dict[str, Any]:
    info = {
        "ref": {"global_serial": serial, "channel_serial": "c", "host_serial": ""},
        "state": "TRANSACTION_STATE_DONE",
        "accept_time": stamp(seconds),
        "settle_time": stamp(seconds + 0.02),
    }
    made = {"info": info, "operation": "accounts.GetBalance", "host": "core", "agent": "", "legs": [], "events": []}
    return made | changes


def test_every_kind_of_fact_of_a_call_has_its_words() -> None:
    known = words.SAID.keys() | words.SAID_BY.keys() | words.QUIET | TOLD_BY_THE_TELLER | OF_NO_CALL
    assert KINDS.keys() - known == set()


def test_a_kind_of_another_version_is_shown_by_its_name() -> None:
    assert english(event(0, "CallTeleported", where="moon")) == ["CallTeleported"]


def test_what_another_version_leaves_out_is_shown_as_missing() -> None:
    assert english(event(0, "CallArrived")) == ["call from a withheld number to –"]


def test_a_flow_is_told_of_where_it_comes_to_and_what_it_asks() -> None:
    told = english(
        event(0, "IvrNodeReached", node="menu"),
        event(1, "IvrNodeReached", node="menu"),
        event(2, "IvrNodeReached", node="pin.check", asked="verify_pin"),
        event(3, "IvrNodeReached", node="pin.check", answered="PIN_WRONG"),
        event(4, "IvrNodeReached", node="pin.check", answered="DONE"),
    )
    assert told == [
        "step menu",
        "step pin.check",
        "asks the bank: verify_pin",
        "the bank answers verify_pin: PIN_WRONG",
    ]


def test_prompts_are_named_once_and_words_around_figures_not_at_all() -> None:
    prompts = ["balance/balance/0", "unit/CNY", "balance/balance/2", "balance/back/0"]
    assert english(event(0, "PromptsStarted", prompts=prompts)) == ["hears balance/balance, balance/back"]
    assert english(event(0, "PromptsStarted", prompts=["unit/CNY"]), event(1, "PromptsStarted")) == []


def test_a_wait_that_nobody_can_tell_is_not_told_as_none() -> None:
    told = english(
        event(0, "WaitEstimated", position=2.0, expected=41.7), event(1, "WaitEstimated", position=1.0, expected=None)
    )
    assert told == [
        "place 2 in the queue, expected wait: 42 s",
        "place 1 in the queue, expected wait: not known",
    ]


def test_an_offer_that_routing_did_not_make_names_the_agent() -> None:
    told = english(event(0, "ReservationMade", "A2", kind="COLLEAGUE", grounds={}))
    assert told == ["agent A2 is asked in"]


def test_transactions_stand_among_the_events_at_their_instants() -> None:
    doubt = {"event_time": stamp(9), "kind": "doubt_opened", "detail": {"reason": "timeout"}}
    leg = {"number": -1, "attempt": 1, "step": "debit", "transaction": None}
    line = timeline(
        "main-1",
        "t",
        [event(0, "CallArrived"), event(5, "CallHeld", "A1"), event(8, "CallEnded", end="NORMAL")],
        [transaction(4, "G1", agent="A1", legs=[leg]), transaction(5, "G2", events=[doubt])],
    )
    assert [(moment.kind, moment.transaction) for moment in line.moments] == [
        ("CallArrived", ""),
        ("transaction", "G1"),
        ("leg", "G1"),
        ("CallHeld", ""),
        ("transaction", "G2"),
        ("CallEnded", ""),
        ("doubt_opened", "G2"),
    ]
    assert line.moments[1].said[0] == "transaction G1 by A1: accounts.GetBalance → core done (20 ms)"
    assert line.moments[2].said[0] == "  G1, undo of leg 1 debit: not sent yet"


def test_events_are_read_as_the_contract_has_them() -> None:
    read = happened(
        {
            "event_time": "2026-03-02T01:00:00.100Z",
            "kind": "QueueStepReached",
            "agent": "agents/A1",
            "queue": "queues/personal",
            "details": {"step": 2.0, "kind": "overflow", "group": "night", "skipped": True},
        }
    )
    assert (read.agent, read.queue, read.text("step")) == ("A1", "personal", "2")
    assert english(read) == ["now sought: overflow group “night” (nobody was on duty for the step before)"]
