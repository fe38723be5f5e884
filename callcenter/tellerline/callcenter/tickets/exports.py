"""Files of many tickets: one person asks, another says yes, and only then is anything told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Log
from tellerline.callcenter.tickets.refusals import Code, RefusalError
from tellerline.routing.tickets.commands import Actor
from tellerline.routing.tickets.kinds import Role

_MAY_APPROVE = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.AUDIT})
_MAY_ASK = _MAY_APPROVE | {Role.LEADER}
_HOLDS = timedelta(hours=1)
_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """``wanted`` is the search and the format, as bytes; ``approver`` is empty while nobody has said yes."""

    id: str
    wanted: bytes
    reason: str
    requester: str
    expires_at: datetime
    approver: str = ""


@dataclass(slots=True, kw_only=True)
class ExportDesk:
    """Knows what was asked for in this process's life; after a restart it is asked for again. Each step is logged, with
    who took it, and so is each refusal."""

    clock: Clock
    log: Log
    new_id: Callable[[], str]
    _exports: dict[str, Export] = field(default_factory=dict)

    def ask(self, actor: Actor, wanted: bytes, reason: str) -> Export:
        """Raises ``ACTION_NOT_ALLOWED``."""
        self._permit(actor, _MAY_ASK, "ask")
        now = self.clock.now()
        kept = [each for each in self._exports.values() if each.expires_at > now][-_MOST:]
        export = Export(id=self.new_id(), wanted=wanted, reason=reason, requester=actor.id, expires_at=now + _HOLDS)
        self._exports = {each.id: each for each in (*kept, export)}
        self.log.info("ticket_export_asked", export=export.id, who=actor.id)
        return export

    def approve(self, actor: Actor, name: str) -> Export:
        """One's own yes again is answered as it stands. Raises ``ACTION_NOT_ALLOWED``, ``EXPORT_NOT_FOUND``,
        ``SECOND_PERSON_REQUIRED``."""
        self._permit(actor, _MAY_APPROVE, "approve")
        export = self._found(name)
        if actor.id.casefold() == export.requester.casefold():
            raise self._refused(actor, Code.SECOND_PERSON_REQUIRED, "approve")
        if not export.approver:
            export = self._exports[name] = replace(export, approver=actor.id)
            self.log.info("ticket_export_approved", export=name, who=actor.id)
        return export

    def begin(self, actor: Actor, name: str, wanted: bytes) -> None:
        """Return if the actor may have what is ``wanted`` now, by the export called ``name`` (empty: by none).

        Raises ``ACTION_NOT_ALLOWED``, ``SECOND_PERSON_REQUIRED``, ``EXPORT_NOT_FOUND``.
        """
        self._permit(actor, _MAY_ASK, "export")
        if not name:
            raise self._refused(actor, Code.SECOND_PERSON_REQUIRED, "export")
        export = self._found(name)
        if export.requester != actor.id or export.wanted != wanted:
            raise self._refused(actor, Code.EXPORT_NOT_FOUND, "export")
        if not export.approver:
            raise self._refused(actor, Code.SECOND_PERSON_REQUIRED, "export")
        self.log.info("ticket_export_begun", export=name, who=actor.id, approver=export.approver)

    def _found(self, name: str) -> Export:
        export = self._exports.get(name)
        if export is None or export.expires_at <= self.clock.now():
            raise RefusalError(Code.EXPORT_NOT_FOUND)
        return export

    def _permit(self, actor: Actor, roles: frozenset[Role], step: str) -> None:
        if not actor.roles & roles:
            raise self._refused(actor, Code.ACTION_NOT_ALLOWED, step)

    def _refused(self, actor: Actor, code: Code, step: str) -> RefusalError:
        self.log.warning("ticket_export_refused", who=actor.id, step=step, code=code.value)
        return RefusalError(code)
