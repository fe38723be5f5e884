"""The issuer over HTTP: discovery, login form, tokens, keys, logout. On loopback unless told otherwise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from tellerline.adapters.clock import Clock, Randomness
from tellerline.simulators.issuer.form import STYLE, login_form, notice
from tellerline.simulators.issuer.logins import Proved, RefusedWishError, Shelf, Wish, fits, wish_of
from tellerline.simulators.issuer.rules import IssuerRules, Prove, origin_of
from tellerline.simulators.issuer.tokens import TokenMaker

_MOST_BYTES: Final = 16_384
_CUSTOMER: Final = re.compile(r"[A-Za-z0-9-]{1,32}")
_MISSING: Final = {False: "请输入客户号和密码。", True: "Please enter customer number and PIN."}
_MALFORMED: Final = {
    False: "客户号只含字母、数字和连字符，请核对。",
    True: "A customer number has only letters, digits and hyphens. Please check it.",
}


class IssuerServer:
    """Serves from ``start`` until ``close``. Keeps no login: each asks for the PIN, as ``prompt=login`` wants, and
    logging out is the page's way back alone. Customer numbers and PINs are in no log.
    """

    def __init__(self, rules: IssuerRules, prove: Prove, *, clock: Clock, randomness: Randomness) -> None:
        self._rules = rules
        self._prove = prove
        self._clock = clock
        self._wishes: Shelf[Wish] = Shelf(rules.form_seconds, rules.most_pending, clock, randomness)
        self._codes: Shelf[Proved] = Shelf(rules.code_seconds, rules.most_pending, clock, randomness)
        self.tokens = TokenMaker(rules, clock, randomness)
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, address: str = "127.0.0.1", port: int = 0) -> str:
        """Bind and serve; returns the issuer's URL. Raises ``OSError``."""
        app = web.Application(client_max_size=_MOST_BYTES, middlewares=[self._guard()])
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._discovery),
                web.get("/jwks", self._keys),
                web.get("/authorize", self._ask),
                web.post("/authorize", self._login),
                web.post("/token", self._token),
                web.get("/logout", self._logout),
                web.get("/style.css", _style),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, address, port).start()
        self.url = f"http://{address}:{self._runner.addresses[0][1]}"
        return self.url

    async def close(self) -> None:
        """Idempotent."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _discovery(self, request: web.Request) -> web.Response:
        return self._json(
            request,
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "end_session_endpoint": f"{self.url}/logout",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": list(self._rules.scopes),
                "ui_locales_supported": ["zh-CN", "en"],
                "authorization_response_iss_parameter_supported": True,
            },
        )

    async def _keys(self, request: web.Request) -> web.Response:
        return self._json(request, self.tokens.key_set())

    async def _ask(self, request: web.Request) -> web.Response:
        try:
            wish = wish_of(request.query, self._rules)
        except RefusedWishError as refused:
            if refused.redirect:
                raise self._back(refused.redirect, refused.state, {"error": refused.error}) from None
            return _html(notice("bad", english=_reads_english(request)), status=400)
        return _html(login_form(self._wishes.put(wish), english=wish.english))

    async def _login(self, request: web.Request) -> web.Response:
        form = await request.post()
        login, customer, pin = (str(form.get(name, "")) for name in ("login", "customer_number", "pin"))
        wish = self._wishes.look(login)
        if wish is None:
            return _html(notice("over", english=_reads_english(request)), status=400)
        customer = "".join(unicodedata.normalize("NFKC", customer).split())
        if mistake := await self._mistake(customer, pin, english=wish.english):
            return _html(login_form(login, english=wish.english, customer=customer, mistake=mistake), status=401)
        if self._wishes.take(login) is None:
            return _html(notice("over", english=wish.english), status=400)
        code = self._codes.put(Proved(wish, customer, int(self._clock.now().timestamp())))
        raise self._back(wish.redirect, wish.state, {"code": code})

    async def _mistake(self, customer: str, pin: str, *, english: bool) -> str:
        if not customer or not pin:
            return _MISSING[english]
        if not _CUSTOMER.fullmatch(customer):
            return _MALFORMED[english]
        return await self._prove(customer, pin, english=english)

    async def _token(self, request: web.Request) -> web.Response:
        form: Mapping[str, Any] = await request.post()
        if form.get("grant_type") != "authorization_code":
            return self._json(request, {"error": "unsupported_grant_type"}, status=400)
        proved = self._codes.take(str(form.get("code", "")))
        if (
            proved is None
            or form.get("client_id") != self._rules.client
            or form.get("redirect_uri") != proved.wish.redirect
            or not fits(str(form.get("code_verifier", "")), proved.wish.challenge)
        ):
            return self._json(request, {"error": "invalid_grant"}, status=400)
        return self._json(request, self.tokens.answer(self.url, proved))

    async def _logout(self, request: web.Request) -> web.Response:
        back, hint = request.query.get("post_logout_redirect_uri", ""), request.query.get("id_token_hint", "")
        known = request.query.get("client_id") == self._rules.client or self.tokens.is_ours(hint)
        if known and back in self._rules.redirects:
            state = request.query.get("state", "")
            raise web.HTTPSeeOther(f"{back}?{urlencode({'state': state})}" if state else back)
        return _html(notice("out", english=_reads_english(request)))

    def _back(self, redirect: str, state: str, said: dict[str, str]) -> web.HTTPSeeOther:
        parameters = said | ({"state": state} if state else {}) | {"iss": self.url}
        return web.HTTPSeeOther(f"{redirect}?{urlencode(parameters)}")

    def _json(self, request: web.Request, document: dict[str, Any], status: int = 200) -> web.Response:
        """Readable by the client's own pages, and no others."""
        origin = request.headers.get("origin", "")
        allowed = {"access-control-allow-origin": origin, "vary": "origin"} if origin in self._rules.origins else {}
        return web.Response(
            body=orjson.dumps(document), status=status, content_type="application/json", headers=allowed
        )

    def _guard(self) -> Middleware:
        sources = " ".join(sorted({origin_of(redirect) for redirect in self._rules.redirects}))
        policy = (
            f"default-src 'none'; style-src 'self'; form-action 'self' {sources}; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        standing = {
            "content-security-policy": policy,
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
        }

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                answer = await handler(request)
            except web.HTTPException as leaving:
                leaving.headers.update(standing)
                raise
            answer.headers.update(standing)
            return answer

        return guarded


def _reads_english(request: web.Request) -> bool:
    """As far as a request tells that belongs to no login."""
    return request.headers.get("accept-language", "").lower().startswith("en")


async def _style(request: web.Request) -> web.Response:
    return web.Response(text=STYLE, content_type="text/css")


def _html(page: str, status: int = 200) -> web.Response:
    return web.Response(text=page, status=status, content_type="text/html")
