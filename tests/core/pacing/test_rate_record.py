from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.pacing.limit_search import LimitSearch
from sendx_cli.core.pacing.rate_record import RECORD_BYTES, packed, unpacked

SEARCH = LimitSearch.from_limit(7.0, 100.0).state()
RECORD = packed(7.25, 7.0, 1_800_000_000.0, SEARCH)


def test_a_record_is_read_as_it_was_written() -> None:
    """All its numbers come back, in a fixed number of bytes."""
    assert unpacked(RECORD) == (7.25, 7.0, 1_800_000_000.0, SEARCH)
    assert len(RECORD) == RECORD_BYTES


def test_half_a_record_is_none() -> None:
    """Whatever part of it was written over another one, or over nothing, it is not believed."""
    other = packed(9.25, 9.0, 1_800_000_002.0, LimitSearch.from_limit(9.0, 50.0).state())
    torn = [
        RECORD[:length] + rest[length:]
        for length, rest in product(range(RECORD_BYTES), (b"", other, bytes(RECORD_BYTES)))
    ]
    assert {unpacked(kept) for kept in torn if kept not in {RECORD, other}} == {None}


@given(st.binary(max_size=2 * RECORD_BYTES))
def test_anything_else_is_none(kept: bytes) -> None:
    """Bytes of somebody else's are no record, and no error."""
    assert unpacked(kept) is None


def test_a_search_goes_on_from_its_state() -> None:
    """One that was restored says what the other one says."""
    search, restored = LimitSearch.from_limit(0.0, 100.0), LimitSearch(5.0)
    for tenth in range(1, 30):
        search.accepted(tenth / 10, 0.04)
    search.throttled(3.0, started_at=2.95, latency_s=0.05, asked_s=None)
    search.throttled(3.2, started_at=3.1, latency_s=0.05, asked_s=None)
    restored.restore(search.state())
    assert restored.state() == search.state()
    assert (restored.rate_at(9.0), restored.is_closed) == (search.rate_at(9.0), True)


def test_what_is_known_of_other_machines_goes_on_too() -> None:
    """A search that shares its limit with others is restored as one that does."""
    search, restored = LimitSearch.from_limit(0.0, 100.0), LimitSearch(5.0)
    for at, accepted in ((0.09, 9), (0.18, 7)):
        for call in range(accepted):
            search.accepted(at - 0.05 + call / 1_000, 0.01)
        search.throttled(at, started_at=at - 0.01, latency_s=0.01, asked_s=None)
    restored.restore(search.state())
    assert search.state().shared_score > 0.0
    assert restored.rate_at(0.5) == search.rate_at(0.5)
