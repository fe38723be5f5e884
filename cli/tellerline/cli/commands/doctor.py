"""``tellerline doctor``: is everything here that a system needs?"""

from __future__ import annotations

from pathlib import Path
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


ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Also the certificates and keys of these settings (TOML).")
]
KeysOption = Annotated[Path | None, typer.Option("--keys", help="Also the certificates and keys of this folder.")]


def doctor(
    year: YearOption = None, config: ConfigOption = None, keys: KeysOption = None, json: JsonOption = False
) -> None:
    """Check this machine: what is installed, what is missing, and what to run. 体检

    Ends with 5 when something that the embedded system needs is missing, when nobody knows which days of a year are
    worked, or when a certificate has expired or a key is not what it should be; servers of the large form, and
    certificates that end within 30 days, are only reported.
    """
    from tellerline.cli.checkup import check_up
    from tellerline.cli.keys.checkup import check_keys

    out = Output(json=json)
    findings = [*check_up(year or ()), *check_keys(config, keys)]
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
