"""Conversion is exhaustive: every field of the model reaches the contract and every field of the contract is filled.

Nothing here names a field except the exemptions, each with its reason: a field added on either side fails at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from google.protobuf.message import Message

from tellerline.api.common.v1.transaction_pb2 import TransactionInfo, TransactionRef
from tellerline.api.transfers.v1.transfers_pb2 import Transfer
from tellerline.gateway.journal.customer_records import Contact, Interaction, PinReset, Representative
from tellerline.gateway.journal.records import Customer, Doubt, Event, Record, RegisteredAccount, Resolution, State
from tellerline.gateway.services.accounts import convert as accounts
from tellerline.gateway.services.billing import convert as billing
from tellerline.gateway.services.corporate import convert as corporate
from tellerline.gateway.services.counter.contacts import contact_to_proto
from tellerline.gateway.services.counter.resets import reset_to_proto
from tellerline.gateway.services.credit import convert as credit
from tellerline.gateway.services.customers import convert as customers
from tellerline.gateway.services.fx import convert as fx
from tellerline.gateway.services.interactions.convert import to_proto as interaction_to_proto
from tellerline.gateway.services.operations import convert as operations
from tellerline.gateway.services.operations.cases import resolution_to_proto
from tellerline.gateway.services.ports import HostFacts
from tellerline.gateway.services.representatives.handlers import representative_to_proto
from tellerline.gateway.services.securities import convert as securities
from tellerline.gateway.services.transactions import info_of_record
from tellerline.gateway.services.transfers import convert as transfers
from tellerline.routing.model import billing as billing_model
from tellerline.routing.model import corporate as corporate_model
from tellerline.routing.model import fx as fx_model
from tellerline.routing.model.accounts import Balance, LossReport, Statement, StatementEntry
from tellerline.routing.model.codes import Code
from tellerline.routing.model.credit import Instalment, Instalments, Loan, LoanRepaid
from tellerline.routing.model.money import Money
from tellerline.routing.model.securities import (
    AllotmentNumbers,
    FundsBalance,
    FundsTransferred,
    Holding,
    Order,
    PlaceOrder,
    Quote,
    Trade,
)
from tellerline.routing.model.transfers import CreateTransfer, TransferKind, Transferred

INFO = TransactionInfo(ref=TransactionRef(global_serial="G1"))
NAME = "customers/1/accounts/1"
_ISO_DATES = ("_date", "_on", "_day", "_until")
_ISO_INSTANTS = ("_at", "as_of")


@dataclasses.dataclass(frozen=True)
class Pairing:
    """A model type, its conversion, and what on either side has no counterpart of its own, and why."""

    model: type[Any]
    convert: Callable[[Any], Message]
    not_shown: frozenset[str] = frozenset()
    not_filled: frozenset[str] = frozenset()


class EveryName(dict[str, str]):
    """A resource name for every account number."""

    def __contains__(self, number: object) -> bool:
        return True

    def __missing__(self, number: str) -> str:
        return f"customers/1/accounts/{number}"


_CUSTOMERS = {"CARD": "PERSONAL", "PASSBOOK": "CORPORATE"}
_CONTACTS = {"CARD": "MOBILE", "PASSBOOK": "PHONE"}
PAIRINGS = [
    # The account's number stands behind its resource name.
    Pairing(
        Balance, lambda v: accounts.balance_to_proto(v, NAME + "/balance", last_known=True), frozenset({"account"})
    ),
    Pairing(
        Statement,
        lambda v: accounts.statement_to_proto(v, NAME),
        frozenset({"account", "more"}),  # more: the handler makes a page token of it
        frozenset({"next_page_token"}),
    ),
    Pairing(
        StatementEntry,
        lambda v: accounts.statement_to_proto(dataclasses.replace(filled(Statement), entries=(v,)), NAME),
        not_filled=frozenset({"next_page_token"}),
    ),
    Pairing(LossReport, lambda v: accounts.loss_report_to_proto(v, NAME), frozenset({"account"})),
    Pairing(Loan, lambda v: credit.loan_to_proto(v, NAME + "/loans/9"), frozenset({"loan", "account"})),
    Pairing(
        Instalments,
        lambda v: credit.instalments_to_proto(v, NAME + "/loans/9"),
        frozenset({"loan", "more"}),
        frozenset({"next_page_token"}),
    ),
    Pairing(
        Instalment,
        lambda v: credit.instalments_to_proto(dataclasses.replace(filled(Instalments), instalments=(v,)), NAME),
        not_filled=frozenset({"next_page_token"}),
    ),
    Pairing(LoanRepaid, lambda v: credit.repaid_to_proto(v, INFO, NAME + "/loans/9"), frozenset({"loan"})),
    Pairing(fx_model.FxRate, fx.rate_to_proto),
    Pairing(fx_model.FxRates, fx.rates_to_proto),
    Pairing(fx_model.FxQuote, lambda v: fx.quote_to_proto(v, NAME), frozenset({"account"})),
    Pairing(fx_model.FxDeal, lambda v: fx.deal_to_proto(v, NAME, str), frozenset({"account"})),
    Pairing(fx_model.FxOrder, lambda v: fx.order_to_proto(v, NAME, str), frozenset({"account"})),
    Pairing(
        RegisteredAccount,
        accounts.account_to_proto,
        frozenset({"host", "limits"}),  # host: not the channels' business; limits: a resource of their own
    ),
    Pairing(
        Customer,
        lambda v: customers.customer_to_proto(dataclasses.replace(v, kind=_CUSTOMERS[v.kind]), to_staff=True),
        frozenset(),
        frozenset({"identity_document", "mobile_number"}),  # never given back
    ),
    Pairing(
        Contact,
        lambda v: contact_to_proto(dataclasses.replace(v, kind=_CONTACTS[v.kind])),
        frozenset(),
        frozenset({"value"}),  # never given back
    ),
    Pairing(Representative, representative_to_proto, frozenset({"name"})),  # masked
    Pairing(PinReset, lambda v: reset_to_proto(v, INFO), frozenset({"created_at", "serial"})),
    Pairing(
        Interaction,
        lambda v: interaction_to_proto("1001", v, {"6": v.sequence}, verified=True),
        frozenset({"customer", "key"}),
        frozenset({"amount", "state"}),  # of transactions
    ),
    Pairing(
        Record,
        lambda v: operations.transaction_to_proto(v, english=True),
        frozenset({"payload_hash", "command", "outcome"}),  # inside; the handlers of each area decode them
        # from the history, from the cases, from a plan's legs, and of what is queued alone
        frozenset({"events", "resolutions", "plan", "legs", "info.send_time"}),
    ),
    Pairing(Event, operations.event_to_proto),
    Pairing(Doubt, operations.doubt_to_proto, not_filled=frozenset({"resolution"})),  # from the cases
    Pairing(Resolution, resolution_to_proto),
    Pairing(
        HostFacts, operations.host_to_proto, frozenset({"breaker"})
    ),  # a closed host is closed, whatever its breaker
    Pairing(
        HostFacts,
        lambda v: operations.host_to_proto(dataclasses.replace(v, closing="")),
        frozenset({"closing"}),
        frozenset({"closing"}),
    ),
    Pairing(Quote, securities.quote_to_proto),
    Pairing(Holding, lambda v: securities.holding_to_proto(v, NAME)),
    Pairing(
        FundsBalance,
        lambda v: securities.funds_to_proto(v, NAME, last_known=True),
        not_shown=frozenset({"account"}),  # in the name
    ),
    Pairing(Order, lambda v: securities.order_to_proto(v, NAME)),
    Pairing(Trade, lambda v: securities.trade_to_proto(v, NAME)),
    Pairing(AllotmentNumbers, lambda v: securities.allotment_to_proto(v, NAME)),
    Pairing(FundsTransferred, lambda v: securities.to_securities_to_proto(v, INFO)),
    Pairing(FundsTransferred, lambda v: securities.to_bank_to_proto(v, INFO)),
    Pairing(billing_model.Bill, billing.bill_to_proto),
    Pairing(billing_model.BillPaid, lambda v: billing.paid_to_proto(v, INFO, NAME)),
    Pairing(
        corporate_model.CompanyDescription,
        lambda v: corporate.company_to_proto(v, EveryName()),
        frozenset({"credit_code"}),  # never given back
    ),
    Pairing(
        corporate_model.CompanyAccount,
        lambda v: corporate.company_to_proto(
            dataclasses.replace(filled(corporate_model.CompanyDescription), accounts=(v,)), EveryName()
        ),
    ),
    Pairing(corporate_model.CompanyBalances, lambda v: corporate.balances_to_proto(v, EveryName())),
    Pairing(
        corporate_model.CompanyBalance,
        lambda v: corporate.balances_to_proto(
            dataclasses.replace(filled(corporate_model.CompanyBalances), balances=(v,)), EveryName()
        ),
    ),
    Pairing(corporate_model.Remittance, corporate.remittance_to_proto),
    Pairing(
        corporate_model.TransferOrder,
        lambda v: corporate.order_to_proto(v, NAME, INFO),
        frozenset({"account"}),  # in the name
    ),
    Pairing(corporate_model.Remitted, lambda v: corporate.remitted_to_proto(v, INFO)),
    Pairing(corporate_model.DraftIssued, lambda v: corporate.draft_to_proto(v, INFO)),
    Pairing(corporate_model.CompanyLoanRepaid, lambda v: corporate.repaid_to_proto(v, INFO, "DQ1")),
    Pairing(corporate_model.Payroll, lambda v: corporate.payroll_to_proto(v, NAME, INFO), frozenset({"account"})),
    Pairing(corporate_model.PayrollOutcome, corporate.outcome_to_proto),
    Pairing(
        corporate_model.PayrollLines,
        lambda v: corporate.payroll_lines_to_proto(v, NAME),
        frozenset({"more"}),
        frozenset({"next_page_token", "payroll.transaction"}),
    ),
    Pairing(corporate_model.PayrollRun, lambda v: corporate.run_to_proto(v, INFO, NAME), frozenset({"payroll"})),
]


_WORDS = {
    "document_kind": ("PASSPORT", "MILITARY_ID"),
    "segment": ("A", "B"),
    "kind": ("CARD", "PASSBOOK"),
    "tier": ("VIP", "GROUP"),
    "breaker": ("open", "half_open"),
    "channel": ("IVR", "ATM"),
    "currency": ("CNY", "EUR"),
}
_MAKERS: dict[Any, Callable[[int], Any]] = {
    int: lambda variant: 7 + variant,
    bool: lambda variant: variant == 0,
    bytes: lambda variant: b'{"word": "%d"}' % variant,
    Money: lambda variant: Money(12345 + variant, "CNY"),
    datetime: lambda variant: datetime(2026, 1, 1 + variant, tzinfo=UTC),
    State: lambda variant: (State.REJECTED, State.NOT_SENT)[variant],
    Code: lambda variant: (Code.INSUFFICIENT_FUNDS, Code.ACCOUNT_CLOSED)[variant],
}


def value_of(hint: Any, name: str, variant: int) -> Any:
    """A value of the type that is not its default, another one for each variant."""
    if hint is str:
        return _WORDS[name][variant] if name in _WORDS else _text(name, variant)
    if hint in _MAKERS:
        return _MAKERS[hint](variant)
    if get_origin(hint) is tuple:
        return (value_of(get_args(hint)[0], "", variant),)
    if type(None) in get_args(hint):
        return value_of(get_args(hint)[0], "", variant)
    return list(hint)[variant] if issubclass(hint, Enum) else filled(hint, variant)


def _text(name: str, variant: int) -> str:
    if name.endswith(_ISO_INSTANTS):
        return f"2026-01-0{variant + 1}T09:00:00+08:00"
    if name.endswith(_ISO_DATES):
        return f"2026-01-0{variant + 1}"
    return f"62220202000012345{variant}7"


def filled(model: type[Any], variant: int = 0) -> Any:
    hints = get_type_hints(model)
    return model(**{f.name: value_of(hints[f.name], f.name, variant) for f in dataclasses.fields(model)})


def unset(message: Message, path: str = "") -> Iterator[str]:
    """Our own messages' fields that hold nothing, a oneof counting as one."""
    present = {field.name for field, _ in message.ListFields()}
    for field in message.DESCRIPTOR.fields:
        if field.name in present:
            value = getattr(message, field.name)
            items = list(value) if field.is_repeated else [value]
            for item in items:
                if isinstance(item, Message) and item.DESCRIPTOR.full_name.startswith("tellerline."):
                    yield from unset(item, f"{path}{field.name}.")
        elif field.containing_oneof is None:
            yield f"{path}{field.name}"


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda pairing: pairing.model.__name__)
def test_every_field_of_the_contract_is_filled(pairing: Pairing) -> None:
    message = pairing.convert(filled(pairing.model))
    holes = {hole for hole in unset(message) if not hole.startswith("transaction.")}
    assert holes == pairing.not_filled


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda pairing: pairing.model.__name__)
def test_every_field_of_the_model_shows(pairing: Pairing) -> None:
    base, hints = filled(pairing.model), get_type_hints(pairing.model)
    usual = pairing.convert(base)
    hidden = {
        field.name
        for field in dataclasses.fields(pairing.model)
        if pairing.convert(dataclasses.replace(base, **{field.name: value_of(hints[field.name], field.name, 1)}))
        == usual
    }
    assert hidden == pairing.not_shown


def test_a_transactions_info_is_whole() -> None:
    assert set(unset(info_of_record(filled(Record), english=False))) == {"send_time"}
    waiting = dataclasses.replace(filled(Record), state=State.QUEUED, code=None)
    assert set(unset(info_of_record(waiting, english=False))) == {"definite", "settle_time", "error"}


@pytest.mark.parametrize("kind", list(TransferKind))
def test_a_transfer_survives_the_way_there_and_back(kind: TransferKind) -> None:
    own = kind is TransferKind.OWN_ACCOUNTS
    command = dataclasses.replace(
        filled(CreateTransfer),
        kind=kind,
        credit_account="6222020200007654321",
        credit_bank="102100099996" if kind is TransferKind.OTHER_BANK else "",
        credit_name="" if own else "李雷",
    )
    result = filled(Transferred)
    message = transfers.transfer_to_proto(command, result, INFO, debit_name=NAME, own_name="customers/1/accounts/2")
    assert {hole for hole in unset(message) if not hole.startswith("transaction.")} == set()
    assert transfers.transfer_command(message, command.debit_account, command.credit_account) == command


def test_an_order_survives_the_way_there_and_back() -> None:
    command = dataclasses.replace(filled(PlaceOrder), security="600951")
    order = dataclasses.replace(
        filled(Order), **{name: getattr(command, name) for name in ("security", "side", "price", "quantity")}
    )
    assert securities.order_command(securities.order_to_proto(order, NAME), command.account) == command


def test_every_destination_of_the_contract_has_a_kind() -> None:
    oneof = Transfer.DESCRIPTOR.oneofs_by_name["destination"]
    assert {field.name for field in oneof.fields} == set(transfers.DESTINATIONS)
    assert set(transfers.DESTINATIONS.values()) == set(TransferKind)
