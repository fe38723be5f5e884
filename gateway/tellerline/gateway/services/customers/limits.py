"""The transfer limits of ``CustomerService``: seen, and changed up to the bank's ceilings."""

from __future__ import annotations

from datetime import datetime

from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.customer_port import TellLimits
from tellerline.gateway.journal.customer_records import Interaction, InteractionKind
from tellerline.gateway.journal.records import Limits, RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.accounts_of import AccountDirectory
from tellerline.gateway.services.customers import convert
from tellerline.gateway.services.customers.telling import changed, reason_of, told
from tellerline.gateway.services.names import segments
from tellerline.gateway.services.parts import Parts
from tellerline.gateway.services.ports import Request
from tellerline.gateway.services.requests import request_from
from tellerline.routing.model.codes import Code
from tellerline.routing.model.money import Money

_PATTERN = "customers/*/accounts/*/limits"


class LimitHandlers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._registry = parts.registry
        self._directory = AccountDirectory(parts.registry, parts.admission)

    async def get_limits(self, request: pb.GetLimitsRequest, call: CallContext) -> pb.Limits:
        operation = "customers.GetLimits"
        parts = segments(request.name, _PATTERN, "name")
        account = await self._directory.find(request.context, parts, "name", operation, call)
        asking = request_from(request.context, customer=account.customer)
        await self._parts.admission.admit(operation, asking, call, account=account.account)
        current = await self._registry.find_account(account.account)
        if current is None:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return await self._standing(current, current.limits)

    async def update_limits(self, request: pb.UpdateLimitsRequest, call: CallContext) -> pb.Limits:
        operation = "customers.UpdateLimits"
        parts = segments(request.limits.name, _PATTERN, "limits.name")
        account = await self._directory.find(request.context, parts, "limits.name", operation, call)
        asking = request_from(request.context, customer=account.customer)
        await self._parts.admission.admit(operation, asking, call, account=account.account)
        change, reason = convert.change_from_proto(request, account), reason_of(request.reason)
        self._parts.limits.check_update(change)
        tell = _limits_told(asking, account, reason, self._parts.clock.now())
        limits = await self._registry.update_limits(account.account, change, tell)
        if limits is None:
            raise RefusalError(Code.ACCOUNT_NOT_FOUND)
        return await self._standing(account, limits)

    async def _standing(self, account: RegisteredAccount, limits: Limits) -> pb.Limits:
        rules = self._parts.limits
        usage = await self._parts.journal.limit_usage(account.account, rules.day(self._parts.clock.now()))
        return convert.limits_to_proto(limits, account, ceiling=rules.ceiling, usage=usage)


def _limits_told(asking: Request, account: RegisteredAccount, reason: str, at: datetime) -> TellLimits:
    def tell(before: Limits, after: Limits) -> Interaction:
        def amounts(name: str) -> tuple[str, str]:
            minor = getattr(before, name), getattr(after, name)
            old, new = (str(Money(each, account.currency)) for each in minor)
            return old, new

        changes = changed(
            single_amount=amounts("single"), daily_amount=amounts("daily"), daily_count=(before.count, after.count)
        )
        return told(
            asking,
            at,
            account.customer,
            InteractionKind.LIMITS,
            "limits_changed",
            sequence=account.sequence,
            changes=changes,
            reason=reason,
        )

    return tell
