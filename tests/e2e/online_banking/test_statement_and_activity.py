"""Long statements, and what is told while the customer looks on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from online_bank import OnlineBank
from playwright.async_api import Browser, expect
from visitor import visitor

from tellerline.gateway.client import Client, open_channel
from tellerline.simulators.population import Person
from tellerline.simulators.population.people import PIN

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANY, PER_PAGE = 230, 20


async def transfers_by_telephone(bank: OnlineBank, person: Person) -> None:
    customer = f"customers/{person.customer.number}"
    context = {"channel": "CHANNEL_IVR", "channel_serial": "telephone-1", "customer": customer}
    async with open_channel(bank.system.node.target) as channel:
        client = Client(channel)
        proved = {"context": context, "customer": customer, "pin": PIN}
        grant = await client.call("customers.v1.CustomerService/VerifyPin", proved)
        transfer: dict[str, Any] = {
            "debit_account": f"{customer}/accounts/1",
            "own_account": f"{customer}/accounts/2",
            "amount": {"currency_code": "CNY", "units": 28},
        }
        asked = {"context": {**context, "grant": grant["token"]}, "transfer": transfer}
        await client.call("transfers.v1.TransferService/CreateTransfer", asked)


async def test_a_long_statement_comes_in_pages_and_is_searched_whole(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    for number in range(MANY):
        bank.system.bank.core.host.branch.post(person.card, 100 + number, kind="CASH_DEPOSIT")
    async with visitor(browser, bank.home, "en", 390) as he:
        page = he.page
        await he.log_in(person.customer.number)
        await page.locator("#accounts-statement-1").click()
        await page.locator(".choice button").first.click()
        rows = page.locator(".statement tbody tr")
        await expect(rows).to_have_count(PER_PAGE)
        await expect(page.locator(".pager p")).to_have_text(re.compile(r"Page 1 of 1\d"))
        assert len([each for each in he.sent("GET", "/statementEntries") if "pageToken" in each.url]) >= 1
        await expect(rows.first).to_contain_text("+¥3.29")
        before, after = (page.locator(".pager button").nth(index) for index in (0, 1))
        await expect(before).to_be_disabled()
        await after.click()
        await expect(page.locator(".pager p")).to_have_text(re.compile("Page 2 of"))
        await expect(rows.first).to_contain_text("+¥3.09")
        await he.picture("24-second-page")
        await page.locator("input[type=search]").fill("cash 1.05")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text("+¥1.05")
        await page.locator("input[type=search]").fill("nothing of this kind")
        await expect(page.locator(".entries .notice")).to_have_text("No entry matches “nothing of this kind”.")
        await he.picture("25-nothing-found")


async def test_days_that_make_no_sense_are_told(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        await he.page.locator("#accounts-statement-1").click()
        first, last = (he.page.locator("input[type=date]").nth(index) for index in (0, 1))
        await first.fill("2026-03-02")
        await last.fill("2026-03-01")
        await he.page.locator("button[type=submit]").click()
        await expect(he.page.locator(".mistake:visible")).to_have_text("截止日期不能早于起始日期。")
        await expect(last).to_be_focused()
        await expect(he.page.locator(".result > *")).to_have_count(0)
        await first.fill("2020-01-01")
        await last.fill("2020-01-02")
        await he.page.locator("button[type=submit]").click()
        await expect(he.page.locator(".entries .notice")).to_have_text("这段时间没有交易。")
        await expect(he.page.locator(".filter [aria-pressed=true]")).to_have_count(0)
        await he.picture("26-empty-statement")


async def test_days_of_another_year_are_told_with_it(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "zh-CN", 390) as he:
        page = he.page
        await he.log_in(person.customer.number)
        await page.locator(".account").first.wait_for()
        await page.evaluate("location.hash = '#/statement/99'")
        await expect(page.locator("main .notice")).to_contain_text("99")
        await expect(page.locator("figcaption")).to_be_visible()
        last = await page.locator("input[type=date]").nth(1).input_value()
        year = str(int(last[:4]) - 2)
        await page.locator("input[type=date]").first.fill(f"{year}-11-01")
        await page.locator(".filter button[type=submit]").click()
        await expect(page.locator("figcaption")).to_contain_text(year)
        await expect(page.locator(".chart svg")).to_contain_text(year)
        await expect(page.locator(".statement time").first).to_contain_text(re.compile(r"\b20\d\d"))
        await expect(page.locator("main .notice")).to_have_count(0)
        await he.picture("32-another-year")


async def test_what_happens_on_the_telephone_is_seen_at_once(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        await expect(he.page.locator(".activity")).to_contain_text("还没有交易")
        await transfers_by_telephone(bank, person)
        await expect(he.page.locator(".events li")).to_have_count(1)
        await expect(he.page.locator(".events li")).to_contain_text("¥28.00")
        await expect(he.page.locator(".events li")).to_contain_text("电话银行")
        await expect(he.page.locator("#announcements")).to_have_text("转账：成功")


async def test_every_limit_is_told_with_its_figures(bank: OnlineBank, browser: Browser) -> None:
    metadata = {"single": "2000000", "daily": "5000000", "count": "3", "used_total": "4999999", "used_count": "3"}
    script = """(metadata) => import('./script/limit_sentence.js').then(({ limitSentence }) =>
        ["LIMIT_SINGLE_EXCEEDED", "LIMIT_DAILY_EXCEEDED", "LIMIT_COUNT_EXCEEDED", "ACCOUNT_FROZEN"].map((code) =>
            limitSentence({ code, metadata }, { currency: "CNY", nanos: 20000n * 10n ** 9n })))"""
    async with visitor(browser, bank.home, "en") as he:
        assert await he.page.evaluate(script, metadata) == [
            "This transfer of ¥20,000.00 is above your limit of ¥20,000.00 for one transfer.",
            "Your limit for a day is ¥50,000.00, and ¥49,999.99 of it are used today: "
            "this transfer of ¥20,000.00 is above what is left.",
            "You can make 3 transfers a day, and have made 3 today.",
            None,
        ]
