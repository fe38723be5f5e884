"""The admin API as a test in another process would use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from soap_caller import SoapCaller, transfer_fields

from tellerline.adapters.clock import SeededRandomness, SystemClock
from tellerline.simulators.admin import AdminServer
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.population import MAGIC_ACCOUNTS

PAYER = next(each.number for each in MAGIC_ACCOUNTS if each.overdraft)
PAYEE = next(each.number for each in MAGIC_ACCOUNTS if each.what == "one cent left")
BOOKS: dict[str, Any] = {
    "customers": [{"number": "1", "name": "张三", "identity_document": "ID1"}],
    "accounts": [{"number": "ACC-1", "owner": "1", "currency": "CZK", "overdraft": "100.00", "pin": "135790"}],
    "loans": [
        {
            "number": "LN-1",
            "account": "ACC-1",
            "borrower_name": "张三",
            "currency": "CZK",
            "principal": "1200.00",
            "rate_ppm": 0,
            "granted_on": "2026-01-01",
            "instalments": 12,
        }
    ],
    "movements": [{"account": "ACC-1", "amount": "12.50", "kind": "CASH_DEPOSIT", "booking_date": "2026-03-01"}],
}


class Admin:
    """Calls the API and returns status and JSON."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def __call__(self, method: str, path: str, data: object = None) -> tuple[int, Any]:
        async with self._session.request(method, self._url + path, json=data) as response:
            return response.status, await response.json() if response.status != 204 else None


@pytest_asyncio.fixture
async def admin(simulated_bank: SimulatedBank) -> AsyncIterator[Admin]:
    server = AdminServer(simulated_bank)
    await server.start()
    async with aiohttp.ClientSession() as session:
        yield Admin(session, server.url)
    await server.close()


async def test_status_and_ledger(admin: Admin, simulated_bank: SimulatedBank) -> None:
    _, status = await admin("GET", "/status")
    assert status["accounting_date"] == "2026-03-02"
    assert status["hosts"]["core"] == {"up": True, "url": simulated_bank.core.url, "crashes": 0}
    _, ledger = await admin("GET", "/ledger")
    assert ledger["ledger_sha256"] == simulated_bank.ledger_sha256()
    assert ledger["trial_balance"] == {"CNY": "0.00", "USD": "0.00"}
    assert set(ledger["hosts"]) <= set(status["hosts"])
    assert "credit" not in ledger["hosts"], "books in the core host's ledger"
    assert ledger["hosts"]["core"] == {key: ledger[key] for key in ("ledger_sha256", "trial_balance")}


async def test_loads_books_and_goes_back(admin: Admin, simulated_bank: SimulatedBank) -> None:
    before = simulated_bank.ledger_sha256()
    assert await admin("POST", "/snapshot") == (204, None)
    assert await admin("POST", "/books", BOOKS) == (200, {"customers": 1, "accounts": 1, "loans": 1, "movements": 1})
    _, account = await admin("GET", "/accounts/ACC-1")
    assert (account["ledger"], account["available"], account["status"]) == ("12.50", "112.50", "ACTIVE")
    assert not any(simulated_bank.ledger.trial_balance().values())
    assert await admin("POST", "/reset") == (204, None)
    assert (await admin("GET", "/accounts/ACC-1"))[0] == 404
    assert simulated_bank.ledger_sha256() == before
    assert (await admin("POST", "/books", BOOKS))[0] == 200


async def test_changes_accounts(admin: Admin, soap: SoapCaller) -> None:
    status, account = await admin("PATCH", f"/accounts/{PAYER}", {"status": "FROZEN", "overdraft": "1.00"})
    assert (status, account["status"], account["available"]) == (200, "FROZEN", "1.00")
    assert (await soap.ask("Transfer", transfer_fields(PAYER, PAYEE, "1.00"))).code == "1003"
    await admin("PATCH", f"/accounts/{PAYER}", {"pin": "111111"})
    assert (await soap.ask("VerifyPin", {"account": PAYER, "pin": "111111"})).code == "0000"


async def test_formalises_and_lifts_loss_reports(admin: Admin, soap: SoapCaller) -> None:
    await soap.ask("ReportLoss", {"account": PAYER, "kind": "CARD"})
    assert (await admin("POST", f"/accounts/{PAYER}/loss:formalise"))[1]["state"] == "FORMALISED"
    assert (await admin("POST", f"/accounts/{PAYER}/loss:lift"))[1]["state"] == "LIFTED"
    assert await admin("POST", f"/accounts/{PAYER}/loss:lift") == (409, {"error": "refused", "details": "1102"})


async def test_moves_the_clock(admin: Admin) -> None:
    _, moved = await admin("POST", "/clock", {"advance_seconds": 60})
    assert moved["now"] == "2026-03-02T09:01:00+08:00"
    _, moved = await admin("POST", "/clock", {"now": "1993-01-05T12:00:00+08:00"})
    assert moved["accounting_date"] == "1993-01-05"


async def test_lists_requests_masked(admin: Admin, soap: SoapCaller) -> None:
    await soap.ask("VerifyPin", {"account": PAYER, "pin": "246810"}, "R1")
    _, listed = await admin("GET", "/requests/core?limit=1")
    assert listed["requests"][0]["fields"] == {"account": f"{PAYER[:6]}******{PAYER[-4:]}"}
    assert await admin("DELETE", "/requests") == (204, None)
    assert (await admin("GET", "/requests/core"))[1] == {"requests": []}
    assert (await admin("GET", "/requests/core?limit=0"))[0] == 400


async def test_faults_come_and_go(admin: Admin, soap: SoapCaller, simulated_bank: SimulatedBank) -> None:
    rule = {"kind": "refuse", "host": "core", "operations": ["GetBalance"], "count": 1, "code": "1005"}
    _, added = await admin("POST", "/faults", rule)
    number = added["faults"][0]["number"]
    assert (await soap.ask("GetBalance", {"account": PAYER})).code == "1005"
    _, listed = await admin("GET", "/faults")
    assert [(each["injected"], each["remaining"]) for each in listed["faults"]] == [(1, 0)]
    assert await admin("DELETE", f"/faults/core/{number}") == (204, None)
    assert (await admin("DELETE", f"/faults/core/{number}"))[0] == 404
    await admin("POST", "/faults", {"kind": "delay", "amount": "5.00", "probability": 0.5, "seed": 1})
    assert (await admin("DELETE", "/faults"))[1] == {"cleared": len(simulated_bank.hosts)}
    assert len((await admin("GET", "/faults?standing=true"))[1]["faults"]) > 20
    injected = (await admin("GET", "/status"))[1]["faults_injected"]
    assert injected.pop("core") == {"refuse": 1}
    assert not any(injected.values())


async def test_crashes_on_demand(admin: Admin, simulated_bank: SimulatedBank) -> None:
    assert await admin("POST", "/hosts/core/crash", {"seconds": 5}) == (204, None)
    assert await admin("POST", "/hosts/credit/crash") == (204, None)
    _, status = await admin("GET", "/status")
    assert [status["hosts"][name]["up"] for name in ("core", "credit")] == [False, False]


@pytest.mark.parametrize(
    ("method", "path", "data", "status"),
    [
        ("POST", "/books", {"customers": [{"number": "1"}]}, 400),
        ("POST", "/books", {"strange": []}, 400),
        ("POST", "/books", {"movements": [{"account": PAYER, "amount": "1.005", "kind": "X"}]}, 400),
        ("POST", "/books", {"movements": [{"account": "none", "amount": "1", "kind": "X"}]}, 404),
        ("POST", "/books", {"accounts": [{"number": PAYER, "owner": "8099999999"}]}, 400),
        ("POST", "/population", {"customers": 1}, 400),
        ("POST", "/faults", {"kind": "explode"}, 400),
        ("PATCH", "/accounts/none", {"status": "FROZEN"}, 409),
        ("GET", "/accounts/none", None, 404),
        ("POST", "/faults", {"kind": "delay", "host": "nobody"}, 400),
        ("GET", "/requests/nobody", None, 404),
        ("DELETE", "/faults/nobody/1", None, 404),
        ("POST", "/hosts/nobody/crash", {"seconds": 1}, 404),
    ],
)
async def test_refuses(admin: Admin, method: str, path: str, data: object, status: int) -> None:
    answered, body = await admin(method, path, data)
    assert (answered, "error" in body) == (status, True)


async def test_a_real_clock_stays_where_it_is() -> None:
    server = AdminServer(SimulatedBank(SystemClock(), SeededRandomness(1)))
    await server.start()
    async with aiohttp.ClientSession() as session:
        admin = Admin(session, server.url)
        assert (await admin("POST", "/clock", {"advance_seconds": 1}))[0] == 409
        assert (await admin("POST", "/clock", {"now": "2026-01-01T00:00:00Z"}))[0] == 409
        assert (await admin("POST", "/population", {"customers": 2}))[1]["people"] == 3
    await server.close()


async def test_a_host_under_maintenance_refuses_everything_until_it_is_over(
    admin: Admin, simulated_bank: SimulatedBank
) -> None:
    now = simulated_bank.clock.now()
    window = {"since": now.isoformat(), "until": (now + timedelta(hours=2)).isoformat()}
    assert (await admin("PUT", "/hosts/core/maintenance", window))[0] == 204
    async with aiohttp.ClientSession() as session:
        core = SoapCaller(session, simulated_bank.core.url)
        refused = await core.ask("Echo", {})
        assert (refused.http_status, "9002" in str(refused.fields)) == (500, True)
        simulated_bank.clock.jump_to(now + timedelta(hours=2))  # type: ignore[attr-defined]
        assert (await core.ask("Echo", {})).code == "0000"
    backwards = {"since": window["until"], "until": window["since"]}
    assert (await admin("PUT", "/hosts/core/maintenance", backwards))[0] == 400
    assert (await admin("DELETE", "/hosts/core/maintenance"))[0] == 204
