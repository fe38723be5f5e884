"""What a change of PIN means for its account, by the changes that the journal knows of: a reset ends the lock and must
be followed by a change of the owner's own, which ends that duty. A reset that did not happen leaves none."""

from __future__ import annotations

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.sql.elements import ColumnClause

from tellerline.adapters.store.statements import Statement, Steps
from tellerline.gateway.journal.customer_records import Interaction, PinReset, ResetState
from tellerline.gateway.journal.customer_schema import accounts, pin_resets
from tellerline.gateway.journal.dossier_steps import PIN_CHANGED, PIN_TO_CHANGE, move_pin_reset
from tellerline.gateway.journal.proofs import SUCCEED
from tellerline.gateway.journal.records import FINAL_STATES, State
from tellerline.gateway.journal.rows import record
from tellerline.gateway.journal.schema import A_PIN_CHANGE
from tellerline.gateway.journal.transactions import GET, t

_MOST = 20


def _literal(text: str) -> ColumnClause[str]:
    return literal_column(f"'{text}'")


CHANGES = Statement(
    select(t.customer, t.channel, t.channel_serial, t.state)
    .where(
        t.account == bindparam("of"),
        A_PIN_CHANGE,
        t.state.not_in([_literal(state) for state in sorted(FINAL_STATES - {State.DONE})]),
    )
    .order_by(t.accepted_at.desc(), t.global_serial.desc())
    .limit(bindparam("most")),
    "of",
    "most",
)
"""Newest first, but for those that have changed nothing."""
RESET = Statement(
    select(pin_resets.c.name).where(
        pin_resets.c.customer == bindparam("of"),
        pin_resets.c.serial == bindparam("used"),
        pin_resets.c.state == _literal("COMPLETED"),
    ),
    "of",
    "used",
)
HOLDER = Statement(
    select(accounts.c.customer, accounts.c.sequence).where(accounts.c.account == bindparam("number")), "number"
)
HELD = Statement(
    select(accounts.c.account).where(accounts.c.customer == bindparam("of"), accounts.c.sequence == bindparam("place")),
    "of",
    "place",
)


def settled(global_serial: str) -> Steps[None]:
    """Once the row says how this change stands, whoever found out."""
    change = record((yield GET, (global_serial,))[0])
    if change.state is State.DONE and (yield from _is_reset(change.customer, change.channel, change.channel_serial)):
        yield SUCCEED, (change.customer,)
    yield from look_again(change.account)


def move_reset(moved: PinReset, expected: ResetState, pin_to_change: bool, told: Interaction | None) -> Steps[bool]:
    """One that was completed and has not come about leaves the PIN as good as it was."""
    if not (yield from move_pin_reset(moved, expected, pin_to_change, told)):
        return False
    if expected is ResetState.COMPLETED:
        for (account,) in (yield HELD, (moved.customer, moved.sequence)):
            yield from look_again(account)
    return True


def look_again(account: str) -> Steps[None]:
    """Whether the PIN must be changed at its next use, whichever sequence number the account has now."""
    held = yield HOLDER, (account,)
    if held:
        due = yield from _is_for_a_first_use(account)
        yield PIN_TO_CHANGE if due else PIN_CHANGED, tuple(held[0])


def _is_for_a_first_use(account: str) -> Steps[bool]:
    """Whether the newest change is a reset. One that is not certain counts if it is, and is passed over if not."""
    for customer, channel, serial, state in (yield CHANGES, (account, _MOST)):
        if (yield from _is_reset(customer, channel, serial)):
            return True
        if state == State.DONE:
            return False
    return False


def _is_reset(customer: str, channel: str, channel_serial: str) -> Steps[bool]:
    return bool((yield RESET, (customer, f"{channel}/{channel_serial}")))
