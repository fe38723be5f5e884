"""``tellerline keys`` and ``doctor``: what is made, what is refused, and what is told of what is wrong."""

from __future__ import annotations

import ssl
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography import x509
from typer.testing import CliRunner

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.adapters.rpc.identity import certificate_identity
from tellerline.callcenter.settings import CentreSettings
from tellerline.cli.exits import Exit
from tellerline.cli.keys.certificates import Pair
from tellerline.cli.keys.folder import KeyFolder
from tellerline.cli.keys.looking import look_at, look_at_folder, look_at_pair, look_at_settings
from tellerline.cli.keys.making import make_all, make_client, settings_lines
from tellerline.cli.main import build_app
from tellerline.gateway.access.pin_block import PinBlocks
from tellerline.gateway.channels.iso8583.hsm.software import read_own_key
from tellerline.gateway.settings import GatewaySettings

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def run(*words: str) -> tuple[int, str]:
    ran = CliRunner().invoke(build_app(), [*words], env={"TELLERLINE_LANG": "en", "NO_COLOR": "1"})
    return ran.exit_code, ran.output


@pytest.fixture
def made(tmp_path: Path) -> KeyFolder:
    """Made at ``NOW``, for 90 days."""
    folder = KeyFolder(tmp_path / "keys")
    clock, randomness = VirtualClock(NOW), SeededRandomness(1)
    make_all(folder, days=90, hosts=["localhost", "127.0.0.1"], clock=clock, randomness=randomness)
    make_client(folder, "operator", "O9001", days=90, clock=clock, randomness=randomness)
    return folder


def test_private_files_are_their_owners_alone(made: KeyFolder) -> None:
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in made.path.iterdir()}
    assert {name for name, mode in modes.items() if mode == 0o600} == {name for name in modes if name.endswith(".key")}
    assert {mode for name, mode in modes.items() if not name.endswith(".key")} == {0o644}
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o700


def test_names_are_those_of_the_standard_policy(made: KeyFolder) -> None:
    names = {
        name: certificate_identity(made.certificate(name).read_bytes())
        for name in ("gateway", "call-centre", "ivr", "operator-O9001")
    }
    assert names == {
        "gateway": "localhost",
        "call-centre": "spiffe://tellerline/program/call-centre",
        "ivr": "spiffe://tellerline/program/ivr",
        "operator-O9001": "spiffe://tellerline/operator/O9001",
    }


def test_every_certificate_is_the_authoritys_and_what_it_should_be(made: KeyFolder) -> None:
    authority = x509.load_pem_x509_certificate(made.certificate("ca").read_bytes())
    serials = set()
    for file in made.path.glob("*.pem"):
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        certificate.verify_directly_issued_by(authority)
        serials.add(certificate.serial_number)
        assert certificate.not_valid_after_utc == NOW + timedelta(days=90)
    assert len(serials) == 7
    ssl.create_default_context(cafile=made.certificate("ca")).load_cert_chain(
        made.certificate("gateway"), made.key("gateway")
    )


def test_the_keys_are_those_that_their_users_read(made: KeyFolder) -> None:
    PinBlocks([made.key("pin").read_bytes()])
    assert len(read_own_key(made.key("hsm")).secret) == 32
    (key,) = orjson.loads((made.path / "token.jwks").read_bytes())["keys"]
    assert (key["kty"], key["alg"], key["use"], len(key["x"]), "d" in key) == ("EC", "ES256", "sig", 43, False)


def test_the_settings_are_settings(made: KeyFolder, tmp_path: Path) -> None:
    file = tmp_path / "tellerline.toml"
    file.write_text(settings_lines(made), "utf-8")
    settings, centre = GatewaySettings.load(file), CentreSettings.load(file)
    assert settings.identities_required
    assert centre.front.identities_required
    for each in (settings, centre):
        assert {looked.verdict for looked in look_at_settings(each, NOW)} == {"ok"}


def test_nothing_is_written_over(made: KeyFolder) -> None:
    before = {file: file.read_bytes() for file in made.path.iterdir()}
    code, said = run("keys", "init", str(made.path))
    assert (code, "nothing is written over" in said) == (Exit.USAGE, True)
    with pytest.raises(FileExistsError):
        made.keep("operator-O9001", Pair(b"", b""))
    assert {file: file.read_bytes() for file in made.path.iterdir()} == before


@pytest.mark.parametrize("host", ["", "10.0.0.0/8", "bad_host..x", "-a", "a b"])
def test_what_is_no_host_leaves_no_half_folder(tmp_path: Path, host: str) -> None:
    code, said = run("keys", "init", str(tmp_path / "keys"), "--host", host)
    assert (code, "NO_HOST" in said) == (Exit.USAGE, True)
    assert not (tmp_path / "keys").exists()


def test_a_host_of_another_script_is_named_as_dns_has_it(tmp_path: Path) -> None:
    assert run("keys", "init", str(tmp_path / "keys"), "--host", "bücher.example")[0] == 0
    served = x509.load_pem_x509_certificate((tmp_path / "keys" / "gateway.pem").read_bytes())
    names = served.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["xn--bcher-kva.example"]


def test_a_file_that_is_there_already_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "gateway.pem").write_text("another's")
    assert run("keys", "init", str(tmp_path))[0] == Exit.USAGE
    assert [each.name for each in tmp_path.iterdir()] == ["gateway.pem"]


def test_a_link_that_leads_nowhere_is_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "token.jwks").symlink_to(tmp_path / "nowhere")
    code, said = run("keys", "init", str(tmp_path))
    assert (code, "FILE_EXISTS" in said) == (Exit.USAGE, True)
    assert [each.name for each in tmp_path.iterdir()] == ["token.jwks"]


def test_a_file_that_cannot_be_written_takes_back_those_before_it(tmp_path: Path) -> None:
    files = [(tmp_path / "first.pem", b"1", 0o644), (tmp_path / "none" / "second.pem", b"2", 0o644)]
    with pytest.raises(FileNotFoundError):
        KeyFolder(tmp_path).keep_all(files)
    assert list(tmp_path.iterdir()) == []


def test_an_authority_that_is_over_issues_nothing(made: KeyFolder) -> None:
    late = VirtualClock(NOW + timedelta(days=91))
    with pytest.raises(ValueError, match="has expired"):
        make_client(made, "clerk", "T1", days=9, clock=late, randomness=SeededRandomness(2))
    assert not made.certificate("clerk-T1").exists()


def test_a_certificate_without_its_authority_is_not_made(tmp_path: Path) -> None:
    code, said = run("keys", "client", str(tmp_path), "O9001", "--role", "operator")
    assert (code, "FILE_TROUBLE" in said) == (Exit.SETUP, True)
    code, said = run("keys", "client", str(tmp_path), "../O9001", "--role", "operator")
    assert (code, "NO_NAME" in said) == (Exit.USAGE, True)
    code, said = run("keys", "client", str(tmp_path), "O9001", "--role", "king")
    assert (code, "NO_SUCH_ROLE" in said) == (Exit.USAGE, True)


def expired(folder: KeyFolder) -> tuple[Path, datetime]:
    return folder.certificate("gateway"), NOW + timedelta(days=91)


def ending(folder: KeyFolder) -> tuple[Path, datetime]:
    return folder.certificate("gateway"), NOW + timedelta(days=61)


def early(folder: KeyFolder) -> tuple[Path, datetime]:
    return folder.certificate("gateway"), NOW - timedelta(days=1)


def readable(folder: KeyFolder) -> tuple[Path, datetime]:
    folder.key("pin").chmod(0o640)
    return folder.key("pin"), NOW


def broken(folder: KeyFolder) -> tuple[Path, datetime]:
    folder.certificate("gateway").write_text("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n")
    return folder.certificate("gateway"), NOW


def opening(folder: KeyFolder) -> tuple[Path, datetime]:
    """It opens every terminal's master key, and is no PEM."""
    folder.key("hsm").chmod(0o644)
    return folder.key("hsm"), NOW


def lost(folder: KeyFolder) -> tuple[Path, datetime]:
    return folder.path / "nowhere.pem", NOW


@pytest.mark.parametrize(
    ("make", "verdict", "text"),
    [
        (expired, "bad", "expired on 2026-05-31"),
        (ending, "note", "in 29 days"),
        (early, "bad", "is not valid before"),
        (readable, "bad", "others may read it (mode 640)"),
        (opening, "bad", "others may read it (mode 644)"),
        (broken, "bad", "is no certificate"),
        (lost, "bad", "No such file"),
    ],
)
def test_what_is_wrong_is_told(
    made: KeyFolder, make: Callable[[KeyFolder], tuple[Path, datetime]], verdict: str, text: str
) -> None:
    file, now = make(made)
    (looked,) = look_at(file, now)
    assert (looked.verdict, text in looked.text) == (verdict, True), looked.text


def test_a_certificate_that_is_none_is_shown(made: KeyFolder) -> None:
    made.certificate("gateway").write_text("rubbish")
    wrong = {each.file.name for each in look_at_folder(made.path, NOW) if each.verdict == "bad"}
    assert wrong == {"gateway.pem"}
    code, said = run("keys", "show", str(made.path))
    assert (code, "holds no certificate" in said) == (Exit.SETUP, True)


@pytest.mark.parametrize("place", ["front.tls.certificate", "front.tls.key", "front.tls.client_authority"])
def test_files_that_are_no_keys_are_named_with_their_setting(tmp_path: Path, place: str) -> None:
    made = tmp_path / "keys"
    assert run("keys", "init", str(made))[0] == 0
    settings, rubbish = settings_lines(KeyFolder(made)), made / "rubbish"
    rubbish.write_text("rubbish")
    name = place.rpartition(".")[2]
    file = {"certificate": "gateway.pem", "key": "gateway.key", "client_authority": "ca.pem"}[name]
    config = tmp_path / "tellerline.toml"
    for other, beside in ((rubbish, "rubbish"), (tmp_path / "nowhere", "No such file")):
        config.write_text(settings.replace(str(made / file), str(other), 1), "utf-8")
        for command, expected in (
            (("doctor", "--config"), Exit.SETUP),
            (("config", "check"), Exit.REFUSED),
            (("up", "--switch", "none", "--config"), Exit.USAGE),
        ):
            code, said = run(*command, str(config))
            named = str(other) if "doctor" in command and other.name == "nowhere" else "front.tls"
            assert (code, named in said, beside in said) == (expected, True, True), said


def test_a_key_of_another_certificate_is_told(made: KeyFolder) -> None:
    assert look_at_pair(made.certificate("ivr"), made.key("ivr")) is None
    looked = look_at_pair(made.certificate("ivr"), made.key("atm"))
    assert looked is not None
    assert looked.verdict == "bad"
    made.key("ivr").write_bytes(made.key("atm").read_bytes())
    assert [each.file.name for each in look_at_folder(made.path, NOW) if each.verdict == "bad"] == ["ivr.key"]


def test_doctor_ends_with_5_for_an_expired_certificate(tmp_path: Path) -> None:
    clock, randomness = VirtualClock(datetime(2020, 1, 1, tzinfo=UTC)), SeededRandomness(1)
    folder = KeyFolder(tmp_path / "keys")
    make_all(folder, days=30, hosts=["localhost"], clock=clock, randomness=randomness)
    config = tmp_path / "tellerline.toml"
    config.write_text(settings_lines(folder), "utf-8")
    code, said = run("doctor", "--config", str(config), "--json")
    findings: list[dict[str, Any]] = orjson.loads(said)["findings"]
    found = {each["name"]: each["verdict"] for each in findings if "gateway.pem" in each["text"]}
    assert (code, found) == (Exit.SETUP, {"certificate gateway.pem": "missing"})
