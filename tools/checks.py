"""The project's test command, called by `./tellerline test [pytest's arguments]`.

Without arguments: every check of the code, then all tests against real servers, which are installed where that can be
done unasked. With arguments: pytest alone. Ends non-zero if anything failed; pytest's own summary comes last.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tellerline.adapters.clock import SystemClock
from tellerline.simulators.servers import (
    PostgresqlServer,
    RabbitmqServer,
    ServerFailedError,
    ServerMissingError,
    chromium,
    tshark,
)
from tellerline.simulators.servers.asterisk.installation import install
from tellerline.simulators.servers.asterisk.prompts import prompts
from tellerline.simulators.servers.fixtures import POSTGRESQL, RABBITMQ, SHARED_POSTGRESQL

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
CORES = os.cpu_count() or 1

HEARD = ("-m", "realtime", "tests/contract/switch", "tests/e2e")
"""What is heard in real time has the machine first: beside a test that takes a whole core, sound has gaps and keys are
lost. All others run on what it leaves."""
OTHERS = ("-m", "not realtime", "-n", str(CORES + 1), "--dist", "loadfile")
"""One more than cores, as many tests wait for processes of theirs. Files of many tests come first, and those are the
short ones: the long ones, of many processes each, would take too much from what is heard meanwhile."""
_LAST = (("chrt", "--idle", "0"), ("nice", "-n", "19"))
"""What gives a command only what others leave, the better first: beside an idle one, others do not even wait for the
end of its turn."""

_CLOCK = SystemClock()


@dataclass(frozen=True, kw_only=True)
class Check:
    """One command that must end with 0, run in the repository's root with the environment's programs."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a check ended; ``output`` is everything that it printed."""

    name: str
    passed: bool
    seconds: float
    output: str

    def __str__(self) -> str:
        return f"{'ok    ' if self.passed else 'FAILED'}  {self.name}  {self.seconds:.1f} s"


def all_checks() -> list[Check]:
    """The checks of the code, the longest first, so that two at a time end soon."""
    return [
        Check(name="types", command=("mypy",)),
        Check(name="types of the set-up script", command=("mypy", "tellerline")),
        Check(name="imports", command=("lint-imports", "--no-logo")),
        Check(name="stubs", command=("python", "tools/generate_stubs.py", "--check")),
        Check(name="contract", command=("python", "tools/check_breaking.py")),
        Check(name="lint", command=("ruff", "check", ".", "tellerline")),
        Check(name="format", command=("ruff", "format", "--check", ".", "tellerline")),
        Check(name="time and chance", command=("python", "tools/clock_ban.py")),
        Check(name="hosts and paths", command=("python", "tools/host_ban.py")),
    ]


def run_check(check: Check) -> Result:
    """Run one check to its end. Blocks; never raises for a check that fails."""
    began = _CLOCK.monotonic()
    program, *arguments = check.command
    done = subprocess.run(  # noqa: S603 commands of this module
        [str(PROGRAMS / program), *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = _CLOCK.monotonic() - began
    return Result(name=check.name, passed=done.returncode == 0, seconds=seconds, output=done.stdout)


def run_checks(checks: list[Check], say: Callable[[str], None]) -> list[str]:
    """Run ``checks``, as many at a time as there are cores, and tell each as it ends; returns the failed ones."""
    failed = []
    with ThreadPoolExecutor(CORES) as pool:
        for result in pool.map(run_check, checks):
            say(str(result))
            if not result.passed:
                say(result.output)
                failed.append(result.name)
    return failed


@contextmanager
def running_servers(
    environment: Mapping[str, str], say: Callable[[str], None]
) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Running servers for the tests: the variables that name them, and the names of those that could not be had.

    A server that ``environment`` names already is left to the caller.
    """
    variables: dict[str, str] = {}
    absent: list[str] = []
    with ExitStack() as running:
        for name, variable, start in (
            ("PostgreSQL", POSTGRESQL, _start_postgresql),
            ("RabbitMQ", RABBITMQ, _start_rabbitmq),
        ):
            if variable in environment:
                continue
            began = _CLOCK.monotonic()
            try:
                variables[variable] = start(running)
            except (ServerMissingError, ServerFailedError) as error:
                absent.append(name)
                say("\n".join([f"FAILED  {name}: {error}", *getattr(error, "__notes__", [])]))
            else:
                say(f"ok      {name}  {_CLOCK.monotonic() - began:.1f} s")
        yield variables, absent


def installed_programs(programs: Mapping[str, Callable[[], object]], say: Callable[[str], None]) -> list[str]:
    """Make sure of what tests start for themselves, each by its way to install it; the names of what cannot be had."""
    absent = []
    for name, bring in programs.items():
        began = _CLOCK.monotonic()
        try:
            bring()
        except (ServerMissingError, ServerFailedError) as error:
            absent.append(name)
            say("\n".join([f"FAILED  {name}: {error}", *getattr(error, "__notes__", [])]))
        else:
            say(f"ok      {name}  {_CLOCK.monotonic() - began:.1f} s")
    return absent


def _install_asterisk() -> None:
    install()
    prompts()


def _start_postgresql(running: ExitStack) -> str:
    PostgresqlServer.install()
    return running.enter_context(PostgresqlServer(SHARED_POSTGRESQL)).dsn


def _start_rabbitmq(running: ExitStack) -> str:
    RabbitmqServer.install()
    return running.enter_context(RabbitmqServer()).url


def run_pytest(arguments: list[str], variables: dict[str, str], *, before: Sequence[str] = ()) -> int:
    """Run pytest in the foreground; returns its exit code. ``before`` are words before the command."""
    command = [*before, str(PROGRAMS / "python"), "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | variables, check=False).returncode  # noqa: S603


def run_all_tests(variables: dict[str, str]) -> int:
    """Run all of them, and print what those that are heard in real time said behind the others; 0 if all passed."""
    command = [str(PROGRAMS / "python"), "-m", "pytest", *HEARD, "--color", "auto"]
    with tempfile.TemporaryFile() as said:
        heard = subprocess.Popen(command, cwd=ROOT, env=os.environ | variables, stdout=said, stderr=said)  # noqa: S603
        try:
            last = next((words for words in _LAST if shutil.which(words[0])), ())
            code = run_pytest([*OTHERS, "--color", "auto"], variables, before=last)
            code = max(code, heard.wait())
        finally:
            heard.kill()
            heard.wait()
        said.seek(0)
        sys.stdout.write(said.read().decode(errors="replace"))
        sys.stdout.flush()
    return code


def run_everything() -> int:
    """Run every check and every test; 0 only if all passed and no server was missing."""
    failed = run_checks(all_checks(), _say)
    programs = {"Asterisk": _install_asterisk, "Chromium": chromium.install, "tshark": tshark.install}
    failed += installed_programs(programs, _say)
    with running_servers(os.environ, _say) as (variables, absent):
        if failed or absent:
            _say(f"FAILED so far: {', '.join(failed + absent)}")
        code = run_all_tests(variables)
    if failed or absent:
        sys.stderr.write(f"failed besides the tests: {', '.join(failed + absent)}\n")
        return code or 1
    return code


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    return run_pytest(arguments, {}) if arguments else run_everything()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
