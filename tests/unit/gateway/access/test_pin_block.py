"""PINs that travel sealed."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import ECKey
from pin_blocks import sealed

from tellerline.gateway.access.pin_block import PinBlocks
from tellerline.gateway.refusal import RefusalError

BLOCKS = PinBlocks()
BLOCK = sealed(BLOCKS.public_key, "246810", "call-1")


def why(block: str, *, typed: str = "", call: str = "call-1", blocks: PinBlocks = BLOCKS) -> tuple[str, str]:
    with pytest.raises(RefusalError) as refused:
        blocks.clear(typed, block, "pin", call)
    (violation,) = refused.value.violations
    assert "246810" not in repr(refused.value.violations)
    return violation.field, violation.why


def pem(curve: ec.EllipticCurve | None = None) -> bytes:
    return ec.generate_private_key(curve or ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_block_is_opened_and_a_typed_pin_is_what_it_is() -> None:
    assert BLOCKS.clear("", BLOCK, "pin", "call-1") == "246810"
    assert BLOCKS.clear("135790", "", "pin", "call-1") == "135790"


def test_one_block_is_not_like_another() -> None:
    assert sealed(BLOCKS.public_key, "246810", "call-1") != BLOCK


def test_a_block_is_good_for_its_own_call() -> None:
    assert why(BLOCK, call="call-2") == ("pin_block", "other_call")
    assert why(BLOCK, call="") == ("pin_block", "other_call")


def test_a_pin_is_not_given_twice() -> None:
    assert why(BLOCK, typed="246810") == ("pin_block", "given_twice")


def test_another_gateways_block_is_not_for_us() -> None:
    assert why(BLOCK, blocks=PinBlocks()) == ("pin_block", "not_for_us")


def test_keys_change_without_a_pause() -> None:
    old, new = pem(), pem()
    before, between, after = PinBlocks([old]), PinBlocks([new, old]), PinBlocks([new])
    block = sealed(before.public_key, "246810", "call-1")
    assert between.clear("", block, "pin", "call-1") == "246810"
    assert between.key_id == after.key_id != before.key_id
    assert why(block, blocks=after) == ("pin_block", "not_for_us")


@pytest.mark.parametrize("key", [b"", b"no key", pem(ec.SECP384R1())])
def test_a_key_of_another_kind_is_refused_at_once(key: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the library's words
        PinBlocks([key])


@pytest.mark.parametrize("content", [[], "246810", {"pin": 246810, "call": "call-1"}, {"call": "call-1"}, None])
def test_other_content_is_no_block(content: object) -> None:
    key = ECKey.import_key(json.loads(BLOCKS.public_key))
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": BLOCKS.key_id}
    assert why(jwe.encrypt_compact(header, json.dumps(content), key, algorithms=["ECDH-ES", "A256GCM"])) == (
        "pin_block",
        "not_a_block",
    )


def test_another_algorithm_is_no_block() -> None:
    key = ECKey.import_key(json.loads(BLOCKS.public_key))
    algorithms = ["ECDH-ES+A128KW", "A128GCM"]
    header = {"alg": algorithms[0], "enc": algorithms[1], "kid": BLOCKS.key_id}
    assert why(jwe.encrypt_compact(header, "{}", key, algorithms=algorithms)) == ("pin_block", "not_a_block")


@given(st.integers(0, len(BLOCK) - 1), st.characters(codec="utf-8"))
def test_no_change_of_any_character_makes_another_pin(place: int, character: str) -> None:
    changed = BLOCK[:place] + character + BLOCK[place + 1 :]
    outcome: str | set[str]
    try:
        outcome = BLOCKS.clear("", changed, "pin", "call-1")
    except RefusalError as refused:
        outcome = {violation.why for violation in refused.violations}
    assert outcome in ("246810", {"not_a_block"}, {"not_for_us"})


@given(st.text(min_size=1))
def test_whatever_comes_is_refused_in_the_same_words(text: str) -> None:
    assert why(text) in {("pin_block", "not_a_block"), ("pin_block", "not_for_us")}
