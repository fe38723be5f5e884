"""Proof by PIN: every try is paid for before it is made."""

from __future__ import annotations

from dataclasses import dataclass

from tellerline.adapters.clock import Clock
from tellerline.adapters.telemetry import Metrics
from tellerline.gateway.access.control import AccessControl
from tellerline.gateway.access.grants import GrantIssuer, ProofEndedError
from tellerline.gateway.access.tries import TryRules, pay_for_try
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.port import Grants
from tellerline.gateway.refusal import FieldViolation, RefusalError
from tellerline.gateway.services.ports import IssuedGrant, Pipeline, Request
from tellerline.routing.model.codes import Code
from tellerline.routing.model.command import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRules:
    """``digits`` is the only length self-service takes; the rest as in ``TryRules``."""

    digits: int = 6
    lock_after: int = 3
    lock_seconds: int = 24 * 3600

    @property
    def tries(self) -> TryRules:
        return TryRules(lock_after=self.lock_after, lock_seconds=self.lock_seconds)


class PinVerification:
    """Asks the host, once, whether a PIN is right, and answers with a grant.

    The failure is written before the host is asked and cleared with the grant, after it said yes: a crash, a lost reply
    or a thousand tries at the same moment win nobody an extra guess. A PIN that is changed while it is compared wins
    nothing either.
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
            proved = await self._compare(request, call, pin)
            grant = await self._issuer.issue(
                request, accounts=accounts, operations=operations, seconds=seconds, proved=proved
            )
        except ProofEndedError:
            self._metrics.pins(request.channel, Code.PIN_INVALID.value).inc()
            raise RefusalError(Code.PIN_INVALID) from None
        except RefusalError as refusal:
            self._metrics.pins(request.channel, refusal.code.value).inc()
            raise
        self._metrics.pins(request.channel, "DONE").inc()
        return grant

    async def _compare(self, request: Request, call: CallContext, pin: str) -> int:
        """How often the customer's proofs had ended before."""
        self._check_shape(pin)
        paid = await pay_for_try(self._grants, self._clock, request.customer, self._rules.tries, Code.PIN_LOCKED)
        await self._pipeline.run(request, call)
        return paid.ended

    def _check_shape(self, pin: str) -> None:
        if len(pin) < self._rules.digits:
            raise RefusalError(Code.PIN_TOO_SHORT)
        if len(pin) > self._rules.digits or not (pin.isascii() and pin.isdigit()):
            raise RefusalError(Code.INVALID_REQUEST, violations=(FieldViolation("pin", "not_a_pin"),))


def _pin_of(command: Command) -> str:
    """``TypeError`` for a command that is not about a PIN."""
    pin = getattr(command, "pin", None)
    if "pin" not in command.sensitive or not isinstance(pin, str):
        raise TypeError("a PIN is verified with a command that carries one")
    return pin
