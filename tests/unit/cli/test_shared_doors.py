"""The ports that ``tellerline up --processes`` chooses for its gateways."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tellerline.cli.system.large import shared_doors
from tellerline.gateway.channels.http.settings import HttpSettings
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.settings import GatewaySettings


def test_every_door_has_a_port_of_its_own_which_no_other_system_gets() -> None:
    http = HttpSettings(mode="development", issuer="http://127.0.0.1:1", jwks="http://127.0.0.1:1/jwks")
    settings = GatewaySettings(atm=AtmSettings(mode="development", terminals=Path("t.toml")), http=http)
    with ExitStack() as held:
        doors = shared_doors(settings, held)
        ports = {door["port"] for door in doors.values()}
        assert (len(ports), {door["reuse_port"] for door in doors.values()}) == (3, {True})
        for port in ports:
            with pytest.raises(OSError, match="in use"):
                socket.create_server(("127.0.0.1", port))
