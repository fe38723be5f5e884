"""Who asks for a company, and for which of its accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.names import account_name, segments, sequence_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import IssuedGrant, Settled
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.requests import context_customer, request_from
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command
from tellerline.routing.model.corporate import VerifyRepresentative


@dataclass(frozen=True, slots=True)
class Caller:
    """One representative.

    ``holder`` stands for the customer in grants, PIN tries and the journal, so that a grant of one representative is of
    no use to another of the same company.
    """

    company: str
    representative: str

    @property
    def holder(self) -> str:
        return f"{self.company}.{self.representative}"

    @property
    def who(self) -> tuple[str, str]:
        return self.company, self.representative

    @property
    def fields(self) -> dict[str, Any]:
        return {"company": self.company, "representative": self.representative}


class Companies:
    """Finds callers and accounts, and runs what they ask."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def caller(self, request: Any) -> Caller:
        """Of ``request.representative``; ``INVALID_REQUEST`` when the context names another customer."""
        company, representative = segments(request.representative, "customers/*/representatives/*", "representative")
        if request.context.customer and context_customer(request.context) != company:
            raise invalid("context.customer", "not_the_same_customer")
        return Caller(company, representative)

    async def account(
        self, request: Any, caller: Caller, operation: str, call: CallContext, *, name: str = "", field: str = "account"
    ) -> RegisteredAccount:
        """The caller's company's account ``name``, or ``request.account``, if the company has registered it for him.

        Another is ``ACCOUNT_NOT_FOUND``, existing or not; for one that does not exist a caller without a grant gets
        the grant's error, as for one that does.
        """
        company, sequence = segments(name or request.account, "customers/*/accounts/*", field)
        number = sequence_of(sequence, field)
        if company != caller.company:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        allowed = await self.allowed(caller)
        account = await self._parts.registry.account(company, number)
        if account is None or (allowed is not None and number not in allowed):
            asking = request_from(request.context, customer=caller.holder)
            await self._parts.admission.admit(operation, asking, call)
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return account

    async def allowed(self, caller: Caller) -> frozenset[int] | None:
        """The sequence numbers of what the company has registered for him: nothing for who is not registered, or is
        suspended. None where the company has registered nobody, and leaves all of it to the front-end.
        """
        dossiers = self._parts.dossiers
        known = await dossiers.representative(caller.company, caller.representative)
        if known is not None:
            return frozenset(known.accounts) if known.active else frozenset()
        return frozenset() if await dossiers.representatives(caller.company, limit=1) else None

    async def run(self, request: Any, caller: Caller, command: Command, call: CallContext) -> Settled:
        """``REPRESENTATIVE_NOT_FOUND`` for who may do nothing for the company."""
        asking = request_from(request.context, command, caller.holder)
        if await self.allowed(caller) == frozenset():
            await self._parts.admission.admit(command.operation, asking, call)
            raise RefusalError(Code.REPRESENTATIVE_NOT_FOUND)
        return await self._parts.pipeline.run(asking, call)

    async def prove(
        self, context: RequestContext, caller: Caller, pin: str, call: CallContext
    ) -> tuple[IssuedGrant, tuple[str, ...]]:
        """A grant for the representative whose PIN it is, and the names of the accounts that it covers (none: all)."""
        asking = request_from(context, VerifyRepresentative(**caller.fields, pin=checked_text(pin, "pin", 12)))
        asking = replace(asking, customer=caller.holder)
        allowed = await self.allowed(caller)
        if allowed is None:
            return await self._parts.pins.verify(asking, call), ()
        self._parts.admission.admit_channel(VerifyRepresentative.operation, asking.channel, call)
        accounts = [each for each in await self._parts.registry.accounts(caller.company) if each.sequence in allowed]
        if not accounts:
            raise RefusalError(Code.REPRESENTATIVE_NOT_FOUND)
        grant = await self._parts.pins.verify(asking, call, accounts=tuple(each.account for each in accounts))
        return grant, tuple(account_name(each.customer, each.sequence) for each in accounts)

    async def names(self, caller: Caller) -> Mapping[str, str]:
        """The resource names of the accounts that he may see, by their numbers."""
        allowed = await self.allowed(caller)
        names = await self.all_names(caller.company)
        return (
            names
            if allowed is None
            else {number: name for number, name in names.items() if int(name.rpartition("/")[2]) in allowed}
        )

    async def all_names(self, company: str) -> Mapping[str, str]:
        """The resource names of the company's accounts by their numbers."""
        accounts = await self._parts.registry.accounts(company)
        return {account.account: account_name(company, account.sequence) for account in accounts}
