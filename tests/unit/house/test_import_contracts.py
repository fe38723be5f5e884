"""The import contracts of pyproject.toml: each is broken once, on a copy, and notices."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = [contract["name"] for contract in SETTINGS["contracts"]]
PRODUCT_ROOTS = ("adapters", "callcenter", "cli", "connectors", "gateway", "routing", "simulators", "stubs")

# One forbidden line for each contract: where it stands and what it says.
VIOLATIONS = {
    "Floors: no arrow up": ("routing", "import tellerline.gateway"),
    "The product does not know its simulators": ("adapters", "import tellerline.simulators.servers"),
    "Simulators know the wire alone: one bug must not sit at both ends": ("simulators", "import tellerline.connectors"),
    "Of the adapters, simulators share time, chance, store and raw transports": (
        "simulators",
        "import tellerline.adapters.soap",
    ),
    "Of the adapters, gateway and call centre use store, clock, telemetry, rpc, web": (
        "gateway",
        "import tellerline.adapters.mq",
    ),
    "Of the connectors, the call centre uses telephony": ("callcenter", "import tellerline.connectors.core"),
    "Of routing, connectors use the model": ("connectors", "import tellerline.routing.transactions"),
    "Hosts do not know each other": ("connectors/core", "import tellerline.connectors.credit"),
    "The stubs of the contract end at gateway and call centre": ("connectors", "import tellerline.api"),
    "One home each: SOAP": ("connectors", "import lxml.etree"),
    "One home each: HTTP": ("gateway", "import aiohttp"),
    "One home each: AMQP": ("connectors", "import pika"),
    "One home each: databases": ("gateway", "import asyncpg"),
    "One home each: schemas": ("connectors", "import sqlalchemy"),
    "One home each: gRPC": ("cli", "import grpc"),
    "One home each: sealed PINs and signed tokens": ("connectors", "import joserfc"),
    "One home each: the web of customers": ("gateway", "import litestar"),
    "One home each: access policy": ("callcenter", "import casbin"),
    "One home each: exchange rates": ("connectors", "import currency_converter"),
    "One home each: public holidays": ("routing", "import holidays"),
    "One home each: ISO 8583": ("gateway/channels/iso8583", "import iso8583"),
    "One home each: payment keys": ("gateway/channels/iso8583", "import psec"),
    "One home each: terminal": ("gateway", "import rich"),
    "One home each: telemetry": ("gateway", "import prometheus_client"),
}


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What import-linter says of a copy of the product that breaks every contract."""
    copy = tmp_path_factory.mktemp("product")
    roots = [ROOT / name for name in PRODUCT_ROOTS if (ROOT / name / "tellerline").is_dir()]
    for source in roots:
        shutil.copytree(source, copy / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "import_contracts.py", copy / "tools")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for number, (place, line) in enumerate(VIOLATIONS.values()):
        root, _, package = place.partition("/")
        folder = copy / root / "tellerline" / root / package
        (folder / f"violation_{number}.py").write_text(f"{line}\n")
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(str(copy / source.name) for source in roots)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_broken_contract_is_noticed(contract: str, verdict: str) -> None:
    number = list(VIOLATIONS).index(contract)
    assert f"{contract} BROKEN" in verdict
    assert f"violation_{number}" in verdict


def test_every_package_of_the_product_is_under_the_contracts() -> None:
    present = {
        folder.parent.name for root in PRODUCT_ROOTS for folder in (ROOT / root).glob("tellerline/*/__init__.py")
    }
    assert {f"tellerline.{name}" for name in present} == set(SETTINGS["root_packages"])
