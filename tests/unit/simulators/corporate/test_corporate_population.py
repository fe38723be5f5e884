"""The companies of the simulated bank."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tellerline.adapters.clock import SeededRandomness, VirtualClock
from tellerline.simulators.bank import SimulatedBank
from tellerline.simulators.corporate.population import MAGIC_COMPANY, MAGIC_WAGES, credit_code, organisation_code
from tellerline.simulators.corporate.server import CorporateServer
from tellerline.simulators.faults import FaultKind
from tellerline.simulators.ledger import ledger_sha256


def populated(seed: int = 1) -> SimulatedBank:
    bank = SimulatedBank(VirtualClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC)), SeededRandomness(1))
    bank.load_population(seed, 20)
    assert set(bank.ledger.trial_balance().values()) == {0}
    return bank


def corporate(seed: int = 1) -> CorporateServer:
    host = populated(seed).hosts["corporate"]
    assert isinstance(host, CorporateServer)
    return host


def test_numbers_pass_their_checks() -> None:
    assert organisation_code(10_000_000) == "100000008"
    assert all(re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", credit_code(serial)) for serial in range(1, 50))


def test_the_same_seed_founds_the_same_companies() -> None:
    one, same, other = corporate(), corporate(), corporate(seed=2)
    assert ledger_sha256(one.ledger) == ledger_sha256(same.ledger) != ledger_sha256(other.ledger)
    assert set(one.ledger.trial_balance().values()) == {0}
    assert len({account.currency for account in one.host.register.accounts.values()}) >= 3


def test_each_fault_has_a_payroll_account_of_the_magic_company() -> None:
    bank = populated()
    core = bank.core
    met = {account: core.faults.choose("DebitAccount", account) for account in MAGIC_WAGES}
    assert [chosen and chosen.rule.kind for chosen in met.values()] == list(FaultKind)
    assert not any(core.faults.choose("CreditAccount", account) for account in MAGIC_WAGES)
    for account in MAGIC_WAGES:
        filed = core.host.register.accounts.get(account)
        assert filed is not None
        assert filed.owner == MAGIC_COMPANY
        assert core.ledger.account(account).balance == 20_000_000_00
