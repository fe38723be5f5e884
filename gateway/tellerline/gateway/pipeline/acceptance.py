"""A request as the row that is written before anything is sent."""

from __future__ import annotations

from datetime import datetime

from tellerline.gateway.journal.records import Acceptance
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.money import Money


def acceptance_of(
    request: Request,
    *,
    serial: str,
    host: str,
    limits: LimitRules,
    accepted_at: datetime,
    due_at: datetime,
    owner: str,
    canonical: bytes,
    digest: bytes,
    trace: str,
) -> Acceptance:
    """``canonical`` and ``digest`` are the command's JSON and its hash."""
    command = request.command
    amount = getattr(command, "amount", None)
    return Acceptance(
        global_serial=serial,
        channel=request.channel,
        channel_serial=request.channel_serial,
        payload_hash=digest,
        operation=command.operation,
        effect=command.effect,
        host=host,
        customer=request.customer,
        account=command.account_number,
        amount=amount if isinstance(amount, Money) else None,
        limited=command.limited,
        limit_day=limits.day(accepted_at),
        accepted_at=accepted_at,
        due_at=due_at,
        owner=owner,
        command=canonical,
        agent=request.agent,
        call=request.call,
        terminal=request.terminal,
        branch=request.branch,
        trace=trace,
    )
