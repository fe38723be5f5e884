"""What a PIN has opened ends with it, in the write that says that the PIN is another one, or may be.

What else a change of PIN means (a reset ends the lock, the owner's change the duty to change, and a reset that did not
happen leaves none) is part of the write that says how it stands.
"""

from __future__ import annotations

from dataclasses import replace

from tellerline.gateway.journal.records import ProofsEnd, Settlement, State
from tellerline.gateway.pipeline.subject import Subject
from tellerline.routing.model.customers import ChangePin

_WHY = {State.DONE: "pin_changed", State.IN_DOUBT: "pin_change_in_doubt"}


def with_pin_change(settlement: Settlement, subject: Subject, kept: bytes = b"") -> Settlement:
    """``settlement``, with all that belongs to it if ``subject`` is a change of PIN.

    ``kept`` is the hash of the grant that it was made under, if that is known: it goes on after a change that was never
    in doubt, and while one is. A doubt ends the others as well: until it is resolved, whoever knows the old PIN must
    not go on with what it has opened. What is won meanwhile, and the grant of the change itself, end with the doubt,
    should it turn out that the PIN has been changed.
    """
    if subject.operation != ChangePin.operation:
        return settlement
    why = _WHY.get(settlement.state)
    if why is None:
        return replace(settlement, pin_change=True)
    who = subject.agent or subject.terminal or subject.channel
    return replace(
        settlement, pin_change=True, proofs=ProofsEnd(customer=subject.customer, kept=kept, who=who, why=why)
    )
