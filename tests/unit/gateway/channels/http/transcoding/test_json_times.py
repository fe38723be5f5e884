"""Instants in JSON: as the library writes them, and refused as the library refuses them."""

from __future__ import annotations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import example, given
from hypothesis import strategies as st

from tellerline.gateway.channels.http.transcoding.encoding import encoder_of

FIRST, LAST = -62_135_596_800, 253_402_300_799
encode = encoder_of(Timestamp.DESCRIPTOR)
nanos = st.one_of(
    st.sampled_from([0, 1, 1_000, 999_000, 1_000_000, 999_999_999, 500_000_000]), st.integers(0, 10**9 - 1)
)


@given(seconds=st.integers(FIRST, LAST), nanos=nanos)
@example(seconds=FIRST, nanos=1)
@example(seconds=LAST, nanos=999_999_999)
@example(seconds=-1, nanos=120_000_000)
def test_an_instant_is_written_as_the_library_writes_it(seconds: int, nanos: int) -> None:
    instant = Timestamp(seconds=seconds, nanos=nanos)
    assert encode(instant) == instant.ToJsonString()


@pytest.mark.parametrize(("seconds", "nanos"), [(FIRST - 1, 5), (LAST + 1, 5), (0, -1), (0, 10**9)])
def test_what_is_no_instant_is_refused(seconds: int, nanos: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        encode(Timestamp(seconds=seconds, nanos=nanos))
