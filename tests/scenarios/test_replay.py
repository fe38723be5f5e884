"""A real bank's days through the whole system: the same ledger in fair weather, under faults, and on other stores."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from berka_sample import part_of, sample_bank

from tellerline.cli.replay.berka_files import BerkaBank, read_bank
from tellerline.cli.replay.outcome import Outcome
from tellerline.cli.replay.run import run_replay, settings_for
from tellerline.cli.system.command_settings import Wishes, prepared
from tellerline.simulators.servers.rabbitmq import RabbitmqServer

_ACCOUNTS, _DAYS = 150, 300
_TRANSFERS = 1_146
_SEED = 7


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> BerkaBank:
    return part_of(read_bank(shared_data / "berka"), _ACCOUNTS)


@pytest.fixture(scope="module")
def hashes() -> set[str]:
    """The ledgers that the replays of ``recorded`` ended with."""
    return set()


async def _replay(recorded: BerkaBank, directory: Path, seed: int | None = None, **wishes: str) -> Outcome:
    with prepared(Wishes(**wishes), directory, **settings_for("", seed)) as settings:  # type: ignore[arg-type]
        store = settings.store.model_copy(update={"db_schema": "replayed"})
        return await run_replay(
            recorded, settings.model_copy(update={"store": store}), directory, seed=seed, most_days=_DAYS
        )


async def test_a_sample_counted_by_hand(tmp_path: Path) -> None:
    outcome = await _replay(sample_bank(), tmp_path)
    document = outcome.document()
    assert outcome.holds
    assert (document["transfers_done"], document["transfers_total"]) == (2, "550.00")
    assert (document["account_days"], document["exact"], document["loans_checked"]) == (2, 2, 1)


async def test_in_fair_weather(recorded: BerkaBank, tmp_path: Path, hashes: set[str]) -> None:
    outcome = await _replay(recorded, tmp_path)
    assert outcome.holds
    assert (outcome.transfers.done, outcome.tally.doubts, outcome.tally.re_orders) == (_TRANSFERS, 0, 0)
    hashes.add(outcome.ledger_sha256)


async def test_under_faults_of_every_kind(recorded: BerkaBank, tmp_path: Path, hashes: set[str]) -> None:
    outcome = await _replay(recorded, tmp_path, _SEED)
    assert outcome.holds
    assert outcome.transfers.done == _TRANSFERS
    assert min(outcome.struck["core"].values()) > 0
    assert outcome.tally.doubts > 0
    assert outcome.tally.re_orders > 0
    hashes.add(outcome.ledger_sha256)


async def test_on_postgresql_and_rabbitmq(
    recorded: BerkaBank, tmp_path: Path, hashes: set[str], postgresql_dsn: str, rabbitmq_server: RabbitmqServer
) -> None:
    outcome = await _replay(
        recorded, tmp_path, store="postgresql", dsn=postgresql_dsn, mq="rabbitmq", amqp=rabbitmq_server.url
    )
    assert outcome.holds
    assert (outcome.surroundings.store, outcome.surroundings.mq) == ("postgresql", "rabbitmq")
    hashes.add(outcome.ledger_sha256)
    assert len(hashes) == 1


@pytest.mark.timeout(400)
def test_the_whole_bank_by_the_command(shared_data: Path, tmp_path: Path) -> None:
    program = str(Path(sys.executable).with_name("tellerline"))
    command = [program, "replay", "berka", str(shared_data / "berka"), "--json"]
    done = subprocess.run(
        command, capture_output=True, check=False, timeout=380, env={**os.environ, "TELLERLINE_HOME": str(tmp_path)}
    )
    document = orjson.loads(done.stdout)
    assert (done.returncode, document["holds"]) == (0, True)
    assert (document["transfers_sent"], document["transfers_done"]) == (6_343, 6_343)
    assert (document["transfers_total"], document["in_doubt"], document["ledger_sum"]) == ("20048320.80", 0, 0)
    assert (document["accounts_checked"], document["loans_checked"]) == (1_229, 682)
    assert (document["exact"], document["rounded"], len(document["breaks"])) == (37_703, 2_229, 28)
    assert document["account_days"] == 39_960
