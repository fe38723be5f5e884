"""The page about the call centre names every setting that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from tellerline.callcenter.people import read_people
from tellerline.callcenter.settings import CentreSettings, StoreSettings
from tellerline.routing.calls.plan import load_plan
from tests.docs.terminal import ROOT

PAGE = (ROOT / "docs" / "call-centre.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_table() -> None:
    table = PAGE.split("\n| setting |", 1)[1].split("\n\n", 1)[0]
    said = {name for row in table.splitlines()[2:] for name in re.findall(r"`([\w.]+)`", row.split("|")[1])}
    true = {*settings_of(CentreSettings.model_construct()), *settings_of(StoreSettings(), "store.")} - {"store"}
    assert said == true


def settings_of(settings: BaseModel, prefix: str = "") -> Iterator[str]:
    for name in type(settings).model_fields:
        part = getattr(settings, name)
        if isinstance(part, BaseModel):
            yield from settings_of(part, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_the_list_of_people_is_one() -> None:
    text = next(block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[[people]]" in block)
    assert len(read_people(text, load_plan()).everybody) == 2
