"""A complaint over Spring Festival: its clocks count working time, and call people before one of them is missed."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tellerline.adapters.clock import SystemRandomness, VirtualClock
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.callcenter.tickets.databases import sqlite_tickets
from tellerline.callcenter.tickets.office import OfficeParts, TicketOffice
from tellerline.callcenter.tickets.records import Request
from tellerline.callcenter.tickets.staff import ListedStaff
from tellerline.callcenter.tickets.transactions import NotHeardError, Standing
from tellerline.cli.demo.stage import Stage
from tellerline.cli.working_calendar import working_calendar
from tellerline.routing.tickets.clock import Clock
from tellerline.routing.tickets.commands import Act, Actor
from tellerline.routing.tickets.details import Details
from tellerline.routing.tickets.kinds import Role
from tellerline.routing.tickets.ticket import Ticket

_ZONE = ZoneInfo("Asia/Shanghai")
_BEFORE = datetime(2026, 2, 13, 15, 0, tzinfo=_ZONE)
_AFTER = datetime(2026, 2, 25, 10, 30, tzinfo=_ZONE)
_AGENT = Actor(id="A1001", roles=frozenset({Role.AGENT}))
_LEADER = Actor(id="L2001", roles=frozenset({Role.LEADER}))
_CARDS = Actor(id="D3001", roles=frozenset({Role.DEPARTMENT}), department="cards")
_AUDIT = Actor(id="U4001", roles=frozenset({Role.AUDIT}))
_WRITTEN = Details(text="自动柜员机吞卡", contact="13900000000", category="service", nature="delay", department="cards")
_CLOCKS = {
    "hand_over": ("registered and handed over", "登记并移交"),
    "investigation": ("department proposes", "部门处理意见"),
    "audit": ("audit decides", "稽核审定"),
    "reply": ("customer told", "答复客户"),
}


class _NoTransactions:
    """The complaint is about none."""

    async def standing(self, serial: str) -> Standing:
        raise NotHeardError("none")


@dataclass(slots=True)
class _Case:
    """One ticket at an office whose time the demo moves."""

    stage: Stage
    office: TicketOffice
    clock: VirtualClock
    ticket: Ticket
    requests: int = 0

    async def act(self, action: str, actor: Actor, **written: str) -> None:
        self.requests += 1

        def command(before: Ticket) -> Act:
            return Act(action=action, actor=actor, details=replace(before.details, **written) if written else None)  # type: ignore[arg-type]

        request = Request(f"demo/{self.requests}", b"")
        self.ticket = await self.office.desk.command(self.ticket.id, self.ticket.version, command, request)

    async def move_to(self, instant: datetime) -> None:
        """Whatever was due until then is done."""
        self.clock.jump_to(instant)
        await self.office.clocks.look()
        self.ticket = await self.office.desk.ticket(self.ticket.id)

    def show(self, english: str, chinese: str) -> None:
        at = self.clock.now().astimezone(_ZONE).strftime("%m-%d %H:%M")
        self.stage.out.say(f"   {at}  {english}", f"   {at}  {chinese}")

    def show_clocks(self) -> None:
        for clock in self.ticket.clocks:
            english, chinese = _CLOCKS[clock.name]
            due = clock.due.astimezone(_ZONE).strftime("%m-%d %H:%M")
            called = ", ".join(alarm.to for alarm in clock.calls)
            self.stage.out.say(
                f"      {english}: due {due}, {_state(clock)[0]}" + (f"; called: {called}" if called else ""),
                f"      {chinese}：时限 {due}，{_state(clock)[1]}" + (f"；已催办：{called}" if called else ""),
                style="dim",
            )


async def take_a_complaint(stage: Stage) -> None:
    """From the Friday before Spring Festival, over a worked Saturday and nine days off, to the customer's opinion."""
    stage.out.heading("12. A complaint over Spring Festival 2026", "十二、跨春节的一件投诉")
    async with _office() as (office, clock):
        ticket = await office.desk.create("complaint", _WRITTEN, _AGENT, Request("demo/0", b""))
        case = _Case(stage, office, clock, ticket)
        case.show("The agent registers it: half a working day to hand it over.", "座席登记：半个工作日内移交。")
        await case.act("submit", _AGENT)
        await case.act("hand_over", _LEADER)
        case.show("The leader hands it to the cards department: three working days.", "班长转卡部：三个工作日。")
        case.show_clocks()
        await case.move_to(_AFTER)
        case.show(
            "After the holiday. 14 February, a Saturday, was worked; 15 to 23 were not.",
            "节后。2 月 14 日（周六）调休上班，15 至 23 日放假不计。",
        )
        case.show_clocks()
        stage.scenes["complaint"] = {"called": [alarm.to for clock in case.ticket.clocks for alarm in clock.calls]}
        await case.act("propose", _CARDS, answer="已退还卡片并致歉")
        await case.act("decide", _AUDIT)
        await case.act("told", _AGENT)
        await case.act("satisfied", _AGENT)
        case.show("Proposed, decided, told: the customer is satisfied.", "提出意见、审定、答复：客户满意，结案。")
        case.show_clocks()
        stage.scenes["complaint"] |= _document(case.ticket)


def _document(ticket: Ticket) -> dict[str, Any]:
    return {
        "ending": ticket.ending,
        "clocks": {
            clock.name: {"due": clock.due.astimezone(_ZONE).isoformat(), "outcome": clock.outcome}
            for clock in ticket.clocks
        },
    }


def _state(clock: Clock) -> tuple[str, str]:
    if clock.missed_at is not None:
        return "missed", "已超时"
    return ("running", "计时中") if clock.outcome is None else ("met", "按时完成")


@asynccontextmanager
async def _office() -> AsyncIterator[tuple[TicketOffice, VirtualClock]]:
    clock = VirtualClock(_BEFORE)
    calendar = working_calendar(range(2026, 2027))
    with tempfile.TemporaryDirectory(prefix="tellerline-tickets-") as place:
        office = TicketOffice(
            OfficeParts(
                store=sqlite_tickets(Path(place) / "tickets.db"),
                transactions=_NoTransactions(),
                staff=ListedStaff({who.id: who for who in (_AGENT, _LEADER, _CARDS, _AUDIT)}),
                calendar=lambda: calendar,
                clock=clock,
                randomness=SystemRandomness(),
                log=make_log(clock, LogWriter(2), level="error"),
            )
        )
        await office.start(watching=False)
        try:
            yield office, clock
        finally:
            await office.stop()
