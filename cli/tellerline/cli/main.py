"""The ``tellerline`` command: its sub-commands are the modules of ``tellerline.cli.commands``."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

from tellerline.cli import commands
from tellerline.cli.exits import Exit

EPILOG = "Exit codes: 0 done, 1 refused, 2 usage, 3 outcome unknown, 4 unreachable, 5 set-up. Manual: docs/cli.md"


def build_app() -> typer.Typer:
    """The application with every command module registered, in the order of their ``ORDER``."""
    app = typer.Typer(
        name="tellerline",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        help="The channel gateway for banks: one typed contract from every channel to every host. 银行渠道网关",
        epilog=EPILOG,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    names = sorted(name for _, name, _ in pkgutil.iter_modules(commands.__path__))
    modules = [importlib.import_module(f"{commands.__name__}.{name}") for name in names]
    for module in sorted(modules, key=lambda module: int(module.ORDER)):
        module.register(app)
    return app


def run() -> None:
    """Entry point: exits with a code of ``Exit``."""
    try:
        build_app()()
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        sys.exit(Exit.OK)
