"""The requests of a run: no channel serial twice, every holder in turn, a file that gives back what was written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tellerline.api.accounts.v1.accounts_pb2 import GetBalanceRequest
from tellerline.bench.books import Books
from tellerline.bench.load import read_bodies, write_bodies
from tellerline.bench.messages import BALANCE, Messages

BOOKS = Books.of(3, datetime(2026, 3, 2, 4, tzinfo=UTC))


def test_serials_never_repeat_and_holders_take_turns() -> None:
    messages = Messages(BOOKS, {holder.customer: f"grant of {holder.customer}" for holder in BOOKS.holders})
    found = [GetBalanceRequest.FromString(body) for _ in range(2) for body in messages.bodies(BALANCE, 5)]
    assert len({request.context.channel_serial for request in found}) == 10
    assert [request.name for request in found[:4]] == [
        f"{BOOKS.holders[number].resource}/balance" for number in (0, 1, 2, 0)
    ]
    assert found[1].context.grant == f"grant of {BOOKS.holders[1].customer}"


def test_bodies_come_out_of_the_file_as_they_went_in(tmp_path: Path) -> None:
    bodies = [b"", b"one", b"\x00" * 70_000]
    assert write_bodies(tmp_path / "bodies", iter(bodies)) == 3
    assert read_bodies(tmp_path / "bodies") == bodies
