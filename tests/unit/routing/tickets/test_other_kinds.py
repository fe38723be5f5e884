"""Consultation, suggestion, praise, appointment and lead, by hand."""

from __future__ import annotations

from dataclasses import replace

from ticket_rules import AGENT, CARDS, CENTRE, LEADER, Case, at, rules

from tellerline.routing.tickets.commands import Act, Amend, LookAtClocks, Refused, Tell, Why
from tellerline.routing.tickets.decisions import open_ticket
from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.events import Alarm, Outcome
from tellerline.routing.tickets.kinds import Ending, Party, Role, Standing

QUESTION = Details(text="挂失后多久可以补卡？", contact="13900000000")
IDEA = Details(text="请延长网点营业时间", department="cards")


def test_praise_is_closed_when_person_department_and_union_have_been_told() -> None:
    case = Case("praise", Details(text="耐心细致", person="A1001", department="cards"), at(3, 2, 9))
    assert case.ticket.clocks == ()
    case.acts(at(3, 2, 10), "confirm", LEADER)
    assert case.refuses(at(3, 2, 10), Act(action="close", actor=AGENT)).names == ("department", "person", "union")
    case.does(at(3, 2, 11), Tell(party=Party.PERSON, actor=AGENT))
    case.does(at(3, 2, 11), Tell(party=Party.DEPARTMENT, actor=AGENT))
    assert case.refuses(at(3, 2, 12), Act(action="close", actor=AGENT)).names == ("union",)
    told = case.does(at(3, 2, 12), Tell(party=Party.UNION, actor=LEADER))
    assert case.does(at(3, 2, 13), Tell(party=Party.UNION, actor=LEADER)) == told
    assert case.acts(at(3, 2, 13), "close", AGENT).ending is Ending.ANSWERED


def test_a_suggestion_is_answered_by_the_department_within_two_days() -> None:
    """Two days from Friday 18 September 15:00: 2.5 h, the made-up Sunday 20, 5.5 h of Monday 21."""
    case = Case("suggestion", IDEA, at(9, 18, 15))
    assert case.ticket.standing is Standing.IN_WORKFLOW
    assert case.clock("answer").due == at(9, 21, 15)
    case.acts(at(9, 21, 15), "answer", CARDS, answer="将研究")
    assert case.clock("answer").outcome is Outcome.MET
    assert case.acts(at(9, 22, 9), "told", CENTRE).ending is Ending.ANSWERED


def test_a_question_at_night_in_the_festival_is_handled_on_the_next_working_day() -> None:
    case = Case("consultation", QUESTION, at(2, 18, 23))
    assert case.clock("answer").due == at(2, 24, 17, 30)
    case.acts(at(2, 24, 9), "pass_on", AGENT, department="cards")
    case.acts(at(2, 24, 11), "department_answers", CARDS, answer="次日")
    case.acts(at(2, 24, 17), "told", AGENT)
    assert case.clock("answer").outcome is Outcome.MET
    assert case.ticket.runs("answer") == 1


def test_a_question_answered_on_the_telephone_is_closed_at_once() -> None:
    case = Case("consultation", QUESTION, at(3, 2, 9))
    assert case.acts(at(3, 2, 9), "answer", AGENT, answer="次日", knowledge_entry="K12").ending is Ending.ANSWERED


def test_an_appointment_runs_until_the_agreed_time_whatever_the_hour() -> None:
    booked = Details(appointment_at=at(2, 18, 20), notice_way="sms", contact="13900000000")
    case = Case("appointment", booked, at(2, 13, 9))
    clock = case.clock("appointment")
    assert (clock.due, clock.left) == (at(2, 18, 20), None)
    assert clock.alarms == (Alarm(Role.AGENT, at(2, 18, 19)), Alarm(Role.LEADER, at(2, 18, 19, 45)))
    assert case.does(at(2, 18, 19), LookAtClocks()).clocks[0].calls == (Alarm(Role.AGENT, at(2, 18, 19)),)
    assert case.acts(at(2, 18, 20), "kept", AGENT).clocks[0].outcome is Outcome.MET


def test_a_moved_appointment_has_another_clock_and_the_old_one_is_void() -> None:
    booked = Details(appointment_at=at(3, 4, 10), notice_way="sms", contact="13900000000")
    case = Case("appointment", booked, at(3, 2, 9))
    case.does(at(3, 2, 10), Amend(details=replace(booked, appointment_at=at(3, 5, 10)), actor=AGENT))
    assert case.clock("appointment").outcome is Outcome.VOID
    assert case.clock("appointment", 2).due == at(3, 5, 10)
    ended = case.acts(at(3, 3, 9), "not_kept", AGENT, appointment_at=at(3, 6, 10))
    assert [clock.outcome for clock in ended.clocks] == [Outcome.VOID, Outcome.VOID, Outcome.MET]


def test_nobody_books_the_past() -> None:
    booked = Details(appointment_at=at(3, 4, 10), notice_way="sms", contact="13900000000")
    refused = open_ticket(rules("appointment"), booked, AGENT, at(3, 4, 10))
    assert refused == Refused(Why.INSTANT_PASSED, ("appointment_at",))
    case = Case("appointment", booked, at(3, 2, 9))
    moved = Amend(details=replace(booked, appointment_at=at(3, 1, 10)), actor=AGENT)
    assert case.refuses(at(3, 2, 10), moved).why is Why.INSTANT_PASSED
    assert (
        case.does(at(3, 4, 11), Amend(details=replace(booked, notice_way="call"), actor=AGENT)).runs("appointment") == 1
    )


def test_a_lead_is_contacted_by_the_branch_within_a_day() -> None:
    wish = Details(text="小企业贷款", contact="13900000000", branch="010", department="cards")
    case = Case("lead", wish, at(3, 2, 9))
    assert case.clock("contact").due == at(3, 3, 9)
    case.acts(at(3, 2, 16), "contacted", CARDS)
    assert case.acts(at(3, 9), "won", CARDS).ending is Ending.ANSWERED
    assert case.refuses(at(3, 9), Act(action="won", actor=CARDS)).why is Why.CLOSED
