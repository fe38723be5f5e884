"""Everything that an installation decides, in one typed file (TOML) and the environment (``TELLERLINE_…``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tellerline.gateway.access.operations import unknown_operations
from tellerline.gateway.access.pin import PinRules
from tellerline.gateway.access.pin_block import PinBlocks
from tellerline.gateway.access.policy import ChannelPolicy
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.counter.rules import CounterSettings
from tellerline.gateway.journal.records import Limits
from tellerline.gateway.limits.rules import LimitRules
from tellerline.gateway.resilience.deadlines import DeadlineRules

_OF_OTHERS = frozenset({"call_centre"})


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class StoreSettings(_Part):
    """``sqlite`` is one file of one process; ``postgresql`` is shared by any number of gateways."""

    kind: Literal["sqlite", "postgresql"] = "sqlite"
    path: Path = Path("tellerline.db")
    dsn: SecretStr = SecretStr("")
    db_schema: str = "tellerline"

    @model_validator(mode="after")
    def _complete(self) -> StoreSettings:
        if self.kind == "postgresql" and not self.dsn.get_secret_value():
            raise ValueError("store.dsn is needed for postgresql")
        return self


class HostSettings(_Part):
    """Where one host is; ``url`` is HTTP for SOAP hosts, empty for a host on the message queue.

    ``of`` names another host of the settings: this is a second version of it, which takes what routing rules give it.
    ``manifest`` is a ``host.toml`` of the bank's own in place of the one that comes with the host: its times, its
    concurrency, its policy of doubt. ``calendar`` is a file with the tables ``[calendar]`` and ``[stand_in]`` alone, in
    place of those of the manifest. ``client_certificate`` and ``client_key`` (PEM) are shown to a host that asks who
    we are; the key may stand in the certificate's file. ``signing_key`` and ``signing_certificate`` (PEM) sign what we
    send to a host whose messages are signed. ``trusted_certificate`` (PEM) is the host's own, with which its replies
    must be signed; the file may hold two while the host changes its key.
    """

    url: str = ""
    of: str = ""
    manifest: Path | None = None
    calendar: Path | None = None
    certificate_authority: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    signing_key: Path | None = None
    signing_certificate: Path | None = None
    trusted_certificate: Path | None = None

    @model_validator(mode="after")
    def _signs_wholly(self) -> HostSettings:
        if len({part is None for part in (self.signing_key, self.signing_certificate, self.trusted_certificate)}) > 1:
            raise ValueError("signing_key, signing_certificate and trusted_certificate go together")
        return self


class MqSettings(_Part):
    """``memory`` is the broker inside the process; ``amqp`` is a RabbitMQ cluster."""

    kind: Literal["memory", "amqp"] = "memory"
    url: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _complete(self) -> MqSettings:
        if self.kind == "amqp" and not self.url.get_secret_value():
            raise ValueError("mq.url is needed for amqp")
        return self


class TlsSettings(_Part):
    """PEM files; with ``client_authority`` every client must show a certificate that it signed."""

    certificate: Path
    key: Path
    client_authority: Path | None = None


class ServingSettings(_Part):
    """Which server carries the services, and where. Times in seconds."""

    kind: Literal["connect", "grpcio"] = "connect"
    address: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    tls: TlsSettings | None = None
    reuse_port: bool = False
    reflection: bool = False
    default_deadline: float = Field(default=10.0, gt=0)
    maximum_deadline: float = Field(default=60.0, gt=0)


class LimitFigures(_Part):
    """Minor units of the base currency; ``count`` is transfers a day."""

    single: int = Field(default=2_000_000, ge=0)
    daily: int = Field(default=5_000_000, ge=0)
    count: int = Field(default=3, ge=0)

    def limits(self) -> Limits:
        return Limits(single=self.single, daily=self.daily, count=self.count)


class LimitSettings(_Part):
    """What a registered account starts with, and what no request may exceed."""

    standard: LimitFigures = LimitFigures()
    ceiling: LimitFigures = LimitFigures()


class ChannelSettings(_Part):
    """One channel; see ``access.policy.ChannelPolicy``."""

    operations: tuple[str, ...] | None = None
    peers: tuple[str, ...] = ()
    grantless: tuple[str, ...] | None = None
    grant_seconds: int = Field(default=600, gt=0)
    foreign_currency: bool = True
    accepts_grants_of: tuple[str, ...] = ()

    @field_validator("operations", "grantless")
    @classmethod
    def _known(cls, patterns: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if unknown := unknown_operations(patterns or ()):
            raise ValueError(f"no operation is {', '.join(map(repr, unknown))}, or like it")
        return patterns

    def policy(self) -> ChannelPolicy:
        return ChannelPolicy(**self.model_dump())


class AccessSettings(_Part):
    """``policy`` is a file of the bank's own (CSV) in place of the standard that comes with the product."""

    policy: Path | None = None


class PinSettings(_Part):
    """See ``access.pin.PinRules``; ``keys`` are files for ``access.pin_block.PinBlocks``, the newest first."""

    digits: int = Field(default=6, ge=4, le=12)
    lock_after: int = Field(default=3, ge=1)
    lock_seconds: int = Field(default=24 * 3600, ge=1)
    keys: tuple[Path, ...] = ()

    def rules(self) -> PinRules:
        return PinRules(**self.model_dump(exclude={"keys"}))

    def blocks(self) -> PinBlocks:
        """Raises ``ValueError`` or ``OSError`` for a key that cannot be used or read."""
        return PinBlocks([file.read_bytes() for file in self.keys])


class InformationSettings(_Part):
    """``standard_tables`` lets the tables that come with the product hold until the bank has approved its own; a bank
    says false: its customers should not be told the rates of one that does not exist."""

    standard_tables: bool = True


class DeadlineSettings(_Part):
    """Seconds kept back for settling and answering, and given to what is under way at the end."""

    settle: float = Field(default=0.05, ge=0)
    answer: float = Field(default=0.02, ge=0)
    drain: float = Field(default=10.0, ge=0)

    def rules(self) -> DeadlineRules:
        return DeadlineRules(settle=self.settle, answer=self.answer)


class TelemetrySettings(_Part):
    """``trace_endpoint`` is an OTLP/HTTP collector's URL, empty for none; ``metrics_port`` 0 takes a free one."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    trace_ratio: float = Field(default=0.01, ge=0, le=1)
    trace_endpoint: str = ""
    metrics_port: int = Field(default=0, ge=0, le=65535)


def standard_channels() -> dict[str, ChannelSettings]:
    """A bank's usual channels, the phone without foreign currency. What each may do is the access policy's to say."""
    return {
        "IVR": ChannelSettings(grant_seconds=600, foreign_currency=False),
        "AGENT": ChannelSettings(foreign_currency=False, accepts_grants_of=("IVR",)),
        "ATM": ChannelSettings(grant_seconds=120),
        "ONLINE_BANKING": ChannelSettings(grant_seconds=900),
        "COUNTER": ChannelSettings(),
    }


class _OwnTables(TomlConfigSettingsSource):
    """A file without its tables for others of the house."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        return {name: part for name, part in super()._read_file(file_path).items() if name not in _OF_OTHERS}


class GatewaySettings(BaseSettings):
    """One gateway process. Later sources give way to earlier ones: arguments, environment, file, standard.

    ``instance`` names this process among those that share a store: it must be its own, and the same after a restart.
    """

    model_config = SettingsConfigDict(
        env_prefix="TELLERLINE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        nested_model_default_partial_update=True,
    )

    instance: str = Field(default="gateway-1", min_length=1, max_length=64)
    zone: str = "Asia/Shanghai"
    base_currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    locale: Literal["zh-CN", "en"] = "zh-CN"
    store: StoreSettings = StoreSettings()
    hosts: dict[str, HostSettings] = Field(default_factory=dict)
    routes: dict[str, str] = Field(default_factory=dict)
    routing_rules: Path | None = None
    mq: MqSettings = MqSettings()
    front: ServingSettings = ServingSettings()
    atm: AtmSettings | None = None
    http: HttpSettings | None = None
    limits: LimitSettings = LimitSettings()
    counter: CounterSettings = CounterSettings()
    channels: dict[str, ChannelSettings] = Field(default_factory=standard_channels)
    access: AccessSettings = AccessSettings()
    identities_required: bool = False
    pin: PinSettings = PinSettings()
    information: InformationSettings = InformationSettings()
    deadlines: DeadlineSettings = DeadlineSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    sweep_seconds: float = Field(default=2.0, gt=0)

    @field_validator("channels", mode="before")
    @classmethod
    def _over_the_standard(cls, given: Any) -> Any:
        """A channel that is named changes what it says and keeps the rest; one with no operations is closed."""
        standard = {name: channel.model_dump() for name, channel in standard_channels().items()}
        if not isinstance(given, Mapping):
            return given
        named = {name: dict(part) if isinstance(part, Mapping) else part.model_dump() for name, part in given.items()}
        return standard | {name: standard.get(name, {}) | part for name, part in named.items()}

    @model_validator(mode="after")
    def _hosts_within_reach(self) -> GatewaySettings:
        """The broker inside the process is the simulators' own: a host of a settings file is never on it."""
        unreachable = [name for name, host in self.hosts.items() if not host.url]
        if unreachable and self.mq.kind == "memory":
            raise ValueError(f"hosts.{unreachable[0]} has no url, so it needs mq.kind amqp")
        return self

    @model_validator(mode="after")
    def _versions_of_hosts(self) -> GatewaySettings:
        for name, host in self.hosts.items():
            if host.of and (host.of not in self.hosts or self.hosts[host.of].of):
                raise ValueError(f"hosts.{name}.of: {host.of!r} is no host of these settings, or a version itself")
        return self

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no such time zone: {zone}") from error
        return zone

    @classmethod
    def load(cls, file: Path | None = None) -> GatewaySettings:
        """From ``file`` and the environment. Raises ``pydantic.ValidationError``, or ``FileNotFoundError``."""
        if file is None:
            return cls()
        if not file.is_file():
            raise FileNotFoundError(file)

        class FromFile(cls):  # type: ignore[valid-type, misc]
            model_config = SettingsConfigDict(toml_file=file)

        return cls.model_validate(FromFile().model_dump())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """No ``.env`` and no secrets directory: what is not in the file is in the environment."""
        return init_settings, env_settings, _OwnTables(settings_cls)

    def limit_rules(self) -> LimitRules:
        return LimitRules(
            zone=ZoneInfo(self.zone),
            base_currency=self.base_currency,
            standard=self.limits.standard.limits(),
            ceiling=self.limits.ceiling.limits(),
        )
