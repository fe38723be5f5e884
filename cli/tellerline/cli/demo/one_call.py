"""A call at the call centre: a switch, a flow, a PIN that nobody sees, an agent under a grant."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tellerline.adapters.clock import SystemRandomness
from tellerline.adapters.telemetry import LogWriter, make_log
from tellerline.callcenter.centre import CallCentre
from tellerline.callcenter.ivr.wording import recordings
from tellerline.callcenter.settings import CentreSettings, StoreSettings
from tellerline.callcenter.site import commands as c
from tellerline.callcenter.site.facts import AgentSignedOut
from tellerline.cli.demo.call_trace import show_trace
from tellerline.cli.demo.stage import Stage
from tellerline.cli.demo.telephones import Telephones, telephones
from tellerline.cli.rendering import money_text
from tellerline.cli.system.call_centre import call_centre
from tellerline.cli.system.centre_files import CentreFiles, read_centre_files
from tellerline.gateway.client import CanonicalError, Client, open_channel
from tellerline.simulators.population import PIN, Person

_NUMBER, _AGENT = "95588", "A1001"
_TALK_SECONDS = 1.0
_ACCOUNTS, _CALLS, _QUEUES = "accounts.v1.AccountService", "calls.v1.CallService", "queues.v1.QueueService"
_SWITCHES = {"softswitch": ("", ""), "asterisk": (", on Asterisk", "（Asterisk）")}


@dataclass(slots=True, kw_only=True)
class _Line:
    """One call. ``heard`` says of each prompt how sure it is that the caller heard it, of 1."""

    stage: Stage
    centre: CallCentre
    files: CentreFiles
    phones: Telephones
    program: Client
    """The agent's, at the call centre."""
    language: str = "zh"
    heard: dict[str, float] = field(default_factory=dict)

    async def hear(self, prompt: str) -> None:
        """Wait until the caller hears this prompt, and show its words."""
        sound = f"{prompt}/0"
        self.heard[prompt] = round(await self.phones.hears(sound, self.language), 2)
        prompts = self.files.flows.prompts
        english, chinese = (recordings(prompts, language)[sound] for language in ("en", "zh"))
        self.stage.out.say(f"   “{english}”", f"   “{chinese}”", style="cyan")

    async def press(self, keys: str, *, shown: str = "") -> None:
        self.stage.out.say(f"      the caller presses {shown or keys}", f"      客户按 {shown or keys}", style="dim")
        await self.phones.press(keys)

    async def secured(self) -> None:
        """Wait until the switch keeps the caller's keys to itself."""
        for _ in range(200):
            calls = await self.centre.loop.look(lambda state: list(state.calls.values()))
            if any(leg.collection for call in calls for leg in call.legs.values()):
                return await self.centre.loop.carried_out()
            await self.stage.clock.sleep(0.05)
        raise TimeoutError("nobody waits for a PIN")

    async def command(self, command: c.Command) -> Any:
        return await self.centre.loop.ask(command)


async def answer_a_call(stage: Stage, switch: str = "softswitch") -> None:
    """From ring to wrap-up."""
    english, chinese = _SWITCHES[switch]
    stage.out.heading(
        f"11. A call to the call centre, from ring to wrap-up{english}", f"十一、客服中心的一通来电{chinese}"
    )
    person = _customer(stage)
    async with _line(stage, switch) as line:
        await _sign_in(line)
        await line.phones.call(_NUMBER)
        await _serve_himself(line, person)
        call = await _reach_agent(line)
        scene = await _report_loss(stage, line, person, call)
        await line.phones.hang_up()
        scene["after"] = await _hung_up(stage, person, scene)
        scene["figures"] = await _sign_out(stage, line)
        scene["trace"] = await show_trace(stage, line.program, call)
    stage.scenes["call"] = scene | {"switch": switch, "heard": line.heard}


answer_a_real_call = partial(answer_a_call, switch="asterisk")
"""Real telephones, real audio."""


async def _serve_himself(line: _Line, person: Person) -> None:
    """Menu, PIN, balance; in the language in which the demo speaks."""
    await line.hear("main-menu/choose-language")
    await line.press(line.stage.out.text("2", "1"))
    line.language = line.stage.out.text("en", "zh")
    await line.hear("main-menu/for-balance")
    await line.press("1")
    await line.hear("verify-pin/type-number")
    await line.press(f"{person.customer.number}#")
    await line.hear("verify-pin/type-pin")
    await line.secured()
    await line.press(PIN, shown="******")
    await line.hear("balance/balance")
    await line.press("*")


async def _reach_agent(line: _Line) -> str:
    await line.hear("main-menu/for-agent")
    await line.press("0")
    await line.phones.talk()
    await line.stage.clock.sleep(_TALK_SECONDS)
    line.stage.out.say(
        f"   Agent {_AGENT} answers: they hear each other. The agent has the customer's grant, and never a digit.",
        f"   座席 {_AGENT} 应答，双方通话。座席凭客户的授权办理，看不到、听不到任何密码。",
    )
    call = await line.centre.loop.look(lambda state: next(iter(state.calls)))
    await _look_at_screen(line, call)
    return call


async def _look_at_screen(line: _Line, call: str) -> None:
    asking = {"context": {"agent": _AGENT}, "name": f"calls/{call}"}
    shown = await line.program.call(f"{_CALLS}/GetScreenPop", asking)
    name, numbers = shown["customer"]["display_name"], ", ".join(each["masked_number"] for each in shown["accounts"])
    asked_why = {"context": {"agent": _AGENT, "language_code": line.stage.out.text("en", "zh-CN")}}
    why = await line.program.call(f"{_QUEUES}/ExplainCall", asked_why | {"call": f"calls/{call}"})
    line.stage.out.say(
        f"   The agent's screen: {name}, verified by PIN, {numbers}; before: {shown['topic']}. {why['text']}",
        f"   座席弹屏：{name}，已验密，{numbers}；此前：{shown['topic']}。{why['text']}",
    )


async def _report_loss(stage: Stage, line: _Line, person: Person, call: str) -> dict[str, Any]:
    asking = {"context": {"agent": _AGENT}, "name": f"calls/{call}"}
    grant = (await line.program.call(f"{_CALLS}/GetCallGrant", asking))["token"]
    account = f"customers/{person.customer.number}/accounts/1"
    trace = (await line.program.call(f"{_CALLS}/GetCall", asking))["traceparent"]
    asked = {"context": _asker(stage, person, call, grant), "name": f"{account}/balance"}
    balance = await stage.client.call(f"{_ACCOUNTS}/GetBalance", asked, traceparent=trace)
    asked = {"context": _asker(stage, person, call, grant), "account": account}
    reported = await stage.client.call(f"{_ACCOUNTS}/ReportLoss", asked, traceparent=trace)
    amount = money_text(balance["available_amount"])
    number = reported["masked_number"]
    stage.out.say(
        f"   The balance first ({amount} available), then the loss report of {number}: in force at once.",
        f"   先告知余额（可用 {amount}），再办理 {number} 的挂失：即时生效。",
        style="green",
    )
    return {
        "call": call,
        "grant": grant,
        "traceparent": trace,
        "balance": balance,
        "loss_report": reported["loss_report"],
    }


async def _hung_up(stage: Stage, person: Person, scene: dict[str, Any]) -> str:
    """What the agent's program gets now: the customer is not on the line any more."""
    code, grant, trace = "", scene.pop("grant"), scene.pop("traceparent")
    for _ in range(100):
        request = {
            "context": _asker(stage, person, scene["call"], grant),
            "name": f"customers/{person.customer.number}/accounts/1/balance",
        }
        try:
            await stage.client.call(f"{_ACCOUNTS}/GetBalance", request, traceparent=trace)
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
    people = line.files.people
    profile, telephone = people.roster[_AGENT].profile, people.telephones[_AGENT]
    await line.command(c.SignIn(actor=_AGENT, profile=profile, telephone=telephone))
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
async def _line(stage: Stage, switch: str) -> AsyncIterator[_Line]:
    clock = stage.clock
    settings = CentreSettings.model_construct(site="demo", period="day", closing_flow="")
    files = read_centre_files(settings, clock)
    extension = files.people.telephones[_AGENT]
    with tempfile.TemporaryDirectory(prefix="tellerline-calls-") as place:
        async with (
            telephones(switch, files.people, files.flows, extension, clock) as (room, phones),
            call_centre(
                settings,
                files,
                StoreSettings(directory=Path(place)),
                room,
                stage.system.node.target,
                clock=clock,
                randomness=SystemRandomness(),
                logger=make_log(clock, LogWriter(2), level="error"),
            ) as running,
            open_channel(running.target) as channel,
        ):
            program = Client(channel)
            yield _Line(stage=stage, centre=running.centre, files=files, phones=phones, program=program)
