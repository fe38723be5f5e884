"""A customer before a real browser: what he does, what he sees, and what a browser would complain of."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from tellerline.simulators.population.people import PIN

PICTURES = Path(__file__).resolve().parents[2] / "build" / "screenshots" / "online-banking"
SIZES = {1366: 768, 390: 844}
LANGUAGES = ("zh-CN", "en")
_SECONDS = 60.0
expect.set_options(timeout=_SECONDS * 1000)
_ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
_REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@asynccontextmanager
async def chromium_browser(program: Path) -> AsyncIterator[Browser]:
    """Headless, on the running loop, with no way to any address but loopback."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[_ONLY_HERE])
        try:
            yield browser
        finally:
            await browser.close()


def asks_for_the_pin(request: Request) -> bool:
    """Whether a request to the issuer wants the PIN typed again, whoever is logged in there."""
    return parse_qs(urlsplit(request.url).query).get("prompt") == ["login"]


@dataclass
class Visitor:
    """``complaints`` is everything that went wrong in the browser; a refusal of the bank is no complaint, nor is what
    says one of the words ``expected``."""

    page: Page
    home: str
    language: str = "zh-CN"
    width: int = 1366
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(_SECONDS * 1000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("request", self._request)

    async def open(self) -> None:
        await self.page.goto(self.home)
        await self.page.locator("main button.main").wait_for()

    async def log_in(self, customer: str, pin: str = PIN) -> None:
        """From the welcome to wherever the page leads; with a wrong PIN, to the form again."""
        await self.page.locator("main button.main").click()
        await self.type_pin(customer, pin)

    async def enter(self, customer: str) -> None:
        """Log in, and wait until he is in: to change what becomes of requests while a page is on its way is a race."""
        await self.log_in(customer)
        await self.page.locator("nav a").first.wait_for()

    async def type_pin(self, customer: str, pin: str = PIN) -> None:
        await self.page.locator("#customer_number").fill(customer)
        await self.page.locator("#pin").fill(pin)
        await self.page.locator("button[type=submit]").click()

    async def visit(self, place: str) -> None:
        """By the menu."""
        await self.page.locator(f'nav a[href="#/{place}"]').click()

    async def heading(self, text: str) -> None:
        await expect(self.page.locator("main h1")).to_have_text(text)

    async def forgets_what_was_pending(self) -> None:
        """Wait until the page keeps nothing for another load of it."""
        await self.page.wait_for_function("sessionStorage.length === 0")

    async def stage(self, *stages: str) -> None:
        """Wait until the errand under way is at one of these stages."""
        await self.page.locator(", ".join(f".outcome.{stage}" for stage in stages)).wait_for()

    def sent(self, method: str, path: str) -> list[Request]:
        """The requests so far to paths that end so."""
        return [each for each in self.requests if each.method == method and urlsplit(each.url).path.endswith(path)]

    async def picture(self, name: str) -> None:
        """Keep a picture of the whole screen, and let axe look at it."""
        height = await self.page.evaluate("document.documentElement.scrollHeight")
        wide = await self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.width:
            self.complaints.append(f"{name} is {wide} pixels wide")
        PICTURES.mkdir(parents=True, exist_ok=True)
        tall = {"width": self.width, "height": max(height, SIZES[self.width])}
        await self.page.set_viewport_size(tall)  # type: ignore[arg-type]
        await self.page.screenshot(path=PICTURES / f"{self.language}-{self.width}-{name}.png")
        await self.page.set_viewport_size({"width": self.width, "height": SIZES[self.width]})
        found = (await Axe().run(self.page)).response["violations"]
        self.complaints += [f"{name}: {each['impact']} {each['id']} {each['nodes'][0]['target']}" for each in found]

    def _console(self, message: ConsoleMessage) -> None:
        refused = _REFUSAL.match(message.text) and "/v1/" in message.location["url"]
        if message.type in ("error", "warning") and not refused:
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        self.requests.append(request)
        if urlsplit(request.url).hostname != "127.0.0.1":
            self.complaints.append(f"left the machine: {request.url}")


@asynccontextmanager
async def visitor(
    browser: Browser, home: str, language: str = "zh-CN", width: int = 1366, at: datetime | None = None
) -> AsyncIterator[Visitor]:
    """In a browser of his own, whose clock begins ``at``, or is right; at the end nothing may have been complained
    of."""
    size = {"width": width, "height": SIZES[width]}
    context = await browser.new_context(locale=language, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    try:
        if at:
            await context.clock.install(time=at)
        visiting = Visitor(await context.new_page(), home, language, width)
        await visiting.open()
        yield visiting
        assert [each for each in visiting.complaints if not any(word in each for word in visiting.expected)] == []
    finally:
        await context.close()
