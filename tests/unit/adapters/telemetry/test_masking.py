"""Masking: what looks like a card, an account or an identity number never leaves whole, secrets not at all."""

from __future__ import annotations

import pytest

from tellerline.adapters.telemetry.masking import mask_event, mask_number, mask_text

ACCOUNT = "6217000012345678"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("6217000012345678", "621700******5678"),
        ("6217000012345678901", "621700*********8901"),
        ("123456789012", "********9012"),
        ("1787", "***"),
        ("", ""),
    ],
)
def test_numbers(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    "text",
    [
        "card 6217000012345678 refused",
        "card=6217000012345678",
        "x6217000012345678y",
        "6217 0000 1234 5678",
        "6217-0000-1234-5678",
        "{'a': '6217000012345678'}",
    ],
)
def test_numbers_in_text(text: str) -> None:
    assert "12345678" not in mask_text(text)
    assert "1234 5678" not in mask_text(text)
    assert "1234-5678" not in mask_text(text)


@pytest.mark.parametrize("number", ["62170000123456780000", "89370440053201300012345678", "6" * 34])
def test_a_number_longer_than_a_cards_is_masked_too(number: str) -> None:
    assert number[6:-4] not in mask_text(f"DE{number}: refused")


def test_identity_documents_vanish_wholly() -> None:
    assert mask_text("id 11010519491231002X") == "id ***"
    assert mask_text("id 110105194912310021.") == "id ***."


def test_events_hide_secrets_by_key_and_numbers_anywhere() -> None:
    event = {
        "event": "x",
        "pin": "480273",
        "grant": "abc",
        "identity_document": "11010519491231002X",
        "account": "6217000012345678",
        "nested": {"pin": "480273", "list": ["6217000012345678", 6217000012345678]},
        "error": ValueError("6217000012345678"),
        "ms": 1.5,
        "count": 3,
        "ok": True,
        "none": None,
    }
    masked = str(mask_event(None, "", event))
    for secret in ("480273", "abc", "19491231", "0000123456"):
        assert secret not in masked
    assert event["ms"] == 1.5
    assert event["ok"] is True


def test_serials_are_masked_like_any_number_of_that_length() -> None:
    assert mask_event(None, "", {"channel_serial": "S-20261122-0001"})["channel_serial"] == "S-20261122-0001"
    assert ACCOUNT not in str(mask_event(None, "", {"channel_serial": ACCOUNT}))
