"""The tables of the operations manual and the files in deploy/ are those of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tellerline.adapters.clock import SystemClock
from tellerline.adapters.mq.envelope import REPLY_PREFIX
from tellerline.adapters.telemetry import Metrics
from tellerline.adapters.telemetry.tallies import Spreads, Tallies
from tellerline.api.operations.v1 import operations_pb2
from tellerline.gateway.channels.http.settings import HttpSettings, HttpTlsSettings, RateSettings, StreamSettings
from tellerline.gateway.channels.iso8583.settings import AtmSettings
from tellerline.gateway.journal.postgresql import PostgresqlStore
from tellerline.gateway.journal.records import Limits
from tellerline.gateway.settings import ChannelSettings, GatewaySettings, HostSettings
from tellerline.simulators.servers import ServerMissingError
from tellerline.simulators.servers.fixtures import skip_missing
from tellerline.simulators.servers.postgresql import binaries
from tests.docs.terminal import ROOT

PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
WITHOUT_STANDARD = (
    HostSettings,
    ChannelSettings,
    AtmSettings,
    HttpSettings,
    HttpTlsSettings,
    RateSettings,
    StreamSettings,
)
"""What the sample shows in comments, or for one of many."""
DEPLOY = ROOT / "deploy"
EXAMPLE = DEPLOY / "tellerline.toml"
STANDARD_SOURCES = ("gateway", "connectors", "adapters/tellerline/adapters/store", "cli/tellerline/cli/system")


def rows_below(heading: str, table: str = "") -> list[list[str]]:
    """Cells of every table row between a heading and the next, or of the tables whose first column is called so."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    tables = [block for block in section.split("\n\n") if block.startswith(f"| {table}")]
    lines = "\n".join(tables).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in rows if not set("".join(row)) <= set("-| ")]


def words_in(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def test_every_metric_is_in_the_table() -> None:
    said = {
        name: words_in(row[1]) for row in rows_below("Metrics") for name in re.findall(r"^`(tellerline_\w+)`$", row[0])
    }
    collectors = vars(Metrics().registry)["_collector_to_names"]
    true = {}
    for collector in collectors:
        metric = next(iter(collector.describe()))
        labels = collector.label_names if isinstance(collector, Tallies | Spreads) else collector._labelnames
        true[metric.name + ("_total" if metric.type == "counter" else "")] = set(labels)
    assert said == true


def test_every_event_is_in_the_table() -> None:
    said = set().union(*(words_in(row[0]) for row in rows_below("Logs")))
    source = "".join(
        file.read_text(encoding="utf-8") for root in STANDARD_SOURCES for file in (ROOT / root).rglob("*.py")
    )
    true = set(re.findall(r"log\.(?:info|warning|error)\(\s*\"(\w+)\"", source))
    assert said == true


def test_every_group_of_settings_is_in_the_table() -> None:
    said = set().union(*(words_in(row[0]) for row in rows_below("Settings")))
    assert said == set(GatewaySettings.model_fields)


def test_every_stage_of_a_doubt_is_in_the_table() -> None:
    said = {word for row in rows_below("Doubts and manual cases", "stage") for word in words_in(row[0])}
    stages = operations_pb2.Doubt.Stage.keys()
    assert said == {name.removeprefix("STAGE_") for name in stages} - {"UNSPECIFIED"}


def test_every_reason_of_a_case_of_cash_is_the_gateways() -> None:
    said = {word for row in rows_below("Doubts and manual cases", "reason") for word in words_in(row[0])}
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "gateway").rglob("*.py"))
    assert len(said) > 3
    assert {word for word in said if f'"{word.removesuffix("CODE")}' not in source} == set()


def test_the_sample_settings_name_every_setting() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    settings = GatewaySettings.load(EXAMPLE)
    assert settings.identities_required
    names = {*_names(settings.model_dump(exclude={"hosts", "routes", "channels", "atm", "http"}))} - {"path"}
    names |= {name for part in WITHOUT_STANDARD for name in part.model_fields} - {"tls", "rates", "streams"}
    for name in names:
        assert re.search(rf"^(# )?{name} =", text, re.MULTILINE), name
    assert set(tomllib.loads(text)) <= set(GatewaySettings.model_fields)
    assert "# [routes]" in text


def _names(table: dict[str, object]) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _names(value)
        else:
            yield key


def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    unit = (DEPLOY / "tellerline@.service").read_text(encoding="utf-8")
    for name in set(re.findall(r"TELLERLINE_(\w+)=", unit)) - {"HOME"}:
        assert name.split("__")[0].lower() in GatewaySettings.model_fields
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        skip_missing("systemd-analyze; sudo apt-get install systemd")
    copy = tmp_path / "tellerline@.service"
    copy.write_text(unit.replace("/opt/tellerline/.venv/bin/tellerline", "/bin/true"), encoding="utf-8")
    verified = subprocess.run([str(analyse), "verify", str(copy)], capture_output=True, text=True)
    complaints = [line for line in verified.stderr.splitlines() if "tellerline" in line]
    assert complaints == []


def test_the_brokers_user_may_do_what_the_gateway_does() -> None:
    script = DEPLOY / "rabbitmq.sh"
    assert subprocess.run(["sh", "-n", str(script)]).returncode == 0
    configure, write, read = re.findall(r"'([^']+)'", script.read_text(encoding="utf-8").splitlines()[-1])
    for pattern in (configure, write, read):
        assert re.search(pattern, f"{REPLY_PREFIX}credit.requests.0011")
        assert not re.search(pattern, "credit.requests")
    assert re.search(write, "amq.default")


async def test_the_databases_role_can_bring_up_the_journal(postgresql_dsn: str) -> None:
    try:
        psql = str(binaries() / "psql")
    except ServerMissingError as missing:
        skip_missing(str(missing))

    def administer(database: str, *arguments: str) -> None:
        command = [psql, "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={_in_database(postgresql_dsn, database)}"]
        ran = subprocess.run([*command, *arguments], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr

    administer("postgres", "--command=CREATE DATABASE tellerline_deploy")
    try:
        administer("tellerline_deploy", "--set=password=geheim", f"--file={DEPLOY / 'postgresql.sql'}")
        dsn = _in_database(postgresql_dsn, "tellerline_deploy", "tellerline:geheim")
        store = PostgresqlStore(dsn, SystemClock(), default_limits=Limits(single=1, daily=1, count=1))
        await store.start()
        await store.close()
    finally:
        administer("postgres", "--command=DROP DATABASE tellerline_deploy")
        administer("postgres", "--command=DROP ROLE IF EXISTS tellerline")


def _in_database(dsn: str, database: str, credentials: str = "") -> str:
    parts = urlsplit(dsn)
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{credentials or user}@{place}", path=f"/{database}"))


pytestmark = pytest.mark.timeout(300)
