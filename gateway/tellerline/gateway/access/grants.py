"""Grants: issued once as a token, kept as a hash, checked against everything they are bound to."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from tellerline.adapters.clock import Clock, Randomness
from tellerline.gateway.journal.port import Grants
from tellerline.gateway.journal.records import Grant
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.ports import IssuedGrant, Request
from tellerline.routing.model.codes import Code

_TOKEN_BYTES = 32


def token_hash(token: str) -> bytes:
    """SHA-256 of the token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()


class LoginEndedError(Exception):
    """The login that a grant is for has ended, here or in another process."""


class ProofEndedError(Exception):
    """The PIN was changed, here or in another process, while it was compared."""


@dataclass(frozen=True, slots=True)
class GrantIssuer:
    """Makes tokens. ``randomness`` must be fit for secrets outside tests."""

    grants: Grants
    clock: Clock
    randomness: Randomness

    async def issue(
        self,
        request: Request,
        *,
        accounts: tuple[str, ...],
        operations: tuple[str, ...],
        seconds: int,
        why: str = "pin_verified",
        login: str = "",
        proved: int | None = None,
    ) -> IssuedGrant:
        """A grant for ``request``'s customer on its channel, and on its call and terminal and to its agent where it
        names them. ``why`` stands in the trail, with who asked. ``proved`` as in ``journal.port.Grants``.

        Raises ``LoginEndedError`` for a ``login`` that has, ``ProofEndedError`` for proofs that have ended since.
        """
        token = base64.urlsafe_b64encode(self.randomness.bytes(_TOKEN_BYTES)).rstrip(b"=").decode()
        issued_at = self.clock.now()
        expires_at = issued_at + timedelta(seconds=seconds)
        issued = await self.grants.issue(
            Grant(
                token_hash=token_hash(token),
                customer=request.customer,
                accounts=accounts,
                operations=operations,
                channel=request.channel,
                call=request.call,
                agent=request.agent,
                issued_at=issued_at,
                expires_at=expires_at,
                terminal=request.terminal,
                login=login,
            ),
            who=who_asks(request),
            why=why,
            proved=proved,
        )
        if not issued:
            raise LoginEndedError if login else ProofEndedError
        return IssuedGrant(token=token, expires_at=expires_at)


def who_asks(request: Request) -> str:
    """As the trail names him: the agent, else the terminal, else the channel."""
    return request.agent or request.terminal or request.channel


def check_grant(
    grant: Grant | None,
    request: Request,
    *,
    operation: str,
    account: str,
    whole: bool = False,
    now: datetime,
    accepts_grants_of: tuple[str, ...],
) -> None:
    """Return if ``grant`` covers the request.

    Raises ``GRANT_EXPIRED`` for one that is over, revoked or was never issued (the same answer, so that guessing
    teaches nothing), ``GRANT_NOT_SUFFICIENT`` for one that was given for something else.
    """
    if grant is None or grant.expires_at <= now:
        raise RefusalError(Code.GRANT_EXPIRED)
    same_channel = grant.channel == request.channel
    handed_over = grant.channel in accepts_grants_of and grant.call != "" and grant.call == request.call
    if (
        grant.customer != request.customer
        or not (same_channel or handed_over)
        or (grant.call and grant.call != request.call)
        or (grant.agent and grant.agent != request.agent)
        or (same_channel and grant.terminal and grant.terminal != request.terminal)
        or (grant.accounts and (whole or (account and account not in grant.accounts)))
        or (grant.operations and operation not in grant.operations)
    ):
        raise RefusalError(Code.GRANT_NOT_SUFFICIENT)
