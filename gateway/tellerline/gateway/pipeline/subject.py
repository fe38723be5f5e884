"""What a transaction is to those who only follow its states."""

from __future__ import annotations

from typing import Protocol

from tellerline.routing.model.command import Effect


class Subject(Protocol):
    """The part of a transaction that settling needs: an ``Acceptance`` and a ``Record`` both are one."""

    @property
    def global_serial(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def effect(self) -> Effect: ...
    @property
    def account(self) -> str: ...
    @property
    def customer(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def agent(self) -> str: ...
    @property
    def terminal(self) -> str: ...
