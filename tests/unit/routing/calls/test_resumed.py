"""A router made of what was written down of another one decides as that one would."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from call_plans import agent, call, exact, plan, queue

from tellerline.routing.calls.decisions import Decision, Offer
from tellerline.routing.calls.policies import FIFO_WITH_CREDIT
from tellerline.routing.calls.resumed import ResumedRouter, SeatImage, WaiterImage
from tellerline.routing.calls.router import Router
from tellerline.routing.calls.state import AgentState

PLAN = plan(queue("cards", exact(until=30, proficiency=5), exact(until=60)))


def before() -> Router:
    """At 40: a1 is offered ``first``; a2 let it ring out at 20 and is on a break since; ``later`` is called back
    from 100 on; ``last`` waits, with a3 busy."""
    router = Router(PLAN, FIFO_WITH_CREDIT)
    for name in ("a2", "a1", "a3"):
        router.agent_signed_in(0, agent(name))
    router.agent_staffed(0, "a3")
    router.agent_ready(0, "a2")
    router.call_entered(5, call("first"))
    router.timed_out(20, 1)
    router.agent_ready(25, "a1")
    router.call_entered(30, call("later"))
    router.callback_requested(32, "later", not_before=100)
    router.call_entered(40, call("last", call_class="priority"))
    return router


def resumed() -> Router:
    return ResumedRouter(
        PLAN,
        FIFO_WITH_CREDIT,
        now=40,
        seats=[
            SeatImage(profile=agent("a2"), state=AgentState.NOT_READY, ready_since=0, paused_at=20),
            SeatImage(profile=agent("a1"), state=AgentState.RESERVED, ready_since=25),
            SeatImage(profile=agent("a3"), state=AgentState.BUSY),
        ],
        waiters=[
            WaiterImage(call=call("first", entered=5), refused={"a2": 50}, reservation=2, agent="a1"),
            WaiterImage(call=call("later", entered=30), callback=True, not_before=100),
            WaiterImage(call=call("last", call_class="priority", entered=40)),
        ],
        first_reservation=3,
    )


def test_it_knows_who_is_where_and_what_is_due() -> None:
    one, other = before(), resumed()
    assert other.next_due() == one.next_due() == 70
    for name in ("a1", "a2", "a3"):
        assert other.agent_state(name) is one.agent_state(name)
    for name in ("first", "later", "last"):
        assert other.state_of(name) is one.state_of(name)


def test_it_decides_alike_from_then_on() -> None:
    one, other = before(), resumed()
    events: tuple[Callable[[Router], Sequence[Decision]], ...] = (
        lambda router: router.agent_ready(45, "a3"),
        lambda router: router.rejected(46, 2),
        lambda router: router.agent_ready(48, "a2"),
        lambda router: router.advance(51),
        lambda router: router.answered(55, 3),
        lambda router: router.agent_ready(90, "a3"),
        lambda router: router.advance(120),
    )
    for router_event in events:
        assert list(router_event(other)) == list(router_event(one))


def test_the_number_of_an_offer_is_never_given_twice() -> None:
    offers = [decision for decision in resumed().agent_ready(45, "a3") if isinstance(decision, Offer)]
    assert [(offer.reservation, offer.call) for offer in offers] == [(3, "last")]


def test_a_colleagues_offer_that_comes_to_nothing_leaves_idle_time_as_it_was() -> None:
    router = Router(PLAN, FIFO_WITH_CREDIT)
    router.agent_signed_in(0, agent("a1"))
    router.agent_ready(10, "a1")
    router.agent_staffed(30, "a1", idle_goes_on=True)
    assert router.agent_state("a1") is AgentState.BUSY
    router.agent_ready(40, "a1")
    offer = router.call_entered(50, call("first"))[0]
    assert isinstance(offer, Offer)
    assert offer.ready_since == 10
