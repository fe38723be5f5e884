"""Logging in, out, and what happens when a session is over."""

from __future__ import annotations

import asyncio
import json
from urllib.request import Request, urlopen

import pytest
from online_bank import TOKEN_SECONDS, OnlineBank
from playwright.async_api import Browser, Route, expect
from visitor import Visitor, asks_for_the_pin, visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

WELCOME = "main button.main"
IMPATIENT = """AbortSignal.timeout = () => {
    const patience = new AbortController();
    window.giveUp = () => patience.abort();
    return patience.signal;
}"""
"""Makes the page's newest request give up when it is told to."""


def authorization(he: Visitor) -> str:
    return next(each.headers["authorization"] for each in he.requests if "authorization" in each.headers)


async def end_elsewhere(bank: OnlineBank, authorization: str) -> None:
    """As another device of the customer's would."""
    url = bank.home.replace("/online-banking/", "/v1/session:end")
    headers = {"Authorization": authorization, "Idempotency-Key": "elsewhere"}
    answer = await asyncio.to_thread(urlopen, Request(url, method="POST", headers=headers))
    assert answer.status == 204


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "密码错误"), ("en", "The PIN is not correct")])
async def test_a_wrong_pin_is_told_and_can_be_typed_again(
    bank: OnlineBank, browser: Browser, language: str, words: str
) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, language) as he:
        await he.log_in(person.customer.number, "000000")
        await expect(he.page.locator("[role=alert]")).to_contain_text(words)
        await he.picture("19-wrong-pin")
        await he.type_pin(person.customer.number)
        await he.page.locator(".account").first.wait_for()
        he.expected.append("status of 401")


async def test_tokens_are_in_memory_alone(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        await he.page.locator(".account").first.wait_for()
        token = authorization(he).removeprefix("Bearer ")
        kept = await he.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        assert token not in kept
        assert token not in he.page.url
        assert "code=" not in he.page.url
        await he.page.reload()
        await expect(he.page.locator(WELCOME)).to_have_text("登录")


async def test_logging_out_ends_the_session_at_the_bank(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        await he.page.locator(".account").first.wait_for()
        await he.page.locator(".logout").click()
        await expect(he.page.locator(".notice")).to_have_text("您已安全退出。")
        await he.picture("20-logged-out")
        request = Request(f"{bank.home.replace('online-banking/', 'v1/')}customers/{person.customer.number}/accounts")
        request.add_header("Authorization", authorization(he))
        with pytest.raises(OSError, match="401"):
            await asyncio.to_thread(urlopen, request)


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "银行尚未确认"), ("en", "the bank has not confirmed it")])
async def test_a_log_out_that_the_bank_refuses_is_not_called_done(
    bank: OnlineBank, browser: Browser, language: str, words: str
) -> None:
    person = bank.person()
    problem = json.dumps({"code": "STORE_UNAVAILABLE", "detail": "Please try again later.", "retryable": True})

    async def refusing(route: Route) -> None:
        await route.fulfill(status=503, content_type="application/problem+json", body=problem)

    async with visitor(browser, bank.home, language) as he:
        he.expected.append("status of 503")
        await he.enter(person.customer.number)
        await he.page.locator(".account").first.wait_for()
        await he.page.route("**/v1/session:end", refusing)
        async with he.page.expect_request(lambda request: "/logout?" in request.url):
            await he.page.locator(".logout").click()
        await expect(he.page.locator(".notice")).to_contain_text(words)
        for _ in range(2):
            await he.log_in(person.customer.number)
            await he.page.locator(".account").first.wait_for()
            await he.open()
        assert [asks_for_the_pin(request) for request in he.sent("GET", "/authorize")] == [False, True, False]


async def test_a_session_ended_elsewhere_is_over_here(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        await he.page.locator(".account").first.wait_for()
        await end_elsewhere(bank, authorization(he))
        await expect(he.page.locator(".notice")).to_contain_text("登录已过期")
        await expect(he.page.locator(".account")).to_have_count(0)


async def test_an_expired_session_goes_on_where_it_was(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "en", 390) as he:
        await he.page.clock.install()
        await he.page.goto(f"{bank.home}#/limits")
        await he.log_in(person.customer.number)
        await he.heading("Transfer limits")
        await he.page.clock.fast_forward(TOKEN_SECONDS * 1000)
        await expect(he.page.locator(".notice")).to_contain_text("Your session has ended")
        await he.picture("21-expired")
        await he.log_in(person.customer.number)
        await he.heading("Transfer limits")


async def test_a_login_that_was_not_begun_here_is_not_taken(bank: OnlineBank, browser: Browser) -> None:
    async with visitor(browser, bank.home) as he:
        await he.page.goto(f"{bank.home}?code=stolen&state=guessed")
        await expect(he.page.locator(WELCOME)).to_have_text("登录")
        await expect(he.page.locator("main .notice")).to_have_text("登录没有完成，请再试一次。")
        assert he.sent("POST", "/token") == []
        assert "code" not in he.page.url


async def test_waiting_for_the_bank_is_told_and_ends(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "en", 390) as he:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def holding(route: Route) -> None:
            asked.set()
            await go_on.wait()
            await route.continue_()

        await he.page.route("**/config.json", holding)
        await he.page.goto(bank.home)
        await expect(he.page.locator("main [role=status]")).to_have_text("Asking the bank …")
        await he.picture("33-asking")
        go_on.set()
        await he.page.locator(WELCOME).click()
        await he.page.add_init_script(IMPATIENT)
        await he.page.unroute("**/config.json")
        asked, go_on = asyncio.Event(), asyncio.Event()
        await he.page.route("**/token", holding)
        await he.type_pin(person.customer.number)
        await asked.wait()
        await expect(he.page.locator("main [role=status]")).to_have_text("Asking the bank …")
        await he.page.evaluate("giveUp()")
        await expect(he.page.locator("main .notice")).to_have_text("The login was not completed. Please try again.")
        go_on.set()
