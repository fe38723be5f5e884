"""The picture of a session: every text is as wide as the cells that it fills in a terminal."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from rich.cells import cell_len

from tellerline.cli.output import Output


@pytest.mark.parametrize("said", ["消费 美团外卖", "balance 12.00 CNY & more", "10月工资 星河软件有限公司"])
def test_a_chinese_character_is_two_cells_wide(tmp_path: Path, said: str) -> None:
    out = Output(record=True)
    out.say(said, said)
    out.save_picture(tmp_path / "session.svg", title="session")
    drawn = re.findall(r'textLength="([\d.]+)"[^>]*>([^<]+)</text>', (tmp_path / "session.svg").read_text("utf-8"))
    (width,) = (float(width) for width, text in drawn if unescape(text).replace("\xa0", " ").startswith(said))
    (text,) = (unescape(text) for _, text in drawn if unescape(text).replace("\xa0", " ").startswith(said))
    assert width == pytest.approx(12.2 * cell_len(text))
