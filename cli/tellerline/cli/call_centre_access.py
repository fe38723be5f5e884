"""How a command reaches a call centre, and as whom it asks there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import ask, find_system, operator_context
from tellerline.cli.output import Output

if TYPE_CHECKING:
    from tellerline.gateway.client import Client

ResultT = TypeVar("ResultT")
AREAS = frozenset({"agents", "calls", "queues", "tickets"})
"""Of the contract, those that a call centre serves."""

CallCentreOption = Annotated[
    str, typer.Option("--call-centre", envvar="TELLERLINE_CALL_CENTRE", help="host:port; else the running system's.")
]
AgentOption = Annotated[
    str,
    typer.Option("--agent", envvar="TELLERLINE_AGENT", help="Who asks; else the running system's first leader."),
]


class Asked:
    """A call centre, and who asks there."""

    def __init__(self, target: str, agent: str) -> None:
        self.target = target
        self.agent = agent

    def context(self) -> dict[str, Any]:
        return operator_context(channel="CHANNEL_AGENT", agent=self.agent)

    def ask(self, out: Output, work: Callable[[Client], Awaitable[ResultT]]) -> ResultT:
        """Run ``work`` with a client; errors end the command."""
        return ask(out, self.target, work)

    def call(self, out: Output, method: str, **fields: Any) -> dict[str, Any]:
        request = {"context": self.context(), **fields}
        return self.ask(out, lambda client: client.call(method, request))


def find_call_centre(out: Output, target: str = "", agent: str = "") -> Asked:
    """The one that is named, else the newest system's; ends the command when there is none, or nobody to ask as."""
    if target and agent:
        return Asked(target, agent)
    system = find_system(out)
    if not target and not system.call_centre:
        english = "The running system has no call centre. Start one that has: tellerline up"
        out.fail(Exit.UNREACHABLE, "NO_CALL_CENTRE", english, "运行中的系统没有客服中心。请启动：tellerline up")
    asked = Asked(target or system.call_centre, agent or ("" if target else system.leader))
    if not asked.agent:
        out.fail(Exit.USAGE, "NOBODY_ASKS", "Say who asks: --agent ID", "请指定人员：--agent 工号")
    return asked
