"""Tables of public information: what is in effect, kept in memory, and the steps by which two people change it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from cachetools import LRUCache

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log
from tellerline.gateway.journal.caching import Cache
from tellerline.gateway.journal.resolving import same_person
from tellerline.gateway.journal.table_port import TableVersions
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.gateway.services.ports import Held, TableStanding
from tellerline.routing.information.cells import TableError
from tellerline.routing.information.reading import KINDS, name_of, read_table, standard_table
from tellerline.routing.information.versions import TableVersion, Verdict
from tellerline.routing.model.codes import Code

HeldT = TypeVar("HeldT")

_STANDARD_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
_READ_BEFORE = 32
_FAR = 2**31


@dataclass(frozen=True, slots=True)
class _Current:
    """What is in effect from now up to ``until``; nothing where ``held`` is None."""

    held: Held[Any] | None
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(slots=True, kw_only=True)
class InformationTables:
    """Implements ``services.ports.TableDesk``. With ``standard`` the product's own tables hold until one is approved.

    The store is asked what is in effect every ``sweep_seconds`` at most; contents never change, and are read once.
    """

    versions: TableVersions
    standard: bool
    zone: ZoneInfo
    sweep_seconds: float
    clock: Clock
    log: Log
    _current: Cache[str, _Current] = field(init=False)
    _contents: LRUCache[tuple[str, int], Any] = field(default_factory=lambda: LRUCache(_READ_BEFORE))

    def __post_init__(self) -> None:
        self._current = Cache(self.clock, seconds=self.sweep_seconds)

    async def held(self, kind: type[HeldT]) -> Held[HeldT]:
        """See ``services.ports.TableDesk``."""
        name, now = name_of(kind), self.clock.now()
        current = self._current.get(name)
        if current is None or not current.holds(now):
            ticket = self._current.ticket()
            current = await self._look(name, now)
            self._current.put(name, current, ticket)
        if current.held is None:
            raise RefusalError(Code.TABLE_NOT_FOUND, metadata={"table": name})
        return current.held

    async def _look(self, name: str, now: datetime) -> _Current:
        version = await self._in_effect(name, now)
        upcoming = await self.versions.upcoming(name, now)
        until = None if upcoming is None else upcoming.effective_at
        if version is None:
            return _Current(None, until)
        key = (name, version.number)
        content = self._contents.get(key)
        if content is None:
            whole = await self.version(name, version.number)
            content = self._contents[key] = read_table(name, whole.content)
            self.log.info("table_in_effect", table=name, version=version.number, digest=whole.digest)
        return _Current(Held(content, version), until)

    async def _in_effect(self, name: str, now: datetime) -> TableVersion | None:
        return await self.versions.in_effect(name, now) or self._shipped(name)

    def _shipped(self, name: str) -> TableVersion | None:
        return replace(standard_version(name), content="") if self.standard else None

    async def standings(self) -> Sequence[TableStanding]:
        """See ``services.ports.TableDesk``."""
        now = self.clock.now()
        return [
            TableStanding(
                table=name,
                current=await self._in_effect(name, now),
                upcoming=await self.versions.upcoming(name, now),
                proposed=await self.versions.proposed(name),
            )
            for name in KINDS
        ]

    async def page(self, table: str, below: int, limit: int) -> Sequence[TableVersion]:
        """See ``services.ports.TableDesk``."""
        _known(table)
        found = list(await self.versions.page(table, below or _FAR, limit))
        shipped = self._shipped(table)
        return [*found, shipped] if shipped is not None and len(found) < limit else found

    async def version(self, table: str, number: int) -> TableVersion:
        """See ``services.ports.TableDesk``."""
        _known(table)
        if number == 0 and self.standard:
            return standard_version(table)
        found = await self.versions.get(table, number) if number else None
        if found is None:
            raise RefusalError(Code.TABLE_VERSION_NOT_FOUND)
        return found

    async def propose(
        self, table: str, operator: str, content: str, *, reason: str, effective_date: str
    ) -> TableVersion:
        """See ``services.ports.TableDesk``."""
        _known(table)
        _checked(table, content)
        proposal = TableVersion(
            table=table,
            number=0,
            content=content,
            digest=digest_of(content),
            reason=reason,
            proposer=operator,
            proposed_at=self.clock.now(),
            effective_date=effective_date,
        )
        if effective_date and date.fromisoformat(effective_date) < self._today():
            raise _invalid("table_version.effective_date", "in_the_past")
        made = await self.versions.propose(proposal)
        if made is None:
            return await self._waits_already(proposal)
        self.log.info("table_proposed", table=table, version=made.number, operator=operator, digest=made.digest)
        return made

    async def _waits_already(self, proposal: TableVersion) -> TableVersion:
        waiting = await self.versions.proposed(proposal.table)
        if waiting is None or not _same_wish(waiting, proposal):
            metadata = {} if waiting is None else {"version": str(waiting.number), "proposer": waiting.proposer}
            raise RefusalError(Code.TABLE_VERSION_PENDING, metadata=metadata)
        return await self.version(proposal.table, waiting.number)

    async def decide(self, table: str, number: int, operator: str, *, approve: bool, remark: str) -> TableVersion:
        """See ``services.ports.TableDesk``."""
        version = await self.version(table, number)
        if approve and same_person(version.proposer, operator):
            raise RefusalError(Code.SECOND_PERSON_REQUIRED)
        verdict = Verdict.APPROVED if approve else Verdict.REJECTED
        now = self.clock.now()
        decided = replace(
            version,
            verdict=verdict,
            decider=operator,
            decided_at=now,
            remark=remark,
            effective_at=max(now, self._beginning_of(version.effective_date)) if approve else None,
        )
        if not await self.versions.decide(decided):
            return await self._decided_already(decided)
        self._current.clear()
        self.log.info("table_decided", table=table, version=number, operator=operator, verdict=verdict)
        return decided

    async def _decided_already(self, decided: TableVersion) -> TableVersion:
        standing = await self.version(decided.table, decided.number)
        if standing.verdict is decided.verdict and same_person(standing.decider, decided.decider):
            return standing
        raise RefusalError(Code.TABLE_VERSION_DECIDED, metadata={"decider": standing.decider})

    def _today(self) -> date:
        return self.clock.now().astimezone(self.zone).date()

    def _beginning_of(self, day: str) -> datetime:
        if not day:
            return self.clock.now()
        return datetime.combine(date.fromisoformat(day), time(), self.zone).astimezone(UTC)


def standard_version(table: str) -> TableVersion:
    """The one that comes with the product, with its content."""
    content = standard_table(table)
    return TableVersion(
        table=table,
        number=0,
        content=content,
        digest=digest_of(content),
        reason="standard",
        proposer="tellerline",
        proposed_at=_STANDARD_SINCE,
        verdict=Verdict.APPROVED,
    )


def digest_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _known(table: str) -> None:
    if table not in KINDS:
        raise RefusalError(Code.TABLE_NOT_FOUND)


def _checked(table: str, content: str) -> None:
    try:
        read_table(table, content)
    except TableError as error:
        _mistaken(str(error))
    except RecursionError:
        _mistaken("the file: is nested too deeply")


def _mistaken(mistake: str) -> NoReturn:
    violations = (FieldViolation("table_version.content", "not_a_table"),)
    raise RefusalError(Code.INVALID_REQUEST, violations=violations, metadata={"mistake": mistake[:500]})


def _invalid(name: str, why: str) -> RefusalError:
    return RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation(name, why),))


def _same_wish(one: TableVersion, other: TableVersion) -> bool:
    said = [(each.digest, each.reason, each.effective_date) for each in (one, other)]
    return said[0] == said[1] and same_person(one.proposer, other.proposer)
