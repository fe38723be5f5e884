"""Whether a system has a call centre, which, and what is wrong with what its file says."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tellerline.adapters.clock import SystemClock
from tellerline.callcenter.settings import CentreSettings, StoreSettings
from tellerline.cli.main import build_app
from tellerline.cli.system.call_centre import store_beside
from tellerline.cli.system.centre_files import read_centre_files
from tellerline.cli.system.command_settings import WishError, Wishes, call_centre_wished
from tellerline.cli.system.setting_mistakes import SettingsError
from tellerline.gateway.settings import GatewaySettings

HOSTS = '[hosts.core]\nurl = "http://127.0.0.1:1/core"\n'
SECTION = "[call_centre]\n"


def wished(folder: Path, text: str, switch: str = "") -> CentreSettings | None:
    file = folder / "tellerline.toml"
    file.write_text(text)
    return call_centre_wished(Wishes(config=file, switch=switch), GatewaySettings.load(file))


def test_without_a_file_the_simulated_switch_is_always_open() -> None:
    settings = call_centre_wished(Wishes(), GatewaySettings())
    assert settings is not None
    assert (settings.switch.kind, settings.period) == ("softswitch", "day")


@pytest.mark.parametrize(
    ("text", "switch", "kind"),
    [
        ("", "", "softswitch"),
        ("", "none", ""),
        (HOSTS, "", ""),
        (HOSTS, "softswitch", "softswitch"),
        (HOSTS + '[call_centre]\nsite = "north"\n', "", "softswitch"),
        (SECTION + '[call_centre.switch]\nkind = "none"\n', "", ""),
        (SECTION + '[call_centre.switch]\nkind = "asterisk"\n', "", "asterisk"),
        (SECTION + '[call_centre.switch]\nkind = "asterisk"\n', "softswitch", "softswitch"),
    ],
)
def test_who_has_a_call_centre(tmp_path: Path, text: str, switch: str, kind: str) -> None:
    settings = wished(tmp_path, text, switch)
    assert (settings.switch.kind if settings else "") == kind
    assert settings is None or settings.period == "calendar"


def test_an_unknown_switch_is_said(tmp_path: Path) -> None:
    with pytest.raises(WishError, match="--switch is softswitch, asterisk, none, not pbx"):
        wished(tmp_path, "", "pbx")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ('site = "n 1"', "call_centre.site", "match pattern"),
        ("sight = 1", "call_centre.sight", "not permitted"),
        ('switch = { kind = "pbx" }', "call_centre.switch.kind", "should be 'softswitch', 'asterisk' or 'none'"),
        ('switch = { url = "http://x/ari" }', "call_centre.switch", "password is needed with url"),
        ('store = { kind = "postgresql" }', "call_centre.store", "dsn is needed for postgresql"),
        ("front = { port = 70000 }", "call_centre.front.port", "less than or equal to 65535"),
        ("front = { default_deadline = 90 }", "call_centre.front", "must not be above maximum_deadline"),
        ('gateway = { certificate = "x" }', "call_centre.gateway", "certificate and key go together"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        wished(tmp_path, SECTION + text)
    assert set(refused.value.mistakes) == {place}
    assert said in refused.value.mistakes[place]


def test_tls_of_the_gateway_asks_for_the_authority_to_trust(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"call_centre\.gateway\.authority"):
        wished(tmp_path, SECTION + 'site = "a"\n[front.tls]\ncertificate = "c.pem"\nkey = "k.pem"\n')


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLERLINE_CALL_CENTRE__SWITCH__APP", "other")
    monkeypatch.setenv("TELLERLINE_CALL_CENTRE__SITE", "south")
    settings = wished(tmp_path, SECTION + 'site = "north"\nown_number = "95588"\n')
    assert settings is not None
    assert (settings.site, settings.own_number, settings.switch.app) == ("south", "95588", "other")


def test_it_is_kept_beside_the_gateways_journal_unless_said_otherwise(tmp_path: Path) -> None:
    gateway = GatewaySettings.model_validate({"store": {"path": tmp_path / "journal.db"}})
    assert store_beside(gateway.store) == StoreSettings(directory=tmp_path)
    large = GatewaySettings.model_validate({"store": {"kind": "postgresql", "dsn": "postgresql://h/d"}})
    assert store_beside(large.store).kind == "postgresql"
    assert store_beside(large.store).dsn == large.store.dsn


def test_files_that_cannot_be_used_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "people.toml").write_text('[[people]]\nid = "A1"\nroles = ["agent"]\nskills = { darts = 3 }\n')
    settings = CentreSettings(
        people=tmp_path / "people.toml",
        plan=tmp_path / "none.toml",
        flows=tmp_path / "none",
        office_hours=tmp_path / "people.toml",
    )
    with pytest.raises(SettingsError) as refused:
        read_centre_files(settings, SystemClock())
    assert set(refused.value.mistakes) == {"call_centre.plan", "call_centre.flows", "call_centre.office_hours"}
    with pytest.raises(SettingsError, match=r"call_centre\.people: people\.0\.skills: 'darts' is not in the plan"):
        read_centre_files(CentreSettings(people=tmp_path / "people.toml"), SystemClock())


def test_flows_that_are_named_must_be_there() -> None:
    settings = CentreSettings(entry_flow="maine", numbers={"95588": "nope"})
    with pytest.raises(SettingsError) as refused:
        read_centre_files(settings, SystemClock())
    assert set(refused.value.mistakes) == {"call_centre.entry_flow", "call_centre.numbers.95588"}


def test_a_file_is_checked_and_explained_with_its_call_centre(tmp_path: Path) -> None:
    file = tmp_path / "tellerline.toml"
    file.write_text(
        SECTION + 'site = "north"\n[call_centre.switch]\nkind = "asterisk"\nurl = "http://x/ari"\npassword = "s3cret"\n'
    )
    run = CliRunner().invoke
    checked = run(build_app(), ["config", "check", str(file), "--json"])
    assert checked.exit_code == 0
    assert '"switch": "asterisk"' in checked.stdout
    explained = run(build_app(), ["config", "explain", str(file), "--json"])
    assert '"call_centre.site"' in explained.stdout
    assert "s3cret" not in explained.stdout
    file.write_text(SECTION + 'entry_flow = "maine"\n')
    wrong = run(build_app(), ["config", "check", str(file), "--json"])
    assert wrong.exit_code == 1
    assert "call_centre.entry_flow" in wrong.stdout
