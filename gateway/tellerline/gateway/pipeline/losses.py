"""Accounts whose loss has been reported and not yet confirmed by the host: closed from that moment on."""

from __future__ import annotations

from collections import defaultdict

from tellerline.gateway.journal.port import Journal
from tellerline.gateway.journal.records import FINAL_STATES, State
from tellerline.gateway.pipeline.subject import Subject

REPORT_LOSS = "accounts.ReportLoss"
_PAGE = 200


class LossBlocks:
    """The closed accounts as this process knows them: its own at once, other gateways' since the last ``refresh``."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._serials: dict[str, set[str]] = defaultdict(set)

    def closed(self, account: str) -> bool:
        return account in self._serials

    def opened(self, account: str, global_serial: str) -> None:
        """A loss report of ``account`` is on its way."""
        self._serials[account].add(global_serial)

    def settled(self, subject: Subject, state: State) -> None:
        """A transaction reached ``state``; when it is a loss report that is over, the host speaks for itself again."""
        if subject.operation == REPORT_LOSS and state in FINAL_STATES:
            self._discard(subject.account, subject.global_serial)

    async def refresh(self) -> None:
        """Take over what the journal holds; a report seen to be over meanwhile no longer closes its account."""
        before = {(account, serial) for account, serials in self._serials.items() for serial in serials}
        found: set[tuple[str, str]] = set()
        after = ""
        while True:
            page = await self._journal.unfinished(REPORT_LOSS, after=after, limit=_PAGE)
            found |= {(record.account, record.global_serial) for record in page}
            if len(page) < _PAGE:
                break
            after = page[-1].global_serial
        for account, serial in before - found:
            await self._recheck(account, serial)
        for account, serial in found:
            self._serials[account].add(serial)

    async def _recheck(self, account: str, serial: str) -> None:
        record = await self._journal.get(serial)
        if record is not None and record.state in FINAL_STATES:
            self._discard(account, serial)

    def _discard(self, account: str, serial: str) -> None:
        serials = self._serials.get(account)
        if serials is None:
            return
        serials.discard(serial)
        if not serials:
            del self._serials[account]
