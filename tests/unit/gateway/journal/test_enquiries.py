"""An enquiry's short form: its row is that of the record that it stands for, whatever it holds."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.journal.enquiries import Enquiry, enquiry_values
from tellerline.gateway.journal.records import Record, State
from tellerline.gateway.journal.rows import record, record_values
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Effect

_INSTANTS = st.datetimes(timezones=st.just(UTC))
_OWN = {
    "state": st.sampled_from(State),
    "accepted_at": _INSTANTS,
    "settled_at": _INSTANTS,
    "command": st.binary(),
    "code": st.none() | st.sampled_from(Code),
}
ENQUIRIES = st.builds(Enquiry, **{each.name: _OWN.get(each.name, st.text()) for each in fields(Enquiry)})


def whole(enquiry: Enquiry) -> Record:
    return Record(
        **{each.name: getattr(enquiry, each.name) for each in fields(Enquiry)},
        payload_hash=b"",
        effect=Effect.ENQUIRY,
        amount=None,
        limit_day="",
        due_at=enquiry.accepted_at,
        outcome=b"",
    )


@given(ENQUIRIES)
def test_its_row_is_that_of_its_record(enquiry: Enquiry) -> None:
    assert enquiry_values(enquiry) == record_values(whole(enquiry))


@given(ENQUIRIES.filter(lambda each: "\0" not in each.host_serial + each.accounting_date))
def test_it_is_read_back_as_its_record(enquiry: Enquiry) -> None:
    assert record(enquiry_values(enquiry)) == whole(enquiry)


@given(ENQUIRIES, st.binary(min_size=20, max_size=20))
def test_its_command_is_not_shown(enquiry: Enquiry, command: bytes) -> None:
    enquiry.command = command
    assert repr(command) not in repr(enquiry)
