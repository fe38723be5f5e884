"""The half hour before midnight, when what is booked is of tomorrow's accounting date."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio
from online_bank import OnlineBank, online_bank
from playwright.async_api import Browser, expect
from visitor import Visitor, visitor

from tellerline.adapters.clock import ScaledClock
from tellerline.simulators.hosting.calendar import BANK_ZONE

pytestmark = pytest.mark.asyncio(loop_scope="module")

LATE = datetime(2026, 12, 31, 23, 40, tzinfo=BANK_ZONE)
"""Tomorrow is of another year, too."""
MIDNIGHT = datetime(2027, 1, 1, tzinfo=BANK_ZONE)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def late_bank(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OnlineBank]:
    async with online_bank(tmp_path_factory.mktemp("bank"), clock=ScaledClock(LATE, 1.0)) as open_bank:
        yield open_bank


async def statement_of(he: Visitor, customer: str) -> None:
    await he.log_in(customer)
    await he.page.locator("#accounts-statement-1").click()
    await he.page.locator("figcaption").wait_for()


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1366), ("en", 390)])
async def test_what_is_booked_now_is_in_the_statement(
    late_bank: OnlineBank, browser: Browser, language: str, width: int
) -> None:
    person = late_bank.person()
    late_bank.system.bank.core.host.branch.post(person.card, 12_345, kind="CASH_DEPOSIT")
    balance = f"{late_bank.booked(person.card) / 100:,.2f}"
    async with visitor(browser, late_bank.home, language, width, at=LATE) as he:
        await statement_of(he, person.customer.number)
        newest = he.page.locator(".statement tbody tr").first
        await expect(newest).to_contain_text("+¥123.45")
        await expect(newest.locator("time")).to_have_attribute("datetime", "2027-01-01")
        await expect(newest.locator("time")).to_contain_text("2027")
        await expect(he.page.locator(".statement caption")).to_contain_text("2027")
        await expect(he.page.locator(".sums")).to_contain_text(balance)
        await expect(he.page.locator("figcaption")).to_contain_text(balance)
        await he.page.locator(".chart summary").click()
        await expect(he.page.locator(".chart tbody tr").last).to_contain_text(re.compile(rf"2027.*{balance}"))
        await expect(he.page.locator("input[type=date]").nth(1)).to_have_value("2026-12-31")
        told = await he.page.locator("figcaption").inner_text()
        await he.picture("35-after-cut-over")
        await he.page.clock.set_system_time(MIDNIGHT)
        await he.page.locator("header button").first.click()
        await expect(he.page.locator("figcaption")).not_to_have_text(told)
        await expect(he.page.locator("figcaption")).to_contain_text(balance)
        assert len(he.sent("GET", "/statementEntries")) == 1


async def test_a_chart_ends_today_where_nothing_is_booked_yet(late_bank: OnlineBank, browser: Browser) -> None:
    person = late_bank.person()
    async with visitor(browser, late_bank.home, "en", at=LATE) as he:
        await statement_of(he, person.customer.number)
        await expect(he.page.locator("figcaption")).not_to_contain_text("2027")
        await he.page.locator("input[type=date]").nth(1).fill("2026-12-30")
        late_bank.system.bank.core.host.branch.post(person.card, 12_345, kind="CASH_DEPOSIT")
        await he.page.locator(".filter button[type=submit]").click()
        await expect(he.page.locator("figcaption")).to_contain_text("30 Dec")
        await expect(he.page.locator(".statement")).not_to_contain_text("¥123.45")
