"""``tellerline doctor``: is everything here that a system needs?"""

from __future__ import annotations

from typing import Annotated

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

ORDER = 600


def register(app: typer.Typer) -> None:
    app.command()(doctor)


YearOption = Annotated[
    list[int] | None,
    typer.Option("--year", help="A year whose working days must be known (repeatable); else those that clocks reach."),
]


def doctor(year: YearOption = None, json: JsonOption = False) -> None:
    """Check this machine: what is installed, what is missing, and what to run. 体检

    Ends with 5 when something that the embedded system needs is missing, or when nobody knows which days of a year
    are worked; servers of the large form are only reported.
    """
    from tellerline.cli.checkup import check_up

    out = Output(json=json)
    findings = check_up(year or ())
    marks = {"ok": ("✓", "green"), "note": ("•", "yellow"), "missing": ("✗", "red")}
    for finding in findings:
        mark, style = marks[finding.verdict]
        out.say(f"{mark} {finding.name}: {finding.text}", f"{mark} {finding.name}：{finding.text}", style=style)
        if finding.remedy:
            out.hint(finding.remedy, "to get it", "安装方法")
    healthy = all(finding.verdict != "missing" for finding in findings)
    out.result({"healthy": healthy, "findings": [finding.document() for finding in findings]})
    if not healthy:
        raise typer.Exit(Exit.SETUP)
