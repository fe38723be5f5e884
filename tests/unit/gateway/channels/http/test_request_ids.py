"""Requests are never called the same."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from tellerline.adapters.clock import SeededRandomness, SystemRandomness
from tellerline.adapters.telemetry.masking import mask_event
from tellerline.gateway.channels.http.request_ids import RequestIds


class Drawn(SystemRandomness):
    """Whose bytes are those that it is told."""

    def __init__(self, drawn: bytes) -> None:
        self._drawn = drawn

    def bytes(self, count: int) -> bytes:
        assert count == len(self._drawn)
        return self._drawn


def test_every_id_is_given_once() -> None:
    ids, others = RequestIds(SystemRandomness()), RequestIds(SystemRandomness())
    given = [each.next() for each in (ids, others) for _ in range(70_000)]
    assert len(set(given)) == len(given)
    assert all(re.fullmatch(r"[0-9a-f]{24}", one) for one in given)


def test_ids_that_follow_each_other_stand_side_by_side() -> None:
    ids = RequestIds(SeededRandomness("ids"))
    given = [ids.next() for _ in range(1 << 16)]
    assert given == sorted(given)
    assert len({one[:20] for one in given}) == 1
    assert ids.next()[:20] != given[0][:20]


@given(st.binary(min_size=10, max_size=10), st.integers(0, 0xFFFF))
@example(bytes.fromhex("abcdef11010119900307"), 0x1123)
@example(bytes.fromhex("abcdefabcdef12345678"), 0x9999)
@example(bytes(10), 0)
@example(bytes.fromhex("99999999999999999999"), 0x9999)
def test_the_log_shows_every_id_as_it_is(drawn: bytes, number: int) -> None:
    beginning = RequestIds(Drawn(drawn)).next()[:20]
    one = f"{beginning}{number:04x}"
    assert mask_event({"channel_serial": one}) == {"channel_serial": one}


def test_what_was_drawn_is_kept_but_for_two_letters() -> None:
    one = RequestIds(Drawn(bytes.fromhex("0123456789abcdef0123"))).next()
    assert one == "01234567a9abcdefa1230000"
