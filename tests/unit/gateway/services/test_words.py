"""What people write may have the wide space of Chinese writing; identifiers, and nobody's text control characters."""

from __future__ import annotations

import pytest
from google.type.money_pb2 import Money

from tellerline.api.transfers.v1 import transfers_pb2 as pb
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.customers.telling import reason_of
from tellerline.gateway.services.refusals import checked_text, checked_words
from tellerline.gateway.services.transfers.convert import transfer_command

NAME = "王\N{IDEOGRAPHIC SPACE}芳"


def test_a_name_may_have_a_wide_space() -> None:
    assert checked_words(NAME, "name", 3, required=True) == NAME


def test_an_identifier_may_not() -> None:
    with pytest.raises(RefusalError) as refused:
        checked_text(NAME, "account_number", 3)
    assert refused.value.violations[0].why == "control_character"


def test_a_registered_payee_may_have_one_in_his_name() -> None:
    payee = pb.RegisteredPayee(account_number="6228480402564890018", display_name=NAME)
    transfer = pb.Transfer(registered_payee=payee, amount=Money(currency_code="CNY", units=1), narrative=NAME)
    command = transfer_command(transfer, "6228480402564890026", "")
    assert (command.credit_name, command.narrative) == (NAME, NAME)


@pytest.mark.parametrize(("text", "why"), [("", "missing"), ("王芳芳芳", "too_long"), ("a\0b", "control_character")])
def test_words_are_bounded_too(text: str, why: str) -> None:
    with pytest.raises(RefusalError) as refused:
        checked_words(text, "name", 3, required=True)
    assert refused.value.violations[0].why == why


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("他的密码是246810", "他的密码是******"),
        ("PIN 12345, he says", "PIN *****, he says"),
        ("tel 138 0000 1111", "tel *** **** **11"),
        ("card 6222-0202-0000-4444-444", "card ****-****-****-****-*44"),
        ("11010519491231002X", "****************2X"),
        ("١٢٣٤٥٦", "******"),
        ("since 2026-11-23, ticket 1234", "since 2026-11-23, ticket 1234"),
        (
            "6222\N{IDEOGRAPHIC SPACE}0202\N{IDEOGRAPHIC SPACE}0000",
            "****\N{IDEOGRAPHIC SPACE}****\N{IDEOGRAPHIC SPACE}**00",
        ),
        ("138.0000.1111", "***.****.**11"),
        ("6222/0202/0000", "****/****/**00"),
        ("6222–0202  0000", "****–****  **00"),
        ("密码2.4.6.8.1.0", "密码*.*.*.*.*.*"),
        ("2026-11-23 4321", "****-**-** **21"),
    ],
)
def test_numbers_in_reasons_are_masked(said: str, kept: str) -> None:
    assert reason_of(said) == kept
