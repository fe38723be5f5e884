"""Transfers from the card's account, and its PIN changed."""

from __future__ import annotations

from tellerline.api.customers.v1 import customers_pb2
from tellerline.api.transfers.v1 import transfers_pb2
from tellerline.gateway.channels.iso8583.codec.tags import NEW_PIN_BLOCK
from tellerline.gateway.channels.iso8583.work.asking import Asking, Reply
from tellerline.gateway.channels.iso8583.work.cards import CardDesk, block_of
from tellerline.gateway.channels.iso8583.work.platform import Platform
from tellerline.gateway.channels.iso8583.work.proofs import Cards, Proof
from tellerline.gateway.channels.iso8583.work.settled import reply_of
from tellerline.gateway.services.names import account_name
from tellerline.gateway.services.values import money_to_proto
from tellerline.routing.model.money import Money


class AccountWork:
    """Both are asked again, under the same serial, by a terminal that got no answer."""

    def __init__(self, *, platform: Platform, cards: CardDesk, registry: Cards) -> None:
        self._platform = platform
        self._cards = cards
        self._registry = registry

    async def transfer(self, asking: Asking) -> Reply:
        amount, payee = asking.amount, asking.payee
        return await self._cards.proven(asking, lambda proof: self._transfer(asking, proof, amount, payee))

    async def _transfer(self, asking: Asking, proof: Proof, amount: Money, payee: str) -> Reply:
        account = proof.account
        transfer = transfers_pb2.Transfer(
            debit_account=account_name(account.customer, account.sequence), amount=money_to_proto(amount)
        )
        own = await self._registry.find_account(payee)
        if own is not None and own.customer == account.customer:
            transfer.own_account = account_name(own.customer, own.sequence)
        else:
            transfer.registered_payee.account_number = payee
        request = transfers_pb2.CreateTransferRequest(
            context=asking.context(customer=account.customer, grant=proof.token), transfer=transfer
        )
        done = await self._platform.ask(
            "transfers.v1.TransferService/CreateTransfer", request, transfers_pb2.Transfer, asking.call
        )
        return reply_of(done.transaction, asking.dialect.version)

    async def change_pin(self, asking: Asking) -> Reply:
        """The old PIN is the proof, and is compared once: a repeat finds what has become of the change."""
        account = await self._cards.card(asking)
        new_block = block_of(asking.tags.get(NEW_PIN_BLOCK, ""))
        old = await self._cards.old_pin(asking, account)
        new = await self._cards.pin(asking, new_block, account)
        await self._cards.forget(asking)
        request = customers_pb2.ChangePinRequest(
            context=asking.context(customer=account.customer),
            name=account_name(account.customer, account.sequence),
            old_pin=old,
            new_pin=new,
        )
        done = await self._platform.ask(
            "customers.v1.CustomerService/ChangePin", request, customers_pb2.PinChange, asking.call
        )
        return reply_of(done.transaction, asking.dialect.version)
