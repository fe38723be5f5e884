"""The software security module: keys in their blocks, MACs, PIN blocks; checked against worked examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psec import des, pinblock, tr31

from tellerline.adapters.clock import SeededRandomness
from tellerline.gateway.channels.iso8583.hsm import key_blocks, pin_blocks
from tellerline.gateway.channels.iso8583.hsm.key_blocks import ClearKey
from tellerline.gateway.channels.iso8583.hsm.port import Algorithm, HeldKey, HsmError, PinBlockError
from tellerline.gateway.channels.iso8583.hsm.software import SoftwareHsm, read_own_key
from tellerline.simulators.atm.keys import MasterKey

PAN, PIN = "6229990000000000027", "123456"
ALGORITHMS: tuple[Algorithm, ...] = ("AES", "TDES")


@pytest.fixture
def own() -> ClearKey:
    return ClearKey("AES", key_blocks.MASTER, SeededRandomness(1).bytes(32))


@pytest.fixture
def hsm(own: ClearKey) -> SoftwareHsm:
    return SoftwareHsm(own, SeededRandomness(2), production=False)


def _master(own: ClearKey, algorithm: Algorithm) -> tuple[MasterKey, str]:
    key = ClearKey(algorithm, key_blocks.MASTER, SeededRandomness(3).bytes(32 if algorithm == "AES" else 16))
    return MasterKey(key.secret, algorithm == "AES"), key_blocks.wrapped(own, key, "D")


def _held(own: ClearKey, algorithm: Algorithm, usage: str, secret: bytes) -> HeldKey:
    return HeldKey(algorithm, key_blocks.wrapped(own, ClearKey(algorithm, usage, secret), "C"))


def test_it_does_not_serve_in_production(own: ClearKey) -> None:
    with pytest.raises(HsmError, match="does not serve in production"):
        SoftwareHsm(own, SeededRandomness(1), production=True)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_terminal_and_we_have_the_same_keys(own: ClearKey, hsm: SoftwareHsm, algorithm: Algorithm) -> None:
    terminal, block = _master(own, algorithm)
    assert await hsm.check_master(block) == algorithm
    ours = await hsm.new_session(block)
    theirs = terminal.session(ours.mac_for_terminal, ours.pin_for_terminal)
    assert await hsm.check_mac(ours.mac, b"data" * 9, theirs.mac(b"data" * 9))
    assert not await hsm.check_mac(ours.mac, b"data" * 9, bytes(8))
    assert not await hsm.check_mac(ours.mac, b"data" * 9, b"")
    sealed = theirs.pin_block(PIN, PAN, SeededRandomness(4))
    assert await hsm.clear_pin(ours.pin, sealed, PAN) == PIN
    for other in ("6229990000000000159", "4229990000000001027"):
        with pytest.raises(PinBlockError):
            await hsm.clear_pin(ours.pin, sealed, other)
    with pytest.raises(PinBlockError):
        await hsm.clear_pin(ours.pin, sealed + b"x", PAN)
    assert await hsm.clear_pin(ours.pin, sealed, PAN) == PIN, "what did not open leaves nothing behind"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_sessions_keys_are_fresh_and_for_one_use(own: ClearKey, hsm: SoftwareHsm, algorithm: Algorithm) -> None:
    _, block = _master(own, algorithm)
    one, two = await hsm.new_session(block), await hsm.new_session(block)
    assert one.mac_for_terminal != two.mac_for_terminal
    header, _ = tr31.unwrap(_master(own, algorithm)[0].key, one.pin_for_terminal)
    assert (header.key_usage, header.mode_of_use, header.exportability) == ("P0", "E", "N")
    with pytest.raises(HsmError, match="not for P0"):
        await hsm.clear_pin(one.mac, bytes(16), PAN)
    with pytest.raises(HsmError, match="not for K1"):
        await hsm.new_session(one.mac.block)


async def test_cmac_is_that_of_rfc_4493(own: ClearKey, hsm: SoftwareHsm) -> None:
    key = _held(own, "AES", "M6", bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    data = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411")
    assert (await hsm.mac(key, data)).hex() == "dfa66747de9ae630"


async def test_the_retail_mac_is_that_of_iso_9797(own: ClearKey, hsm: SoftwareHsm) -> None:
    key = _held(own, "TDES", "M3", bytes.fromhex("0123456789abcdeffedcba9876543210"))
    assert (await hsm.mac(key, b"Now is the time for all ")).hex() == "a1c72e74ea3fa9b6"


async def test_format_0_is_that_of_iso_9564(own: ClearKey, hsm: SoftwareHsm) -> None:
    secret = bytes.fromhex("0123456789abcdeffedcba9876543210")
    block = pin_blocks.sealed("TDES", secret, "1234", "43219876543210987")
    clear = des.decrypt_tdes_ecb(secret, block)
    assert clear.hex() == "0412ac89abcdef67"
    assert await hsm.clear_pin(_held(own, "TDES", "P0", secret), block, "43219876543210987") == "1234"


@pytest.mark.parametrize(("source", "target"), [("TDES", "AES"), ("AES", "TDES"), ("AES", "AES")])
async def test_a_pin_moves_between_formats_that_are_bound_to_the_card(
    own: ClearKey, hsm: SoftwareHsm, source: Algorithm, target: Algorithm
) -> None:
    chance = SeededRandomness(5)
    secret = chance.bytes(16)
    held, goal = _held(own, source, "P0", secret), _held(own, target, "P0", chance.bytes(16))
    block = pin_blocks.sealed(source, secret, PIN, PAN)
    moved = await hsm.translate_pin(held, block, PAN, target=goal, target_format=pin_blocks.FORMAT_OF[target])
    assert await hsm.clear_pin(goal, moved, PAN) == PIN


@pytest.mark.parametrize("source", [0, 3, 4])
@pytest.mark.parametrize("target", [1, 2])
def test_no_pin_loses_its_card(source: int, target: int) -> None:
    with pytest.raises(HsmError, match="forbidden"):
        pin_blocks.check_translation(source, target)


def test_formats_that_are_not_there_are_not_offered() -> None:
    with pytest.raises(HsmError, match="not offered"):
        pin_blocks.check_translation(0, 3)


async def test_a_translation_into_the_other_keys_format_is_refused(own: ClearKey, hsm: SoftwareHsm) -> None:
    secret = SeededRandomness(6).bytes(16)
    held = _held(own, "TDES", "P0", secret)
    with pytest.raises(HsmError, match="format 4"):
        await hsm.translate_pin(held, bytes(8), PAN, target=held, target_format=4)


async def test_a_block_of_somebody_else_is_no_key(own: ClearKey, hsm: SoftwareHsm) -> None:
    stranger = ClearKey("AES", key_blocks.MASTER, SeededRandomness(9).bytes(32))
    _, block = _master(stranger, "AES")
    for wrong in (block, "rubbish", "", "D0144K1AD00N0000"):
        with pytest.raises(HsmError, match="not a key block"):
            await hsm.check_master(wrong)


def test_single_length_des_is_no_key() -> None:
    with pytest.raises(HsmError, match="64 bits"):
        key_blocks.check_length("TDES", bytes(8))


def test_its_own_key_comes_from_a_file(tmp_path: Path, own: ClearKey) -> None:
    file = tmp_path / "hsm.key"
    file.write_text(own.secret.hex() + "\n")
    assert read_own_key(file) == own
    for wrong in ("", "12", "zz" * 32, own.secret.hex()[:-2]):
        file.write_text(wrong)
        with pytest.raises(HsmError, match="64 hexadecimal digits"):
            read_own_key(file)


def test_keys_are_never_shown(own: ClearKey) -> None:
    held = _held(own, "AES", "M6", bytes(16))
    assert own.secret.hex() not in repr(own)
    assert held.block not in repr(held)


@given(st.text("0123456789٣²A", max_size=20))
def test_a_cards_field_of_format_4_is_the_librarys(pan: str) -> None:
    try:
        expected = pinblock.encode_pan_field_iso_4(pan)
    except ValueError:
        with pytest.raises(ValueError, match="card number"):
            pin_blocks.pan_field(pan)
    else:
        assert pin_blocks.pan_field(pan).to_bytes(16, "big") == expected


@st.composite
def _pin_fields(draw: st.DrawFn) -> bytes:
    """Right ones, and such as are wrong in a digit or two."""
    pin = draw(st.text("0123456789", min_size=4, max_size=12))
    field = bytearray(pinblock.encode_pin_field_iso_4(pin))
    for _ in range(draw(st.integers(0, 2))):
        field[draw(st.integers(0, 15))] = draw(st.integers(0, 255))
    return bytes(field)


@given(_pin_fields() | st.binary(min_size=16, max_size=16))
def test_a_pin_is_read_from_format_4_as_the_library_reads_it(field: bytes) -> None:
    try:
        expected = pinblock.decode_pin_field_iso_4(field)
    except ValueError:
        with pytest.raises(ValueError, match="PIN field"):
            pin_blocks.pin_of_field(field)
    else:
        assert pin_blocks.pin_of_field(field) == expected
