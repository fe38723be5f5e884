"""What a terminal's word means, for every state that its withdrawal may be in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tellerline.gateway.cash.words import Consequence, Heard, consequence, heard
from tellerline.gateway.journal.records import Event, State

AT = datetime(2026, 3, 2, tzinfo=UTC)
SILENT = Heard(None, 0, frozenset())
C = Consequence
UNDONE = (State.REVERSED, State.REJECTED, State.NOT_SENT)


@pytest.mark.parametrize(
    ("state", "said", "means"),
    [
        (State.DONE, 500, C.KEPT),
        (State.DONE, 499, C.RETURNED),
        (State.DONE, 1, C.RETURNED),
        (State.DONE, 0, C.TAKEN_BACK),
        (State.PENDING, 0, C.TAKEN_BACK),
        (State.IN_DOUBT, 0, C.NOTHING),
        (State.MANUAL, 0, C.NOTHING),
        *((state, 0, C.NOTHING) for state in UNDONE),
        *((state, said, C.CONTRADICTED) for state in State if state is not State.DONE for said in (1, 500)),
    ],
)
def test_a_first_word(state: State, said: int, means: Consequence) -> None:
    assert consequence(state, 500, said, SILENT, reversing=True) is means


def test_a_withdrawal_whose_host_is_asked_first_is_taken_back_from_doubt() -> None:
    assert consequence(State.IN_DOUBT, 500, 0, SILENT, reversing=False) is C.TAKEN_BACK


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("first", [0, 300, 500])
def test_a_second_word_moves_nothing(state: State, first: int) -> None:
    before = Heard(first, 1, frozenset({7}))
    for said in (0, 7, 300, 500):
        means = C.REPEATED if said == first else C.CONTRADICTED_AGAIN if said == 7 else C.CONTRADICTED
        assert consequence(state, 500, said, before, reversing=True) is means


def test_the_history_keeps_the_first_word_and_what_contradicted_it() -> None:
    told = [
        Event(at=AT, kind="doubt_opened", detail=b'{"reason":"timeout"}'),
        Event(at=AT, kind="dispensed", detail=b'{"minor":0,"terminal":"T1","channel_serial":"V1"}'),
        Event(at=AT, kind="contradicted", detail=b'{"outcome":"DONE","host_serial":"H1"}'),
        Event(at=AT, kind="contradicted", detail=b'{"minor":500}'),
    ]
    assert heard(told) == Heard(0, 1, frozenset({500}))
    assert heard(told[:1]) == SILENT
