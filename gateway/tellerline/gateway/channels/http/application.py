"""The web application: the services, their description, the customers' page, and a sign of life."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import orjson
from litestar import Litestar, MediaType, Request, Response, get
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from tellerline.gateway.channels.grpc.asgi import Application, Receive, Scope, Send
from tellerline.gateway.channels.http.doors import Doors
from tellerline.gateway.channels.http.keys import Standing
from tellerline.gateway.channels.http.openapi import DOCUMENT, PAGE_STYLE, page
from tellerline.gateway.channels.http.refusals import HttpRefusalError
from tellerline.gateway.channels.http.security import data_headers, page_headers
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.http.transcoder import Transcoder
from tellerline.gateway.channels.http.transcoding.routes import API
from tellerline.routing.model.codes import Code

PAGE: Final = Path(__file__).with_name("page")
_HOME: Final = "/online-banking"
_SERVICES: Final = f"{API}/"
_END: Final = f"{API}/session:end"
_LONGEST_PATH: Final = 200
Answer = Response[Any]


@dataclass(frozen=True, slots=True)
class Health:
    """``serving`` is False while the server ends. Without the issuer's keys nobody can log in, and all else goes on."""

    serving: bool
    issuer_keys: Standing


def build_application(
    settings: HttpSettings,
    transcoder: Transcoder,
    doors: Doors,
    end_session: Application,
    health: Callable[[], Health],
) -> Application:
    """``end_session`` answers ``POST /v1/session:end``; ``health`` is asked each time. Web sockets are refused (403).

    The services do not go through the framework, which would add a third to what a request costs; all else does.
    """
    pages: Any = _pages_and_files(settings, transcoder, doors, health)

    def application(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http":
            return _no_socket(send)
        path = scope["path"]
        if path == _END:
            return end_session(scope, receive, send)
        if path.startswith(_SERVICES) or not _names_a_file(path):
            return transcoder(scope, receive, send)
        return pages(scope, receive, _whoever_hears(send))  # type: ignore[no-any-return]

    return application


async def _no_socket(send: Send) -> None:
    await send({"type": "websocket.close"})


def _whoever_hears(send: Send) -> Send:
    """For the framework, which takes a client who has left for a defect."""

    async def say(message: dict[str, Any]) -> None:
        with suppress(OSError):
            await send(message)

    return say


def _names_a_file(path: str) -> bool:
    """Whether a file may be called so; what cannot be is not looked for."""
    return len(path) <= _LONGEST_PATH and path.isprintable()


def _pages_and_files(
    settings: HttpSettings, transcoder: Transcoder, doors: Doors, health: Callable[[], Health]
) -> Litestar:
    """Everything that is not the contract's."""

    @get("/health", media_type=MediaType.JSON)
    async def sign_of_life() -> Answer:
        now = health()
        status, word = (200, "serving") if now.serving else (503, "ending")
        said = {"status": word, "issuerKeys": now.issuer_keys}
        return Response(said, status_code=status, headers=data_headers(settings))

    async def count(request: Request[Any, Any, Any]) -> None:
        """The address's rate; what the page is made of counts apart, as one visit loads all of it."""
        scope = cast(MutableMapping[str, Any], request.scope)
        if request.url.path.startswith(f"{_HOME}/"):
            doors.part_of_the_page(scope)
        else:
            doors.anybody(scope, transcoder.exchange(scope, _nowhere))

    return Litestar(
        [sign_of_life, *_pages(settings), _files(settings)],
        openapi_config=None,
        logging_config=None,
        before_request=count,
        exception_handlers={HTTPException: _unknown(transcoder), Exception: _refused(transcoder)},
    )


def _pages(settings: HttpSettings) -> list[Any]:
    headers = page_headers(settings)
    described, styled = page(orjson.loads(DOCUMENT.read_bytes())), PAGE_STYLE.read_bytes()
    config = {
        "issuer": settings.issuer,
        "clientId": settings.client,
        "scope": settings.scope,
        "api": API,
    }

    @get("/")
    async def home() -> Redirect:
        return Redirect(f"{_HOME}/", headers=headers)

    @get("/openapi.json")
    async def description() -> Answer:
        return Response(
            DOCUMENT.read_bytes(), media_type="application/vnd.oai.openapi+json;version=3.1", headers=headers
        )

    @get("/openapi")
    async def readable() -> Answer:
        return Response(described, media_type=MediaType.HTML, headers=headers)

    @get("/openapi.css")
    async def style() -> Answer:
        return Response(styled, media_type=MediaType.CSS, headers=headers)

    @get(f"{_HOME}/config.json")
    async def configuration() -> Answer:
        return Response(config, headers=headers)

    return [home, description, readable, style, configuration]


def _files(settings: HttpSettings) -> Any:
    """The page's folder, nothing outside it, and no link out of it."""
    headers = page_headers(settings)

    def guarded(response: Answer) -> Answer:
        for name, value in headers.items():
            response.headers[name] = value
        return response

    return create_static_files_router(
        _HOME, directories=[PAGE], html_mode=True, after_request=guarded, name="online-banking"
    )


def _refused(transcoder: Transcoder) -> Callable[[Request[Any, Any, Any], Exception], Answer]:
    def answer(request: Request[Any, Any, Any], error: Exception) -> Answer:
        """A refusal wholly; of a defect only its number leaves."""
        exchange = transcoder.exchange(cast(MutableMapping[str, Any], request.scope), _nowhere)
        problem = transcoder.problem(exchange, error)
        return Response(
            orjson.dumps(problem.document),
            status_code=problem.status,
            media_type="application/problem+json",
            headers={**transcoder.headers, **problem.headers, "x-request-id": exchange.request_id},
        )

    return answer


def _unknown(transcoder: Transcoder) -> Callable[[Request[Any, Any, Any], HTTPException], Answer]:
    refused = _refused(transcoder)

    def answer(request: Request[Any, Any, Any], error: HTTPException) -> Answer:
        """What the framework refuses by itself: paths and methods that are not there, and bad requests."""
        status = error.status_code
        if status >= 500:
            return refused(request, error)
        code = Code.OPERATION_NOT_OFFERED if status in (404, 405) else Code.INVALID_REQUEST
        kept = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        return refused(request, HttpRefusalError(code, status, headers=kept))

    return answer


async def _nowhere(message: Any) -> None:
    """An exchange whose answer the framework sends."""
