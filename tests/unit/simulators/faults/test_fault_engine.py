"""Which requests a rule strikes."""

from __future__ import annotations

import pytest

from tellerline.adapters.clock import SeededRandomness
from tellerline.simulators.faults import FaultEngine, FaultKind, FaultRule

LOSE, DELAY = FaultKind.LOSE_REPLY, FaultKind.DELAY


def engine(*rules: FaultRule) -> FaultEngine:
    made = FaultEngine(SeededRandomness(1))
    for rule in rules:
        made.add(rule)
    return made


def struck(made: FaultEngine, *calls: tuple[str, str, int | None]) -> list[FaultKind | None]:
    chosen = [made.choose(*call) for call in calls]
    return [each.rule.kind if each else None for each in chosen]


def test_next_n_of_an_operation() -> None:
    made = engine(FaultRule(kind=LOSE, operations=frozenset({"Transfer"}), count=2))
    call, other = ("Transfer", "A", 1), ("GetBalance", "A", None)
    assert struck(made, other, call, call, call, other) == [None, LOSE, LOSE, None, None]
    assert made.injected == {LOSE: 2}
    assert made.listed()[0].remaining == 0


def test_magic_account_and_amount_must_both_fit() -> None:
    made = engine(FaultRule(kind=LOSE, account="A", amount=5))
    assert struck(made, ("T", "A", 5), ("T", "A", 6), ("T", "B", 5)) == [LOSE, None, None]


def test_the_first_rule_that_strikes_is_the_only_one() -> None:
    made = engine(FaultRule(kind=LOSE, count=1), FaultRule(kind=DELAY))
    assert struck(made, *[("T", "", None)] * 3) == [LOSE, DELAY, DELAY]


def test_probability_is_the_same_again_for_the_same_seed() -> None:
    def run(seed: int) -> list[bool]:
        made = engine(FaultRule(kind=LOSE, probability=0.3, seed=seed))
        return [made.choose("T") is not None for _ in range(1_000)]

    assert run(7) == run(7)
    assert run(7) != run(8)
    assert 240 < sum(run(7)) < 360
    never = engine(FaultRule(kind=LOSE, probability=0.0))
    assert never.choose("T") is None


def test_clear_spares_standing_rules() -> None:
    made = engine(FaultRule(kind=LOSE))
    made.add(FaultRule(kind=DELAY, account="M"), standing=True)
    assert [each.rule.kind for each in made.listed()] == [LOSE]
    assert len(made.listed(standing=True)) == 2
    assert made.clear() == 1
    assert struck(made, ("T", "M", None)) == [DELAY]
    assert made.remove(2)
    assert not made.remove(2)
    assert made.idle


@pytest.mark.parametrize(
    "bad", [{"count": 0}, {"probability": 1.5}, {"probability": -0.1}, {"probability": float("nan")}, {"seconds": -1.0}]
)
def test_refuses_senseless_rules(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"count|probability|seconds"):
        FaultRule(kind=LOSE, **bad)  # type: ignore[arg-type]
