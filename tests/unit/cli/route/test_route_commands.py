"""``tellerline route`` on the record of a centre whose laws are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from call_file import rows_of, write
from recorded_centre import Laws, record
from typer.testing import CliRunner, Result

from tellerline.cli.main import build_app

RULES = {"recorded", "bank", "fifo", "default"}
FIGURES = {"calls", "abandoned", "wait_mean", "wait_p50", "wait_p90", "service_level"}


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    laws = Laws(after_service=lambda chance: 7.0)
    return write(tmp_path_factory.mktemp("route") / "calls.tsv", rows_of(record(laws, agents=7, hours=20, seed=4)))


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(build_app(), ["route", *map(str, arguments)], env={"TELLERLINE_LANG": "en"})


def _document(*arguments: object) -> dict[str, Any]:
    done = _run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    result: dict[str, Any] = orjson.loads(done.stdout)
    return result


def test_a_fit_is_written_and_predicts(calls: Path, tmp_path: Path) -> None:
    model, page = tmp_path / "model.json", tmp_path / "page.html"
    fitted = _document("sim", "--calls", calls, "--fit", "--out", model)
    assert orjson.loads(model.read_bytes()) == fitted
    result = _document("sim", "--calls", calls, "--model", model, "--html", page, "--replications", 4)
    assert set(result["policies"]) == set(result["tiers"]) == RULES
    for rule in RULES:
        assert set(result["policies"][rule]) == {"all", "PS"}
        assert set(result["policies"][rule]["all"]) >= FIGURES
    assert result["errors"]["all"]["wait_mean"] == pytest.approx(0, abs=0.15)
    assert result["policies"]["recorded"]["all"]["calls"] == result["policies"]["bank"]["all"]["calls"]
    assert result == _document("sim", "--calls", calls, "--model", model, "--replications", 4)
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 3
    assert "http" not in text.replace("http-equiv", "")


def test_people_read_tables(calls: Path, tmp_path: Path) -> None:
    shown = _run("sim", "--calls", calls, "--replications", 1, "--staffing", "shifts")
    assert shown.exit_code == 0
    assert "bank's rule" in shown.stdout
    assert "The bank's rule against the record: mean wait" in shown.stdout
    fitted = _run("sim", "--calls", calls, "--fit", "--out", tmp_path / "model.json")
    assert "mean patience s (exponential)" in fitted.stdout


def test_theory_is_compared_at_every_point() -> None:
    done = _run("sim", "--erlang", "--replications", 2, "--callers", 100, "--json")
    result = orjson.loads(done.stdout)
    assert len(result["points"]) >= 40
    assert done.exit_code == (1 if result["outside"] else 0)


def test_a_call_is_explained_in_both_languages(calls: Path) -> None:
    wanted = _waiting_call(calls)
    english = _document("why", "--calls", calls, "--call", wanted, "--lang", "en")["calls"][0]
    chinese = _document("why", "--calls", calls, "--call", wanted, "--lang", "zh")["calls"][0]
    assert [line["at"] for line in english["said"]] == [line["at"] for line in chinese["said"]]
    told = " ".join(line["sentence"] for line in english["said"])
    assert "nobody who may take it is free" in told
    assert "On duty for it: " in told
    assert "等待" in chinese["said"][0]["sentence"]
    assert english["recorded"].startswith("waited ")
    shown = _run("why", "--calls", calls, "--call", wanted, "--lang", "zh")
    assert "实际记录" in shown.stdout


def _waiting_call(calls: Path) -> str:
    """One that waits in the replay, too."""
    for line in calls.read_text(encoding="utf-8").splitlines()[1:]:
        values = line.split("\t")
        if int(values[11]) > 60 and values[12] == "AGENT":
            found = _document("why", "--calls", calls, "--call", values[1], "--lang", "en")["calls"]
            if len(found[0]["said"]) > 2:
                return values[1]
    raise AssertionError("nobody waited")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("sim",), "BAD_ARGUMENT"),
        (("sim", "--erlang", "--calls", "CALLS"), "BAD_ARGUMENT"),
        (("sim", "--calls", "CALLS", "--fit"), "BAD_ARGUMENT"),
        (("sim", "--calls", "CALLS", "--staffing", "guess"), "BAD_ARGUMENT"),
        (("sim", "--calls", "absent.tsv"), "BAD_FILE"),
        (("sim", "--calls", "CALLS", "--model", "CALLS"), "BAD_MODEL"),
        (("why", "--calls", "CALLS", "--call", "0", "--policy", "luck"), "BAD_ARGUMENT"),
        (("why", "--calls", "CALLS", "--call", "no"), "UNKNOWN_CALL"),
    ],
)
def test_a_wrong_use_is_refused(arguments: tuple[str, ...], code: str, calls: Path) -> None:
    done = _run(*(str(calls) if each == "CALLS" else each for each in arguments), "--json")
    assert done.exit_code == 2
    assert orjson.loads(done.stdout)["error"]["code"] == code
