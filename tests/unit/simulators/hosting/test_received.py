"""What a host remembers of requests shows no number whole and no PIN at all."""

from __future__ import annotations

from tellerline.simulators.hosting.received import KEPT, ReceivedLog, mask


def test_masks_numbers_and_drops_pins() -> None:
    log = ReceivedLog("core")
    log.add("t", "VerifyPin", "R1", {"account": "6229990000000000019", "pin": "246810"})
    log.add("t", "ChangePin", "R2", {"account": "6229990000000000019", "oldPin": "246810", "newPin": "135791"})
    assert [dict(request.fields) for request in log.newest()] == [{"account": "622999******0019"}] * 2
    assert "246810" not in repr(log.__dict__)
    assert "135791" not in repr(log.__dict__)
    assert mask("99010119900101001X") == "990101******001X"
    assert mask("2026-11-22 123.45") == "2026-11-22 123.45"


def test_keeps_the_newest_and_counts_all() -> None:
    log = ReceivedLog("core")
    for number in range(KEPT + 5):
        log.add("t", "Echo", f"R{number}", {})
    assert log.counts["Echo"] == KEPT + 5
    assert [request.reference for request in log.newest(2)] == [f"R{KEPT + 3}", f"R{KEPT + 4}"]
    assert len(log.newest()) == KEPT
    log.clear()
    assert log.newest() == []
