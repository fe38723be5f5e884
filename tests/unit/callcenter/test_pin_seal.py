"""Blocks that the gateway opens, and nobody else: sealed here, opened by the gateway's own code."""

from __future__ import annotations

import json

import pytest
from joserfc.jwk import ECKey

from tellerline.callcenter.pin_seal import PinSeals, pin_seal
from tellerline.gateway.access.pin_block import PinBlocks
from tellerline.gateway.refusal import RefusalError

PIN = "246810"


def test_the_gateway_opens_what_was_sealed_for_it() -> None:
    blocks = PinBlocks()
    block = pin_seal(blocks.public_key, "call-1")(PIN)
    assert blocks.clear("", block.decode(), "pin", "call-1") == PIN
    assert PIN.encode() not in block


def test_a_block_is_good_in_its_own_call_alone() -> None:
    blocks = PinBlocks()
    block = pin_seal(blocks.public_key, "call-1")(PIN).decode()
    with pytest.raises(RefusalError) as refused:
        blocks.clear("", block, "pin", "call-2")
    assert refused.value.violations[0].why == "other_call"


def test_the_same_digits_never_make_the_same_block() -> None:
    seal = pin_seal(PinBlocks().public_key, "call-1")
    assert seal(PIN) != seal(PIN)


@pytest.mark.parametrize("curve", ["P-384", "P-521"])
def test_only_a_public_key_on_the_right_curve_will_do(curve: str) -> None:
    other = ECKey.generate_key(curve, auto_kid=True)
    with pytest.raises(ValueError, match="not a public key on P-256"):
        pin_seal(json.dumps(other.as_dict(private=False)), "call-1")
    private = ECKey.generate_key("P-256", auto_kid=True)
    with pytest.raises(ValueError, match="not a public key on P-256"):
        pin_seal(json.dumps(private.as_dict(private=True)), "call-1")


async def test_a_key_is_fetched_once_until_it_has_changed() -> None:
    gateways = [PinBlocks(), PinBlocks()]
    fetched: list[str] = []

    async def fetch() -> str:
        fetched.append(gateways[len(fetched)].public_key)
        return fetched[-1]

    seals = PinSeals(fetch)
    for call in ("call-1", "call-2"):
        block = (await seals.seal(call))(PIN).decode()
        assert gateways[0].clear("", block, "pin", call) == PIN
    seals.renew()
    block = (await seals.seal("call-3"))(PIN).decode()
    assert gateways[1].clear("", block, "pin", "call-3") == PIN
    assert len(fetched) == 2
