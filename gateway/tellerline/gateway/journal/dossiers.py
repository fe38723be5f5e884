"""What is known of customers beside their registration, over a database: what both stores share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tellerline.adapters.store.statements import every, first
from tellerline.gateway.journal import dossier_steps as steps
from tellerline.gateway.journal import pin_changes, rows
from tellerline.gateway.journal.customer_port import TellClassified, TellContact, TellRepresentative
from tellerline.gateway.journal.customer_records import (
    Classified,
    Contact,
    CustomerSearch,
    Interaction,
    PinReset,
    Representative,
    RepresentativeChange,
    ResetState,
)
from tellerline.gateway.journal.database import Database
from tellerline.gateway.journal.records import Customer


class StoredDossiers:
    """Keeps the promises of ``customer_port.Dossiers``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, search: CustomerSearch) -> Sequence[Customer]:
        return [rows.customer(row) for row in await self._database.read(steps.find, search)]

    async def contacts(self, customer: str) -> Sequence[Contact]:
        return [steps.contact(row) for row in await self._database.look(every, steps.CONTACTS, customer)]

    async def set_contact(self, contact: Contact, tell: TellContact) -> Contact | None:
        return await self._database.write(steps.set_contact, contact, tell)

    async def verify_contact(
        self, customer: str, kind: str, at: datetime, method: str, tell: TellContact
    ) -> Contact | None:
        return await self._database.write(steps.verify_contact, customer, kind, at, method, tell)

    async def add_representative(
        self, representative: Representative, tell: TellRepresentative
    ) -> Representative | None:
        return await self._database.write(steps.add_representative, representative, tell)

    async def update_representative(
        self, company: str, number: str, change: RepresentativeChange, tell: TellRepresentative
    ) -> Representative | None:
        return await self._database.write(steps.update_representative, company, number, change, tell)

    async def representative(self, company: str, number: str) -> Representative | None:
        row = await self._database.look(first, steps.REPRESENTATIVE, company, number)
        return None if row is None else steps.representative(row)

    async def representatives(self, company: str, *, after: str = "", limit: int = 50) -> Sequence[Representative]:
        found = await self._database.look(every, steps.REPRESENTATIVES, company, after, limit)
        return [steps.representative(row) for row in found]

    async def add_pin_reset(self, reset: PinReset, told: Interaction) -> None:
        await self._database.write(steps.add_pin_reset, reset, told)

    async def pin_reset(self, name: str) -> PinReset | None:
        row = await self._database.look(first, steps.PIN_RESET, name)
        return None if row is None else steps.pin_reset(row)

    async def move_pin_reset(
        self, moved: PinReset, expected: ResetState, *, pin_to_change: bool, told: Interaction | None
    ) -> bool:
        return await self._database.write(pin_changes.move_reset, moved, expected, pin_to_change, told)

    async def pins_to_change(self, customer: str) -> Sequence[int]:
        return [row[0] for row in await self._database.look(every, steps.PINS_TO_CHANGE, customer)]

    async def classify(
        self, customer: str, segment: str, day: str, version: str, tell: TellClassified
    ) -> Classified | None:
        return await self._database.write(steps.classify, customer, segment, day, version, tell)
