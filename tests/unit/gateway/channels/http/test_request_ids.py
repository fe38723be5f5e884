"""Requests are never called the same."""

from __future__ import annotations

import re

from tellerline.adapters.clock import SeededRandomness, SystemRandomness
from tellerline.gateway.channels.http.request_ids import RequestIds


def test_every_id_is_given_once() -> None:
    ids = RequestIds(SystemRandomness())
    given = [ids.next() for _ in range(2_000)]
    assert len(set(given)) == len(given)
    assert all(re.fullmatch(r"[0-9a-f]{24}", one) for one in given)


def test_every_byte_that_is_drawn_is_used() -> None:
    ids = RequestIds(SeededRandomness("ids"))
    drawn = SeededRandomness("ids").bytes(256 * 12).hex()
    assert sorted(ids.next() for _ in range(256)) == sorted(drawn[place : place + 24] for place in range(0, 6144, 24))
