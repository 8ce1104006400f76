import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sendx_cli.core.pacing.limit_search import LimitSearch
from sendx_cli.core.pacing.pacer import LATE_S
from sendx_cli.core.pacing.rate_record import RECORD_BYTES, packed, unpacked
from sendx_cli.delivery.rate_file import RateFile, rate_path
from tests.tools import make_pipe

ROOT = Path(__file__).parents[2]
LIMIT_PER_S = 200.0
PROCESSES = 8
KILLS = 40
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no kill -9, flock or modes there")


def record_of(limit_per_s: float) -> bytes:
    """Return a record whose limit is kept to for an hour, without any probing."""
    now = time.monotonic()
    search = LimitSearch.from_limit(now, limit_per_s)
    search.idled(3600.0)
    return packed(now, now, time.time(), search.state())


def kept_in(path: Path) -> bytes:
    """Return what another process finds in the file."""
    found: list[bytes] = []
    RateFile(path).update(found.append)
    return found[0]


def test_a_record_is_found_by_the_next_process(tmp_path: Path) -> None:
    """What one has written the other reads."""
    record = record_of(100.0)
    assert RateFile(tmp_path / "rates" / "a").update(lambda _kept: record)
    assert kept_in(tmp_path / "rates" / "a") == record


def test_nothing_to_keep_makes_no_file(tmp_path: Path) -> None:
    """A look at what is not there leaves the directory as it was."""
    assert kept_in(tmp_path / "rates" / "a") == b""
    assert RateFile(tmp_path / "rates" / "a").update(lambda _kept: None)
    assert list(tmp_path.glob("rates")) == []


@POSIX
def test_only_its_owner_may_see_it(tmp_path: Path) -> None:
    """File and directory are private."""
    path = tmp_path / "rates" / "a"
    RateFile(path).update(lambda _kept: record_of(100.0))
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (path.parent, path)]
    assert modes == [0o700, 0o600]


def test_the_first_record_stands(tmp_path: Path) -> None:
    """Of two processes that make the file at once, the one that was first is handled."""
    path, record = tmp_path / "a", record_of(100.0)

    def meanwhile(_kept: bytes) -> bytes:
        RateFile(path).update(lambda _kept: record)
        return record_of(7.0)

    assert RateFile(path).update(meanwhile)
    assert kept_in(path) == record


@pytest.mark.parametrize("rest", [b"", b"half", bytes(RECORD_BYTES), b"long" * 1000])
def test_what_is_no_record_is_written_over(tmp_path: Path, rest: bytes) -> None:
    """A crash or another program's bytes break nothing: the next record is whole again."""
    path, record = tmp_path / "a", record_of(100.0)
    path.write_bytes(rest)
    assert RateFile(path).update(lambda _kept: record)
    assert path.read_bytes() == record


def test_where_nothing_can_be_kept_nothing_is_said(tmp_path: Path) -> None:
    """A state directory that cannot be: the change is made in memory, then done without."""
    (tmp_path / "file").write_text("no directory")
    places = [tmp_path / "file" / "rates" / "a", tmp_path]
    assert [RateFile(path).update(lambda _kept: b"x") for path in places] == [False, False]


@POSIX
def test_a_read_only_directory_is_done_without(tmp_path: Path) -> None:
    """The change is made in memory once; then the file is left alone for a second."""
    code = (
        "import os, sys; from pathlib import Path\n"
        "import sendx_cli.settings.storage\n"
        "from sendx_cli.delivery.rate_file import RateFile\n"
        "os.chdir(sys.argv[1]); os.chmod('.', 0o500)\n"
        "if os.geteuid() == 0:\n"  # who may write everywhere
        "    os.chown('.', 54321, -1); os.setuid(54321)\n"
        "rate_file = RateFile(Path('rates/a'))\n"
        "print([rate_file.update(lambda _kept: b'x') for _ in range(2)], os.listdir())\n"
    )
    (tmp_path / "read-only").mkdir()
    words = [sys.executable, "-c", code, str(tmp_path / "read-only")]
    shown = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (shown.stdout, shown.stderr) == ("[True, False] []\n", "")


@POSIX
def test_a_named_pipe_or_a_link_is_not_touched(tmp_path: Path) -> None:
    """What somebody put in the file's place neither blocks nor is followed."""
    make_pipe(tmp_path / "pipe")
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    RateFile(tmp_path / "pipe").update(lambda _kept: b"x")
    RateFile(tmp_path / "link").update(lambda _kept: b"x")
    assert (tmp_path / "target").read_bytes() == b"mine"


@POSIX
def test_a_holder_that_stands_still_blocks_nobody(tmp_path: Path) -> None:
    """Who cannot have the lock continues without it."""
    path, record = tmp_path / "a", record_of(100.0)
    RateFile(path).update(lambda _kept: record)
    inner: list[bool] = []

    def while_held(_kept: bytes) -> None:
        inner.append(RateFile(path).update(lambda _kept: b"x"))

    assert RateFile(path).update(while_held)
    assert (inner, path.read_bytes()) == ([False], record)


def test_an_account_is_a_service_and_a_key() -> None:
    """Another key or service has a file of its own, and the name holds neither."""
    state = Path("state")
    paths = [
        rate_path(state, origin, key)
        for origin in ("https://api.sendx.io", "https://example.com")
        for key in ("first", "second")
    ]
    assert len({*paths, rate_path(state, "https://api.sendx.io", "first")}) == 4
    assert {(path.parent, len(path.name)) for path in paths} == {(state / "rates", 8)}


def most_within(moments: list[float], span_s: float) -> int:
    """Return the most moments that any stretch of that length holds."""
    first = most = 0
    for last, moment in enumerate(moments):
        while moments[first] < moment - span_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def claims_in(claims_file: Path) -> list[tuple[int, float]]:
    """Return who took a turn, and when."""
    if not claims_file.exists():
        return []
    lines = [line.split() for line in claims_file.read_text().splitlines()]
    return [(int(process), float(moment)) for process, moment in lines]


def wait_for_claims(claims_file: Path, processes: set[int]) -> None:
    """Wait until each of these has taken a turn from now on."""
    before, deadline = len(claims_in(claims_file)), time.monotonic() + 60.0
    while not processes <= {process for process, _ in claims_in(claims_file)[before:]}:
        assert time.monotonic() < deadline, "somebody waits for ever"
        time.sleep(0.01)


@POSIX
def test_no_kill_breaks_the_rate_or_blocks_anybody(tmp_path: Path) -> None:
    """Eight processes share 200/s, killed and begun anew 40 times: never faster, never stuck."""
    path, claims_file, draw = tmp_path / "a", tmp_path / "claims_file", random.Random(1)
    RateFile(path).update(lambda _kept: record_of(LIMIT_PER_S))
    words = [sys.executable, "-m", "tests.delivery.claiming_process", str(path), str(claims_file)]
    running = [subprocess.Popen(words, cwd=ROOT) for _ in range(PROCESSES)]
    try:
        wait_for_claims(claims_file, {process.pid for process in running})
        for _ in range(KILLS):
            time.sleep(draw.uniform(0.0, 0.03))
            victim = running.pop(draw.randrange(PROCESSES))
            victim.kill()
            victim.wait()
            running.append(subprocess.Popen(words, cwd=ROOT))
        wait_for_claims(claims_file, {process.pid for process in running})
    finally:
        for process in running:
            process.kill()
            process.wait()
    moments = sorted(moment for _, moment in claims_in(claims_file))
    for span_s in (0.05, 0.25, 1.0):
        assert most_within(moments, span_s) <= LIMIT_PER_S * (span_s + LATE_S) + 1
    assert unpacked(path.read_bytes()) is not None
