"""The table of growth: a million rows against ten thousand, and going on after a million."""

import time
from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks import commands
from tests.benchmarks.commands import SENDX, environment
from tests.benchmarks.processes import Running, Spent, run, started
from tests.benchmarks.serving import Served, serving
from tests.benchmarks.tables import Table, say

FEW = 10_000
MANY = 1_000_000
LEFT = 20_000
BOUND_S = 3_600.0
SETTLED_S = 1.0  # calls that the kill left in the sockets are counted before
TABLE = Table(
    "Growth: one run; the ratio is to the smaller run",
    [("rows", 10), ("rows/s", 9), ("ratio", 6), ("peak MB", 8), ("ratio", 6)],
)


def show(folder: Path, many: int = MANY) -> None:
    """Measure and show the table; a million rows take minutes."""
    TABLE.begin()
    with serving() as served:
        few = whole_run(folder, served)
        show_row(FEW, few, few, FEW)
        home = Path(mkdtemp(dir=folder))
        cut = cut_run(folder, home, served, many)
        show_row(many, cut, few, FEW)
        seconds = resumed_s(home, served)
    say(f"resume of the run with {many:,} rows done: {seconds:.1f} s to the first call")


def show_row(rows: int, spent: Spent, few: Spent, few_rows: int) -> None:
    """Show a run beside the smaller one."""
    rate, few_rate = rows / spent.seconds, few_rows / few.seconds
    growth = f"{rate / few_rate:.2f}", f"{spent.peak_mb:.0f}", f"{spent.peak_mb / few.peak_mb:.2f}"
    TABLE.row(f"{rows:,}", f"{rate:,.0f}", *growth)


def whole_run(folder: Path, served: Served) -> Spent:
    """Send the smaller file."""
    home = Path(mkdtemp(dir=folder))
    command = commands.sendx(folder, FEW, commands.ALONE)
    return run(command.words, environment(home, served.url), results=home / "results")


def cut_run(folder: Path, home: Path, served: Served, many: int) -> Spent:
    """Send the larger file, and kill the run when so many rows are done and some are left."""
    served.forget()
    command = commands.sendx(folder, many + LEFT, commands.ALONE)
    environ = environment(home, served.url)
    with started(command.words, environ, results=home / "results") as running:
        await_accepted(running, served, many)
        running.kill()
        return running.wait()


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
    time.sleep(SETTLED_S)
    served.forget()
    words = [SENDX, "runs", "resume", "--yes", "-o", "jsonl"]
    spent = run(words, environment(home, served.url), results=home / "resumed", bound_s=600)
    first_s = served.counted().first_s
    if first_s is None:
        raise RuntimeError("the resumed run sent nothing")
    return first_s - spent.began_s
