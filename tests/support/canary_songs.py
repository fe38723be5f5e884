"""What carries canaries through each channel: numbers where they belong, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tellerline.simulators.atm.requests import Kind, Order
from tellerline.simulators.population import Person
from tellerline.simulators.population.people import PIN

WRONG_PINS = ("135791", "864209")
Call = tuple[str, dict[str, Any]]
HttpCall = tuple[str, str, dict[str, Any] | None]
"""Method, path with its query, and body."""


def phone_of(person: Person) -> str:
    return f"+86{person.mobile}"


def numbers(person: Person) -> tuple[str, ...]:
    return person.card, person.card[::-1], person.customer.identity_document, person.mobile


def yuan(units: int) -> dict[str, str]:
    return {"currency_code": "CNY", "units": str(units)}


def proof(person: Person, pin: str) -> dict[str, Any]:
    name = f"customers/{person.customer.number}"
    context = {"channel": "CHANNEL_IVR", "customer": name, "call": f"call-{person.card}", "terminal": person.card}
    return {"context": context, "customer": name, "account": f"{name}/accounts/1", "pin": pin}


def asked(person: Person, token: str) -> Iterator[Call]:
    """Over gRPC, numbers where they belong."""
    name = f"customers/{person.customer.number}"
    phone = {"channel": "CHANNEL_IVR", "customer": name, "grant": token, "call": f"call-{person.card}"}
    yield "accounts.v1.AccountService/GetBalance", {"name": f"{name}/accounts/1/balance", "context": phone}
    yield "accounts.v1.AccountService/GetBalance", {"name": f"{name}/accounts/1/balance"}
    payee = {"account_number": person.card[::-1], "bank_code": "OTHERBANK", "display_name": person.customer.name}
    transfer = {"debit_account": f"{name}/accounts/1", "other_bank_payee": payee, "amount": yuan(1)}
    narrative = f"卡 {person.card} 证件 {person.customer.identity_document} 电话 {person.mobile}"
    yield "transfers.v1.TransferService/CreateTransfer", {"transfer": transfer | {"narrative": narrative}}
    customer = {
        "display_name": person.customer.name,
        "identity_document": person.customer.identity_document,
        "mobile_number": phone_of(person),
    }
    yield "customers.v1.CustomerService/RegisterCustomer", {"customer": customer}
    known = {"name": name, "mobile_number": phone_of(person)}
    yield "customers.v1.CustomerService/UpdateCustomer", {"customer": known, "update_mask": "mobileNumber"}
    yield "customers.v1.CustomerService/FindCustomersByPhone", {"phone_number": person.mobile, "context": phone}
    yield "customers.v1.CustomerService/RegisterAccount", {"parent": name, "account_number": person.card}
    lost = {"account_number": person.card, "kind": "ACCOUNT_KIND_CARD", "pin": WRONG_PINS[0]}
    yield "accounts.v1.AccountService/ReportLoss", {"unsigned_account": lost, "context": {"channel": "CHANNEL_IVR"}}


def misplaced(person: Person) -> Iterator[Call]:
    """Over gRPC, numbers where they do not belong."""
    name, card, document = f"customers/{person.customer.number}", person.card, person.customer.identity_document
    balance = "accounts.v1.AccountService/GetBalance"
    yield balance, {"name": f"customers/{card}/accounts/{card}/balance"}
    yield balance, {"name": f"customers/{document}/accounts/1/balance"}
    yield balance, {"name": card}
    yield balance, {"name": f"{name}/accounts/1/balance", "context": {"channel_serial": card, "agent": document}}
    yield "transfers.v1.TransferService/GetTransfer", {"name": f"transfers/{card}"}
    yield "operations.v1.OperationsService/SearchTransactions", {"channel_serial": card, "host": card}
    yield "operations.v1.OperationsService/GetHostStatus", {"name": f"hosts/{card}/status"}
    yield "customers.v1.CustomerService/RevokeGrant", {"call": f"call-{card}"}


def over_http(person: Person) -> Iterator[HttpCall]:
    """Through online banking, in the right places and in wrong ones."""
    name, card, document = f"/v1/customers/{person.customer.number}", person.card, person.customer.identity_document
    amount = {"currencyCode": "CNY", "units": "1"}
    yield "GET", f"{name}/accounts", None
    yield "GET", f"{name}/accounts/1/balance", None
    yield "GET", f"{name}/accounts/{card}/balance", None
    yield "GET", f"/v1/customers/{document}/accounts?pageToken={card}&{person.mobile}={document}", None
    payee = {"accountNumber": card[::-1], "displayName": document}
    transfer = {"debitAccount": f"{name[4:]}/accounts/1", "registeredPayee": payee, "amount": amount}
    yield "POST", "/v1/transfers", transfer | {"narrative": f"{card} {document} {person.mobile}"}
    yield "POST", "/v1/transfers", transfer | {card: document, "amount": card}
    pins = {"oldPin": WRONG_PINS[0], "newPin": WRONG_PINS[1]}
    yield "POST", f"{name}/accounts/1:changePin", pins
    yield "POST", f"{name}/accounts/1:changePin", pins | {"pin": WRONG_PINS[0], card: PIN}


def at_a_machine(person: Person) -> Iterator[tuple[Order, str, dict[str, str]]]:
    """Orders without their PIN blocks, the PIN of each, and what else the message holds."""
    card = person.card
    track = {"f35": f"{card}=30122010000000000"}
    yield Order(kind=Kind.BALANCE, card=card, pin_block=b""), PIN, track
    yield Order(kind=Kind.STATEMENT, card=card, pin_block=b""), PIN, {"f42": card[:15]}
    yield Order(kind=Kind.WITHDRAWAL, card=card, amount=10_000, pin_block=b""), PIN, {}
    yield Order(kind=Kind.TRANSFER, card=card, amount=100, payee=card[::-1], pin_block=b""), PIN, {}
    yield Order(kind=Kind.BALANCE, card=card[::-1], pin_block=b""), PIN, {}
    yield Order(kind=Kind.BALANCE, card=card, pin_block=b""), WRONG_PINS[0], {}
