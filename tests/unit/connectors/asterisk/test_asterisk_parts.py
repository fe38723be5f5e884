"""Small promises: settings keep their password, ids are checked, used ids are remembered, errors are told."""

from __future__ import annotations

import pytest

from tellerline.connectors.asterisk.board import checked
from tellerline.connectors.asterisk.model import Ids
from tellerline.connectors.asterisk.rest import AriRest, RestRefusedError
from tellerline.connectors.asterisk.secrets import mark_of, marked
from tellerline.connectors.asterisk.settings import AsteriskSettings
from tellerline.connectors.telephony.errors import SwitchError, SwitchReason

SETTINGS = AsteriskSettings(url="http://127.0.0.1:1/ari", app="a", user="u", password="kept-to-itself")


def test_settings_do_not_show_their_password() -> None:
    assert "kept-to-itself" not in repr(SETTINGS)


@pytest.mark.parametrize("name", ["leg-1", "7f3a:site.2", "13800138000@trunk"])
def test_ids_of_a_controller(name: str) -> None:
    checked(name)


@pytest.mark.parametrize("name", ["", "a/b", "a~b", "a,b", "../x", "x" * 65, "腿"])
def test_ids_that_asterisk_could_misread_are_refused(name: str) -> None:
    with pytest.raises(SwitchError) as caught:
        checked(name)
    assert caught.value.reason is SwitchReason.REFUSED


def test_used_ids_are_remembered_for_long_but_not_for_ever() -> None:
    used = Ids()
    for number in range(30_000):
        used.add(f"leg-{number}")
    assert "leg-29999" in used
    assert "leg-20000" in used
    assert "leg-0" not in used


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, SwitchReason.NO_SUCH_LEG),
        (409, SwitchReason.WRONG_STATE),
        (422, SwitchReason.WRONG_STATE),
        (500, SwitchReason.REFUSED),
    ],
)
def test_what_asterisk_answers_in_the_words_of_the_port(status: int, reason: SwitchReason) -> None:
    assert RestRefusedError(status, "no").as_switch_error().reason is reason


async def test_where_nobody_listens_nothing_was_sent() -> None:
    rest = AriRest(SETTINGS)
    with pytest.raises(SwitchError) as caught:
        await rest.get("channels")
    assert caught.value.reason is SwitchReason.UNAVAILABLE
    rest.open()
    with pytest.raises(SwitchError) as caught:
        await rest.post("channels", "leg", "answer")
    assert caught.value.reason is SwitchReason.UNAVAILABLE
    await rest.close()


def test_the_mark_of_a_secret_tells_its_leg() -> None:
    assert marked(mark_of("c-1", "1795347118.2")) == ("c-1", "1795347118.2")
    assert marked("talk") is None
    assert marked("monitor~m") is None
