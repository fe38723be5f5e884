"""A day file sent to the gateway, stretch by stretch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tellerline.cli.reconcile.day_file import DayFile, DayFileError
from tellerline.cli.reconcile.report import HostReport
from tellerline.cli.reconcile.stretches import request_of, stretches
from tellerline.gateway.client import Client

_RECONCILE_DAY = "operations.v1.ReconciliationService/ReconcileDay"


class Comparison:
    """One host's day file; ``host`` and ``day``, where empty, are the file's own.

    Raises ``DayFileError`` for a file that cannot be used, is another day's or another host's, or ``OSError``.
    """

    def __init__(self, path: Path, host: str = "", day: str = "") -> None:
        self._file = DayFile(path)
        self._head = self._file.head()
        if day and self._head.accounting_date != day:
            raise DayFileError(f"{path}: is the day {self._head.accounting_date}, not {day}")
        if host and self._head.host != host:
            raise DayFileError(f"{path}: is of the host {self._head.host}, not {host}")
        self._host = self._head.host

    async def report(self, client: Client, context: Callable[[], dict[str, Any]]) -> HostReport:
        """Ask for each stretch in turn, with a ``context`` of its own; safe to repeat."""
        report = HostReport(self._host, self._head.accounting_date)
        for stretch in stretches(self._file.sorted_lines()):
            request = {"context": context(), **request_of(stretch, self._head, self._host)}
            report.add(len(stretch.lines), await client.call(_RECONCILE_DAY, request))
        return report
