"""Whatever happens in whatever order, the invariants hold, the facts alone give the state, and breakages are found."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import site_mutant
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from site_chaos import WEIGHTED, Choose, RandomChoice, SiteChaos, T
from site_world import SiteWorld
from site_world import settings as site_settings

from tellerline.callcenter.site.words import ReleasePolicy

# How many orders of events are tried by Hypothesis, and by seed. Ten thousand of each take a quarter of an hour.
EXAMPLES = int(os.environ.get("TELLERLINE_SITE_EXAMPLES", "20"))
ORDERS = int(os.environ.get("TELLERLINE_SITE_ORDERS", "250"))


class _Drawn:
    """Choices that Hypothesis makes, and makes simpler."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def __call__(self, options: Sequence[T], /) -> T:
        return self._data.draw(st.sampled_from(options))


def _world(choose: Choose) -> SiteWorld:
    """A site of any settings."""
    return SiteWorld(
        site_settings(
            ring_on_offer=choose((True, False)),
            releases=choose(tuple(ReleasePolicy)),
            kept_records=timedelta(hours=1),
            wrap_up=timedelta(seconds=choose((60, 60, 5, 0))),
            waiting_flow=choose(("waiting", "")),
            closing_flow=choose(("closing", "")),
            voicemail_flow=choose(("voicemail", "")),
            rescue_queue=choose(("cards", "")),
            recorded=choose((True, True, False)),
            callback_attempts=choose((1, 3)),
        )
    )


class SiteMachine(RuleBasedStateMachine):
    """Each rule is one thing that somebody does; the world checks after each."""

    def __init__(self) -> None:
        super().__init__()
        self.world = SiteWorld()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.world = _world(_Drawn(data))
        SiteChaos(self.world, RandomChoice(0)).open()

    @rule(action=st.sampled_from(WEIGHTED), data=st.data())
    def act(self, action: str, data: st.DataObject) -> None:
        SiteChaos(self.world, _Drawn(data)).act(action)

    def teardown(self) -> None:
        self.world.verify_fold()


def test_any_order_of_events_that_hypothesis_finds_keeps_the_invariants() -> None:
    run_state_machine_as_test(
        SiteMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_order_of_events_by_seed_keeps_the_invariants() -> None:
    for seed in range(ORDERS):
        choose = RandomChoice(seed)
        world = _world(choose)
        try:
            SiteChaos(world, choose).run(60)
        except AssertionError as wrong:
            pytest.fail(f"seed {seed}: {wrong}")


@pytest.mark.parametrize("mutant", site_mutant.MUTANTS)
def test_a_site_with_a_broken_line_is_found_out(mutant: str) -> None:
    script = str(Path(site_mutant.__file__))
    run = subprocess.run([sys.executable, script, mutant], capture_output=True, text=True, check=False)
    assert run.returncode == 1, f"not noticed: {run.stderr}"
    assert run.stdout.startswith("order "), run.stderr
