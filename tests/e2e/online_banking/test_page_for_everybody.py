"""The page without a mouse, in another language half-way, at another size of letters; and what it is made of."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from online_bank import OnlineBank
from playwright.async_api import Browser, expect
from visitor import LANGUAGES, asks_for_the_pin, visitor

from tellerline.gateway.channels.http.application import PAGE

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODULES = sorted(path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*.js"))
PLACES = {"accounts": ".account .amount", "transfer": "input.money", "limits": "form input", "loss": "label.pick"}
"""Each with what stands there once it has all that it asked the bank for."""
OF_PLACE = re.compile(r"\{(\w+)\}")


async def texts(page: Any) -> dict[str, dict[str, str]]:
    names = {"zh-CN": "zh", "en": "en"}
    return {
        language: json.loads(
            await page.evaluate(f"import('./script/texts/{names[language]}.js').then((m) => JSON.stringify(m.texts))")
        )
        for language in LANGUAGES
    }


async def test_a_transfer_without_a_mouse(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "en") as she:
        keyboard = she.page.keyboard
        await she.page.locator("main button.main").focus()
        await keyboard.press("Enter")
        await she.page.locator("#customer_number").focus()
        await keyboard.type(person.customer.number)
        await keyboard.press("Tab")
        await keyboard.type("246810")
        await keyboard.press("Enter")
        await she.heading("My accounts")
        await she.page.locator("#accounts-transfer-1").focus()
        await keyboard.press("Enter")
        await she.heading("Transfer")
        await expect(she.page.locator("main h1")).to_be_focused()
        await she.page.locator("fieldset select").wait_for()
        for key in ("Tab", "Tab", "Tab", "Tab", "Tab", "ArrowDown", "Tab"):
            await keyboard.press(key)
        await keyboard.type("26")
        await keyboard.press("Enter")
        await expect(she.page.locator("main h1")).to_be_focused()
        await keyboard.press("Tab")
        await expect(she.page.locator(".confirmation .quiet")).to_be_focused()
        await keyboard.press("Tab")
        await keyboard.press("Enter")
        await she.stage("done")
    assert bank.debits(person.card, 26_00) == 1


async def test_the_language_changes_where_one_stands(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.log_in(person.customer.number)
        await he.visit("transfer")
        await he.page.locator("input.money").fill("27.5")
        await he.page.locator(".language").click()
        await he.heading("Transfer")
        await expect(he.page.locator("html")).to_have_attribute("lang", "en")
        await expect(he.page.locator("input.money")).to_have_value("27.5")
        await expect(he.page.locator(".language")).to_be_focused()
        await expect(he.page).to_have_title("Transfer · Online banking")
        await he.page.reload()
        await he.heading("Welcome to online banking")


async def test_a_refusal_of_the_bank_speaks_the_readers_language(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "en") as he:
        await he.log_in(person.customer.number)
        await he.visit("transfer")
        await he.page.locator("fieldset .choice button").nth(1).click()
        await he.page.locator("fieldset input").first.fill("6229990000000009999")
        await he.page.locator("input.money").fill("10")
        await he.page.locator("button[type=submit]").click()
        await he.page.locator(".confirmation button.main").click()
        await he.stage("refused")
        await expect(he.page.locator(".outcome")).to_contain_text("The payee's account was not found.")
        await expect(he.page.locator(".outcome")).to_contain_text("No money was taken.")
        await he.picture("22-refused")


async def test_letters_of_twice_the_size_still_fit(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "zh-CN", 390) as he:
        await he.log_in(person.customer.number)
        await he.page.locator(".account .amount").first.wait_for()
        await he.page.set_viewport_size({"width": 320, "height": 568})
        for place, filled in PLACES.items():
            await he.visit(place)
            await he.page.locator(f"main {filled}").first.wait_for()
            assert await he.page.evaluate("document.documentElement.scrollWidth") <= 320, place


async def test_a_bank_that_cannot_be_reached_is_told(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home) as he:
        await he.enter(person.customer.number)
        await he.page.locator(".account .amount").first.wait_for()
        await he.page.route("**/limits", lambda route: route.abort())
        await he.visit("limits")
        await expect(he.page.locator("[role=alert]")).to_contain_text("暂时联系不上银行")
        await he.picture("23-no-connection")
        he.expected.append("net::ERR_FAILED")
        await he.page.unroute("**/limits")
        await he.page.locator("[role=alert] button").click()
        await expect(he.page.locator("form input")).to_have_count(3)


async def test_a_page_that_does_not_load_whole_says_so(bank: OnlineBank, browser: Browser) -> None:
    async with visitor(browser, bank.home, "zh-CN", 390) as he:
        he.expected.append("status of 429")
        await he.page.route("**/chart.js", lambda route: route.fulfill(status=429))
        await he.page.goto(bank.home)
        await expect(he.page.locator(".opening")).to_contain_text("如长时间没有打开，请稍后重新加载")
        await expect(he.page.locator(".opening a").last).to_be_visible()
        await he.picture("29-not-loaded")
        await he.page.unroute("**/chart.js")
        await he.page.locator(".opening a").last.click()
        await he.page.locator("main button.main").wait_for()


async def test_without_a_network_nothing_is_called_live_and_logging_out_stays_here(
    bank: OnlineBank, browser: Browser
) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "en", 390) as he:
        he.expected.append("net::ERR_INTERNET_DISCONNECTED")
        await he.log_in(person.customer.number)
        await expect(he.page.locator(".live")).to_have_text("live")
        await he.page.context.set_offline(True)
        await expect(he.page.locator(".live")).to_have_text("offline")
        await he.page.locator(".logout").click()
        await expect(he.page.locator("main .notice")).to_contain_text("the bank has not confirmed it")
        await expect(he.page.locator(".account")).to_have_count(0)
        await he.picture("30-logged-out-here")
        assert he.sent("GET", "/logout") == []
        await he.page.context.set_offline(False)
        await he.log_in(person.customer.number)
        await expect(he.page.locator(".live")).to_have_text("live")
        assert [asks_for_the_pin(request) for request in he.sent("GET", "/authorize")] == [False, True]


async def test_limits_are_told_with_what_they_come_to(bank: OnlineBank, browser: Browser) -> None:
    person = bank.person()
    async with visitor(browser, bank.home, "en", 390) as he:
        page = he.page
        single, daily, count = (page.locator("form input").nth(index) for index in range(3))
        await he.log_in(person.customer.number)
        await he.visit("limits")
        await daily.fill("100")
        await page.locator("button[type=submit]").click()
        await expect(page.locator("form .notice")).to_have_text("The limits are changed, from now on.")
        await expect(page.locator("main")).to_contain_text("one transfer can be at most ¥100.00")
        await single.fill("abc")
        await count.fill("99999999999")
        await page.locator("button[type=submit]").click()
        await expect(page.locator(".mistake:visible").last).to_have_text("This number is too large. Please check it.")
        await expect(page.locator("form .notice")).to_have_count(0)
        await he.picture("31-mistaken-limits")
        await single.fill("0")
        await count.fill("1")
        await page.locator("button[type=submit]").click()
        await expect(page.locator("main")).to_contain_text("With these limits no transfer can be made.")


async def test_both_languages_say_the_same_things(bank: OnlineBank, browser: Browser) -> None:
    async with visitor(browser, bank.home) as he:
        said = await texts(he.page)
    assert said["zh-CN"].keys() == said["en"].keys()
    for key, text in said["zh-CN"].items():
        assert set(OF_PLACE.findall(text)) == set(OF_PLACE.findall(said["en"][key])), key


async def test_every_text_that_is_asked_for_is_there(bank: OnlineBank, browser: Browser) -> None:
    async with visitor(browser, bank.home) as he:
        said = (await texts(he.page))["en"]
    asked = {key for name in MODULES for key in re.findall(r'say\("([^"$]+)"', (PAGE / name).read_text())}
    assert asked - said.keys() == set()
    assert len(asked) > 100


async def test_nothing_comes_from_elsewhere_and_no_markup_is_made_of_strings() -> None:
    for page in ("index.html", *MODULES):
        text = (PAGE / page).read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|innerHTML|insertAdjacentHTML|document\.write|eval\(|style=", text), page


async def test_every_module_is_fetched_at_once() -> None:
    named = set(re.findall(r'rel="modulepreload" href="([^"]+)"', (PAGE / "index.html").read_text()))
    assert named == set(MODULES) - {"script/main.js"}


async def test_money_is_exact(bank: OnlineBank, browser: Browser) -> None:
    amounts = ["0.01", "0.1", "1", "12,345.67", "１２３.４５", "999999999999.99", "¥ 70.10", "CNY1 250", "1，000，000."]
    async with visitor(browser, bank.home) as he:
        script = """(amounts) => import('./script/money.js').then((money) => amounts.map((typed) => {
            const { money: read } = money.readTyped(typed, "CNY");
            return [money.toJson(read), money.figure(money.fromJson(money.toJson(read)))];
        }))"""
        for typed, (sent, shown) in zip(amounts, await he.page.evaluate(script, amounts), strict=True):
            wanted = Decimal("".join(each for each in typed if each not in "¥, CNY，"))
            assert Decimal(sent["units"]) + Decimal(sent["nanos"]) / 10**9 == wanted
            assert shown == f"{wanted:,.2f}"
        bad = [
            "",
            "abc",
            "1.234",
            "-5",
            "1e3",
            "1.2.3",
            "12345678901234",
            "12,50",
            "0,500",
            "1,0000",
            "1,250 000",
            "€100",
            "$5",
        ]
        script = (
            "(amounts) => import('./script/money.js').then((m) => amounts.map((a) => m.readTyped(a, 'CNY').mistake))"
        )
        assert all(await he.page.evaluate(script, bad))
