"""What an event of the feed tells of a fact."""

from __future__ import annotations

from live_site import START

from tellerline.callcenter.live.codec import entry_of
from tellerline.callcenter.live.records import Recorded
from tellerline.callcenter.services.convert import event_to_proto
from tellerline.callcenter.site.facts import IvrNodeReached


def test_nobody_is_told_what_a_flow_keeps_of_a_customer() -> None:
    kept = {"state": '{"typed":"110101199003077571","values":{"available":"CNY 20.50"}}'}
    fact = IvrNodeReached(at=START, call="main-1", flow="main-menu", node="balance.say", data=kept)
    event = event_to_proto(Recorded(7, entry_of(fact)))
    assert dict(event.details) == {"flow": "main-menu", "node": "balance.say", "version": 0}
