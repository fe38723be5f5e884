"""A centre whose laws are known is run, recorded and fitted: the laws come back."""

from __future__ import annotations

import math
from random import Random

import pytest
from recorded_centre import PRIORITY, REGULAR, Laws, call, record

from tellerline.routing.simulation.centre_model import ANYBODY, from_document, to_document
from tellerline.routing.simulation.fitting import TooFewCallsError, fit


def _after_service(chance: Random) -> float:
    """Mostly short, sometimes half a minute: 11.8 s on average."""
    return 35.5 if chance.random() < 0.2 else chance.choice((4.5, 5.5, 6.5, 7.5))


LAWS = Laws(after_service=_after_service)


def test_laws_are_found_again_in_the_record() -> None:
    model = fit(record(LAWS, agents=7, hours=120, seed=1))
    assert model.exponential_patience["PS"] == pytest.approx(LAWS.patience, rel=0.1)
    survival = model.patience_of("PS", REGULAR)
    assert survival.beyond(100) == pytest.approx(math.exp(-100 / LAWS.patience), abs=0.03)
    assert model.tiers_of("PS")[PRIORITY] == pytest.approx(LAWS.priority, abs=0.05)
    assert model.credits == {REGULAR: 0, PRIORITY: pytest.approx(LAWS.credit, abs=4)}
    services = model.services_of("PS")
    assert services[len(services) // 2] == pytest.approx(LAWS.service * math.log(2), rel=0.1)
    for waiting in (0, 1, 5):
        found = model.after_service_of(waiting)
        assert found.mean == pytest.approx(11.9, abs=2.5)
        assert sum(share for share, edge in zip(found.shares, found.edges, strict=False) if edge < 8) > 0.7


def test_who_is_often_away_is_told_from_the_others() -> None:
    """Every tenth service of two agents is followed by ten minutes of something else."""
    away = {"agent-2": 0.1, "agent-5": 0.1}
    model = fit(record(Laws(after_service=lambda chance: 6.5, away=away), agents=8, hours=80, seed=6))
    assert model.often_away == set(away)
    for waiting in (0, 1, 3):
        assert model.breaks_of("agent-2", waiting).mean == pytest.approx(6.5 + 60, rel=0.35)
        assert model.breaks_of("agent-1", waiting).mean == pytest.approx(6.5, rel=0.35)
    assert model.breaks_of("agent-2", 0) == model.breaks_of("agent-2", 1)


def test_a_model_is_a_document_and_back() -> None:
    model = fit(record(LAWS, agents=7, hours=6, seed=2))
    assert from_document(to_document(model)) == model


def test_a_kind_that_was_not_seen_is_like_all() -> None:
    model = fit(record(LAWS, agents=7, hours=6, seed=2))
    assert model.patience_of("XX", PRIORITY) == model.patience_of("PS", PRIORITY)
    assert model.services_of("XX") == model.services[ANYBODY]
    assert model.tiers_of("XX") == model.tiers_of("PS")


def test_a_record_that_says_nothing_is_refused() -> None:
    with pytest.raises(TooFewCallsError, match="patience"):
        fit([call(1, 0, service=5), call(2, 9, service=5)])
    with pytest.raises(TooFewCallsError, match="work after a call"):
        fit([call(1, 0, service=5), call(2, 0, waited=9)])
