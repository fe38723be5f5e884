"""Telephones of callers in the flows of a live site: they hear prompts, and press keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from live_site import CALLER, SETTINGS, LiveSite

from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.callcenter.ivr import actions, inputs
from tellerline.callcenter.ivr.library import Flows, load_flows
from tellerline.callcenter.live.ivr_desk import IvrDesk
from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.site.orders import TellIvr
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.state import Call
from tellerline.simulators.softswitch.phones import Phone, PhoneState

FLOWS = load_flows(None)
BY_FLOWS = replace(SETTINGS, entry_flow="main-menu", waiting_flow="wait-for-agent")


class HonestBank:
    """Knows one customer with one account, by a block that only this test's switch seals."""

    def __init__(self) -> None:
        self.asked: list[actions.Call] = []

    async def perform(self, call: actions.Call) -> inputs.Outcome:
        self.asked.append(call)
        match call.operation:
            case "verify_pin" if call.sealed.startswith(b"sealed for "):
                return inputs.Done({"customer": "customers/8000000001", "verified": "yes"})
            case "list_accounts" | "find_account":
                return inputs.Done(
                    {"accounts": "1", "account": "1", "masked": "622848******1234", "account_kind": "CARD"}
                )
            case "get_balance":
                return inputs.Done(
                    {"available": "CNY 20.50", "ledger": "CNY 20.50", "last_known": "no", "read_time": ""}
                )
            case _:
                return inputs.Unknown()


class Line:
    """A caller at the telephone, whose keys are pressed once what he waits for is played."""

    def __init__(self, site: LiveSite, bank: HonestBank, flows: Flows = FLOWS) -> None:
        self.site = site
        self.bank = bank
        self.flows = flows
        self.period = "day"
        self.tier = "standard"
        self.desk: IvrDesk

    async def start(self) -> None:
        """A new controller with a desk of its own, which hears all that was said before it was there."""
        early: list[TellIvr] = []
        self.site.tell = early.append
        await self.site.start()
        self.take_desk()
        for news in early:
            self.desk.tell(news)

    def take_desk(self) -> None:
        self.desk = IvrDesk(
            self.flows,
            ask=self.site.loop.ask,
            facts=self._facts,
            open_bank=lambda call: self.bank,
            waiting_flow=self.site.settings.waiting_flow,
            clock=self.site.clock,
            logger=make_log(self.site.clock, LogWriter(2), level="error"),
        )
        self.site.tell = self.desk.tell

    async def restart(self) -> None:
        """The controller is gone, and another one goes on."""
        await self.desk.close()
        await self.site.loop.close()
        await self.start()

    async def _facts(self, call: str) -> Mapping[str, str]:
        return {"language": "zh", "tier": self.tier, "period": self.period, "region": "", "caller": CALLER}

    async def hears(self, prompt: str, within: float = 60, phone: Phone | None = None) -> None:
        """Wait until a sound of this prompt plays."""
        heard = phone or self.site.caller
        for _ in range(int(within * 10)):
            if any(name.startswith(f"prompt:sound:{prompt}/") for name in heard.hears()):
                return
            await self.site.pass_time(0.1)
        raise AssertionError(f"{prompt} was not heard, but {heard.hears()}")

    async def presses(self, keys: str, phone: Phone | None = None) -> None:
        (phone or self.site.caller).press(keys)
        await self.site.pass_time(0.5)

    async def waits(self, phone: Phone | None = None, language: str = "1") -> Call:
        """Call, and ask for an agent by the main menu; the call."""
        caller = phone or self.site.caller
        caller.call("95588")
        await self.hears("main-menu/choose-language", phone=caller)
        await self.presses(language, caller)
        await self.presses("0", caller)
        return await self.call_of(caller)

    async def call_of(self, phone: Phone) -> Call:
        (call,) = [each for each in (await self.site.state()).calls.values() if each.caller == phone.number]
        return call

    async def until(self, true: Callable[[], bool]) -> None:
        for _ in range(1200):
            if true():
                return
            await self.site.pass_time(0.1)
        raise AssertionError("it never came to that")

    async def hangs_up(self, phone: Phone | None = None) -> None:
        caller = phone or self.site.caller
        caller.hang_up()
        await self.until(lambda: caller.state is PhoneState.IDLE)
        await self.site.pass_time(0.5)

    async def written(self) -> bytes:
        """All facts, as they are kept."""
        page = await self.site.log.read(0, self.site.feed.last, limit=100_000)
        return b"\n".join(recorded.entry.body for recorded in page)


@asynccontextmanager
async def flow_line(folder: Path, flows: Flows = FLOWS, settings: SiteSettings = BY_FLOWS) -> AsyncIterator[Line]:
    site = LiveSite(lambda: sqlite_log(folder / "sites.db"), settings)
    line = Line(site, HonestBank(), flows)
    await line.start()
    try:
        yield line
    finally:
        await line.desk.close()
        await site.loop.close()
        site.soft.power_off()
