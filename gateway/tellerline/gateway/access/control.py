"""The one question before anything else: may this caller do this for this customer?"""

from __future__ import annotations

from contextlib import suppress

from tellerline.adapters.clock import Clock
from tellerline.gateway.access.grants import check_grant, token_hash, who_asks
from tellerline.gateway.access.policy import CallerRights, ChannelDirectory, ChannelPolicy
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.journal.access_records import AccessEvent, AccessKind
from tellerline.gateway.journal.port import AccessTrail, Grants, StoreUnavailableError
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import Request
from tellerline.routing.model.codes import Code


class AccessControl:
    """Decides by the channel's policy and the customer's grant. Reads the store only when a grant is needed.

    What an agent is refused for want of a grant goes into the ``trail``.
    """

    def __init__(
        self, channels: ChannelDirectory, grants: Grants, clock: Clock, trail: AccessTrail | None = None
    ) -> None:
        self._trail = trail
        self._channels = channels
        self._grants = grants
        self._clock = clock

    async def admit(
        self,
        operation: str,
        request: Request,
        call: CallContext,
        *,
        account: str = "",
        needs_grant: bool = True,
        whole: bool = False,
    ) -> None:
        """See ``services.ports.Admission``."""
        rights = self._channels.rights(request.channel, call.peer)
        if rights.needs_grant(operation) and needs_grant:
            await self._check(rights, operation, request, account, whole=whole)

    async def verified(self, operation: str, request: Request, call: CallContext) -> bool:
        """See ``services.ports.Admission``."""
        rights = self._channels.rights(request.channel, call.peer)
        if not rights.needs_grant(operation) and not request.grant:
            return False
        await self._check(rights, operation, request, "", whole=False)
        return True

    async def _check(
        self, rights: CallerRights, operation: str, request: Request, account: str, *, whole: bool
    ) -> None:
        try:
            if not request.grant:
                raise RefusalError(Code.GRANT_MISSING)
            check_grant(
                await self._grants.grant(token_hash(request.grant)),
                request,
                operation=operation,
                account=account,
                whole=whole,
                now=self._clock.now(),
                accepts_grants_of=rights.policy.accepts_grants_of,
            )
        except RefusalError as refusal:
            await self._write_down(operation, request, refusal)
            raise

    async def _write_down(self, operation: str, request: Request, refusal: RefusalError) -> None:
        """An agent who reaches for a customer that is not on his line is no accident of a machine: it is kept."""
        if self._trail is None or not request.agent:
            return
        event = AccessEvent(
            at=self._clock.now(),
            kind=AccessKind.REFUSED,
            customer=request.customer,
            channel=request.channel,
            call=request.call,
            agent=request.agent,
            terminal=request.terminal,
            operations=(operation,),
            who=who_asks(request),
            why=refusal.code.value,
        )
        with suppress(StoreUnavailableError):
            await self._trail.add(event)

    def admit_channel(self, operation: str, channel: str, call: CallContext) -> None:
        """See ``services.ports.Admission``."""
        self._channels.rights(channel, call.peer).needs_grant(operation)

    def acting(self, channel: str, named: str, call: CallContext) -> str:
        """The person who acts, by the caller's certificate; without one, whoever is ``named``.

        Raises ``CHANNEL_UNKNOWN``, ``CHANNEL_NOT_ALLOWED`` or ``IDENTITY_MISMATCH``.
        """
        return self._channels.rights(channel, call.peer).acting(named)

    def policy(self, channel: str, call: CallContext) -> ChannelPolicy:
        """The channel's policy, once the peer is known to speak for it."""
        return self._channels.rights(channel, call.peer).policy
