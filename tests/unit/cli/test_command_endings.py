"""How commands end that were given something wrong: by a documented code, and with ``--json`` by one document."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import orjson
import pytest
import typer
from typer.testing import CliRunner

from tellerline.adapters.clock import SystemClock, SystemRandomness
from tellerline.cli.exits import Exit
from tellerline.cli.keys.folder import KeyFolder
from tellerline.cli.keys.making import make_all
from tellerline.cli.main import Commands, build_app

_APP = build_app()
NOWHERE = "127.0.0.1:9"


def run(*words: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    beside = {"TELLERLINE_LANG": "en", "NO_COLOR": "1", "TERM": "dumb"} | environment
    ran = CliRunner().invoke(_APP, [*words], env=beside)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, ran.stdout, ran.stderr


def ended(*words: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and the error of the one document that ``--json`` prints."""
    code, printed, complained = run(*words, "--json", **environment)
    assert complained == ""
    error: dict[str, Any] = orjson.loads(printed)["error"]
    return code, error


def refused(*words: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, and code and message of the document."""
    code, error = ended(*words, **environment)
    return code, error["code"], error["message"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("calc", "deposit", "100", "--from", "2026-01-05", "--rate", "abc"), "'abc' is not a number"),
        (("access", "explain", "--channel", "AGENT"), "'--operation'"),
        (("tables", "show"), "Missing argument"),
        (("information", "branches", "--radius", "far"), "'--radius'"),
        (("dance",), "'dance'"),
        (("status", "--loud"), "--loud"),
    ],
)
def test_wrong_arguments_are_one_document(words: tuple[str, ...], why: str) -> None:
    code, name, message = refused(*words)
    assert (code, name) == (Exit.USAGE, "BAD_ARGUMENT")
    assert why in message
    code, printed, complained = run(*words)
    assert (code, printed) == (Exit.USAGE, "")
    assert "Usage: " in complained


def test_what_follows_two_dashes_is_no_option() -> None:
    code, printed, complained = run("dance", "--", "--json")
    assert (code, printed) == (Exit.USAGE, "")
    assert complained


def test_a_home_that_cannot_be_made() -> None:
    code, name, message = refused("status", TELLERLINE_HOME="/dev/null/x")
    assert (code, name) == (Exit.SETUP, "FILE_TROUBLE")
    assert "/dev/null" in message


@pytest.mark.parametrize(
    "words",
    [
        ("calc", "deposit", "100", "--from", "2026-01-05", "--months", "99999999999"),
        ("calc", "loan", "100", "--months", "12", "--prepay", "99999999999=5"),
        ("information", "branches", "--near", "31.2,121.4", "--radius", "99999999999"),
    ],
)
def test_figures_that_no_request_takes(words: tuple[str, ...]) -> None:
    assert refused(*words, "--gateway", NOWHERE)[:2] == (Exit.USAGE, "BAD_ARGUMENT")


@pytest.mark.parametrize("more", [(), ("--version", "0")])
def test_a_table_is_asked_for_with_and_without_a_version(more: tuple[str, ...]) -> None:
    assert refused("tables", "show", "fees", *more, "--gateway", NOWHERE)[:2] == (Exit.UNREACHABLE, "UNREACHABLE")


def test_a_table_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "bin.toml").write_bytes(b"\xff\xfe\x00")
    proposal = ("products", str(tmp_path / "bin.toml"), "--operator", "A", "--reason", "r")
    code, name, message = refused("tables", "propose", *proposal)
    assert (code, name) == (Exit.USAGE, "FILE_NOT_READ")
    assert "bin.toml" in message


def test_a_show_that_cannot_be_given_is_not_begun(tmp_path: Path) -> None:
    home = {"TELLERLINE_HOME": str(tmp_path)}
    assert refused("demo", "--exit", "--front", "foo", **home)[:2] == (Exit.USAGE, "BAD_CONFIGURATION")
    unwritable = refused("demo", "--exit", "--front", "foo", "--picture", str(tmp_path / "no" / "x.svg"), **home)
    assert unwritable[:2] == (Exit.USAGE, "FILE_NOT_WRITTEN")


@pytest.mark.parametrize(
    ("lines", "code", "why"),
    [
        ("\ufeffcustomer,contribution,turnover\n8000000001,1,2\n", Exit.UNREACHABLE, "No gateway"),
        ("customer,contribution,turnover\n8000000001,1\n", Exit.USAGE, "row 2 has no turnover"),
        ("number,contribution,turnover\n8000000001,1,2\n", Exit.USAGE, "row 2 has no customer"),
    ],
)
def test_figures_of_customers_as_spreadsheets_save_them(tmp_path: Path, lines: str, code: int, why: str) -> None:
    (tmp_path / "f.csv").write_text(lines, "utf-8")
    place = (str(tmp_path / "f.csv"), "--day", "2026-03-02", "--gateway", NOWHERE)
    said = refused("customers", "classify", *place)
    assert said[0] == code
    assert why in said[2]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyFolder:
    folder = KeyFolder(tmp_path_factory.mktemp("certificates") / "keys")
    make_all(folder, days=30, hosts=["localhost"], clock=SystemClock(), randomness=SystemRandomness())
    return folder


def test_certificates_that_cannot_be_used_are_named(keys: KeyFolder) -> None:
    right = {
        "TELLERLINE_AUTHORITY": str(keys.path / "ca.pem"),
        "TELLERLINE_CERTIFICATE": str(keys.path / "ivr.pem"),
        "TELLERLINE_KEY": str(keys.path / "ivr.key"),
    }
    asked = ("tables", "list", "--gateway", NOWHERE)
    assert refused(*asked, **right)[:2] == (Exit.UNREACHABLE, "UNREACHABLE")
    for name, file in (
        ("TELLERLINE_AUTHORITY", keys.path / "ivr.key"),
        ("TELLERLINE_AUTHORITY", keys.path / "none.pem"),
        ("TELLERLINE_CERTIFICATE", keys.path / "ivr.key"),
        ("TELLERLINE_KEY", keys.path / "gateway.key"),
    ):
        code, error, message = refused(*asked, **(right | {name: str(file)}))
        assert (code, error) == (Exit.SETUP, "FILE_TROUBLE")
        assert str(file) in message
        chinese = refused(*asked, **(right | {name: str(file), "TELLERLINE_LANG": "zh-CN"}))[2]
        assert str(file) in chinese
        assert "：" in chinese


TRANSFER = ("transfer", "8000000001/1", "6229990000000000027", "1.00CNY", "--serial", "mine-1")


@contextmanager
def gateway(answer: Callable[[object, grpc.ServicerContext], bytes]) -> Iterator[str]:
    """The address of one that answers every method so."""
    handler = grpc.unary_unary_rpc_method_handler(answer)
    server = grpc.server(ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers((AnyMethod(handler),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


class AnyMethod(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # it takes none when it runs
    def __init__(self, handler: grpc.RpcMethodHandler[Any, Any]) -> None:
        self.handler = handler

    def service(self, _: object) -> grpc.RpcMethodHandler[Any, Any]:
        return self.handler


@pytest.mark.parametrize("status", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL])
@pytest.mark.parametrize(
    ("words", "serial"),
    [
        (TRANSFER, "mine-1"),
        (("call", "transfers.v1.TransferService/CreateTransfer", "context.channel_serial=mine-2"), "mine-2"),
        (("tables", "approve", "fees", "1", "--operator", "A"), "cli-"),
        (("routes", "reload"), "cli-"),
    ],
)
def test_a_change_that_was_sent_and_not_answered_is_unknown_and_keeps_its_serial(
    words: tuple[str, ...], serial: str, status: grpc.StatusCode
) -> None:
    def lost(_: object, context: grpc.ServicerContext) -> bytes:
        context.abort(status, "Socket closed")

    with gateway(lost) as address:
        code, error = ended(*words, "--gateway", address)
    assert (code, error["code"]) == (Exit.UNKNOWN, "OUTCOME_UNKNOWN")
    assert error["channel_serial"].startswith(serial)


def test_an_enquiry_that_nobody_answers_is_unreachable() -> None:
    def lost(_: object, context: grpc.ServicerContext) -> bytes:
        context.abort(grpc.StatusCode.UNAVAILABLE, "Socket closed")

    with gateway(lost) as address:
        code, error = ended("tables", "list", "--gateway", address)
    assert (code, error["code"], "channel_serial" in error) == (Exit.UNREACHABLE, "UNREACHABLE", False)


@pytest.mark.parametrize("nowhere", [NOWHERE, "no..such.host.invalid:1", "ipv4:nowhere:1"])
def test_a_change_that_was_never_sent_is_unreachable(nowhere: str) -> None:
    code, error = ended(*TRANSFER, "--gateway", nowhere)
    assert (code, error["code"], "channel_serial" in error) == (Exit.UNREACHABLE, "UNREACHABLE", False)


AT_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from tellerline.cli.main import run
run()
"""
"""What a shell starts in the background inherits that Ctrl-C is nothing to it."""


def test_ctrl_c_leaves_the_serial_of_what_was_sent() -> None:
    came = Event()

    def silent(_: object, context: grpc.ServicerContext) -> bytes:
        over = Event()
        context.add_callback(over.set)
        came.set()
        over.wait()
        return b""

    beside = os.environ | {"TELLERLINE_LANG": "en"}
    with gateway(silent) as address:
        words = (sys.executable, "-c", AT_A_TERMINAL, *TRANSFER[:4], "--gateway", address, "--json")
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=beside)
        came.wait()
        process.send_signal(signal.SIGINT)
        printed, complained = process.communicate()
    error = orjson.loads(printed)["error"]
    assert (process.returncode, error["code"], complained) == (Exit.INTERRUPTED, "INTERRUPTED", b"")
    assert error["channel_serial"].startswith("cli-")


@pytest.mark.parametrize(
    ("trouble", "code", "name"),
    [
        (KeyboardInterrupt(), Exit.INTERRUPTED, "INTERRUPTED"),
        (OSError(errno.ENOSPC, "No space left on device"), Exit.SETUP, "SYSTEM_TROUBLE"),
        (OSError(errno.EACCES, "Permission denied", "x.csv"), Exit.SETUP, "FILE_TROUBLE"),
    ],
)
def test_what_no_command_foresees_is_one_document_too(trouble: BaseException, code: int, name: str) -> None:
    app = typer.Typer(cls=Commands)

    @app.callback()
    def beside() -> None: ...

    @app.command()
    def troubled(json: bool = False) -> None:
        raise trouble

    ran = CliRunner().invoke(app, ["troubled", "--json"])
    assert (ran.exit_code, orjson.loads(ran.stdout)["error"]["code"]) == (code, name)
