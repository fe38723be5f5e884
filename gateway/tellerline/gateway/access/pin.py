"""Proof by PIN: every try is paid for before it is made."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Metrics
from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.access.grants import GrantIssuer
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.port import Grants
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.gateway.services.ports import IssuedGrant, Pipeline, Request
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRules:
    """``digits`` is the only length self-service takes; ``lock_after`` failures in a row lock for ``lock_seconds``."""

    digits: int = 6
    lock_after: int = 3
    lock_seconds: int = 24 * 3600


class PinVerification:
    """Asks the host, once, whether a PIN is right, and answers with a grant.

    The failure is written before the host is asked and cleared after it said yes: a crash, a lost reply or a
    thousand tries at the same moment win nobody an extra guess.
    """

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        access: AccessControl,
        grants: Grants,
        issuer: GrantIssuer,
        clock: Clock,
        metrics: Metrics,
        rules: PinRules,
    ) -> None:
        self._pipeline = pipeline
        self._access = access
        self._grants = grants
        self._issuer = issuer
        self._clock = clock
        self._metrics = metrics
        self._rules = rules

    async def verify(
        self, request: Request, call: CallContext, *, accounts: tuple[str, ...] = (), operations: tuple[str, ...] = ()
    ) -> IssuedGrant:
        """See ``services.ports.PinDesk``."""
        command, pin = request.command, _pin_of(request.command)
        await self._access.admit(
            command.operation, request, call, account=command.account_number, needs_grant=not command.public
        )
        seconds = self._access.policy(request.channel, call).grant_seconds
        try:
            await self._compare(request, call, pin)
        except RefusalError as refusal:
            self._metrics.pins(request.channel, refusal.code.value).inc()
            raise
        self._metrics.pins(request.channel, "DONE").inc()
        return await self._issuer.issue(request, accounts=accounts, operations=operations, seconds=seconds)

    async def _compare(self, request: Request, call: CallContext, pin: str) -> None:
        self._check_shape(pin)
        await self._consume_try(request.customer)
        await self._pipeline.run(request, call)
        await self._grants.pin_succeeded(request.customer)

    def _check_shape(self, pin: str) -> None:
        if len(pin) < self._rules.digits:
            raise RefusalError(Code.PIN_TOO_SHORT)
        if len(pin) > self._rules.digits or not (pin.isascii() and pin.isdigit()):
            raise RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation("pin", "not_a_pin"),))

    async def _consume_try(self, customer: str) -> None:
        now = self._clock.now()
        before = await self._grants.pin_tries(customer)
        if before.locked_until is not None and before.locked_until > now:
            raise RefusalError(Code.PIN_LOCKED)
        counted = await self._grants.pin_failed(customer, now, self._rules.lock_after, self._rules.lock_seconds)
        within_row = counted.failures <= self._rules.lock_after
        first_after_lock = counted.failures == before.failures + 1
        if not (within_row or first_after_lock):
            raise RefusalError(Code.PIN_LOCKED)


def _pin_of(command: Command) -> str:
    """``TypeError`` for a command that is not about a PIN."""
    pin = getattr(command, "pin", None)
    if "pin" not in command.sensitive or not isinstance(pin, str):
        raise TypeError("a PIN is verified with a command that carries one")
    return pin
