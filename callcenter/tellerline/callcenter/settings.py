"""Everything that an installation decides of its call centre: the section ``call_centre`` of its file (TOML), and the
environment (``TELLERLINE_CALL_CENTRE__…``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from tellerline.adapters.rpc.identity import identity_pattern
from tellerline.callcenter.identities import Identities
from tellerline.callcenter.site.settings import SiteSettings
from tellerline.callcenter.site.words import ReleasePolicy
from tellerline.routing.calls.model import RoutingPlan

SECTION = "call_centre"
_PEOPLE = tuple(
    f"spiffe://tellerline/{role}/{{person}}"
    for role in ("agent", "leader", "supervisor", "manager", "department", "audit")
)
_OPERATORS = ("spiffe://tellerline/operator/*",)
"""As ``tellerline keys`` makes certificates."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SwitchSettings(_Part):
    """``softswitch`` is the simulated one: that of this process, or another's at ``address`` (host:port).

    ``asterisk`` is a bank's at ``url`` (which ends with ``/ari``), where ``app`` is the Stasis application that its
    dialplan hands callers to, numbers that match ``internal`` wholly are its PJSIP endpoints of that name, and others
    go out through the endpoint ``trunk``; without ``url`` a private one is started, which plays the bank's own
    ``recordings`` (a folder with one for each language) in place of those that a machine speaks. With ``none`` there
    is no call centre.
    """

    kind: Literal["softswitch", "asterisk", "none"] = "softswitch"
    address: str = Field(default="", pattern=r"^([^:\s]+:[0-9]{1,5})?$")
    url: str = Field(default="", pattern=r"^(https?://\S+/ari)?$")
    app: str = "tellerline"
    user: str = "tellerline"
    password: SecretStr = SecretStr("")
    trunk: str = "trunk"
    internal: str = r"\d{3,5}"
    recordings: Path | None = None

    @model_validator(mode="after")
    def _complete(self) -> SwitchSettings:
        if self.url and not self.password.get_secret_value():
            raise ValueError("password is needed with url")
        return self


class StoreSettings(_Part):
    """``sqlite``: two files in ``directory``, of one process; ``postgresql``: two schemas."""

    kind: Literal["sqlite", "postgresql"] = "sqlite"
    directory: Path = Path()
    dsn: SecretStr = SecretStr("")
    calls_schema: str = "tellerline_sites"
    tickets_schema: str = "tellerline_tickets"

    @model_validator(mode="after")
    def _complete(self) -> StoreSettings:
        if self.kind == "postgresql" and not self.dsn.get_secret_value():
            raise ValueError("dsn is needed for postgresql")
        return self


class TlsSettings(_Part):
    """PEM files; with ``client_authority`` every client must show a certificate that it signed."""

    certificate: Path
    key: Path
    client_authority: Path | None = None


class FrontSettings(_Part):
    """Where the contract is served, and what is refused. Times in seconds, of calls with one reply; ``message_limit``
    in bytes of a request. ``running_calls`` and ``streams`` bound what is at work at once.

    ``people`` are patterns of the identities in people's certificates, with ``{person}`` where his id stands;
    ``operators`` those of who may look at every call; ``speaks_for`` maps the identity of a program to the people whom
    it vouches for. ``identities_required`` lets in nobody else.
    """

    address: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    tls: TlsSettings | None = None
    default_deadline: float = Field(default=10.0, gt=0)
    maximum_deadline: float = Field(default=60.0, gt=0)
    message_limit: int = Field(default=1 << 20, ge=1 << 10)
    running_calls: int = Field(default=512, ge=1)
    streams: int = Field(default=4096, ge=1)
    identities_required: bool = False
    people: tuple[str, ...] = _PEOPLE
    operators: tuple[str, ...] = _OPERATORS
    speaks_for: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_order(self) -> FrontSettings:
        if self.default_deadline > self.maximum_deadline:
            raise ValueError("default_deadline must not be above maximum_deadline")
        return self

    @field_validator("people", "operators")
    @classmethod
    def _patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            identity_pattern(pattern)
        return patterns

    def identities(self) -> Identities:
        return Identities(
            people=self.people,
            operators=self.operators,
            speaks_for=self.speaks_for,
            required=self.identities_required,
        )


class GatewayTls(_Part):
    """PEM files for a gateway that is reached by TLS: by ``authority`` it is trusted, ``certificate`` and ``key`` are
    shown to one that asks who we are."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _complete(self) -> GatewayTls:
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("certificate and key go together")
        if self.certificate and not self.authority:
            raise ValueError("authority is needed with certificate")
        return self


class CentreSettings(BaseSettings):
    """One site. Later sources give way to earlier ones: arguments, environment, file, standard.

    ``site`` begins every id that it makes, and must be its own among those that share a store. Files that are not
    named are those that come with the product: fictional ``people``, the routing ``plan``, the folder of ``flows``,
    what a number tells of its ``callers``, and the usual ``office_hours``. ``period`` says whether it is ``day``,
    ``night`` or ``holiday``; ``calendar`` leaves that to the working days and to ``callers``. ``numbers`` maps numbers
    dialled to flows, ``entry_flow`` has all others. Who lost his flow by a defect enters ``rescue_queue``, or is let go
    where the plan has no such queue. Without ``store`` it is beside the gateway's. Times in seconds.
    """

    model_config = SettingsConfigDict(
        env_prefix=f"TELLERLINE_{SECTION.upper()}__",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        nested_model_default_partial_update=True,
    )

    site: str = Field(default="main", pattern=r"^[A-Za-z0-9]{1,16}$")
    people: Path | None = None
    plan: Path | None = None
    flows: Path | None = None
    callers: Path | None = None
    office_hours: Path | None = None
    period: Literal["calendar", "day", "night", "holiday"] = "calendar"
    entry_flow: str = "main-menu"
    waiting_flow: str = "wait-for-agent"
    closing_flow: str = "satisfaction"
    voicemail_flow: str = ""
    rescue_queue: str = "personal"
    numbers: dict[str, str] = Field(default_factory=dict)
    own_number: str = Field(default="", pattern=r"^[0-9+]{0,32}$")
    recorded: bool = True
    ring_on_offer: bool = True
    offer_seconds: float = Field(default=20.0, gt=0)
    ring_seconds: float = Field(default=40.0, gt=0)
    wrap_up_seconds: float = Field(default=60.0, ge=0)
    releases: ReleasePolicy = ReleasePolicy.CLOSING_FLOW
    switch: SwitchSettings = SwitchSettings()
    store: StoreSettings | None = None
    front: FrontSettings = FrontSettings()
    gateway: GatewayTls = GatewayTls()

    @classmethod
    def load(cls, file: Path | None = None, *, otherwise: Mapping[str, Any] | None = None, **beside: Any) -> Self:
        """From ``beside``, the environment, ``file``, and ``otherwise`` in place of the standard.

        Raises ``pydantic.ValidationError``, ``OSError`` or ``tomllib.TOMLDecodeError``.
        """
        section = {**(otherwise or {}), **(stated(file) if file else {})}

        class FromFile(cls):  # type: ignore[valid-type, misc]
            @classmethod
            def settings_customise_sources(
                cls,
                settings_cls: type[BaseSettings],
                init_settings: PydanticBaseSettingsSource,
                env_settings: PydanticBaseSettingsSource,
                dotenv_settings: PydanticBaseSettingsSource,
                file_secret_settings: PydanticBaseSettingsSource,
            ) -> tuple[PydanticBaseSettingsSource, ...]:
                return init_settings, env_settings, InitSettingsSource(settings_cls, section)

        return cls.model_construct(**dict(FromFile(**beside)))

    def site_settings(self, plan: RoutingPlan) -> SiteSettings:
        return SiteSettings(
            name=self.site,
            plan=plan,
            ring_on_offer=self.ring_on_offer,
            offer_timeout=timedelta(seconds=self.offer_seconds),
            ring=timedelta(seconds=self.ring_seconds),
            wrap_up=timedelta(seconds=self.wrap_up_seconds),
            releases=self.releases,
            entry_flow=self.entry_flow,
            flows=self.numbers,
            waiting_flow=self.waiting_flow,
            closing_flow=self.closing_flow,
            voicemail_flow=self.voicemail_flow,
            rescue_queue=self.rescue_queue,
            recorded=self.recorded,
            own_number=self.own_number,
        )


def stated(file: Path) -> dict[str, Any]:
    """What the file says of the call centre; empty where it says nothing. Raises as ``load`` does."""
    section = tomllib.loads(file.read_text(encoding="utf-8")).get(SECTION, {})
    return section if isinstance(section, dict) else {SECTION: section}
