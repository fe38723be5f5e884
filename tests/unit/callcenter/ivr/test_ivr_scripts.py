"""Every shipped flow keeps its scripts, in zh and en."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from ivr_script import NamedScript, play, read_scripts

from tellerline.callcenter.ivr.flow import LANGUAGES
from tellerline.callcenter.ivr.library import load_flows
from tellerline.callcenter.ivr.rehearsal import Rehearsal

FLOWS = load_flows()
FILES = sorted((Path(__file__).parent / "scripts").glob("*.txt"))
SCRIPTS = [script for file in FILES for script in read_scripts(file)]


@pytest.mark.parametrize("named", SCRIPTS, ids=str)
async def test_a_script_is_kept(named: NamedScript) -> None:
    await play(FLOWS, named.script)


def test_every_shipped_flow_has_scripts_in_both_languages() -> None:
    spoken = {(named.script.flow, named.script.begin["language"]) for named in SCRIPTS}
    assert spoken == {(flow, language) for flow in FLOWS.flows for language in LANGUAGES}


@pytest.fixture(scope="module")
def entered() -> set[tuple[str, str]]:
    """Every node that some script comes to, with its flow."""

    async def every() -> list[Rehearsal]:
        return [await play(FLOWS, named.script) for named in SCRIPTS]

    played = asyncio.run(every())
    return {(note.flow, note.node) for rehearsal in played for note in rehearsal.notes if note.what == "entered"}


@pytest.mark.parametrize("flow", sorted(FLOWS.flows))
def test_scripts_together_enter_every_node(flow: str, entered: set[tuple[str, str]]) -> None:
    assert FLOWS.flows[flow].nodes.keys() - {node for other, node in entered if other == flow} == set()
