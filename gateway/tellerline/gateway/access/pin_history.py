"""Proofs by PIN as they stand in a customer's history."""

from __future__ import annotations

from tellerline.adapters.clock import Clock
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.errors.catalogue import describe
from tellerline.gateway.journal.customer_port import Interactions
from tellerline.gateway.journal.customer_records import Change, Interaction, InteractionKind
from tellerline.gateway.journal.port import Grants
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.names import UNSIGNED
from tellerline.gateway.services.ports import IssuedGrant, PinDesk, Request
from tellerline.routing.model.codes import Code


class PinHistory:
    """A ``PinDesk`` that keeps what came of each comparison: verified, refused, unknown, and locked by it.

    What was refused without a comparison is not kept, so that nobody fills the history of a locked customer.
    """

    def __init__(self, desk: PinDesk, grants: Grants, interactions: Interactions, clock: Clock) -> None:
        self._desk = desk
        self._grants = grants
        self._interactions = interactions
        self._clock = clock

    async def verify(
        self, request: Request, call: CallContext, *, accounts: tuple[str, ...] = (), operations: tuple[str, ...] = ()
    ) -> IssuedGrant:
        """See ``services.ports.PinDesk``."""
        try:
            grant = await self._desk.verify(request, call, accounts=accounts, operations=operations)
        except RefusalError as refusal:
            await self._tell_refused(request, refusal.code)
            raise
        await self._tell(request, "pin_verified")
        return grant

    async def _tell_refused(self, request: Request, code: Code) -> None:
        if code is not Code.PIN_INVALID:
            if not describe(code).definite:
                await self._tell(request, "pin_unknown", code)
            return
        tries = await self._grants.pin_tries(request.customer)
        await self._tell(request, "pin_refused", code, (Change("failure_count", "", str(tries.failures)),))
        if tries.locked_until is not None and tries.locked_until > self._clock.now():
            until = tries.locked_until.isoformat(timespec="seconds")
            await self._tell(request, "pin_locked", None, (Change("lock_expire_time", "", until),))

    async def _tell(
        self, request: Request, event: str, code: Code | None = None, changes: tuple[Change, ...] = ()
    ) -> None:
        if not request.customer or request.customer.startswith(UNSIGNED):
            return
        customer, _, representative = request.customer.partition(".")
        await self._interactions.tell(
            Interaction(
                customer=customer,
                at=self._clock.now(),
                kind=InteractionKind.PIN,
                channel=request.channel,
                event=event,
                reference=request.channel_serial,
                code=code,
                call=request.call,
                agent=request.agent,
                representative=representative,
                changes=changes,
            )
        )
