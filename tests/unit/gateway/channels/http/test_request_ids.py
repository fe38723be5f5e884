"""Requests are never called the same."""

from __future__ import annotations

import re

from tellerline.adapters.clock import SeededRandomness, SystemRandomness
from tellerline.gateway.channels.http.request_ids import RequestIds


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
