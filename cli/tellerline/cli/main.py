"""The ``tellerline`` command: its sub-commands are the modules of ``tellerline.cli.commands``."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from typing import Any

import typer
from typer.core import TyperGroup

from tellerline.cli import commands
from tellerline.cli.exits import Exit
from tellerline.cli.output import Output

EPILOG = "Exit codes: 0 done, 1 refused, 2 usage, 3 outcome unknown, 4 unreachable, 5 set-up. Manual: docs/cli.md"

_UsageError: type[typer.BadParameter] = typer.BadParameter.__bases__[0]
"""Of everything that can be wrong with arguments: Typer tells its name in no public place that all versions have."""


class Commands(TyperGroup):
    """Ends every command with one of ``Exit``; with ``--json`` what went wrong is one document, wherever it did."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Exits; without ``standalone_mode`` it returns and raises as Typer does."""
        beside = {"complete_var": complete_var, "windows_expand_args": windows_expand_args} | extra
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **beside)
        words = list(sys.argv[1:] if args is None else args)
        out = _output(words)
        try:
            with _explaining(out):
                sys.exit(super().main(words, prog_name, standalone_mode=False, **beside))
        except typer.Exit as ended:
            sys.exit(ended.exit_code)

    def invoke(self, ctx: Any) -> Any:
        """Raises ``typer.Abort`` for Ctrl-C, of which Typer would leave a bare 130."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Abort from None


def _output(words: Sequence[str]) -> Output:
    return Output(json="--json" in takewhile(lambda word: word != "--", words))


@contextmanager
def _explaining(out: Output) -> Iterator[None]:
    """What a command leaves to its caller ends it here: wrong arguments, a prompt that nobody answers, Ctrl-C, files,
    and whatever else the system refuses."""
    try:
        yield
    except typer.Abort:
        out.interrupted()
    except _UsageError as error:
        if out.json:
            out.fail(Exit.USAGE, "BAD_ARGUMENT", error.format_message(), error.format_message())
        from typer.rich_utils import rich_format_error

        rich_format_error(error)
        raise typer.Exit(Exit.USAGE) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        text = str(error) or repr(error)
        out.fail(Exit.SETUP, "SYSTEM_TROUBLE" if error.filename is None else "FILE_TROUBLE", text, text)


def build_app(words: Sequence[str] = ()) -> typer.Typer:
    """The application for a command line's ``words``: with the module that has the command they begin with, or, if
    they begin with none, with every module, in the order of their ``ORDER``."""
    app = typer.Typer(
        name="tellerline",
        cls=Commands,
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        help="The channel gateway for banks: one typed contract from every channel to every host. 银行渠道网关",
        epilog=EPILOG,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_several_commands)
    names = sorted(name for _, name, _ in pkgutil.iter_modules(commands.__path__))
    wanted = commands.ELSEWHERE.get(words[0], words[0]) if words else ""
    modules = [
        importlib.import_module(f"{commands.__name__}.{name}") for name in ([wanted] if wanted in names else names)
    ]
    for module in sorted(modules, key=lambda module: int(module.ORDER)):
        module.register(app)
    return app


def _several_commands() -> None:
    """Typer takes the only command of an application for the application itself, unless something stands before it."""


def run() -> None:
    """Entry point: exits with a code of ``Exit``."""
    try:
        build_app(sys.argv[1:])()
    except KeyboardInterrupt:
        with suppress(typer.Exit):
            _output(sys.argv[1:]).interrupted()
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.exit(Exit.OK)
