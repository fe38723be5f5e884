"""A call at the call centre: the simulated switch, a flow, a PIN that nobody sees, an agent under a grant."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellerline.adapters.clock import SystemRandomness
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.callcenter.centre import CallCentre, CentreParts
from tellerline.callcenter.ivr.library import Flows, load_flows
from tellerline.callcenter.ivr.wording import recordings
from tellerline.callcenter.live.log import sqlite_log
from tellerline.callcenter.services.roster import Listed
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.facts import AgentSignedOut
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.cli.demo.stage import Stage
from tellerline.cli.rendering import money_text
from tellerline.connectors.softswitch.switch import SoftswitchConnector
from tellerline.gateway.client import CanonicalError, open_channel
from tellerline.routing.calls.model import AgentProfile
from tellerline.routing.calls.plan import load_plan
from tellerline.simulators.population import PIN, Person
from tellerline.simulators.softswitch.phones import OnRing, Phone
from tellerline.simulators.softswitch.playing import PromptTable
from tellerline.simulators.softswitch.switch import SoftSwitch

_NUMBER, _CALLER, _EXTENSION, _AGENT = "95588", "13800138000", "1001", "A1001"
_PATIENCE = 20.0
_PROMPT_SECONDS = 0.1
_TALK_SECONDS = 1.0
_ACCOUNTS = "accounts.v1.AccountService"


@dataclass(slots=True, kw_only=True)
class _Line:
    """The telephones of one call."""

    stage: Stage
    centre: CallCentre
    flows: Flows
    caller: Phone
    agent: Phone

    async def hear(self, prompt: str) -> None:
        """Wait until the caller hears this prompt, and show its words."""
        name = f"prompt:sound:{prompt}/0"
        if not await self.caller.until(lambda phone: name in phone.hears(), _PATIENCE):
            raise AssertionError(f"{prompt} was not heard")
        english, chinese = (recordings(self.flows.prompts, language)[f"{prompt}/0"] for language in ("en", "zh"))
        self.stage.out.say(f"   “{english}”", f"   “{chinese}”", style="cyan")

    def press(self, keys: str, *, shown: str = "") -> None:
        self.caller.press(keys)
        self.stage.out.say(f"      the caller presses {shown or keys}", f"      客户按 {shown or keys}", style="dim")

    async def secured(self) -> None:
        """Wait until the switch keeps the caller's keys to itself."""
        for _ in range(200):
            calls = await self.centre.loop.look(lambda state: list(state.calls.values()))
            if any(leg.collection for call in calls for leg in call.legs.values()):
                return await self.centre.loop.carried_out()
            await self.stage.clock.sleep(0.05)
        raise AssertionError("nobody waits for a PIN")

    async def command(self, command: c.Command) -> Any:
        return await self.centre.loop.ask(command)


async def answer_a_call(stage: Stage) -> None:
    """From ring to wrap-up, on the simulated switch."""
    stage.out.heading("11. A call to the call centre, from ring to wrap-up", "十一、客服中心的一通来电")
    person = _customer(stage)
    async with _line(stage) as line:
        await _sign_in(line)
        line.caller.call(_NUMBER)
        await _serve_himself(line, person)
        call = await _reach_agent(line)
        scene = await _report_loss(stage, line, person, call)
        line.caller.hang_up()
        scene["after"] = await _hung_up(stage, line, person, call, scene.pop("grant"))
        scene["figures"] = await _sign_out(stage, line)
    stage.scenes["call"] = scene


async def _serve_himself(line: _Line, person: Person) -> None:
    """Menu, PIN, balance; in the language in which the demo speaks."""
    await line.hear("main-menu/choose-language")
    line.press(line.stage.out.text("2", "1"))
    await line.hear("main-menu/for-balance")
    line.press("1")
    await line.hear("verify-pin/type-number")
    line.press(f"{person.customer.number}#")
    await line.hear("verify-pin/type-pin")
    await line.secured()
    line.press(PIN, shown="******")
    await line.hear("balance/balance")
    line.press("*")


async def _reach_agent(line: _Line) -> str:
    await line.hear("main-menu/for-agent")
    line.press("0")
    both = {line.caller.number, line.agent.number}
    if not await line.caller.until(lambda phone: phone.hears() == {line.agent.number}, _PATIENCE):
        raise AssertionError(f"nobody talks: {both}")
    await line.stage.clock.sleep(_TALK_SECONDS)
    line.stage.out.say(
        f"   Agent {_AGENT} answers: they hear each other. The agent has the customer's grant, and never a digit.",
        f"   座席 {_AGENT} 应答，双方通话。座席凭客户的授权办理，看不到、听不到任何密码。",
    )
    return await line.centre.loop.look(lambda state: next(iter(state.calls)))


async def _report_loss(stage: Stage, line: _Line, person: Person, call: str) -> dict[str, Any]:
    grant = line.centre.grant_of(call)
    account = f"customers/{person.customer.number}/accounts/1"
    asker = _asker(stage, person, call, grant)
    balance = await stage.client.call(f"{_ACCOUNTS}/GetBalance", {"context": asker, "name": f"{account}/balance"})
    asker = _asker(stage, person, call, grant)
    reported = await stage.client.call(f"{_ACCOUNTS}/ReportLoss", {"context": asker, "account": account})
    amount = money_text(balance["available_amount"])
    number = reported["masked_number"]
    stage.out.say(
        f"   The balance first ({amount} available), then the loss report of {number}: in force at once.",
        f"   先告知余额（可用 {amount}），再办理 {number} 的挂失：即时生效。",
        style="green",
    )
    return {"call": call, "grant": grant, "balance": balance, "loss_report": reported["loss_report"]}


async def _hung_up(stage: Stage, line: _Line, person: Person, call: str, grant: str) -> str:
    """What the agent's program gets now: the customer is not on the line any more."""
    code = ""
    for _ in range(100):
        request = {
            "context": _asker(stage, person, call, grant),
            "name": f"customers/{person.customer.number}/accounts/1/balance",
        }
        try:
            await stage.client.call(f"{_ACCOUNTS}/GetBalance", request)
        except CanonicalError as error:
            code = error.code
            if code == "GRANT_EXPIRED":
                break
        await stage.clock.sleep(0.05)
    stage.out.say(
        f"   The caller hangs up, and the grant is gone: {code}.", f"   客户挂机，授权随即失效：{code}。", style="red"
    )
    return code


async def _sign_in(line: _Line) -> None:
    profile = AgentProfile(id=_AGENT, skills={"cards": 8}, languages=frozenset({"zh", "en"}))
    await line.command(c.SignIn(actor=_AGENT, profile=profile, telephone=_EXTENSION))
    await line.command(c.BecomeReady(actor=_AGENT, agent=_AGENT))


async def _sign_out(stage: Stage, line: _Line) -> dict[str, Any]:
    entries = {"topic": "loss report"}
    call = await line.centre.loop.look(lambda state: next(iter(state.ended), next(iter(state.calls), "")))
    await line.command(c.CompleteRecord(actor=_AGENT, call=call, entries=entries))
    answer = await line.command(c.SignOut(actor=_AGENT, agent=_AGENT))
    figures = next(fact.figures for fact in answer.facts if isinstance(fact, AgentSignedOut))
    talk = round(figures.talk.total_seconds(), 1)
    stage.out.say(
        f"   The agent writes the call up and signs out: {figures.calls} call, {talk} s of talk.",
        f"   座席录入话务记录并签出：通话 {figures.calls} 次，{talk} 秒。",
    )
    return {"calls": figures.calls, "talk_s": talk}


def _asker(stage: Stage, person: Person, call: str, grant: str) -> dict[str, Any]:
    customer = f"customers/{person.customer.number}"
    return stage.context() | {
        "channel": "CHANNEL_AGENT",
        "customer": customer,
        "grant": grant,
        "call": call,
        "agent": _AGENT,
    }


def _customer(stage: Stage) -> Person:
    """Somebody with one account, who has no part in the other scenes."""
    assert stage.system.population is not None
    taken = {stage.caller_card, stage.payee_card}
    people = stage.system.population.people
    return next(person for person in reversed(people) if len(person.accounts) == 1 and person.card not in taken)


@asynccontextmanager
async def _line(stage: Stage) -> AsyncIterator[_Line]:
    clock, randomness = stage.clock, SystemRandomness()
    soft = SoftSwitch(
        clock, randomness, prompts=PromptTable(sounds={}, other=_PROMPT_SECONDS, digit=_PROMPT_SECONDS / 4)
    )
    agent = soft.extension(_EXTENSION)
    agent.on_ring = OnRing.ANSWERS
    flows = load_flows()
    with tempfile.TemporaryDirectory(prefix="tellerline-calls-") as place:
        async with open_channel(stage.system.node.target) as gateway:
            centre = CallCentre(
                CentreParts(
                    settings=SiteSettings(
                        name="demo", plan=load_plan(None), entry_flow="main-menu", waiting_flow="wait-for-agent"
                    ),
                    log=sqlite_log(Path(place) / "site.db"),
                    switch=SoftswitchConnector(soft.connect, clock, randomness),
                    gateway=gateway,
                    flows=flows,
                    roster={_AGENT: Listed(AgentProfile(id=_AGENT), leader=False)},
                    period=lambda at: "day",
                    clock=clock,
                    logger=make_log(clock, LogWriter(2), level="error"),
                )
            )
            await centre.start()
            try:
                yield _Line(stage=stage, centre=centre, flows=flows, caller=soft.outside(_CALLER), agent=agent)
            finally:
                await centre.close()
                soft.power_off()
