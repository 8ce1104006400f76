"""JSON Lines whose objects have members of their own: the work grows as their number does."""

import json
import sys
from pathlib import Path
from types import FrameType

import pytest

from tests.conftest import Command

ROWS = 300


def calls_of(sendx: Command, path: Path, rows: int) -> int:
    """Count the calls that it takes to check a file with as many members as rows."""
    path.write_text(
        "".join(
            json.dumps({"email": f"p{n}@example.com", f"m{n}": "x"}) + "\n" for n in range(rows)
        )
    )
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    words = ("identify", "--from", str(path), "--custom-fields", "--dry-run", "--sandbox", "-q")
    sys.setprofile(note)
    try:
        run = sendx(*words, "-o", "jsonl")
    finally:
        sys.setprofile(None)
    assert run.code == 0
    records = [json.loads(line) for line in run.out.splitlines()]
    assert [record["body"]["customFields"] for record in records] == [
        {f"m{n}": "x"} for n in range(rows)
    ]
    return count


@pytest.mark.skipif(sys.getprofile() is not None, reason="somebody counts calls already")
def test_twice_the_members_take_twice_the_work(sendx: Command, tmp_path: Path) -> None:
    """Counted in calls: four times would be their square."""
    path = tmp_path / "people.jsonl"
    calls_of(sendx, path, 1)  # what is loaded once
    once, twice, thrice = (calls_of(sendx, path, ROWS * times) for times in (1, 2, 3))
    assert thrice - twice < 1.1 * (twice - once)
