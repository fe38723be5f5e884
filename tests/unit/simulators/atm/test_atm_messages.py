"""The bytes of messages, keys and captures, held against other people's programs and published examples."""

from __future__ import annotations

import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import iso8583
import pytest
from acquirer_host import AES_MASTER, CARD, SPEC
from hypothesis import given, settings
from hypothesis import strategies as st
from psec import mac, pinblock, tr31

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.simulators.atm.capture import open_capture
from tellerline.simulators.atm.fields import FIELDS_1987, FIELDS_1993, Layout
from tellerline.simulators.atm.framing import Framing
from tellerline.simulators.atm.keys import KeyRefusedError, MasterKey, SessionKeys
from tellerline.simulators.atm.message import ASCII, Dialect, Message, MessageError, Value, decode, encode
from tellerline.simulators.atm.profile import Edition, Profile
from tellerline.simulators.atm.requests import Composer, Kind, Order

_ALPHABETS = {"n": "0123456789", "an": "A1 z", "ans": "A1 z/~", "ns": "12/-", "z": "0123456789=D", "x+n": "0123456789"}


def _values(layout: Layout) -> st.SearchStrategy[Value]:
    shortest = 0 if layout.prefix else layout.length
    if layout.binary:
        return st.binary(min_size=shortest, max_size=layout.length)
    longest = min(layout.length, shortest + 40)
    text = st.text(_ALPHABETS[layout.kind], min_size=shortest, max_size=longest)
    return text.map(lambda value: "C" + value[1:] if layout.kind == "x+n" else value)


def _messages(table: dict[int, Layout]) -> st.SearchStrategy[Message]:
    numbers = st.lists(st.sampled_from(sorted(table)), max_size=12, unique=True)
    fields = numbers.flatmap(lambda chosen: st.fixed_dictionaries({n: _values(table[n]) for n in chosen}))
    return st.builds(Message, st.sampled_from(["0200", "0420", "0810"]), fields)


@settings(max_examples=60, deadline=None)
@given(_messages({number: layout for number, layout in FIELDS_1987.items() if number != 96}))
def test_another_library_reads_the_same(message: Message) -> None:
    decoded, _ = iso8583.decode(encode(message), SPEC)
    assert decoded["t"] == message.type
    for number, value in message.fields.items():
        assert decoded[str(number)] == (value.hex().upper() if isinstance(value, bytes) else value)


@settings(max_examples=60, deadline=None)
@given(_messages(dict(FIELDS_1993)), st.sampled_from(["ascii", "cp037", "cp500"]))
def test_what_is_written_is_read(message: Message, charset: str) -> None:
    dialect = Dialect(charset, FIELDS_1993)
    assert decode(encode(message, dialect), dialect) == message


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_bytes_are_refused_or_read(data: st.DataObject) -> None:
    whole = bytearray(encode(Message("0210", {2: CARD, 11: "000001", 39: "00", 48: "0300510001", 64: bytes(8)})))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(MessageError):
        decode(bytes(whole[: data.draw(st.integers(0, len(whole)))]))


@pytest.mark.parametrize(
    ("number", "value"),
    [(2, "1" * 20), (3, "12345"), (4, "12 456789012"), (52, "12345678"), (52, b"1"), (1, ""), (65, "")],
)
def test_what_does_not_fit_is_not_written(number: int, value: Value) -> None:
    with pytest.raises(MessageError, match=f"element {number}"):
        encode(Message("0200", {number: value}))


@pytest.mark.parametrize(
    ("edition", "reference"),
    [(Edition.FIRST, "261231T235959-000007"), (Edition.SECOND, "270101T075959-000007")],
)
@pytest.mark.parametrize("seconds", [0, 2])
def test_a_transaction_is_named_with_its_year_over_the_turn_of_it(
    edition: Edition, reference: str, seconds: int
) -> None:
    sent = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    order = Order(kind=Kind.WITHDRAWAL, card=CARD, amount=100_00, pin_block=bytes(8))
    profile = Profile(terminal="ATM00001", edition=edition)
    request = Composer(profile, VirtualClock(sent)).order("000007", order)
    later = Composer(profile, VirtualClock(sent + timedelta(seconds=seconds)))
    assert later.reference(request) == reference


@pytest.mark.parametrize("kind", Kind)
def test_what_moves_money_says_how_much_even_if_nothing(kind: Kind) -> None:
    composer = Composer(Profile(terminal="ATM00001"), VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))
    fields = composer.order("000007", Order(kind=kind, card=CARD, pin_block=bytes(8))).fields
    moves = kind in {Kind.WITHDRAWAL, Kind.TRANSFER}
    assert (fields.get(4), fields.get(49)) == (("0" * 12, "156") if moves else (None, None))


def test_a_lying_length_is_refused() -> None:
    data = encode(Message("0200", {2: "123"}))
    for broken in (data.replace(b"03123", b"99123"), data.replace(b"03123", b"0x123"), data + b"1", data[:-1]):
        with pytest.raises(MessageError):
            decode(broken, ASCII)


def test_macs_are_the_published_ones() -> None:
    """AES-CMAC: RFC 4493, example 2. X9.19: the same as psec's, itself held against the standard's."""
    aes = SessionKeys(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), bytes(16), aes=True)
    assert aes.mac(bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")).hex() == "070a16b46b4d4144"
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    tdes = SessionKeys(key, bytes(16), aes=False)
    for text in (b"1234567", b"12345678", b"x" * 41):
        assert tdes.mac(text) == mac.generate_retail_mac(key[:8], key[8:], text, 1)


def test_pin_blocks_are_the_published_ones() -> None:
    """Format 0: the clear block of ISO 9564-1's form, by psec. Format 4: opened by psec."""
    tdes = SessionKeys(bytes(16), bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), aes=False)
    assert tdes.pin_block("1234", "5555551234567890", SeededRandomness(1)).hex() == _format_0()
    aes = SessionKeys(bytes(16), bytes(range(16)), aes=True)
    for pin in ("1234", "135790", "123456789012"):
        block = aes.pin_block(pin, CARD, SeededRandomness(1))
        assert pinblock.decipher_pinblock_iso_4(bytes(range(16)), block, CARD) == pin


def _format_0() -> str:
    from psec import des

    clear = pinblock.encode_pinblock_iso_0("1234", "5555551234567890")
    assert clear.hex() == "041261aedcba9876"
    return des.encrypt_tdes_ecb(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), clear).hex()


def test_a_key_for_another_use_is_refused() -> None:
    master = MasterKey(AES_MASTER, aes=True)
    right = tr31.wrap(AES_MASTER, "D0112M6AC00N0000", bytes(16)), tr31.wrap(AES_MASTER, "D0112P0AE00N0000", bytes(16))
    assert master.session(*right).mac_key == bytes(16)
    swapped = (right[1], right[0])
    decrypting = (right[0], tr31.wrap(AES_MASTER, "D0112P0AD00N0000", bytes(16)))
    of_another = (tr31.wrap(bytes(32), "D0112M6AC00N0000", bytes(16)), right[1])
    for blocks in (swapped, decrypting, of_another, ("", ""), ("nonsense", right[1])):
        with pytest.raises(KeyRefusedError):
            master.session(*blocks)


@pytest.mark.parametrize("text", ["", "00", "zz" * 16, "tdes:" + "00" * 32, "des:" + "00" * 16])
def test_a_master_key_that_is_none(text: str) -> None:
    with pytest.raises(KeyRefusedError):
        MasterKey.from_hex(text)


def test_what_is_sealed_is_for_one_key() -> None:
    sealed = MasterKey(AES_MASTER, aes=True).seal(CARD, SeededRandomness(1))
    assert MasterKey(AES_MASTER, aes=True).unseal(sealed) == CARD
    with pytest.raises(KeyRefusedError):
        MasterKey(bytes(32), aes=True).unseal(sealed)


def test_frames_have_the_header_that_the_concentrator_wants() -> None:
    assert Framing().framed(b"0800") == b"\0\x040800"
    assert Framing("ascii4").framed(b"0800") == b"00040800"
    with_address = Framing(tpdu=True)
    assert with_address.framed(b"0800") == bytes.fromhex("00096000010000") + b"0800"
    assert with_address.message(with_address.framed(b"0800")) == b"0800"
    with pytest.raises(ValueError, match="9999"):
        Framing("ascii4").framed(bytes(10_000))


def test_a_capture_is_a_stream(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    capture = open_capture(tmp_path / "frames.pcap", clock)
    capture.opened(40_000, 8583)
    capture.passed(b"\0\x03abc", outgoing=True)
    capture.passed(bytes(0x8001), outgoing=False)
    capture.close()
    data = (tmp_path / "frames.pcap").read_bytes()
    assert data[:4] == struct.pack("<I", 0xA1B2C3D4)
    packets, at = [], 24
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        packets.append(data[at + 16 : at + 16 + size])
        at += 16 + size
    assert [len(packet) - 40 for packet in packets] == [0, 0, 0, 5, 0x8000, 1]
    assert all(_sum(packet[:20]) == 0xFFFF for packet in packets)
    assert (tmp_path / "frames.pcap").stat().st_mode & 0o777 == 0o600


def _sum(header: bytes) -> int:
    total: int = sum(struct.unpack("!10H", header))
    return (total & 0xFFFF) + (total >> 16)


def test_a_hex_dump_is_for_eyes(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    dump = open_capture(tmp_path / "frames.txt", clock)
    dump.opened(40_000, 8583)
    dump.passed(b"\0\x040800", outgoing=True)
    dump.close()
    lines = (tmp_path / "frames.txt").read_text().splitlines()
    assert lines[1:] == ["> 2026-03-02T01:00:00+00:00 6 bytes", f"000000  {'00 04 30 38 30 30':<47}  ..0800"]
