"""What the command line asks of a system, turned into settings, with the servers that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tellerline.callcenter.settings import SECTION, CentreSettings, stated
from tellerline.cli.system.setting_mistakes import SettingsError, mistakes_of
from tellerline.cli.system.settings_file import write_settings
from tellerline.gateway.settings import GatewaySettings

SWITCHES = ("softswitch", "asterisk", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Empty words leave the decision to the configuration, and that to the standard."""

    config: Path | None = None
    store: str = ""
    dsn: str = ""
    mq: str = ""
    amqp: str = ""
    front: str = ""
    port: int = 0
    processes: int = 1
    customers: int = 1_000
    seed: int = 1
    switch: str = ""


class WishError(ValueError):
    """Options that do not go together; says which would."""


@contextmanager
def prepared(wishes: Wishes, directory: Path, **more: Any) -> Iterator[GatewaySettings]:
    """Settings for the wishes; private servers that they need run until the block ends.

    ``directory`` takes the settings file and the SQLite file. ``more`` are further settings. Raises ``WishError``,
    ``pydantic.ValidationError``, or the server packages' own error that says what to install.
    """
    if wishes.config is not None:
        _nothing_beside(wishes)
        yield GatewaySettings.load(wishes.config)
        return
    with ExitStack() as servers:
        document: dict[str, Any] = {
            "store": _store(wishes, directory, servers),
            "mq": _mq(wishes, servers),
            "front": {"port": wishes.port, "reflection": True} | ({"kind": wishes.front} if wishes.front else {}),
        }
        yield write_settings(directory / "settings.toml", document | more)


def call_centre_wished(wishes: Wishes, gateway: GatewaySettings) -> CentreSettings | None:
    """None where there is to be no call centre: with ``--switch none``, and beside a bank's own hosts unless its file
    or ``--switch`` wishes one. A bank that is simulated by options alone is always open.

    Raises ``WishError``, ``SettingsError``, or ``OSError``.
    """
    if wishes.switch not in {"", *SWITCHES}:
        raise WishError(f"--switch is {', '.join(SWITCHES)}, not {wishes.switch}")
    if gateway.hosts and not wishes.switch and not (wishes.config and stated(wishes.config)):
        return None
    beside = {"switch": {"kind": wishes.switch}} if wishes.switch else {}
    otherwise = {} if wishes.config else {"period": "day"}
    try:
        settings = CentreSettings.load(wishes.config, otherwise=otherwise, **beside)
    except ValidationError as error:
        raise SettingsError(mistakes_of(error, SECTION)) from None
    if settings.switch.kind == "none":
        return None
    if gateway.front.tls and not settings.gateway.authority:
        raise SettingsError({f"{SECTION}.gateway.authority": "needed, for the gateway's front has TLS"})
    return settings


def _nothing_beside(wishes: Wishes) -> None:
    """A configuration describes one gateway wholly: what stands beside it would be silently left out."""
    standard = Wishes()
    for name in ("store", "dsn", "mq", "amqp", "front", "port", "processes"):
        if getattr(wishes, name) != getattr(standard, name):
            raise WishError(f"--config decides alone: leave out --{name}, or set it in the file")


def _store(wishes: Wishes, directory: Path, servers: ExitStack) -> dict[str, Any]:
    if wishes.store in {"", "sqlite"}:
        if wishes.processes > 1:
            raise WishError("several processes need --store postgresql")
        if wishes.dsn:
            raise WishError("--dsn is of PostgreSQL: add --store postgresql")
        return {"kind": "sqlite", "path": directory / "journal.db"}
    if wishes.store != "postgresql":
        raise WishError(f"--store is sqlite or postgresql, not {wishes.store}")
    if wishes.dsn:
        return {"kind": "postgresql", "dsn": wishes.dsn}
    from tellerline.simulators.servers import PostgresqlServer

    PostgresqlServer.install()
    return {"kind": "postgresql", "dsn": servers.enter_context(PostgresqlServer()).dsn}


def _mq(wishes: Wishes, servers: ExitStack) -> dict[str, Any]:
    if wishes.mq in {"", "memory"}:
        if wishes.processes > 1:
            raise WishError("several processes need --mq rabbitmq")
        if wishes.amqp:
            raise WishError("--amqp is of RabbitMQ: add --mq rabbitmq")
        return {"kind": "memory"}
    if wishes.mq != "rabbitmq":
        raise WishError(f"--mq is memory or rabbitmq, not {wishes.mq}")
    if wishes.amqp:
        return {"kind": "amqp", "url": wishes.amqp}
    from tellerline.simulators.servers import RabbitmqServer

    RabbitmqServer.install()
    return {"kind": "amqp", "url": servers.enter_context(RabbitmqServer()).url}
