"""One stretch of a host's day against the journal, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log, Metrics
from tellerline.gateway.doubt.pursuit import Pursuit
from tellerline.gateway.journal.difference_records import RECONCILIATION, CaseSearch, CaseState, DifferenceCase
from tellerline.gateway.journal.port import Differences, Journal, Legs
from tellerline.gateway.journal.records import Doubt, Record, State
from tellerline.gateway.pipeline.plan import Plans
from tellerline.gateway.pipeline.settling import IN_DOUBT, Settler
from tellerline.gateway.reconciliation.sides import case_of, journal_entry, takes_back
from tellerline.gateway.reconciliation.stretch import Findings, Stretch
from tellerline.gateway.reconciliation.undated import Undated
from tellerline.routing.model.command import Effect, Reverse
from tellerline.routing.model.outcome import Done, Listed
from tellerline.routing.reconciliation.comparison import compare
from tellerline.routing.reconciliation.entries import (
    DayEntry,
    Difference,
    DifferenceKind,
    HostWord,
    Match,
    Word,
)

_PAGE = 500
_LAST = "Z" * 26
"""Behind every global serial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Implements ``services.ports.ReconciliationDesk``. Repeating a stretch finds the same, and writes it once."""

    journal: Journal
    legs: Legs
    differences: Differences
    settler: Settler
    pursuit: Pursuit
    plans: Plans
    undated: Undated
    clock: Clock
    metrics: Metrics
    log: Log

    async def compare(self, stretch: Stretch) -> Findings:
        """See ``services.ports.ReconciliationDesk``."""
        doubts = {doubt.global_serial: doubt for doubt in await self._doubts(stretch)}
        findings, after, left = Findings(), stretch.after, list(stretch.entries)
        while True:
            page = await self._dated(stretch, after)
            last = len(page) < _PAGE
            bound = "" if last else page[-1].global_serial
            lines = left if last else [line for line in left if line.reference <= bound]
            left = left[len(lines) :]
            due = [serial for serial in doubts if serial > after and (last or serial <= bound)]
            await self._page(stretch, page, lines, [doubts[serial] for serial in due], findings)
            if last:
                break
            after = bound
        await self._keep(stretch, findings)
        return findings

    async def _page(
        self,
        stretch: Stretch,
        page: Sequence[Record],
        lines: Sequence[DayEntry],
        doubts: Sequence[Doubt],
        findings: Findings,
    ) -> None:
        named = {line.reference for line in lines}
        records = {each.global_serial: each for each in page if _has_line(each.operation, each.global_serial, named)}
        by_serial = {
            each.global_serial: each for each in doubts if _has_line(each.operation, each.global_serial, named)
        }
        attested = {serial: each for serial, each in records.items() if not each.accounting_date}
        takers = self._takers(stretch.host)
        for serial in {*by_serial, *named} - records.keys():
            record = await self.journal.get(serial)
            if record is not None and record.effect is not Effect.ENQUIRY and record.host in takers:
                records[serial] = record
        records = await self.undated.dated(records, attested, lines, stretch)
        missing = [each for serial, each in attested.items() if serial not in named]
        expected = await self.undated.expected(missing, takers, stretch)
        undone = await self._undone(records, lines, stretch)
        entries = [
            journal_entry(records[serial], undone=undone.get(serial), expected=serial in expected)
            for serial in sorted(records)
        ]
        now = self.clock.now()
        for finding in compare(lines, entries, stretch.day):
            if isinstance(finding, Match):
                findings.matched += 1
            elif isinstance(finding, Difference) and self._to_be_expected(finding, records, stretch):
                findings.cases.append(case_of(finding, stretch.host, stretch.day, now))
            elif isinstance(finding, Word) and await self._settled(
                finding, records[finding.reference], by_serial.get(finding.reference), stretch
            ):
                findings.words.append(finding)
            else:
                findings.unsettled += 1

    def _to_be_expected(self, difference: Difference, records: Mapping[str, Record], stretch: Stretch) -> bool:
        """False for the missing line of what the host may have done after it had written its file."""
        if difference.kind is not DifferenceKind.MISSING_AT_HOST:
            return True
        record = records[difference.reference]
        policy = self.plans.doubt_policy(record.host, record.operation, record.effect)
        surely = stretch.produced_at - timedelta(seconds=policy.max_processing)
        return record.accepted_at <= surely or (record.settled_at or stretch.produced_at) <= stretch.produced_at

    async def _undone(
        self, records: Mapping[str, Record], lines: Sequence[DayEntry], stretch: Stretch
    ) -> dict[str, bool]:
        """What was undone, by its own reversal or by its plan's; False where the file was written before that."""
        if not records:
            return {}
        reversals = await self.legs.reversals(min(records), max(records))
        undoings = {serial: each for serial, each in records.items() if each.state is State.REVERSED}
        undoings |= {serial: each for serial, each in reversals.items() if takes_back(each)}
        still_done = {line.reference for line in lines if not line.reversed}
        return {
            serial: not (serial in still_done and await self.undated.undone_since(each, stretch))
            for serial, each in undoings.items()
        }

    async def _settled(self, word: Word, record: Record, doubt: Doubt | None, stretch: Stretch) -> bool:
        """Whether the host's word ended the doubt, or set it going."""
        event = self.settler.event("day_file", word=word.word, date=stretch.day, host=stretch.host)
        if word.word is HostWord.ABSENT:
            return doubt is not None and await self._absent(record, doubt, stretch)
        assert word.entry is not None
        serial = word.entry.host_serial
        if word.word is HostWord.REVERSED:
            undone = self.settler.event("reversed", attempt=0, effective=True, by="day_file", date=stretch.day)
            return await self.settler.undo(record, undone, serial) is not None
        done = Done(result=Listed(), host_serial=serial, accounting_date=word.entry.accounting_date)
        if await self.settler.end(record, done, IN_DOUBT, event, before_reversal=True) is not None:
            return True
        await self.undated.date(record, word.entry, stretch)
        return False

    async def _absent(self, record: Record, doubt: Doubt, stretch: Stretch) -> bool:
        """A file that was closed before the host's maximum processing time was over proves nothing."""
        policy = self.plans.doubt_policy(doubt.host, record.operation, record.effect)
        if (stretch.produced_at - doubt.opened_at).total_seconds() < policy.max_processing:
            return False
        await self.pursuit.absent(doubt)
        after = await self.journal.get(doubt.global_serial)
        return after is not None and after.state is not record.state

    async def _keep(self, stretch: Stretch, findings: Findings) -> None:
        await self.differences.open(findings.cases)
        found = {case.name for case in findings.cases}
        for case in await self._open_cases(stretch):
            if case.name not in found:
                await self.differences.close(case.name, self.clock.now(), RECONCILIATION, "not_found_again")
        for case in findings.cases:
            self.metrics.differences(stretch.host, case.kind).inc()
            self.log.warning(
                "difference",
                case=case.name,
                host=case.host,
                date=case.accounting_date,
                reference=case.reference,
                kind=case.kind,
            )

    async def _open_cases(self, stretch: Stretch) -> list[DifferenceCase]:
        cases: list[DifferenceCase] = []
        search = CaseSearch(host=stretch.host, accounting_date=stretch.day, state=CaseState.OPEN, limit=_PAGE)
        after = ""
        while True:
            page = await self.differences.search(replace(search, after=after))
            cases += [case for case in page if _within(case.reference, stretch)]
            if len(page) < _PAGE:
                return cases
            after = page[-1].name

    async def _dated(self, stretch: Stretch, after: str) -> list[Record]:
        """The next ``_PAGE`` rows of the host and its versions together, and of those that have no day yet, by global
        serial; fewer are the last ones."""
        until = stretch.until or _LAST
        rows: list[Record] = []
        for host in self._takers(stretch.host):
            rows += await self.journal.dated(host, stretch.day, after=after, until=until, limit=_PAGE)
            rows += await self.journal.undated(host, after=after, until=until, limit=_PAGE)
        return sorted(rows, key=lambda row: row.global_serial)[:_PAGE]

    async def _doubts(self, stretch: Stretch) -> list[Doubt]:
        doubts: list[Doubt] = []
        for host in self._takers(stretch.host):
            after, more = "", True
            while more:
                page = await self.journal.doubts(after=after, limit=_PAGE, host=host)
                doubts += [doubt for doubt in page if _within(doubt.global_serial, stretch)]
                more = len(page) == _PAGE
                after = page[-1].global_serial if more else ""
        return doubts

    def _takers(self, host: str) -> list[str]:
        """The host and its versions, which share its books and its day file."""
        return [host, *(name for name, gate in self.plans.gates.items() if gate.version_of == host)]


def _has_line(operation: str, serial: str, named: Set[str]) -> bool:
    """A reversal shows in the line of what it undid; it has none of its own, unless its host writes one."""
    return operation != Reverse.operation or serial in named


def _within(reference: str, stretch: Stretch) -> bool:
    return reference > stretch.after and (not stretch.until or reference <= stretch.until)
