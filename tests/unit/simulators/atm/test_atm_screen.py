"""What a customer presses and sees."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tellerline.simulators.atm.receipts import Entry, Receipt, Verdict, lines
from tellerline.simulators.atm.requests import Kind
from tellerline.simulators.atm.screen import CANCEL, CLEAR, ENTER, HEIGHT, Do, Page, Screen, Wish, shown

CARD, PIN = "6229990000000000019", "135790"
ENTRANCE = [*CARD, ENTER, *PIN, ENTER]


def press(screen: Screen, keys: Iterable[str]) -> tuple[Screen, Wish | None]:
    wish: Wish | None = None
    for key in keys:
        assert wish is None, "keys are pressed while the machine works"
        screen, wish = screen.press(key)
    return screen, wish


@pytest.mark.parametrize(
    ("keys", "wish"),
    [
        ("1", Wish(Do.BALANCE)),
        ("2", Wish(Do.STATEMENT)),
        ("33", Wish(Do.WITHDRAW, amount=500_00)),
        (["3", "6", *"1230", ENTER], Wish(Do.WITHDRAW, amount=1_230_00)),
        (["4", *CARD, ENTER, *"50", ENTER], Wish(Do.TRANSFER, amount=50_00, text=CARD)),
        (["5", *"246802", ENTER, *"246802", ENTER], Wish(Do.CHANGE_PIN, text="246802")),
        ("0", Wish(Do.EJECT)),
        (["3", CANCEL], Wish(Do.EJECT)),
    ],
)
def test_every_way_through_the_menu(keys: Iterable[str], wish: Wish) -> None:
    screen, asked = press(Screen("en"), [*ENTRANCE, *keys])
    assert asked == wish
    assert (screen.page, screen.card) in ((Page.WAITING, CARD), (Page.CARD, ""))
    assert screen.press("1") == ((screen, None) if screen.page is Page.WAITING else screen.press("1"))


def test_pins_are_stars_and_nothing_else() -> None:
    screen, _ = press(Screen("en"), [*CARD, ENTER, *"135"])
    assert "  ***_" in shown(screen)
    changing, _ = press(Screen("zh"), [*ENTRANCE, "5", *"246802", ENTER, *"2468"])
    assert "  ****_" in shown(changing)
    for one in (screen, changing):
        assert not {"135", "246802", "2468", PIN} & set("".join(shown(one)).split())
        assert PIN not in repr(one)


def test_mistakes_are_told_and_can_be_corrected() -> None:
    short, _ = press(Screen("en"), [*"6229", ENTER])
    assert (short.page, shown(short)[-1]) == (Page.CARD, "Too short")
    corrected, _ = press(short, [CLEAR, CLEAR, CLEAR, CLEAR, *CARD, ENTER])
    assert corrected.page is Page.PIN
    different, wish = press(Screen("zh"), [*ENTRANCE, "5", *"246802", ENTER, *"246803", ENTER])
    assert (different.page, wish, shown(different)[-1]) == (Page.NEW_PIN, None, "两次输入不一致")
    full, _ = press(Screen("en"), [*CARD, "7", "7"])
    assert full.entry == CARD


def a_receipt(verdict: Verdict, **more: object) -> Receipt:
    fields: dict[str, object] = {"kind": Kind.WITHDRAWAL, "verdict": verdict, "terminal": "ATM00001", "at": ""}
    return Receipt(**(fields | more))  # type: ignore[arg-type]


def test_a_long_statement_fits_on_the_screen() -> None:
    waiting, _ = press(Screen("en"), [*ENTRANCE, "2"])
    entries = [Entry(day="260302", amount=number, balance=1) for number in range(10)]
    text = shown(waiting.told(a_receipt(Verdict.DONE, kind=Kind.STATEMENT, card="*", reference="1", entries=entries)))
    assert len(text) == HEIGHT
    assert text[-1].startswith("Enter: another transaction")


def test_after_a_receipt_comes_another_transaction_or_none() -> None:
    waiting, _ = press(Screen("en"), [*ENTRANCE, "3", "1"])
    told = waiting.told(a_receipt(Verdict.DONE, amount=100_00, dispensed=100_00))
    assert "  Cash       100.00" in shown(told)
    assert press(told, ["5", ENTER])[0].page is Page.MENU
    assert press(told, [CANCEL]) == (Screen("en"), Wish(Do.EJECT))
    kept = waiting.told(a_receipt(Verdict.DECLINED, code="41", card_kept=True))
    assert shown(kept)[0] == "WITHDRAWAL: Declined (41 card reported lost; the card is kept)"
    assert press(kept, [ENTER])[0] == Screen("en")
    assert press(told.in_other_language(), [])[0].language == "zh"


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("kind", Kind)
def test_every_ending_has_words_in_both_languages(verdict: Verdict, kind: Kind) -> None:
    receipt = a_receipt(verdict, kind=kind, code="55", balance=-1_234_50, reference="ATM00001-1")
    english, chinese = lines(receipt, "en"), lines(receipt, "zh")
    assert len(english) == len(chinese)
    assert not any(character >= "\u4e00" for character in "".join(english))
    assert any(character >= "\u4e00" for character in chinese[0])
    assert "  Balance    -1,234.50" in english
