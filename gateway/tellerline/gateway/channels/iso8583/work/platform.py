"""The platform's methods, called under the same rules that every front keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from google.protobuf.message import Message as Proto

from tellerline.gateway.channels.call import CallContext
from tellerline.gateway.channels.grpc.inside import run_inside
from tellerline.gateway.channels.grpc.rules import CallRules, methods_by_path
from tellerline.gateway.channels.service import Service, UnaryHandler

ReplyT = TypeVar("ReplyT", bound=Proto)
Runner = Callable[[UnaryHandler, Proto, CallContext, CallRules], Awaitable[Proto]]


class Platform:
    """Services by the paths of their methods. A call ends by its deadline, whatever its handler does."""

    def __init__(self, services: Iterable[Service], rules: CallRules) -> None:
        self._methods = methods_by_path(services)
        self._rules = rules

    async def ask(
        self, method: str, request: Proto, reply: type[ReplyT], call: CallContext, *, run: Runner = run_inside
    ) -> ReplyT:
        """The answer of ``method`` (``accounts.v1.AccountService/GetBalance``); raises what its handler raises.

        Who may be cancelled gives ``run_unary`` as ``run``: then a cancelled handler is not waited for.
        """
        handler = self._methods[f"/tellerline.api.{method}"].unary
        if handler is None:
            raise TypeError(f"{method} is no unary method")
        answer = await run(handler, request, call, self._rules)
        if not isinstance(answer, reply):
            raise TypeError(f"{method} answers with no {reply.__name__}")
        return answer
