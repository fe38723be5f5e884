"""Every link within the repository's Markdown leads to a file, and to a heading where it names one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.terminal import ROOT

LEFT_OUT = {".venv", ".git", "build", "node_modules", "template.md"}
_FENCE = re.compile(r"^(```+|~~~+).*?^\1\s*$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|(?:src|href)=\"([^\"]+)\"")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")


def pages() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.md") if not LEFT_OUT & set(path.relative_to(ROOT).parts))


def prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path: Path) -> Iterator[str]:
    for found in _LINK.finditer(_CODE.sub("code", prose(path))):
        target = found[1] or found[2]
        if not _ELSEWHERE.match(target):
            yield unquote(target)


def anchors(path: Path) -> set[str]:
    """The names that a heading gets where Markdown is shown: lower case, no punctuation, hyphens for spaces."""
    names: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", prose(path), re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        number = 0
        while (candidate := f"{name}-{number}" if number else name) in names:
            number += 1
        names.add(candidate)
    return names


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    astray = []
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            astray.append(link)
    assert astray == []


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("list, describe, call", "list-describe-call"), ("3. The `manifest`", "3-the-manifest"), ("中文 one", "中文-one")],
)
def test_a_headings_anchor(heading: str, anchor: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# {heading}\n\n```\n# not a heading\n```\n", encoding="utf-8")
    assert anchors(page) == {anchor}


def test_every_page_of_the_documentation_is_in_its_index() -> None:
    folder = ROOT / "docs"
    reached, ahead = set[Path](), [folder / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        found = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
        ahead += [page for page in found - reached if page.suffix == ".md" and page.is_file()]
    assert set(folder.rglob("*.md")) - {folder / "adr" / "template.md"} <= reached
