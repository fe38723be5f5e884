"""What a reconciliation found, of all hosts, for programs and for files."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tellerline.cli.rendering import date_text

KINDS = ("MISSING_AT_HOST", "MISSING_IN_JOURNAL", "AMOUNT", "STATE", "ACCOUNTING_DATE", "DUPLICATE")
_FIELDS = ("account", "amount", "state", "accounting_date", "host_serial")


@dataclass(slots=True)
class HostReport:
    """One host's day. ``resolutions`` and ``differences`` are as the contract has them."""

    host: str
    accounting_date: str
    lines: int = 0
    matched: int = 0
    unsettled: int = 0
    resolutions: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)

    def add(self, lines: int, reply: dict[str, Any]) -> None:
        """Take up what one stretch showed."""
        self.lines += lines
        self.matched += int(reply["matched_count"])
        self.unsettled += int(reply["unsettled_count"])
        self.resolutions += reply["resolutions"]
        self.differences += reply["differences"]

    @property
    def kinds(self) -> Counter[str]:
        return Counter(kind_of(difference) for difference in self.differences)

    def document(self) -> dict[str, Any]:
        return {
            "host": self.host,
            "accounting_date": self.accounting_date,
            "lines": self.lines,
            "matched": self.matched,
            "unsettled": self.unsettled,
            "resolved": [
                {"transaction": each["transaction"], "word": each["word"].removeprefix("WORD_")}
                for each in self.resolutions
            ],
            "kinds": {kind: self.kinds[kind] for kind in KINDS},
            "differences": [difference_document(each) for each in self.differences],
        }


def kind_of(difference: dict[str, Any]) -> str:
    return str(difference["kind"]).removeprefix("KIND_")


def difference_document(difference: dict[str, Any]) -> dict[str, Any]:
    """A case as it is printed and exported."""
    return {
        "case": difference["name"].rpartition("/")[2],
        "host": difference["host"],
        "accounting_date": date_text(difference["accounting_date"]),
        "reference": difference["reference"],
        "kind": kind_of(difference),
        "state": difference["state"].removeprefix("STATE_"),
        "detail": difference.get("detail", {}),
    }


def write_csv(path: Path, reports: list[HostReport]) -> None:
    """One row for each difference, both sides beside each other."""
    columns = ["case", "host", "accounting_date", "reference", "kind", "state"]
    sides = [f"{side}_{name}" for side in ("host", "journal") for name in _FIELDS]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, *sides])
        for report in reports:
            for difference in report.differences:
                document = difference_document(difference)
                detail = document["detail"]
                values = [detail.get(side, {}).get(name, "") for side in ("host", "journal") for name in _FIELDS]
                writer.writerow([*(document[name] for name in columns), *values])
