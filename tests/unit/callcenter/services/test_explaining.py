"""Sentences about one call, from its facts, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tellerline.callcenter.services.explaining import NOT_ASKED, Story
from tellerline.callcenter.site import facts as f
from tellerline.callcenter.site.words import PHONE_LOST, CallEnd, OfferKind, Purpose, ReservationState
from tellerline.routing.calls.plan import load_plan

PLAN = load_plan(None)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUNDS = {
    "score": "215.000",
    "waited": "35.000",
    "credit": "180",
    "aging": "0.000",
    "step": "1",
    "dedicated": "false",
    "proficiency": "8",
    "ready_since": (AT - timedelta(minutes=2)).isoformat(),
    "chosen": "agent",
}


def entered(queue: str = "personal", call_class: str = "vip") -> f.QueueEntered:
    return f.QueueEntered(
        at=AT,
        call="c",
        queue=queue,
        call_class=call_class,
        language="zh",
        licences=frozenset(),
        clearance=0,
        parties=frozenset(),
        dedicated=None,
        excluded=frozenset(),
        place=AT,
        flow="",
    )


def offered(agent: str = "A1", kind: OfferKind = OfferKind.QUEUE, **grounds: str) -> f.ReservationMade:
    return f.ReservationMade(
        at=AT,
        call="c",
        agent=agent,
        reservation="o1",
        kind=kind,
        expires=AT,
        number=1,
        queue="personal",
        grounds=GROUNDS | grounds,
    )


def changed(state: ReservationState, *, cause: str = "", excluded: bool = False) -> f.ReservationChanged:
    until = AT + timedelta(minutes=1) if excluded else None
    return f.ReservationChanged(
        at=AT,
        call="c",
        agent="A1",
        reservation="o1",
        kind=OfferKind.QUEUE,
        state=state,
        cause=cause,
        excluded_until=until,
    )


def step(kind: str, group: str = "", *, skipped: bool = False) -> f.QueueStepReached:
    return f.QueueStepReached(at=AT, call="c", queue="personal", step=2, kind=kind, group=group, skipped=skipped)


def asked(purpose: Purpose) -> f.ConsultStarted:
    return f.ConsultStarted(at=AT, call="c", agent="A1", leg="", party="A2", inside=True, purpose=purpose)


SENTENCES = [
    (entered(), "来电进入“个人业务”（VIP 客户）。", "The call enters personal banking (VIP customer)."),
    (entered("gone", "old"), "来电进入“gone”（old）。", "The call enters gone (old)."),
    (step("lower"), "进入下一步骤：技能等级较低的座席。", "Next step: agents with lower proficiency."),
    (
        step("overflow", "all-hands", skipped=True),
        "跳过步骤“溢出组“机动座席组””：无人在岗。",
        "Skipped: overflow group “reserve group”; nobody is on duty for it.",
    ),
    (
        offered(),
        "来电可派送时座席 A1 空闲，在可接此来电的空闲座席中排第一：技能等级 8（满分 10），已空闲 2 分。",
        "Agent A1 was free, and first of those free who may take this call: proficiency 8 of 10, idle for 2 min.",
    ),
    (
        offered(chosen="caller"),
        "座席 A1 空闲后，在其可服务的所有排队来电中，此来电得分最高：等待 35 秒 + 客户级别加分 3 分，共 3 分 35 秒。",
        "When agent A1 became free, this call had the highest score of all whom the agent may serve: "
        "waited 35 s + 3 min of credit for the class, together 3 min 35 s.",
    ),
    (
        offered(kind=OfferKind.CALLBACK, dedicated="true"),
        "来电可派送时座席 A1 空闲，在可接此回呼的空闲座席中排第一：是该客户的专属座席。",
        "Agent A1 was free, and first of those free who may take this callback: the customer's own agent.",
    ),
    (
        changed(ReservationState.TIMEOUT, excluded=True),
        "座席 A1 振铃超时未接；1 分内不再向其派送此来电。",
        "Agent A1 let it ring out, and is not offered this call again for 1 min.",
    ),
    (changed(ReservationState.REJECTED), "座席 A1 拒接。", "Agent A1 rejected it."),
    (
        changed(ReservationState.RESCINDED, cause=PHONE_LOST),
        "向座席 A1 的派送已撤回：座席话机失去连接；来电保留原位继续等待。",
        "The offer to agent A1 was withdrawn (the agent's telephone was lost); the call waits on at its place.",
    ),
    (
        changed(ReservationState.CANCELED),
        "向座席 A1 的派送已取消：客户不在线上。",
        "The offer to agent A1 was canceled: the customer is not on the line.",
    ),
    (
        f.CallbackAsked(at=AT, call="c", queue="personal", number="11000000001", not_before=AT),
        "客户要求回呼，目前仍在线等候；挂机后保留原排队位置。",
        "The customer asked to be called back, and waits on; whoever hangs up then keeps the place in line.",
    ),
    (asked(Purpose.HELP), "座席 A1 向座席 A2 求助。", "Agent A1 asked agent A2 for help."),
    (asked(Purpose.TRANSFER), "座席 A1 将来电转给座席 A2。", "Agent A1 handed the call to agent A2."),
    (asked(Purpose.CONFERENCE), "座席 A1 请座席 A2 加入会议。", "Agent A1 asked agent A2 into a conference."),
    (
        f.QueueLeft(at=AT, call="c", queue="personal", why="GONE"),
        "来电未获服务即结束。",
        "The call ended without being served.",
    ),
    (
        f.QueueLeft(at=AT, call="c", queue="personal", why="VOICEMAIL"),
        "来电转入语音信箱。",
        "The call went to voicemail.",
    ),
    (
        f.QueueLeft(at=AT, call="c", queue="personal", why="CHOSE", flow="main-menu"),
        "客户选择不再排队。",
        "The caller chose to wait no longer.",
    ),
]


@pytest.mark.parametrize(("fact", "chinese", "english"), SENTENCES)
def test_one_sentence_for_one_fact(fact: f.CallFact, chinese: str, english: str) -> None:
    told = [Story(PLAN, language, [fact]).told for language in ("zh-CN", "en")]
    assert [[each.text for each in one] for one in told] == [[chinese], [english]]


def joined(agent: str, *, helper: bool = False) -> f.AgentJoined:
    return f.AgentJoined(at=AT, call="c", agent=agent, leg="c.2", helper=helper)


def test_the_answer_is_of_who_serves() -> None:
    story = Story(PLAN, "en", [entered(), offered(), joined("A1")])
    assert (story.agent, story.answer) == ("A1", story.why_offered("A1"))
    assert story.answer.startswith("Agent A1 was free")


def test_a_helper_changes_nothing_and_a_transfer_does() -> None:
    served = [entered(), offered(), joined("A1")]
    helped = Story(PLAN, "en", [*served, asked(Purpose.HELP), joined("A2", helper=True)])
    assert helped.agent == "A1"
    handed = Story(PLAN, "en", [*served, asked(Purpose.TRANSFER), joined("A2", helper=True), joined("A2")])
    assert (handed.agent, handed.answer) == ("A2", "Agent A1 handed the call to agent A2.")


def test_an_intercept_is_told_once_it_has_happened() -> None:
    asked_for = f.ReservationMade(at=AT, call="c", agent="L1", reservation="i1", kind=OfferKind.SUPERVISION, expires=AT)
    served = [entered(), offered(), joined("A1")]
    assert Story(PLAN, "en", [*served, asked_for]).told == Story(PLAN, "en", served).told
    assert Story(PLAN, "zh-CN", [*served, asked_for, joined("L1")]).answer == "L1 拦截并接管了此来电。"


def test_who_called_out_is_why() -> None:
    assert Story(PLAN, "en", [joined("A1")]).answer == "Agent A1 called out."


def test_a_call_that_never_asked_for_anybody() -> None:
    story = Story(PLAN, "zh-CN", [f.CallEnded(at=AT, call="c", end=CallEnd.NORMAL)])
    assert (story.told, story.answer) == ([], NOT_ASKED.zh)
