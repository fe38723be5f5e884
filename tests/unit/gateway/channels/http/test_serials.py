"""Keys as serials: nobody has another's, and each key is looked up as itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tellerline.gateway.channels.http.endpoints import KEY, channel_serial, serial_of_before
from tellerline.gateway.refusal import RefusalError

CUSTOMERS = st.from_regex(r"[A-Za-z0-9-]{1,32}", fullmatch=True)
KEYS = st.from_regex(KEY, fullmatch=True)


PARTS = st.lists(st.from_regex(r"[A-Za-z0-9]{1,5}", fullmatch=True), min_size=3, max_size=3)


@given(PARTS, st.sampled_from(["", "-", ":", "."]))
def test_two_customers_never_have_one_serial(parts: list[str], between: str) -> None:
    """Not even where the end of a number could be the beginning of a key."""
    first, second, third = parts
    one, other = first, f"{first}-{second}" if between == "-" else f"{first}{second}"
    keys = [f"{second}{between}{third}", third, f"{other}:{third}", f"{one}:{third}", f"{between}{third}"]
    ones, others = ({_serial(customer, key) for key in keys} - {None} for customer in (one, other))
    assert ones
    assert others
    assert not ones & others


@given(CUSTOMERS, KEYS | CUSTOMERS.flatmap(lambda customer: KEYS.map(lambda key: f"{customer}:{key}")))
def test_a_key_is_found_again_by_itself_and_by_its_serial(customer: str, key: str) -> None:
    assert serial_of_before(customer, key).startswith(f"{customer}:")
    serial = _serial(customer, key)
    if serial is not None:
        assert serial_of_before(customer, key) == serial_of_before(customer, serial) == serial


def test_no_key_is_taken_that_would_be_looked_up_as_another() -> None:
    assert _serial("C1", "C1:x") is None
    assert _serial("C1", "C2:x") == "C1:C2:x"
    assert _serial("C1", "C1") == "C1:C1"
    assert _serial("C1", "C11:x") == "C1:C11:x"


def _serial(customer: str, key: str) -> str | None:
    """None for a key that is refused."""
    try:
        return channel_serial(customer, key)
    except RefusalError:
        return None
