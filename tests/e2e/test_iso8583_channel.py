"""Cash machines through the whole system: every kind of terminal, and what connections owe each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import pytest_asyncio
from iso_bank import IsoBank, iso_bank
from iso_terminal import IsoTerminal

from tellerline.adapters.clock import SystemClock
from tellerline.gateway.channels.iso8583.codec.message import Message
from tellerline.simulators.faults import FaultKind, FaultRule

pytestmark = pytest.mark.asyncio(loop_scope="module")

TERMINALS = ("T0000001", "T0000002", "T0000003", "T0000004")
APPROVED = {"00", "000"}
NEW_PIN = "135246"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[IsoBank]:
    folder = tmp_path_factory.mktemp("bank")
    async with iso_bank(folder, answer_within=30.0, connections=12, strikes=3) as bank:
        yield bank


@pytest_asyncio.fixture(loop_scope="module")
async def terminal(bank: IsoBank) -> AsyncIterator[IsoTerminal]:
    terminal = await bank.terminal().ready()
    yield terminal
    await terminal.close()


@pytest.mark.parametrize("name", TERMINALS)
async def test_a_customers_session_at_every_kind_of_terminal(bank: IsoBank, name: str) -> None:
    terminal, card = await bank.terminal(name).ready(), bank.card(TERMINALS.index(name))
    before = bank.booked(card)
    balance = await terminal.ask(_enquiry(terminal, "100", "310000", card, bank.pin))
    figure = f"156C{before:012d}"
    assert (balance.get(39) in APPROVED, balance.get(54)) == (True, f"0001{figure}0002{figure}")

    withdrawal = terminal.withdrawal(card, bank.pin, 500_00)
    answer = await terminal.ask(withdrawal)
    assert answer.get(39) in APPROVED
    assert (len(answer.get(37)), len(answer.get(38)), bool(answer.get(15))) == (12, 6, True)
    assert (await terminal.ask(terminal.confirmation(withdrawal, 300_00))).get(39) in APPROVED
    await _until(lambda: bank.booked(card) == before - 300_00)

    other = bank.card(20)
    payment = terminal.request("200", "400000", {2: card, 4: f"{70_00:012d}", 103: other, **_pin(terminal, bank, card)})
    repeat = Message(payment.mti[:3] + "1", payment.fields)
    assert (await terminal.ask(payment)).get(39) in APPROVED
    assert (await terminal.ask(repeat)).get(39) in APPROVED
    assert bank.booked(card) == before - 370_00

    statement = (await terminal.ask(_enquiry(terminal, "200", "380000", card, bank.pin))).get(48)
    assert statement[:2] == "03"
    lines = [statement[at : at + 32] for at in range(5, len(statement), 32)]
    assert lines[0][6:19] == f"D{70_00:012d}"
    assert lines[0][19:] == f"C{before - 370_00:012d}"

    change = terminal.request("100", "920000", {2: card, **terminal.pin_fields(bank.pin, card, NEW_PIN)})
    assert (await terminal.ask(change)).get(39) in APPROVED
    assert (await terminal.ask(Message(change.mti[:3] + "1", change.fields))).get(39) in APPROVED
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", card, bank.pin))).get(39) in {"55", "117"}
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", card, NEW_PIN))).get(39) in APPROVED
    assert (await terminal.network("sign_off")).get(39) in {"00", "800"}
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", card, NEW_PIN))).get(39) in {"58", "120"}
    await terminal.close()


async def test_a_repeat_gets_the_stored_answer(bank: IsoBank, terminal: IsoTerminal) -> None:
    card = bank.card(5)
    before, first = bank.booked(card), terminal.withdrawal(card, bank.pin, 100_00)
    answers = [await terminal.ask(first)]
    answers += [await terminal.ask(Message("0201", first.fields)) for _ in range(3)]
    assert {(answer.get(39), answer.get(37), answer.get(38)) for answer in answers} == {
        ("00", answers[0].get(37), answers[0].get(38))
    }
    assert bank.booked(card) == before - 100_00


async def test_a_repeat_is_answered_as_its_first_was_whatever_its_pin_is_worth_by_now(
    bank: IsoBank, terminal: IsoTerminal
) -> None:
    card, payee = bank.card(31), bank.card(32)
    before = bank.booked(card)
    payment = _payment(terminal, card, payee, bank.pin)
    first = await terminal.ask(payment)
    again = await bank.terminal().ready()
    for pin in ("000001", "000001", "000001", bank.pin):
        answer = await again.ask(Message("0201", {**payment.fields, **again.pin_fields(pin, card)}))
        assert [answer.get(number) for number in (15, 37, 38, 39)] == [first.get(n) for n in (15, 37, 38, 39)]
    assert answer.get(39) == "00"
    assert (await again.ask(_enquiry(again, "100", "310000", card, bank.pin))).get(39) == "00", "no try of the PIN"
    other = {4: f"{71_00:012d}", 103: bank.card(33), 2: bank.card(33)}
    for number, value in other.items():
        repeat = Message("0201", {**payment.fields, **again.pin_fields(bank.pin, card), number: value})
        assert (await again.ask(repeat)).get(39) == "94"
    assert bank.booked(card) == before - 70_00
    await again.close()


async def test_a_refused_request_is_refused_again_in_the_same_words(bank: IsoBank, terminal: IsoTerminal) -> None:
    card, payee = bank.card(34), bank.card(32)
    before = bank.booked(card)
    poor = _payment(terminal, card, payee, bank.pin, minor=19_999_999_00)
    mistyped = _payment(terminal, card, payee, "000001")
    unknown = _payment(terminal, "6229991234567890128", payee, bank.pin)
    again = await bank.terminal("T0000001").connect()
    firsts = [(first, await terminal.ask(first)) for first in (poor, mistyped, unknown)]
    assert [answer.get(39) for _, answer in firsts] == ["61", "55", "14"]
    await again.exchange_keys()
    await again.network("sign_on")
    for first, answer in firsts * 2:
        pin = "000001" if first is mistyped else bank.pin
        repeat = Message("0201", {**first.fields, **again.pin_fields(pin, first.get(2))})
        assert (await again.ask(repeat)).get(39) == answer.get(39)
    assert (await again.ask(_payment(again, card, payee, bank.pin))).get(39) == "00", "one try of the PIN, not three"
    assert bank.booked(card) == before - 70_00
    await again.close()


async def test_what_keeps_a_repeat_out_is_no_word_about_a_first_that_nobody_knows(
    bank: IsoBank, terminal: IsoTerminal
) -> None:
    card, payee = bank.card(35), bank.card(32)
    before = bank.booked(card)
    never_came = _payment(terminal, card, payee, bank.pin)
    wrong = Message("0201", {**never_came.fields, **terminal.pin_fields("000001", card)})
    assert [(await terminal.ask(wrong)).get(39) for _ in range(2)] == ["68", "68"]
    assert (await terminal.ask(Message("0201", never_came.fields))).get(39) == "00"
    assert bank.booked(card) == before - 70_00


async def test_a_withdrawal_that_its_reversal_forestalled_is_reversed_for_its_repeat_too(
    bank: IsoBank, terminal: IsoTerminal
) -> None:
    original = terminal.withdrawal(bank.card(36), bank.pin, 100_00)
    assert (await terminal.ask(terminal.reversal(original, 100_00))).get(39) == "00"
    assert (await terminal.ask(Message("0201", original.fields))).get(39) == "21"


async def test_a_block_that_does_not_open_is_no_try_of_the_pin_and_a_few_end_the_connection(
    bank: IsoBank, terminal: IsoTerminal
) -> None:
    card, neighbour = bank.card(37), bank.card(38)
    told = len(bank.logged("pin_block_unreadable"))
    for tried in (1, 2, 3):
        stolen = terminal.pin_fields(bank.pin, neighbour)
        answer = await terminal.ask(terminal.request("200", "310000", {2: card, **stolen}))
        assert answer.get(39) == "55", "as if the PIN were wrong"
        if tried < 3:
            assert (await terminal.ask(_enquiry(terminal, "100", "310000", neighbour, bank.pin))).get(39) == "00"
    assert await terminal.closed()
    await _until(lambda: len(bank.logged("pin_block_unreadable")) == told + 3)
    assert {line["level"] for line in bank.logged("pin_block_unreadable")} == {"error"}
    assert bank.counted("atm_connections_ended_total", why="bad_pin_blocks") >= 1
    again = await bank.terminal().ready()
    assert (await again.ask(_enquiry(again, "100", "310000", card, bank.pin))).get(39) == "00"
    await again.close()


async def test_blocks_that_are_sent_at_once_are_no_more_than_a_few_either(bank: IsoBank, terminal: IsoTerminal) -> None:
    stolen = terminal.pin_fields(bank.pin, bank.card(38))
    frames = [
        terminal.frame(terminal.request("200", "310000", {2: bank.card(number), **stolen})) for number in range(20, 28)
    ]
    terminal.send_raw(b"".join(len(frame).to_bytes(2, "big") + frame for frame in frames))
    heard = [terminal.believed(await terminal.receive()).get(39) for _ in frames]
    assert sorted(heard) == ["55"] * 3 + ["63"] * 5
    assert await terminal.closed()


async def test_new_keys_open_no_old_block_and_begin_a_new_count(bank: IsoBank, terminal: IsoTerminal) -> None:
    card = bank.card(39)
    for _ in range(4):
        stolen = terminal.pin_fields(bank.pin, card)
        await terminal.exchange_keys()
        answer = await terminal.ask(terminal.request("200", "310000", {2: card, **stolen}))
        assert answer.get(39) == "55"
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", card, bank.pin))).get(39) == "00"


async def test_a_transaction_without_its_time_is_refused_for_it_could_be_any_days(bank: IsoBank) -> None:
    terminal, card = await bank.terminal("T0000003").ready(), bank.card(33)
    before = bank.booked(card)
    whole = terminal.withdrawal(card, bank.pin, 500_00)
    timeless = Message(whole.mti, {number: value for number, value in whole.fields.items() if number != 12})
    assert (await terminal.ask(timeless)).get(39) == "904"
    assert bank.booked(card) == before
    await terminal.close()


async def test_a_reversal_finds_its_original_in_part(bank: IsoBank) -> None:
    for name in ("T0000001", "T0000003"):
        terminal, card = await bank.terminal(name).ready(), bank.card(6)
        before, original = bank.booked(card), terminal.withdrawal(card, bank.pin, 500_00)
        assert (await terminal.ask(original)).get(39) in APPROVED
        answer = await terminal.ask(terminal.reversal(original, 500_00, dispensed=200_00))
        assert answer.get(39) in {"00", "400"}
        await _until(lambda due=before - 200_00, card=card: bank.booked(card) == due)  # type: ignore[misc]
        await terminal.close()


async def test_an_unknown_outcome_is_never_approved_and_makes_the_terminal_reverse(
    bank: IsoBank, terminal: IsoTerminal
) -> None:
    card = bank.card(7)
    before, faults = bank.booked(card), bank.system.bank.core.faults
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", card, bank.pin))).get(39) == "00"
    fault = faults.add(FaultRule(kind=FaultKind.GARBLE, account=card, count=1))
    original = terminal.withdrawal(card, bank.pin, 400_00)
    answer = await terminal.ask(original)
    assert fault.injected == 1
    assert answer.get(39) == "68"
    assert (await terminal.ask(terminal.reversal(original, 400_00))).get(39) == "00"
    await _until(lambda: bank.booked(card) == before)


async def test_confirmations_and_reversals_may_be_late_requests_may_not(bank: IsoBank, terminal: IsoTerminal) -> None:
    card, long_ago = bank.card(8), SystemClock().now() - timedelta(days=3)
    old = terminal.withdrawal(card, bank.pin, 100_00, now=long_ago)
    assert (await terminal.ask(old)).get(39) == "94"
    for _ in range(4):
        assert (await terminal.ask(Message("0201", old.fields))).get(39) == "68", "no misconduct either"
    late = terminal.request("421", "010000", {2: card, 4: f"{100_00:012d}", **terminal.about(old)}, now=long_ago)
    assert (await terminal.ask(late)).get(39) == "00"
    assert (await terminal.ask(Message("0201", old.fields))).get(39) == "21", "not done, but told what became of it"


async def test_cards_that_are_none_and_requests_that_make_no_sense(bank: IsoBank, terminal: IsoTerminal) -> None:
    card = bank.card(9)
    pin = _pin(terminal, bank, card)
    asked = {
        "14": {2: "6229991234567890128", 3: "010000", 4: "000000010000"},
        "13": {2: card, 3: "010000", 4: "000000010000", 49: "840"},
        "12": {2: card, 3: "000000", 4: "000000010000"},
        "30": {2: card, 3: "010000"},
    }
    for code, fields in asked.items():
        message = terminal.request("200", fields[3], {**fields, **pin})
        assert (await terminal.ask(message)).get(39) == code, fields
    assert (await terminal.ask(terminal.request("200", "310000", {35: f"{card}=2912101", **pin}))).get(39) == "00"
    assert (await terminal.ask(terminal.request("200", "310000", {2: bank.card(10), 35: f"{card}D29", **pin}))).get(
        39
    ) == "30"
    assert (await terminal.ask(terminal.request("200", "310000", {2: card}))).get(39) == "30"
    not_cash = terminal.request("420", "400000", {2: card, 4: "000000010000", **terminal.about(message)})
    assert (await terminal.ask(not_cash)).get(39) == "40"


@pytest.mark.parametrize(("name", "number", "column"), [("T0000001", 40, 0), ("T0000003", 41, 1)])
async def test_a_customers_mistake_is_told_as_his_and_is_no_misconduct(
    bank: IsoBank, name: str, number: int, column: int
) -> None:
    terminal, card, other = await bank.terminal(name).ready(), bank.card(number), bank.card(32)
    before = bank.booked(card)
    mistakes = [(_payment(terminal, card, other, bank.pin, minor=0), ("13", "110"))]
    mistakes += [(_payment(terminal, card, card, bank.pin), ("42", "114"))]
    for new in ("1357", "13572468"):
        mistakes.append((_change(terminal, card, bank.pin, new), ("55", "127")))
        mistakes.append((_enquiry(terminal, "100", "310000", card, new), ("55", "127")))
    for new in ("111111", "123456", bank.pin):
        mistakes.append((_change(terminal, card, bank.pin, new), ("05", "100")))
    for message, codes in mistakes:
        assert (await terminal.ask(message)).get(39) == codes[column], message.fields
        if message.mti[1] == "2":
            repeat = Message(f"{message.mti[:3]}1", message.fields)
            assert (await terminal.ask(repeat)).get(39) == codes[column], message.fields
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", card, bank.pin))).get(39) in APPROVED
    assert bank.booked(card) == before
    await terminal.close()


async def test_wrong_pins_are_counted_and_lock(bank: IsoBank, terminal: IsoTerminal) -> None:
    card = bank.card(11)
    tries = [await terminal.ask(_enquiry(terminal, "100", "310000", card, "909090")) for _ in range(3)]
    assert [answer.get(39) for answer in tries] == ["55", "55", "75"]
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", card, bank.pin))).get(39) == "75"


async def test_the_host_compares_a_pin_once_for_a_customers_session(bank: IsoBank, terminal: IsoTerminal) -> None:
    card, counted = bank.card(12), bank.system.bank.core.received
    for _ in range(3):
        assert (await terminal.ask(_enquiry(terminal, "100", "310000", card, bank.pin))).get(39) == "00"
    other = bank.card(13)
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", other, bank.pin))).get(39) == "00"
    compared = [request for request in counted.newest() if "VerifyPin" in request.operation]
    assert sum(value.endswith(card[-4:]) for request in compared for value in request.fields.values()) == 1, compared


async def test_a_pin_that_was_changed_at_another_machine_is_compared_again_at_this_one(bank: IsoBank) -> None:
    here, there, card = await bank.terminal("T0000001").ready(), await bank.terminal("T0000002").ready(), bank.card(42)
    asked: tuple[Callable[[], Message], ...] = (
        lambda: _enquiry(here, "100", "310000", card, bank.pin),
        lambda: _enquiry(here, "100", "380000", card, bank.pin),
        lambda: here.withdrawal(card, bank.pin, 100_00),
        lambda: _payment(here, card, bank.card(32), bank.pin),
    )
    for ask in asked:
        assert (await here.ask(ask())).get(39) == "00"
        for old, new in ((bank.pin, NEW_PIN), (NEW_PIN, bank.pin)):
            assert (await there.ask(_change(there, card, old, new))).get(39) == "00"
        assert (await here.ask(ask())).get(39) == "00"
    assert (await there.ask(_change(there, card, bank.pin, NEW_PIN))).get(39) == "00"
    assert [(await here.ask(asked[0]())).get(39) for _ in range(3)] == ["55", "55", "75"], "a try for each request"
    for each in (here, there):
        await each.close()


async def test_enquiries_overtake_money_and_money_keeps_its_order(bank: IsoBank, terminal: IsoTerminal) -> None:
    card, slow = bank.card(14), bank.card(15)
    faults = bank.system.bank.core.faults
    assert (await terminal.ask(_enquiry(terminal, "100", "310000", slow, bank.pin))).get(39) == "00"
    fault = faults.add(FaultRule(kind=FaultKind.DELAY, account=slow, count=1, seconds=0.5))
    first, second = terminal.withdrawal(slow, bank.pin, 100_00), terminal.withdrawal(card, bank.pin, 100_00)
    echo = terminal.network_message("echo")
    for message in (first, second, echo):
        frame = terminal.frame(message)
        terminal.send_raw(len(frame).to_bytes(2, "big") + frame)
    answers = [terminal.believed(await terminal.receive()) for _ in range(3)]
    assert fault.injected == 1
    assert [answer.get(11) for answer in answers] == [echo.get(11), first.get(11), second.get(11)]
    assert [answer.get(39) for answer in answers] == ["00", "00", "00"]


async def test_new_keys_on_the_same_connection(bank: IsoBank, terminal: IsoTerminal) -> None:
    old = terminal.keys
    await terminal.exchange_keys()
    assert (await terminal.network("echo")).get(39) == "00"
    terminal.keys, fresh = old, terminal.keys
    refused = await terminal.ask_raw(terminal.frame(terminal.network_message("echo")))
    terminal.keys = fresh
    assert terminal.believed(refused).get(39) == "63"


async def test_nothing_is_done_without_keys_and_a_sign_on(bank: IsoBank) -> None:
    terminal = await bank.terminal("T0000002").connect()
    refused = await terminal.ask_raw(terminal.frame(terminal.network_message("sign_on"), mac=False))
    assert b"0810" in refused
    await terminal.exchange_keys()
    answer = await terminal.ask(_enquiry(terminal, "100", "310000", bank.card(16), bank.pin))
    assert answer.get(39) == "58"
    await terminal.close()


async def test_a_terminal_is_on_one_connection_at_a_time(bank: IsoBank) -> None:
    older = await bank.terminal("T0000002").ready()
    stranger = await bank.terminal("T0000002").connect()
    await stranger.exchange_keys()
    assert (await older.network("echo")).get(39) == "00", "keys that nobody proved to have change nothing"
    newer = await bank.terminal("T0000002").ready()
    assert await older.closed()
    assert (await newer.network("echo")).get(39) == "00"
    for each in (stranger, newer, older):
        await each.close()


async def test_one_connection_does_not_speak_for_another_terminal(bank: IsoBank, terminal: IsoTerminal) -> None:
    message = terminal.network_message("echo")
    other = Message(message.mti, dict(message.fields) | {41: "T0000002"})
    assert (await terminal.ask(other)).get(39) == "58"
    unknown = Message(message.mti, dict(message.fields) | {41: "T9999999"})
    assert (await terminal.ask(unknown)).get(39) == "58"


async def test_after_too_many_refusals_the_connection_is_closed(bank: IsoBank) -> None:
    terminal = await bank.terminal("T0000002").ready()
    for _ in range(3):
        frame = bytearray(terminal.frame(terminal.network_message("echo")))
        frame[-1] ^= 1
        await terminal.ask_raw(bytes(frame))
    assert await terminal.closed()
    await terminal.close()


@pytest.mark.parametrize(
    "garbage", [b"\x00\x10GET / HTTP/1.1\r\n", b"\x00\x06\x16\x03\x01\x02\x00\x01", b"\x00\x040210"]
)
async def test_garbage_is_not_answered(bank: IsoBank, terminal: IsoTerminal, garbage: bytes) -> None:
    hostile = await bank.terminal("T0000002").connect()
    hostile.send_raw(garbage)
    assert await hostile.closed()
    assert (await terminal.network("echo")).get(39) == "00"


async def test_strangers_give_way_to_who_comes_later_and_terminals_do_not(bank: IsoBank, terminal: IsoTerminal) -> None:
    strangers = [await bank.terminal("T0000002").connect() for _ in range(15)]
    late = await bank.terminal("T0000004").ready()
    for each in (terminal, late):
        assert (await each.network("echo")).get(39) == "00"
    assert bank.counted("atm_connections_ended_total", why="gave_way") >= 4
    for each in (*strangers, late):
        await each.close()


async def test_no_pin_track_or_whole_card_number_is_in_log_or_journal(bank: IsoBank, terminal: IsoTerminal) -> None:
    card, track = bank.card(17), "=29121011234567890"
    message = terminal.request("200", "310000", {35: card + track, **_pin(terminal, bank, card)})
    assert (await terminal.ask(message)).get(39) == "00"
    change = terminal.request("100", "920000", {2: card, **terminal.pin_fields(bank.pin, card, "864209")})
    assert (await terminal.ask(change)).get(39) == "00"
    wrong = terminal.frame(terminal.withdrawal(card, "753197", 100_00))[:-8] + bytes(8)
    await terminal.ask_raw(wrong)
    await _until(lambda: bool(bank.logged("mac_wrong")))
    log = (bank.folder / "gateway.log").read_bytes()
    stored = b"".join(path.read_bytes() for path in bank.folder.glob("journal.db*"))
    for secret in (bank.pin, "864209", "753197", track, message.get(48)[5:37]):
        assert secret.encode() not in log
        assert secret.encode() not in stored
    assert card.encode() not in log


def _pin(terminal: IsoTerminal, bank: IsoBank, card: str) -> dict[int, str]:
    return terminal.pin_fields(bank.pin, card)


def _payment(terminal: IsoTerminal, card: str, payee: str, pin: str, minor: int = 70_00) -> Message:
    fields = {2: card, 4: f"{minor:012d}", 103: payee, **terminal.pin_fields(pin, card)}
    return terminal.request("200", "400000", fields)


def _change(terminal: IsoTerminal, card: str, pin: str, new: str) -> Message:
    return terminal.request("200", "920000", {2: card, **terminal.pin_fields(pin, card, new)})


def _enquiry(terminal: IsoTerminal, kind: str, processing: str, card: str, pin: str) -> Message:
    return terminal.request(kind, processing, {2: card, **terminal.pin_fields(pin, card)})


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 nothing tells of it
            await asyncio.sleep(0.02)
