"""Complaints by hand: their way, their clocks over two Chinese holidays, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from ticket_rules import AGENT, AUDITOR, CARDS, CENTRE, COMPLAINT, LEADER, LOANS, Case, at, rules

from tellerline.routing.tickets.clock import Pause
from tellerline.routing.tickets.commands import (
    Act,
    Actor,
    Amend,
    LookAtClocks,
    PauseClocks,
    ResumeClocks,
    SeeTransaction,
    Why,
    Withdraw,
)
from tellerline.routing.tickets.decisions import open_ticket
from tellerline.routing.tickets.events import Alarm, ClockMissed, Followed, Outcome, Withdrawn
from tellerline.routing.tickets.kinds import Ending, Role, Standing, Urgency
from tellerline.routing.tickets.ticket import Ticket
from tellerline.routing.tickets.working_time import UnknownYearError

LOOK = LookAtClocks()


def handed_over() -> Case:
    """Opened on Friday 13 February 10:00, handed over at 15:00: the investigation runs over Spring Festival."""
    case = Case("complaint", COMPLAINT, at(2, 13, 10))
    case.acts(at(2, 13, 11), "submit", AGENT)
    case.acts(at(2, 13, 15), "hand_over", LEADER)
    return case


def decided() -> Case:
    case = handed_over()
    case.acts(at(2, 24, 9), "propose", CARDS, answer="补发新卡并致歉")
    case.acts(at(2, 25, 9), "decide", AUDITOR)
    return case


def test_a_complaint_keeps_its_clocks_over_spring_festival() -> None:
    """Half a day from Friday 13, 10:00 is 15:00 (2 h, lunch, 2 h). Three days from there: 2.5 h of Friday, the made-up
    Saturday 14, nothing from Sunday 15 to Monday 23, Tuesday 24, 5.5 h of Wednesday 25: due at 15:00."""
    case = handed_over()
    assert case.clock("hand_over").due == at(2, 13, 15)
    assert case.clock("hand_over").outcome is Outcome.MET
    investigation = case.clock("investigation")
    assert investigation.due == at(2, 25, 15)
    # One day (8 h) before: Tuesday 24, 15:00. Half a day (4 h): Wednesday 25, 10:00. A quarter (2 h): noon,
    # when the break begins.
    assert investigation.alarms == (
        Alarm(Role.LEADER, at(2, 24, 15)),
        Alarm(Role.SUPERVISOR, at(2, 25, 10)),
        Alarm(Role.MANAGER, at(2, 25, 12)),
    )


def test_a_complaint_keeps_its_clocks_over_national_day() -> None:
    """Audit has two days from Wednesday 30 September 10:00: 6.5 h that day, nothing from 1 to 7 October, 8 h on
    Thursday 8, 1.5 h on Friday 9: due at 10:00. The centre's half day from Friday 9, 17:00: 0.5 h, then 3.5 h of the
    made-up Saturday 10: due at 12:00."""
    case = Case("complaint", COMPLAINT, at(9, 28, 9))
    case.acts(at(9, 28, 9), "submit", AGENT)
    case.acts(at(9, 28, 10), "hand_over", LEADER)
    case.acts(at(9, 30, 10), "propose", CARDS, answer="致歉")
    assert case.clock("audit").due == at(10, 9, 10)
    case.acts(at(10, 9, 17), "decide", AUDITOR)
    assert case.clock("audit").outcome is Outcome.MISSED
    assert case.clock("audit").missed_at == at(10, 9, 10)
    assert case.clock("reply").due == at(10, 10, 12)


def test_the_agent_sees_where_it_stands() -> None:
    case = Case("complaint", COMPLAINT, at(3, 2, 9))
    assert case.ticket.standing is Standing.NEW
    assert case.acts(at(3, 2, 9), "submit", AGENT).standing is Standing.WAITING_FOR_REVIEW
    assert case.acts(at(3, 2, 9), "hand_over", LEADER).standing is Standing.IN_WORKFLOW
    assert case.acts(at(3, 2, 10), "propose", CARDS, answer="致歉").standing is Standing.IN_WORKFLOW
    assert case.acts(at(3, 2, 11), "decide", AUDITOR).standing is Standing.IN_WORKFLOW
    assert case.acts(at(3, 2, 12), "told", CENTRE).standing is Standing.OPINION_MISSING
    done = case.acts(at(3, 2, 14), "satisfied", CENTRE)
    assert (done.standing, done.ending, done.closed_at) == (Standing.PROCESSED, Ending.SATISFIED, at(3, 2, 14))
    assert {clock.outcome for clock in done.clocks} == {Outcome.MET}
    assert done.next_at is None


def test_calls_come_before_the_clock_is_missed_and_then_it_is() -> None:
    case = handed_over()
    due = case.clock("investigation").due
    assert case.ticket.next_at == at(2, 24, 15)
    assert [alarm.to for alarm in case.does(at(2, 25, 11), LOOK).clocks[1].calls] == [Role.LEADER, Role.SUPERVISOR]
    assert case.does(due, LOOK).clocks[1].missed_at is None
    late = case.does(due + timedelta(microseconds=1), LOOK)
    assert [alarm.to for alarm in late.clocks[1].calls] == [Role.LEADER, Role.SUPERVISOR, Role.MANAGER]
    assert late.clocks[1].missed_at == due
    assert case.events[-1] == ClockMissed(at=due, clock="investigation", run=1)
    assert late.version == handed_over().ticket.version


def test_what_is_done_after_the_due_instant_is_missed_even_if_nobody_looked() -> None:
    case = handed_over()
    case.acts(at(2, 26, 9), "propose", CARDS, answer="致歉")
    clock = case.clock("investigation")
    assert (clock.outcome, clock.missed_at, clock.stopped_at) == (Outcome.MISSED, at(2, 25, 15), at(2, 26, 9))
    assert len(clock.calls) == 3


def test_sent_back_to_the_department_another_run_begins_and_the_first_stays_as_it_was() -> None:
    case = handed_over()
    case.acts(at(2, 14, 9), "propose", CARDS, answer="致歉")
    first = case.clock("investigation")
    case.acts(at(2, 14, 16), "return", AUDITOR)
    assert case.clock("investigation") == first
    assert case.clock("audit").outcome is Outcome.MET
    # Saturday 14, 16:00: 1.5 h, then Tuesday 24 and Wednesday 25, 6.5 h of Thursday 26: 16:00.
    assert case.clock("investigation", 2).due == at(2, 26, 16)


def test_a_pause_stops_working_time_and_calls() -> None:
    """1 h of 4 is used when it pauses at 11:00, 3 h are left at 14:00: due at 17:00. The leader's call, 2 h before,
    moves from noon to 15:00."""
    case = Case("complaint", COMPLAINT, at(3, 2, 10))
    pause = PauseClocks(actor=LEADER, reason="等待客户补充凭证")
    assert case.refuses(at(3, 2, 11), PauseClocks(actor=AGENT, reason="x")).why is Why.NOT_ALLOWED
    assert case.refuses(at(3, 2, 11), replace(pause, reason=" ")).why is Why.REASON_MISSING
    assert case.does(at(3, 2, 11), pause).next_at is None
    assert case.refuses(at(3, 2, 12), pause).why is Why.PAUSED
    assert case.refuses(at(3, 2, 12), Act(action="submit", actor=AGENT)).why is Why.PAUSED
    assert case.does(at(3, 3, 9), LOOK).clocks[0].missed_at is None
    case.does(at(3, 3, 14), ResumeClocks(actor=LEADER))
    clock = case.clock("hand_over")
    assert (clock.due, clock.pauses) == (at(3, 3, 17), (Pause(at(3, 2, 11), at(3, 3, 14)),))
    assert clock.alarms[0] == Alarm(Role.LEADER, at(3, 3, 15))
    assert case.refuses(at(3, 3, 15), ResumeClocks(actor=LEADER)).why is Why.NOT_PAUSED


def test_a_pause_ends_with_the_ticket() -> None:
    case = Case("complaint", COMPLAINT, at(3, 2, 10))
    case.does(at(3, 2, 11), PauseClocks(actor=LEADER, reason="等待客户"))
    (clock,) = case.does(at(3, 2, 12), Withdraw(actor=AGENT)).clocks
    assert (clock.outcome, clock.pauses) == (Outcome.VOID, (Pause(at(3, 2, 11), at(3, 2, 12)),))


def test_a_call_that_was_made_is_not_made_again_after_a_pause() -> None:
    case = Case("complaint", COMPLAINT, at(3, 2, 8, 30))
    case.does(at(3, 2, 11), PauseClocks(actor=LEADER, reason="等待客户"))
    case.does(at(3, 2, 14), ResumeClocks(actor=LEADER))
    assert [alarm.to for alarm in case.clock("hand_over").calls] == [Role.LEADER]
    assert [alarm.to for alarm in case.clock("hand_over").alarms] == [Role.SUPERVISOR, Role.MANAGER]


def test_dissatisfied_leads_to_a_second_complaint_straight_to_audit() -> None:
    case = decided()
    case.acts(at(2, 25, 10), "not_reached", AGENT)
    case.acts(at(2, 25, 11), "told", AGENT)
    first = case.acts(at(2, 25, 16), "dissatisfied", AGENT)
    assert (first.ending, first.followed_by) == (Ending.DISSATISFIED, "T2")
    assert case.events[-1] == Followed(at=at(2, 25, 16), actor=AGENT.id, ticket="T2", flow="second_complaint")
    second = Case("second_complaint", first.details, at(2, 25, 16))
    # Five days from Wednesday 25, 16:00: 1.5 h, Thursday 26, Friday 27, the made-up Saturday 28, Monday 2 March, and
    # 6.5 h of Tuesday 3: 16:00.
    assert second.clock("final_decision").due == at(3, 3, 16)
    second.acts(at(3, 3, 16), "decide", AUDITOR, answer="维持原处理意见")
    assert second.clock("final_decision").outcome is Outcome.MET
    second.acts(at(3, 4, 9), "told", CENTRE)
    assert second.acts(at(3, 4, 9), "dissatisfied", CENTRE).followed_by == ""


def test_a_withdrawn_complaint_ends_so_and_keeps_its_history() -> None:
    case = handed_over()
    before = list(case.events)
    assert case.refuses(at(2, 14, 9), Withdraw(actor=CARDS)).why is Why.NOT_ALLOWED
    ended = case.does(at(2, 14, 9), Withdraw(actor=AGENT, reason="客户来电撤诉"))
    assert (ended.standing, ended.ending) == (Standing.PROCESSED, Ending.WITHDRAWN)
    assert [clock.outcome for clock in ended.clocks] == [Outcome.MET, Outcome.VOID]
    assert case.events[: len(before)] == before
    assert case.events[-1] == Withdrawn(at=at(2, 14, 9), actor=AGENT.id, reason="客户来电撤诉")
    assert case.refuses(at(2, 14, 10), Act(action="propose", actor=CARDS)).why is Why.CLOSED
    assert case.does(at(3, 31), LOOK) == ended


def test_a_major_event_calls_everybody_at_once_at_night() -> None:
    case = Case("complaint", replace(COMPLAINT, urgency=Urgency.MAJOR), at(2, 17, 2))
    everybody = tuple(Alarm(role, at(2, 17, 2)) for role in (Role.LEADER, Role.SUPERVISOR, Role.MANAGER))
    assert case.ticket.calls == everybody
    later = Case("complaint", COMPLAINT, at(3, 2, 9))
    major = replace(COMPLAINT, urgency=Urgency.MAJOR)
    assert len(later.does(at(3, 2, 10), Amend(details=major, actor=AGENT)).calls) == 3
    assert len(later.does(at(3, 2, 10), Amend(details=replace(major, text="x"), actor=AGENT)).calls) == 3


@pytest.mark.parametrize(
    ("action", "actor", "why", "names"),
    [
        ("decide", AUDITOR, Why.NOT_AT_THIS_STEP, ("propose",)),
        ("propose", AUDITOR, Why.NOT_ALLOWED, ("department",)),
        ("propose", LOANS, Why.OTHER_DEPARTMENT, ("cards",)),
        ("propose", CARDS, Why.MISSING_DETAILS, ("answer",)),
    ],
)
def test_what_may_not_be_done_is_refused(action: str, actor: Actor, why: Why, names: tuple[str, ...]) -> None:
    refused = handed_over().refuses(at(2, 14, 9), Act(action=action, actor=actor))
    assert (refused.why, refused.names) == (why, names)


def test_nobody_audits_his_own_proposal() -> None:
    both = Actor(id="X1", roles=frozenset({Role.DEPARTMENT, Role.AUDIT}), department="cards")
    case = handed_over()
    case.acts(at(2, 14, 9), "propose", both, answer="致歉")
    assert case.refuses(at(2, 14, 10), Act(action="decide", actor=both)).why is Why.SECOND_PERSON_REQUIRED
    assert case.acts(at(2, 14, 10), "decide", AUDITOR).step == "call_back"


def test_what_audit_decided_is_what_the_customer_is_told() -> None:
    case = decided()
    other = replace(COMPLAINT, answer="什么也没有")
    assert case.refuses(at(2, 25, 10), Amend(details=other, actor=AGENT)).names == ("answer",)
    assert case.refuses(at(2, 25, 10), Act(action="told", actor=AGENT, details=other)).names == ("answer",)


def test_an_agent_takes_no_ticket_from_its_department() -> None:
    case = handed_over()
    other = replace(COMPLAINT, department="loans")
    assert case.refuses(at(2, 14, 9), Amend(details=other, actor=AGENT)).names == ("department",)
    assert case.does(at(2, 14, 9), Amend(details=other, actor=LEADER)).details.department == "loans"
    assert case.refuses(at(2, 14, 9), Act(action="propose", actor=CARDS)).why is Why.OTHER_DEPARTMENT
    assert case.ticket.runs("investigation") == 1


def test_an_opening_needs_somebody_who_may_and_what_the_flow_asks() -> None:
    refused = open_ticket(rules("complaint"), COMPLAINT, CARDS, at(3, 2))
    assert not isinstance(refused, tuple)
    assert refused.why is Why.NOT_ALLOWED
    absent = open_ticket(rules("complaint"), replace(COMPLAINT, contact="", category=""), AGENT, at(3, 2))
    assert not isinstance(absent, tuple)
    assert absent.names == ("contact", "category")


def test_audit_waits_for_a_transaction_in_doubt() -> None:
    case = Case("complaint", replace(COMPLAINT, transaction="G1"), at(3, 2, 9))
    case.acts(at(3, 2, 9), "submit", AGENT)
    case.acts(at(3, 2, 9), "hand_over", LEADER)
    case.acts(at(3, 2, 10), "propose", CARDS, answer="致歉")
    decision = Act(action="decide", actor=AUDITOR)
    assert case.ticket.in_doubt
    assert case.refuses(at(3, 2, 11), decision).why is Why.TRANSACTION_IN_DOUBT
    doubt = SeeTransaction(serial="G1", state="in_doubt", definite=False)
    assert case.does(at(3, 2, 11), doubt).in_doubt
    assert case.does(at(3, 2, 12), doubt) == case.ticket
    assert case.refuses(at(3, 2, 12), replace(doubt, serial="G2")).why is Why.OTHER_TRANSACTION
    assert case.refuses(at(3, 2, 12), decision).names == ("G1",)
    assert not case.does(at(3, 2, 13), replace(doubt, state="done", definite=True)).in_doubt
    assert case.does(at(3, 2, 14), decision).step == "call_back"


def test_a_complaint_whose_clock_would_end_in_an_unknown_year_is_not_guessed() -> None:
    with pytest.raises(UnknownYearError):
        Case("complaint", COMPLAINT, at(12, 31, 15))


def test_time_does_not_go_back() -> None:
    case = handed_over()
    moved: Ticket = case.acts(at(2, 10), "propose", CARDS, answer="致歉")
    assert moved.step_since == at(2, 13, 15)
