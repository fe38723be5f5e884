"""Masking: what looks like a card, an account or an identity number never leaves whole, secrets not at all."""

from __future__ import annotations

import copy
import re
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tellerline.adapters.telemetry import masking
from tellerline.adapters.telemetry.masking import HIDDEN, mask_event, mask_number, mask_text

ACCOUNT = "6217000012345678"
NUMBER = re.compile(r"(?<!\d)(?:\d{17}[Xx]|\d{12,}|\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,3})?)(?!\d)")
SECRETS = (
    *("pin", "new_pin", "old_pin", "pin_block", "track", "track1", "track2", "cvv"),
    *("grant", "token", "password", "secret", "authorization"),
    *("identity_document", "owner_identity_document", "raw"),
)
OURS = (
    *("at", "level", "event", "serial", "operation", "host", "state", "code", "trace", "span", "reason", "owner"),
    "incident",
)


class Word(StrEnum):
    """A text that is not quite a ``str``."""

    SHORT = "DONE"
    NUMBER = "6217000012345678"


def searched(text: str) -> str:
    """The plain way: every text is searched, whatever it looks like."""
    return NUMBER.sub(lambda found: masked_number(found.group()), text)


def masked_number(number: str) -> str:
    born = re.fullmatch(r"\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]", number)
    return HIDDEN if born else mask_number(number)


def plainly(value: Any) -> Any:
    """The plain way for anything: one question after the other."""
    if isinstance(value, dict):
        return {
            key: HIDDEN if key in SECRETS else part if key in OURS else plainly(part) for key, part in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [plainly(part) for part in value]
    if value is None or isinstance(value, float | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**11 else mask_number(str(abs(value)))
    return searched(str(value))


nearly_numbers = st.text(st.sampled_from("0123456789 -Xx*\uff11\u0663\u5361"), max_size=40)
identities = st.from_regex(r"[a1 ]?\d{6}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]", fullmatch=True)
texts = st.one_of(st.text(max_size=40), nearly_numbers, identities, st.sampled_from(Word))
plain_values = st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.integers(), texts, texts)
keys = st.one_of(st.sampled_from(SECRETS + OURS + ("account", "at ", "PIN")), st.text(max_size=5))
values = st.recursive(
    plain_values,
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(keys, inner), texts.map(ValueError)
    ),
    max_leaves=12,
)


@given(st.one_of(texts, st.text(), st.from_regex(NUMBER)))
@example("\uff16217000012345678")
@example("card " + ACCOUNT)
def test_texts_are_masked_as_if_all_were_searched(text: str) -> None:
    assert mask_text(text) == searched(text)


@given(st.dictionaries(keys, values))
def test_events_are_masked_as_if_all_were_searched(event: dict[str, Any]) -> None:
    expected = plainly(event)
    masked = mask_event(copy.copy(event))
    assert masked == expected
    assert list(masked) == list(event)


def test_every_secret_and_only_ours_are_known_by_name() -> None:
    hidden = {key for key, hides in masking._HIDES.items() if hides}
    assert hidden == set(SECRETS)
    assert set(masking._HIDES) - hidden == set(OURS)


def test_nested_values_are_not_changed_in_place() -> None:
    nested = {"pin": "480273", "account": ACCOUNT}
    mask_event({"nested": nested, "list": [nested]})
    assert nested == {"pin": "480273", "account": ACCOUNT}


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
    masked = str(mask_event(event))
    for secret in ("480273", "abc", "19491231", "0000123456"):
        assert secret not in masked
    assert event["ms"] == 1.5
    assert event["ok"] is True


def test_serials_are_masked_like_any_number_of_that_length() -> None:
    assert mask_event({"channel_serial": "S-20261122-0001"})["channel_serial"] == "S-20261122-0001"
    assert ACCOUNT not in str(mask_event({"channel_serial": ACCOUNT}))
