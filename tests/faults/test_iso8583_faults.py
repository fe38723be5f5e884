"""Fault cards 34 to 44: what a cash machine, or whoever sits on its line, may send."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import pytest_asyncio
from iso_bank import IsoBank, iso_bank
from iso_terminal import IsoTerminal

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.gateway.channels.iso8583.codec.message import Layout, decode, encode
from tellerline.gateway.channels.iso8583.hsm import key_blocks
from tellerline.gateway.channels.iso8583.hsm.key_blocks import ClearKey
from tellerline.gateway.channels.iso8583.hsm.port import HeldKey, HsmError
from tellerline.gateway.channels.iso8583.hsm.software import SoftwareHsm

pytestmark = pytest.mark.asyncio(loop_scope="module")

AMOUNT = 500_00


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[IsoBank]:
    async with iso_bank(tmp_path_factory.mktemp("bank"), frame=1.0) as bank:
        yield bank


@pytest_asyncio.fixture(loop_scope="module")
async def terminal(bank: IsoBank) -> AsyncIterator[IsoTerminal]:
    terminal = await bank.terminal().ready()
    yield terminal
    await terminal.close()


@pytest.mark.parametrize("header", [b"\x00\x00", b"\xff\xff", b"\x08\x01"])
async def test_card_34_a_bad_length_closes_that_connection_only(
    bank: IsoBank, terminal: IsoTerminal, header: bytes
) -> None:
    hostile = await bank.terminal("T0000002").connect()
    hostile.send_raw(header)
    assert await hostile.closed()
    assert bank.counted("atm_connections_ended_total", why="bad_length") >= 1
    assert (await terminal.network("echo")).get(39) == "00"


async def test_card_34_a_slow_loris_is_closed_and_nobody_waits_for_it(bank: IsoBank, terminal: IsoTerminal) -> None:
    answered_meanwhile = False
    for tried in range(1, 6):  # a machine that stood still for so long proves nothing: try again
        slow = await bank.terminal("T0000002").connect()
        slow.send_raw(b"\x00\x40" + b"0800")
        ending = asyncio.ensure_future(slow.closed())
        assert (await terminal.network("echo")).get(39) == "00"
        answered_meanwhile = not ending.done()
        assert await ending
        assert bank.counted("atm_connections_ended_total", why="half_frame") == tried
        if answered_meanwhile:
            break
    assert answered_meanwhile


@pytest.mark.parametrize("lie", ["bitmap", "length"])
async def test_card_35_bitmap_and_lengths_that_lie_are_answered_with_30(
    bank: IsoBank, terminal: IsoTerminal, lie: str
) -> None:
    card = bank.card(1)
    before = bank.booked(card)
    frame = bytearray(terminal.frame(terminal.withdrawal(card, bank.pin, AMOUNT)))
    if lie == "bitmap":
        frame[4 + 5] ^= 0x02
    else:
        frame[4 + 8 : 4 + 10] = b"99"
    answer = terminal.believed(await terminal.ask_raw(bytes(frame)))
    assert (answer.mti, answer.get(39)) == ("0210", "30")
    assert bank.booked(card) == before
    assert (await terminal.network("echo")).get(39) == "00"


@pytest.mark.parametrize("mixed", [False, True])
async def test_card_36_ebcdic_from_an_ascii_terminal_is_answered_with_30(
    bank: IsoBank, terminal: IsoTerminal, mixed: bool
) -> None:
    card = bank.card(2)
    before, message = bank.booked(card), terminal.withdrawal(card, bank.pin, AMOUNT)
    assert terminal.keys is not None
    ebcdic = Layout("1987", "cp037")
    fields = dict(message.fields) | {64: "00" * 8}
    body = encode(type(message)(message.mti, fields), ebcdic)[:-8]
    if mixed:
        body = message.mti.encode("ascii") + body[4:]
    answer = await terminal.ask_raw(body + terminal.keys.mac(body))
    read = decode(answer, Layout("1987", "ascii") if mixed else ebcdic)
    assert (read.mti, read.get(39)) == ("0210", "30")
    assert bank.booked(card) == before


@pytest.mark.parametrize("spoilt", ["mac", "amount", "missing"])
async def test_card_37_a_bad_mac_posts_nothing_and_alarms(bank: IsoBank, terminal: IsoTerminal, spoilt: str) -> None:
    card = bank.card(3)
    before = bank.booked(card)
    message = terminal.withdrawal(card, bank.pin, AMOUNT)
    frame = bytearray(terminal.frame(message))
    if spoilt == "mac":
        frame[-1] ^= 1
    elif spoilt == "amount":
        at = bytes(frame).index(message.get(4).encode())
        frame[at : at + 12] = b"000000090000"
    else:
        frame = bytearray(terminal.frame(message, mac=False))
    alarms, logged = bank.counted("atm_frames_total", task="refused", answer="916"), len(bank.logged("mac_wrong"))
    answer = terminal.believed(await terminal.ask_raw(bytes(frame)))
    assert (answer.mti, answer.get(39)) == ("0210", "63")
    assert bank.booked(card) == before
    assert bank.counted("atm_frames_total", task="refused", answer="916") == alarms + 1
    await _until(lambda: len(bank.logged("mac_wrong")) > logged)
    assert {line["level"] for line in bank.logged("mac_wrong")} == {"error"}


async def test_card_38_the_same_number_with_another_amount_is_94(bank: IsoBank, terminal: IsoTerminal) -> None:
    card = bank.card(4)
    before = bank.booked(card)
    first = terminal.withdrawal(card, bank.pin, AMOUNT)
    other = type(first)(first.mti, dict(first.fields) | {4: "000000090000"})
    assert (await terminal.ask(first)).get(39) == "00"
    assert (await terminal.ask(other)).get(39) == "94"
    assert bank.booked(card) == before - AMOUNT


async def test_card_39_a_reversal_without_its_original_is_accepted(bank: IsoBank, terminal: IsoTerminal) -> None:
    card = bank.card(5)
    before, never_sent = bank.booked(card), terminal.withdrawal(card, bank.pin, AMOUNT)
    answer = await terminal.ask(terminal.reversal(never_sent, AMOUNT))
    assert (answer.mti, answer.get(39)) == ("0430", "00")
    assert bank.booked(card) == before


async def test_card_40_a_reversal_before_its_original_leaves_a_tombstone(bank: IsoBank, terminal: IsoTerminal) -> None:
    card = bank.card(6)
    before, original = bank.booked(card), terminal.withdrawal(card, bank.pin, AMOUNT)
    assert (await terminal.ask(terminal.reversal(original, AMOUNT))).get(39) == "00"
    for _ in range(2):
        answer = await terminal.ask(original)
        assert (answer.mti, answer.get(39)) == ("0210", "21")
    assert bank.booked(card) == before


async def test_card_41_ten_repeats_reverse_once_and_are_answered_ten_times(
    bank: IsoBank, terminal: IsoTerminal
) -> None:
    card = bank.card(7)
    before, original = bank.booked(card), terminal.withdrawal(card, bank.pin, AMOUNT)
    assert (await terminal.ask(original)).get(39) == "00"
    reversal = terminal.reversal(original, AMOUNT, kind="421")
    for _ in range(10):
        terminal.send_raw(_framed(terminal.frame(reversal)))
    answers = [terminal.believed(await terminal.receive()) for _ in range(10)]
    assert [(answer.mti, answer.get(39)) for answer in answers] == [("0430", "00")] * 10
    await _until(lambda: bank.booked(card) == before)
    received = bank.system.bank.core.received.newest()
    assert sum(request.operation == "Reverse" for request in received) <= 2


async def test_card_42_more_than_the_original_is_not_reversed(bank: IsoBank, terminal: IsoTerminal) -> None:
    card = bank.card(8)
    before, original = bank.booked(card), terminal.withdrawal(card, bank.pin, AMOUNT)
    assert (await terminal.ask(original)).get(39) == "00"
    answer = await terminal.ask(terminal.reversal(original, AMOUNT + 1))
    assert (answer.mti, answer.get(39)) == ("0430", "13")
    assert bank.booked(card) == before - AMOUNT
    assert (await terminal.ask(terminal.reversal(original, AMOUNT))).get(39) == "00"
    await _until(lambda: bank.booked(card) == before)


@pytest.mark.parametrize("name", ["T0000001", "T0000003"])
@pytest.mark.parametrize(
    ("whole", "dispensed"),
    [(AMOUNT + 1, 0), (AMOUNT + 100_00, 400_00), (AMOUNT - 100_00, 0), (AMOUNT - 100_00, 100_00), (AMOUNT, AMOUNT)],
)
async def test_card_42_a_reversal_of_another_amount_is_refused_in_both_versions(
    bank: IsoBank, name: str, whole: int, dispensed: int
) -> None:
    terminal, card = await bank.terminal(name).ready(), bank.card(13)
    before, original = bank.booked(card), terminal.withdrawal(card, bank.pin, AMOUNT)
    assert int((await terminal.ask(original)).get(39)) == 0
    refused = await terminal.ask(terminal.reversal(original, whole, dispensed=dispensed))
    assert refused.get(39) in {"13", "110"}
    assert bank.booked(card) == before - AMOUNT
    assert (await terminal.ask(terminal.reversal(original, AMOUNT, dispensed=100_00))).get(39) in {"00", "400"}
    await _until(lambda: bank.booked(card) == before - 100_00)
    await terminal.close()


@pytest.mark.parametrize("name", ["T0000001", "T0000002"])
async def test_card_43_a_pin_block_for_another_card_is_55(bank: IsoBank, name: str) -> None:
    terminal = await bank.terminal(name).ready()
    mine, other = bank.card(9), bank.card(10)
    before = bank.booked(mine)
    fields = {2: mine, 4: f"{AMOUNT:012d}"} | terminal.pin_fields(bank.pin, other)
    answer = await terminal.ask(terminal.request("200", "010000", fields))
    assert answer.get(39) == "55"
    assert bank.booked(mine) == before
    await terminal.close()


async def test_card_43_no_pin_block_is_translated_from_format_0_to_1() -> None:
    randomness = SystemRandomness()
    own = ClearKey("AES", key_blocks.MASTER, randomness.bytes(32))
    hsm = SoftwareHsm(own, randomness, production=False)
    pin_key = ClearKey("TDES", key_blocks.PIN, randomness.bytes(16))
    held = HeldKey("TDES", key_blocks.wrapped(own, pin_key, "D"))
    with pytest.raises(HsmError, match="from format 0 to format 1 is forbidden"):
        await hsm.translate_pin(held, bytes(8), "6229990000000000027", target=held, target_format=1)


@pytest.mark.parametrize("kind", ["200", "100"])
async def test_card_44_yesterdays_frame_is_94(bank: IsoBank, terminal: IsoTerminal, kind: str) -> None:
    card = bank.card(11)
    before, yesterday = bank.booked(card), SystemClock().now() - timedelta(days=1)
    fields = {2: card, 4: f"{AMOUNT:012d}"} | terminal.pin_fields(bank.pin, card)
    processing = "010000" if kind == "200" else "310000"
    answer = await terminal.ask(terminal.request(kind, processing, fields, now=yesterday))
    assert answer.get(39) == "94"
    assert bank.booked(card) == before


@pytest.mark.parametrize("field", [7, 13])
async def test_card_44_the_30th_of_february_is_30(bank: IsoBank, terminal: IsoTerminal, field: int) -> None:
    card = bank.card(12)
    before, message = bank.booked(card), terminal.withdrawal(card, bank.pin, AMOUNT)
    impossible = "0230" + message.get(field)[4:]
    answer = await terminal.ask(type(message)(message.mti, dict(message.fields) | {field: impossible}))
    assert answer.get(39) == "30"
    assert bank.booked(card) == before


def _framed(frame: bytes) -> bytes:
    return len(frame).to_bytes(2, "big") + frame


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 nothing tells of it
            await asyncio.sleep(0.02)
