"""The unsigned caller 非签约客户: number and PIN prove just enough for one loss report."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from tellerline.api.common.v1.context_pb2 import RequestContext
from tellerline.gateway.access.grants import token_hash, who_asks
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.port import Grants, Registry
from tellerline.gateway.services.names import UNSIGNED
from tellerline.gateway.services.ports import PinDesk, Pipeline, Settled
from tellerline.gateway.services.refusals import invalid
from tellerline.gateway.services.requests import request_from
from tellerline.routing.model.accounts import ReportLoss
from tellerline.routing.model.customers import VerifyPin

_NUMBER = re.compile(r"[0-9A-Za-z]{6,34}")


class UnsignedDesk:
    """Turns number and PIN into a grant for ``accounts.ReportLoss`` on this one account, used once and ended.

    The caller gives no customer number. Tries count for the customer under whom the account is registered, so that
    there is no second row of them to be had here; under a name derived from the account number where there is none.
    """

    def __init__(self, pins: PinDesk, grants: Grants, registry: Registry) -> None:
        self._pins = pins
        self._grants = grants
        self._registry = registry

    def checked_number(self, number: str) -> str:
        if not _NUMBER.fullmatch(number):
            raise invalid("unsigned_account.account_number", "malformed" if number else "missing")
        return number

    async def run(
        self, pipeline: Pipeline, context: RequestContext, command: ReportLoss, pin: str, call: CallContext
    ) -> Settled:
        if context.customer:
            raise invalid("context.customer", "not_unsigned")
        asking = replace(request_from(context, command, customer=await self._holder(command.account)), grant="")
        proof = replace(asking, command=VerifyPin(account=command.account, pin=pin))
        grant = await self._pins.verify(proof, call, accounts=(command.account,), operations=(command.operation,))
        try:
            return await pipeline.run(replace(asking, grant=grant.token), call)
        finally:
            await self._grants.revoke(token_hash=token_hash(grant.token), who=who_asks(asking), why="used_up")

    async def _holder(self, number: str) -> str:
        account = await self._registry.find_account(number)
        return account.customer if account else UNSIGNED + hashlib.sha256(number.encode()).hexdigest()[:24]
