"""Operations of a flow, asked of the bank for one telephone call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money

from tellerline.api.accounts.v1.accounts_pb2 import Account, AccountKind, ReportLossResponse
from tellerline.api.common.v1.transaction_pb2 import TransactionInfo, TransactionState
from tellerline.api.transfers.v1.transfers_pb2 import Transfer
from tellerline.callcenter.gateway_client import Asker, GatewayClient
from tellerline.callcenter.gateway_errors import GatewayError, read_status
from tellerline.callcenter.ivr.actions import Call
from tellerline.callcenter.ivr.inputs import Done, Outcome, Refused, Unknown
from tellerline.callcenter.ivr.operations import OPERATIONS
from tellerline.callcenter.pin_seal import PinSeals
from tellerline.callcenter.proof import Proof

_ACCEPTED = frozenset({TransactionState.TRANSACTION_STATE_DONE, TransactionState.TRANSACTION_STATE_QUEUED})
_OTHER_KEY = "not_for_us"
_NANOS = 10**9


class SelfService:
    """Answers a flow's calls. The grant that a PIN earned is kept here, in no state and no action. Whoever loses this
    object, such as by a crash, answers the call that was on its way as unknown, and lets the customer type his PIN
    again: without a grant everything else is refused here, as the gateway would.

    ``seals`` hears when a block was not sealed for the gateway's key of today. ``zone`` is the one in which dates and
    times are told.
    """

    def __init__(
        self,
        gateway: GatewayClient,
        call: str,
        *,
        customer: str = "",
        language: str = "zh",
        zone: str = "Asia/Shanghai",
        seals: PinSeals | None = None,
    ) -> None:
        self._seals = seals
        self._gateway = gateway
        self._asker = Asker(call=call, step="", customer=_customer(customer), language=language)
        self._zone = ZoneInfo(zone)
        self._endings = 0
        self.proved = ""
        """``customers/…`` who has proved in this call who he is, whether or not his grant lives."""

    @property
    def proof(self) -> Proof | None:
        """What the caller's PIN has earned; None without a grant."""
        return Proof(self._asker.customer, self._asker.grant) if self._asker.grant else None

    def forget_proof(self) -> None:
        """The grant has ended, also one that is being earned just now."""
        self._endings += 1
        self._asker = replace(self._asker, grant="")

    async def perform(self, call: Call) -> Outcome:
        """What has become of it, and never a guess. The same call again is the same transaction."""
        if not self._asker.grant and not OPERATIONS[call.operation].secret:
            return Refused("GRANT_MISSING")
        operation: Callable[[Asker, Call], Awaitable[Outcome]] = getattr(self, f"_{call.operation}")
        try:
            return await operation(replace(self._asker, step=str(call.step)), call)
        except GatewayError as error:
            if self._seals is not None and _OTHER_KEY in error.violations.values():
                self._seals.renew()
            return _outcome(error)

    async def hung_up(self) -> None:
        """End the caller's grant. Raises ``GatewayError``; it may be repeated."""
        self._asker = replace(self._asker, grant="")
        await self._gateway.revoke_grants(replace(self._asker, step="end"))

    async def _verify_pin(self, asker: Asker, call: Call) -> Outcome:
        customer = _customer(call.fields["customer"])
        account = call.fields.get("account", "")
        name = f"{customer}/accounts/{account}" if account else ""
        asker = replace(asker, customer=customer, grant="")
        endings = self._endings
        grant = await self._gateway.verify_pin(asker, customer, call.sealed.decode(), name)
        if endings != self._endings:
            await self._gateway.revoke_grants(replace(asker, step=f"{asker.step}-late"))
            return Refused("GRANT_EXPIRED")
        self._asker = replace(self._asker, customer=customer, grant=grant.token)
        self.proved = customer
        return Done({"customer": customer, "verified": "yes"})

    async def _list_accounts(self, asker: Asker, call: Call) -> Outcome:
        accounts = await self._gateway.accounts(asker)
        first = _account(accounts[0]) if accounts else {}
        return Done({"accounts": str(len(accounts)), **first})

    async def _find_account(self, asker: Asker, call: Call) -> Outcome:
        return await self._find(asker, call.fields["account"])

    async def _find_own_account(self, asker: Asker, call: Call) -> Outcome:
        found = await self._find(asker, call.fields["own_account"])
        if isinstance(found, Done):
            return Done({"own_account": found.results["account"], "own_masked": found.results["masked"]})
        return found

    async def _find(self, asker: Asker, sequence: str) -> Outcome:
        wanted = self._name(sequence.lstrip("0"))
        found = next((each for each in await self._gateway.accounts(asker) if each.name == wanted), None)
        return Refused("ACCOUNT_NOT_FOUND") if found is None else Done(_account(found))

    async def _get_balance(self, asker: Asker, call: Call) -> Outcome:
        balance = await self._gateway.balance(asker, self._name(call.fields["account"]))
        return Done(
            {
                "available": _money(balance.available_amount),
                "ledger": _money(balance.ledger_amount),
                "last_known": "yes" if balance.last_known else "no",
                "read_time": self._time(balance.read_time),
            }
        )

    async def _report_loss(self, asker: Asker, call: Call) -> Outcome:
        return self._reported(await self._gateway.report_loss(asker, self._name(call.fields["account"])))

    async def _report_loss_unsigned(self, asker: Asker, call: Call) -> Outcome:
        asker = replace(asker, customer="", grant="")
        fields = call.fields
        reply = await self._gateway.report_loss_unsigned(
            asker, fields["account_number"], fields["kind"], call.sealed.decode()
        )
        return self._reported(reply)

    def _reported(self, reply: ReportLossResponse) -> Outcome:
        info = reply.transaction
        if info.state not in _ACCEPTED:
            return _undone(info)
        queued = info.state == TransactionState.TRANSACTION_STATE_QUEUED
        report = reply.loss_report
        return Done(
            {
                "masked": reply.masked_number,
                "report_number": report.report_number,
                "lapse_date": self._time(report.lapse_time)[:10] if report.HasField("lapse_time") else "",
                "report_state": "QUEUED" if queued else "IN_FORCE",
            }
        )

    async def _create_transfer(self, asker: Asker, call: Call) -> Outcome:
        account, amount = self._name(call.fields["account"]), _amount(call.fields["amount"])
        own = call.fields.get("own_account", "")
        if own:
            made = await self._gateway.transfer_to_own(asker, account, self._name(own), amount)
        else:
            made = await self._gateway.transfer_to_payee(asker, account, call.fields["payee_number"], amount)
        return _transferred(made)

    def _name(self, sequence: str) -> str:
        return f"{self._asker.customer}/accounts/{sequence}"

    def _time(self, at: Timestamp) -> str:
        return at.ToDatetime(tzinfo=ZoneInfo("UTC")).astimezone(self._zone).isoformat(timespec="seconds")


def _transferred(transfer: Transfer) -> Outcome:
    if transfer.transaction.state != TransactionState.TRANSACTION_STATE_DONE:
        return _undone(transfer.transaction)
    return Done({"balance_after": _money(transfer.balance_after_amount)})


def _undone(info: TransactionInfo) -> Outcome:
    """A definite state has an error that says why; any other is unknown, whatever the error says."""
    if not info.definite:
        return Unknown(info.ref.global_serial)
    return Refused(read_status(info.error).code or "REJECTED_BY_HOST")


def _outcome(error: GatewayError) -> Outcome:
    return Refused(error.code, _limits(error.figures)) if error.definite else Unknown()


def _limits(figures: Mapping[str, str]) -> dict[str, str]:
    """The limits that a refusal names, in words that a prompt can say; the gateway counts money in hundredths."""
    told = {}
    for name in ("single", "daily"):
        if figures.get(name, "").isdecimal():
            told[f"limit_{name}"] = f"{figures.get('currency', 'CNY')} {Decimal(figures[name]) / 100:.2f}"
    if "count" in figures:
        told["limit_count"] = figures["count"]
    return told


def _account(account: Account) -> dict[str, str]:
    return {
        "account": account.name.rpartition("/")[2],
        "masked": account.masked_number,
        "account_kind": AccountKind.Name(account.kind).removeprefix("ACCOUNT_KIND_"),
    }


def _customer(number: str) -> str:
    return number if not number or number.startswith("customers/") else f"customers/{number}"


def _money(money: Money) -> str:
    return f"{money.currency_code} {Decimal(money.units) + Decimal(money.nanos) / _NANOS:.2f}"


def _amount(text: str) -> Money:
    currency, _, amount = text.partition(" ")
    units, hundredths = divmod(int(Decimal(amount) * 100), 100)
    return Money(currency_code=currency, units=units, nanos=hundredths * (_NANOS // 100))
