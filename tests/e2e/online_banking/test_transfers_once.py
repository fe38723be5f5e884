"""A confirmed transfer is made once, and its outcome is told no sooner than it is known."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from online_bank import OnlineBank
from playwright.async_api import Browser, Route, expect
from visitor import Visitor, visitor

from tellerline.simulators.faults import FaultKind, FaultRule

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOST_REPLY = 7001_02
"""Hundredths that the simulated host books without an answer."""
OUTCOME = ".outcome"


async def confirms(he: Visitor, hundredths: int, *, click: str = "(button) => button.click()") -> None:
    """A transfer to his own other account, up to its confirmation."""
    page = he.page
    await he.visit("transfer")
    await page.locator("fieldset select").select_option(index=1)
    await page.locator("input.money").fill(f"{hundredths / 100:.2f}")
    await page.locator("button[type=submit]").click()
    await page.locator(".confirmation button.main").evaluate(click)


@asynccontextmanager
async def unheard(he: Visitor) -> AsyncIterator[None]:
    """For as long as the block, the page does not hear how a transfer ended whose end was not known at first."""
    decided = asyncio.Event()

    async def looking(route: Route) -> None:
        await decided.wait()
        await route.continue_()

    await he.page.route("**/v1/transfers:lookUp*", looking)
    try:
        yield
    finally:
        decided.set()


@contextmanager
def undecided(bank: OnlineBank) -> Iterator[None]:
    """For as long as the block, the host says nothing readable to who inquires how a transfer ended."""
    faults = bank.system.bank.core.faults
    fault = faults.add(FaultRule(kind=FaultKind.GARBLE, operations=frozenset({"InquireTransaction"})))
    try:
        yield
    finally:
        faults.remove(fault.number)


def keys(he: Visitor) -> list[str]:
    return [request.headers["idempotency-key"] for request in he.sent("POST", "/v1/transfers")]


async def test_a_double_click_sends_once(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        await confirms(he, 21_00, click="(button) => { button.click(); button.click(); }")
        await he.stage("done")
        assert len(keys(he)) == 1
    assert bank.debits(person.card, 21_00) == 1


async def test_each_confirmation_has_a_number_of_its_own(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        for _ in range(2):
            await confirms(he, 22_00)
            await he.stage("done")
            await he.visit("accounts")
        assert len(set(keys(he))) == 2
    assert bank.debits(person.card, 22_00) == 2


async def test_the_hosts_lost_reply_is_neither_success_nor_failure(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "zh-CN", 390) as he:
        await he.enter(person.customer.number)
        async with unheard(he):
            await confirms(he, LOST_REPLY)
            await he.stage("unknown")
            said = await he.page.locator(OUTCOME).inner_text()
            assert "结果未知" in said
            assert not re.search("转账成功|转账未成功", said)
            await he.picture("16-outcome-unknown")
        await he.stage("done")
        await expect(he.page.locator(OUTCOME)).to_contain_text("转账成功")
        assert len(set(keys(he))) == 1
        await he.visit("accounts")
        await expect(he.page.locator(".events .chip.good")).to_have_text("成功")
    assert bank.debits(person.card, LOST_REPLY) == 1


async def test_an_answer_lost_on_the_way_is_asked_for_under_the_same_number(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "en", 390) as he:
        await he.enter(person.customer.number)
        lost = asyncio.Event()
        resumed = asyncio.Event()

        async def losing(route: Route) -> None:
            if not lost.is_set():
                await route.fetch()
                lost.set()
                await route.abort()
            else:
                await resumed.wait()
                await route.continue_()

        await he.page.route("**/v1/transfers", losing)
        await confirms(he, 23_00)
        await he.stage("asking", "absent")
        await expect(he.page.locator(OUTCOME)).to_contain_text("No answer from the bank yet")
        await he.picture("17-no-answer")
        resumed.set()
        await he.stage("done")
        assert len(keys(he)) == 2
        assert len(set(keys(he))) == 1
        he.expected.append("net::ERR_FAILED")
    assert bank.debits(person.card, 23_00) == 1


async def test_a_page_loaded_anew_takes_the_transfer_up_where_it_was(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        with undecided(bank):
            await confirms(he, LOST_REPLY)
            await he.stage("unknown")
            await he.open()
            await he.log_in(person.customer.number)
            await he.stage("unknown")
        await he.stage("done")
        assert len(keys(he)) == 1
        await he.forgets_what_was_pending()
    assert bank.debits(person.card, LOST_REPLY) == 1


async def test_one_unknown_outcome_does_not_stand_in_the_way_of_other_transfers(
    bank: OnlineBank, browser: Browser
) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        with undecided(bank):
            await confirms(he, LOST_REPLY)
            await he.stage("unknown")
            await he.visit("accounts")
            await he.heading("我的账户")
            await he.visit("transfer")
            await he.stage("unknown")
            await he.page.locator(".outcome button").click()
        await confirms(he, 29_00)
        await he.stage("done")
        assert len(set(keys(he))) == 2
    assert (bank.debits(person.card, LOST_REPLY), bank.debits(person.card, 29_00)) == (1, 1)


async def test_an_answer_that_comes_after_the_customer_left_moves_nothing(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.enter(person.customer.number)
        held = asyncio.Event()

        async def holding(route: Route) -> None:
            await held.wait()
            await route.continue_()

        await he.page.route("**/v1/transfers", holding)
        await confirms(he, 30_00)
        await he.stage("sending")
        await he.visit("accounts")
        await he.page.locator(".account .amount").first.wait_for()
        await he.page.locator(".language").focus()
        async with he.page.expect_request_finished(lambda request: request.url.endswith("/v1/transfers")):
            held.set()
        await expect(he.page.locator(".events li")).to_have_count(1)
        await expect(he.page.locator(".language")).to_be_focused()
        await he.visit("transfer")
        await he.stage("done")
        assert len(keys(he)) == 1


async def test_what_never_arrived_is_sent_only_if_the_customer_says_so(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.enter(person.customer.number)
        await he.page.route("**/v1/transfers", lambda route: route.abort())
        await confirms(he, 24_00)
        await he.stage("asking", "absent")
        he.expected.append("net::ERR_FAILED")
        await he.page.unroute("**/v1/transfers")
        await he.open()
        await he.log_in(person.customer.number)
        await he.stage("absent")
        await he.picture("18-never-arrived")
        assert bank.debits(person.card, 24_00) == 0
        await he.page.locator(".outcome button.main").click()
        await he.stage("done")
        assert len(set(keys(he))) == 1
    assert bank.debits(person.card, 24_00) == 1


async def logs_out(he: Visitor) -> str:
    """What the tab keeps afterwards."""
    await he.page.locator(".logout").click()
    await he.page.locator("main button.main").wait_for()
    return str(await he.page.evaluate("JSON.stringify({...sessionStorage})"))


async def test_logging_out_keeps_of_a_transfer_what_it_can_be_asked_for_by(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        with undecided(bank):
            await confirms(he, LOST_REPLY)
            await he.stage("unknown")
            kept = json.loads(json.loads(await logs_out(he))["tellerline.pending"])
            assert kept == {"customer": f"customers/{person.customer.number}", "key": keys(he)[0]}
            await he.log_in(person.customer.number)
            await he.stage("unknown")
        await he.stage("done")
        await expect(he.page.locator(OUTCOME)).to_contain_text("7,001.02")
        await he.forgets_what_was_pending()
        assert len(keys(he)) == 1
    assert bank.debits(person.card, LOST_REPLY) == 1


async def test_what_never_arrived_before_a_log_out_cannot_be_sent_after_it(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "en", 390) as he:
        await he.enter(person.customer.number)
        await he.page.route("**/v1/transfers", lambda route: route.abort())
        await confirms(he, 28_00)
        await he.stage("asking", "absent")
        he.expected.append("net::ERR_FAILED")
        assert "amount" not in await logs_out(he)
        await he.log_in(person.customer.number)
        await he.stage("absent")
        await expect(he.page.locator(OUTCOME)).to_contain_text("please fill it in again")
        await he.picture("34-never-arrived-and-logged-out")
        await he.page.locator(".outcome button").click()
        await expect(he.page.locator("input.money")).to_have_value("")
        await he.forgets_what_was_pending()
    assert bank.debits(person.card, 28_00) == 0


async def test_somebody_elses_pending_transfer_is_dropped(bank: OnlineBank, browser: Browser) -> None:
    person, other = bank.person(), bank.person()
    async with visitor(browser, bank.home) as he:
        await he.enter(person.customer.number)
        await he.page.route("**/v1/transfers", lambda route: route.abort())
        await confirms(he, 25_00)
        await he.stage("asking", "absent")
        he.expected.append("net::ERR_FAILED")
        await he.open()
        await he.log_in(other.customer.number)
        await he.heading("我的账户")
        await he.forgets_what_was_pending()
    assert bank.debits(person.card, 25_00) == 0
