"""The journal's JSON: every command and every outcome of the model comes back as it was; secrets do not go in."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tellerline.gateway.journal.codec import (
    NotInJournalError,
    command_from_json,
    command_json,
    outcome_from_json,
    outcome_json,
    payload_hash,
)
from tellerline.routing.model import accounts, credit, customers, transfers
from tellerline.routing.model import command as commands
from tellerline.routing.model import outcome as outcomes
from tellerline.routing.model.command import Command
from tellerline.routing.model.money import MAX_MINOR, Money
from tellerline.routing.model.outcome import Done, Found, Rejected, Result

MODULES = (accounts, credit, customers, transfers, commands, outcomes)
MONEY = st.builds(Money, st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["CNY", "JPY", "KWD"]))
TEXT = st.text(max_size=20)


def _kinds(base: type[Any], marker: str) -> list[type[Any]]:
    found = [value for module in MODULES for value in vars(module).values() if isinstance(value, type)]
    leaves = [
        kind for kind in found if issubclass(kind, base) and kind is not base and not kind.__name__.startswith("_")
    ]
    return sorted({kind for kind in leaves if not marker or hasattr(kind, marker)}, key=lambda kind: kind.__name__)


COMMANDS = _kinds(Command, "operation")
RESULTS = [kind for kind in _kinds(Result, "") if kind is not Found]
st.register_type_strategy(Money, MONEY)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
EXAMPLES = settings(max_examples=20, deadline=None)
st.register_type_strategy(Result, st.one_of([st.builds(kind) for kind in RESULTS]))


@pytest.mark.parametrize("kind", COMMANDS)
@EXAMPLES
@given(data=st.data())
def test_every_command_comes_back_without_its_secrets(kind: type[Command], data: st.DataObject) -> None:
    command = data.draw(st.builds(kind))
    blanked = dataclasses.replace(command, **dict.fromkeys(kind.sensitive, ""))
    stored = command_json(command)
    assert command_from_json(stored) == blanked
    assert stored == command_json(blanked)


@pytest.mark.parametrize("kind", [*RESULTS, Found])
@EXAMPLES
@given(data=st.data())
def test_every_result_comes_back(kind: type[Result], data: st.DataObject) -> None:
    done = Done(result=data.draw(st.builds(kind)), host_serial="H1", accounting_date="2026-03-02")
    assert outcome_from_json(outcome_json(done)) == done


@given(st.one_of(st.builds(Rejected), st.builds(outcomes.Unknown), st.builds(outcomes.NotSent)))
def test_every_other_outcome_comes_back(outcome: outcomes.Outcome) -> None:
    assert outcome_from_json(outcome_json(outcome)) == outcome


def test_the_hash_tells_one_amount_from_another_and_never_sees_the_pin() -> None:
    one = transfers.CreateTransfer(
        debit_account="1", credit_account="2", amount=Money(1, "CNY"), kind=transfers.TransferKind.OTHER_BANK
    )
    other = dataclasses.replace(one, amount=Money(2, "CNY"))
    assert payload_hash(command_json(one)) != payload_hash(command_json(other))
    assert b"480273" not in command_json(customers.VerifyPin(account="1", pin="480273"))


@pytest.mark.parametrize("stored", [b"", b"[]", b"{}", b'{"kind":"DONE"}', b'{"kind":"NEW"}', b'{"operation":"x.Y"}'])
def test_what_cannot_be_read_is_said_so(stored: bytes) -> None:
    with pytest.raises(NotInJournalError):
        outcome_from_json(stored)
    with pytest.raises(NotInJournalError):
        command_from_json(stored)
