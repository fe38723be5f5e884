"""Online banking of a simulated bank: a development issuer beside the gateway, whose PINs the gateway compares."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tellerline.adapters.clock import Clock, Randomness
from tellerline.gateway.assembly import Gateway, Surroundings
from tellerline.gateway.client import CanonicalError, Client, open_channel
from tellerline.gateway.errors import describe
from tellerline.gateway.settings import GatewaySettings
from tellerline.routing.model.codes import Code

if TYPE_CHECKING:
    from tellerline.gateway.channels.http.channel import HttpChannel

_CHANNEL = "ONLINE_BANKING"
_CUSTOMERS = "customers.v1.CustomerService"
_STRANGERS = frozenset({Code.CUSTOMER_NOT_FOUND, Code.ACCOUNT_NOT_FOUND})
_NO_PIN = {False: "密码是 {digits} 位数字，请核对。", True: "A PIN has {digits} digits. Please check it."}
_AWAY = {False: "暂时无法登录，请稍后再试。", True: "Logging in is not possible just now. Please try again later."}


def http_channel(settings: GatewaySettings, gateway: Gateway, around: Surroundings) -> HttpChannel | None:
    """None where the settings open none; only where they do, its libraries are loaded."""
    if settings.http is None:
        return None
    from tellerline.gateway.channels.http.channel import HttpChannel

    return HttpChannel(
        gateway.services,
        settings.http,
        grants=around.store.grants,
        registry=around.store.registry,
        clock=around.clock,
        randomness=around.randomness,
        log=around.log,
        grant_seconds=settings.channels[_CHANNEL].grant_seconds,
    )


class GatewayProof:
    """Lets the gateway at ``target`` compare PINs, as online banking; the grant that it gives is ended at once.

    Says the same of numbers that are nobody's as of customers whose PIN is wrong. ``digits`` is a PIN's length.
    """

    def __init__(self, randomness: Randomness, digits: int = 6) -> None:
        self._randomness = randomness
        self._digits = digits
        self.target = ""

    async def __call__(self, customer: str, pin: str, *, english: bool) -> str:
        if not (pin.isascii() and pin.isdigit()) or len(pin) > self._digits:
            return _NO_PIN[english].format(digits=self._digits)
        if len(pin) < self._digits:
            return describe(Code.PIN_TOO_SHORT).said("", english=english)
        language = "en" if english else "zh-CN"
        async with open_channel(self.target) as channel:
            client = Client(channel, language=language)
            try:
                asked = {"context": self._context(), "customer": f"customers/{customer}", "pin": pin}
                grant = await client.call(f"{_CUSTOMERS}/VerifyPin", asked)
                await client.call(f"{_CUSTOMERS}/RevokeGrant", {"context": self._context(), "token": grant["token"]})
            except CanonicalError as error:
                if error.code in _STRANGERS:
                    return describe(Code.PIN_INVALID).said("", english=english)
                return error.text or _AWAY[english]
        return ""

    def _context(self) -> dict[str, str]:
        return {"channel": f"CHANNEL_{_CHANNEL}", "channel_serial": f"login-{self._randomness.bytes(10).hex()}"}


@asynccontextmanager
async def development_login(
    settings: GatewaySettings, *, clock: Clock, randomness: Randomness
) -> AsyncIterator[tuple[GatewaySettings, GatewayProof]]:
    """Settings with online banking, whose issuer runs until the block ends; as they are if they name an issuer, or if
    the gateway's front wants TLS. The caller tells the proof its ``target``.
    """
    proof = GatewayProof(randomness, settings.pin.digits)
    if settings.http is not None or settings.front.tls is not None:
        yield settings, proof
        return
    from tellerline.gateway.channels.http.settings import HttpSettings
    from tellerline.simulators.issuer import IssuerRules, IssuerServer
    from tellerline.simulators.servers.ports import free_port

    port = free_port()
    redirects = tuple(f"http://{host}:{port}/online-banking/" for host in ("127.0.0.1", "localhost"))
    issuer = IssuerServer(IssuerRules(redirects=redirects), proof, clock=clock, randomness=randomness)
    url = await issuer.start()
    try:
        http = HttpSettings(mode="development", port=port, issuer=url, jwks=f"{url}/jwks")
        yield settings.model_copy(update={"http": http}), proof
    finally:
        await issuer.close()
