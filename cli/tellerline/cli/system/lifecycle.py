"""A system from its first sign of life to its last: started, announced, kept up, drained."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any

import uvloop
from pydantic import ValidationError

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.adapters.telemetry import LogWriter, TracingRules, make_log
from tellerline.callcenter.people import People
from tellerline.callcenter.settings import SECTION, CentreSettings, SwitchSettings
from tellerline.callcenter.storage import StoreUnavailableError as CentreStoreUnavailableError
from tellerline.cli.exits import Exit
from tellerline.cli.output import Output
from tellerline.cli.system.call_centre import RunningCentre, call_centre, store_beside
from tellerline.cli.system.cash_machines import serving_cash_machines
from tellerline.cli.system.centre_files import CentreFiles, read_centre_files
from tellerline.cli.system.chatter import chatter_to
from tellerline.cli.system.children import ChildFailedError
from tellerline.cli.system.command_settings import WishError, Wishes, call_centre_wished, prepared
from tellerline.cli.system.embedded import Books, start_embedded
from tellerline.cli.system.large import LargeSystem, start_large
from tellerline.cli.system.named_files import check_tls
from tellerline.cli.system.node import GatewayNode, build_node, reload_on_signal
from tellerline.cli.system.online_banking import development_login
from tellerline.cli.system.running import RunningSystem, announce, state_directory, withdraw
from tellerline.cli.system.setting_mistakes import SettingsError, refuse_settings
from tellerline.cli.system.switches import TelephoneRoom, installs_first, telephone_room
from tellerline.connectors.toml import ManifestError
from tellerline.gateway.access.policy_file import PolicyError
from tellerline.gateway.channels.iso8583.hsm.port import HsmError
from tellerline.gateway.channels.iso8583.terminals import TerminalError
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.transactions.table import RoutingError
from tellerline.simulators.servers import ServerFailedError, ServerMissingError


def keep_up(out: Output, wishes: Wishes) -> None:
    """Run the wished system until SIGINT or SIGTERM; what cannot be started ends the command with a reason."""
    directory = fresh_directory("up")
    try:
        with prepared(wishes, directory) as settings:
            check_tls(settings)
            uvloop.run(_keep_up(out, wishes, settings, directory))
    except WishError as error:
        out.fail(Exit.USAGE, "BAD_ARGUMENT", str(error), str(error))
    except (ValidationError, SettingsError) as error:
        refuse_settings(out, Exit.USAGE, error)
    except FileNotFoundError as error:
        missing = error.filename or error
        out.fail(Exit.USAGE, "NO_SUCH_FILE", f"There is no file {missing}.", f"没有文件 {missing}。")
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        out.fail(Exit.USAGE, "BAD_CONFIGURATION", f"{wishes.config}: {error}", f"{wishes.config}：{error}")
    except (ManifestError, RoutingError, PolicyError, TerminalError, HsmError) as error:
        out.fail(Exit.USAGE, "BAD_CONFIGURATION", str(error), f"配置有误：{error}")
    except ServerMissingError as error:
        out.fail(Exit.SETUP, "SERVER_MISSING", str(error), f"缺少 {error.name}，请运行：{error.command}")
    except (
        ServerFailedError,
        ChildFailedError,
        StoreUnavailableError,
        CentreStoreUnavailableError,
        OSError,
    ) as error:
        out.fail(Exit.SETUP, "CANNOT_START", str(error), f"无法启动：{error}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def fresh_directory(name: str) -> Path:
    """An empty directory of this process's own in the state directory, closed to other users; the caller removes it."""
    directory = state_directory() / "systems" / f"{name}-{os.getpid()}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, mode=0o700)
    return directory


async def _keep_up(out: Output, wishes: Wishes, settings: GatewaySettings, directory: Path) -> None:
    stop = stop_signal()
    centre = call_centre_wished(wishes, settings)
    if centre:
        check_tls(centre, SECTION)
    files = read_centre_files(centre, SystemClock()) if centre else None
    async with AsyncExitStack() as stack:
        log = _STANDARD_ERROR if settings.hosts else os.open(directory / "gateway.log", _LOG_FLAGS, 0o600)
        system = await stack.enter_async_context(_running(wishes, settings, directory, log))
        room, people = None, None
        if centre and files:
            say_installing(out, centre.switch)
            running, room = await stack.enter_async_context(_centre(centre, files, settings, system.gateway, log))
            system, people = with_call_centre(system, running, room), running.people
        announce(system)
        stack.callback(withdraw, system)
        show_running(out, system, room, people)
        await stop.wait()
        out.say("Stopping: running calls end first.", "正在停止：先完成进行中的交易。")


@asynccontextmanager
async def _centre(
    centre: CentreSettings, files: CentreFiles, settings: GatewaySettings, gateway: str, descriptor: int
) -> AsyncIterator[tuple[RunningCentre, TelephoneRoom]]:
    clock, randomness = SystemClock(), SystemRandomness()
    store = centre.store or store_beside(settings.store)
    told = settings.telemetry
    logger = make_log(clock, LogWriter(descriptor), level=told.log_level, instance=centre.site)
    async with (
        telephone_room(centre.switch, files.people, files.flows, clock=clock, randomness=randomness) as room,
        call_centre(
            centre,
            files,
            store,
            room,
            gateway,
            clock=clock,
            randomness=randomness,
            logger=logger,
            traces=TracingRules(ratio=told.trace_ratio, endpoint=told.trace_endpoint),
        ) as running,
    ):
        yield running, room


def say_installing(out: Output, switch: SwitchSettings) -> None:
    """What takes long the first time is said before."""
    if installs_first(switch):
        out.say(
            "Asterisk is installed first, once: about a minute. Nothing else on this machine changes.",
            "首次使用，先安装 Asterisk，约需一分钟，不影响本机其他软件。",
        )


def stop_signal() -> asyncio.Event:
    """Set by SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def _running(
    wishes: Wishes, settings: GatewaySettings, directory: Path, log: int
) -> AsyncIterator[RunningSystem]:
    clock, randomness = SystemClock(), SystemRandomness()
    if settings.hosts:
        node = build_node(settings, clock=clock, randomness=randomness, log_descriptor=log)
        await node.start()
        reload_on_signal(node)
        try:
            yield with_channels(running_system(settings, node.target, "", node.metrics_url), node)
        finally:
            await node.stop()
        return
    books = Books(seed=wishes.seed, customers=wishes.customers)
    with chatter_to(log):
        async with development_login(settings, clock=clock, randomness=randomness) as (open_to_all, proof):
            served = serving_cash_machines(open_to_all, directory, randomness)
            several = wishes.processes > 1
            async with (
                _several(served, books, wishes.processes, directory) if several else _embedded(served, books, log)
            ) as here:
                proof.target = here.gateway
                yield here


@asynccontextmanager
async def _several(
    settings: GatewaySettings, books: Books, processes: int, directory: Path
) -> AsyncIterator[RunningSystem]:
    async with start_large(settings, books, processes, directory, clock=SystemClock()) as large:
        yield with_channels(running_system(settings, large.target, large.admin, ""), large)


@asynccontextmanager
async def _embedded(settings: GatewaySettings, books: Books, log: int) -> AsyncIterator[RunningSystem]:
    clock, randomness = SystemClock(), SystemRandomness()
    system = await start_embedded(settings, books, clock=clock, randomness=randomness, log_descriptor=log)
    node = system.node
    reload_on_signal(node)
    try:
        yield with_channels(running_system(settings, node.target, system.admin.url, node.metrics_url), node)
    finally:
        await system.stop()


_STANDARD_ERROR = 2
_LOG_FLAGS = os.O_CREAT | os.O_WRONLY | os.O_APPEND


def running_system(settings: GatewaySettings, target: str, admin: str, metrics: str, name: str = "up") -> RunningSystem:
    """This process's own entry among the running systems."""
    return RunningSystem(
        name=f"{name}-{os.getpid()}",
        pid=os.getpid(),
        gateway=target,
        admin=admin,
        metrics=metrics,
        front=settings.front.kind,
        store=settings.store.kind,
        mq=settings.mq.kind,
        started=SystemClock().now().isoformat(timespec="seconds"),
    )


def with_channels(system: RunningSystem, doors: GatewayNode | LargeSystem) -> RunningSystem:
    """The same system, with where cash machines connect and, in development, their keys; and with online banking."""
    settings = doors.settings.atm
    keys = str(settings.terminals.parent) if settings is not None and settings.mode == "development" else ""
    online = f"{doors.http_url}/online-banking/" if doors.http_url else ""
    issuer = doors.settings.http.issuer if doors.settings.http is not None else ""
    return replace(system, atm=doors.atm_target, atm_keys=keys, online_banking=online, issuer=issuer)


def with_call_centre(system: RunningSystem, running: RunningCentre, room: TelephoneRoom) -> RunningSystem:
    """The same system, with where its call centre is."""
    leader = running.people.leader
    return replace(system, call_centre=running.target, switch=running.switch, leader=leader, telephones=room.telephones)


def show_running(
    out: Output, system: RunningSystem, room: TelephoneRoom | None = None, people: People | None = None
) -> None:
    """Where everything is, and what to do next. ``people`` are those of the call centre whose switch is in ``room``."""
    out.say("Ready!", "就绪！", style="bold green")
    rows = [
        (out.text("gateway", "网关"), f"{system.gateway}  (gRPC, {system.front})"),
        (out.text("store, MQ", "存储、消息"), f"{system.store}, {system.mq}"),
    ]
    if system.admin:
        rows.append((out.text("hosts' admin API", "主机管理接口"), system.admin))
    if system.metrics:
        rows.append((out.text("metrics", "指标"), system.metrics))
    if system.atm:
        rows.append((out.text("cash machines", "自动柜员机"), f"{system.atm}  (ISO 8583)"))
    if system.online_banking:
        rows.append((out.text("online banking", "网上银行"), system.online_banking))
    if system.call_centre:
        rows.append((out.text("call centre", "客服中心"), f"{system.call_centre}  (gRPC, {system.switch})"))
    out.table(("", ""), [*rows, *(_ways_in(out, room) if room else ())])
    out.hint("tellerline status", "what runs, from another terminal", "在另一个终端查看状态")
    out.hint("tellerline list", "what can be called", "列出可调用的方法")
    for who, telephone in list(people.telephones.items())[:1] if people else ():
        out.hint(f"tellerline agents sign-in {who} {telephone}", "somebody who takes calls", "座席签入，接听来电")
    if out.json:
        out.result(_document(system, room))


def _ways_in(out: Output, room: TelephoneRoom) -> Iterator[tuple[str, str]]:
    """How a call is made on this switch."""
    if room.telephones:
        yield out.text("its telephones", "模拟话机"), f"{room.telephones}  (tellerline telephone)"
    if room.sip:
        extensions = ", ".join(room.extensions)
        yield out.text("callers dial", "客户拨打"), f"sip:95588@{room.sip}"
        yield out.text("agents register", "座席注册"), f"{extensions} @ {room.sip}  ({room.password})"


def _document(system: RunningSystem, room: TelephoneRoom | None) -> dict[str, Any]:
    said = {"ready": True, "gateway": system.gateway, "admin": system.admin, "metrics": system.metrics}
    if system.atm:
        said |= {"atm": system.atm, "atm_keys": system.atm_keys}
    if system.online_banking:
        said |= {"online_banking": system.online_banking, "issuer": system.issuer}
    if room is None:
        return said
    ways = {
        "call_centre": system.call_centre,
        "switch": system.switch,
        "telephones": room.telephones,
        "sip": room.sip,
        "extensions": list(room.extensions),
        "extension_password": room.password,
    }
    return said | {name: value for name, value in ways.items() if value}
