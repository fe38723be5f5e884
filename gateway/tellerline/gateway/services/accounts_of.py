"""Registered accounts by resource name, without telling strangers which ones exist."""

from __future__ import annotations

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.port import Registry
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.names import account_name, customer_name, sequence_of
from tellerline.gateway.services.ports import Admission
from tellerline.gateway.services.requests import context_customer, request_from
from tellerline.routing.model.codes import Code


class AccountDirectory:
    """Finds the account that a request names."""

    def __init__(self, registry: Registry, admission: Admission) -> None:
        self._registry = registry
        self._admission = admission

    async def find(
        self, context: RequestContext, parts: tuple[str, ...], field: str, operation: str, call: CallContext
    ) -> RegisteredAccount:
        """The account of the customer ``parts[0]`` with the sequence number ``parts[1]``.

        ``ACCOUNT_NOT_FOUND`` for another customer's than the context's, existing or not. For an account that does not
        exist a caller without a grant gets the grant's error, as for one that does.
        """
        customer, sequence = parts[0], sequence_of(parts[1], field)
        named = context.customer
        if named and named != customer_name(customer) and context_customer(context) != customer:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        account = await self._registry.account(customer, sequence)
        if account is None:
            await self._admission.admit(operation, request_from(context, customer=customer), call)
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return account

    async def name(self, number: str) -> str:
        """The resource name of an account number; empty if it is not registered."""
        account = await self._registry.find_account(number)
        return account_name(account.customer, account.sequence) if account else ""
