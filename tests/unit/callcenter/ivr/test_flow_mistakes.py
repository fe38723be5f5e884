"""Every mistake in a flow's file has one line, with file and key; several are told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellerline.callcenter.ivr.library import FlowError, check_files, load_flows, read_flows

FLOW = """
version = 1
title = { zh = "试", en = "trial" }
start = "ask"
too_long = "bye"
wrong = "again"
silent = "again"
failed = "bye"

[nodes.ask]
kind = "menu"
options = [
    { key = "1", prompt = "one", next = "number" },
    { key = "2", next = "other", when = { period = ["day"] } },
]

[nodes.number]
kind = "collect"
prompts = ["again"]
into = "account"
most = 3
next = "pin"

[nodes.pin]
kind = "collect_secret"
prompts = ["again"]
next = "check"

[nodes.check]
kind = "call"
operation = "verify_pin"
fields = { customer = "{customer}" }
done = "told"
refused = { PIN_LOCKED = "bye" }
otherwise = "bye"
unknown = "not-known"

[nodes.told]
kind = "play"
prompts = ["number"]
next = "bye"

[nodes.not-known]
kind = "play"
prompts = ["again"]
next = "bye"

[nodes.other]
kind = "flow"
flow = "other"
then = { fine = "bye" }

[nodes.bye]
kind = "hang_up"

[prompts.one]
zh = "一"
en = "one"

[prompts.again]
zh = "再来"
en = "again"

[prompts.number]
zh = "{account:digits}号"
en = "number {account:digits}"
"""
OTHER = """
version = 1
title = { zh = "另", en = "other" }
start = "end"
too_long = "end"

[nodes.end]
kind = "end"
result = "fine"
"""
MISTAKES = [
    ('start = "ask"', 'start = "asks"', "start: there is no node 'asks'"),
    ("version = 1", "version = 0", "version: must be a whole number, 1 or more"),
    ("version = 1", "", "version: must be a whole number, 1 or more"),
    ('next = "number"', 'next = "numbr"', "nodes.ask.1: there is no node 'numbr'"),
    ('kind = "play"', 'kind = "plays"', "nodes.told.kind: 'plays' is none of play, menu"),
    ('key = "2"', 'key = "1"', "nodes.ask.options: key 1 is there twice, for the same callers"),
    ('key = "2"', 'key = "12"', "nodes.ask.options[2].key: '12' is none of 0, 1"),
    ('"day"', '"noon"', "nodes.ask.options[2].when.period: 'noon' is none of day, night, holiday"),
    ("period = [", "weather = [", "nodes.ask.options: nobody gives 'weather' a value"),
    ('en = "one"', "", "prompts.one.en: the prompt has no words in this language"),
    ('prompt = "one"', 'prompt = "won"', "nodes.ask: there is no prompt 'won'"),
    ('prompt = "one", ', "", "prompts.one: nobody says it"),
    ("号", "号{balance:money}", "prompts.number: does not say the same values in every language"),
    ("{account:digits}", "{acount:digits}", "prompts.number: nobody gives 'acount' a value"),
    ("{account:digits}号", "{account}号", "prompts.number.zh: {account} must be {value:form}"),
    ('into = "account"', 'into = "pin_code"', "nodes.number.into: 'pin_code' sounds secret"),
    ('kind = "hang_up"', 'kind = "choose"\notherwise = "ask"', "nodes.ask: no way out: it leads to no end"),
    ('kind = "hang_up"', 'kind = "choose"\notherwise = "bye"', "nodes.bye: goes round and round without waiting"),
    ('next = "check"', 'next = "told"', "nodes.pin.next: sealed digits go into a call that takes them"),
    ('next = "pin"', 'next = "check"', "nodes.number.next: 'check' takes secret digits"),
    ('next = "pin"', 'next = "told"', "nodes.pin: cannot be reached"),
    ('done = "told"', 'done = "not-known"', "nodes.check.unknown: must not be told as done or refused"),
    ('operation = "verify_pin"', 'operation = "rob"', "nodes.check.operation: 'rob' is none of verify_pin"),
    ("customer = ", "custmer = ", "nodes.check.fields: customer is missing"),
    ("customer = ", "custmer = ", "nodes.check.fields: verify_pin has no field custmer"),
    ('"{customer}"', '"{custmer}"', "nodes.check.fields.customer: nobody gives 'custmer' a value"),
    ("most = 3", "most = 0", "nodes.number.most: must be a whole number, 1 to 40"),
    ("most = 3", "most = 3\nleats = 2", "nodes.number.leats: is not known"),
    ('flow = "other"', 'flow = "others"', "nodes.other.flow: there is no flow 'others'"),
    ("fine = ", "bad = ", "nodes.other.then: 'other' may end with 'fine', which leads nowhere"),
    ("fine = ", "bad = ", "nodes.other.then: 'other' never ends with 'bad'"),
    ("version = 1", "version 1", "not TOML"),
    ("version = 1", 'version = 1\nsensitive = ["payee"]', "sensitive: nobody gives 'payee' a value"),
    ("version = 1", 'version = 1\nrecord = ["scor"]', "record: nobody gives 'scor' a value"),
    ("version = 1", 'version = 1\nsensitive = ["caller"]\nrecord = ["caller"]', "record: 'caller' is sensitive"),
]


def mistakes(text: str) -> list[str]:
    try:
        read_flows({Path("flow.toml"): text, Path("other.toml"): OTHER})
    except FlowError as error:
        return error.mistakes
    return []


def test_a_flow_without_mistakes() -> None:
    assert mistakes(FLOW) == []


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES)
def test_a_mistake_is_told_with_file_and_key(right: str, wrong: str, told: str) -> None:
    assert right in FLOW
    found = mistakes(FLOW.replace(right, wrong, 1))
    assert any(line.startswith(f"flow.toml: {told}") for line in found), found


def test_several_are_told_at_once() -> None:
    broken = FLOW.replace('prompt = "one"', 'prompt = "won"').replace("most = 3", "most = 0")
    assert len(mistakes(broken)) == 3


def test_a_play_in_front_of_a_secret_would_show_digits_typed_early() -> None:
    broken = FLOW.replace('[nodes.number]\nkind = "collect"', '[nodes.number]\nkind = "play"')
    assert any("digits typed while it plays would be seen" in line for line in mistakes(broken))


def test_the_same_key_is_fine_for_different_callers() -> None:
    apart = FLOW.replace('next = "number" }', 'next = "number", when = { period = ["night"] } }').replace(
        'key = "2"', 'key = "1"'
    )
    assert mistakes(apart) == []


def test_only_the_files_asked_for_are_judged(tmp_path: Path) -> None:
    (tmp_path / "flow.toml").write_text(FLOW, "utf-8")
    (tmp_path / "other.toml").write_text(OTHER.replace('"fine"', '"done"'), "utf-8")
    check_files([tmp_path / "other.toml"])
    with pytest.raises(FlowError, match="may end with 'done'"):
        load_flows(tmp_path)


JUNK = ("5", '""', '"x"', "[]", "{}", "true", "1.5", "[[1]]", '["x", "x"]', "{ x = [1] }", "[{ x = 1 }]", "08:00:00")
ASSIGNED = [line for line in FLOW.splitlines() if " = " in line]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_any_place_is_told_or_harmless(junk: str) -> None:
    for line in ASSIGNED:
        for place in [part for part in range(len(line)) if line.startswith(" = ", part)]:
            broken = FLOW.replace(line, line[:place] + f" = {junk}", 1)
            assert all(told.startswith(("flow.toml: ", "other.toml: ")) for told in mistakes(broken))
