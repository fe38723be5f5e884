"""Rounds are interleaved, and a warm-up counts for nothing."""

from __future__ import annotations

from tellerline.bench.measure import Round
from tellerline.bench.run import Plan, measure
from tellerline.bench.subjects import Subject


def test_every_subject_has_its_turn_in_every_round() -> None:
    turns: list[tuple[str, int]] = []

    def subject(name: str) -> Subject:
        def run(count: int) -> Round:
            turns.append((name, count))
            return Round(requests=count, failed=0, cpu_us=float(count), seconds=1.0)

        return Subject(name, run)

    figures = measure([subject("a"), subject("b")], Plan(rounds=2, requests=10, warm_up=3), lambda _text: None)
    assert turns == [("a", 3), ("b", 3), ("a", 10), ("b", 10), ("a", 10), ("b", 10)]
    assert figures["a"].rounds == 2
    assert figures["a"].cpu_us_low == 10.0
