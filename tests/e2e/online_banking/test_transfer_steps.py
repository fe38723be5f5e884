"""The way to a transfer and back from it: by the browser's own buttons, through the end of a session, and after a
mistake."""

from __future__ import annotations

import json
from typing import Any

import pytest
from online_bank import TOKEN_SECONDS, OnlineBank
from playwright.async_api import Browser, Route, expect
from visitor import Visitor, visitor

from tellerline.simulators.population.people import PIN

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONFIRMATION = ".confirmation"
AMOUNT = "input.money"
DRAFT_SECONDS = 15 * 60
STRANGER = "6229990000000009999"


async def fills_in(he: Visitor, amount: str) -> None:
    """A transfer to his own other account, up to its confirmation."""
    await he.visit("transfer")
    await he.page.locator("fieldset select").select_option(index=1)
    await he.page.locator(AMOUNT).fill(amount)
    await he.page.locator("button[type=submit]").click()
    await expect(he.page.locator(CONFIRMATION)).to_contain_text(amount)


async def test_back_from_the_confirmation_is_the_form_as_it_was_filled(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        page = he.page
        await he.log_in(person.customer.number)
        await fills_in(he, "31.00")
        await page.go_back()
        await expect(page.locator(AMOUNT)).to_have_value("31.00")
        await expect(page.locator("fieldset select")).not_to_have_value("")
        await page.go_forward()
        await expect(page.locator(CONFIRMATION)).to_contain_text("31.00")
        await page.locator(f"{CONFIRMATION} .quiet").click()
        await page.locator(AMOUNT).fill("32.00")
        await page.go_forward()
        await page.locator("button[type=submit]").click()
        await expect(page.locator(CONFIRMATION)).to_contain_text("32.00")
        await page.locator(f"{CONFIRMATION} button.main").click()
        await he.stage("done")
        await page.go_back()
        await expect(page.locator(AMOUNT)).to_have_value("")
        await page.go_forward()
        await expect(page.locator(AMOUNT)).to_have_value("")
        assert len(he.sent("POST", "/v1/transfers")) == 1
    assert (bank.debits(person.card, 31_00), bank.debits(person.card, 32_00)) == (0, 1)


async def session_ends(he: Visitor) -> None:
    await he.page.clock.fast_forward(TOKEN_SECONDS * 1000)
    await expect(he.page.locator(".notice")).to_contain_text("Your session has ended")


async def test_a_session_that_ends_at_the_confirmation_keeps_the_draft(bank: OnlineBank, browser: Browser) -> None:
    person, other = bank.person(), bank.person()
    async with visitor(browser, bank.home, "en", 390) as he:
        page = he.page
        await page.clock.install()
        await he.open()
        await he.log_in(person.customer.number)
        await he.heading("My accounts")
        await fills_in(he, "33.00")
        token = next(each.headers["authorization"] for each in he.requests if "authorization" in each.headers)
        await session_ends(he)
        kept = await page.evaluate("JSON.stringify({...sessionStorage})")
        assert "33.00" in kept
        assert "currencyCode" not in kept
        assert token.removeprefix("Bearer ") not in kept
        assert PIN not in kept
        await he.log_in(person.customer.number)
        await expect(page.locator(CONFIRMATION)).to_contain_text("33.00")
        await he.forgets_what_was_pending()
        await page.go_back()
        await expect(page.locator(AMOUNT)).to_have_value("33.00")
        await session_ends(he)
        await he.log_in(other.customer.number)
        await he.heading("Transfer")
        await expect(page.locator(AMOUNT)).to_have_value("")
        await he.forgets_what_was_pending()
        await page.locator(AMOUNT).fill("34.00")
        await session_ends(he)
        await page.clock.fast_forward(DRAFT_SECONDS * 500)
        assert "34.00" in await page.evaluate("JSON.stringify({...sessionStorage})")
        await page.clock.fast_forward(DRAFT_SECONDS * 500)
        await he.forgets_what_was_pending()
    assert bank.debits(person.card, 33_00) == 0


async def test_what_the_bank_would_not_take_is_told_at_its_field(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    violations = [
        {"pointer": "/registeredPayee/displayName", "reason": "too_long"},
        {"pointer": "/narrative", "reason": "something_new"},
    ]
    problem: dict[str, Any] = {"code": "INVALID_REQUEST", "detail": "Please check it.", "definite": True}

    async def refusing(route: Route) -> None:
        body = json.dumps({**problem, "violations": violations})
        await route.fulfill(status=400, content_type="application/problem+json", body=body)

    async with visitor(browser, bank.home, "en", 390) as he:
        page = he.page
        mistakes = page.locator(".mistake:visible")
        await he.enter(person.customer.number)
        await he.visit("transfer")
        await page.locator("fieldset .choice button").nth(1).click()
        number, name = (page.locator("fieldset input").nth(index) for index in (0, 1))
        narrative = page.locator("form > .field input").nth(1)
        await number.fill(STRANGER)
        await name.fill("张" * 61)
        await narrative.fill("rent\N{RIGHT-TO-LEFT OVERRIDE}")
        await page.locator(AMOUNT).fill("12,50")
        await page.locator("button[type=submit]").click()
        await expect(mistakes).to_have_count(3)
        await he.picture("27-not-taken")
        await name.fill("张" * 60)
        await narrative.fill("rent\N{IDEOGRAPHIC SPACE}and heating")
        await page.locator(AMOUNT).fill("1,250")
        await page.route("**/v1/transfers", refusing)
        await page.locator("button[type=submit]").click()
        await page.locator(f"{CONFIRMATION} button.main").click()
        await he.stage("refused")
        await expect(page.locator(".outcome")).to_contain_text("Payee’s name: This is too long.")
        await expect(page.locator(".outcome")).to_contain_text("Note: The bank does not take it like this.")
        await he.picture("28-refused-for-its-form")
        await page.locator(".outcome button.main").click()
        await expect(mistakes).to_have_count(2)
        await expect(name).to_have_attribute("aria-invalid", "true")
        await expect(narrative).to_have_attribute("aria-invalid", "true")
