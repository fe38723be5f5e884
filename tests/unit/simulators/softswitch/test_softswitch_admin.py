"""The lines by which telephones and faults are driven from afar."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from switch_orders import AGENT, CALLER, Wire

from tellerline.simulators.softswitch.admin import Admin
from tellerline.simulators.softswitch.phones import PhoneState


class Visitor:
    """Asks, and has the answers."""

    def __init__(self, wire: Wire) -> None:
        self._admin = Admin(wire.switch, wire.clock)
        self.answers: list[dict[str, Any]] = []

    def ask(self, do: str, **fields: object) -> Any:
        """The result, or the error as a text."""
        self.line(orjson.dumps({"id": 1, "do": do, **fields}))
        answer = self.answers[-1]
        return answer.get("result", answer.get("error"))

    def line(self, line: bytes) -> None:
        self._admin.serve(line, lambda answer: self.answers.append(orjson.loads(answer)))


@pytest.fixture
async def visitor(wire: Wire) -> Visitor:
    return Visitor(wire)


async def test_a_call_driven_from_afar(wire: Wire, visitor: Visitor) -> None:
    seen = visitor.ask("extension", number="1009", on_ring="ANSWERS", answers_after=3)
    assert (seen["inside"], seen["state"], seen["hears"]) == (True, "IDLE", [])
    await wire.done(("dial", {"leg": "a", "address": "1009", "caller": "95588"}))
    await wire.clock.advance(3)
    assert visitor.ask("transcript", number="1009") == {
        "heard": [{"at": "2026-03-02T01:00:03+00:00", "names": []}],
    }
    await wire.done(("music", {"leg": "a", "on": True}))
    seen = visitor.ask("phone", number="1009")
    assert (seen["state"], seen["hears"], seen["shown"]) == ("TALKING", ["music"], "95588")
    assert [heard["names"] for heard in visitor.ask("transcript", number="1009")["heard"]] == [[], ["music"]]
    for do in ("hold", "retrieve", "lose_media", "regain_media", "unregister", "register"):
        assert visitor.ask(do, number="1009") == {}
    assert visitor.ask("press", number="1009", keys="12") == visitor.ask("speak", number="1009", on=False) == {}
    assert visitor.ask("hang_up", number="1009") == {}
    assert visitor.ask("phone", number="1009")["ended"] == "NORMAL"


async def test_answering_and_rejecting(wire: Wire, visitor: Visitor) -> None:
    await wire.done(("dial", {"leg": "a", "address": AGENT}))
    assert visitor.ask("answer", number=AGENT) == {}
    assert wire.agent.state is PhoneState.TALKING
    await wire.done(("clear", {"leg": "a"}), ("dial", {"leg": "b", "address": AGENT}))
    assert visitor.ask("reject", number=AGENT) == {}
    assert visitor.ask("phone", number=AGENT)["ended"] == "REJECTED"


async def test_nothing_is_done_before_everything_is_read(wire: Wire, visitor: Visitor) -> None:
    error = visitor.ask("call", number=CALLER, to="95588", loud=True)
    assert error == "OrderRefusedError: REFUSED: loud is not known"
    assert wire.caller.state is PhoneState.IDLE
    assert "seconds" in visitor.ask("outside", number="13900139000", answers_after="soon")
    assert "13900139000" not in wire.switch.phones


@pytest.mark.parametrize("line", [b"{", b"[]", b"{}", b'{"id": 1}', b'{"id": 1, "do": []}'])
async def test_a_line_that_says_nothing_is_answered_with_an_error(visitor: Visitor, line: bytes) -> None:
    visitor.line(line)
    assert "error" in visitor.answers[-1]
