"""Who asks for a company, and for which of its accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import FIFOCache

from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.names import account_name, segments, sequence_of
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Settled
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import context_customer, request_from
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command

_REMEMBERED = 1_000


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
        self._names: FIFOCache[str, Mapping[str, str]] = FIFOCache(_REMEMBERED)

    def caller(self, request: Any) -> Caller:
        """Of ``request.representative``; ``INVALID_REQUEST`` when the context names another customer."""
        company, representative = segments(request.representative, "customers/*/representatives/*", "representative")
        if request.context.customer and context_customer(request.context) != company:
            raise invalid("context.customer", "not_the_same_customer")
        return Caller(company, representative)

    async def account(
        self, request: Any, caller: Caller, operation: str, call: CallContext, *, name: str = "", field: str = "account"
    ) -> RegisteredAccount:
        """The caller's company's account ``name``, or ``request.account``.

        Another company's is ``ACCOUNT_NOT_FOUND``, existing or not; for one that does not exist a caller without a
        grant gets the grant's error, as for one that does.
        """
        company, sequence = segments(name or request.account, "customers/*/accounts/*", field)
        number = sequence_of(sequence, field)
        if company != caller.company:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        account = await self._parts.registry.account(company, number)
        if account is None:
            asking = request_from(request.context, customer=caller.holder)
            await self._parts.admission.admit(operation, asking, call)
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return account

    async def run(self, request: Any, caller: Caller, command: Command, call: CallContext) -> Settled:
        return await self._parts.pipeline.run(request_from(request.context, command, caller.holder), call)

    async def names(self, company: str, numbers: Iterable[str]) -> Mapping[str, str]:
        """The resource names of the company's accounts by their numbers; ``numbers`` without one are not registered.

        Remembered, for a registered account keeps its name; the registry is asked where a number has none yet.
        """
        names = self._names.get(company)
        if names is None or not names.keys() >= set(numbers):
            accounts = await self._parts.registry.accounts(company)
            names = {account.account: account_name(company, account.sequence) for account in accounts}
            self._names[company] = names
        return names
