"""A host's manifest, ``host.toml``: what the bank decides about a host without touching code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from tellerline.connectors.calendar import read_day
from tellerline.connectors.toml import ManifestError, Table
from tellerline.routing.model.calendar import HostDay

__all__ = [
    "QUALITY_RULES",
    "BreakerTerms",
    "DoubtTerms",
    "HostManifest",
    "ManifestError",
    "NotFoundTerm",
    "QualityRule",
]

QUALITY_RULES = frozenset(
    {"contract-suite", "samples", "error-codes", "doubt-policy", "readme", "budget", "signed-replies", "late-replies"}
)
"""What every host folder states about itself: each ``done``, or ``exempt`` with a reason."""


class NotFoundTerm(StrEnum):
    """What to do when the host does not know the original after its maximum processing time."""

    REVERSE = "REVERSE"
    RESEND = "RESEND"
    MANUAL = "MANUAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtTerms:
    """How doubts about one operation are pursued; times in seconds, the last delay of a list repeats."""

    version: str
    not_found: NotFoundTerm
    inquire_after: tuple[float, ...]
    forward_after: tuple[float, ...]
    not_found_proves_absence_after: float
    give_up_after: float
    unknown_original_is_undone: bool
    reverse_at_once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTerms:
    window: int
    minimum: int
    failure_share: float
    open_seconds: float
    probes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """``exempt`` is empty when the rule is done, else the reason why it does not apply."""

    name: str
    exempt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostManifest:
    """``operations`` maps each operation that the host offers to its timeout in seconds.

    ``contract`` names the interface description as ``package:file``. ``concurrent`` exchanges run at a time, ``queued``
    more may wait. ``require_signature``: every message is signed, by us and by the host. ``options`` is the table named
    after the transport, for the transport's builder to read.
    """

    name: str
    title: str
    owner: str
    transport: str
    contract: str
    operations: Mapping[str, float]
    max_processing_seconds: float
    concurrent: int
    queued: int
    breaker: BreakerTerms
    doubt: Mapping[str, DoubtTerms]
    require_signature: bool
    quality: tuple[QualityRule, ...]
    day: HostDay
    options: Table

    @classmethod
    def load(cls, file: Path, name: str = "") -> HostManifest:
        """Read and check ``host.toml``, which is of the host ``name`` and, without one, of the host whose folder it
        lies in; raises ``ManifestError`` naming the file and the key."""
        return _manifest(_read(file), name or file.parent.name)

    def with_day(self, file: Path) -> HostManifest:
        """The same host with the ``[calendar]`` and ``[stand_in]`` of another file, which holds nothing else.

        Raises ``ManifestError``.
        """
        return replace(self, day=self.day_of(_text(file), file))

    def day_of(self, text: str, file: Path) -> HostDay:
        """What ``text``, the content of such a ``file``, says of this host's day. Raises ``ManifestError``."""
        table = _table(text, file)
        day = read_day(table, self.operations, _resent(self.doubt))
        table.done()
        return day


def _read(file: Path) -> Table:
    return _table(_text(file), file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(str(file), "", str(error)) from None


def _table(text: str, file: Path) -> Table:
    try:
        return Table(str(file), "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(str(file), "", str(error)) from None


def _resent(doubt: Mapping[str, DoubtTerms]) -> frozenset[str]:
    return frozenset(operation for operation, terms in doubt.items() if terms.not_found is NotFoundTerm.RESEND)


def _manifest(table: Table, folder: str) -> HostManifest:
    transport = table.text("transport")
    concurrency, security = table.table("concurrency"), table.table("security")
    max_processing = table.number("max_processing_seconds")
    operations = table.table("operations").numbers()
    doubt = {name: _doubt(terms, max_processing) for name, terms in table.table("doubt").tables().items()}
    manifest = HostManifest(
        name=table.text("name"),
        title=table.text("title"),
        owner=table.text("owner"),
        transport=transport,
        contract=table.text("contract"),
        operations=operations,
        max_processing_seconds=max_processing,
        concurrent=concurrency.whole("concurrent", 64),
        queued=concurrency.whole("queued", 1024),
        breaker=_breaker(table.table("breaker")),
        doubt=doubt,
        require_signature=security.flag("require_signature", False),
        quality=_quality(table.table("quality")),
        day=read_day(table, operations, _resent(doubt)),
        options=table.table(transport),
    )
    concurrency.done()
    security.done()
    table.done()
    _cross_check(table, manifest, folder)
    return manifest


def _breaker(table: Table) -> BreakerTerms:
    terms = BreakerTerms(
        window=table.whole("window", 50),
        minimum=table.whole("minimum", 20),
        failure_share=table.number("failure_share", 0.5),
        open_seconds=table.number("open_seconds", 5.0),
        probes=table.whole("probes", 1),
    )
    table.done()
    if not 0.0 < terms.failure_share <= 1.0:
        raise table.error("failure_share", "must be above 0 and at most 1")
    return terms


def _doubt(table: Table, max_processing: float) -> DoubtTerms:
    term = table.text("not_found")
    if term not in NotFoundTerm.__members__:
        raise table.error("not_found", f"must be one of {', '.join(NotFoundTerm)}")
    terms = DoubtTerms(
        version=table.text("version"),
        not_found=NotFoundTerm(term),
        inquire_after=table.delays("inquire_after", (2.0, 4.0, 8.0)),
        forward_after=table.delays("forward_after", (1.0, 2.0, 4.0, 8.0, 15.0)),
        not_found_proves_absence_after=table.number("not_found_proves_absence_after", max_processing),
        give_up_after=table.number("give_up_after", 86400.0),
        unknown_original_is_undone=table.flag("unknown_original_is_undone", False),
        reverse_at_once=table.flag("reverse_at_once", False),
    )
    table.done()
    if terms.not_found_proves_absence_after < max_processing:
        raise table.error("not_found_proves_absence_after", "must not be below max_processing_seconds")
    return terms


def _quality(table: Table) -> tuple[QualityRule, ...]:
    rules = []
    for name in sorted(QUALITY_RULES):
        value = table.text(name)
        exempt = value.removeprefix("exempt:").strip()
        if value != "done" and (not value.startswith("exempt:") or not exempt):
            raise table.error(name, 'must be "done" or "exempt: <reason>"')
        rules.append(QualityRule(name=name, exempt="" if value == "done" else exempt))
    table.done()
    return tuple(rules)


def _cross_check(table: Table, manifest: HostManifest, folder: str) -> None:
    if manifest.name != folder:
        raise table.error("name", f"must be the folder's name, {folder!r}")
    if not manifest.operations:
        raise table.error("operations", "must name at least one operation")
    for operation in manifest.doubt:
        if operation not in manifest.operations:
            raise table.error(f"doubt.{operation}", "is not one of the operations")
    if manifest.require_signature and manifest.transport != "soap":
        raise table.error("security.require_signature", "is for SOAP alone")
