"""What a PIN has opened ends with it, in the write that says that the PIN is another one, or may be.

What else a changed PIN means (a reset ends the lock, the owner's change the duty to change) is part of that write.
"""

from __future__ import annotations

from dataclasses import replace

from tellerline.gateway.journal.records import ProofsEnd, Settlement, State
from tellerline.gateway.pipeline.subject import Subject
from tellerline.routing.model.customers import ChangePin

_WHY = {State.DONE: "pin_changed", State.IN_DOUBT: "pin_change_in_doubt"}


def with_proofs_ended(settlement: Settlement, subject: Subject, kept: bytes = b"") -> Settlement:
    """``settlement``, by which a change of PIN also ends what its customer has proved until then.

    ``kept`` is the hash of the grant that it was made under, if that is known and goes on. A doubt ends the others as
    well: until it is resolved, whoever knows the old PIN must not go on with what it has opened. What is won meanwhile
    ends with the doubt, should it turn out that the PIN has been changed.
    """
    why = _WHY.get(settlement.state)
    if why is None or subject.operation != ChangePin.operation:
        return settlement
    who, changed = subject.agent or subject.terminal or subject.channel, settlement.state is State.DONE
    return replace(
        settlement, proofs=ProofsEnd(customer=subject.customer, kept=kept, who=who, why=why, changed=changed)
    )
