"""``tellerline replay``: a real bank's recorded days through the gateway, with its own books as the judge."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellerline.cli.exits import Exit
from tellerline.cli.gateway_access import JsonOption
from tellerline.cli.output import Output

if TYPE_CHECKING:
    from tellerline.cli.replay.outcome import Outcome
    from tellerline.cli.replay.performance import Progress
    from tellerline.cli.system.command_settings import Wishes

ORDER = 95


def register(app: typer.Typer) -> None:
    replays = typer.Typer(no_args_is_help=True, help="Replay recorded days of a real bank. 重放真实银行的历史账务")
    replays.command("berka")(berka)
    app.add_typer(replays, name="replay")


def berka(
    directory: Annotated[Path, typer.Argument(help="Folder with the PKDD'99 files account.asc … trans.asc.")],
    faults: Annotated[int | None, typer.Option(help="Seed: replay under random faults of every kind.")] = None,
    store: Annotated[str, typer.Option(help="sqlite or postgresql (a private server is started).")] = "",
    dsn: Annotated[str, typer.Option(help="Of PostgreSQL; without it a private server is started.")] = "",
    mq: Annotated[str, typer.Option(help="memory or rabbitmq (a private broker is started).")] = "",
    amqp: Annotated[str, typer.Option(help="URL of RabbitMQ; without it a private server is started.")] = "",
    front: Annotated[str, typer.Option(help="connect or grpcio.")] = "",
    days: Annotated[int, typer.Option(min=0, help="Only the first days that have movements; 0: all.")] = 0,
    report: Annotated[Path | None, typer.Option(help="Also write the JSON document to this file.")] = None,
    json: JsonOption = False,
) -> None:
    """Replay the Czech bank of PKDD'99 ("Berka"): every transfer through the gateway, every account-day reconciled.

    Exit code 0 only if every transfer was done exactly once, no doubt is left, the ledger sums to zero, and every
    balance and loan is what the files say. Breaks are gaps in the bank's own file: they are listed and held against
    nobody.
    """
    import orjson

    from tellerline.cli.replay.outcome import show
    from tellerline.cli.system.command_settings import Wishes
    from tellerline.cli.system.lifecycle import fresh_directory

    out = Output(json=json)
    wishes = Wishes(store=store, dsn=dsn, mq=mq, amqp=amqp, front=front)
    place = fresh_directory("replay")
    try:
        outcome = _replay(out, directory, wishes, place, faults, days)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if report is not None:
        report.write_bytes(orjson.dumps(outcome.document(), option=orjson.OPT_INDENT_2))
    out.result(outcome.document())
    show(out, outcome)
    if not outcome.holds:
        raise typer.Exit(Exit.REFUSED)


def _replay(out: Output, directory: Path, wishes: Wishes, place: Path, seed: int | None, most_days: int) -> Outcome:
    import uvloop
    from pydantic import ValidationError

    from tellerline.cli.replay.berka_files import BerkaFileError, read_bank
    from tellerline.cli.replay.run import run_replay, settings_for
    from tellerline.cli.system.command_settings import WishError, prepared
    from tellerline.gateway.client import CanonicalError
    from tellerline.gateway.journal.port import StoreUnavailableError
    from tellerline.simulators.servers import ServerFailedError, ServerMissingError

    try:
        recorded = read_bank(directory)
        with prepared(wishes, place, **settings_for(wishes.front, seed)) as settings, _progress(out) as progress:
            return uvloop.run(run_replay(recorded, settings, place, seed=seed, most_days=most_days, progress=progress))
    except BerkaFileError as error:
        out.fail(Exit.USAGE, "BAD_FILES", str(error), f"数据文件有误：{error}")
    except (WishError, ValidationError) as error:
        out.fail(Exit.USAGE, "BAD_ARGUMENT", str(error), str(error))
    except ServerMissingError as error:
        out.fail(Exit.SETUP, "SERVER_MISSING", str(error), f"缺少 {error.name}，请运行：{error.command}")
    except (ServerFailedError, StoreUnavailableError, OSError) as error:
        out.fail(Exit.SETUP, "CANNOT_START", str(error), f"无法启动：{error}")
    except ExceptionGroup as errors:
        stopped = errors.subgroup(CanonicalError)
        if stopped is None:
            raise
        first = stopped.exceptions[0]
        out.fail(Exit.REFUSED, "REPLAY_STOPPED", str(first), f"重放中止：{first}")


@contextmanager
def _progress(out: Output) -> Iterator[Progress]:
    """A bar for each phase, on a terminal only."""
    if not out.progress_wanted():
        yield lambda phase, done, of: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    titles = {"register": out.text("registration", "登记"), "days": out.text("days", "营业日")}
    with Bars(*columns, console=out.errors) as bars:
        tasks = {phase: bars.add_task(title, total=None) for phase, title in titles.items()}
        yield lambda phase, done, of: bars.update(tasks[phase], completed=done, total=of)
