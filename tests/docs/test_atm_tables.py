"""The tables and samples of the page about cash machines are those of the code."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tellerline.gateway.channels.iso8583 import answer_codes
from tellerline.gateway.channels.iso8583.answer_codes import OF_CODE, Answer
from tellerline.gateway.channels.iso8583.codec import tags
from tellerline.gateway.channels.iso8583.codec.tables import FIELDS
from tellerline.gateway.channels.iso8583.development import STANDARD
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.channels.iso8583.terminals import Terminal
from tests.docs.terminal import ROOT

PAGE = (ROOT / "docs/atm.md").read_text(encoding="utf-8")
SOURCE = ROOT / "gateway/tellerline/gateway/channels/iso8583"
ORIGINAL_OF_1987 = 90


def rows(heading: str, columns: int) -> list[list[str]]:
    """Cells of the tables below a heading that have so many columns, without headers."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [[cell.strip() for cell in line[1:-1].split(" | ")] for line in section.splitlines() if line[:1] == "|"]
    return [cells for cells in lines if len(cells) == columns and "`" in cells[0]]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_answer_is_in_the_table_with_its_codes() -> None:
    answers = {value for value in vars(answer_codes).values() if isinstance(value, Answer)} | set(OF_CODE.values())
    true = {
        (answer.y1987, answer.y1993, answer.meaning, frozenset(code for code in OF_CODE if OF_CODE[code] == answer))
        for answer in answers
    }
    said = {
        (words(first)[0], words(second)[0], meaning, frozenset(words(codes)))
        for first, second, meaning, codes in rows("Answers", 4)
    }
    assert said == true


def test_every_way_a_connection_ends_is_in_the_table() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in SOURCE.glob("*.py"))
    patterns = (
        r"\.end\(\"(\w+)\"\)",
        r"_expiring\(\w+, \"(\w+)\"\)",
        r"UnanswerableError\(\"(\w+)\"\)",
        r"_tell\(\"(\w+)\"\)",
        r"atm_connections_ended\(\"(\w+)\"\)",
    )
    true = {why for pattern in patterns for why in re.findall(pattern, source)}
    assert {why for cells in rows("What the gateway bears", 2) for why in words(cells[0])} == true


def test_the_fields_have_the_types_of_the_page() -> None:
    lines = PAGE.split("\n## Fields\n")[1].split("\n**Tagged data**")[0].splitlines()
    seen = set()
    for numbers, kind in re.findall(r"^\| (\d+(?: or \d+)?) \| ([^|]+) \|", "\n".join(lines), re.MULTILINE):
        first, _, second = kind.partition("1993")
        for number in map(int, re.findall(r"\d+", numbers)):
            seen.add(number)
            if words(first):
                assert words(first)[0] == _notation("1987", number)
            if words(second) and "field" not in second:
                assert words(second)[0] == _notation("1993", number)
            elif not second and number != ORIGINAL_OF_1987:
                assert words(first)[0] == _notation("1993", number)
    assert len(seen) == 28


def _notation(version: str, number: int) -> str:
    kind = FIELDS[version][number]
    return f"{kind.kind}{'..' if kind.prefix else ''}{kind.most}"


def test_the_tags_are_those_of_the_code() -> None:
    said = {word for cells in rows("Fields", 2) for word in words(cells[0])}
    assert said == {value for name, value in vars(tags).items() if name.isupper() and isinstance(value, str)}


def test_the_samples_of_settings_are_read() -> None:
    samples = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]
    settings: dict[str, Any] = next(sample for sample in samples if "atm" in sample)
    registry: dict[str, Any] = next(sample for sample in samples if "terminals" in sample)
    assert AtmSettings(**settings["atm"]).mode == "production"
    ((name, terminal),) = registry["terminals"].items()
    assert set(terminal) | {"id"} == set(Terminal.model_fields)
    assert Terminal(id=name, **terminal).branch == "B001"


def test_the_figures_are_the_standard_settings() -> None:
    standard = {name: field.default for name, field in AtmSettings.model_fields.items()}
    bears = PAGE.split("\n## What the gateway bears\n")[1].split("\n## ")[0]
    for name in ("in_flight", "frames_per_second", "idle", "frame", "sign_on", "strikes"):
        assert re.search(rf"\b{standard[name]:.0f}\b", bears), name
    assert f"{standard['connections']:,}" in bears
    assert f"at most {standard['frame_bytes']:,} bytes" in PAGE
    assert f"more than {standard['clock_tolerance'] / 60:.0f} minutes" in PAGE


def test_the_development_terminals_are_those_of_the_page() -> None:
    said = re.findall(r"`(T\d{7})` \((AES|TDES),\s+(\d{4}), (\w+)\)", PAGE)
    assert said == [
        (each.id, each.algorithm, each.version, each.encoding.replace("ascii", "ASCII")) for each in STANDARD
    ]
