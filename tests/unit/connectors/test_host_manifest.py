"""A manifest is checked to the last key, and every complaint names the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellerline.connectors.discovery import discover
from tellerline.connectors.errors import HostCodes
from tellerline.connectors.manifest import QUALITY_RULES, HostManifest, ManifestError, NotFoundTerm
from tellerline.routing.model.codes import Code

QUALITY = "\n".join(f'{rule} = "done"' for rule in sorted(QUALITY_RULES))
GOOD = f"""
name = "bank"
title = "A bank"
owner = "owner@bank.example"
transport = "soap"
contract = "some.package:bank.wsdl"
max_processing_seconds = 30
[operations]
"accounts.GetBalance" = 5
"transfers.CreateTransfer" = 10
[soap]
idle_seconds = 4
[doubt."transfers.CreateTransfer"]
version = "bank/transfer/1"
not_found = "REVERSE"
[quality]
{QUALITY}
"""


def load(tmp_path: Path, text: str) -> HostManifest:
    file = tmp_path / "bank" / "host.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return HostManifest.load(file)


def test_a_manifest_is_read_with_its_defaults(tmp_path: Path) -> None:
    manifest = load(tmp_path, GOOD)
    assert manifest.operations == {"accounts.GetBalance": 5.0, "transfers.CreateTransfer": 10.0}
    assert (manifest.concurrent, manifest.breaker.window, manifest.require_signature) == (64, 50, False)
    terms = manifest.doubt["transfers.CreateTransfer"]
    assert (terms.not_found, terms.inquire_after) == (NotFoundTerm.REVERSE, (2.0, 4.0, 8.0))
    assert terms.not_found_proves_absence_after == 30.0
    assert manifest.options.number("idle_seconds") == 4.0


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('name = "bank"', 'name = "other"', "name"),
        ('name = "bank"', "", "name"),
        ('owner = "owner@bank.example"', 'owner = ""', "owner"),
        ("max_processing_seconds = 30", "max_processing_seconds = 0", "max_processing_seconds"),
        ("max_processing_seconds = 30", 'max_processing_seconds = "long"', "max_processing_seconds"),
        ("max_processing_seconds = 30", "max_processing_seconds = true", "max_processing_seconds"),
        ('"accounts.GetBalance" = 5', '"accounts.GetBalance" = -5', "operations.accounts.GetBalance"),
        ("[soap]", "[surprise]\nx = 1\n[soap]", "surprise"),
        ('not_found = "REVERSE"', 'not_found = "HOPE"', "doubt.transfers.CreateTransfer.not_found"),
        ('not_found = "REVERSE"', 'not_found = "REVERSE"\ninquire_after = []', "inquire_after"),
        ('not_found = "REVERSE"', 'not_found = "REVERSE"\nnot_found_proves_absence_after = 5', "proves_absence"),
        ('not_found = "REVERSE"', 'not_found = "REVERSE"\nsurprise = 1', "doubt.transfers.CreateTransfer.surprise"),
        ('[doubt."transfers.CreateTransfer"]', '[doubt."nowhere.Do"]', "doubt.nowhere.Do"),
        ("[soap]", '[security]\nrequire_signature = "yes"\n[soap]', "security.require_signature"),
        ("[soap]", "[breaker]\nfailure_share = 1.5\n[soap]", "breaker.failure_share"),
        ('readme = "done"', 'readme = "exempt:"', "quality.readme"),
        ('readme = "done"', "", "quality.readme"),
        ('readme = "done"', 'readme = "done"\nshiny = "done"', "quality.shiny"),
        ("[operations]", "[operations", ""),
    ],
)
def test_a_complaint_names_the_file_and_the_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in GOOD
    with pytest.raises(ManifestError) as refused:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert refused.value.file.endswith("bank/host.toml")
    assert key in refused.value.key
    assert refused.value.file in str(refused.value)


def test_an_exemption_keeps_its_reason(tmp_path: Path) -> None:
    manifest = load(tmp_path, GOOD.replace('readme = "done"', 'readme = "exempt: it speaks for itself"'))
    assert [rule.exempt for rule in manifest.quality if rule.exempt] == ["it speaks for itself"]


def test_a_transports_options_are_checked_by_its_builder(tmp_path: Path) -> None:
    options = load(tmp_path, GOOD).options
    with pytest.raises(ManifestError, match=r"soap\.idle_seconds: is not known"):
        options.done()


def test_host_codes_are_canonical_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "errors.toml"
    file.write_text('[codes]\n"1001" = "ACCOUNT_NOT_FOUND"\n')
    codes = HostCodes.load(file)
    assert (codes.code("1001"), codes.code("7777")) == (Code.ACCOUNT_NOT_FOUND, Code.REJECTED_BY_HOST)
    file.write_text('[codes]\n"1001" = "NO_SUCH_CODE"\n')
    with pytest.raises(ManifestError, match=r"codes\.1001: NO_SUCH_CODE"):
        HostCodes.load(file)


def test_discovery_finds_folders_and_leaves_templates_alone() -> None:
    names = [folder.manifest.name for folder in discover()]
    assert "core" in names
    assert names == sorted(set(names))
    assert not any(name.startswith("_") for name in names)


def test_a_bank_gives_a_host_terms_of_its_own(tmp_path: Path) -> None:
    core = next(folder for folder in discover() if folder.manifest.name == "core")
    own = tmp_path / "our-core.toml"
    text = (core.path / "host.toml").read_text("utf-8")
    own.write_text(text.replace("max_processing_seconds = 30", "max_processing_seconds = 7"), "utf-8")
    changed = core.under(own)
    assert (changed.package, changed.path) == (core.package, core.path)
    assert changed.manifest.doubt["transfers.CreateTransfer"].not_found_proves_absence_after == 7.0
    own.write_text(text.replace('name = "core"', 'name = "fx"'), "utf-8")
    with pytest.raises(ManifestError, match="name"):
        core.under(own)
