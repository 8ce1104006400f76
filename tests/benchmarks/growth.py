"""The table of growth: a large file against a small one, and what can be done with such a run."""

import time
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from tests.benchmarks import commands, contacts
from tests.benchmarks.commands import SENDX, environment
from tests.benchmarks.processes import Running, Spent, run, started
from tests.benchmarks.serving import Served, serving
from tests.benchmarks.tables import Table, say

FEW = 10_000
MANY = 1_000_000
MOST = 10_000_000
LEFT = 20_000
BOUND_S = 36_000.0
SETTLED_S = 1.0  # calls that the kill left in the sockets are counted before
TABLE = Table(
    "Growth: one run; ratios are to the smaller run; journal bytes are those beyond the row's text",
    [
        ("rows", 10),
        ("rows/s", 9),
        ("ratio", 6),
        ("cpu us/row", 10),
        ("ratio", 6),
        ("peak MB", 8),
        ("ratio", 6),
        ("journal bytes/row", 17),
    ],
)


class Size(NamedTuple):
    """A run, and what it took."""

    rows: int
    spent: Spent
    journal_bytes: float


def show(folder: Path) -> None:
    """Measure and show a million rows against ten thousand; that takes minutes."""
    compare(folder, FEW, MANY)


def show_ten_million(folder: Path) -> None:
    """Measure and show ten million rows against a million; that takes an hour and 7 GB of disk."""
    compare(folder, MANY, MOST)


def compare(folder: Path, few: int, many: int) -> None:
    """Send the smaller file, then the larger; resume, show and forget that run."""
    TABLE.begin()
    with serving() as served:
        small = cut_run(folder, Path(mkdtemp(dir=folder)), served, few)
        show_row(small, small)
        home = Path(mkdtemp(dir=folder))
        show_row(cut_run(folder, home, served, many), small)
        say(f"resumed: {resumed_s(home, served):.1f} s to the first call")
        say(f"shown: {took(home, served, 'show')}")
        say(f"its failed rows shown: {took(home, served, 'show', '--state', 'rejected')}")
        say(f"forgotten: {took(home, served, 'forget', '--finished')}")


def show_row(size: Size, small: Size) -> None:
    """Show a run beside the smaller one."""
    rate, small_rate = size.rows / size.spent.seconds, small.rows / small.spent.seconds
    cpu, small_cpu = size.spent.cpu_s / size.rows, small.spent.cpu_s / small.rows
    peak, small_peak = size.spent.peak_mb, small.spent.peak_mb
    TABLE.row(
        f"{size.rows:,}",
        f"{rate:,.0f}",
        f"{rate / small_rate:.2f}",
        f"{cpu * 1e6:.0f}",
        f"{cpu / small_cpu:.2f}",
        f"{peak:.0f}",
        f"{peak / small_peak:.2f}",
        f"{size.journal_bytes:.0f}",
    )


def cut_run(folder: Path, home: Path, served: Served, count: int) -> Size:
    """Send a file, and kill the run when so many rows are done and some are left."""
    served.forget()
    command = commands.sendx(folder, count + LEFT, commands.ALONE)
    environ = environment(home, served.url)
    with started(command.words, environ, results=home / "results") as running:
        await_accepted(running, served, count)
        running.kill()
        spent = running.wait()
    time.sleep(SETTLED_S)
    text_bytes = contacts.csv_path(folder, count + LEFT).stat().st_size
    return Size(count, spent, (journal_bytes(home) - text_bytes) / (count + LEFT))


def journal_bytes(home: Path) -> int:
    """Return what the run has on the disk."""
    return sum(path.stat().st_size for path in home.rglob("sendx/runs/*"))


def await_accepted(running: Running, served: Served, count: int) -> None:
    """Wait until the service has accepted so many calls.

    Raises:
        RuntimeError: The run ended before, or took too long.
    """
    end_s = time.monotonic() + BOUND_S
    while served.counted().accepted < count:
        if running.is_over or time.monotonic() > end_s:
            raise RuntimeError(f"the run did not come to {count:,} rows: {running.complaint()}")
        time.sleep(0.25)


def resumed_s(home: Path, served: Served) -> float:
    """Resume the run that was killed, and return the seconds to its first call."""
    served.forget()
    words = [SENDX, "runs", "resume", "--yes", "-o", "jsonl"]
    spent = run(words, environment(home, served.url), results=home / "resumed", bound_s=BOUND_S)
    first_s = served.counted().first_s
    if first_s is None:
        raise RuntimeError("the resumed run sent nothing")
    return first_s - spent.began_s


def took(home: Path, served: Served, *words: str) -> str:
    """Run one of the commands on runs, and tell what it took."""
    command = [SENDX, "runs", *words]
    spent = run(command, environment(home, served.url), results=home / "shown", bound_s=BOUND_S)
    return f"{spent.seconds:.1f} s, {spent.peak_mb:.0f} MB"
