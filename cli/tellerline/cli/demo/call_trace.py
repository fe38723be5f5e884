"""What ``tellerline trace`` tells of the call, in a few of its lines."""

from __future__ import annotations

from typing import Any

from tellerline.cli.demo.stage import Stage
from tellerline.cli.tracing.reading import events_of, transactions_of
from tellerline.cli.tracing.showing import document, row
from tellerline.cli.tracing.timeline import timeline
from tellerline.gateway.client import Client

_SHOWN = frozenset({"SecretTaken", "AgentJoined", "CallEnded"})


async def show_trace(stage: Stage, program: Client, call: str) -> dict[str, Any]:
    """The whole of it for ``--json``; of enquiries, which the journal has some seconds later, what is there already."""
    trace, happened = await events_of(program, call)
    transactions = await transactions_of(stage.client, call)
    line = timeline(call, trace, happened, transactions)
    stage.out.say(
        f"   One trace for menu, agent, gateway and recordings, as tellerline trace tells it ({trace}):",
        f"   语音流程、座席、网关交易与录音同一追踪号 {trace}，由 tellerline trace 显示：",
    )
    lasting = {each["info"]["ref"]["global_serial"] for each in transactions if each["effect"] != "EFFECT_ENQUIRY"}
    for moment in line.moments:
        if moment.kind in _SHOWN or (moment.kind == "transaction" and moment.transaction in lasting):
            said = "      " + "  ".join(row(stage.out, line, moment)).rstrip()
            stage.out.say(said, said, style="dim")
    return document(line, transactions)
