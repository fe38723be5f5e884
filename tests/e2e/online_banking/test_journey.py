"""What a customer does with the page, in both languages, at a desk and on a phone."""

from __future__ import annotations

import pytest
from online_bank import OnlineBank
from playwright.async_api import Browser, expect
from visitor import LANGUAGES, SIZES, Visitor, visitor

from tellerline.simulators.population import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = {
    "zh-CN": {
        "accounts": "我的账户",
        "statement": "账户明细",
        "transfer": "转账",
        "limits": "转账限额",
        "loss": "口头挂失",
        "salary": "工资",
        "over": "这笔转账 ¥20,000.01，超过您的单笔限额 ¥20,000.00。",
        "ceiling": "超过银行规定的最高额度 ¥20,000.00。",
        "saved": "限额已修改，立即生效。",
        "done": "转账成功",
        "lost": "挂失已生效",
    },
    "en": {
        "accounts": "My accounts",
        "statement": "Statement",
        "transfer": "Transfer",
        "limits": "Transfer limits",
        "loss": "Report a loss",
        "salary": "Salary",
        "over": "This transfer of ¥20,000.01 is above your limit of ¥20,000.00 for one transfer.",
        "ceiling": "This is above the bank’s ceiling of ¥20,000.00.",
        "saved": "The limits are changed, from now on.",
        "done": "Transfer done",
        "lost": "The loss report is in force",
    },
}


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_from_login_to_loss_report(bank: OnlineBank, browser: Browser, language: str, width: int) -> None:
    person, words = bank.person(), WORDS[language]
    async with visitor(browser, bank.home, language, width) as he:
        await expect(he.page.locator("html")).to_have_attribute("lang", language)
        await he.picture("01-welcome")
        await logs_in(he, person, words)
        await reads_his_statement(he, words)
        await makes_a_transfer(he, words)
        assert bank.debits(person.card, 120_50) == 1
        await asks_for_too_much(he, words)
        await changes_limits(he, words)
        await reports_a_loss(he, words)


async def logs_in(he: Visitor, person: Person, words: dict[str, str]) -> None:
    await he.page.locator("main button.main").click()
    await he.page.locator("#pin").wait_for()
    await expect(he.page.locator("html")).to_have_attribute("lang", he.language)
    await he.picture("02-login")
    await he.type_pin(person.customer.number)
    await he.heading(words["accounts"])
    await expect(he.page.locator(".account .amount")).to_have_count(2)
    await expect(he.page.locator(".total-figure .amount")).to_be_visible()
    await he.picture("03-accounts")


async def reads_his_statement(he: Visitor, words: dict[str, str]) -> None:
    page = he.page
    await page.locator("#accounts-statement-1").click()
    await he.heading(words["statement"])
    await page.locator(".choice button").nth(2).click()
    await expect(page.locator(".chart svg")).to_be_visible()
    await he.picture("04-statement")
    await page.locator(".chart .choice button").nth(1).click()
    await page.locator("summary").click()
    await expect(page.locator(".chart rect").first).to_be_attached()
    rows = page.locator(".statement tbody tr")
    everything = await rows.count()
    await page.locator("input[type=search]").fill(words["salary"])
    await expect(rows).not_to_have_count(everything)
    for text in await rows.all_inner_texts():
        assert words["salary"] in text
    await he.picture("05-statement-search")


async def makes_a_transfer(he: Visitor, words: dict[str, str]) -> None:
    page = he.page
    await he.visit("transfer")
    await he.heading(words["transfer"])
    await expect(page.locator(".available-now")).not_to_be_empty()
    await page.locator("button[type=submit]").click()
    await expect(page.locator("[aria-invalid]")).to_have_count(2)
    await he.picture("06-transfer-mistakes")
    await page.locator("fieldset select").select_option(index=1)
    await page.locator("input.money").fill("120.5")
    await page.locator("button[type=submit]").click()
    await expect(page.locator(".confirmation")).to_contain_text("120.50")
    await he.picture("07-transfer-confirm")
    await page.locator(".confirmation button.main").click()
    await he.stage("done")
    await expect(page.locator(".outcome")).to_contain_text(words["done"])
    await he.picture("08-transfer-done")


async def asks_for_too_much(he: Visitor, words: dict[str, str]) -> None:
    page = he.page
    await page.locator(".outcome button.main").click()
    await page.locator("fieldset select").select_option(index=1)
    await page.locator("input.money").fill("20,000.01")
    await page.locator("button[type=submit]").click()
    await page.locator(".confirmation button.main").click()
    await he.stage("refused")
    await expect(page.locator(".outcome")).to_contain_text(words["over"])
    await he.picture("09-over-the-limit")


async def changes_limits(he: Visitor, words: dict[str, str]) -> None:
    page = he.page
    await page.locator('.outcome a[href="#/limits"]').click()
    await he.heading(words["limits"])
    single = page.locator("form input").first
    await single.fill("20000.01")
    await page.locator("button[type=submit]").click()
    await expect(page.locator(".mistake:visible")).to_have_text(words["ceiling"])
    await he.picture("10-over-the-ceiling")
    await single.fill("5000")
    await page.locator("button[type=submit]").click()
    await expect(page.locator("form .notice")).to_have_text(words["saved"])
    await expect(page.locator(".facts dd").first).to_have_text("¥5,000.00")
    await he.picture("11-limits")


async def reports_a_loss(he: Visitor, words: dict[str, str]) -> None:
    page = he.page
    await he.visit("loss")
    await he.heading(words["loss"])
    await page.locator("label.pick").first.click()
    await he.picture("12-loss")
    await page.locator("button[type=submit]").click()
    await page.locator("button.danger").click()
    await expect(page.locator("#loss-agree")).to_have_attribute("aria-invalid", "true")
    await page.locator("#loss-agree").check()
    await he.picture("13-loss-check")
    await page.locator("button.danger").click()
    await he.stage("done")
    await expect(page.locator(".outcome")).to_contain_text(words["lost"])
    await he.picture("14-loss-done")
    await he.visit("accounts")
    await expect(page.locator(".account").first.locator(".chip")).to_be_visible()
    await expect(page.locator(".events li")).to_have_count(2)
    await he.picture("15-accounts-lost")
    await he.visit("transfer")
    await expect(page.locator(".available-now")).not_to_be_empty()
