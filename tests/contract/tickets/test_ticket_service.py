"""Tickets through the contract's handlers, on both stores: versions, repeats, history, search, export, flows."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, timedelta
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from ticket_office import MANAGER, SUPERVISOR, WRITTEN, Office, approved_export
from ticket_rules import AGENT, AUDITOR, CARDS, CENTRE, LEADER, LOANS, at

from tellerline.api.tickets.v1 import tickets_pb2 as pb
from tellerline.callcenter.tickets.refusals import Code, RefusalError
from tellerline.callcenter.tickets.transactions import Standing
from tellerline.routing.tickets.commands import Actor
from tellerline.routing.tickets.reading import shipped_flows


def code(refused: pytest.ExceptionInfo[RefusalError]) -> Code:
    return refused.value.code


async def handed_over(desk: Office, **details: Any) -> pb.Ticket:
    ticket = await desk.opens(**(WRITTEN | details))
    ticket = await desk.acts(ticket, "submit", AGENT)
    return await desk.acts(ticket, "hand_over", LEADER)


async def told(desk: Office) -> pb.Ticket:
    ticket = await handed_over(desk)
    ticket = await desk.acts(ticket, "propose", CARDS, answer="补发新卡并致歉")
    ticket = await desk.acts(ticket, "decide", AUDITOR)
    return await desk.acts(ticket, "told", CENTRE)


async def test_a_complaint_goes_its_way_and_its_history_says_who_did_what(desk: Office) -> None:
    ticket = await told(desk)
    assert (ticket.standing, ticket.step_title) == (
        pb.Ticket.STANDING_OPINION_MISSING,
        "Record what the customer thinks",
    )
    done = await desk.acts(ticket, "satisfied", CENTRE)
    assert (done.standing, done.ending) == (pb.Ticket.STANDING_PROCESSED, pb.Ticket.ENDING_SATISFIED)
    assert [(clock.clock, clock.state) for clock in done.clocks] == [
        (name, pb.Clock.STATE_MET) for name in ("hand_over", "investigation", "audit", "reply")
    ]
    assert done.pass_time.ToDatetime(UTC) == at(3, 2, 9)
    moves = [event for event in await desk.history(done.name) if event.kind == "moved"]
    assert [(event.actor, event.detail["action"]) for event in moves] == [
        (AGENT.id, "submit"),
        (LEADER.id, "hand_over"),
        (CARDS.id, "propose"),
        (AUDITOR.id, "decide"),
        (CENTRE.id, "told"),
        (CENTRE.id, "satisfied"),
    ]
    assert await desk.sees(done.name, CENTRE) == done


async def test_what_may_be_done_is_said_in_the_readers_language(desk: Office) -> None:
    ticket = await desk.opens()
    (action,) = ticket.actions
    assert (action.action, action.title, action.permitted) == ("submit", "Submit to the team leader", True)
    request = pb.GetTicketRequest(context=desk.context(CARDS, english=False), name=ticket.name)
    seen = await desk.service.handlers.get_ticket(request)
    assert (seen.step_title, seen.actions[0].title, seen.actions[0].permitted) == ("登记", "提交班长审核", False)
    assert seen.clocks[0].title == "登记并移交"
    assert seen.reply_by_time == seen.clocks[0].due_time


async def test_a_stale_version_is_refused_and_time_does_not_make_it_stale(desk: Office) -> None:
    ticket = await desk.opens()
    moved = await desk.acts(ticket, "submit", AGENT)
    with pytest.raises(RefusalError) as refused:
        await desk.acts(ticket, "submit", AGENT)
    assert code(refused) is Code.TICKET_VERSION_OUTDATED
    assert refused.value.metadata == {"version": str(moved.version)}
    await desk.clock.advance(6 * 3600)
    assert await desk.service.clocks.look() == 0
    assert len((await desk.sees(ticket.name)).clocks[0].calls) == 3
    late = await desk.acts(moved, "hand_over", LEADER)
    assert late.clocks[0].state == pb.Clock.STATE_MISSED


async def test_the_same_request_again_is_answered_with_the_ticket_as_it_was_then(desk: Office) -> None:
    first = await desk.opens(serial="ONE")
    moved = await desk.acts(first, "submit", AGENT, serial="TWO")
    await desk.acts(moved, "hand_over", LEADER)
    assert await desk.opens(serial="ONE") == first
    assert await desk.acts(first, "submit", AGENT, serial="TWO") == moved
    assert len(await desk.history(first.name)) == 6
    with pytest.raises(RefusalError) as refused:
        await desk.acts(first, "hand_over", AGENT, serial="TWO")
    assert code(refused) is Code.DUPLICATE_SERIAL_DIFFERENT_PAYLOAD
    assert len((await desk.finds()).tickets) == 1


async def test_the_same_request_at_the_same_time_is_done_once(desk: Office) -> None:
    opened = await asyncio.gather(*(desk.opens(serial="ONE") for _ in range(8)))
    assert len({ticket.name for ticket in opened}) == 1
    moved = await asyncio.gather(*(desk.acts(opened[0], "submit", AGENT, serial="TWO") for _ in range(8)))
    assert {ticket.version for ticket in moved} == {opened[0].version + 1}


async def test_of_many_people_at_the_same_time_one_goes_through(desk: Office) -> None:
    ticket = await desk.acts(await desk.opens(), "submit", AGENT)
    tries = [desk.acts(ticket, action, LEADER) for action in ("hand_over", "send_back") * 5]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, pb.Ticket) for result in results) == 1
    assert {result.code for result in results if isinstance(result, RefusalError)} == {Code.TICKET_VERSION_OUTDATED}


async def test_a_refused_request_changes_nothing_and_its_serial_is_free(desk: Office) -> None:
    ticket = await handed_over(desk)
    for who, expected in (
        (LOANS, Code.OTHER_DEPARTMENT),
        (AGENT, Code.ACTION_NOT_ALLOWED),
        (CARDS, Code.DETAILS_MISSING),
    ):
        with pytest.raises(RefusalError) as refused:
            await desk.acts(ticket, "propose", who, serial="PROPOSE")
        assert code(refused) is expected
    assert refused.value.metadata == {"names": "answer"}
    assert await desk.sees(ticket.name) == ticket
    assert (await desk.acts(ticket, "propose", CARDS, serial="PROPOSE", answer="致歉")).step == "audit"


async def test_dissatisfied_opens_the_second_complaint_in_the_same_moment(desk: Office) -> None:
    ticket = await told(desk)
    first = await desk.acts(ticket, "dissatisfied", CENTRE, serial="NO")
    second = await desk.sees(first.followed_by)
    assert (second.flow, second.step, second.follows) == ("second_complaint", "final_audit", first.name)
    assert (second.clocks[0].clock, second.details.text) == ("final_decision", first.details.text)
    assert (await desk.acts(ticket, "dissatisfied", CENTRE, serial="NO")).followed_by == first.followed_by
    assert len((await desk.finds(flow="second_complaint")).tickets) == 1


async def test_withdrawn_paused_told_and_corrected(desk: Office) -> None:
    ticket = await desk.opens()
    paused = await desk.service.handlers.pause_clocks(
        pb.PauseClocksRequest(context=desk.context(LEADER), name=ticket.name, version=ticket.version, reason="等待凭证")
    )
    assert paused.paused
    assert paused.clocks[0].state == pb.Clock.STATE_PAUSED
    resumed = await desk.service.handlers.resume_clocks(
        pb.ResumeClocksRequest(context=desk.context(LEADER), name=ticket.name, version=paused.version)
    )
    assert [pause.HasField("end_time") for pause in resumed.clocks[0].pauses] == [True]
    change = pb.Ticket(name=ticket.name, version=resumed.version, details=pb.TicketDetails(text="更正", contact="x"))
    request = pb.UpdateTicketRequest(context=desk.context(AGENT), ticket=change, update_mask=FieldMask(paths=["text"]))
    amended = await desk.service.handlers.update_ticket(request)
    assert (amended.details.text, amended.details.contact) == ("更正", WRITTEN["contact"])
    gone = await desk.service.handlers.withdraw_ticket(
        pb.WithdrawTicketRequest(context=desk.context(AGENT), name=ticket.name, version=amended.version, reason="撤诉")
    )
    assert (gone.ending, list(gone.actions)) == (pb.Ticket.ENDING_WITHDRAWN, [])
    kinds = [event.kind for event in await desk.history(ticket.name)]
    assert kinds == [
        "opened",
        "clock_started",
        "clock_paused",
        "clock_resumed",
        "amended",
        "clock_stopped",
        "withdrawn",
    ]


async def test_praise_is_told(desk: Office) -> None:
    ticket = await desk.opens("praise", text="耐心细致", person="A1001", department="cards")
    ticket = await desk.acts(ticket, "confirm", LEADER)
    with pytest.raises(RefusalError) as refused:
        await desk.acts(ticket, "close", AGENT)
    assert (code(refused), refused.value.metadata["names"]) == (Code.NOT_ALL_TOLD, "department,person,union")
    for party in (pb.PARTY_PERSON, pb.PARTY_DEPARTMENT, pb.PARTY_UNION):
        request = pb.RecordTellingRequest(
            context=desk.context(AGENT), name=ticket.name, version=ticket.version, party=party
        )
        ticket = await desk.service.handlers.record_telling(request)
    assert len(ticket.told) == 3
    assert (await desk.acts(ticket, "close", AGENT)).ending == pb.Ticket.ENDING_ANSWERED


async def test_a_complaint_follows_the_state_of_its_transaction(desk: Office) -> None:
    ticket = await handed_over(desk, transaction="transactions/G1")
    assert ticket.in_doubt
    assert not ticket.HasField("transaction")
    ticket = await desk.acts(ticket, "propose", CARDS, answer="致歉")
    desk.known.standings["G1"] = Standing("IN_DOUBT", definite=False)
    assert await desk.service.transactions.look() == 0
    ticket = await desk.sees(ticket.name)
    assert (ticket.in_doubt, ticket.transaction.definite) == (True, False)
    assert [found.name for found in (await desk.finds(in_doubt=True)).tickets] == [ticket.name]
    with pytest.raises(RefusalError) as refused:
        await desk.acts(ticket, "decide", AUDITOR)
    assert code(refused) is Code.TRANSACTION_IN_DOUBT
    desk.known.standings["G1"] = Standing("DONE", definite=True, accounting_date="2026-03-02")
    request = pb.RefreshTransactionRequest(context=desk.context(AUDITOR), name=ticket.name)
    ticket = await desk.service.handlers.refresh_transaction(request)
    assert (ticket.in_doubt, ticket.transaction.accounting_date.day) == (False, 2)
    assert (await desk.acts(ticket, "decide", AUDITOR)).step == "call_back"
    seen = [event.detail["state"] for event in await desk.history(ticket.name) if event.kind == "transaction_seen"]
    assert seen == ["IN_DOUBT", "DONE"]
    assert await desk.service.transactions.look() == 0


async def test_a_gateway_that_does_not_answer_keeps_nobody_from_complaining(desk: Office) -> None:
    ticket = await desk.opens(**(WRITTEN | {"transaction": "transactions/G1"}))
    assert ticket.in_doubt
    assert await desk.service.transactions.look() == 1
    with pytest.raises(RefusalError) as refused:
        await desk.service.handlers.refresh_transaction(
            pb.RefreshTransactionRequest(context=desk.context(AGENT), name=ticket.name)
        )
    assert code(refused) is Code.TRANSACTION_NOT_HEARD
    desk.known.standings["G2"] = Standing("REVERSED", definite=True)
    other = await desk.opens(**(WRITTEN | {"transaction": "transactions/G2"}))
    assert not other.in_doubt


async def test_tickets_are_found(desk: Office) -> None:
    names: list[str] = []
    for number in range(5):
        ticket = await desk.opens(**(WRITTEN | {"subject": f"第{number}号", "customer": f"customers/{number % 2}"}))
        names.insert(0, ticket.name)
        await desk.clock.advance(60)
    idea = await desk.opens("suggestion", text="延长 100% 营业时间", department="loans")

    async def found(**filters: Any) -> list[str]:
        return [ticket.name for ticket in (await desk.finds(**filters)).tickets]

    assert await found() == [idea.name, *names]
    assert await found(kind=pb.Ticket.KIND_COMPLAINT, customer="customers/1") == names[1::2]
    assert await found(keyword="第3号") == [names[1]]
    assert await found(keyword="100%") == [idea.name]
    assert await found(keyword="1_0") == []
    assert await found(department="loans", standing=pb.Ticket.STANDING_IN_WORKFLOW) == [idea.name]
    assert await found(urgency=pb.TicketDetails.URGENCY_MAJOR) == []
    assert await found(missed=True) == []
    window = pb.TicketFilter()
    window.start_time.FromDatetime(at(3, 2, 9, 1))
    window.end_time.FromDatetime(at(3, 2, 9, 3))
    assert await found(start_time=window.start_time, end_time=window.end_time) == names[2:4]


async def test_pages_go_on_where_they_ended(desk: Office) -> None:
    for _ in range(5):
        await desk.opens()
    seen: list[str] = []
    token = ""
    for _ in range(3):
        page = await desk.finds(size=2, token=token, flow="complaint")
        seen += [ticket.name for ticket in page.tickets]
        token = page.next_page_token
    assert (len(set(seen)), token) == (5, "")
    other = (await desk.finds(size=2, flow="complaint")).next_page_token
    for bad in (other, "nonsense", "AAAA"):
        with pytest.raises(RefusalError) as refused:
            await desk.finds(size=2, token=bad, flow="suggestion")
        assert code(refused) is Code.INVALID_PAGE_TOKEN


async def exported(desk: Office, kind: pb.ExportTicketsRequest.Format.ValueType) -> str:
    request = await approved_export(desk, kind)
    return b"".join([piece.content async for piece in desk.service.handlers.export_tickets(request)]).decode()


async def test_tickets_are_exported_whole(desk: Office) -> None:
    done = await desk.acts(await told(desk), "dissatisfied", CENTRE)
    await desk.opens("suggestion", text='=HYPERLINK("x")\n第二行', department="cards")
    rows = list(csv.DictReader(io.StringIO(await exported(desk, pb.ExportTicketsRequest.FORMAT_CSV), newline="")))
    assert len(rows) == 3
    assert {row["text"] for row in rows} >= {'\'=HYPERLINK("x")\n第二行'}
    (first,) = [row for row in rows if f"tickets/{row['ticket']}" == done.name]
    assert (first["ending"], first["opened_at"]) == ("dissatisfied", "2026-03-02T09:00:00+08:00")
    assert first["clocks"].startswith("hand_over#1 met 2026-03-02T14:00:00+08:00; investigation#1 met ")
    lines = (await exported(desk, pb.ExportTicketsRequest.FORMAT_JSON_LINES)).splitlines()
    documents = {document["name"]: document for document in map(json.loads, lines)}
    assert documents[done.name]["followed_by"] in documents
    assert len(documents[done.name]["events"]) == len(await desk.history(done.name))


async def test_a_flow_takes_effect_when_a_second_person_approves_and_running_tickets_finish_on_theirs(
    desk: Office,
) -> None:
    running = await desk.opens()
    text = shipped_flows()["complaint"].replace("version = 1", "version = 2").replace("days = 3", "days = 4")
    parent = "ticketFlows/complaint"

    async def propose(who: Actor, content: str = text) -> pb.FlowVersion:
        return await desk.service.flow_handlers.propose_flow_version(
            pb.ProposeFlowVersionRequest(context=desk.context(who), parent=parent, content=content, reason="部门要求")
        )

    async def approve(who: Actor) -> pb.FlowVersion:
        return await desk.service.flow_handlers.approve_flow_version(
            pb.ApproveFlowVersionRequest(context=desk.context(who), name=f"{parent}/versions/2", remark="同意")
        )

    with pytest.raises(RefusalError) as refused:
        await propose(AGENT)
    assert code(refused) is Code.ACTION_NOT_ALLOWED
    with pytest.raises(RefusalError) as refused:
        await propose(SUPERVISOR, text.replace('"second_complaint"', '"third_complaint"'))
    assert "'third_complaint' is no flow" in refused.value.metadata["mistake"]
    assert not (await propose(SUPERVISOR)).in_effect
    assert (await desk.opens()).flow_version == 1
    with pytest.raises(RefusalError) as refused:
        await approve(SUPERVISOR)
    assert code(refused) is Code.SECOND_PERSON_REQUIRED
    approved = await approve(MANAGER)
    assert (approved.in_effect, approved.decider) == (True, MANAGER.id)
    assert await approve(MANAGER) == approved
    assert (await desk.opens()).flow_version == 2
    running = await desk.acts(await desk.acts(running, "submit", AGENT), "hand_over", LEADER)
    assert running.flow_version == 1
    assert running.clocks[1].due_time.ToDatetime() - running.step_time.ToDatetime() == timedelta(days=3)
    listed = await desk.service.flow_handlers.list_flow_versions(
        pb.ListFlowVersionsRequest(context=desk.context(AGENT), parent=parent)
    )
    assert [(version.state, version.in_effect) for version in listed.versions] == [
        (pb.FlowVersion.STATE_APPROVED, False),
        (pb.FlowVersion.STATE_APPROVED, True),
    ]


async def test_refusals_name_fields_as_the_contract_does(desk: Office) -> None:
    with pytest.raises(RefusalError) as refused:
        await desk.opens("appointment", notice_way="sms", contact="13900000000")
    assert (code(refused), refused.value.metadata["names"]) == (Code.DETAILS_MISSING, "appointment_time")


async def test_a_clock_that_would_run_into_an_unknown_year_is_refused(desk: Office) -> None:
    desk.clock.jump_to(at(12, 31, 15))
    with pytest.raises(RefusalError) as refused:
        await desk.opens()
    assert (code(refused), refused.value.metadata) == (Code.WORKING_DAYS_UNKNOWN, {"year": "2027"})
    assert not (await desk.finds()).tickets
