"""The admin API over HTTP, on the loopback interface unless told otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from tellerline.simulators.admin.desk import ClockIsRealError, Desk
from tellerline.simulators.admin.models import (
    AccountChange,
    BooksData,
    ClockData,
    CrashData,
    FaultData,
    MaintenanceData,
    PopulationData,
)
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.hosting.codes import RefusedError
from tellerline.simulators.ledger import LedgerError, UnknownAccountError

_MAX_BODY = 256 * 1024 * 1024
_MOST_REQUESTS = 1_000
M = TypeVar("M", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AdminServer:
    """One bank's admin API. Has no authentication: never bind it to an address that others reach."""

    def __init__(self, bank: SimulatedBank) -> None:
        self._desk = Desk(bank)
        self._runner: web.AppRunner | None = None
        self._address = ("127.0.0.1", 0)

    @property
    def url(self) -> str:
        return f"http://{self._address[0]}:{self._address[1]}/v1"

    async def start(self, address: str = "127.0.0.1", port: int = 0) -> None:
        """Bind and serve; port 0 takes a free one. ``OSError`` when the port is taken."""
        app = web.Application(client_max_size=_MAX_BODY, middlewares=[_errors])
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, address, port)
        await site.start()
        self._address = (address, self._runner.addresses[0][1])

    async def close(self) -> None:
        """Idempotent."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/status", self._status),
            web.get("/v1/ledger", self._ledger),
            web.post("/v1/population", self._population),
            web.post("/v1/books", self._books),
            web.get("/v1/accounts/{number}", self._account),
            web.patch("/v1/accounts/{number}", self._change_account),
            web.post("/v1/accounts/{number}/loss:formalise", self._formalise),
            web.post("/v1/accounts/{number}/loss:lift", self._lift),
            web.post("/v1/snapshot", self._snapshot),
            web.post("/v1/reset", self._reset),
            web.post("/v1/clock", self._clock),
            web.get("/v1/requests/{host}", self._requests),
            web.delete("/v1/requests", self._forget),
            web.get("/v1/faults", self._faults),
            web.post("/v1/faults", self._add_fault),
            web.delete("/v1/faults", self._clear_faults),
            web.delete("/v1/faults/{host}/{number:[0-9]+}", self._remove_fault),
            web.post("/v1/hosts/{host}/crash", self._crash),
            web.get("/v1/hosts/{host}/days/{date:[0-9]{4}-[0-9]{2}-[0-9]{2}}", self._day),
            web.put("/v1/hosts/{host}/maintenance", self._maintain),
            web.delete("/v1/hosts/{host}/maintenance", self._open),
        ]

    async def _status(self, request: web.Request) -> web.Response:
        return _json(self._desk.status())

    async def _ledger(self, request: web.Request) -> web.Response:
        return _json(self._desk.ledger())

    async def _population(self, request: web.Request) -> web.Response:
        data = await _read(request, PopulationData)
        population = self._desk.bank.load_population(data.seed, data.customers, magic=data.magic)
        loans = len(self._desk.bank.credit.host.loans)
        return _json({"people": len(population.people), "loans": loans, "movements": population.movements})

    async def _books(self, request: web.Request) -> web.Response:
        return _json(self._desk.load(await _read(request, BooksData)))

    async def _account(self, request: web.Request) -> web.Response:
        return _json(self._desk.account(request.match_info["number"]))

    async def _change_account(self, request: web.Request) -> web.Response:
        change = await _read(request, AccountChange)
        return _json(self._desk.change_account(request.match_info["number"], change))

    async def _formalise(self, request: web.Request) -> web.Response:
        return _json(self._desk.formalise_loss(request.match_info["number"]))

    async def _lift(self, request: web.Request) -> web.Response:
        return _json(self._desk.lift_loss(request.match_info["number"]))

    async def _snapshot(self, request: web.Request) -> web.Response:
        self._desk.bank.snapshot()
        return web.Response(status=204)

    async def _reset(self, request: web.Request) -> web.Response:
        self._desk.bank.reset()
        return web.Response(status=204)

    async def _day(self, request: web.Request) -> web.Response:
        text = self._desk.day_file(request.match_info["host"], request.match_info["date"])
        return web.Response(text=text, content_type="text/csv", charset="utf-8")

    async def _clock(self, request: web.Request) -> web.Response:
        return _json(await self._desk.set_clock(await _read(request, ClockData)))

    async def _requests(self, request: web.Request) -> web.Response:
        limit = request.query.get("limit", "100")
        if not limit.isdecimal() or not 1 <= int(limit) <= _MOST_REQUESTS:
            raise ValueError(f"limit lies between 1 and {_MOST_REQUESTS}")
        return _json({"requests": self._desk.requests(request.match_info["host"], int(limit))})

    async def _forget(self, request: web.Request) -> web.Response:
        self._desk.forget_requests()
        return web.Response(status=204)

    async def _faults(self, request: web.Request) -> web.Response:
        return _json({"faults": self._desk.faults(standing=request.query.get("standing") == "true")})

    async def _add_fault(self, request: web.Request) -> web.Response:
        return _json({"faults": self._desk.add_fault(await _read(request, FaultData))})

    async def _clear_faults(self, request: web.Request) -> web.Response:
        return _json({"cleared": self._desk.bank.clear_faults()})

    async def _remove_fault(self, request: web.Request) -> web.Response:
        self._desk.remove_fault(request.match_info["host"], int(request.match_info["number"]))
        return web.Response(status=204)

    async def _maintain(self, request: web.Request) -> web.Response:
        self._desk.maintain(request.match_info["host"], await _read(request, MaintenanceData))
        return web.Response(status=204)

    async def _open(self, request: web.Request) -> web.Response:
        self._desk.maintain(request.match_info["host"], None)
        return web.Response(status=204)

    async def _crash(self, request: web.Request) -> web.Response:
        data = await _read(request, CrashData)
        self._desk.crash(request.match_info["host"], data.seconds)
        return web.Response(status=204)


async def _read(request: web.Request, model: type[M]) -> M:
    body = await request.read()
    return model.model_validate_json(body or b"{}")


def _json(data: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json")


_REFUSALS: tuple[tuple[type[Exception], str, int], ...] = (
    (UnknownAccountError, "not_found", 404),
    (RefusedError, "refused", 409),
    (ClockIsRealError, "clock_is_real", 409),
    (LedgerError, "ledger", 409),
    (LookupError, "not_found", 404),
    (ValueError, "invalid", 400),
)
"""What each error is called on the wire; the first that fits counts."""


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        return _json({"error": "invalid", "details": details}, 400)
    except (LedgerError, RefusedError, ClockIsRealError, LookupError, ValueError) as error:
        word, status = next((word, status) for kind, word, status in _REFUSALS if isinstance(error, kind))
        return _json({"error": word, "details": str(error)}, status)
