"""Whose an address is."""

from __future__ import annotations

import pytest

from tellerline.gateway.channels.addresses import household_of


@pytest.mark.parametrize(
    ("host", "household"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix:nobody", "unix:nobody"),
    ],
)
def test_an_ipv6_network_is_one_households(host: str, household: str) -> None:
    assert household_of(host) == household
