"""The page for customers is part of what is installed."""

from __future__ import annotations

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from tellerline.gateway.channels.http.application import PAGE

ROOT = Path(__file__).resolve().parents[5]


def test_every_file_of_the_page_is_in_the_wheel() -> None:
    packed = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    files = [path for path in PAGE.rglob("*") if path.is_file()]
    assert len(files) > 30
    missing = [
        path for path in files if f"tellerline/gateway/channels/http/page/{path.relative_to(PAGE)}" not in packed
    ]
    assert missing == []
