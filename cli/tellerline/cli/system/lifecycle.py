"""A system from its first sign of life to its last: started, announced, kept up, drained."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tomllib import TOMLDecodeError

import uvloop
from pydantic import ValidationError

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.exits import Exit
from tellerline.cli.output import Output
from tellerline.cli.system.chatter import chatter_to
from tellerline.cli.system.command_settings import WishError, Wishes, prepared
from tellerline.cli.system.embedded import Books, start_embedded
from tellerline.cli.system.large import start_large
from tellerline.cli.system.node import build_node, reload_on_signal
from tellerline.cli.system.running import RunningSystem, announce, state_directory, withdraw
from tellerline.cli.system.setting_mistakes import refuse_settings
from tellerline.connectors.toml import ManifestError
from tellerline.gateway.journal.port import StoreUnavailableError
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.transactions.table import RoutingError
from tellerline.simulators.servers import ServerFailedError, ServerMissingError


def keep_up(out: Output, wishes: Wishes) -> None:
    """Run the wished system until SIGINT or SIGTERM; what cannot be started ends the command with a reason."""
    directory = fresh_directory("up")
    try:
        with prepared(wishes, directory) as settings:
            uvloop.run(_keep_up(out, wishes, settings, directory))
    except WishError as error:
        out.fail(Exit.USAGE, "BAD_ARGUMENT", str(error), str(error))
    except ValidationError as error:
        refuse_settings(out, Exit.USAGE, error)
    except FileNotFoundError as error:
        missing = error.filename or error
        out.fail(Exit.USAGE, "NO_SUCH_FILE", f"There is no file {missing}.", f"没有文件 {missing}。")
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        out.fail(Exit.USAGE, "BAD_CONFIGURATION", f"{wishes.config}: {error}", f"{wishes.config}：{error}")
    except (ManifestError, RoutingError) as error:
        out.fail(Exit.USAGE, "BAD_CONFIGURATION", str(error), f"配置有误：{error}")
    except ServerMissingError as error:
        out.fail(Exit.SETUP, "SERVER_MISSING", str(error), f"缺少 {error.name}，请运行：{error.command}")
    except (ServerFailedError, StoreUnavailableError, OSError) as error:
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
    async with _running(wishes, settings, directory) as system:
        announce(system)
        try:
            show_running(out, system)
            await stop.wait()
            out.say("Stopping: running calls end first.", "正在停止：先完成进行中的交易。")
        finally:
            withdraw(system)


def stop_signal() -> asyncio.Event:
    """Set by SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def _running(wishes: Wishes, settings: GatewaySettings, directory: Path) -> AsyncIterator[RunningSystem]:
    clock, randomness, log = SystemClock(), SystemRandomness(), os.open(directory / "gateway.log", _LOG_FLAGS, 0o600)
    books = Books(seed=wishes.seed, customers=wishes.customers)
    if settings.hosts:
        node = build_node(settings, clock=clock, randomness=randomness, log_descriptor=2)
        await node.start()
        reload_on_signal(node)
        try:
            yield running_system(settings, node.target, "", node.metrics_url)
        finally:
            await node.stop()
    elif wishes.processes > 1:
        async with start_large(settings, books, wishes.processes, directory, clock=clock) as (target, admin):
            yield running_system(settings, target, admin, "")
    else:
        with chatter_to(log):
            system = await start_embedded(settings, books, clock=clock, randomness=randomness, log_descriptor=log)
            reload_on_signal(system.node)
            try:
                yield running_system(settings, system.node.target, system.admin.url, system.node.metrics_url)
            finally:
                await system.stop()


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


def show_running(out: Output, system: RunningSystem) -> None:
    out.say("Ready!", "就绪！", style="bold green")
    rows = [
        (out.text("gateway", "网关"), f"{system.gateway}  (gRPC, {system.front})"),
        (out.text("store, MQ", "存储、消息"), f"{system.store}, {system.mq}"),
    ]
    if system.admin:
        rows.append((out.text("hosts' admin API", "主机管理接口"), system.admin))
    if system.metrics:
        rows.append((out.text("metrics", "指标"), system.metrics))
    out.table(("", ""), rows)
    out.hint("tellerline status", "what runs, from another terminal", "在另一个终端查看状态")
    out.hint("tellerline list", "what can be called", "列出可调用的方法")
    if out.json:
        out.result({"ready": True, "gateway": system.gateway, "admin": system.admin, "metrics": system.metrics})
