"""Every command against one running system: what it prints, in which language, and the code that it ends with."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine

from tellerline.simulators.population.numbers import card_number
from tests.docs.terminal import system_up, terminal_environment

BALANCE = ("call", "accounts.v1.AccountService/GetBalance", "name=customers/8000000002/accounts/1/balance")
TRANSFER = "transfers.v1.TransferService/CreateTransfer"
COLOUR = re.compile(r"\x1b\[(?:[0-9]+;)*3[0-7]m")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """Beside a system of 20 customers that ``tellerline up`` keeps running."""
    environment = terminal_environment(tmp_path_factory.mktemp("home"))
    with system_up(environment, "--customers", "20"):
        yield CommandLine(environment)


@pytest.fixture
def lonely(tmp_path: Path) -> CommandLine:
    """A shell where nothing runs."""
    return CommandLine(terminal_environment(tmp_path))


async def test_a_lost_reply_ends_with_3_and_the_trace_says_done_later(shell: CommandLine) -> None:
    debit = card_number(3)
    added = await shell.json(
        *("fault", "add", "lose-reply", "--host", "core", "--operation", "Transfer", "--account", debit, "--count", "1")
    )
    assert [fault["kind"] for fault in added["faults"]] == ["lose-reply"]
    await shell.json("fault", "add", "garble", "--host", "core", "--operation", "InquireTransaction")
    words = ("transfer", "8000000003", card_number(4), "10.00CNY", "--serial", "LOST-1")
    reply = await shell.json(*words, code=3)
    assert reply["transaction"]["state"] == "TRANSACTION_STATE_IN_DOUBT"
    assert not reply["transaction"]["definite"]
    (doubt,) = (await shell.json("indoubt", "list"))["doubts"]
    assert doubt["transaction"] == f"transactions/{reply['transaction']['ref']['global_serial']}"
    impatient = await shell.json("trace", "LOST-1", "--wait", "0.1", code=3)
    assert impatient["info"]["state"] == "TRANSACTION_STATE_IN_DOUBT"
    [unreadable] = [
        each["injected"] for each in (await shell.json("fault", "list"))["faults"] if each["kind"] == "garble"
    ]
    await shell.json("fault", "clear")
    traced = await shell.json("trace", "LOST-1", "--wait", "120")
    assert traced["info"]["state"] == "TRANSACTION_STATE_DONE"
    assert traced["info"]["ref"]["global_serial"] == reply["transaction"]["ref"]["global_serial"]
    assert [event["kind"] for event in traced["events"]].count("inquired") > unreadable
    assert (await shell.json(*words))["transaction"]["definite"]


async def test_done_is_0_and_refused_is_1(shell: CommandLine) -> None:
    done, again, limited, nobody = await asyncio.gather(
        shell.run("transfer", "8000000005/1", card_number(6), "1.00CNY"),
        shell.json("transfer", "8000000005", card_number(6), "2.00CNY", "--serial", "TWO"),
        shell.json("transfer", "8000000005", card_number(6), "20000.01CNY", code=1),
        shell.json("transfer", "9000000005", card_number(6), "1.00CNY", code=1),
    )
    assert (done.code, done.err) == (0, "")
    assert ": done, balance" in done.out
    assert again["transaction"]["state"] == "TRANSACTION_STATE_DONE"
    assert limited["error"]["code"] == "LIMIT_SINGLE_EXCEEDED"
    assert nobody["error"]["code"] == "ACCOUNT_NOT_FOUND"
    other = await shell.json("transfer", "8000000005", card_number(6), "3.00CNY", "--serial", "TWO", code=1)
    assert other["error"]["code"] == "DUPLICATE_SERIAL_DIFFERENT_PAYLOAD"


async def test_the_contract_is_listed_described_and_called(shell: CommandLine) -> None:
    listed, described, balance, stream, missing = await asyncio.gather(
        shell.json("list"),
        shell.run("describe", TRANSFER),
        shell.json(*BALANCE),
        shell.json("call", "operations.v1.OperationsService/WatchTransaction", "name=transactions/none", code=1),
        shell.json("call", "accounts.v1.AccountService/GetBalanc", code=2),
    )
    assert TRANSFER in listed["methods"]
    assert "Debits one account and credits another" in described.out
    assert balance["name"] == "customers/8000000002/accounts/1/balance"
    assert stream["error"]["code"] == "TRANSACTION_NOT_FOUND"
    assert "GetBalance" in missing["error"]["message"]


async def test_a_stream_is_one_document(shell: CommandLine) -> None:
    done = await shell.json("transfer", "8000000007", card_number(8), "1.00CNY")
    name = f"name=transactions/{done['transaction']['ref']['global_serial']}"
    watched = await shell.json("call", "operations.v1.OperationsService/WatchTransaction", name)
    assert watched["replies"][-1]["info"]["state"] == "TRANSACTION_STATE_DONE"


async def test_faults_are_added_listed_and_cleared(shell: CommandLine) -> None:
    """For an account that nobody uses."""
    await shell.json("fault", "add", "refuse", "--host", "credit", "--account", "1")
    listed = await shell.json("fault", "list")
    assert [fault["kind"] for fault in listed["faults"] if fault["account"] == "1"] == ["refuse"]
    await shell.json("fault", "clear")
    assert (await shell.json("fault", "list")) == {"faults": []}


async def test_status_doctor_and_version(shell: CommandLine) -> None:
    status, doctor, version = await asyncio.gather(shell.json("status"), shell.json("doctor"), shell.json("version"))
    assert {"hosts/core/status", "hosts/credit/status"} <= {host["name"] for host in status["hosts"]}
    assert doctor["healthy"]
    assert {"grpcio", "connectrpc", "python"} <= version["parts"].keys()


async def test_usage_is_2_and_unreachable_is_4(shell: CommandLine, lonely: CommandLine) -> None:
    amount, option, dead, none, fault = await asyncio.gather(
        shell.json("transfer", "8000000005", card_number(6), "much", code=2),
        shell.run("transfer", "--no-such-option"),
        shell.json("status", "--gateway", "127.0.0.1:1", code=4),
        lonely.json("status", code=4),
        lonely.json("fault", "list", code=4),
    )
    assert amount["error"]["code"] == "BAD_ARGUMENT"
    assert option.code == 2
    assert dead["error"]["code"] == "UNREACHABLE"
    assert (none["error"]["code"], fault["error"]["code"]) == ("NO_RUNNING_SYSTEM", "NO_RUNNING_SYSTEM")


async def test_what_cannot_be_set_up_is_5(shell: CommandLine, lonely: CommandLine) -> None:
    port = (await shell.json("status"))["gateway"].rpartition(":")[2]
    failed = await lonely.run("up", "--customers", "0", "--port", port)
    assert failed.code == 5
    assert [line.partition(":")[0] for line in failed.err.splitlines() if not line.startswith("{")] == ["CANNOT_START"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = [", "BAD_CONFIGURATION: {file}: "),
        (
            '[hosts.nowhere]\nurl = "http://127.0.0.1:1"\n',
            "hosts.nowhere: there is no host nowhere; there are: billing, core,",
        ),
        (None, "NO_SUCH_FILE: There is no file {file}."),
    ],
)
async def test_a_configuration_that_cannot_be_used_is_said_in_a_line(
    lonely: CommandLine, tmp_path: Path, text: str | None, says: str
) -> None:
    file = tmp_path / "gateway.toml"
    if text is not None:
        file.write_text(text)
    up, check = await asyncio.gather(
        lonely.run("up", "--customers", "0", "--config", str(file)), lonely.run("config", "check", str(file))
    )
    for ended in (up, check):
        assert ended.code in (1, 2)
        assert says.format(file=file) in ended.err
        assert "Traceback" not in ended.err


async def test_configurations_are_checked_and_explained(lonely: CommandLine, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('instance = "branch-7"\n[store]\nkind = "postgresql"\ndsn = "postgresql://u:secret@h/d"\n')
    bad.write_text('zone = "Moon/Sea"\n')
    checked, explained, wrong, missing = await asyncio.gather(
        lonely.json("config", "check", str(good)),
        lonely.run("config", "explain", str(good), "--json"),
        lonely.json("config", "check", str(bad), code=1),
        lonely.json("config", "check", str(tmp_path / "none.toml"), code=2),
    )
    assert checked == {"valid": True, "instance": "branch-7", "store": "postgresql", "mq": "memory"}
    sources = {setting["name"]: setting["source"] for setting in explained.document["settings"]}
    assert (sources["instance"], sources["zone"]) == ("yours", "standard")
    assert "secret" not in explained.out
    assert wrong["error"]["code"] == "BAD_CONFIGURATION"
    assert missing["error"]["code"] == "NO_SUCH_FILE"


async def test_people_are_spoken_to_in_their_language_and_colour(shell: CommandLine) -> None:
    words = ("transfer", "8000000005", card_number(6), "20000.01CNY")
    chinese, coloured, plain = await asyncio.gather(
        shell.run(*words, LANG="zh_CN.UTF-8", TELLERLINE_LANG=""),
        shell.run("fault", "list", FORCE_COLOR="1", NO_COLOR=""),
        shell.run("fault", "list", FORCE_COLOR="1", NO_COLOR="1"),
    )
    assert chinese.code == 1
    assert "转账金额超过单笔限额。" in chinese.err
    assert COLOUR.search(coloured.out)
    assert not COLOUR.search(plain.out)


async def test_shells_complete_commands_and_methods(lonely: CommandLine) -> None:
    asked = {"_TELLERLINE_COMPLETE": "complete_bash", "COMP_WORDS": "tellerline call accounts", "COMP_CWORD": "2"}
    script, methods = await asyncio.gather(lonely.run("--show-completion", "bash"), lonely.run(**asked))
    assert (script.code, "complete" in script.out) == (0, True)
    assert "accounts.v1.AccountService/GetBalance" in methods.out.split()
