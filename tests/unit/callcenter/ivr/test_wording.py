"""Prompts with their values: words to be read, and the sounds that a switch plays, of the same pieces."""

from __future__ import annotations

import pytest

from tellerline.callcenter.ivr.flow import LANGUAGES, Form, Prompt, Slot
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.ivr.wording import sounds, texts, words


def prompt(form: Form) -> Prompt:
    slot = Slot("x", form)
    return Prompt(name="flow.say", parts={"zh": ("是", slot, "。"), "en": ("it is ", slot, ".")})


@pytest.mark.parametrize(
    ("form", "value", "zh", "en"),
    [
        (Form.NUMBER, "12", "是12。", "it is 12."),
        (Form.DIGITS, "L2026-01", "是202601。", "it is 202601."),
        (Form.ENDING, "622999******1234", "是1234。", "it is 1234."),
        (Form.MONEY, "CNY 1234.56", "是1234元5角6分。", "it is 1234 yuan 56 fen."),
        (Form.MONEY, "CNY 1234.06", "是1234元06分。", "it is 1234 yuan 6 fen."),
        (Form.MONEY, "CNY 20000.00", "是20000元。", "it is 20000 yuan."),
        (Form.MONEY, "CNY -0.50", "是负0元5角。", "it is minus 0 yuan 50 fen."),
        (Form.MONEY, "USD 9.05", "是9美元5分。", "it is 9 US dollars 5 cents."),
        (Form.MINUTES, "61", "是2分钟。", "it is 2 minutes."),
        (Form.MINUTES, "3", "是1分钟。", "it is 1 minute."),
        (Form.DATE, "2026-03-07", "是3月7日。", "it is March 7."),
        (Form.TIME, "2026-03-07T13:05:00+08:00", "是13点5分。", "it is 13 05."),
        (Form.NUMBER, "", "是。", "it is."),
        (Form.MONEY, "rubbish", "是。", "it is."),
    ],
)
def test_words(form: Form, value: str, zh: str, en: str) -> None:
    assert (words(prompt(form), {"x": value}, "zh"), words(prompt(form), {"x": value}, "en")) == (zh, en)


def test_sounds_are_the_same_pieces_without_mere_stops() -> None:
    said = sounds(prompt(Form.MONEY), {"x": "CNY 12.30"}, "zh")
    assert said == ("sound:flow/say/0", "number:12", "sound:unit/CNY", "number:3", "sound:unit/jiao")
    assert sounds(prompt(Form.ENDING), {"x": "6229991234"}, "en") == ("sound:flow/say/0", "digits:1234")


def test_whatever_a_shipped_flow_says_has_a_sound_with_words() -> None:
    flows = load_flows()
    recorded = texts(flows.prompts)
    for language in LANGUAGES:
        for each in flows.prompts.values():
            names = [sound.removeprefix("sound:") for sound in sounds(each, {}, language)]
            assert all(recorded[language][name] for name in names)
