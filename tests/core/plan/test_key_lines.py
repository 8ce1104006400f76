from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.plan.key_lines import KeyLines


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(-(2**40), 2**40))))
def test_knows_the_lines_of_each_key(entries: list[tuple[str, int]]) -> None:
    """What was recorded comes back, each key's lines together and in order."""
    seen = KeyLines()
    expected: dict[int, list[int]] = {}
    for key, line in entries:
        seen.add(key, line)
        expected.setdefault(hash(key), []).append(line)
    found = {digest: lines for bucket in seen.by_bucket() for digest, lines in bucket.items()}
    assert found == expected
    assert seen.count_distinct() == len(expected)
    assert bool(seen) == bool(entries)
