"""Cards and their PINs: whose a card is, and the proof that he stands before the machine."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, TypeVar

from tellerline.adapters.clock import Clock, Randomness
from tellerline.api.common.v1.context_pb2 import CHANNEL_ATM, RequestContext
from tellerline.api.customers.v1 import customers_pb2 as pb
from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.inside import run_inside
from tellerline.gateway.channels.grpc.supervision import run_unary
from tellerline.gateway.channels.iso8583.answer_codes import BAD_CARD, BAD_FORMAT, NO_KEYS, NO_MODULE, WRONG_PIN
from tellerline.gateway.channels.iso8583.codec.tags import PIN_BLOCK
from tellerline.gateway.channels.iso8583.hsm.port import Hsm, HsmError, PinBlockError
from tellerline.gateway.channels.iso8583.problems import AnsweredError
from tellerline.gateway.channels.iso8583.session import Session
from tellerline.gateway.channels.iso8583.work.asking import PROOF, Asking
from tellerline.gateway.channels.iso8583.work.platform import Platform, Runner
from tellerline.gateway.channels.iso8583.work.proofs import Cards, Proof
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.journal.records import RegisteredAccount
from tellerline.gateway.refusal import RefusalError
from tellerline.gateway.services.names import account_name, customer_name
from tellerline.routing.model.accounts import AccountKind
from tellerline.routing.model.codes import Code

DoneT = TypeVar("DoneT")

_COVERED: Final = (
    "accounts.GetBalance",
    "accounts.ListStatementEntries",
    "cash.WithdrawCash",
    "transfers.CreateTransfer",
)
_MARGIN: Final = timedelta(seconds=5)
"""How long before its end a grant is not relied on any more."""


class CardDesk:
    """Turns card and PIN block into a grant, asking the host for each PIN that it has not just said yes to."""

    def __init__(self, *, platform: Platform, registry: Cards, hsm: Hsm, clock: Clock, randomness: Randomness) -> None:
        self._platform = platform
        self._registry = registry
        self._hsm = hsm
        self._clock = clock
        self._key = randomness.bytes(32)

    async def card(self, asking: Asking) -> RegisteredAccount:
        """The registered account whose number is the card's. Raises ``AnsweredError``."""
        pan, proof = asking.pan, asking.session.proof
        if proof is not None and proof.account.account == pan:
            return proof.account
        account = await self._registry.find_account(pan)
        if account is None or account.kind != AccountKind.CARD:
            raise AnsweredError(BAD_CARD, "not_registered")
        return account

    async def proven(self, asking: Asking, work: Callable[[Proof], Awaitable[DoneT]]) -> DoneT:
        """What ``work`` returns with proof for the request's card by the request's PIN.

        The proof is kept in its session until another card comes. One that is over before its time, as after a change
        of the PIN at another machine, has let nothing through: it is forgotten, the request's PIN is compared instead,
        and ``work`` begins anew. A request pays for one try at most. Raises ``AnsweredError``, what ``work`` raises, or
        ``RefusalError`` for a PIN that is wrong, or cannot be compared.
        """
        proof, compared = await self._proof(asking)
        try:
            return await self._used(asking.session, proof, work)
        except RefusalError as refusal:
            if refusal.code is not Code.GRANT_EXPIRED or compared:
                raise
        proof, _ = await self._proof(asking)
        return await self._used(asking.session, proof, work)

    async def _used(self, session: Session, proof: Proof, work: Callable[[Proof], Awaitable[DoneT]]) -> DoneT:
        try:
            return await work(proof)
        except RefusalError as refusal:
            if refusal.code is Code.GRANT_EXPIRED and session.proof is proof:
                session.proof = None
            raise

    async def _proof(self, asking: Asking) -> tuple[Proof, bool]:
        """And whether the request's PIN has been compared for it: it is not where the last one was the same."""
        account = await self.card(asking)
        pin = await self.pin(asking, self._block(asking), account)
        fingerprint = blake2b(f"{account.account}:{pin}".encode(), key=self._key).digest()
        session = asking.session
        if not session.proving.locked() and (held := self._held(session, fingerprint)) is not None:
            return held, False
        async with session.proving:
            held = self._held(session, fingerprint)
            if held is not None:
                return held, False
            await self.forget(asking)
            session.proof = proof = await self._won(asking, account, pin, fingerprint)
            return proof, True

    async def pin(self, asking: Asking, block: bytes, account: RegisteredAccount) -> str:
        """The PIN in ``block``, which must have been made for this card. Raises ``AnsweredError``.

        One that does not open is no try of the card's PIN, of which the block says nothing, but counts against the
        session: its keys are good for a few of them.
        """
        session = asking.session
        async with session.opening:
            if session.keys is None or not session.opens_pins:
                raise AnsweredError(NO_KEYS, "no_keys")
            try:
                return await self._hsm.clear_pin(session.keys.pin, block, account.account)
            except PinBlockError:
                session.unopened += 1
                raise AnsweredError(WRONG_PIN, "pin_block") from None
            except HsmError:
                raise AnsweredError(NO_MODULE, "hsm") from None

    async def old_pin(self, asking: Asking, account: RegisteredAccount) -> str:
        """The PIN of the request itself, not yet compared with anything."""
        return await self.pin(asking, self._block(asking), account)

    async def forget(self, asking: Asking) -> None:
        """End the session's grant: another card has come, or another PIN."""
        held, asking.session.proof = asking.session.proof, None
        if held is not None:
            await self._revoke(held, asking.context(suffix=PROOF), asking.call)

    async def leave(self, session: Session, call: CallContext) -> None:
        """End the grant of a session that ends."""
        held, session.proof = session.proof, None
        if held is not None and session.terminal is not None:
            serial = f"{session.terminal.id}-{self._clock.now():%y%m%dT%H%M%S}-end"
            context = RequestContext(channel=CHANNEL_ATM, channel_serial=serial, terminal=session.terminal.id)
            await self._revoke(held, context, call, run_unary)

    async def _revoke(self, held: Proof, context: RequestContext, call: CallContext, run: Runner = run_inside) -> None:
        """A grant that cannot be revoked ends by itself soon."""
        method, request = "customers.v1.CustomerService/RevokeGrant", pb.RevokeGrantRequest(context=context)
        request.token = held.token
        with suppress(RefusalError, StoreUnavailableError):
            await self._platform.ask(method, request, pb.RevokeGrantResponse, call, run=run)

    def _held(self, session: Session, fingerprint: bytes) -> Proof | None:
        proof = session.proof
        if proof is None or not hmac.compare_digest(proof.fingerprint, fingerprint):
            return None
        return proof if self._clock.now() < proof.good_until else None

    async def _won(self, asking: Asking, account: RegisteredAccount, pin: str, fingerprint: bytes) -> Proof:
        request = pb.VerifyPinRequest(
            context=asking.context(customer=account.customer, suffix=PROOF),
            customer=customer_name(account.customer),
            account=account_name(account.customer, account.sequence),
            pin=pin,
            operations=_COVERED,
        )
        grant = await self._platform.ask("customers.v1.CustomerService/VerifyPin", request, pb.Grant, asking.call)
        good_until = datetime.fromtimestamp(grant.expire_time.seconds, UTC) - _MARGIN
        return Proof(account=account, fingerprint=fingerprint, token=grant.token, good_until=good_until)

    def _block(self, asking: Asking) -> bytes:
        return block_of(asking.tags.get(PIN_BLOCK) or asking.message.get(52))


def block_of(text: str) -> bytes:
    """The bytes of a PIN block in hexadecimal digits. Raises ``AnsweredError``."""
    try:
        block = bytes.fromhex(text)
    except ValueError:
        block = b""
    if not block:
        raise AnsweredError(BAD_FORMAT, "pin_block")
    return block
