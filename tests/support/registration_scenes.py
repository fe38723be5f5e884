"""What the counter does with customers, walked through once: every method of registration answers."""

from __future__ import annotations

from typing import Any

from tellerline.simulators.corporate.population import credit_code

_COUNTER = "customers.v1.CounterService"
_INTERACTIONS = "customers.v1.InteractionService"
_CUSTOMERS = "customers.v1.CustomerService"
_REPRESENTATIVES = "customers.v1.RepresentativeService"
_PIN, _RESET_PIN, _OWN_PIN = "246810", "915264", "736152"


async def counter(walk: Any) -> None:
    """A customer is found, proved by his document, reached, sorted; an account of his is taken away."""
    account = walk.account("CNY", 6)
    customer = account.partition("/accounts")[0]
    document = walk.person(6).customer.identity_document
    found = await walk.call(f"{_COUNTER}/ListCustomers", identity_document=document)
    assert [each["customer"] for each in found["customers"]] == [customer]
    seen = await walk.call(f"{_COUNTER}/VerifyIdentityDocument", customer=customer, identity_document=document)
    assert seen["token"]
    phone = {"name": f"{customer}/contacts/phone", "value": "010-55550001"}
    assert (await walk.call(f"{_COUNTER}/SetContact", contact=phone))["state"] == "STATE_UNVERIFIED"
    proved = await walk.call(f"{_COUNTER}/VerifyContact", name=phone["name"], method="回拨")
    assert proved["state"] == "STATE_VERIFIED"
    contacts = (await walk.call(f"{_COUNTER}/ListContacts", parent=customer))["contacts"]
    assert [each["state"] for each in contacts if each["kind"] == "KIND_PHONE"] == ["STATE_VERIFIED"]
    yuan = {"currency_code": "CNY", "units": "900000"}
    figures = [{"customer": customer, "contribution_amount": yuan, "turnover_amount": yuan}]
    day = {"year": 2026, "month": 3, "day": 1}
    sorted_in = await walk.call(f"{_COUNTER}/ClassifyCustomers", figures_date=day, figures=figures)
    assert sorted_in["classifications"][0]["segment"] == "SEGMENT_A"
    await pins(walk, account)
    await history(walk, customer)
    await walk.call(f"{_COUNTER}/RemoveAccount", name=account, reason="销户")


async def pins(walk: Any, account: str) -> None:
    """A forgotten PIN: locked, unlocked, reset by two clerks, changed at its first use."""
    customer = account.partition("/accounts")[0]
    assert "lock_expire_time" not in await walk.call(f"{_COUNTER}/GetPinState", name=customer)
    await walk.call(f"{_COUNTER}/UnlockPin", name=customer, reason="本人到场")
    asked = await walk.call(f"{_COUNTER}/CreatePinReset", agent="SUN", parent=account, reason="遗忘密码")
    assert asked["state"] == "STATE_PENDING"
    agreed = await walk.call(f"{_COUNTER}/ApprovePinReset", agent="QIAN", name=asked["name"])
    assert agreed["approver"] == "QIAN"
    await walk.call(f"{_COUNTER}/CompletePinReset", agent="SUN", name=asked["name"], new_pin=_RESET_PIN)
    first = await walk.call(f"{_CUSTOMERS}/VerifyPin", customer=customer, account=account, pin=_RESET_PIN)
    assert first["pin_change_required"]
    await walk.call(f"{_CUSTOMERS}/ChangePin", name=account, old_pin=_RESET_PIN, new_pin=_OWN_PIN)
    again = await walk.call(f"{_CUSTOMERS}/VerifyPin", customer=customer, account=account, pin=_OWN_PIN)
    assert not again.get("pin_change_required")


async def history(walk: Any, customer: str) -> None:
    """All of that is in the customer's history, and nothing of it is told without a grant."""
    view = await walk.call(f"{_INTERACTIONS}/GetCustomerView", name=f"{customer}/view")
    assert not view.get("verified")
    call = {"kind": "KIND_CALL", "event": "call_ended", "reference": "call-7"}
    await walk.call(f"{_INTERACTIONS}/RecordInteraction", parent=customer, interaction=call)
    happened = (await walk.call(f"{_INTERACTIONS}/ListInteractions", parent=customer))["interactions"]
    kinds = {each["kind"] for each in happened}
    assert {"KIND_CALL", "KIND_PIN", "KIND_CONTACT", "KIND_SEGMENT", "KIND_GRANT"} <= kinds
    assert not any(each.get("reference") for each in happened)


async def representatives(walk: Any) -> None:
    """One of two representatives is registered for one account, and proves that he is there."""
    wanted = {"kind": "KIND_CORPORATE", "display_name": walk.companies.companies.get("7000000003").name}
    wanted["identity_document"] = credit_code(3)
    company = (await walk.call(f"{_CUSTOMERS}/RegisterCustomer", customer=wanted, customer_id="7000000003"))["name"]
    person = {"display_name": "赵敏", "accounts": [f"{company}/accounts/1"]}
    registered = await walk.call(
        f"{_REPRESENTATIVES}/RegisterRepresentative",
        parent=company,
        representative_id="1001",
        representative=person,
    )
    proof = {"customer": company, "representative": registered["name"], "pin": _PIN}
    assert (await walk.call(f"{_CUSTOMERS}/VerifyPin", **proof))["accounts"] == person["accounts"]
    changed = {"name": registered["name"], "accounts": [f"{company}/accounts/{place}" for place in (1, 2)]}
    await walk.call(f"{_REPRESENTATIVES}/UpdateRepresentative", representative=changed)
    listed = await walk.call(f"{_REPRESENTATIVES}/ListRepresentatives", parent=company)
    assert [each["accounts"] for each in listed["representatives"]] == [changed["accounts"]]
