"""What every SOAP host is asked beside its business: originals go under the host's own word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tellerline.connectors.soap_connector import Mapped
from tellerline.connectors.soap_control import with_control
from tellerline.routing.model.command import Inquire, Reverse
from tellerline.routing.model.money import Money
from tellerline.routing.model.outcome import Result

OPERATIONS = with_control({"transfers.CreateTransfer": Mapped("Transfer", lambda _: {}, lambda _: Result())})


@pytest.mark.parametrize(
    ("original", "word"),
    [
        ("transfers.CreateTransfer", "Transfer"),
        (Reverse.operation, "ReverseTransaction"),
        ("fx.ListRates", "fx.ListRates"),
    ],
)
def test_an_original_is_named_in_the_hosts_own_word(original: str, word: str) -> None:
    fields = OPERATIONS[Inquire.operation].request(Inquire(original_reference="R1", original_operation=original))
    assert fields == {"originalReference": "R1", "originalOperation": word, "originalAccount": None}


def test_a_reversal_says_how_much_of_which_account() -> None:
    whole = Reverse(original_reference="R1", original_operation="transfers.CreateTransfer", original_account="6217")
    fields = OPERATIONS[Reverse.operation].request(replace(whole, amount=Money(1234, "CNY")))
    assert fields["originalAccount"] == "6217"
    assert (fields["amount"]["currency"], str(fields["amount"]["value"])) == ("CNY", "12.34")
    assert OPERATIONS[Reverse.operation].request(whole)["amount"] is None
